"""Secrets and their masks."""

from __future__ import annotations

import base64
import json
import pickle
import re
import shlex
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.values import MASK, Masks, Origin, Secret, Source, brief
from runner.yaml import dump, emit

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


KEY = "-----BEGIN KEY-----\nb3BlbnNza\nAAAAB3Nz'aC1\\yc2E\n-----END KEY-----\n"


@pytest.mark.parametrize("secret", [KEY, "pa'ss\"wo\\rd", "pa\tss wörd", "p@ss/wo'rd?"])
@pytest.mark.parametrize(
    "written",
    [
        repr,
        lambda text: repr({"a": text, "b": "it's"}),
        lambda text: repr(repr([text])),
        json.dumps,
        lambda text: json.dumps(json.dumps([text], ensure_ascii=False)),
        lambda text: json.dumps({"deep": [text]}, indent=4),
        lambda text: emit({"a": [text], "b": text}),
        lambda text: emit([text], width=12),
        lambda text: dump({"a": {"b": [text]}}),
        shlex.quote,
        lambda text: text.replace("'", "'\\''"),
        urllib.parse.quote,
        urllib.parse.quote_plus,
        str.strip,
        lambda text: text.replace("\n", "\n    "),
    ],
)
def test_a_secret_is_masked_in_whatever_shape_it_is_written(
    secret: str, written: Callable[[str], str]
) -> None:
    masks = Masks()
    masks.add(secret)
    shown = masks.mask(written(secret))
    assert MASK in shown
    for part in ("pa", "rd", "b3B", "AAA", "aC1", "yc2"):
        assert part not in shown


@given(st.text(alphabet="abc'\\\"é", min_size=4, max_size=40), st.integers(24, 60))
def test_a_long_secret_is_masked_wherever_it_is_cut(secret: str, cut: int) -> None:
    secret = "0123456789-" * 2 + secret
    masks = Masks()
    masks.add(secret)
    for written in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1]):
        shown = masks.mask(f"<{written[:cut]}…>")
        assert shown.startswith(f"<{MASK}")
        assert len(written) <= cut or not re.search(r"\w", shown.replace(MASK, ""))


@pytest.mark.parametrize("rest", ["", " and so on", "-and-more", "\n"])
def test_the_beginning_of_a_long_secret_is_masked_without_a_mark_of_a_cut(rest: str) -> None:
    masks = Masks()
    masks.add("0123456789-0123456789-0123456789")
    assert masks.mask(f"key 0123456789-012{rest}") == f"key {MASK}{rest}"


@given(st.text(alphabet="abc'\\\"é ", min_size=4, max_size=30), st.integers(0, 60))
def test_a_value_that_is_told_briefly_shows_no_part_of_a_secret(secret: str, before: int) -> None:
    secret = f"S{secret}"
    masks = Masks()
    masks.add(secret)
    shown = masks.mask(brief({"x" * before: secret}, 60))
    left = shown.replace(MASK, "").partition("S")[2]
    assert len(left.strip("}'\"…")) < 4


def test_what_is_short_is_told_whole() -> None:
    assert brief("x" * 78) == repr("x" * 78)
    assert brief("x" * 79) == "'" + "x" * 79 + "…"


@pytest.mark.parametrize("secret", ["hunter2hunter2", "pässwörd-1", "??>>~~ü?>~?>", "s3cr3t"])
@pytest.mark.parametrize("code", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_masked_in_base64(secret: str, code: Callable[[bytes], bytes]) -> None:
    masks = Masks()
    masks.add(secret)
    assert masks.mask(f"<{code(secret.encode()).decode()}>") == f"<{MASK}>"


@given(st.text(min_size=9, max_size=30).filter(str.isprintable), st.text(), st.text())
def test_a_secret_is_masked_within_what_is_base64(secret: str, before: str, after: str) -> None:
    masks = Masks()
    masks.add(secret)
    whole = f"{before}{secret}{after}".encode("utf-8", "surrogatepass")
    shown = masks.mask(base64.b64encode(whole).decode())
    start, end = len(before.encode("utf-8", "surrogatepass")), len(secret.encode())
    assert MASK in shown
    assert _longest_known(shown, whole, start, start + end) < 4


def _longest_known(shown: str, whole: bytes, start: int, end: int) -> int:
    """Whole bytes of the secret that what is left of the code still tells."""
    left, right = shown.split(MASK, 1)
    right = right.rsplit(MASK, 1)[-1]
    told = len(left) * 6 // 8
    told_behind = len(whole) - len(right.rstrip("=")) * 6 // 8
    return max(0, told - start) + max(0, end - told_behind)


@given(st.text(alphabet="ab c'", min_size=4, max_size=9), st.text(alphabet="ab c", max_size=9))
def test_among_many_secrets_one_is_masked_as_it_is_alone(secret: str, around: str) -> None:
    alone, among = Masks(), Masks()
    alone.add(secret)
    for word in (*MANY, secret):
        among.add(word)
    for text in (f"{around}{secret}{around}", f"{around}({secret[:5]}…"):
        assert among.mask(text) == alone.mask(text)
    assert MASK in alone.mask(secret)


MANY = [f"{number:05}-other" for number in range(40)]
