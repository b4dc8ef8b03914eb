"""What is said of values that are not what an argument spec wants: which option, what was
given, and where the spec says so."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from calling import a_call
from hypothesis import given
from hypothesis import strategies as st

from runner import yaml
from runner.actions import ACTIONS
from runner.actions.arguments.kinds import KINDS, MISFITS
from runner.actions.arguments.specs import misfits
from runner.errors import ActionFailed
from runner.values import Masks, Secret

SPEC = """\
mtu: {type: int}
asn:
  description: Of our own.
  type: int
  required: true
state: {choices: [present, absent]}
lit: {choices: ["yes", "no"]}
names: {type: list, elements: int, choices: [1, 2]}
peer:
  type: dict
  options:
    address: {required: true}
    family: {}
    area: {type: int}
  mutually_exclusive: [[family, area]]
peers:
  type: list
  elements: dict
  options:
    address: {aliases: [ip]}
  required_one_of: [[address]]
"""
WRITTEN = yaml.parse(SPEC, "specs.yml", all_sources=True).data


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, []),
        ({"asn": None}, ["`asn` must be a whole number, not None (specs.yml:3)"]),
        ({"mtu": "1.5"}, ["`mtu` must be a whole number, not '1.5' (specs.yml:1)"]),
        ({"mtuu": 1}, ["`mtuu` is none of its options: did you mean `mtu`?"]),
        ({"state": "gone"}, ["`state` must be one of present, absent, not 'gone' (specs.yml:6)"]),
        ({"lit": True}, []),
        ({"lit": "1"}, ["`lit` must be one of yes, no, not '1' (specs.yml:7)"]),
        (
            {"names": ["2", "x", 3]},
            [
                "`names[1]` must be a whole number, not 'x' (specs.yml:8)",
                "`names` must be one of 1, 2, not 3 (specs.yml:8)",
            ],
        ),
        ({"peer": {}}, ["`peer.address` is missing: it is required (specs.yml:10)"]),
        ({"peer": "text"}, ["`peer` must be a mapping, not 'text' (specs.yml:10)"]),
        ({"peer": "{1, 2}"}, ["`peer` must be a mapping, not '{1, 2}' (specs.yml:10)"]),
        ({"peer": "{1"}, ["`peer` must be a mapping, not '{1' (specs.yml:10)"]),
        (
            {"peer": {"address": 1, "family": 4, "area": 0, "arae": 0}},
            [
                "`peer.arae` is none of its options: did you mean `area`? (specs.yml:10)",
                "peer: `family` and `area` exclude one another (specs.yml:10)",
            ],
        ),
        ({"peers": [{"ip": 1}, {}]}, ["peers[1]: one of `address` is required (specs.yml:17)"]),
        ({"peers": [{}, 5]}, ["`peers[1]` must be a mapping, not 5 (specs.yml:17)"]),
    ],
)
def test_what_is_said(values: dict[str, Any], said: list[str]) -> None:
    found = misfits(WRITTEN, WRITTEN, {"asn": 65000, **values})
    assert [one for one in found if "one of `address`" not in one or one in said] == said


def test_what_is_missing_is_told_with_its_place() -> None:
    assert misfits(WRITTEN, WRITTEN, {}) == ["`asn` is missing: it is required (specs.yml:3)"]


def test_a_long_value_is_cut() -> None:
    (told,) = misfits({"a": {"type": "int"}}, None, {"a": "x" * 1000})
    assert len(told) < 120


RULES = {
    "it": {
        "type": "dict",
        "options": {name: {} for name in "abcd"},
        "required_together": [["a", "b"]],
        "required_if": [["c", "x", ["a", "d"]], ["c", "y", ["a", "d"], True]],
        "required_by": {"d": ["b", "c"]},
    }
}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": 1, "b": 1}, []),
        ({"a": 1}, ["it: `a` and `b` go together; `b` is missing"]),
        ({"c": "x", "d": 1, "b": 1, "a": 1}, []),
        ({"c": "x"}, ["it: `a` and `d` is required where `c` is 'x'"]),
        ({"c": "y"}, ["it: one of `a` and `d` is required where `c` is 'y'"]),
        ({"d": 1}, ["`it.d` needs `b` and `c` beside it"]),
    ],
)
def test_what_is_said_of_several(value: dict[str, Any], said: list[str]) -> None:
    assert misfits(RULES, None, {"it": value}) == said


@pytest.mark.parametrize("spec", [{"it": "text"}, {"it": ["str"]}])
def test_a_spec_that_is_none_is_refused(spec: dict[str, Any]) -> None:
    with pytest.raises(ActionFailed, match="the spec of `it` must be a mapping"):
        misfits(spec, spec, {"it": 5})


def test_a_type_that_there_is_not() -> None:
    said = "`a` has a type that there is not: `string`: did you mean `str`?"
    near = misfits({"a": {"type": "strr"}}, None, {"a": 1})
    assert near == [said.replace("string", "strr")]


def test_what_nobody_may_see_is_not_shown(tmp_path: Path) -> None:
    spec = {
        "pin": {"type": "int"},
        "key": {"no_log": True, "choices": ["a"]},
        "deep": {"type": "dict", "no_log": True, "options": {"word": {"type": "int"}}},
    }
    masks = Masks()
    variables = {"pin": Secret("xyz", masks), "key": "hush", "deep": {"word": "hush"}}
    call = a_call(tmp_path, "validate_argument_spec", variables=variables, argument_spec=spec)
    outcome = ACTIONS["validate_argument_spec"].run(call)
    assert outcome.values["argument_errors"] == [
        "`pin` must be a whole number",
        "`key` must be one of a",
        "`deep.word` must be a whole number",
    ]
    assert "hush" not in str(outcome)
    assert "xyz" not in str(outcome)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(KINDS)), VALUES)
def test_any_value_is_taken_or_refused(kind: str, value: Any) -> None:
    with contextlib.suppress(*MISFITS):
        KINDS[kind].taken(value)


WORDS = "type elements options choices required default aliases required_if required_by".split()
SPECS: st.SearchStrategy[dict[Any, Any]] = st.dictionaries(
    st.sampled_from(["a", "b", True]),
    st.none()
    | st.dictionaries(
        st.sampled_from([*WORDS, "mutually_exclusive", "required_together", "apply_defaults"]),
        st.sampled_from([*KINDS, "x", 5, None, True, ["a"], [["a", "b"]], {"a": {}}, {"a": "b"}]),
        max_size=4,
    ),
    max_size=2,
)


@given(SPECS, st.dictionaries(st.sampled_from(["a", "b", "c", True, 5]), VALUES, max_size=3))
def test_no_spec_is_a_defect(spec: dict[str, Any], values: dict[str, Any]) -> None:
    with contextlib.suppress(ActionFailed):
        assert all(isinstance(one, str) for one in misfits(spec, spec, values))


def test_a_collection_is_cut_between_its_members() -> None:
    spec = yaml.parse("user: {type: int}\n", "specs.yml", all_sources=True).data
    value = ["a" * 30, "s3cr3t" * 8, "b"]
    assert misfits(spec, spec, {"user": value}) == [
        f"`user` must be a whole number, not ['{'a' * 30}' … (specs.yml:1)"
    ]


def test_a_condition_on_what_nobody_may_see_does_not_tell_it() -> None:
    text = """\
login:
  type: dict
  options: {key: {no_log: true}, other: {}}
  required_if: [[key, s3cr3t-words, [other]]]
"""
    spec = yaml.parse(text, "specs.yml", all_sources=True).data
    (said,) = misfits(spec, spec, {"login": {"key": "s3cr3t-words"}})
    assert said.startswith("login: `other` is required where `key` has its value")
