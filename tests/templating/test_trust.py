"""Data is never compiled, whatever way it takes through a rendering."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import rendered, variables, written

from runner.errors import RenderError
from runner.templating import Templar, Variables
from runner.values import Source

ONE_TEMPLAR = Templar()
HOSTILE = [
    "{{ 7 * 7 }}",
    "{% for i in range(3) %}x{% endfor %}",
    "{# gone #}kept",
    "{{ lookup('pipe', 'echo owned') }}",
    "{{ undefined_name }}",
    "{{",
    "%}{{ 1",
    "#jinja2: trim_blocks: false\n{{ 1 }}",
    "{{ '{{ 1 }}' }}",
]

WAYS = {
    "itself": ("{{ x }}", lambda x: x),
    "in text": ("<{{ x }}>", lambda x: f"<{x}>"),
    "an attribute": ("{{ r.stdout }}", lambda x: x),
    "an element": ("{{ r.lines[0] }}", lambda x: x),
    "through a variable": ("{{ via }}", lambda x: x),
    "through two variables": ("{{ via_via }}", lambda x: f"[{x}]"),
    "a part of a variable": ("{{ nested.a.b }}", lambda x: x),
    "a whole variable": ("{{ nested }}", lambda x: {"a": {"b": x}, "k": ["k", x]}),
    "default": ("{{ nope | default(x) }}", lambda x: x),
    "concatenation": ("{{ x ~ '' }}", lambda x: x),
    "set": ("{% set y = x %}{{ y }}", lambda x: x),
    "a block set": ("{% set y %}{{ x }}{% endset %}{{ y }}", lambda x: x),
    "a macro": ("{% macro m(v) %}{{ v }}{% endmacro %}{{ m(x) }}", lambda x: x),
    "a loop": ("{% for v in r.lines %}{{ v }}{% endfor %}", lambda x: x),
    "map": ("{{ [r] | map(attribute='stdout') | list }}", lambda x: [x]),
    "map of a filter": ("{{ [x] | map('string') | list }}", lambda x: [x]),
    "select": ("{{ [x] | select('string') | first }}", lambda x: x),
    "json": ("{{ x | to_json | from_json }}", lambda x: x),
    "yaml": ("{{ {'k': x} | to_nice_yaml | from_yaml }}", lambda x: {"k": x}),
    "combine": ("{{ {} | combine({'k': x}) }}", lambda x: {"k": x}),
    "ternary": ("{{ true | ternary(x, '') }}", lambda x: x),
    "base64": ("{{ x | b64encode | b64decode }}", lambda x: x),
    "hostvars": ("{{ hostvars['r2'].stdout }}", lambda x: x),
    "the lookup vars": ("{{ lookup('vars', 'x') }}", lambda x: x),
    "the lookup items": ("{{ query('items', [x]) }}", lambda x: [x]),
    "the lookup dict": ("{{ query('dict', {'k': x}) }}", lambda x: [{"key": "k", "value": x}]),
    "all variables": ("{{ vars['x'] }}", lambda x: x),
    "a key": ("{{ {x: 1} }}", lambda x: {x: 1}),
}


def _scope(templar: Templar, value: str) -> Variables:
    own = {
        "via": "{{ x }}",
        "via_via": "[{{ via }}]",
        "nested": {"a": {"b": "{{ x }}"}, "k": ["k", "{{ via }}"]},
    }
    data = {
        "x": value,
        "r": {"stdout": value, "lines": [value]},
        "hostvars": {"r2": {"stdout": value}},
    }
    return variables(templar, own, data)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("way", WAYS)
def test_data_stays_what_it_is(templar: Templar, way: str, value: str) -> None:
    template, expected = WAYS[way]
    result = templar.render(Source(template), _scope(templar, value))
    assert result == expected(value)
    again = templar.render(result, _scope(templar, value))
    assert again == result, "a result is data: rendering it again changes nothing"


@given(st.text(alphabet="{}%#-+ 7*'\"abx\n|()\\", max_size=30), st.sampled_from(sorted(WAYS)))
def test_any_data_stays_what_it_is(value: str, way: str) -> None:
    if way == "yaml" or (way in ("in text", "through two variables") and not value):
        return
    template, expected = WAYS[way]
    scope = _scope(ONE_TEMPLAR, value)
    assert ONE_TEMPLAR.render(Source(template), scope) == expected(value)


@given(st.recursive(st.text(max_size=8), lambda inner: st.lists(inner, max_size=3)))
def test_a_plain_value_is_returned_as_it_is(value: Any) -> None:
    assert ONE_TEMPLAR.render(value, variables(ONE_TEMPLAR)) == value


@pytest.mark.parametrize("value", HOSTILE)
def test_data_in_a_template_file_and_its_includes(tmp_path: Path, value: str) -> None:
    (tmp_path / "part.j2").write_text("<{{ x }}>")
    main = tmp_path / "main.j2"
    main.write_text("{% include 'part.j2' %}{{ r.stdout }}")
    templar = Templar()
    assert templar.file(main, _scope(templar, value)) == f"<{value}>{value}"
    lookup = "{{ lookup('template', '" + str(main) + "') }}"
    assert templar.render(Source(lookup), _scope(templar, value)) == f"<{value}>{value}"


def test_what_a_file_holds_is_data(tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("{{ 7 * 7 }}\n")
    templar = Templar(searchpath=[tmp_path])
    own = {"content": "{{ lookup('file', 'f.txt') }}", "twice": "{{ content }}"}
    assert rendered(templar, "{{ twice }}", own) == "{{ 7 * 7 }}"


def test_what_a_command_prints_is_data(templar: Templar) -> None:
    text = "{{ lookup('pipe', cmd) }}"
    assert rendered(templar, text, cmd="echo '{{ 7 * 7 }}'") == "{{ 7 * 7 }}"


def test_data_is_no_condition(templar: Templar) -> None:
    scope = variables(templar, {"when": "{{ x }}"}, {"x": "1 == 1"})
    with pytest.raises(RenderError, match="gives text, not true or false"):
        templar.test(Source("{{ x }}"), scope)
    with pytest.raises(RenderError, match="gives text, not true or false"):
        templar.test(Source("when"), scope)
    with pytest.raises(RenderError, match="not text of the playbook"):
        templar.test(templar.render(Source("{{ x }}"), scope), scope)


def test_a_result_is_never_a_source(templar: Templar) -> None:
    own = {"plain": "text", "deep": {"a": ["{{ plain }}", "text"], "k": "v"}}
    for text in ("{{ plain }}", "text", "{{ deep }}", "{{ deep.k }}", "{{ deep.a }}"):
        assert _types(rendered(templar, text, own)) <= {str, dict, list}
    assert _types(templar.render(written(own), variables(templar, own))) <= {str, dict, list}
    assert _types(variables(templar, own)["deep"]) <= {str, dict, list}


def test_a_template_sees_no_source_either(templar: Templar) -> None:
    own = {"plain": "text", "deep": {"a": ["{{ plain }}", "text"]}}
    text = "{{ (deep.a + [plain]) | map('type_debug') | unique }}"
    assert rendered(templar, text, own) == ["str"]


def _types(value: Any) -> set[type]:
    if isinstance(value, dict):
        inner = [*value, *value.values()]
    else:
        inner = value if isinstance(value, list) else []
    return {type(value)}.union(*(_types(item) for item in inner))


@pytest.mark.parametrize(
    "text",
    [
        "{{ x.__class__ }}",
        "{{ x.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ x | attr('__class__') }}",
        "{{ lookup.__globals__ }}",
        "{{ lookup.__init__.__globals__ }}",
        "{{ now.__globals__ }}",
        "{{ self.__init__ }}",
        "{{ [].append.__self__.__class__ }}",
        "{{ '{0.__class__}'.format(x) }}",
        "{{ x.format.__self__ }}",
        "{{ hostvars.__class__ }}",
        "{{ vars._variables }}",
        "{{ vars.__class__ }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ ().__class__.__bases__[0].__subclasses__() }}",
        "{{ range(10 ** 9) | list }}",
    ],
)
def test_nothing_leads_out_of_the_sandbox(templar: Templar, text: str) -> None:
    with pytest.raises(RenderError):
        templar.render(Source(text), _scope(templar, "x"))


@given(st.dictionaries(st.sampled_from("abc"), st.integers(), min_size=3))
def test_rendering_is_deterministic(data: dict[str, int]) -> None:
    text = Source("{% for k in vars | sort %}{{ k }}={{ vars[k] }} {% endfor %}{{ a ~ b }}")
    first, second = (ONE_TEMPLAR.render(text, variables(ONE_TEMPLAR, data=data)) for _ in "12")
    assert first == second
