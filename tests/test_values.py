"""Secrets and their masks."""

from __future__ import annotations

import pickle
import re

from hypothesis import given
from hypothesis import strategies as st

from runner.values import MASK, Masks, Origin, Secret, Source

WORDS = st.lists(st.text(alphabet="abcx", min_size=4, max_size=8), min_size=1, max_size=12)


@given(WORDS, st.text(alphabet="abcx ", max_size=80))
def test_every_secret_is_masked_the_longest_first(words: list[str], text: str) -> None:
    masks = Masks()
    for word in words:
        masks.add(word)
    plain = re.compile("|".join(map(re.escape, sorted(set(words), key=len, reverse=True))))
    assert masks.mask(text) == plain.sub(MASK, text)


def test_secrets_are_taken_literally() -> None:
    masks = Masks()
    for word in ("a.c*d", "[x](y)", "a.c*e", "line\nbreak"):
        masks.add(word)
    assert (
        masks.mask("abccd a.c*d [x](y) a.c*e line\nbreak") == f"abccd {MASK} {MASK} {MASK} {MASK}"
    )


def test_long_secrets_that_begin_alike() -> None:
    masks = Masks()
    keys = ["-----BEGIN KEY-----" + "A" * 5000 + tail for tail in ("1", "2", "33", "334")]
    for key in keys:
        masks.add(key)
    assert masks.mask(f"<{keys[3]}> <{keys[0]}>") == f"<{MASK}> <{MASK}>"


def test_short_secrets_are_left_alone() -> None:
    masks = Masks()
    masks.add("abc")
    assert masks.mask("abc") == "abc"
    assert masks.take_new() == ()


def test_what_is_new_is_told_once() -> None:
    masks = Masks()
    masks.add("secret1")
    masks.add("secret1")
    masks.add("secret2")
    assert masks.take_new() == ("secret1", "secret2")
    assert masks.take_new() == ()


def test_a_value_is_masked_deep() -> None:
    masks = Masks()
    masks.add("hunter22")
    value = {"a": ["hunter22", 5, {"hunter22": None}], "b": ("x hunter22",)}
    assert masks.mask_value(value) == {"a": [MASK, 5, {MASK: None}], "b": [f"x {MASK}"]}


def test_a_secret_shows_itself_to_nobody() -> None:
    masks = Masks()
    secret = Secret(lambda: "hunter22", masks)
    assert masks.mask("hunter22") == "hunter22", "nobody has asked for it yet"
    assert f"{secret} {secret!r} {[secret]}" == f"{MASK} {MASK} [{MASK}]"
    assert secret.reveal() == "hunter22"
    assert masks.mask("hunter22") == MASK


def test_a_source_keeps_its_place_and_spreads_it_to_nothing() -> None:
    source = Source("{{ x }}", Origin("f.yml", 3, 4))
    copy = pickle.loads(pickle.dumps(source))
    assert (copy, copy.origin) == (source, source.origin)
    assert type(source + " y") is str
    assert type(source.strip()) is str
