"""Lists of entries: tasks, blocks, and in the place of an import what it brings."""

from __future__ import annotations

from runner.loading.convert import Place, Reader, kind_of
from runner.loading.imports import imported
from runner.loading.inherit import narrowed
from runner.loading.keywords import BLOCK
from runner.loading.standing import Standing
from runner.loading.tasks import as_task, read_parts
from runner.model import Block, Entry, Task

_SECTIONS = ("block", "rescue", "always")


def read_section(place: Place, key: str, standing: Standing) -> tuple[Entry, ...]:
    """The entries under `key` of a play or block."""
    value = place.value.get(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        standing.loading.note(
            place.at(key).error(
                f"`{key}` must be a list of tasks, not {kind_of(value)}",
                hint="begin each task with `- name: …`",
            )
        )
        return ()
    return read_entries(place.at(key), standing)


def read_entries(place: Place, standing: Standing) -> tuple[Entry, ...]:
    """The entries of the list at `place`."""
    entries: list[Entry] = []
    for index in range(len(place.value)):
        entries += _entry(place.at(index), standing)
    return tuple(entries)


def _entry(place: Place, standing: Standing) -> tuple[Entry, ...]:
    if isinstance(place.value, dict) and any(key in place.value for key in _SECTIONS):
        return _block(place, standing)
    parts = read_parts(place, standing)
    if parts is None:
        return ()
    found = imported(parts, standing)
    return (as_task(parts, standing),) if found is None else found


def _block(place: Place, standing: Standing) -> tuple[Entry, ...]:
    if standing.handlers:
        standing.loading.note(
            place.error("a block is no handler", hint="give each task its own name or `listen`")
        )
        return ()
    if place.value.get("block") is None:
        key = next(key for key in _SECTIONS[1:] if key in place.value or key == "always")
        standing.loading.note(
            place.at(key).key_error(
                f"`{key}` without `block`",
                hint=f"`{key}` stands in one entry with `block`, at its indentation",
            )
            if "block" not in place.value
            else place.at("block").key_error("the block has no tasks")
        )
        return ()
    reader = Reader(place, BLOCK, "block", standing.problems)
    if "notify" in place.value:
        standing.parts.notifying.append(place.at("notify"))
    inner = standing.within(narrowed(standing.scope, reader, place, BLOCK))
    body = read_section(place, "block", inner)
    rescue = _rescue(place, inner)
    always = read_section(place, "always", inner)
    return (Block(body, place.origin(), rescue, always, reader.text("name") or ""),)


def _rescue(place: Place, standing: Standing) -> tuple[Entry, ...]:
    """An imported role has an end, which is there even where the tags leave nothing of it: as
    in Ansible, it makes a rescue of what else is empty."""
    before = len(standing.parts.roles)
    entries = read_section(place, "rescue", standing)
    if len(standing.parts.roles) == before:
        return entries
    end = Task(
        action="meta",
        args={"free_form": "noop"},
        origin=place.origin(),
        written="meta",
        name="noop",
        tags=frozenset({"always"}),
        scope=standing.scope,
        implicit=True,
    )
    return (*entries, end)
