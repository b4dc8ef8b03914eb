"""Which entries of a play concern several hosts, and what hosts read of one another."""

from __future__ import annotations

from collections.abc import Iterable

from runner.actions import ACTIONS
from runner.actions.late import LATE
from runner.engine.variables.hostsettings import NAMES
from runner.model import Play, Task
from runner.planning.walking import Spot, includes_unknown
from runner.templating import Names
from runner.values import Source

_OTHERS = frozenset(
    {
        "hostvars",
        "play_hosts",
        "ansible_play_hosts",
        "ansible_play_hosts_all",
        "ansible_play_batch",
    }
)
_OTHERS_BY_LOOKUP = frozenset({"varnames", "template"})
_ONCE = frozenset({"pause", "add_host", "group_by", LATE})
_META = frozenset({"end_play", "end_batch", "clear_host_errors", "refresh_inventory"})
_CONTROLLER = frozenset({"localhost", "127.0.0.1", "::1"})
_OF_CONNECTIONS = frozenset(name for names in NAMES.values() for name in names)


def reads_others(names: Names) -> bool:
    """Whether text with these names may read another host's values."""
    by_lookup = {lookup.rpartition(".")[2] for lookup in names.lookups} & _OTHERS_BY_LOOKUP
    return bool(names.variables & _OTHERS or by_lookup) or not names.complete


def crosses(play: Play, spot: Spot, names: Names) -> bool:
    """Whether a task concerns several hosts; `names` are all that it may read."""
    task = spot.task
    return (
        reads_others(names)
        or _by_keyword(task)
        or _by_action(task)
        or includes_unknown(spot)
        or play.max_fail_percentage is not None
        or play.any_errors_fatal is not False
    )


def _by_keyword(task: Task) -> bool:
    said = (task.run_once, task.any_errors_fatal, task.delegate_facts)
    return any(flag is not False for flag in said) or task.throttle != 0 or _delegates(task)


def _delegates(task: Task) -> bool:
    """To a host that others may be on their way through, as far as the text tells."""
    where = task.delegate_to
    if where is None:
        return False
    return (isinstance(where, Source) and where.has_markers) or str(where) not in _CONTROLLER


def _by_action(task: Task) -> bool:
    if task.action == "meta":
        return str(task.args.get("free_form", "")) in _META
    return task.action in _ONCE or getattr(ACTIONS[task.action], "once", False)


def shared_names(reads: Iterable[tuple[Task, Names]]) -> frozenset[str] | None:
    """The names that tasks read of other hosts; None if any name may be read.

    A delegated task reads where its delegate is.
    """
    found: set[str] = set()
    for task, names in reads:
        if not names.complete or {"varnames", "template"} & names.lookups:
            return None
        if "hostvars" in names.variables:
            found |= names.host_names
        if _delegates(task):
            found |= _OF_CONNECTIONS
    return frozenset(found)
