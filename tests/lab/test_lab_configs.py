"""Configurations: what a line changes, and how the whole is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runner.lab.configs import junos, tree
from runner.lab.configs.routeros import RouterosStore
from runner.lab.configs.tree import Style
from runner.lab.profile import load_profile

STYLE = Style(single=("hostname", "description", "ip address"))
TEXT = """\
hostname r1
interface GigabitEthernet0/1
 description to core
 ip address 192.0.2.1 255.255.255.0
!
ntp server 198.51.100.10
!
"""


def test_what_is_shown_can_be_read_again() -> None:
    assert tree.render(tree.parse(TEXT, STYLE), STYLE) == TEXT


def test_a_line_of_which_there_is_one_replaces_the_old() -> None:
    found = tree.parse(TEXT, STYLE)
    tree.put(found, (), "hostname r2", STYLE)
    tree.put(found, ("interface GigabitEthernet0/1",), "description elsewhere", STYLE)
    shown = tree.render(found, STYLE)
    assert shown.startswith("hostname r2\n")
    assert " description elsewhere\n" in shown
    assert "to core" not in shown


def test_other_lines_stand_with_their_like() -> None:
    found = tree.parse(TEXT, STYLE)
    tree.put(found, (), "ntp server 198.51.100.11", STYLE)
    tree.put(found, ("interface GigabitEthernet0/2",), "shutdown", STYLE)
    assert list(found) == [
        "hostname r1",
        "interface GigabitEthernet0/1",
        "interface GigabitEthernet0/2",
        "ntp server 198.51.100.10",
        "ntp server 198.51.100.11",
    ]


def test_a_line_is_taken_away_by_its_beginning() -> None:
    found = tree.parse(TEXT, STYLE)
    assert tree.remove(found, ("interface GigabitEthernet0/1",), "description")
    assert tree.remove(found, (), "ntp server 198.51.100.10")
    assert not tree.remove(found, (), "ntp server 198.51.100.1")  # words, not characters
    assert "ntp" not in tree.render(found, STYLE)


words = st.text(alphabet="abcxyz", min_size=1, max_size=3)
statements = st.lists(words, min_size=1, max_size=4)


@given(st.lists(statements))
def test_junos_set_lines_build_the_same_again(lines: list[list[str]]) -> None:
    found: tree.Tree = {}
    for line in lines:
        junos.put(found, line, ())
    again: tree.Tree = {}
    for line in "".join(junos.set_lines(found)).splitlines():
        junos.put(again, junos.words_of(line)[1:], ())
    assert again == found


@given(st.lists(statements), st.lists(statements))
def test_junos_compare_is_empty_only_when_nothing_changed(
    before: list[list[str]], after: list[list[str]]
) -> None:
    old: tree.Tree = {}
    new: tree.Tree = {}
    for line in before:
        junos.put(old, line, ())
    for line in after:
        junos.put(new, line, ())
    changed = old != new
    leafless = "".join(junos.compare(old, new, ()))
    assert bool(leafless) == _differs(old, new)
    assert changed or not leafless


def _differs(old: tree.Tree, new: tree.Tree) -> bool:
    """Whether a word came or went anywhere both have children."""
    if set(old) != set(new):
        return True
    return any(_differs(old[word], new[word]) for word in old if old[word] and new[word])


def test_junos_keeps_one_value_where_there_is_one() -> None:
    found: tree.Tree = {}
    single = ("host-name",)
    junos.put(found, ["system", "host-name", "r1"], single)
    junos.put(found, ["system", "host-name", "r2"], single)
    assert found == {"system": {"host-name": {"r2": {}}}}


def test_junos_deletes_what_is_there() -> None:
    found: tree.Tree = {"system": {"services": {"ssh": {}, "telnet": {}}}}
    assert junos.remove(found, ["system", "services", "telnet"])
    assert not junos.remove(found, ["system", "services", "telnet"])
    assert found == {"system": {"services": {"ssh": {}}}}


def test_a_routeros_export_can_be_read_again() -> None:
    configuration = load_profile("mikrotik_routeros").configuration
    text = '/ip address\nadd address=192.0.2.1/24 comment="a b"\n/system identity\nset name=r1\n'
    store = RouterosStore(configuration, text)
    assert store.text() == text
    assert RouterosStore(configuration, store.text()).menus == store.menus
