"""`--list-hosts`, `--list-tasks` and `--list-tags`, laid out as Ansible lays them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from runner.model import Play, Playbook, Task


def list_playbook(
    playbook: Playbook,
    what: frozenset[str],
    hosts_of: Callable[[Play], Sequence[str]],
    tasks_of: Callable[[Play], Sequence[Task]],
    tagged_of: Callable[[Play], Sequence[Task]],
) -> Iterator[str]:
    """The lines for one playbook; `what` holds `hosts`, `tasks`, `tags`, or nothing."""
    yield f"\nplaybook: {playbook.file}"
    if not what:
        return
    for number, play in enumerate(playbook.plays, start=1):
        title = f"  play #{number} ({play.hosts}): {play.name}\tTAGS: [{_tags(play.tags)}]"
        yield f"\n{title}"
        if "hosts" in what:
            hosts = hosts_of(play)
            yield f"    pattern: {play.hosts.split(',')}"
            yield f"    hosts ({len(hosts)}):"
            yield from (f"      {host}" for host in hosts)
        if "tasks" in what:
            yield "    tasks:"
            for task in tasks_of(play):
                yield f"      {task.label}\tTAGS: [{_tags(task.tags)}]"
        if "tags" in what:
            names = frozenset(tag for task in tagged_of(play) for tag in task.tags)
            yield f"      TASK TAGS: [{_tags(names)}]"


def _tags(tags: frozenset[str]) -> str:
    return ", ".join(sorted(tags))
