"""Plans for tests: tasks in, a plan out."""

from __future__ import annotations

from pathlib import Path

from runner import platforms
from runner.actions.api import Paths
from runner.engine.plan import PlayPlan
from runner.engine.world import Defaults, World
from runner.loading.inventory import load_inventory
from runner.loading.playbook import load_playbook
from runner.planning.plays import Planner
from runner.planning.strategies import Running
from runner.planning.tags import TagFilter
from runner.run.setup import InventoryHosts
from runner.templating import Templar
from runner.values import Masks

PLAY = """
- hosts: all
  vars: {there: 1, no_: false, platform: cisco_ios, deep: "{{ deeper.down }}", safe: "{{ nowhere | default(1) }}"}
  tasks:
"""  # noqa: E501


def planned(folder: Path, tasks: str, play: str = "", before: str = "") -> PlayPlan:
    """The plan of a play with these tasks on h1 and h2."""
    lines = "".join(f"    {line}\n" for line in (before + tasks).strip().splitlines())
    (folder / "site.yml").write_text(PLAY.replace("  tasks:\n", play + "  tasks:\n") + lines)
    (folder / "hosts.yml").write_text("all: {hosts: {h1: {own: 1}, h2: {}}}\n")
    inventory = load_inventory([str(folder / "hosts.yml")])
    masks = Masks()
    world = World(
        hosts=InventoryHosts(inventory),
        templar=Templar(searchpath=[folder], masks=masks),
        masks=masks,
        paths=Paths(folder, folder, folder / "output"),
        folder=folder,
        defaults=Defaults(),
        platform=platforms.load,
    )
    playbook, _ = load_playbook(folder / "site.yml")
    planner = Planner(world, TagFilter(), Running())
    planner.learn_names(playbook.plays)
    return planner.plan(playbook.plays[0], 0, inventory.hosts, last=True)
