"""Every platform file against a whole session, told line by line.

A transcript is text, one line of the terminal a line, with its kind before a bar:

    user, password, wake   what the login asks       failed, refused   why a login ends
    @MODE     a prompt, of that mode                 prefix            a line that belongs to one
    read      typed there: a command that only reads  write            typed: one that may change
    out       output, which is none of all this      error             a line that is an error
    pager     the last line while a pager waits      question          one that asks something
    secret    output with `hunter` in it             volatile          taken out of a backup
    begin     the backup command is typed            end               the backup's last line
    first     output of a backup that would do as its last line, too
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from runner import platforms
from runner.platforms.model import Platform

FOLDER = Path(__file__).parent / "transcripts"
OUTPUT = ("out", "first", "error", "secret", "volatile", "end")


class Line(NamedTuple):
    number: int
    kind: str
    text: str


def transcript(name: str) -> Iterator[Line]:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            kind, bar, rest = line.partition("|")
            assert bar, f"{name}.txt:{number}: no bar"
            yield Line(number, kind.strip(), rest.removeprefix(" "))


def lines(*kinds: str) -> list[object]:
    return [
        pytest.param(name, line, id=f"{name}:{line.number}")
        for name in platforms.names()
        for line in transcript(name)
        if line.kind in kinds or (line.kind.startswith("@") and "@" in kinds)
    ]


def found(patterns: tuple[object, ...], text: str) -> bool:
    return any(getattr(pattern, "search")(text) for pattern in patterns)  # noqa: B009


def kinds_of_waiting(platform: Platform, text: str) -> set[str]:
    """Everything that a session would take the last line `text` for."""
    mode = platforms.mode_of(platform, text)
    checks = {
        "pager": any(pager.pattern.search(text) for pager in platform.pagers),
        "user": platform.login.user.search(text) is not None,
        "password": platform.login.password.search(text) is not None,
        "wake": found(platform.login.wake, text),
        "prefix": any(p.fullmatch(text.rstrip()) for p in platform.prompt_prefix_lines),
    }
    return {kind for kind, holds in checks.items() if holds} | (
        {f"@{mode.name}"} if mode else set()
    )


def test_every_platform_has_a_transcript_and_no_transcript_is_orphaned() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == platforms.names()


@pytest.mark.parametrize("name", platforms.names())
def test_a_transcript_tells_a_whole_session(name: str) -> None:
    told = {line.kind for line in transcript(name)}
    platform = platforms.load(name)
    assert {"password", "@exec", "out", "pager"} <= told | {"password"}
    assert "error" in told or not platform.errors
    assert {"begin", "volatile"} <= told or platform.backup is None
    assert "end" in told or platform.backup is None or platform.backup.end is None
    assert "secret" in told or not platform.secrets
    assert platform.config is None or f"@{platform.config.mode}" in told


@pytest.mark.parametrize(
    ("name", "line"), lines("@", "pager", "user", "password", "wake", "prefix")
)
def test_what_waits_is_known_for_what_it_is(name: str, line: Line) -> None:
    assert kinds_of_waiting(platforms.load(name), line.text) == {line.kind}


@pytest.mark.parametrize(("name", "line"), lines(*OUTPUT))
def test_output_is_not_taken_for_something_that_waits(name: str, line: Line) -> None:
    assert kinds_of_waiting(platforms.load(name), line.text) == set()


@pytest.mark.parametrize(("name", "line"), lines(*OUTPUT))
def test_errors_and_only_errors_are_errors(name: str, line: Line) -> None:
    error = platforms.error_in(platforms.load(name), f"{line.text}\n")
    assert error == (line.text.strip() if line.kind == "error" else None)


@pytest.mark.parametrize(("name", "line"), lines("failed", "refused"))
def test_why_a_login_ends_is_known(name: str, line: Line) -> None:
    login = platforms.load(name).login
    told = {"failed": found(login.failed, line.text), "refused": found(login.refused, line.text)}
    assert [kind for kind, holds in told.items() if holds] == [line.kind]


@pytest.mark.parametrize(("name", "line"), lines("out", "secret", "volatile", "end"))
def test_nothing_but_a_failure_ends_a_login(name: str, line: Line) -> None:
    login = platforms.load(name).login
    assert not found((*login.failed, *login.refused), line.text)


@pytest.mark.parametrize(("name", "line"), lines("question"))
def test_a_question_is_seen(name: str, line: Line) -> None:
    platform = platforms.load(name)
    assert found(platform.asks, line.text)
    assert platforms.mode_of(platform, line.text) is None


@pytest.mark.parametrize(("name", "line"), lines("@"))
def test_a_prompt_is_no_question(name: str, line: Line) -> None:
    assert not found(platforms.load(name).asks, line.text)


@pytest.mark.parametrize(("name", "line"), lines("read", "write", "begin"))
def test_commands_are_reads_or_not(name: str, line: Line) -> None:
    assert platforms.is_read_only(platforms.load(name), line.text) == (line.kind != "write")


@pytest.mark.parametrize(("name", "line"), lines("secret"))
def test_secrets_go_when_asked(name: str, line: Line) -> None:
    assert "hunter" in line.text
    assert "hunter" not in platforms.redact(platforms.load(name), line.text)


@pytest.mark.parametrize(("name", "line"), lines("out", "volatile", "end"))
def test_what_is_no_secret_stays(name: str, line: Line) -> None:
    assert platforms.redact(platforms.load(name), line.text) == line.text


def backup(name: str) -> list[Line]:
    """The lines between the backup command and the next prompt."""
    told: list[Line] = []
    inside = False
    for line in transcript(name):
        inside = (inside or line.kind == "begin") and not line.kind.startswith("@")
        if inside and line.kind in OUTPUT:
            told.append(line)
    return told


@pytest.mark.parametrize("name", [n for n in platforms.names() if platforms.load(n).backup])
def test_a_backup_ends_where_it_should_and_keeps_what_stays(name: str) -> None:
    platform, told = platforms.load(name), backup(name)
    assert platform.backup is not None
    typed = [line.text for line in transcript(name) if line.kind == "begin"]
    assert typed == [platform.backup.command]
    kept = [line.text for line in told if line.kind != "volatile"]
    text = "\n".join(line.text for line in told)
    assert platforms.without_volatile(platform, text) == "\n".join(kept)
    if platform.backup.end is not None:
        assert told[-1].kind == "end"
        assert platform.backup.end.search(told[-1].text)


def with_end() -> list[str]:
    backups = {name: platforms.load(name).backup for name in platforms.names()}
    return [name for name, told in backups.items() if told is not None and told.end is not None]


@pytest.mark.parametrize("name", with_end())
def test_a_truncated_backup_has_no_end(name: str) -> None:
    told = platforms.load(name).backup
    assert told is not None
    assert told.end is not None
    middle = [line.text for line in backup(name) if line.kind in ("out", "secret", "volatile")]
    assert [text for text in middle if told.end.search(text)] == []
