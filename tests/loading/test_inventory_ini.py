"""INI inventories line by line: words, literals, sections, ranges, and their errors."""

from __future__ import annotations

import ast
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import LoadError
from runner.loading.inventory import ini_format, ranges
from runner.loading.inventory.groups import Tree
from runner.values import Origin, Source

LITERALS: list[tuple[str, Any]] = [
    ("5", 5),
    ("-5", -5),
    ("1.10", 1.1),
    ("1e3", 1000.0),
    ("1_000", 1000),
    ("0x10", 16),
    ("0755", "0755"),
    ("True", True),
    ("False", False),
    ("None", None),
    ("true", "true"),
    ("yes", "yes"),
    ("NO", "NO"),
    ("['a', 1]", ["a", 1]),
    ("('a',)", ["a"]),
    ("{'a': [1]}", {"a": [1]}),
    ("{1}", [1]),
    ("'5'", "5"),
    ("b'x'", "x"),
    ("...", "..."),
    ("1j", "1j"),
    ("", ""),
    ("a b", "a b"),
    ("10.0.0.1", "10.0.0.1"),
    ("{{ x }}", "{{ x }}"),
    ("{{1}}", "{{1}}"),
    ("[1, 2", "[1, 2"),
    ("__import__('os')", "__import__('os')"),
    ("9" * 5000, "9" * 5000),
    ("[" * 3000, "[" * 3000),
    ("\\d", "\\d"),
    ("'\\d'", "\\d"),
]


@pytest.mark.parametrize(("written", "value"), LITERALS)
def test_values_are_python_literals_or_text(written: str, value: Any) -> None:
    got = ini_format.literal(written, None)
    assert got == value
    assert isinstance(got, type(value))


def test_templates_inside_literals_are_sources() -> None:
    origin = Origin("hosts", 1, 1)
    value = ini_format.literal("['{{ x }}', {'a': '{{ y }}'}, 'z']", origin)
    assert [type(value[0]), type(value[1]["a"]), type(value[2])] == [Source, Source, str]
    assert value[0].origin == origin


@given(st.text(max_size=40))
def test_any_value_is_read(written: str) -> None:
    ini_format.literal(written, None)


def fill(text: str) -> Tree:
    tree = Tree()
    ini_format.fill(tree, text, "hosts")
    tree.finish()
    return tree


def host_values(tree: Tree, name: str) -> dict[str, Any]:
    return {key: value for scope in tree.hosts[name].scopes for key, value in scope.values.items()}


def test_words_are_split_as_a_shell_does() -> None:
    tree = fill("r1 a='x y' b=\"it's\" c=x\\ y d=\"'5'\" e= f=a=b # comment g=1\n")
    assert host_values(tree, "r1") == {
        "a": "x y",
        "b": "it's",
        "c": "x y",
        "d": "5",
        "e": "",
        "f": "a=b",
    }


def test_a_section_of_variables_takes_the_rest_of_the_line() -> None:
    tree = fill('[g]\nr1\n[g:vars]\na = x y # z\nb=5 # five\nc="q"\nd=p=q\n')
    values = {k: v for scope in tree.groups["g"].scopes for k, v in scope.values.items()}
    assert values == {"a": "x y # z", "b": 5, "c": "q", "d": "p=q"}


def test_sections_may_stand_in_any_order_and_have_comments() -> None:
    tree = fill("[up:children] # first\nlow # why\n; a comment\n[up:vars]\nx=1\n[low]\nr1\n")
    assert tree.hosts_of("up") == ["r1"]


def test_groups_of_earlier_sources_count_as_declared() -> None:
    tree = Tree()
    tree.add_group("known")
    ini_format.fill(tree, "[known:vars]\nx=1\n[g:children]\nknown\n", "hosts")


WRONG_LINES = [
    ("[g\nr1\n", 1, 1, "section without its end"),
    ("[g h]\n", 1, 1, "not a section"),
    ("[g:hots]\n", 1, 1, "unknown kind of section: hots"),
    ("r1\n  [g:vars]\nx=1\n", 2, 3, r"\[g:vars\], and no group g"),
    ("[g]\n[g:vars]\nx\n", 3, 1, "expected key=value"),
    ("[g]\n[g:vars]\nansible_group_priority=x\n", 3, 1, "priority must be a number"),
    ("[g:children]\nnone\n", 2, 1, "no such group"),
    ("[a:children]\nb\n[b:children]\na\n", 4, 1, "contain itself"),
    ("[a:children]\na\n", 2, 1, "contain itself"),
    ("[a:children]\nall\n", 2, 1, "contain itself"),
    ("[a:children]\nx y\n", 2, 1, "name of a group"),
    ("r1 x\n", 1, 4, "no key=value"),
    ("r1 =x\n", 1, 4, "no key=value"),
    ("r1 x='a\n", 1, 1, "quote is never closed"),
    ("r1:\n", 1, 1, "no host"),
    ("---\n", 1, 1, "no host"),
    ("r[1:2\n", 1, 1, "brackets do not match"),
    ("r[2:1]\n", 1, 1, "ends before it begins"),
    ("r1:99999\n", 1, 1, "no port 99999"),
]


@pytest.mark.parametrize(("text", "line", "column", "words"), WRONG_LINES)
def test_errors_are_located(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(LoadError, match=words) as caught:
        fill(text)
    assert caught.value.origin == Origin("hosts", line, column)


def test_a_line_that_is_shown_has_no_password_in_it() -> None:
    with pytest.raises(LoadError) as caught:
        fill("r1 ansible_password=correct horse\n")
    assert "horse" not in f"{caught.value} {caught.value.excerpt}"
    assert caught.value.excerpt == "r1 ansible_password=********"


@given(st.text(alphabet="ab1[]:=#;'\"\\ \n{}-,é\x00", max_size=60))
def test_any_inventory_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        fill(text)
    except LoadError as error:
        place = error.origin
    else:
        place = Origin("hosts", 1, 1)
    assert place is not None
    assert place.line <= text.count("\n") + 1 + text.count("\x00")


# --- ranges -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "names", "port"),
    [
        ("r1", ["r1"], None),
        ("r[1:3]", ["r1", "r2", "r3"], None),
        ("r[01:03]", ["r01", "r02", "r03"], None),
        ("r[08:10]", ["r08", "r09", "r10"], None),
        ("r[:2]", ["r0", "r1", "r2"], None),
        ("r[1:9:4]x", ["r1x", "r5x", "r9x"], None),
        ("[a:c]", ["a", "b", "c"], None),
        ("x[a:e:2]", ["xa", "xc", "xe"], None),
        ("r[1:2]-[a:b]", ["r1-a", "r1-b", "r2-a", "r2-b"], None),
        ("r[1:2]:2222", ["r1", "r2"], 2222),
        ("192.0.2.1:23", ["192.0.2.1"], 23),
        ("2001:db8::1", ["2001:db8::1"], None),
        ("[2001:db8::1]:23", ["2001:db8::1"], 23),
        ("2001:db8::[1:2]", ["2001:db8::1", "2001:db8::2"], None),
    ],
)
def test_ranges(pattern: str, names: list[str], port: int | None) -> None:
    assert ranges.expand(pattern) == (names, port)


@pytest.mark.parametrize(
    "pattern",
    [
        "r[1]",
        "r[1:]",
        "r[]",
        "r[1:2:0]",
        "r[1:2:x]",
        "r[1:2:3:4]",
        "r[01:100]",
        "r[a:5]",
        "r[ab:cd]",
        "r[c:a]",
        "r]1[",
        "r[1:2",
        "r[1:9999999]",
        "r[1:2000][1:2000]",
        "r[1:99999999999999999999999]",
        "r1:0",
        "r[²:³]",
    ],
)
def test_wrong_ranges(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        ranges.expand(pattern)


@given(st.integers(0, 500), st.integers(0, 30), st.integers(1, 7), st.integers(1, 5))
def test_a_range_counts_as_python_does(first: int, more: int, step: int, width: int) -> None:
    begin, end = str(first).zfill(width), str(first + more).zfill(width)
    if begin[0] == "0" and len(begin) > 1 and len(begin) != len(end):
        return
    filled = width if begin[0] == "0" and len(begin) > 1 else 0
    wanted = [f"r{str(n).zfill(filled)}" for n in range(first, first + more + 1, step)]
    assert ranges.expand(f"r[{begin}:{end}:{step}]").names == wanted


@given(st.text(st.sampled_from("ab=\"'\\# \t.1"), max_size=12).map(lambda rest: f"h{rest}".strip()))
def test_words_are_those_of_a_shell(line: str) -> None:
    filler = ini_format._Filler(Tree(), "hosts")
    try:
        expected = shlex.split(line, comments=True)
    except ValueError:
        with pytest.raises(LoadError, match="a quote is never closed"):
            filler._words(line)
    else:
        assert filler._words(line) == expected


@given(st.from_regex(r"-?[0-9.]{1,8}(/[0-9]{1,2})?", fullmatch=True))
def test_numbers_and_addresses_are_what_python_makes_of_them(text: str) -> None:
    try:
        expected = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        expected = text
    assert ini_format.literal(text, None) == expected
    assert type(ini_format.literal(text, None)) is type(expected)
