from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outputs_factory import Events, files_up_to, screen, spool, tell

from runner.events import Captured, Event
from runner.outputs.backups import Backups, line_changes, read_index, update_index
from runner.outputs.tally import Tally

CONFIG = "hostname r1\ninterface a\n!\nend\n"


class Project:
    """A project folder whose backups can be run again and again."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "output"
        self.state = folder / ".playrun"
        self.events = Events()

    def captured(self, host: str, text: str, complete: bool = True) -> Captured:
        plain = spool(self.root, f"{host}.cfg", ("show run", text), complete=complete)
        return plain._replace(kind="backup")

    def backs_up(self, host: str, text: str) -> list[Event]:
        captured = (self.captured(host, text),)
        return [
            self.events.does(host, action="backup", captured=captured),
            self.events.leaves(host),
        ]

    def fails(self, host: str) -> list[Event]:
        return [
            self.events.fails(host, action="backup", status="unreachable"),
            self.events.leaves(host, "unreachable"),
        ]

    def run(self, *events: Event) -> Tally:
        tally = Tally()
        tell([tally, Backups(self.root, self.state)], [*events, self.events.ends()])
        return tally

    def lines(self, *events: Event) -> list[str]:
        return list(self.run(*events).reports["backups"].lines)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_new_unchanged_changed(project: Project) -> None:
    assert project.lines(*project.backs_up("r1", CONFIG)) == [
        f"Backups: 0 unchanged, 0 changed, 1 new in {project.root}/"
    ]
    assert project.lines(*project.backs_up("r1", CONFIG)) == [
        f"Backups: 1 unchanged, 0 changed, 0 new in {project.root}/"
    ]
    changed = CONFIG.replace("interface a\n", "interface b\ninterface c\n")
    assert project.lines(*project.backs_up("r1", changed)) == [
        f"Backups: 0 unchanged, 1 changed, 0 new in {project.root}/",
        "  r1: changed +2 −1",
    ]
    assert (project.root / "r1.cfg").read_text() == changed
    assert [path.name for path in project.root.iterdir()] == ["r1.cfg"]


def test_an_unchanged_backup_is_not_written_again(project: Project) -> None:
    project.run(*project.backs_up("r1", CONFIG))
    os.utime(project.root / "r1.cfg", (1, 1))
    project.run(*project.backs_up("r1", CONFIG))
    assert (project.root / "r1.cfg").stat().st_mtime == 1


def test_an_incomplete_backup_keeps_the_old_one_and_is_stale(project: Project) -> None:
    project.run(*project.backs_up("r1", CONFIG))
    project.events.wait(86400)
    torn = (project.captured("r1", "hostname", complete=False),)
    lines = project.lines(
        project.events.fails("r1", action="backup", captured=torn),
        project.events.leaves("r1", "failed"),
    )
    assert lines == [
        "Backups: 0 unchanged, 0 changed, 0 new",
        "  r1: stale since 2023-11-14T22:13:20Z",
    ]
    assert (project.root / "r1.cfg").read_text() == CONFIG
    assert (project.root / "r1.cfg.partial").read_text() == "hostname\n"


def test_a_host_without_any_backup_is_named(project: Project) -> None:
    assert project.lines(*project.fails("r1")) == [
        "Backups: 0 unchanged, 0 changed, 0 new",
        "  without any backup: r1",
    ]


def test_a_host_that_failed_after_its_backup_is_not_stale(project: Project) -> None:
    project.run(*project.backs_up("r1", CONFIG))
    good = project.events.does("r1", action="backup", captured=(project.captured("r1", CONFIG),))
    lines = project.lines(good, project.events.leaves("r1", "failed"))
    assert lines == [f"Backups: 1 unchanged, 0 changed, 0 new in {project.root}/"]


def test_a_run_without_backups_says_nothing_of_them(project: Project) -> None:
    project.run(*project.backs_up("r1", CONFIG))
    tally = project.run(project.events.fails("r1"), project.events.leaves("r1", "failed"))
    assert tally.reports == {}


def test_the_index_knows_the_last_good_one(project: Project) -> None:
    project.run(*project.backs_up("r1", CONFIG))
    project.events.wait(60)
    project.run(*project.backs_up("r1", CONFIG), *project.backs_up("r2", CONFIG))
    index = json.loads((project.state / "index.json").read_text())
    assert list(index["hosts"]) == ["r1", "r2"]
    assert index["hosts"]["r1"]["output/r1.cfg"]["last_good"] == "2023-11-14T22:14:20Z"


def test_an_index_that_is_rubbish_is_begun_anew(project: Project) -> None:
    project.state.mkdir()
    (project.state / "index.json").write_text("[1, ")
    project.run(*project.backs_up("r1", CONFIG))
    assert list(read_index(project.state)) == ["r1"]


def test_runs_at_the_same_time_lose_no_entry(tmp_path: Path) -> None:
    def one(number: int) -> None:
        entry = {"last_good": "x", "sha256": "y"}
        update_index(tmp_path, {f"r{number}": {"f": entry}})

    threads = [threading.Thread(target=one, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_index(tmp_path)) == 20


def test_two_hosts_with_one_backup_file(project: Project) -> None:
    other = project.captured("r1", "other\n")
    events = project.events
    tally = project.run(
        *project.backs_up("r1", CONFIG),
        events.does("r2", action="backup", captured=(other,)),
        events.leaves("r2"),
    )
    assert tally.hosts["r2"].status == "failed"
    assert "r2 and r1 both write" in tally.notices[0].text
    assert (project.root / "r1.cfg").read_text() == CONFIG


def test_an_index_that_cannot_be_written_is_said(project: Project) -> None:
    events = project.backs_up("r1", CONFIG)
    with files_up_to(40):
        tally = project.run(*events)
    assert "the index of backups was not brought up to date" in tally.notices[-1].text
    assert tally.exit_code() == 1


def test_the_report_stands_in_the_recap(project: Project) -> None:
    first = project.backs_up("r1", CONFIG)
    text = screen(
        [project.events.run(), *first, project.events.ends()], Backups(project.root, project.state)
    )
    assert f"\nBackups: 0 unchanged, 0 changed, 1 new in {project.root}/\n" in text


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        (b"", b"a\n", (1, 0)),
        (b"a\nb\nc\n", b"a\nc\n", (0, 1)),
        (b"a\nb\n", b"b\na\n", (1, 1)),
        (b"a\nb\n", b"a\nx\nb\n", (1, 0)),
        (b"a", b"a\n", (0, 0)),
    ],
)
def test_line_changes(old: bytes, new: bytes, changes: tuple[int, int]) -> None:
    assert line_changes(old, new) == changes


@given(st.lists(st.sampled_from([b"a", b"b", b"!"])), st.lists(st.sampled_from([b"a", b"b", b"!"])))
def test_line_changes_account_for_the_length(old: list[bytes], new: list[bytes]) -> None:
    added, removed = line_changes(b"\n".join(old), b"\n".join(new))
    assert len(b"\n".join(new).splitlines()) == len(b"\n".join(old).splitlines()) + added - removed
    assert min(added, removed) >= 0


def test_two_long_unlike_texts_are_compared_at_once() -> None:
    old = b"".join(b"!\nline %d\n" % n for n in range(20_000))
    new = b"".join(b"!\nline %d\n" % n for n in range(20_000, 40_000))
    assert line_changes(old, new) == (20_000, 20_000)
