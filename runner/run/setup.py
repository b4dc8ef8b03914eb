"""Everything a run needs before its first play: files loaded, secrets found, a world built."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from runner import platforms, yaml
from runner.actions.api import Paths
from runner.connections.api import Timeouts
from runner.engine.hostsettings import NAMES
from runner.engine.plan import PlayPlan
from runner.engine.provider import OLD_FORM
from runner.engine.world import Defaults, World
from runner.errors import LoadError
from runner.loading.includes import PlaybookIncludes
from runner.loading.inventory import Inventory
from runner.loading.patterns import LOCAL_NAMES, Selection, limit, select
from runner.loading.varfiles import parse_extra_vars
from runner.loading.vault import Vault
from runner.model import Play, all_tasks
from runner.outputs.records import last_failed
from runner.planning.dynamic import grows_inventory
from runner.planning.plays import Planner
from runner.planning.starting import Starting
from runner.planning.strategies import Running
from runner.planning.tags import TagFilter, tag_filter
from runner.run.credentials import become_password, login_password, settled, vault_of
from runner.run.devices import Devices
from runner.run.hosts import InventoryHosts, unknown_host, unknown_name
from runner.run.inventories import STATE, inventory_sources, read_inventory
from runner.run.lookups import lookups_of
from runner.run.magic import magic_of
from runner.run.options import Ask, AskPerson, Options
from runner.run.prompts import Prompting
from runner.run.stepping import stepping
from runner.settings import Settings
from runner.templating import Templar
from runner.templating.plugins import load_filters
from runner.values import Masks, Source

__all__ = ["STATE", "Builder", "InventoryHosts", "Setup", "inventory_sources", "unknown_host"]


@dataclass(slots=True)
class Setup:
    """A run, ready to be planned. `stack` closes what was opened (the lab)."""

    options: Options
    settings: Settings
    masks: Masks
    vault: Vault
    inventory: Inventory
    world: World
    planner: Planner
    stack: ExitStack
    plays: tuple[Play, ...] = ()
    """With the answers to their prompts."""
    warnings: list[str] = field(default_factory=list)

    def hosts_of(self, play: Play) -> Sequence[str]:
        """The hosts a play selects, after --limit. Raises LoadError or RenderError."""
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
        """A play's pattern and its name as people are shown them, filled in."""
        pattern = self._pattern(play)
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
        """A play planned anew: tasks have changed the inventory since."""
        play = self.plays[index]
        chosen = self._chosen(play)
        if self._may_find_more(play):
            self.warnings += _unknown(self.inventory, chosen)
        hosts = self._within_limit(chosen.hosts)
        self.world.names = None
        mask_passwords(self, hosts)
        return self.planner.again(play, index, hosts)

    def _within_limit(self, hosts: Sequence[str]) -> Sequence[str]:
        pattern = self.options.limit
        if pattern is None:
            return hosts
        if pattern == "@failed":
            failed = set(last_failed(self.settings.root / STATE))
            if not failed:
                raise LoadError("--limit @failed: no host failed in the last run")
            return tuple(host for host in hosts if host in failed)
        kept = limit(self.inventory, hosts, pattern)
        if kept.unknown:
            raise unknown_host(self.inventory, kept.unknown[0], f"--limit {pattern}: ")
        return kept.hosts


def _unknown(inventory: Inventory, chosen: Selection) -> list[str]:
    return [unknown_name(inventory, name) for name in chosen.unknown]


class Builder:
    """Builds the Setup of one run, step by step."""

    def __init__(
        self,
        options: Options,
        settings: Settings,
        playbook_dir: Path,
        ask: Ask,
        person: AskPerson | None = None,
    ) -> None:
        self.options = settled(options, settings)
        self.settings = settings
        self.playbook_dir = playbook_dir
        self.masks = Masks()
        self.ask = ask
        self.person = person
        self.vault = vault_of(options, settings, self.masks, ask)

    @cached_property
    def extra_vars(self) -> dict[str, Any]:
        """The variables of all -e flags. Raises LoadError."""
        return parse_extra_vars(self.options.extra_vars, self.vault)

    @property
    def roles_path(self) -> tuple[Path, ...]:
        """Folders that roles are looked for in."""
        return tuple(map(Path, self.settings.roles_path))

    @property
    def collections_path(self) -> tuple[Path, ...]:
        """Folders that collections are looked for in."""
        return tuple(map(Path, self.settings.collections_path))

    def build(
        self, plays: Sequence[Play], *, runs: bool = True, tags: TagFilter | None = None
    ) -> Setup:
        """Loads the inventory and builds the world; for a run, asks what plays ask for and
        starts the lab. `tags`: other than the flags say."""
        with ExitStack() as stack:
            inventory = self._inventory(plays)
            setup = self._setup(inventory, stack, tags)
            setup.plays = tuple(plays)
            if runs:
                prompting = Prompting(setup.world, self.person)
                setup.plays = prompting.answered(plays)
                setup.warnings += prompting.warnings
            setup.planner.learn_names(setup.plays)
            if runs:
                self._meet(setup)
            setup.warnings.extend(inventory.warnings)
            setup.stack = stack.pop_all()
            return setup

    def _meet(self, setup: Setup) -> None:
        """Whatever has to do with the hosts themselves: the lab, passwords."""
        hosts = [list(setup.hosts_of(play)) for play in setup.plays]
        mask_passwords(setup, dict.fromkeys(host for here in hosts for host in here))
        devices = Devices(setup.world, setup.planner, setup.plays, hosts)
        if self.options.lab:
            self._start_lab(setup, devices)
        self._credentials(setup, devices)
        self.vault.prepare()
        if devices.has_old_form():
            setup.warnings.append(OLD_FORM)

    def _inventory(self, plays: Sequence[Play]) -> Inventory:
        sources = inventory_sources(self.options, self.settings)
        if not sources and self.options.lab:
            sources = (self._lab_inventory(),)
        if not sources and not _made_by_tasks(plays):
            raise LoadError(
                "there is no inventory",
                hint="give one with -i, set `inventory` in playrun.toml, or run `playrun init`",
            )
        return read_inventory(sources, self.options, self.settings, self.playbook_dir, self.vault)

    def _setup(self, inventory: Inventory, stack: ExitStack, tags: TagFilter | None) -> Setup:
        world = self._world(inventory)
        keeps = tags or tag_filter(self.options.tags, self.options.skip_tags)
        world.refresh = lambda: _refresh(world, inventory)
        world.includes = PlaybookIncludes(
            keeps.keeps,
            vault=self.vault,
            roles_path=self.roles_path,
            collections_path=self.collections_path,
            extra_vars=world.extra_vars,
        )
        name = self.options.start_at_task
        starting = None if name is None else Starting(name)
        planner = Planner(world, keeps, self._running(), starting)
        return Setup(
            self.options, self.settings, self.masks, self.vault, inventory, world, planner, stack
        )

    def _running(self) -> Running:
        options, settings = self.options, self.settings
        flag = settings.source_of
        return Running(
            strategy=settings.strategy,
            executor=settings.executor,
            workers=settings.workers,
            processes=settings.processes,
            forced_strategy=options.strategy,
            forced_workers=settings.workers if flag("workers") == "flag" else None,
            forced_processes=settings.processes if flag("processes") == "flag" else None,
            gathers=settings.gathering != "explicit",
            step=options.step,
        )

    def _world(self, inventory: Inventory) -> World:
        options, settings = self.options, self.settings
        root = settings.root.absolute()
        paths = Paths(root, self.playbook_dir.absolute(), Path(settings.output).absolute())
        folders = [self.playbook_dir, self.playbook_dir / "templates", root, root / "templates"]
        folder = Path(settings.platforms) if settings.platforms else root / "platforms"
        own = (folder,) if folder.is_dir() else ()
        return World(
            hosts=InventoryHosts(inventory),
            templar=Templar(
                searchpath=folders,
                masks=self.masks,
                lookups=lookups_of(inventory),
                filters=load_filters([Path(folder) for folder in settings.filter_plugins]),
                opened=self.vault.opened,
            ),
            masks=self.masks,
            paths=paths,
            folder=root / STATE,
            defaults=self._defaults(),
            platform=lambda name: platforms.load(name, own),
            extra_vars=self.extra_vars,
            magic=magic_of(paths, options, settings),
            check=options.check,
            diff=options.diff,
            step=stepping(self.person) if options.step else None,
            force_handlers=options.force_handlers or settings.force_handlers,
            any_errors_fatal=settings.any_errors_fatal,
            ask=self.person,
            sessions_max=settings.sessions_max,
            max_register=settings.max_register,
            opened=self.vault.opened,
        )

    def _defaults(self) -> Defaults:
        options, settings = self.options, self.settings
        return Defaults(
            user=settings.user,
            become=options.become,
            become_user=settings.become_user,
            connection=options.connection,
            private_key_file=settings.private_key_file,
            ssh_common_args=options.ssh_common_args,
            ssh_config=settings.ssh_config,
            known_hosts=settings.known_hosts,
            host_key_checking=settings.host_key_checking,
            encoding=settings.encoding,
            timeouts=Timeouts(
                settings.connect_timeout,
                settings.login_timeout,
                settings.idle_timeout,
                settings.command_timeout,
            ),
        )

    # the lab

    def _lab_inventory(self) -> str:
        """An inventory of the lab's own devices, for projects that have none."""
        from runner.lab.reading import load_topology

        groups: dict[str, Any] = {}
        for device in load_topology(self._topology()).devices:
            group = groups.setdefault(
                device.platform, {"vars": {"platform": device.platform}, "hosts": {}}
            )
            group["hosts"][device.name] = {"transport": device.transports[0]}
        state = self.settings.root / STATE / "lab"
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = state / "inventory.yml"
        path.write_text(yaml.dump({"all": {"children": groups}}), encoding="utf-8")
        return str(path)

    def _topology(self) -> Path | None:
        if self.options.lab_topology is not None:
            return self.options.lab_topology
        return Path(self.settings.lab) if self.settings.lab else None

    def _start_lab(self, setup: Setup, devices: Devices) -> None:
        """Puts a simulated device in the place of every selected device."""
        from runner.lab import plays, start_lab

        wanted = devices.for_lab()
        missing = sorted({str(host.platform) for host in wanted.values()} - {"None"})
        setup.warnings += [
            f"the lab plays no `{name}`: a router of another make stands in, and may not be"
            " understood"
            for name in missing
            if not plays(name)
        ]
        running = setup.stack.enter_context(
            start_lab(self._topology(), cache=self.settings.root / STATE / "lab", hosts=wanted)
        )
        overrides = {
            host: running.vars_for(host, lab_host.transport) or {}
            for host, lab_host in wanted.items()
        }
        world = setup.world
        nothing: Mapping[str, Any] = {}
        world.simulated = True
        world.overrides = lambda host: overrides.get(host, nothing)
        world.defaults = world.defaults._replace(
            known_hosts=str(running.known_hosts),
            ssh_config="",
            host_key_checking="strict",
        )

    # credentials

    def _credentials(self, setup: Setup, devices: Devices) -> None:
        """Asks once, and only if some selected host has nothing of its own to log in with."""
        world = setup.world
        asked = self.options.ask_password or self.options.ask_become_password
        login = login_password(
            self.options,
            os.environ,
            self.masks,
            self.ask,
            needed=asked and devices.lacking(("password", "private_key_file")),
        )
        enable = become_password(
            self.options,
            os.environ,
            self.masks,
            self.ask,
            needed=asked and devices.lacking(("become_password",)),
            login=login,
        )
        world.defaults = world.defaults._replace(password=login, become_password=enable)


def _made_by_tasks(plays: Sequence[Play]) -> bool:
    """Whether no play needs a host but this machine, or one that a play before it adds."""
    for play in plays:
        if str(play.hosts) not in LOCAL_NAMES:
            return False
        if any(grows_inventory(task) for task in all_tasks(play)):
            return True
    return True


def _refresh(world: World, inventory: Inventory) -> None:
    """Reads the inventory's sources again. Raises LoadError."""
    inventory.refresh()
    world.names = None


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
                setup.masks.add(str(value))
