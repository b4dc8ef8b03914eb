"""Plans for tests: tasks in, a plan out."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from runner import platforms
from runner.actions.api import Paths
from runner.engine.plan import PlayPlan
from runner.engine.world import Defaults, World
from runner.loading.includes import PlaybookIncludes
from runner.loading.inventory.inventory import load_inventory
from runner.loading.playbook import load_playbook
from runner.planning.gathering import Wanted
from runner.planning.plays import Planner
from runner.planning.strategies import Running
from runner.planning.tags import TagFilter
from runner.run.hosts import InventoryHosts
from runner.templating import Templar
from runner.values import Masks

PLAY = """
- hosts: all
  gather_facts: false
  vars: {there: 1, no_: false, ansible_network_os: cisco_ios, deep: "{{ deeper.down }}", safe: "{{ nowhere | default(1) }}"}
  tasks:
"""  # noqa: E501
HOSTS = "all: {hosts: {h1: {own: 1}, h2: {}}}\n"


class Planned(NamedTuple):
    """The plans of a playbook, what was doubtful, and which uses of facts were found."""

    plans: list[PlayPlan]
    doubts: list[str]
    facts: list[Wanted]


def planned(folder: Path, tasks: str, play: str = "", before: str = "") -> PlayPlan:
    """The plan of a play with these tasks on h1 and h2."""
    lines = "".join(f"    {line}\n" for line in (before + tasks).strip().splitlines())
    return planned_book(folder, PLAY.replace("  tasks:\n", play + "  tasks:\n") + lines).plans[0]


def planned_book(
    folder: Path, playbook: str, hosts: str = HOSTS, tags: TagFilter | None = None
) -> Planned:
    """The plans of a playbook whose plays all run on all hosts."""
    (folder / "site.yml").write_text(playbook)
    (folder / "hosts.yml").write_text(hosts)
    inventory = load_inventory([str(folder / "hosts.yml")])
    masks = Masks()
    keeps = tags or TagFilter()
    world = World(
        hosts=InventoryHosts(inventory),
        templar=Templar(searchpath=[folder], masks=masks),
        masks=masks,
        paths=Paths(folder, folder, folder / "output"),
        folder=folder,
        defaults=Defaults(),
        platform=platforms.load,
        includes=PlaybookIncludes(keeps.keeps),
    )
    book, _ = load_playbook(folder / "site.yml")
    planner = Planner(world, keeps, Running())
    planner.learn_names(book.plays)
    facts = planner.gather_where_used(book.plays, lambda _play: inventory.hosts)
    plans = planner.plans(book.plays, lambda _play: inventory.hosts)
    return Planned(plans, [doubt.message for doubt in planner.doubts], facts)
