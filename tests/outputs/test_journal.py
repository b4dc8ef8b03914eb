from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest
from outputs_factory import START, Events, files_up_to, tell

from runner.errors import LoadError
from runner.events import Captured, Event, Failure, Section
from runner.outputs.journal import Journal
from runner.outputs.records import RunFolder, last_failed, new_run, prune, runs
from runner.outputs.tally import Tally
from runner.safe_files import FileTrouble


def record(state: Path, *events: Event, at: float = START, keep: int = 50) -> RunFolder:
    folder, tally = new_run(state, at), Tally()
    tell([tally, Journal(folder, tally, {"argv": ["site.yml"]}, keep)], events)
    return folder


def lines(folder: RunFolder) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder.path / "events.jsonl").read_text().splitlines()]


def test_a_run_leaves_its_record(tmp_path: Path) -> None:
    e = Events()
    folder = record(
        tmp_path, e.run(), e.plays("r1"), e.does("r1"), e.leaves("r1"), e.play_ends(), e.ends()
    )
    assert json.loads((folder.path / "manifest.json").read_text()) == {
        "run": folder.run,
        "argv": ["site.yml"],
    }
    assert [line["event"] for line in lines(folder)] == [
        "RunStarted",
        "PlayStarted",
        "TaskFinished",
        "HostFinished",
        "PlayFinished",
        "RunFinished",
    ]
    summary = json.loads((folder.path / "summary.json").read_text())
    assert summary["hosts"]["r1"]["ok"] == 1
    assert folder.run.startswith("20231114T221320Z-")


def test_an_event_is_on_disk_as_soon_as_it_was_handled(tmp_path: Path) -> None:
    folder, tally = new_run(tmp_path, START), Tally()
    journal = Journal(folder, tally, {})
    journal.handle(Events().run())
    assert len(lines(folder)) == 1
    journal.close()
    journal.close()


def test_a_record_that_is_removed_under_way_is_told(tmp_path: Path) -> None:
    folder, tally = new_run(tmp_path, START), Tally()
    journal = Journal(folder, tally, {})
    e = Events()
    journal.handle(e.run())
    shutil.rmtree(folder.path)
    ends = e.ends()
    tally.handle(ends)
    with pytest.raises(FileTrouble, match="removed while the run went on"):
        journal.handle(ends)
    journal.close()
    assert json.loads((folder.path / "summary.json").read_text())["exit_code"] == 0


def test_what_came_in_together_is_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, tally, e = new_run(tmp_path, START), Tally(), Events()
    journal = Journal(folder, tally, {})
    writes: list[bytes] = []
    monkeypatch.setattr(os, "write", lambda _file, data: writes.append(data) or len(data))
    assert journal.write([e.begins("r1"), e.begins("r2"), e.does("r1")])
    (written,) = writes
    told = [json.loads(line) for line in written.splitlines()]
    assert [(line["event"], line["host"]) for line in told] == [
        ("TaskStarted", "r1"),
        ("TaskStarted", "r2"),
        ("TaskFinished", "r1"),
    ]


@pytest.mark.parametrize("what", ["leaves", "captures", "ends"])
def test_what_brings_files_is_written_only_when_they_are_in_their_place(
    tmp_path: Path, what: str
) -> None:
    folder, tally, e = new_run(tmp_path, START), Tally(), Events()
    journal = Journal(folder, tally, {})
    captured = Captured("/o/r1", "/o/r1.p", (), 3, "ab", True)
    event: Event = {
        "leaves": e.leaves("r1"),
        "captures": e.does("r1", captured=(captured,)),
        "ends": e.ends(),
    }[what]
    assert not journal.write([e.begins("r1"), event])
    assert lines(folder) == []


def test_all_that_an_event_holds_is_in_its_line(tmp_path: Path) -> None:
    captured = Captured("/o/r1", "/o/r1.p", (Section("r1#", "a", 0, 3, "r1#a"),), 3, "ab", True)
    event = Events().fails("r1", "bad \udcff\x1b[2J", captured=(captured,), values={"n": {1: {2}}})
    (line,) = lines(record(tmp_path, event))
    assert line["failure"]["message"] == "bad \udcff\x1b[2J"  # type: ignore[index]
    assert line["captured"][0]["sections"] == [  # type: ignore[index]
        {"event": "Section", "offset": 0, "size": 3, "shown": "r1#a"}
    ]
    assert line["values"] == {"n": {"1": "{2}"}}
    assert line["position"] == [0]


def test_long_values_are_cut(tmp_path: Path) -> None:
    values = {"stdout": "x" * 10_000, "stdout_lines": ["y" * 600] * 100, "n": 1}
    (line,) = lines(record(tmp_path, Events().does("r1", values=values)))
    assert line["values"]["stdout"] == "x" * 500 + "… (10000 characters)"  # type: ignore[index]
    assert line["values"]["stdout_lines"][-1] == "… (100 items)"  # type: ignore[index]
    assert line["values"]["n"] == 1  # type: ignore[index]
    assert len(json.dumps(line)) < 15_000


def test_a_value_without_end_does_not_hang_the_record(tmp_path: Path) -> None:
    loop: list[object] = []
    loop.append(loop)
    (line,) = lines(record(tmp_path, Events().does("r1", values={"loop": loop})))
    assert "…" in json.dumps(line["values"], ensure_ascii=False)


def test_folders_are_0700_and_files_0600(tmp_path: Path) -> None:
    state = tmp_path / ".playrun"
    folder = record(state, Events().run(), Events().ends())
    for path in (state, state / "runs", folder.path, folder.hosts):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for name in ("manifest.json", "events.jsonl", "summary.json"):
        assert stat.S_IMODE((folder.path / name).stat().st_mode) == 0o600


def test_a_full_disk_ends_the_record_and_not_the_run(tmp_path: Path) -> None:
    folder, tally, e = new_run(tmp_path, START), Tally(), Events()
    journal = Journal(folder, tally, {})
    with files_up_to(1000):
        dispatch = tell([tally, journal], [e.does(f"r{n}") for n in range(50)])
    assert len(tally.hosts) == 50
    (notice,) = dispatch.broken
    assert notice.text.startswith(f"the run record stopped: cannot write {folder.path}/events")
    assert [note.text for note in tally.notices] == [notice.text]


def test_old_records_go_but_never_the_current_one(tmp_path: Path) -> None:
    e = Events()
    folders = [record(tmp_path, e.ends(), at=START + n, keep=3) for n in range(5)]
    assert runs(tmp_path) == [folder.path for folder in folders[2:]]
    last = record(tmp_path, e.ends(), at=START - 100, keep=1)
    assert runs(tmp_path) == [last.path]


def test_pruning_touches_nothing_else(tmp_path: Path) -> None:
    record(tmp_path, Events().ends())
    (tmp_path / "runs" / "mine").mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "runs" / "20000101T000000Z-00000000").symlink_to(elsewhere)
    prune(tmp_path, 0)
    assert elsewhere.exists()
    assert (tmp_path / "runs" / "mine").exists()
    assert runs(tmp_path) == []


def failed_run() -> list[Event]:
    e = Events()
    return [
        e.run(),
        e.plays("r3", "r1", "r2", "r4"),
        e.leaves("r1"),
        e.fails("r3"),
        e.leaves("r3", "failed"),
        e.leaves("r2", "unreachable", Failure("timeout", "no")),
        e.leaves("r4", "not_run"),
        e.play_ends(),
    ]


def test_last_failed_takes_the_last_run(tmp_path: Path) -> None:
    record(tmp_path, *failed_run(), Events().ends())
    assert last_failed(tmp_path) == ["r3", "r2"]
    e = Events()
    record(tmp_path, e.plays("r3"), e.leaves("r3"), e.ends(), at=START + 9)
    assert last_failed(tmp_path) == []


def test_last_failed_of_a_run_that_was_killed(tmp_path: Path) -> None:
    folder = record(tmp_path, *failed_run()[:5])
    with (folder.path / "events.jsonl").open("a") as file:
        file.write('{"event":"HostFinished","at":17')
    assert last_failed(tmp_path) == ["r3", "r2", "r4"]


def test_a_run_that_came_to_no_play_is_passed_over(tmp_path: Path) -> None:
    record(tmp_path, *failed_run(), Events().ends())
    record(tmp_path, Events().run(), at=START + 9)
    assert last_failed(tmp_path) == ["r3", "r2"]


def test_without_a_run_there_is_nothing_to_take(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="there is no earlier run"):
        last_failed(tmp_path)


def test_a_state_folder_that_cannot_be_made() -> None:
    with pytest.raises(Exception, match="cannot write /sys/kernel/x"):
        new_run(Path("/sys/kernel/x"), START)
