"""Inventories that are programs: what they print, what goes wrong, and how long it is kept.

What groups and hosts come of it was recorded from ansible-inventory (ansible-core 2.19).
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from runner.errors import LoadError
from runner.loading.inventory import cache
from runner.loading.inventory.cache import Keeping, spoken
from runner.loading.inventory.inventory import Inventory, load_inventory

ANSWER = """{"g": {"hosts": ["r1", "r2"], "vars": {"t": 7, "ansible_group_priority": 5}},
"l": ["r3"], "legacy": {"a": 1}, "p": {"children": ["g", "newc"]},
"_meta": {"hostvars": {"r1": {"x": "{{ 2+2 }}", "y": [1]}, "zz": {"q": 1}}}}"""


def program(folder: Path, body: str, name: str = "inv.sh") -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n" + body)
    path.chmod(0o755)
    return path


def printing(folder: Path, text: str) -> Path:
    return program(folder, f"cat <<'END'\n{text}\nEND\n")


NOT_KEPT = Keeping()


def load(path: Path, keeping: Keeping = NOT_KEPT) -> Inventory:
    return load_inventory([str(path)], keeping=keeping)


def test_groups_and_hosts_are_those_that_ansible_sees(tmp_path: Path) -> None:
    inventory = load(printing(tmp_path, ANSWER))
    assert inventory.groups == {
        "all": ("r3", "legacy", "r1", "r2"),
        "ungrouped": (),
        "g": ("r1", "r2"),
        "l": ("r3",),
        "legacy": ("legacy",),
        "p": ("r1", "r2"),
        "newc": (),
    }
    assert inventory.children_of("all") == ("ungrouped", "l", "legacy", "p")
    values = inventory.vars_of("r1")
    assert {name: values[name] for name in "txy"} == {"t": 7, "x": "{{ 2+2 }}", "y": [1]}
    assert values["inventory_file"] == str(tmp_path / "inv.sh")
    assert inventory.vars_of("legacy")["a"] == 1
    assert not inventory.has_host("zz")


def test_what_a_program_says_is_no_template_and_that_is_said(tmp_path: Path) -> None:
    inventory = load(printing(tmp_path, ANSWER))
    assert type(inventory.vars_of("r1")["x"]) is str
    (warning,) = [text for text in inventory.warnings if "template" in text]
    assert "x of r1 looks like a template; what a program says is not rendered" in warning


def test_files_beside_it_count(tmp_path: Path) -> None:
    path = printing(tmp_path, ANSWER)
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars/g.yml").write_text("t: from a file\n")
    assert load(path).vars_of("r2")["t"] == "from a file"


def test_hosts_are_asked_one_by_one_where_nothing_was_said_of_them(tmp_path: Path) -> None:
    body = (
        'echo "$*" >> asked\n[ "$1" = --list ] && echo \'{"g": ["r1", "r2"]}\'\n'
        '[ "$2" = r1 ] && echo \'{"x": 1}\'\nexit 0\n'
    )
    path = program(tmp_path, f"cd {tmp_path}\n{body}")
    inventory = load(path)
    assert inventory.vars_of("r1")["x"] == 1
    assert "x" not in inventory.vars_of("r2")
    assert (tmp_path / "asked").read_text() == "--list\n--host r1\n--host r2\n"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("echo 'no route\nmore' >&2; exit 3", r"--list failed \(exit 3\): no route$"),
        ("echo 'bad \033[31m' >&2; exit 1", r"exit 1\): bad \\x1b\[31m$"),
        ("exit 4", r"--list failed \(exit 4\)$"),
        ("kill -9 $$", r"--list failed \(exit -9\)"),
        ("echo hello", "--list does not print JSON: Expecting value: line 1 column 1"),
        ("echo '[1]'", "--list must print a JSON object of groups"),
        ("echo '{\"g\": 5}'", "the group g must be an object or a list"),
        ('echo \'{"g": {"vars": 5}}\'', "the variables of the group g must be an object"),
        ('echo \'{"_meta": {"hostvars": 5}}\'', "must be an object of hosts"),
        ('echo \'{"a": {"children": ["a"]}}\'', "a would contain itself"),
        ('echo \'{"a": ["../x"]}\'', "no name for a host"),
        (
            '[ "$1" = --list ] && echo \'{"g": ["r1"]}\' || { echo why >&2; exit 2; }',
            r"--host r1 failed \(exit 2\): why",
        ),
    ],
)
def test_a_program_that_fails_says_why(tmp_path: Path, body: str, words: str) -> None:
    with pytest.raises(LoadError, match=words) as caught:
        load(program(tmp_path, body + "\n"))
    assert caught.value.origin is not None
    assert caught.value.origin.file == str(tmp_path / "inv.sh")


def test_nothing_printed_is_nothing(tmp_path: Path) -> None:
    assert load(program(tmp_path, "exit 0\n")).hosts == ()


def test_a_program_may_not_take_for_ever(tmp_path: Path) -> None:
    path = program(tmp_path, f"sleep 600 &\necho $! > {tmp_path}/child\nsleep 600\n")
    out_of_time(path, tmp_path / "child")
    assert_ended(int((tmp_path / "child").read_text()))


def out_of_time(path: Path, begun: Path) -> None:
    """Its time is over after it has `begun`: on a busy machine that takes more than a moment."""
    for seconds in (0.5, 5, 40):
        with pytest.raises(LoadError, match=f"--list took longer than {seconds:g} s"):
            load(path, Keeping(timeout=seconds))
        if begun.exists() and begun.read_text():
            return
    raise AssertionError("it never began")


def assert_ended(pid: int) -> None:
    """What the program started is gone too, or waits to be reaped."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.02)
    raise AssertionError(f"{pid} still runs")


def test_a_child_of_another_session_does_not_hold_us(tmp_path: Path) -> None:
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    stays = f"echo yes > {begun}; {until_there(tmp_path / 'seen')}; echo > {ended}"
    path = program(tmp_path, f"setsid sh -c '{stays}' &\nsleep 600\n")
    out_of_time(path, begun)
    assert not ended.exists()
    (tmp_path / "seen").touch()


def test_a_child_that_stays_does_not_hold_us(tmp_path: Path) -> None:
    stays = f"({until_there(tmp_path / 'seen')}) >/dev/null 2>&1 &"
    path = program(tmp_path, stays + '\necho \'{"g": ["r1"]}\'\n')
    assert load(path, Keeping(timeout=100)).hosts == ("r1",)
    (tmp_path / "seen").touch()


def until_there(path: Path) -> str:
    """Shell that waits for a file: whoever waits for it before there is one, waits for long."""
    return f"n=0; while [ ! -e {path} ] && [ $n -lt 1500 ]; do sleep 0.1; n=$((n+1)); done"


def test_a_script_that_may_not_be_run_says_so(tmp_path: Path) -> None:
    path = printing(tmp_path, ANSWER).rename(tmp_path / "inv")
    path.chmod(0o644)
    with pytest.raises(LoadError, match=r"inv:1:1: it begins with #! .*chmod \+x"):
        load(path)


def test_a_file_of_hosts_may_be_executable(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("r1\n")
    path.chmod(0o755)
    assert load(path).hosts == ("r1",)


# --- keeping answers ----------------------------------------------------------------------


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000_000.0
        monkeypatch.setattr(cache.Answers.__init__, "__defaults__", (lambda: self.now,))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def counting(tmp_path: Path) -> Path:
    (tmp_path / "count").write_text("")
    return program(
        tmp_path,
        f"cd {tmp_path}\necho x >> count\n"
        "n=$(wc -l < count | tr -d ' ')\n"
        'echo "{\\"g\\": [\\"r$n\\"], \\"_meta\\": {\\"hostvars\\": {}}}"\n',
    )


def test_answers_are_not_kept_unless_asked_for(counting: Path, tmp_path: Path) -> None:
    keeping = Keeping(folder=tmp_path / ".playrun/cache")
    assert [load(counting, keeping).hosts for _ in range(2)] == [("r1",), ("r2",)]
    assert not (tmp_path / ".playrun").exists()


def test_an_answer_is_used_again_for_a_while(counting: Path, tmp_path: Path, clock: Clock) -> None:
    keeping = Keeping(folder=tmp_path / ".playrun/cache", seconds=7200)
    assert load(counting, keeping).hosts == ("r1",)
    clock.now += 600
    again = load(counting, keeping)
    assert (again.hosts, again.ages, again.warnings) == (("r1",), {str(counting): 600.0}, [])
    clock.now += 6000
    old = load(counting, keeping)
    assert old.hosts == ("r1",)
    assert old.warnings == [f"what {counting} said is 1 h old (--refresh-inventory asks again)"]
    clock.now += 600
    assert load(counting, keeping).hosts == ("r2",)
    clock.now -= 10
    assert load(counting, keeping).hosts == ("r3",)


def test_a_kept_answer_is_private_and_can_be_refreshed(counting: Path, tmp_path: Path) -> None:
    keeping = Keeping(folder=tmp_path / ".playrun/cache", seconds=7200)
    inventory = load(counting, keeping)
    (kept,) = (tmp_path / ".playrun/cache").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert load(counting, keeping._replace(refresh=True)).hosts == ("r2",)
    assert load(counting, keeping).hosts == ("r2",)
    inventory.refresh()
    assert inventory.hosts == ("r3",)


def test_another_program_is_another_question(counting: Path, tmp_path: Path) -> None:
    keeping = Keeping(folder=tmp_path / ".playrun/cache", seconds=7200)
    load(counting, keeping)
    counting.write_text(counting.read_text() + "# changed\n")
    assert load(counting, keeping).hosts == ("r2",)


@pytest.mark.parametrize("damage", ["", "{}", '{"made": "x"}', "[]", '{"made": 1e99, "answer": 1}'])
def test_a_damaged_answer_is_asked_for_again(counting: Path, tmp_path: Path, damage: str) -> None:
    keeping = Keeping(folder=tmp_path / ".playrun/cache", seconds=7200)
    load(counting, keeping)
    (kept,) = (tmp_path / ".playrun/cache").iterdir()
    kept.write_text(damage)
    assert load(counting, keeping).hosts == ("r2",)
    kept.chmod(0o666)
    assert load(counting, keeping).hosts == ("r3",)


def test_ages_are_spoken() -> None:
    assert [spoken(age) for age in (5, 61, 7300, 200_000)] == ["5 s", "1 min", "2 h", "2 d"]
