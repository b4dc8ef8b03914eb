"""Finding, merging and checking platform files."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner import platforms
from runner.errors import LoadError, PlanError
from runner.platforms.aliases import ALIASES, normal

MINIMAL = """
modes:
  exec: {prompt: 'r>'}
login: {user: 'user:', password: 'pass:'}
"""


def write(folder: Path, name: str, text: str) -> tuple[Path, ...]:
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return (folder,)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("ios", "cisco_ios"),
        ("cisco.ios.ios", "cisco_ios"),
        ("IOS-XE", "cisco_ios"),
        ("cisco_xe", "cisco_ios"),
        ("iosxr", "cisco_iosxr"),
        ("cisco.iosxr.iosxr", "cisco_iosxr"),
        ("cisco_xr", "cisco_iosxr"),
        ("nxos", "cisco_nxos"),
        ("cisco.nxos.nxos", "cisco_nxos"),
        ("eos", "arista_eos"),
        ("arista.eos.eos", "arista_eos"),
        ("junos", "juniper_junos"),
        ("junipernetworks.junos.junos", "juniper_junos"),
        ("routeros", "mikrotik_routeros"),
        ("community.routeros.routeros", "mikrotik_routeros"),
        ("vrp", "huawei_vrp"),
        ("ce", "huawei_vrp8"),
        ("community.network.ce", "huawei_vrp8"),
        ("frr.frr.frr", "frr"),
        ("linux", "linux"),
        ("generic", "generic"),
    ],
)
def test_every_usual_name_leads_to_its_file(name: str, file: str) -> None:
    assert platforms.canonical(name) == file
    assert platforms.load(name) is platforms.load(file) or platforms.load(name).name == file


def test_the_alias_table_says_what_the_files_say() -> None:
    told = {
        normal(alias): name for name in platforms.names() for alias in platforms.load(name).aliases
    }
    assert dict(ALIASES) == told


def test_no_alias_is_given_twice_and_none_hides_a_file() -> None:
    aliases = [normal(a) for name in platforms.names() for a in platforms.load(name).aliases]
    assert sorted(aliases) == sorted(set(aliases))
    assert not set(aliases) & set(platforms.names())


def test_names_that_other_tools_use_are_understood_where_they_are_one_platforms_own() -> None:
    for name in platforms.names():
        tools = platforms.load(name).names
        for known in (*tools.get("ansible", ()), *tools.get("netmiko", ())):
            assert platforms.canonical(known) == name, known


def test_a_lookup_opens_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    platforms.names()

    def refuse(*_: object, **__: object) -> str:
        raise AssertionError("a file was opened")

    monkeypatch.setattr(Path, "read_text", refuse)
    assert platforms.canonical("cisco.ios.ios") == "cisco_ios"
    assert platforms.canonical("no_such") is None


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(
        PlanError, match=r"no platform is called 'cisco_iso' \(did you mean cisco_ios"
    ):
        platforms.load("cisco_iso")


@pytest.mark.parametrize("name", ["../cisco_ios", "/etc/passwd", "", "a/b", "..", "x\n", "-x"])
def test_a_name_that_is_no_name_reaches_no_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError):
        platforms.load(name, (tmp_path,))


def test_a_platform_of_the_users_own(tmp_path: Path) -> None:
    folders = write(tmp_path, "acme_os", MINIMAL)
    platform = platforms.load("acme_os", folders)
    assert platform.name == "acme_os"
    assert platforms.mode_of(platform, "r> ") is platform.modes["exec"]
    with pytest.raises(PlanError):
        platforms.load("acme_os")


def test_a_users_file_may_extend_the_one_it_replaces(tmp_path: Path) -> None:
    folders = write(
        tmp_path, "cisco_ios", "extends: cisco_ios\n+setup: [terminal no monitor]\nlogout: quit\n"
    )
    own, ours = platforms.load("ios", folders), platforms.load("ios")
    assert own.setup == (*ours.setup, "terminal no monitor")
    assert own.logout == "quit"
    assert own.modes == ours.modes
    assert platforms.load("ios").logout == "exit"


def test_merging_replaces_lists_appends_where_told_and_takes_away(tmp_path: Path) -> None:
    write(tmp_path, "base_os", MINIMAL + "setup: [a, b]\nerrors: ['^bad']\nlogout: bye\n")
    folders = write(
        tmp_path,
        "child_os",
        "extends: base_os\nsetup: [c]\n+errors: ['^worse']\nlogout: ~\n"
        "modes: {more: {prompt: 'm>', parent: exec, enter: go}}\n",
    )
    child = platforms.load("child_os", folders)
    assert child.setup == ("c",)
    assert [pattern.pattern for pattern in child.errors] == ["^bad", "^worse"]
    assert child.logout == "exit"
    assert list(child.modes) == ["exec", "more"]
    assert child.aliases == ()


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("modez: {}\n", 1, r"modez: unknown key \(did you mean modes\?\)"),
        ("modes: {exec: {promt: x}}\n", 1, r"modes\.exec\.promt: unknown key"),
        ("modes: {exec: {enter: x}}\n", 1, r"modes\.exec\.prompt: is missing"),
        (
            "modes:\n  exec:\n    prompt: '(['\n",
            3,
            r"modes\.exec\.prompt: is no regular expression",
        ),
        (
            "extends: generic\nmodes:\n  exec: {prompt: x}\n  b: {prompt: y, parent: c}\n",
            4,
            r"modes\.b\.parent: there is no mode c",
        ),
        (
            "extends: generic\nmodes:\n  exec: {prompt: x, parent: b}\n"
            "  b: {prompt: y, parent: exec}\n",
            3,
            r"modes\.exec\.parent: the mode is an ancestor of itself",
        ),
        (MINIMAL + "exec_mode: user\n", 5, "exec_mode: there is no mode user"),
        (MINIMAL + "config: {mode: conf}\n", 5, "config.mode: there is no mode conf"),
        (MINIMAL + "errors: ['ok', '(']\n", 5, r"errors\.1: is no regular expression"),
        (MINIMAL + "setup: [1]\n", 5, r"setup\.0: must be text, not 1"),
        (MINIMAL + "setup: x\n", 5, "setup: must be a list"),
        (MINIMAL + "secrets: ['x']\n", 5, r"secrets\.0: has no group"),
        (MINIMAL + "pagers: [x]\n", 5, r"pagers\.0: must be a mapping"),
        (MINIMAL + "terminal: [1]\n", 5, "terminal: must be two whole numbers"),
        (
            MINIMAL + "questions:\n  - {pattern: x, answer: y, phase: now}\n",
            6,
            r"questions\.0\.phase: must be one of login",
        ),
        (MINIMAL + "questions:\n  - {pattern: x, answer: no}\n", 6, r"answer: must be text.*quote"),
        ("extends: nobody\n", 1, "extends: no platform is called 'nobody'"),
        ("extends: [x]\n", 1, "extends: must be the name"),
        ("extends: bad_os\n", 1, "extends: bad_os extends this one in turn"),
        ("- x\n", 1, "a platform file is a mapping"),
        ("+setup: x\nextends: cisco_ios\n", 1, "only a list can be added"),
        ("extends: cisco_ios\n+errors:\n  - '^ok'\n  - '('\n", 4, r"errors\.1: is no regular"),
        ("login: x\nmodes: {exec: {prompt: x}}\n", 1, "login: must be a mapping"),
        ("modes: {}\n", 1, "modes: a platform has at least one mode"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    folders = write(tmp_path, "bad_os", text)
    with pytest.raises(LoadError, match=says) as caught:
        platforms.load("bad_os", folders)
    origin = caught.value.origin
    assert origin is not None
    assert (Path(origin.file).name, origin.line) == ("bad_os.yaml", line)


def test_a_mistake_in_the_extended_file_is_told_there(tmp_path: Path) -> None:
    write(tmp_path, "base_os", MINIMAL + "errors: ['(']\n")
    folders = write(tmp_path, "child_os", "extends: base_os\n+errors: [ok]\n")
    with pytest.raises(LoadError, match=r"errors\.0") as caught:
        platforms.load("child_os", folders)
    assert caught.value.origin is not None
    assert Path(caught.value.origin.file).name == "base_os.yaml"


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "bin_os.yaml").write_bytes(b"modes: \xff\xfe")
    with pytest.raises(LoadError, match="cannot read"):
        platforms.load("bin_os", (tmp_path,))


@pytest.mark.parametrize("name", platforms.names())
def test_the_help_key_is_known_where_there_is_one(name: str) -> None:
    without = {"generic", "linux", "mikrotik_routeros"}
    assert platforms.load(name).help_key == ("" if name in without else "?")
