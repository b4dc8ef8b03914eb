"""Every platform file against samples of its own: what is a prompt and what only looks so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner import platforms
from runner.platforms.model import Platform
from runner.yaml import parse

FOLDER = Path(__file__).parent / "samples"


def samples(name: str) -> dict[str, Any]:
    path = FOLDER / f"{name}.yaml"
    data: dict[str, Any] = parse(path.read_text(encoding="utf-8"), str(path), trust=False).data
    return data


def each(*keys: str) -> list[Any]:
    """One parameter per sample under `keys`: platform name and sample (and its value)."""
    return [
        pytest.param(name, *found, id=f"{name}-{found[0]!r}")
        for name in platforms.names()
        for key in keys
        for found in _found(samples(name).get(key, []))
    ]


def _found(value: Any) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, list):
        yield from ((item,) for item in value)
    else:
        yield from value.items()


def fitting(platform: Platform, line: str) -> list[str]:
    """The names of all modes whose prompt `line` is."""
    last = line.rstrip(" \t\x00")
    return [mode.name for mode in platform.modes.values() if mode.prompt.fullmatch(last)]


def pager_key(platform: Platform, line: str) -> str | None:
    found = (pager.key for pager in platform.pagers if pager.pattern.search(line))
    return next(found, None)


def asks(platform: Platform, line: str) -> bool:
    return any(pattern.search(line) for pattern in platform.asks)


def test_every_platform_has_samples_and_no_sample_is_orphaned() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == platforms.names()


@pytest.mark.parametrize("name", platforms.names())
def test_every_mode_has_a_sample(name: str) -> None:
    missing = set(platforms.load(name).modes) - set(samples(name)["prompts"])
    assert missing <= {"exec", "loader", "aboot", "rommon"} - {"exec"}


@pytest.mark.parametrize(("name", "mode", "prompts"), each("prompts"))
def test_a_prompt_is_of_one_mode_only(name: str, mode: str, prompts: list[str]) -> None:
    platform = platforms.load(name)
    assert {prompt: fitting(platform, prompt) for prompt in prompts} == {
        prompt: [mode] for prompt in prompts
    }


@pytest.mark.parametrize(("name", "line"), each("not_prompts", "not_errors", "errors"))
def test_output_is_no_prompt(name: str, line: str) -> None:
    assert fitting(platforms.load(name), line) == []


@pytest.mark.parametrize(("name", "line", "key"), each("pagers"))
def test_a_pager_is_known_and_is_no_prompt(name: str, line: str, key: str) -> None:
    platform = platforms.load(name)
    assert pager_key(platform, line) == key
    assert fitting(platform, line) == []


@pytest.mark.parametrize(("name", "line"), each("not_prompts", "not_errors", "errors", "asks"))
def test_output_is_no_pager(name: str, line: str) -> None:
    assert pager_key(platforms.load(name), line) is None


@pytest.mark.parametrize(("name", "line"), each("errors"))
def test_an_error_is_found_in_the_middle_of_an_answer(name: str, line: str) -> None:
    platform = platforms.load(name)
    assert platforms.error_in(platform, f"some output\n{line}\n\n") == line.strip()


@pytest.mark.parametrize(("name", "line"), each("not_errors", "not_prompts"))
def test_output_is_no_error(name: str, line: str) -> None:
    assert platforms.error_in(platforms.load(name), f"some output\n{line}\nmore\n") is None


@pytest.mark.parametrize(("name", "phase", "lines"), each("questions"))
def test_a_declared_question_has_its_answer_in_its_phase_only(
    name: str, phase: str, lines: dict[str, str]
) -> None:
    for line, answer in lines.items():
        declared = [q for q in platforms.load(name).questions if q.pattern.search(line)]
        assert {q.phase for q in declared} == {phase}, line
        assert declared[0].answer == answer


@pytest.mark.parametrize(("name", "line"), each("asks"))
def test_a_question_is_seen_and_is_no_prompt(name: str, line: str) -> None:
    platform = platforms.load(name)
    assert asks(platform, line)
    assert fitting(platform, line) == []


@pytest.mark.parametrize(("name", "line"), each("not_asks", "not_errors"))
def test_output_asks_nothing(name: str, line: str) -> None:
    assert not asks(platforms.load(name), line)


@pytest.mark.parametrize("name", platforms.names())
def test_nothing_is_answered_while_a_command_runs(name: str) -> None:
    """No platform says yes for the user; only logins, ends of a change and saves are known."""
    assert [q for q in platforms.load(name).questions if q.phase in ("command", "logout")] == []


@pytest.mark.parametrize("name", platforms.names())
def test_a_prompt_asks_nothing(name: str) -> None:
    platform = platforms.load(name)
    prompts = [p for mode in samples(name)["prompts"].values() for p in mode if p != "switch:"]
    assert [prompt for prompt in prompts if asks(platform, prompt)] == []


@pytest.mark.parametrize(("name", "command"), each("read_only"))
def test_reading_commands_are_known(name: str, command: str) -> None:
    assert platforms.is_read_only(platforms.load(name), command)


@pytest.mark.parametrize(("name", "command"), each("changing"))
def test_a_command_that_may_change_something_is_no_read(name: str, command: str) -> None:
    assert not platforms.is_read_only(platforms.load(name), command)


@pytest.mark.parametrize(("name", "line"), each("secrets"))
def test_a_secret_is_redacted(name: str, line: str) -> None:
    text = f"before\n{line}\nafter"
    redacted = platforms.redact(platforms.load(name), text)
    assert "hunter" in line
    assert "hunter" not in redacted
    assert redacted.startswith("before\n")
    assert redacted.endswith("\nafter")


@pytest.mark.parametrize(("name", "line"), each("not_secrets", "not_prompts"))
def test_what_is_no_secret_stays(name: str, line: str) -> None:
    assert platforms.redact(platforms.load(name), line) == line
