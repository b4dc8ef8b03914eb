"""`when`, `changed_when` and their like: true, false, or an error that says why."""

from __future__ import annotations

from typing import Any

import pytest
from scenes import HERE, variables

from runner.errors import RenderError
from runner.templating import Templar, UndefinedVariable
from runner.values import Source

HOLDS = [
    ("a == 'x'", {"a": "x"}, True),
    ("a", {"a": True}, True),
    ("a", {"a": "{{ b }}", "b": True}, True),
    ("{{ a }}", {"a": True}, True),
    ("{{ a == 1 }}", {"a": 2}, False),
    ("true", {}, True),
    ("False", {}, False),
    (" a ", {"a": True}, True),
    ("a\n", {"a": True}, True),
    ("zz is defined", {}, False),
    ("zz is not defined or zz == 1", {}, True),
    ("a is match('x')", {"a": "x"}, True),
    ("'x' in a", {"a": "xx"}, True),
    ("a | bool", {"a": "yes"}, True),
    ("a | bool", {"a": "maybe"}, False),
    (r"x == 'a\nb'", {"x": "a\nb"}, True),
    (r"x is match('\d')", {"x": "1"}, True),
    ("x.stdout.find('up') != -1", {"x": {"stdout": "is up"}}, True),
    ("not x.failed", {"x": {"failed": False}}, True),
]


@pytest.mark.parametrize(("condition", "own", "expected"), HOLDS)
def test_a_condition_holds_or_not(
    templar: Templar, condition: str, own: dict[str, Any], expected: bool
) -> None:
    assert templar.test(Source(condition), variables(templar, own)) is expected


@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_is_its_own_answer(templar: Templar, value: bool) -> None:
    assert templar.test(value, variables(templar)) is value


NOT_BOOLEAN = [
    ("a", "x", "text"),
    ("a", "", "text"),
    ("a", "True", "text"),
    ("a", 0, "a number"),
    ("a", None, "none"),
    ("a", [], "a list"),
    ("a", {}, "a dictionary"),
    ("a | length", [1], "a number"),
    ("true and a", "x", "text"),
]


@pytest.mark.parametrize(("condition", "value", "kind"), NOT_BOOLEAN)
def test_what_is_not_boolean_is_an_error_that_says_what_it_is(
    templar: Templar, condition: str, value: Any, kind: str
) -> None:
    with pytest.raises(RenderError, match=f"gives {kind}, not true or false") as caught:
        templar.test(Source(condition, HERE), variables(templar, data={"a": value}))
    assert caught.value.origin == HERE
    assert caught.value.hint


@pytest.mark.parametrize("condition", ["zz", "zz.b", "not zz", "'x' in zz", "a.b.c == 1"])
def test_an_undefined_name_is_an_error(templar: Templar, condition: str) -> None:
    with pytest.raises(UndefinedVariable):
        templar.test(Source(condition, HERE), variables(templar, data={"a": {}}))


def test_an_undefined_name_is_named_with_the_nearest_known_one(templar: Templar) -> None:
    with pytest.raises(UndefinedVariable) as caught:
        templar.test(Source("hostnme == 'r1'", HERE), variables(templar, {"hostname": "r1"}))
    assert str(caught.value) == (
        "site.yml:3:7: 'hostnme' is not defined (did you mean 'hostname'?)"
    )


@pytest.mark.parametrize(
    "condition", ["", "a == 1 }}", "{{ a }} == 1", "{% if a %}true{% endif %}", "a =", "a is nope"]
)
def test_a_malformed_condition_is_an_error(templar: Templar, condition: str) -> None:
    with pytest.raises(RenderError) as caught:
        templar.test(Source(condition, HERE), variables(templar, {"a": 1}))
    assert caught.value.origin == HERE


def test_text_that_the_user_did_not_write_is_no_condition(templar: Templar) -> None:
    with pytest.raises(RenderError, match="not text of the playbook"):
        templar.test("1 == 1", variables(templar))


def test_the_second_half_of_an_and_is_not_asked_after_a_false_first(templar: Templar) -> None:
    scope = variables(templar, {"a": False})
    assert templar.test(Source("a and zz.b == 1"), scope) is False


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("'{{ a }}' == 'b'", True),
        ('"x{{ a }}-{{ 1 }}" in ["xb-1"]', True),
        ("d['{{ a }}'] == 5", True),
        ("lookup('vars', '{{ a }}') == 7", True),
        ("'{{ a }}' == 'a'", False),
    ],
)
def test_a_template_in_a_quoted_text_is_filled_in(
    templar: Templar, condition: str, holds: bool
) -> None:
    scope = variables(templar, {"a": "b", "b": 7, "d": {"b": 5}})
    assert templar.test(Source(condition), scope) is holds


def test_what_a_quoted_template_gives_is_data(templar: Templar) -> None:
    scope = variables(templar, data={"a": "{{ 1 }}"})
    assert templar.test(Source("'{{ a }}' == '1'"), scope) is False
    assert templar.condition_names(Source("'{{ a }}' == b")).required == {"a", "b"}
