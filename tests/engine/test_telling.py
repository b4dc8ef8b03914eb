"""What events and journals say of a task, masked or not at all."""

from __future__ import annotations

from runner.engine.telling import Telling
from runner.events import Captured, Failure, Section
from runner.values import MASK, Masks

SECTION = Section("r1#", "username joe secret tops3cret", 0, 3)
FILE = Captured("/o/r1", "/o/r1.p", (SECTION,), 3, "ab", True)


def masking() -> Masks:
    masks = Masks()
    masks.add("tops3cret")
    return masks


def test_secrets_are_masked_everywhere() -> None:
    telling = Telling(masking().mask, quiet=False)
    assert telling.values({"a": ["x tops3cret"], "stdout_lines": ["x"]}) == {"a": [f"x {MASK}"]}
    failure = telling.failure(Failure("action", "no tops3cret", "tops3cret!", None, "tops3cret"))
    assert failure == Failure("action", f"no {MASK}", f"{MASK}!", None, MASK)
    (file,) = telling.files((FILE,))
    assert file.sections[0].shown == f"r1#username joe secret {MASK}"
    assert file.sections[0].command == SECTION.command, "the host file's header is not masked"


def test_no_log_tells_nothing() -> None:
    telling = Telling(masking().mask, quiet=True)
    assert list(telling.values({"a": 1, "changed": False})) == ["censored"]
    assert list(telling.values({"a": 1, "changed": True})) == ["censored", "changed"]
    failure = telling.failure(Failure("action", "why", "how", "site.yml:1:1", "trace"))
    assert failure is not None
    assert "why" not in repr(failure)
    assert (failure.hint, failure.detail, failure.where) == (None, None, "site.yml:1:1")
    assert telling.record({"sending": "line", "sent": 2}) == {"sending": MASK, "sent": 2}
    assert telling.files((FILE,))[0].sections[0].shown == MASK


def test_a_secret_on_the_edge_of_what_is_shown_is_masked() -> None:
    telling = Telling(masking().mask, quiet=False)
    for before in range(64 * 1024 - 20, 64 * 1024 + 4):
        told = telling.values({"stdout": "x" * before + ("tops3cret" + "y" * 40)})["stdout"]
        assert "tops" not in told
        assert told.endswith("…(cut)")
        assert len(told) <= 64 * 1024 + 10


def test_numbers_and_keys_that_no_json_has_stop_nobody() -> None:
    telling = Telling(masking().mask, quiet=False)
    huge = 10**5000
    said = telling.values({"n": huge, "deep": [-huge], "rc": 3, "k": {(1, "tops3cret"): 1, 2: 3}})
    bits = huge.bit_length()
    told = f"a number of {bits} bits"
    assert said == {"n": told, "deep": [told], "rc": 3, "k": {f"(1, '{MASK}')": 1, 2: 3}}
