"""Variables: layers, laziness, circles, and that they equal a plain dictionary."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import HERE, rendered, variables, written

from runner.errors import RenderError
from runner.templating import Signal, Templar, UndefinedVariable, Variables
from runner.values import MASK, Masks, Origin, Secret, Source

ONE_TEMPLAR = Templar()


def test_a_later_layer_wins_and_templates_see_the_winner(templar: Templar) -> None:
    low = written({"a": "low", "b": "{{ a }}!"})
    scope = Variables(templar).with_layer(low).with_layer(written({"a": "high"}))
    assert scope["b"] == "high!"
    assert dict(scope) == {"a": "high", "b": "high!"}


def test_a_child_sees_its_item_through_the_variables_below(templar: Templar) -> None:
    scope = variables(templar, {"label": "port {{ item }}"})
    assert [scope.child(item=n)["label"] for n in (1, 2)] == ["port 1", "port 2"]


def test_a_value_is_rendered_only_when_it_is_read(templar: Templar) -> None:
    scope = variables(templar, {"good": "{{ 1 }}", "bad": "{{ 1 / 0 }}"})
    assert scope["good"] == 1
    with pytest.raises(RenderError, match="division by zero"):
        scope["bad"]


def test_a_value_is_rendered_once_for_one_set_of_variables() -> None:
    calls: list[int] = []

    def count(_call: Any) -> list[Any]:
        calls.append(1)
        return [len(calls)]

    templar = Templar(lookups={"count": count})
    scope = variables(templar, {"n": "{{ lookup('count') }}", "m": "{{ n }} {{ n }}"})
    assert (scope["m"], scope["n"]) == ("1 1", 1)
    assert variables(templar, {"n": "{{ lookup('count') }}"})["n"] == 2


@pytest.mark.parametrize(
    ("own", "path"),
    [
        ({"a": "{{ a }}"}, "a → a"),
        ({"a": "{{ b }}", "b": "{{ a }}"}, "a → b → a"),
        ({"a": ["{{ b }}"], "b": {"c": "{{ a }}"}}, "a → b → a"),
        ({"a": "{{ b + 1 }}", "b": "{{ c }}", "c": "x{{ a }}"}, "a → b → c → a"),
    ],
)
def test_a_circle_is_an_error_that_shows_it(
    templar: Templar, own: dict[str, Any], path: str
) -> None:
    with pytest.raises(RenderError, match=f"'a' refers to itself: {path}"):
        variables(templar, own)["a"]


def test_a_circle_through_a_new_container_is_an_error_too(templar: Templar) -> None:
    with pytest.raises(RenderError, match="'a' refers to itself: a → a"):
        variables(templar, {"a": {"k": "{{ [a] }}"}})["a"]


def test_a_variable_may_name_a_part_of_itself(templar: Templar) -> None:
    own = {"x": {"a": 1, "b": "{{ x.a }}", "l": [5, "{{ x.l[0] }}", "{{ x.l[-3] }}"]}}
    assert variables(templar, own)["x"] == {"a": 1, "b": 1, "l": [5, 5, 5]}


def test_parts_that_name_each_other_are_a_circle(templar: Templar) -> None:
    with pytest.raises(RenderError, match="'x' refers to itself"):
        variables(templar, {"x": {"a": "{{ x.b }}", "b": "{{ x.a }}"}})["x"]


def test_a_broken_part_does_not_spoil_the_others(templar: Templar) -> None:
    own = {"x": {"good": 1, "bad": "{{ zz }}"}}
    assert rendered(templar, "{{ x.good }} {{ x.bad | default('d') }} {{ x | length }}", own) == (
        "1 d 2"
    )
    with pytest.raises(UndefinedVariable, match="'zz' is not defined"):
        rendered(templar, "{{ x }}", own)


def test_a_failure_is_told_where_it_was_written(templar: Templar) -> None:
    there = Origin("group_vars/all.yml", 9, 3)
    scope = Variables(templar).with_layer({"x": Source("{{ zz }}", there)})
    with pytest.raises(UndefinedVariable) as caught:
        templar.render(Source("{{ x }}", HERE), scope)
    assert caught.value.origin == there


def test_default_and_defined_pass_over_what_is_not_defined_only(templar: Templar) -> None:
    missing, broken = {"x": "{{ zz }}"}, {"x": "{{ 1 / 0 }}"}
    assert rendered(templar, "{{ x | default(7) }}", missing) == 7
    assert rendered(templar, "{{ x is defined }}", missing) is False
    for text in ("{{ x | default(7) }}", "{{ x is defined }}", "{{ x is undefined }}"):
        with pytest.raises(RenderError, match="division by zero"):
            rendered(templar, text, broken)
    assert rendered(templar, "{{ 1 if true else x }}", broken) == 1


def test_an_omitted_part_is_left_out(templar: Templar) -> None:
    own = {"x": {"a": "{{ omit }}", "b": ["{{ zz | default(omit) }}", 2]}}
    assert variables(templar, own)["x"] == {"b": [2]}
    assert rendered(templar, "{{ x | length }}", own) == 1


def test_a_data_layer_is_returned_as_it_is_and_not_copied(templar: Templar) -> None:
    big = {"lines": ["{{ 7 * 7 }}"] * 3}
    scope = variables(templar, data={"big": big})
    assert scope.resolve("big") is big
    assert scope["big"] == big


class _Hostvars(dict[str, Any]):
    def __missing__(self, name: str) -> Any:
        raise NeedRead(name)


class NeedRead(Signal):
    """As the engine has it: another host's values are wanted."""


@pytest.mark.parametrize(
    "text",
    [
        "{{ hostvars['r2'].x }}",
        "{{ hostvars.r2.x | default('no') }}",
        "{{ hostvars['r2'] is defined }}",
        "{{ indirect }}",
        "{{ indirect | default('no') }}",
        "{{ ['r2'] | map('extract', hostvars, 'x') | list }}",
        "{{ lookup('vars', 'indirect', default='no', errors='ignore') }}",
    ],
)
def test_a_signal_passes_through_a_rendering(templar: Templar, text: str) -> None:
    scope = variables(templar, {"indirect": "{{ hostvars['r2'].x }}"}, {"hostvars": _Hostvars()})
    with pytest.raises(NeedRead):
        templar.render(Source(text), scope)
    with pytest.raises(NeedRead):  # nothing is left behind: the next try asks again
        templar.render(Source(text), scope)


def test_after_a_signal_the_same_variables_render(templar: Templar) -> None:
    others = _Hostvars()
    scope = variables(templar, {"i": "{{ hostvars['r2'].x }}"}, {"hostvars": others})
    with pytest.raises(NeedRead):
        templar.render(Source("{{ i }}"), scope)
    others["r2"] = {"x": 5}
    assert templar.render(Source("{{ i }}"), scope) == 5


def test_a_secret_is_revealed_into_text_and_masked_from_then_on(templar: Templar) -> None:
    masks = Masks()
    secret = Secret(lambda: "s3cret-word", masks)
    layer = {"pw": secret, "deep": {"pw": secret}, "via": Source("{{ pw }}")}
    scope = Variables(templar).with_layer(layer)
    assert masks.mask("s3cret-word") == "s3cret-word"
    for text in ("{{ pw }}", "{{ deep.pw }}", "{{ via }}"):
        assert templar.render(Source("enable secret " + text), scope) == "enable secret s3cret-word"
        assert templar.render(Source(text), scope) == "s3cret-word"
    assert templar.test(Source("pw == 's3cret-word'"), scope)
    assert templar.render(Source("{{ pw | b64encode }}"), scope) == "czNjcmV0LXdvcmQ="
    assert masks.mask("s3cret-word") == MASK


def test_reading_a_variable_keeps_a_secret_a_secret(templar: Templar) -> None:
    revealed: list[int] = []
    secret = Secret(lambda: revealed.append(1) or "word")  # type: ignore[func-returns-value]
    scope = Variables(templar).with_layer({"pw": secret, "via": Source("{{ pw }}")})
    assert scope["pw"] is secret
    assert scope["via"] is secret
    assert not revealed


def test_a_template_cannot_change_a_variable_for_others(templar: Templar) -> None:
    shared = {"l": [1], "d": {"k": [1]}}
    texts = [
        "{% set _ = l.append(2) %}{% set _ = d.k.append(2) %}{{ l }}{{ d.k }}",
        "{% set _ = (l | attr('append'))(2) %}{% set _ = (d.k | attr('append'))(2) %}"
        "{{ l }}{{ d.k }}",
        "{% set _ = l['append'](2) %}{% set _ = d['k']['append'](2) %}{{ l }}{{ d.k }}",
    ]
    for text in texts:
        for scope in (variables(templar, data=shared), Variables(templar).with_layer(shared)):
            assert templar.render(Source(text), scope) == "[1, 2][1, 2]"
    assert shared == {"l": [1], "d": {"k": [1]}}


def test_what_is_done_to_a_result_does_not_reach_the_variable(templar: Templar) -> None:
    shared = {"l": [1]}
    result = templar.render(Source("{{ l }}"), variables(templar, data=shared))
    result.append(2)
    assert shared == {"l": [1]}


def test_vars_names_all_variables(templar: Templar) -> None:
    own = {"a": "{{ b }}", "b": 2, "n": "a"}
    assert rendered(templar, "{{ vars[n] + vars.b }}", own) == 4


_names = st.sampled_from("abcdef")
_values = st.one_of(st.integers(), st.text(max_size=5), st.none(), st.booleans())
_layers = st.lists(st.tuples(st.dictionaries(_names, _values), st.booleans()), max_size=6)


@given(_layers)
def test_layers_equal_a_plain_dictionary(layers: list[tuple[dict[str, Any], bool]]) -> None:
    scope, model = Variables(ONE_TEMPLAR), {}
    for mapping, is_data in layers:
        scope = scope.with_data(mapping) if is_data else scope.with_layer(mapping)
        model |= mapping
    assert dict(scope) == model
    assert len(scope) == len(model)
    assert {name for name in "abcdefg" if name in scope} == set(model)
    assert scope.get("g", "none") == "none"
