"""The one form in which the doings of both programs are compared.

    {"exit": 2, "hosts": {"h1": [["task", "ok", {values}], …]}, "recap": {"h1": {"ok": 1}}}

What is left out of it, and why, stands in differences.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from oracle_differences import NOISE, UNSAID
from oracle_sides import Ran

Canonical = dict[str, Any]
KEPT = frozenset("results rc attempts stdout stderr failed_when_result".split())
"""What is compared of a failed result: what it is called in is a program's own."""
COUNTS = {
    "ok": "ok",
    "changed": "changed",
    "unreachable": "unreachable",
    "failures": "failed",
    "failed": "failed",
    "skipped": "skipped",
    "rescued": "rescued",
    "ignored": "ignored",
}
SPEAKS = frozenset({"fail", "assert"})
"""Actions whose message at failure is the playbook's own, not the program's."""
_WORDED = re.compile(r"^(Task failed|the condition |'[\w.]+' is not defined)")
_UNDEFINED = re.compile(r"^(VARIABLE IS NOT DEFINED!.*|<< error 1 - .* >>)$", re.DOTALL)


def of_ansible(ran: Ran) -> Canonical:
    """What ansible-playbook did, and the exit code that playrun should have had."""
    stats = [event for event in ran.events if event["event"] == "stats"]
    recap = stats[-1]["recap"] if stats else {}
    return {
        "exit": exit_code(ran.code, bool(stats)),
        "hosts": _hosts(_ansible_row(event, ran.folder) for event in ran.events),
        "recap": _recap(recap),
    }


def of_playrun(ran: Ran) -> Canonical:
    """What playrun did."""
    return {
        "exit": ran.code,
        "hosts": _hosts(_playrun_row(event, ran.folder) for event in ran.events),
        "recap": _recap(ran.summary.get("hosts", {})),
    }


def exit_code(code: int, ran: bool) -> int:
    """playrun's exit code for one of ansible-playbook's.

    Where Ansible came as far as a recap, the codes are the same: 0, 2 (a host failed), 4 (a
    host was unreachable). Otherwise it has several for one thing, "could not run": 1 (no such
    playbook), 2 (usage), 4 (the playbook cannot be read, or a mistake ended the run), 5, 250.
    """
    return code if ran or code == 0 else 1


def _hosts(rows: Iterable[tuple[str, list[Any]] | None]) -> dict[str, list[list[Any]]]:
    hosts: dict[str, list[list[Any]]] = {}
    for found in rows:
        if found is not None:
            _add(hosts.setdefault(found[0], []), found[1])
    return hosts


def _add(rows: list[list[Any]], row: list[Any]) -> None:
    """An include whose file is not there is told twice by Ansible: as done, then as failed."""
    if row[1] == "failed" and rows and rows[-1] == [row[0], "ok", row[2]]:
        rows.pop()
    rows.append(row)


def _recap(hosts: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    recap = {
        host: {COUNTS[name]: n for name, n in counts.items() if name in COUNTS and n}
        for host, counts in hosts.items()
    }
    return {host: counts for host, counts in recap.items() if counts}


def _ansible_row(event: Mapping[str, Any], folder: str) -> tuple[str, list[Any]] | None:
    if event["event"] != "task" or _short(event["action"]) == "meta":
        return None
    return event["host"], _row(event, event["shown"], event["status"], folder)


def _playrun_row(event: Mapping[str, Any], folder: str) -> tuple[str, list[Any]] | None:
    if event["event"] != "TaskFinished" or event["action"] == "meta":
        return None
    status = "ignored" if event["ignored"] and event["status"] == "failed" else event["status"]
    return event["host"], _row(event, event["task"], status, folder)


def _row(event: Mapping[str, Any], task: str, status: str, folder: str) -> list[Any]:
    values = {
        name: value
        for name, value in event["values"].items()
        if name not in ("failed", "skipped", "changed", "unreachable")
    }
    action = _short(event["action"])
    bad = status in ("failed", "ignored", "unreachable")
    if "censored" in values:
        values = {"censored": True}
    elif status == "unreachable":
        values = {}
    elif bad:
        values = _without_messages(values, action in SPEAKS)
    unsaid = UNSAID.get(action, frozenset())
    return [task, status, {} if "*" in unsaid else _plain(values, folder, unsaid)]


def _without_messages(values: Mapping[str, Any], speaks: bool) -> dict[str, Any]:
    """A failed result without what the program says of it; `speaks`: unless the play says it."""
    if speaks and not _WORDED.match(str(values.get("msg", ""))) and "results" not in values:
        return dict(values)
    kept = {name: value for name, value in values.items() if name in KEPT}
    if isinstance(kept.get("results"), list):
        kept["results"] = [_item(item, speaks) for item in kept["results"]]
    return kept


def _item(item: Any, speaks: bool) -> Any:
    if not isinstance(item, dict) or not item.get("failed"):
        return item
    if speaks and not _WORDED.match(str(item.get("msg", ""))):
        return item
    return {name: value for name, value in item.items() if name != "msg"}


def _plain(value: Any, folder: str, unsaid: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {
            _plain(name, folder, unsaid): _plain(each, folder, unsaid)
            for name, each in value.items()
            if not (name in NOISE or name in unsaid or str(name).startswith("_ansible"))
        }
    if isinstance(value, list):
        return [_plain(each, folder, unsaid) for each in value]
    if isinstance(value, str):
        return _UNDEFINED.sub("VARIABLE IS NOT DEFINED!", value.replace(folder, "<here>"))
    return value


def _short(action: str) -> str:
    return action.rpartition(".")[2]


def difference(ansible: Canonical, playrun: Canonical) -> list[str]:
    """What is not the same, a line each; empty if all is."""
    lines = []
    for host in sorted({*ansible["hosts"], *playrun["hosts"]}):
        lines += _rows(host, ansible["hosts"].get(host, []), playrun["hosts"].get(host, []))
    for host in sorted({*ansible["recap"], *playrun["recap"]}):
        first, second = ansible["recap"].get(host), playrun["recap"].get(host)
        if first != second:
            lines.append(f"recap of {host}: Ansible {first}, playrun {second}")
    if ansible["exit"] != playrun["exit"]:
        lines.append(f"exit code: Ansible's means {ansible['exit']}, playrun {playrun['exit']}")
    return lines


def _rows(host: str, ansible: list[list[Any]], playrun: list[list[Any]]) -> list[str]:
    lines = []
    for number in range(max(len(ansible), len(playrun))):
        first = ansible[number] if number < len(ansible) else None
        second = playrun[number] if number < len(playrun) else None
        if not same(first, second):
            lines.append(f"{host} task {number + 1}: Ansible {first}, playrun {second}")
            if first is None or second is None or first[0] != second[0]:
                break
    return lines


def same(first: Any, second: Any) -> bool:
    """Equal in type too: 1 is neither True nor 1.0."""
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[k], second[k]) for k in first)
    if isinstance(first, list):
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second)
