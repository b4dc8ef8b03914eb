"""`--list-hosts`, `--list-tasks` and `--list-tags`, laid out as Ansible lays them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from runner.model import Play, Playbook, Task


def list_playbook(
    playbook: Playbook,
    what: frozenset[str],
    hosts_of: Callable[[Play], Sequence[str]],
    tasks_of: Callable[[Play], Sequence[Task]],
    words_of: Callable[[Play], tuple[str, str]],
) -> Iterator[str]:
    """The lines for one playbook; `what` holds `hosts`, `tasks`, `tags`, or nothing.

    `words_of` gives a play's pattern and its name, filled in.
    """
    yield f"\nplaybook: {playbook.file}"
    if not what:
        return
    for number, play in enumerate(playbook.plays, start=1):
        tags = ",".join(sorted(play.tags))
        pattern, name = words_of(play)
        yield f"\n  play #{number} ({pattern}): {name}\tTAGS: [{tags}]"
        hosts = hosts_of(play)
        if "hosts" in what:
            yield from _hosts(pattern, hosts)
        yield from _tasks([task for task in tasks_of(play) if not _is_unseen(task)], what)


def _hosts(pattern: str, hosts: Sequence[str]) -> Iterator[str]:
    yield f"    pattern: {pattern.split(',')}"
    yield f"    hosts ({len(hosts)}):"
    yield from (f"      {host}" for host in hosts)


def _tasks(tasks: Sequence[Task], what: frozenset[str]) -> Iterator[str]:
    if "tasks" in what:
        yield "    tasks:"
        yield from (f"      {_label(task)}\tTAGS: [{_tags(task.tags)}]" for task in tasks)
    if "tags" in what:
        names = frozenset(tag for task in tasks for tag in task.tags)
        yield f"      TASK TAGS: [{_tags(names)}]"


def _is_unseen(task: Task) -> bool:
    """What nobody wrote as a task: flushes between sections, the gathering of facts."""
    return task.implicit or (task.action == "gather_facts" and task.name == "Gathering Facts")


def _label(task: Task) -> str:
    role = task.scope.role
    return f"{role.name} : {task.name}" if role is not None and task.name else task.label


def _tags(tags: frozenset[str]) -> str:
    return ", ".join(sorted(tags))
