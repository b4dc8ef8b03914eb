"""Filters beyond the comparison with Ansible: messages, libraries, round trips."""

from __future__ import annotations

import concurrent.futures
import sys
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import HERE, rendered, variables

from runner.errors import RenderError
from runner.templating import Templar, UndefinedVariable
from runner.values import Masks, Source

ONE_TEMPLAR = Templar()

REFUSED = [
    ("{{ [] | dirname }}", "dirname wants a path and got a list"),
    ("{{ none | basename }}", "basename wants a path and got none"),
    ("{{ 5 | splitext }}", "splitext wants a path and got a number"),
    ("{{ '(' | regex_search('(') }}", "'(' is not a regular expression"),
    ("{{ 'a' | regex_search('(a)', '\\2') }}", "has no such group"),
    ("{{ 'a' | regex_replace('(a)', '\\2') }}", "does not fit"),
    ("{{ 'a' is match('(') }}", "is not a regular expression"),
    ("{{ 'a' | b64decode }}", "not base64"),
    ("{{ 'x' | to_datetime }}", "to_datetime"),
    ("{{ '%Y' | strftime('x') }}", "'x' is not a number of seconds"),
    ("{{ 'x' | human_readable }}", "'x' is not a number"),
    ("{{ '5Q' | human_to_bytes }}", "'5Q' is not a size"),
    ("{{ -1 | log }}", "log: "),
    ("{{ 'a' | comment('nope') }}", "'nope' is not a style"),
    ("{{ 'http://x' | urlsplit('nope') }}", "'nope' is not a part"),
    ("{{ [] | random }}", "something in it"),
    ("{{ 5 | difference([]) }}", "wants a list and got a number"),
    ("{{ range(12) | permutations | list }}", "more than 1,000,000"),
    ("{{ 'a: [' | from_yaml }}", "this is not YAML"),
    ("{{ '1,x' | vlan_expander }}", "neither a number nor a range"),
    ("{{ {'a': zz} | to_json }}", "'zz' is not defined"),
    ("{{ zz | ternary(1, 2) }}", "'zz' is not defined"),
    ("{{ zz | combine({}) }}", "'zz' is not defined"),
    ("{{ zz | int }}", "'zz' is not defined"),
    ("{{ zz | length }}", "'zz' is not defined"),
    ("{{ zz | regex_search('a') }}", "'zz' is not defined"),
    ("{{ zz | ipaddr }}", "'zz' is not defined"),
    ("{{ zz | union([1]) }}", "'zz' is not defined"),
    ("{{ zz | bool }}", "'zz' is not defined"),
    ("{{ [1, zz] | sum }}", "'zz' is not defined"),
    ("{{ zz + 1 }}", "'zz' is not defined"),
    ("{{ zz.a.b['c'] }}", "'zz' is not defined"),
    ("{{ zz() }}", "'zz' is not defined"),
    ("{% for i in zz %}{% endfor %}", "'zz' is not defined"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_a_filter_says_what_it_wants(templar: Templar, text: str, message: str) -> None:
    with pytest.raises(RenderError) as caught:
        rendered(templar, text)
    assert message in str(caught.value)
    assert caught.value.origin == HERE


@pytest.mark.parametrize(
    ("library", "text", "hint"),
    [
        ("jmespath", "{{ {} | json_query('a') }}", "install playrun[net]"),
        ("passlib", "{{ 'a' | password_hash }}", "pip install passlib"),
    ],
)
def test_a_missing_library_is_named(
    templar: Templar, monkeypatch: pytest.MonkeyPatch, library: str, text: str, hint: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(RenderError, match=f"needs the library {library}") as caught:
        rendered(templar, text)
    assert caught.value.hint == hint


ATTRIBUTES = [
    ("{{ d.nme }}", "there is no 'nme' in the dictionary (it has ip, name)", "name"),
    ("{{ d['nme'] }}", "there is no 'nme' in the dictionary (it has ip, name)", "name"),
    ("{{ l[5] }}", "there is no element 5: the list has 2", None),
    ("{{ s.nme }}", "a text has no 'nme'", None),
    ("{{ none.x }}", "a none has no 'x'", None),
]


@pytest.mark.parametrize(("text", "message", "close"), ATTRIBUTES)
def test_a_missing_part_is_named_with_what_is_there(
    templar: Templar, text: str, message: str, close: str | None
) -> None:
    with pytest.raises(UndefinedVariable) as caught:
        rendered(templar, text, d={"name": 1, "ip": 2}, l=[1, 2], s="x")
    assert caught.value.message == message
    assert caught.value.hint == (f"did you mean '{close}'?" if close else None)


def test_a_message_shows_no_secret() -> None:
    masks = Masks()
    masks.add("s3cret-word")
    with pytest.raises(RenderError) as caught:
        rendered(Templar(masks=masks), "{{ x | ipmath(1) }}", x="s3cret-word")
    assert "s3cret" not in str(caught.value)
    assert "ipmath" in str(caught.value)


_plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_plain)
def test_json_and_yaml_come_back_as_they_went(value: Any) -> None:
    scope = variables(ONE_TEMPLAR, data={"v": value})
    for there, back in [
        ("to_json", "from_json"),
        ("to_nice_json", "from_json"),
        ("to_yaml", "from_yaml"),
        ("to_nice_yaml", "from_yaml"),
        ("to_nice_yaml(indent=2)", "from_yaml"),
    ]:
        text = Source("{{ v | " + there + " | " + back + " }}")
        assert ONE_TEMPLAR.render(text, scope) == value, there


_lists = st.lists(st.integers(0, 5) | st.lists(st.integers(0, 2), max_size=2), max_size=6)


@given(_lists, _lists)
def test_set_filters_agree_with_each_other(one: list[Any], two: list[Any]) -> None:
    scope = variables(ONE_TEMPLAR, data={"a": one, "b": two})

    def ask(name: str) -> list[Any]:
        result = ONE_TEMPLAR.render(Source("{{ a | " + name + "(b) }}"), scope)
        assert isinstance(result, list)
        assert all(result.count(item) == 1 for item in result)
        return result

    def same(left: list[Any], right: list[Any]) -> bool:
        return len(left) == len(right) and all(item in right for item in left)

    assert same(ask("union"), ask("intersect") + ask("symmetric_difference"))
    assert all(item in one and item not in two for item in ask("difference"))
    assert all(item in one and item in two for item in ask("intersect"))


def test_sets_keep_the_order_of_their_lists(templar: Templar) -> None:
    scope = variables(templar, {"a": [9, "b", 3, "a"], "b": [3, 1]})
    for name, expected in [
        ("difference(b)", [9, "b", "a"]),
        ("union(b)", [9, "b", 3, "a", 1]),
        ("intersect(b)", [3]),
        ("symmetric_difference(b)", [9, "b", "a", 1]),
    ]:
        assert templar.render(Source("{{ a | " + name + " }}"), scope) == expected


VERSIONS = ["12.2(55)SE", "15.2", "15.2(4)M", "15.2(4)M1", "15.2(4)M10", "16.9", "16.9a", "16.9.1"]


def test_versions_of_network_devices_are_ordered(templar: Templar) -> None:
    for at, version in enumerate(VERSIONS):
        for other_at, other in enumerate(VERSIONS):
            scope = variables(templar, data={"a": version, "b": other})
            assert templar.test(Source("a is version(b, '<')"), scope) is (at < other_at)


def test_many_threads_use_one_templar() -> None:
    templar = Templar()
    text = Source("{% for i in range(20) %}{{ host }}-{{ i | string | upper }} {% endfor %}")

    def render(number: int) -> str:
        return str(templar.render(text, variables(templar, {"host": "{{ n }}"}, {"n": number})))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(render, range(200)))
    assert results == ["".join(f"{n}-{i} " for i in range(20)) for n in range(200)]


def test_text_is_text(templar: Templar) -> None:
    scope = variables(templar, {"x": 5})
    for value, expected in [
        (None, ""),
        (5, "5"),
        (True, "True"),
        ("a", "a"),
        (Source("{{ x }}"), "5"),
        (Source("{{ none }}"), ""),
        ([1], "[1]"),
    ]:
        assert templar.text(value, scope) == expected


def test_what_filters_give_reads_as_lists_in_text(templar: Templar) -> None:
    text = "x {{ [1] | zip(['a']) | list }} {{ {'b': 1} | dictsort }} {{ 'a.b' | splitext }}"
    assert rendered(templar, text) == "x [[1, 'a']] [['b', 1]] ['a', '.b']"


def test_yaml_is_quoted_as_ansible_quotes_it(templar: Templar) -> None:
    text = "{{ {'y': '', 'n': 'no'} | to_nice_yaml }}"
    assert rendered(templar, text) == "n: 'no'\ny: ''\n"


def test_a_mapping_that_is_made_as_it_is_read_stands_in_text_as_one(templar: Templar) -> None:
    variables = templar.variables().with_data({"groups": MappingProxyType({"all": ["r1"]})})
    assert templar.render(Source("x {{ groups }}"), variables) == "x {'all': ['r1']}"
