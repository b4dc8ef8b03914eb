"""Which names a template reads, told without rendering it."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenes import written

from runner.templating import Names, Templar
from runner.values import Source

READS = [
    ("{{ a }} {{ b.c }} {{ d['e'] }}", "a b d", "a b d"),
    ("{{ a | default(b) }}", "a b", ""),
    ("{{ a.b.c | default('x') | upper }}", "a", ""),
    ("{% if a %}{{ b }}{% else %}{{ c }}{% endif %}", "a b c", "a"),
    ("{{ a if b else c }}", "a b c", "b"),
    ("{{ a and b or c }}", "a b c", "a"),
    ("{{ a == b }} {{ c in d }}", "a b c d", "a b c d"),
    ("{{ a < b < c }}", "a b c", "a b"),
    ("{% for i in l %}{{ i }}{{ loop.index }}{{ z }}{% endfor %}", "l z", "l"),
    ("{% set x = a %}{{ x }}", "a", "a"),
    ("{% macro m(p) %}{{ p }}{{ g }}{% endmacro %}{{ m(a) }}", "g a", ""),
    ("{{ x is defined and x.y == z }}", "x z", ""),
    ("{{ x is not defined }}", "x", ""),
    ("{{ [a, b] | select('defined') | first }}", "a b", ""),
    ("{{ l | selectattr('k', 'defined') | list }}", "l", ""),
    ("{{ c | ternary(a, b) }}", "a b c", "c"),
    ("{{ now() }}{{ range(3) }}{{ omit }}{{ dict(a=x) }}", "x", ""),
    ("{{ f(a) }}", "a f", "f"),
    ("{{ a[b] }}", "a b", "a b"),
    ("{{ lookup('file', path) }}", "path", "path"),
    ("plain", "", ""),
    ("{% raw %}{{ a }}{% endraw %}", "", ""),
]


@pytest.mark.parametrize(("text", "variables", "required"), READS)
def test_variables_and_those_that_are_certainly_read(
    templar: Templar, text: str, variables: str, required: str
) -> None:
    names = templar.names(Source(text))
    assert names.variables == set(variables.split())
    assert names.required == set(required.split())
    assert names.complete


def test_names_are_collected_deep_and_from_keys(templar: Templar) -> None:
    names = templar.names(written({"{{ k }}": ["{{ a }}", {"x": "{{ b }}"}], "plain": 5}))
    assert names.variables == {"k", "a", "b"}
    assert templar.names({"data": "{{ a }}"}) == Names(), "plain text is no template"


OTHERS = [
    ("{{ hostvars['r1'].x }}", {"r1"}, {"x"}, True),
    ("{{ hostvars.r1['x'].y }}", {"r1"}, {"x"}, True),
    ("{{ hostvars[h].x }}", set(), {"x"}, True),
    ("{{ hostvars[h][n] }}", set(), set(), False),
    ("{{ hostvars['r1'] }}", {"r1"}, set(), False),
    ("{{ hostvars }}", set(), set(), False),
    ("{{ groups.a | map('extract', hostvars, 'x') | list }}", set(), set(), False),
]


@pytest.mark.parametrize(("text", "hosts", "names", "complete"), OTHERS)
def test_what_is_read_of_other_hosts(
    templar: Templar, text: str, hosts: set[str], names: set[str], complete: bool
) -> None:
    found = templar.names(Source(text))
    assert (found.hosts, found.host_names, found.complete) == (hosts, names, complete)
    assert "hostvars" in found.variables


COMPUTED = [
    ("{{ lookup('env', 'HOME') }}", {"env"}, set(), True),
    ("{{ query('ansible.builtin.file', 'x') }}", {"file"}, set(), True),
    ("{{ lookup('vars', 'x', 'y') }}", {"vars"}, {"x", "y"}, True),
    ("{{ lookup('vars', n) }}", {"vars"}, {"n"}, False),
    ("{{ lookup(n) }}", set(), {"n"}, False),
    ("{{ lookup('template', 't.j2') }}", {"template"}, set(), False),
    ("{{ q('varnames', '^x') }}", {"varnames"}, set(), False),
    ("{{ vars['x'] }}", set(), {"vars", "x"}, True),
    ("{{ vars[n] }}", set(), {"vars", "n"}, False),
    ("{% include 'x.j2' %}", set(), set(), False),
    ("{{ a", set(), set(), False),
]


@pytest.mark.parametrize(("text", "lookups", "variables", "complete"), COMPUTED)
def test_lookups_and_what_cannot_be_told(
    templar: Templar, text: str, lookups: set[str], variables: set[str], complete: bool
) -> None:
    found = templar.names(Source(text))
    assert (found.lookups, found.variables, found.complete) == (lookups, variables, complete)


def test_names_of_a_condition(templar: Templar) -> None:
    names = templar.condition_names(Source("a == 1 and b is defined and c"))
    assert (names.variables, names.required) == ({"a", "b", "c"}, {"a"})
    assert templar.condition_names(True) == Names()
    assert templar.condition_names(Source("{{ a }}")).variables == {"a"}


def test_names_of_a_file(templar: Templar, tmp_path: Path) -> None:
    path = tmp_path / "t.j2"
    path.write_text("#jinja2: variable_start_string: '[%', variable_end_string: '%]'\n[% a %]{{ b")
    assert templar.file_names(path).variables == {"a"}
    assert not templar.file_names(tmp_path / "no.j2").complete


def test_what_does_not_compile_is_not_told(templar: Templar) -> None:
    assert not templar.names(Source("{{ x | nosuch }}")).complete


@pytest.mark.parametrize(
    "text", ["{{ vars['hostvars'].h.x }}", "{{ lookup('vars', 'hostvars').h }}"]
)
def test_others_that_are_read_in_a_roundabout_way_cannot_be_told(
    templar: Templar, text: str
) -> None:
    assert not templar.names(Source(text)).complete


def test_a_number_that_is_too_long_to_write_is_no_defect() -> None:
    names = Templar().names(Source("{{ a }}{{ 10 ** 5000 }}"))
    assert not names.complete
