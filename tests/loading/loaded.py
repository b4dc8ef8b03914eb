"""Playbooks from texts, for tests of what they are loaded as."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from runner.errors import PlayrunError, Problems
from runner.loading.playbook import load_playbook
from runner.model import Block, Entry, Play, Task, tasks_in

Outline = list[Any]


def write(folder: Path, files: Mapping[str, str]) -> None:
    """The files below `folder`."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))


def plays(
    folder: Path, text: str, files: Mapping[str, str] | None = None, **more: Any
) -> list[Play]:
    """The plays of a playbook's text, beside `files`."""
    write(folder, {"site.yml": text, **(files or {})})
    playbook, warnings = load_playbook(folder / "site.yml", **more)
    assert not warnings
    return list(playbook.plays)


def play(folder: Path, text: str, files: Mapping[str, str] | None = None, **more: Any) -> Play:
    """Its only play; `hosts: all` is added."""
    (only,) = plays(folder, "- hosts: all\n" + _indented(text), files, **more)
    return only


def entries(folder: Path, tasks: str, files: Mapping[str, str] | None = None) -> tuple[Entry, ...]:
    """The entries of a play of these tasks, without what nobody wrote."""
    text = "tasks:\n" + _indented(tasks)
    return tuple(entry for entry in play(folder, text, files).entries if not _implicit(entry))


def tasks(folder: Path, text: str, files: Mapping[str, str] | None = None) -> dict[str, Task]:
    """Every task of a play of these tasks, by its name."""
    return {task.label: task for task in tasks_in(entries(folder, text, files))}


def outline(found: Iterable[Entry]) -> Outline:
    """Labels; a block is a list of its parts that are not empty."""
    return [entry.label if isinstance(entry, Task) else _parts(entry) for entry in found]


def _parts(block: Block) -> Outline:
    return [outline(part) for part in (block.body, block.rescue, block.always) if part]


def wrong(folder: Path, text: str, files: Mapping[str, str] | None = None) -> list[str]:
    """What is said of a playbook that cannot be loaded, without the folder's name."""
    write(folder, {"site.yml": text, **(files or {})})
    try:
        load_playbook(folder / "site.yml")
    except Problems as error:
        found: Iterable[PlayrunError] = error.problems
    except PlayrunError as error:
        found = [error]
    else:
        found = []
    return [str(problem).replace(f"{folder}/", "") for problem in found]


def _implicit(entry: Entry) -> bool:
    return isinstance(entry, Task) and entry.implicit


def _indented(text: str) -> str:
    return textwrap.indent(textwrap.dedent(text).strip("\n"), "  ") + "\n"
