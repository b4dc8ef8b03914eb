"""A run that is ready to be planned: its plays, their hosts, and the world around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import takewhile

from runner.engine.plan import PlayPlan
from runner.engine.variables.hostsettings import NAMES
from runner.engine.world import World
from runner.errors import LoadError
from runner.loading.inventory.inventory import Inventory
from runner.loading.inventory.patterns import LOCAL_NAMES, Selection, limit, select, split
from runner.model import Play
from runner.outputs.records import last_failed
from runner.planning.dynamic import grows_inventory
from runner.planning.plays import Planner
from runner.planning.told import BeforeHosts
from runner.run.hosts import unknown_host, unknown_name
from runner.run.inventories import STATE
from runner.run.project import Project
from runner.run.prompts import Prompting
from runner.values import Source


@dataclass(slots=True)
class Setup:
    """A run, ready to be planned. `stack` closes what was opened (the lab)."""

    project: Project
    inventory: Inventory
    world: World
    planner: Planner
    stack: ExitStack
    prompting: Prompting
    before_hosts: BeforeHosts
    plays: tuple[Play, ...] = ()
    """The first with the answers to its prompts; each of the others gets them when it begins."""
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What is done that nobody wrote: worth a line, and no warning."""

    def hosts_of(self, play: Play) -> Sequence[str]:
        """The hosts a play selects, after --limit. Raises LoadError or RenderError."""
        if self.prompting.hides_hosts(play):
            return ()
        chosen = self._chosen(play)
        if not self._may_find_more(play):
            self.warnings += _unknown(self.inventory, chosen)
        return self._within_limit(chosen.hosts)

    def _chosen(self, play: Play) -> Selection:
        try:
            return select(self.inventory, self._pattern(play))
        except LoadError as error:
            error.origin = error.origin or getattr(play.hosts, "origin", None) or play.origin
            raise

    def _may_find_more(self, play: Play) -> bool:
        """Whether plays before it may add hosts and groups."""
        before = takewhile(lambda other: other is not play, self.plays)
        return any(
            grows_inventory(task) for one in before for task in self.planner.known_tasks(one)
        )

    def words_of(self, play: Play) -> tuple[str, str]:
        """A play's pattern and its name as people are shown them, filled in where they do not
        wait for an answer."""
        hidden = self.prompting.hides_hosts(play)
        pattern = str(play.hosts) if hidden else self._pattern(play)
        text = pattern if isinstance(pattern, str) else ",".join(pattern)
        return text, self.planner.name_of(play)

    def _pattern(self, play: Play) -> str | list[str]:
        """The pattern with what all hosts share filled in; a list there is as good as its
        commas."""
        world = self.world
        known = world.templar.variables(play.vars, world.extra_vars).with_data(
            {**world.magic, "groups": world.hosts.groups}
        )
        pattern = world.templar.render(play.hosts, known)
        if isinstance(pattern, list):
            return [str(part) for part in pattern]
        text = str(pattern)
        return text.split(",") if "," in text else text

    def again(self, index: int) -> PlayPlan:
        """A play planned anew: tasks have changed the inventory since, or it asks for
        variables. Raises PlayrunError."""
        play = self._answered(index)
        chosen = self._chosen(play)
        if self._may_find_more(play):
            self.warnings += _unknown(self.inventory, chosen)
        hosts = self._within_limit(chosen.hosts)
        self.world.names = None
        mask_passwords(self, hosts)
        return self.planner.again(play, index, hosts)

    def _answered(self, index: int) -> Play:
        """A play that begins, with what it asks for."""
        play = self.plays[index]
        if not play.prompts:
            return play
        known = len(self.prompting.warnings)
        answered = self.prompting.answered(play)
        self.warnings += self.prompting.warnings[known:]
        self.plays = (*self.plays[:index], answered, *self.plays[index + 1 :])
        return answered

    def check_limit(self) -> None:
        """Raises LoadError for a --limit that leaves no host at all."""
        known = self.inventory.hosts
        if known and not self._within_limit([*known, *LOCAL_NAMES]):
            raise LoadError(
                f"--limit {self.project.options.limit} leaves no host",
                hint="see `playrun inventory --graph`",
            )

    def _within_limit(self, hosts: Sequence[str]) -> Sequence[str]:
        pattern = self.project.options.limit
        if pattern is None or not split(pattern):
            return hosts  # As with Ansible: a script's `--limit "$HOSTS"` may be empty.
        if pattern == "@failed":
            failed = set(last_failed(self.project.settings.root / STATE))
            if not failed:
                raise LoadError("--limit @failed: no host failed in the last run")
            return tuple(host for host in hosts if host in failed)
        kept = limit(self.inventory, hosts, pattern)
        if kept.unknown:
            raise unknown_host(self.inventory, kept.unknown[0], f"--limit {pattern}: ")
        return kept.hosts


def _unknown(inventory: Inventory, chosen: Selection) -> list[str]:
    return [unknown_name(inventory, name) for name in chosen.unknown]


_SECRET = tuple(
    name
    for meaning in ("password", "become_password", "console_password", "private_key_passphrase")
    for name in NAMES[meaning]
)


def mask_passwords(setup: Setup, hosts: Iterable[str]) -> None:
    """Before anything is shown: a password is a secret also while nobody has logged in yet.

    Templates and vaulted values mask themselves when they are revealed.
    """
    places = [setup.inventory.vars_of(host) for host in hosts]
    places.append(setup.world.extra_vars)
    for play in setup.plays:
        tasks = setup.planner.known_tasks(play)
        places += [play.vars, play.role_vars, play.role_defaults, *(task.vars for task in tasks)]
    for variables in places:
        for name in _SECRET:
            value = variables.get(name)
            if isinstance(value, Source) and value.has_markers:
                continue
            if isinstance(value, (str, int)) and not isinstance(value, bool):
                setup.project.masks.add(str(value))
