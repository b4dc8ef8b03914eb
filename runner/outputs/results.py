"""A task's result as Ansible's users know it: `ok: [r1] => {…}`. Pure text, no printing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from runner.events import Failure, HostFinished, ItemFinished, TaskFinished, TaskRetried, TaskStatus
from runner.outputs.lines import Line, Style
from runner.outputs.terminal import one_line

_WORDS: dict[TaskStatus, str] = {"ok": "ok", "changed": "changed", "skipped": "skipping"}
_STYLES: dict[TaskStatus, Style] = {
    "ok": "ok",
    "changed": "changed",
    "skipped": "skipped",
    "failed": "failed",
    "unreachable": "unreachable",
}
_ALWAYS_SHOWN = frozenset({"debug", "assert"})
_SHOWN_BY_DEBUG_ONLY = frozenset({"diff", "stderr_lines", "stdout_lines"})
_HIDDEN = frozenset({"failed", "ignored", "skipped", "unreachable"}) | _SHOWN_BY_DEBUG_ONLY
_LOOPS_OWN = frozenset({"ansible_index_var", "ansible_loop", "ansible_loop_var", "changed", "item"})
_LONGEST_SHOWN = 1000
_LINES_SHOWN = 5
_TYPING = frozenset({"cli", "config"})
_PRINTED = frozenset({"stdout", "stderr"})

IGNORING = Line("...ignoring", "skipped")
Result = TaskFinished | ItemFinished


def is_failure(event: Result) -> bool:
    """Whether it went wrong, ignored or not."""
    return event.status in ("failed", "unreachable")


def unsent(event: Result) -> list[str]:
    """The lines that check mode kept back."""
    lines = event.values.get("unsent", ()) if event.action in _TYPING else ()
    return [str(line) for line in lines]


def shows_values(event: Result, verbosity: int) -> bool:
    """Whether more than one line is to be shown for a result that is well."""
    said = event.action in _ALWAYS_SHOWN and not event.terse
    return event.status in ("ok", "changed") and (said or verbosity > 0)


def result_lines(event: Result, verbosity: int, tag: str = "") -> list[Line]:
    """The lines for one result; `tag` names the task where no header does."""
    host = _whose(event, tag)
    if is_failure(event):
        return _failure_lines(event, host, verbosity)
    item = f" => (item={one_line(event.item)})" if isinstance(event, ItemFinished) else ""
    style = _STYLES[event.status]
    if isinstance(event, TaskFinished) and event.included:
        names = ", ".join(map(one_line, event.included))
        return [Line(f"included: {host} => {names}", style)]
    lead = f"{_WORDS[event.status]}: {host}{item}"
    return [*_changes(event), *_well(event, verbosity, lead), *_warnings(event)]


def _warnings(event: Result) -> list[Line]:
    """What a task that went well warns of; lines that were not sent are told otherwise."""
    said = [] if unsent(event) else event.values.get("warnings", ())
    return [Line(f"[WARNING]: {one_line(str(text))}", "warning") for text in said]


def _changes(event: Result) -> list[Line]:
    if event.status != "changed" or not event.values.get("diff"):
        return []
    from runner.outputs.differences import difference_lines  # few runs show differences

    return difference_lines(event.values)


def _well(event: Result, verbosity: int, lead: str) -> list[Line]:
    style = _STYLES[event.status]
    if not shows_values(event, verbosity):
        return [Line(lead, style), *(_unsent_lines(event) if verbosity else ())]
    if event.action not in _ALWAYS_SHOWN and "stdout" in event.values:
        return [Line(lead, style), *_output_lines(event), *_unsent_lines(event)]
    indent = 4 if event.action in _ALWAYS_SHOWN else None
    return [Line(f"{lead} => {to_json(_visible(event), indent)}", style)]


def retry_line(event: TaskRetried) -> Line:
    """An attempt that did not do, and how many follow."""
    where = f"[{one_line(event.host)}]: {one_line(event.title or event.task)}"
    return Line(f"FAILED - RETRYING: {where} ({event.left} retries left).", "skipped")


def _whose(event: Result, tag: str = "") -> str:
    """The host, and where the task was done if that was another; where it was not, no matter."""
    done = event.status != "skipped"
    to = f" -> {one_line(event.delegate)}" if event.delegate and done else ""
    return f"[{one_line(event.host)}{to}]{tag}"


def host_failure_lines(event: HostFinished, verbosity: int) -> list[Line]:
    """A host that failed outside any task, or that was lost with one."""
    word = failure_word(event.status, event.failure)
    values = {"msg": event.failure.message} if event.failure else {}
    text = f"fatal: [{one_line(event.host)}]: {word}! => {to_json(values)}"
    return [Line(text, "unreachable"), *_explained(event.failure, verbosity)]


def failure_word(status: str, failure: Failure | None) -> str:
    """How a failure is called on screen; a credential held back was not even tried."""
    if failure is not None and failure.kind == "not_tried":
        return "NOT TRIED"
    return status.replace("_", " ").upper()


def to_json(value: Any, indent: int | None = None) -> str:
    """JSON as people read it: keys sorted, characters as they are; never raises."""
    try:
        return json.dumps(value, indent=indent, sort_keys=True, ensure_ascii=False, default=str)
    except (TypeError, ValueError):
        return json.dumps(plain(value), indent=indent, ensure_ascii=False, default=str)


def plain(value: Any) -> Any:
    """As JSON can say it to a program: keys are text, and so is a number that is none (`nan`)."""
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _key(key: Any) -> str:
    return json.dumps(key) if key is None or isinstance(key, bool) else str(key)


def _failure_lines(event: Result, host: str, verbosity: int) -> list[Line]:
    style = _STYLES[event.status]
    indent = 4 if event.action == "assert" and not event.terse else None
    values = to_json(_failure_values(event, verbosity), indent)
    if isinstance(event, ItemFinished):
        lead = f"failed: {host} (item={one_line(event.item)})"
    else:
        lead = f"fatal: {host}: {failure_word(event.status, event.failure)}!"
    lines = [Line(f"{lead} => {values}", style), *_explained(event.failure, verbosity)]
    return [*lines, IGNORING] if event.ignored else lines


def _unsent_lines(event: Result) -> list[Line]:
    return [Line(f"    {one_line(line)}: not sent (check)", "skipped") for line in unsent(event)]


def _failure_values(event: Result, verbosity: int) -> dict[str, Any]:
    values = {"changed": False, **_visible(event)}
    if event.action == "cli" and not values.get("stdout"):
        values.pop("stdout", None)  # The device said nothing before it went wrong.
    if not verbosity:
        values = {
            key: _cut(_few(value) if key in _PRINTED else value) for key, value in values.items()
        }
    if event.status == "unreachable":
        values["unreachable"] = True
    if event.failure is not None and "censored" not in values:
        values.setdefault("msg", event.failure.message)
    return values


def _explained(failure: Failure | None, verbosity: int) -> list[Line]:
    """Where it happened, what to do, and the traceback for those who ask for it."""
    if failure is None:
        return []
    lines = []
    if failure.where:
        lines.append(Line(f"    at {one_line(failure.where)}", "faint"))
    if failure.hint:
        lines.append(Line(f"    hint: {one_line(failure.hint)}", "faint"))
    if failure.detail and verbosity >= 3:
        lines.append(Line(failure.detail.rstrip("\n"), "faint"))
    elif failure.detail:
        lines.append(Line("    -vvv shows the traceback", "faint"))
    return lines


def _visible(event: Result) -> dict[str, Any]:
    """What `debug` was asked for; of other actions all that is not said otherwise."""
    debug = event.action == "debug"
    hidden = (_HIDDEN - _SHOWN_BY_DEBUG_ONLY) | _LOOPS_OWN if debug else _HIDDEN
    if debug and isinstance(event, ItemFinished):
        loops = (event.values.get(name) for name in ("ansible_loop_var", "ansible_index_var"))
        hidden |= {name for name in loops if isinstance(name, str)}
    return {str(key): value for key, value in event.values.items() if key not in hidden}


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST_SHOWN:
        return f"{value[:_LONGEST_SHOWN]}… ({len(value):,} characters, -v shows all)"
    return value


def _few(value: Any) -> Any:
    """The end of what was printed: that is where what went wrong stands."""
    if isinstance(value, (list, tuple)):
        return [_cut(_few(text)) for text in value]
    lines = value.rstrip("\n").split("\n") if isinstance(value, str) else []
    if len(lines) <= _LINES_SHOWN:
        return value
    left_out = f"… ({len(lines) - _LINES_SHOWN:,} lines before, -v shows all)"
    return "\n".join([left_out, *lines[-_LINES_SHOWN:]])


def _output_lines(event: Result) -> list[Line]:
    """What the commands printed, indented, each under its prompt where that is known."""
    stdout = event.values["stdout"]
    texts = [str(text) for text in stdout] if isinstance(stdout, (list, tuple)) else [str(stdout)]
    sections = (
        [section for captured in event.captured for section in captured.sections]
        if isinstance(event, TaskFinished)
        else []
    )
    lines = []
    for index, text in enumerate(texts):
        if len(sections) == len(texts):
            section = sections[index]
            lines.append(Line(f"    {one_line(section.shown)}", "faint"))
        if text:
            lines.append(Line("\n".join(f"    {line}" for line in text.split("\n"))))
    return lines
