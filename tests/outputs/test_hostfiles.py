from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outputs_factory import Events, files_up_to, spool, tell

from runner.events import Captured, Event, Notice
from runner.outputs.hostfiles import HostFiles
from runner.outputs.tally import Tally
from runner.spool import HostFileWriter


def collected(host: str, *captured: Captured) -> list[Event]:
    """A host that does one task with these captures, and is through."""
    e = Events()
    return [e.does(host, captured=captured), e.leaves(host)]


def run(root: Path, *events: Event) -> tuple[HostFiles, Tally]:
    files, tally = HostFiles(root), Tally()
    tell([tally, files], [*events, Events().ends()])
    return files, tally


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_one_command_is_exactly_what_the_device_printed(tmp_path: Path) -> None:
    text = "\n\n IOS \x1b[2J\t\n  \n"
    run(tmp_path, *collected("r1", spool(tmp_path, "r1.txt", ("show version", text))))
    assert (tmp_path / "r1.txt").read_text() == text
    assert names(tmp_path) == ["r1.txt"]


@pytest.mark.parametrize("version", ["IOS\n", "IOS\n" * 50_000])
def test_several_commands_stand_under_their_prompts(tmp_path: Path, version: str) -> None:
    parts = [("show version", version), ("conf t", ""), ("show clock", "12:00")]
    run(tmp_path, *collected("r1", spool(tmp_path, "r1.txt", *parts)))
    assert (tmp_path / "r1.txt").read_text() == (
        f"r1#show version\n{version}r1#conf t\nr1#show clock\n12:00\n"
    )
    assert names(tmp_path) == ["r1.txt"]


def test_tasks_of_a_play_append_in_order(tmp_path: Path) -> None:
    e = Events()
    events = [
        e.does("r1", captured=(spool(tmp_path, "r1.txt", ("a", "1\n")),)),
        e.does("r1", at=1, captured=(spool(tmp_path, "r1.txt", ("b", "2\n")),)),
        e.leaves("r1"),
    ]
    run(tmp_path, *events)
    assert (tmp_path / "r1.txt").read_text() == "r1#a\n1\nr1#b\n2\n"


def test_plays_append_and_a_new_run_replaces(tmp_path: Path) -> None:
    def play(*parts: tuple[str, str]) -> list[Event]:
        return collected("r1", spool(tmp_path, "r1.txt", *parts))

    run(tmp_path, *play(("a", "1\n")), *play(("b", "2\n"), ("c", "3\n")), *play(("d", "4\n")))
    assert (tmp_path / "r1.txt").read_text() == "r1#a\n1\nr1#b\n2\nr1#c\n3\nr1#d\n4\n"
    run(tmp_path, *play(("e", "5\n")))
    assert (tmp_path / "r1.txt").read_text() == "5\n"


def test_undecodable_bytes_survive(tmp_path: Path) -> None:
    text = b"caf\xe9 \xff\x00\n".decode("utf-8", "surrogateescape")
    run(tmp_path, *collected("r1", spool(tmp_path, "r1.txt", ("a", text), ("b", text))))
    expected = b"r1#a\ncaf\xe9 \xff\x00\nr1#b\ncaf\xe9 \xff\x00\n"
    assert (tmp_path / "r1.txt").read_bytes() == expected


def test_the_old_file_stays_until_the_host_is_through(tmp_path: Path) -> None:
    (tmp_path / "r1.txt").write_text("old")
    files, e = HostFiles(tmp_path), Events()
    files.handle(e.does("r1", captured=(spool(tmp_path, "r1.txt", ("a", "new\n")),)))
    assert (tmp_path / "r1.txt").read_text() == "old"
    files.handle(e.leaves("r1"))
    assert (tmp_path / "r1.txt").read_text() == "new\n"


def test_an_incomplete_capture_is_kept_aside(tmp_path: Path) -> None:
    (tmp_path / "r1.txt").write_text("old")
    e = Events()
    good = spool(tmp_path, "r1.txt", ("a", "1\n"))
    torn = spool(tmp_path, "r1.txt", ("b", "half a li"), complete=False)
    events = [
        e.does("r1", captured=(good,)),
        e.fails("r1", captured=(torn,)),
        e.leaves("r1", "failed"),
    ]
    run(tmp_path, *events)
    assert (tmp_path / "r1.txt").read_text() == "old"
    assert (tmp_path / "r1.txt.partial").read_text() == "r1#a\n1\nr1#b\nhalf a li\n"
    assert names(tmp_path) == ["r1.txt", "r1.txt.partial"]


def test_an_empty_incomplete_capture_leaves_nothing(tmp_path: Path) -> None:
    torn = spool(tmp_path, "r1.txt", complete=False)
    run(tmp_path, Events().fails("r1", captured=(torn,)), Events().leaves("r1", "failed"))
    assert names(tmp_path) == []


@pytest.mark.parametrize("how", ["ignored", "rescued"])
def test_an_ignored_failure_does_not_spoil_the_file(tmp_path: Path, how: str) -> None:
    e = Events()
    torn = spool(tmp_path, "r1.txt", ("a", "ha"), complete=False)
    good = spool(tmp_path, "r1.txt", ("b", "2\n"))
    events = [
        e.fails("r1", captured=(torn,), **{how: True}),
        e.does("r1", captured=(good,)),
        e.leaves("r1"),
    ]
    run(tmp_path, *events)
    assert (tmp_path / "r1.txt").read_text() == "2\n"
    assert (tmp_path / "r1.txt.partial").read_text() == "ha\n"


def test_a_good_file_clears_an_old_partial(tmp_path: Path) -> None:
    (tmp_path / "r1.txt.partial").write_text("last week")
    run(tmp_path, *collected("r1", spool(tmp_path, "r1.txt", ("a", "1\n"))))
    assert names(tmp_path) == ["r1.txt"]


def test_a_host_that_never_finished_replaces_nothing(tmp_path: Path) -> None:
    (tmp_path / "r1.txt").write_text("old")
    run(tmp_path, Events().does("r1", captured=(spool(tmp_path, "r1.txt", ("a", "1\n")),)))
    assert (tmp_path / "r1.txt").read_text() == "old"
    assert (tmp_path / "r1.txt.partial").read_text() == "1\n"


def test_a_host_cut_short_keeps_its_old_file_and_all_that_came_beside_it(tmp_path: Path) -> None:
    (tmp_path / "r1.txt").write_text("old")
    e = Events()
    events = [
        e.does("r1", captured=(spool(tmp_path, "r1.txt", ("a", "1\n")),)),
        e.fails("r1"),
        e.leaves("r1", "failed", unwritten=True),
    ]
    run(tmp_path, *events)
    assert (tmp_path / "r1.txt").read_text() == "old"
    assert (tmp_path / "r1.txt.partial").read_text() == "1\n"
    assert names(tmp_path) == ["r1.txt", "r1.txt.partial"]


@pytest.mark.parametrize(("status", "unwritten"), [("failed", False), ("ok", True)])
def test_all_the_parts_of_a_play_are_a_file_however_the_host_ends(
    tmp_path: Path, status: str, unwritten: bool
) -> None:
    e = Events()
    captured = (spool(tmp_path, "r1.txt", ("a", "1\n")),)
    run(tmp_path, e.does("r1", captured=captured), e.leaves("r1", status, unwritten=unwritten))
    assert (tmp_path / "r1.txt").read_text() == "1\n"


def test_a_play_cut_short_leaves_what_an_earlier_play_wrote(tmp_path: Path) -> None:
    e = Events()
    captured = (spool(tmp_path, "r1.txt", ("b", "2\n")),)
    run(
        tmp_path,
        *collected("r1", spool(tmp_path, "r1.txt", ("a", "1\n"))),
        e.does("r1", captured=captured),
        e.leaves("r1", "unreachable", unwritten=True),
    )
    assert (tmp_path / "r1.txt").read_text() == "1\n"
    assert (tmp_path / "r1.txt.partial").read_text() == "2\n"


def test_two_hosts_on_one_path_name_both(tmp_path: Path) -> None:
    first = spool(tmp_path, "all.txt", ("a", "1\n"))
    second = spool(tmp_path, "all.txt", ("a", "2\n"), prompt="r2#")
    files, tally = run(tmp_path, *collected("r1", first), *collected("r2", second))
    assert list(files.failed) == ["r2"]
    assert "r2 and r1 both write" in files.failed["r2"]
    assert "inventory_hostname" in files.failed["r2"]
    assert tally.exit_code() == 2
    assert (tmp_path / "all.txt").read_text() == "1\n"
    assert names(tmp_path) == ["all.txt"]


def test_names_that_differ_in_case_only_are_one(tmp_path: Path) -> None:
    first = spool(tmp_path, "core.txt", ("a", "1\n"))
    second = spool(tmp_path, "Core.txt", ("a", "2\n"))
    files, _ = run(tmp_path, *collected("r1", first), *collected("r2", second))
    assert "as good as one name" in files.failed["r2"]


def test_a_spool_that_was_altered_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "r1.txt").write_text("old")
    captured = spool(tmp_path, "r1.txt", ("a", "1\n"))
    Path(captured.partial).write_text("2\n")
    files, _ = run(tmp_path, *collected("r1", captured))
    assert "is not what was written there" in files.failed["r1"]
    assert (tmp_path / "r1.txt").read_text() == "old"


def test_a_file_changed_between_plays_is_not_appended_to(tmp_path: Path) -> None:
    files = HostFiles(tmp_path)
    for event in collected("r1", spool(tmp_path, "r1.txt", ("a", "1\n"))):
        files.handle(event)
    (tmp_path / "r1.txt").write_text("mine now")
    for event in collected("r1", spool(tmp_path, "r1.txt", ("b", "2\n"))):
        files.handle(event)
    assert "changed by somebody else" in files.failed["r1"]
    assert (tmp_path / "r1.txt").read_text() == "mine now"


def test_a_link_in_the_place_of_the_file_is_replaced_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "output", tmp_path / "outside"
    root.mkdir()
    outside.write_text("precious")
    (root / "r1.txt").symlink_to(outside)
    run(root, *collected("r1", spool(root, "r1.txt", ("a", "1\n"))))
    assert outside.read_text() == "precious"
    assert not (root / "r1.txt").is_symlink()


def test_a_folder_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "output", tmp_path / "outside"
    captured = spool(root, "site/r1.txt", ("a", "1\n"))
    (root / "site").rename(outside)
    (root / "site").symlink_to(outside)
    files, _ = run(root, *collected("r1", captured))
    assert "playrun follows no links" in files.failed["r1"]
    assert not (outside / "r1.txt").exists()


def test_a_spool_outside_the_folder_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("1\n")
    captured = spool(tmp_path / "output", "r1.txt", ("a", "1\n"))
    files, _ = run(tmp_path / "output", *collected("r1", captured._replace(partial=str(secret))))
    assert "is not beside" in files.failed["r1"]
    assert secret.exists()


def test_a_target_outside_the_root_is_refused(tmp_path: Path) -> None:
    captured = spool(tmp_path / "output", "r1.txt", ("a", "1\n"))
    target = str(tmp_path / "output" / ".." / "evil.txt")
    files, _ = run(tmp_path / "output", *collected("r1", captured._replace(target=target)))
    assert "is not inside the output folder" in files.failed["r1"]
    assert not (tmp_path / "evil.txt").exists()


def test_a_full_disk_keeps_the_old_file_and_fails_the_host(tmp_path: Path) -> None:
    (tmp_path / "r1.txt").write_text("old")
    parts = [("a", "x" * 80_000), ("b", "y" * 3000)]
    captured = spool(tmp_path, "r1.txt", *parts)
    other = spool(tmp_path, "r2.txt", ("a", "small\n"))
    with files_up_to(81_920):
        files, tally = run(tmp_path, *collected("r1", captured), *collected("r2", other))
    assert files.failed["r1"].startswith(f"cannot write {tmp_path}/r1.txt: the file is larger")
    assert list(files.failed) == ["r1"]
    assert tally.exit_code() == 2
    assert (tmp_path / "r1.txt").read_text() == "old"
    assert (tmp_path / "r2.txt").read_text() == "small\n"
    assert not list(tmp_path.glob("*.tmp"))


def test_folders_are_0700_and_files_0600(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        root = tmp_path / "output"
        run(root, *collected("r1", spool(root, "site/a/r1.txt", ("a", "1\n"), ("b", "2\n"))))
    finally:
        os.umask(before)
    for folder in (root, root / "site", root / "site" / "a"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((root / "site/a/r1.txt").stat().st_mode) == 0o600


def test_the_report_says_where_the_files_are(tmp_path: Path) -> None:
    torn = spool(tmp_path, "r3.txt", ("a", "1"), complete=False)
    events = [
        *collected("r1", spool(tmp_path, "r1.txt", ("a", "1\n"))),
        *collected("r2", spool(tmp_path, "r2.txt", ("a", "1\n"))),
        *collected("r2", spool(tmp_path, "audit/r2.txt", ("a", "1\n"))),
        Events().fails("r3", captured=(torn,)),
        Events().leaves("r3", "failed"),
    ]
    _, tally = run(tmp_path, *events)
    report = tally.reports["files"]
    assert report.lines == (
        f"3 files in {tmp_path}/",
        f"1 incomplete file: {tmp_path}/r3.txt.partial",
    )
    assert report.data["written"] == {
        "r1": [str(tmp_path / "r1.txt")],
        "r2": [str(tmp_path / "r2.txt"), str(tmp_path / "audit" / "r2.txt")],
    }


def test_the_report_names_the_folder_they_are_all_in(tmp_path: Path) -> None:
    hosts = ("r1", "r2")
    events = [
        event
        for host in hosts
        for event in collected(host, spool(tmp_path, f"a/b/{host}", ("c", "1")))
    ]
    _, tally = run(tmp_path, *events)
    assert tally.reports["files"].lines == (f"2 files in {tmp_path}/a/b/",)


def test_leftovers_of_killed_runs_go_but_not_what_is_in_use(tmp_path: Path) -> None:
    old = time.time() - 7200
    (tmp_path / "r9.txt.0123abcd.partial").write_text("left")
    (tmp_path / "r9.txt.partial").write_text("kept for people")
    writer = HostFileWriter(tmp_path / "r8.txt", tmp_path)
    (in_use,) = tmp_path.glob("r8.txt.*.partial")
    for path in tmp_path.iterdir():
        os.utime(path, (old, old))
    run(tmp_path, *collected("r1", spool(tmp_path, "r1.txt", ("a", "1\n"))))
    assert names(tmp_path) == sorted(["r1.txt", in_use.name, "r9.txt.partial"])
    writer.abort()


def test_a_long_name_still_has_room_for_its_spool(tmp_path: Path) -> None:
    name = "n" * 251 + ".txt"
    run(tmp_path, *collected("r1", spool(tmp_path, name, ("a", "1\n"), ("b", "2\n"))))
    assert names(tmp_path) == [name]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=30)


@settings(max_examples=40)
@given(
    parts=st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 2), TEXTS), max_size=8),
    order=st.randoms(use_true_random=False),
)
def test_any_order_of_different_hosts_gives_the_same_files(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[str, int, str]], order: object
) -> None:
    def files(shuffled: bool) -> dict[str, bytes]:
        root = tmp_path_factory.mktemp("out")
        hosts: dict[str, list[Event]] = {"a": [], "b": []}
        for host, count, text in parts:
            commands = [(f"c{n}", text) for n in range(count + 1)]
            captured = spool(root, f"{host}.txt", *commands, prompt=f"{host}>")
            hosts[host].append(Events().does(host, captured=(captured,)))
        for host, queue in hosts.items():
            queue.append(Events().leaves(host))
        queues = list(hosts.values())
        events = []
        while any(queues):
            waiting = [queue for queue in queues if queue]
            queue = order.choice(waiting) if shuffled else waiting[0]  # type: ignore[attr-defined]
            events.append(queue.pop(0))
        run(root, *events)
        return {path.name: path.read_bytes() for path in root.iterdir()}

    assert files(shuffled=True) == files(shuffled=False)


@settings(max_examples=40)
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=4))
def test_sections_compose_to_what_a_terminal_showed(
    tmp_path_factory: pytest.TempPathFactory, tasks: list[list[str]]
) -> None:
    root = tmp_path_factory.mktemp("out")
    events = [
        event
        for texts in tasks
        for event in collected(
            "r", spool(root, "r.txt", *((f"c{i}", t) for i, t in enumerate(texts)))
        )
    ]
    run(root, *events)
    shown = [(i, text) for texts in tasks for i, text in enumerate(texts)]
    ended = [text if not text or text.endswith("\n") else text + "\n" for _, text in shown]
    expected = (
        ended[0]
        if len(shown) == 1
        else "".join(f"r1#c{i}\n{text}" for (i, _), text in zip(shown, ended, strict=True))
    )
    assert (root / "r.txt").read_bytes() == expected.encode()


def test_a_notice_about_a_host_is_an_error_with_its_name(tmp_path: Path) -> None:
    files = HostFiles(tmp_path)
    captured = spool(tmp_path, "r1.txt", ("a", "1\n"))
    Path(captured.partial).unlink()
    said = [one for event in collected("r1", captured) for one in files.handle(event)]
    (notice,) = said
    assert isinstance(notice, Notice)
    assert (notice.level, notice.host) == ("error", "r1")
