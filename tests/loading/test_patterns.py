"""Host patterns, against what Ansible selects; limits; and any text at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import LoadError
from runner.loading.inventory.inventory import Inventory, load_inventory
from runner.loading.inventory.patterns import LOCAL_NAMES, limit, select, split

DATA = Path(__file__).parent / "data"


def fleet(name: str) -> Inventory:
    expected = json.loads((DATA / name / "expected.json").read_text())
    return load_inventory(
        [each if "," in each else str(DATA / name / each) for each in expected["sources"]]
    )


FLEETS = {name: fleet(name) for name in ("precedence", "folder")}
CASES = [
    (name, *case)
    for name in FLEETS
    for case in json.loads((DATA / name / "expected.json").read_text())["patterns"]
]


@pytest.mark.parametrize(("name", "pattern", "hosts", "unknown"), CASES)
def test_patterns_select_what_ansible_selects(
    name: str, pattern: str, hosts: list[str], unknown: list[str]
) -> None:
    selection = select(FLEETS[name], pattern)
    assert list(selection.hosts) == hosts
    assert sorted(selection.unknown) == sorted(unknown)


@pytest.mark.parametrize(
    ("pattern", "hosts"),
    [
        ("routers[99]", ()),
        ("routers[1:0]", ()),
        ("nosuch[0]", ()),
    ],
)
def test_a_subscript_beyond_the_end_is_told(pattern: str, hosts: tuple[str, ...]) -> None:
    assert select(FLEETS["precedence"], pattern) == (hosts, (pattern,))


def test_a_list_of_patterns_is_one_pattern() -> None:
    inventory = FLEETS["precedence"]
    assert select(inventory, ["r01:r02", "!r01", "s1"]).hosts == ("r02", "s1")
    assert select(inventory, ["r01,s1", "r02"]).hosts == ("r01", "s1", "r02")


def test_nothing_selects_nothing() -> None:
    assert select(FLEETS["precedence"], "") == ((), ())
    assert select(FLEETS["precedence"], []) == ((), ())


def test_a_bad_regular_expression_is_an_error() -> None:
    with pytest.raises(LoadError, match=r"~\(r is no regular expression"):
        select(FLEETS["precedence"], "~(r")


@pytest.mark.parametrize(
    ("pattern", "terms"),
    [
        ("a:b", ["a", "b"]),
        ("a,b:c", ["a", "b:c"]),
        ("a b", ["a", "b"]),
        ("g[0:2]:!x[1]", ["g[0:2]", "!x[1]"]),
        ("2001:db8::1", ["2001:db8::1"]),
        ("::1", ["::1"]),
        ("r1:22", ["r1:22"]),
        ("~^(a|b)$:&c", ["~^(a|b)$", "&c"]),
        (" a , ,b, ", ["a", "b"]),
    ],
)
def test_how_patterns_are_split(pattern: str, terms: list[str]) -> None:
    assert split(pattern) == terms


def test_a_limit_keeps_the_plays_order_and_tells_unknown_names() -> None:
    inventory = FLEETS["precedence"]
    assert limit(inventory, ("s1", "r03", "r01"), "r01,s1,typo") == (("s1", "r01"), ("typo",))
    assert limit(inventory, ("s1", "r03", "r01"), "!r03").hosts == ("s1", "r01")


def test_a_limit_reads_files(tmp_path: Path) -> None:
    file = tmp_path / "failed"
    file.write_text("r03\n\n r01 \n")
    assert limit(FLEETS["precedence"], ("s1", "r03", "r01"), f"@{file}").hosts == ("r03", "r01")
    with pytest.raises(LoadError, match=r"limit file .*gone does not exist"):
        limit(FLEETS["precedence"], ("s1",), f"@{tmp_path}/gone")


NAMES = st.sampled_from(["r01", "s1", "core", "edge", "routers", "all", "e1", "zz"])
TERMS = st.tuples(st.sampled_from(["", "", "!", "&"]), NAMES).map("".join)


@given(st.lists(TERMS, min_size=1, max_size=6))
def test_exclusions_and_intersections_hold_wherever_they_stand(terms: list[str]) -> None:
    inventory = FLEETS["precedence"]
    chosen = set(select(inventory, ",".join(terms)).hosts)
    for term in terms:
        alone = set(select(inventory, term.lstrip("!&")).hosts)
        if term[0] == "!":
            assert not chosen & alone
        elif term[0] == "&":
            assert chosen <= alone
    assert chosen == set(select(inventory, ",".join(reversed(terms))).hosts)


@given(st.text(alphabet="ar01s*?[]:!&~,-|() ", max_size=12))
def test_any_pattern_selects_known_hosts_or_is_an_error(pattern: str) -> None:
    inventory = FLEETS["precedence"]
    try:
        hosts = select(inventory, pattern).hosts
    except LoadError:
        return
    assert set(hosts) <= {*inventory.hosts, *LOCAL_NAMES}
    assert len(set(hosts)) == len(hosts)
