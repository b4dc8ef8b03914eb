from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outputs_factory import files_up_to

from runner.errors import TaskError
from runner.safe_files import FileTrouble
from runner.spool import HostFileWriter, HostJournal, Transcript, command_slug
from runner.values import Masks


def test_what_is_written_is_described(tmp_path: Path) -> None:
    writer = HostFileWriter(tmp_path / "r1.txt", tmp_path)
    sink = writer.section("r1#", "show version")
    sink("IO")
    sink("S\nno newline")
    writer.section("r1#", "show clock")("12:00\n")
    captured = writer.finish(complete=True)
    data = Path(captured.partial).read_bytes()
    assert data == b"r1#show version\nIOS\nno newline\nr1#show clock\n12:00\n"
    assert captured.size == len(data)
    assert captured.sha256 == hashlib.sha256(data).hexdigest()
    assert [(s.command, s.offset, s.size) for s in captured.sections] == [
        ("show version", 16, 15),
        ("show clock", 45, 6),
    ]
    assert captured.target == str(tmp_path / "r1.txt")
    assert Path(captured.partial).parent == tmp_path
    assert not (tmp_path / "r1.txt").exists()


def test_what_does_not_fit_into_memory_is_written_as_it_comes(tmp_path: Path) -> None:
    writer = HostFileWriter(tmp_path / "r1.txt", tmp_path)
    writer.section("r1#", "show tech")("x" * 100_000 + "\n")
    assert (tmp_path / writer.finish(complete=True).partial).stat().st_size == 100_001
    writer = HostFileWriter(tmp_path / "r1.txt", tmp_path)
    writer.section("r1#", "show tech")("x" * 100_000 + "\n")
    writer.section("r1#", "show clock")("12:00\n")
    captured = writer.finish(complete=True)
    data = Path(captured.partial).read_bytes()
    assert data == b"x" * 100_000 + b"\n12:00\n"
    assert captured.sha256 == hashlib.sha256(data).hexdigest()
    assert [(s.offset, s.size) for s in captured.sections] == [(0, 100_001), (100_001, 6)]


@settings(max_examples=60)
@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 300), max_size=6))
def test_any_bytes_in_any_pieces_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cuts: list[int]
) -> None:
    text = data.decode("utf-8", "surrogateescape")
    root = tmp_path_factory.mktemp("spool")
    writer = HostFileWriter(root / "f", root)
    sink = writer.section("#", "c")
    edges = [0, *sorted(cuts), len(text)]
    for start, end in pairwise(edges):
        sink(text[start:end])
    written = Path(writer.finish(complete=True).partial).read_bytes()
    assert written == (data if not data or data.endswith(b"\n") else data + b"\n")


def test_the_hosts_encoding_is_used(tmp_path: Path) -> None:
    writer = HostFileWriter(tmp_path / "f", tmp_path, "gb2312")
    writer.section("#", "c")("交换机\n")
    captured = writer.finish(complete=True)
    assert Path(captured.partial).read_bytes() == "交换机\n".encode("gb2312")
    assert captured.encoding == "gb2312"


def test_text_the_encoding_lacks_is_escaped_not_lost(tmp_path: Path) -> None:
    writer = HostFileWriter(tmp_path / "f", tmp_path, "ascii")
    writer.section("#", "c")("x€\n")
    assert Path(writer.finish(complete=True).partial).read_bytes() == b"x\\u20ac\n"


@settings(max_examples=40)
@given(st.lists(st.text("secret\n x", max_size=12), max_size=8))
def test_redaction_sees_whole_lines_however_they_come(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str]
) -> None:
    def hide(line: str) -> str:
        assert "\n" not in line
        return line.replace("secret", "*")

    root = tmp_path_factory.mktemp("spool")
    writer = HostFileWriter(root / "f", root, redact=hide)
    sink = writer.section("#", "c")
    for piece in pieces:
        sink(piece)
    written = Path(writer.finish(complete=True).partial).read_text()
    text = "".join(pieces)
    expected = "\n".join(hide(line) for line in text.split("\n"))
    assert written == (expected if not expected or expected.endswith("\n") else expected + "\n")


def test_a_redacted_command_stands_nowhere(tmp_path: Path) -> None:
    writer = HostFileWriter(tmp_path / "f", tmp_path, redact=lambda line: line.replace("pw", "*"))
    writer.section("r1#", "username x secret pw")("ok\n")
    (section,) = writer.finish(complete=True).sections
    assert section.command == "username x secret *"


def test_two_writers_of_one_target_do_not_touch_each_other(tmp_path: Path) -> None:
    first, second = (HostFileWriter(tmp_path / "f", tmp_path) for _ in range(2))
    one, two = first.section("#", "c"), second.section("#", "c")
    for _ in range(1000):
        one("1" * 99 + "\n")
        two("2" * 99 + "\n")
    for writer, letter in ((first, b"1"), (second, b"2")):
        data = Path(writer.finish(complete=True).partial).read_bytes()
        assert data == (letter * 99 + b"\n") * 1000


def test_a_spool_is_locked_while_it_is_written(tmp_path: Path) -> None:
    writer = HostFileWriter(tmp_path / "f", tmp_path)
    (path,) = tmp_path.iterdir()
    with path.open("rb") as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        writer.finish(complete=True)
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)


def test_abort_leaves_nothing(tmp_path: Path) -> None:
    writer = HostFileWriter(tmp_path / "a" / "f", tmp_path)
    writer.section("#", "c")("x")
    writer.abort()
    writer.abort()
    assert list((tmp_path / "a").iterdir()) == []


def test_a_full_disk_is_told_at_the_end_and_never_by_the_sink(tmp_path: Path) -> None:
    writer = HostFileWriter(tmp_path / "f", tmp_path)
    sink = writer.section("#", "c")
    with files_up_to(100_000):
        for _ in range(50):
            sink("x" * 9_999 + "\n")
        with pytest.raises(TaskError, match=r"cannot write .*/f: the file is larger"):
            writer.finish(complete=True)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_with_the_last_bytes(tmp_path: Path) -> None:
    writer = HostFileWriter(tmp_path / "f", tmp_path)
    writer.section("#", "c")("x" * 2000)
    with files_up_to(1000), pytest.raises(FileTrouble, match="cannot write"):
        writer.finish(complete=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "target",
    ["../evil", "a/../../evil", "a/../b", "/etc/evil", "", ".hidden", "a/.ssh/x", "-rf", "a\nb"],
)
def test_a_target_that_leaves_the_root_or_deceives_is_refused(tmp_path: Path, target: str) -> None:
    root = tmp_path / "output"
    with pytest.raises(FileTrouble):
        HostFileWriter(root / target, root)
    assert not (tmp_path / "evil").exists()


def test_a_bidi_name_is_refused_and_shown_escaped(tmp_path: Path) -> None:
    with pytest.raises(FileTrouble, match=r"U\+202E") as caught:
        HostFileWriter(tmp_path / "r\u202e1", tmp_path)
    assert "\u202e" not in str(caught.value)


def test_a_link_on_the_way_is_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "output", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "site").symlink_to(outside)
    with pytest.raises(FileTrouble, match="follows no links"):
        HostFileWriter(root / "site" / "r1.txt", root)
    with pytest.raises(FileTrouble, match="follows no links"):
        HostFileWriter(root / "site" / "deep" / "r1.txt", root)
    assert list(outside.iterdir()) == []


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    root = tmp_path / "output"
    root.symlink_to(tmp_path / "real")
    captured = HostFileWriter(root / "f", root).finish(complete=True)
    assert Path(captured.partial).exists()


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("")
    with pytest.raises(FileTrouble, match=r"cannot write .*/site/r1.txt"):
        HostFileWriter(tmp_path / "site" / "r1.txt", tmp_path)


def test_a_root_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(FileTrouble, match=r"cannot write /sys/kernel/playrun"):
        HostFileWriter(Path("/sys/kernel/playrun/f"), Path("/sys/kernel/playrun"))


# slugs


@pytest.mark.parametrize(
    ("command", "slug"),
    [
        ("show ip interface brief", "show_ip_interface_brief"),
        ("show interface Gi0/1 | include ../x", "show_interface_Gi0_1_include_.._x"),
        ("  /ip address print  ", "ip_address_print"),
        ("../../etc/passwd", "etc_passwd"),
    ],
)
def test_slugs(command: str, slug: str) -> None:
    assert command_slug(command) == slug


@given(st.text())
def test_a_slug_is_always_a_safe_short_name(command: str) -> None:
    slug = command_slug(command)
    assert 0 < len(slug) <= 80
    assert slug[0] not in ".-_"
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def test_long_commands_stay_apart() -> None:
    one, other = ("show " + "x" * 100 + end for end in "ab")
    assert command_slug(one) != command_slug(other)


# journal


def test_a_journal_line_is_on_disk_before_append_returns(tmp_path: Path) -> None:
    journal = HostJournal(tmp_path / "hosts", "r1")
    journal.append({"sending": "interface Gi0/1"})
    journal.append({"sending": b"odd"})
    path = tmp_path / "hosts" / "r1.jsonl"
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert first["sending"] == "interface Gi0/1"
    assert first["at"] > 1.6e9
    assert second["sending"] == "b'odd'"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    journal.close()
    journal.close()


def test_a_journal_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really, synced = os.fsync, []

    def fsync(fd: int) -> None:
        synced.append(os.fstat(fd).st_size)
        really(fd)

    monkeypatch.setattr(os, "fsync", fsync)
    journal = HostJournal(tmp_path, "r1")
    journal.append({"n": 1})
    assert synced == [(tmp_path / "r1.jsonl").stat().st_size]
    journal.close()


def test_a_journal_goes_on_after_it_was_closed(tmp_path: Path) -> None:
    journal = HostJournal(tmp_path, "r1")
    journal.append({"n": 1})
    journal.close()
    journal.append({"n": 2})
    journal.close()
    assert len((tmp_path / "r1.jsonl").read_text().splitlines()) == 2


def test_a_journal_that_cannot_be_written_stops_the_change(tmp_path: Path) -> None:
    journal = HostJournal(tmp_path, "r1")
    journal.append({"n": 1})
    with files_up_to(10), pytest.raises(FileTrouble, match=r"r1\.jsonl"):
        journal.append({"n": 2})
    journal.close()


def test_a_journal_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "r1.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileTrouble):
        HostJournal(tmp_path, "r1").append({})
    assert not (tmp_path / "elsewhere").exists()


# transcripts


def entries(folder: Path) -> list[str]:
    return [line[9:] for line in (folder / "r1.txt").read_text().splitlines()]


def test_a_transcript_shows_both_directions_escaped(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path, "r1")
    transcript.received("\x1b[2Jr1#")
    transcript.sent("show clock\n")
    transcript.received("show clock\r\n12:00 \udcff\r\nr1#")
    transcript.close()
    assert entries(tmp_path) == [
        "< \\x1b[2Jr1#",
        "> show clock\\n",
        "< show clock\\r\\n",
        "< 12:00 \\udcff\\r\\n",
        "< r1#",
    ]
    assert stat.S_IMODE((tmp_path / "r1.txt").stat().st_mode) == 0o600


@given(cuts=st.lists(st.integers(0, 30), max_size=5))
def test_a_secret_is_not_in_the_transcript_even_when_echoed(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("t")
    transcript = Transcript(folder, "r1")
    transcript.sent("hunter2-xyzzy\n", masked=True)
    echo = "hunter2-xyzzy\r\nr1#"
    edges = [0, *sorted(cuts), len(echo)]
    for start, end in pairwise(edges):
        transcript.received(echo[start:end])
    transcript.close()
    text = (folder / "r1.txt").read_text()
    assert "hunter2"[2:] not in text
    assert "xyzzy" not in text
    assert "r1#" in "".join(entries(folder)).replace("< ", "")


def test_a_secret_that_is_not_echoed_masks_nothing_else(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path, "r1")
    transcript.sent("pw\n", masked=True)
    transcript.received("\r\nr1#")
    transcript.received("pw")
    transcript.close()
    assert entries(tmp_path) == ["> ********", "< \\r\\n", "< r1#pw"]


def test_an_echo_behind_a_syslog_line_is_masked_too(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path, "r1")
    transcript.sent("hunter2\n", masked=True)
    transcript.received("*Mar 1: up\r\nhunter2\r\n")
    transcript.close()
    assert entries(tmp_path)[-1] == "< ********\\r\\n"


@given(cuts=st.lists(st.integers(0, 40), max_size=5))
def test_what_is_known_to_be_secret_is_masked_wherever_it_stands(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("t")
    masks = Masks()
    masks.add("hunter2-xyzzy")
    transcript = Transcript(folder, "r1", masks.mask)
    transcript.sent("username x password hunter2-xyzzy\n")
    echo = "r1#username x password hunter2-xyzzy\r\nr1#"
    edges = [0, *sorted(cuts), len(echo)]
    for start, end in pairwise(edges):
        transcript.received(echo[start:end])
    transcript.close()
    masked = "username x password ********"
    assert entries(folder)[0] == f"> {masked}\\n"
    assert entries(folder)[1].startswith(f"< r1#{masked}\\r")
    assert "hunter2" not in (folder / "r1.txt").read_text()
    assert "xyzzy" not in (folder / "r1.txt").read_text()


def test_a_transcript_on_a_full_disk_costs_nothing(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path, "r1")
    with files_up_to(10):
        transcript.received("x" * 100_000)
        transcript.sent("y\n")
        transcript.close()
    assert os.path.getsize(tmp_path / "r1.txt") <= 10


def test_a_journal_that_is_closed_holds_no_file(tmp_path: Path) -> None:
    before = set(os.listdir("/proc/self/fd"))
    journal = HostJournal(tmp_path, "r1")
    journal.append({"a": 1})
    assert set(os.listdir("/proc/self/fd")) > before
    journal.close()
    journal.close()
    assert set(os.listdir("/proc/self/fd")) == before
