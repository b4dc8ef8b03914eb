"""What stands in the place of `import_tasks`, `import_role` and the old `include`."""

from __future__ import annotations

from runner.actions.names import short_name
from runner.loading.keywords import WITH
from runner.loading.roles import imported_role
from runner.loading.standing import Standing
from runner.loading.taskfiles import entries_of, find_static
from runner.loading.tasks import Parts
from runner.model import Entry
from runner.values import Source

_LOOPS = ("loop", *(f"with_{name}" for name in WITH))


def imported(parts: Parts, standing: Standing) -> tuple[Entry, ...] | None:
    """The entries that an import brings; None for what is no import."""
    name = parts.written.name
    if name not in ("import_tasks", "import_role") and not _is_static_include(parts):
        return None
    if _has_loop(parts, standing):
        return ()
    return imported_role(parts, standing) if name == "import_role" else _tasks(parts, standing)


def _is_static_include(parts: Parts) -> bool:
    """The old `include` without a loop and with a constant name is an import."""
    if short_name(parts.written.word) != "include" or _loops(parts):
        return False
    file = parts.args.get("file")
    return isinstance(file, str) and not (isinstance(file, Source) and file.has_markers)


def _loops(parts: Parts) -> list[str]:
    return [key for key in _LOOPS if key in parts.place.value]


def _has_loop(parts: Parts, standing: Standing) -> bool:
    loops = _loops(parts)
    for key in loops:
        word = parts.written.word
        better = word.replace("import", "include")
        standing.loading.note(
            parts.place.at(key).key_error(
                f"`{word}` cannot be looped: it is read before the play runs",
                hint=f"`{better}` can",
            )
        )
    return bool(loops)


def _tasks(parts: Parts, standing: Standing) -> tuple[Entry, ...]:
    inner = standing.within(parts.inner)
    place = parts.written.place
    name = parts.args.get("file")
    file = inner.name(name, place) if isinstance(name, str) else None
    if file is None:
        return ()
    found = find_static(file, standing.scope, place, handlers=standing.handlers)
    if isinstance(found, Exception):
        standing.loading.note(found)
        return ()
    return entries_of(found, inner, place)
