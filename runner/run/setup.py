"""Everything a run needs before its first play: files loaded, secrets found, a world built."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner import platforms, yaml
from runner.actions import ACTIONS
from runner.actions.api import AddHost, AddToGroup, Paths
from runner.connections.api import Timeouts
from runner.engine.provider import OLD_FORM, is_local, is_old_form
from runner.engine.target import NAMES, become_of, platform_name, transport_of
from runner.engine.target import Settings as HostSettings
from runner.engine.variables import magic_variables, task_variables
from runner.engine.world import Defaults, World
from runner.errors import LoadError, nearest
from runner.loading.inventory import Inventory, load_inventory
from runner.loading.patterns import limit, select
from runner.loading.varfiles import parse_extra_vars
from runner.loading.vault import Vault
from runner.model import Play, Task, all_tasks
from runner.outputs.records import last_failed
from runner.planning.plays import Planner
from runner.planning.strategies import Running
from runner.planning.tags import tag_filter
from runner.run.credentials import become_password, login_password, settled, vault_of
from runner.run.options import Ask, Options
from runner.settings import Settings
from runner.templating import Templar, Variables
from runner.values import Masks, Source

STATE = ".playrun"


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
    warnings: list[str] = field(default_factory=list)

    def hosts_of(self, play: Play) -> Sequence[str]:
        """The hosts a play selects, after --limit."""
        pattern = self.world.templar.text(
            play.hosts, self.world.templar.variables(self.world.extra_vars)
        )
        try:
            chosen = select(self.inventory, pattern.split(",") if "," in pattern else pattern)
        except LoadError as error:
            error.origin = error.origin or getattr(play.hosts, "origin", None) or play.origin
            raise
        for name in chosen.unknown:
            self.warnings.append(f"no host or group is called `{name}`")
        if self.options.limit is None:
            return chosen.hosts
        return self._limited(chosen.hosts, self.options.limit)

    def _limited(self, hosts: Sequence[str], pattern: str) -> Sequence[str]:
        if pattern == "@failed":
            failed = set(last_failed(self.settings.root / STATE))
            if not failed:
                raise LoadError("--limit @failed: no host failed in the last run")
            return tuple(host for host in hosts if host in failed)
        kept = limit(self.inventory, hosts, pattern)
        if kept.unknown:
            raise unknown_host(self.inventory, kept.unknown[0], f"--limit {pattern}: ")
        return kept.hosts


def unknown_host(inventory: Inventory, name: str, where: str = "") -> LoadError:
    """The error for a name that no host or group has."""
    close = nearest(name, [*inventory.hosts, *inventory.group_names])
    hint = f"did you mean `{close}`?" if close else "see `playrun inventory --graph`"
    return LoadError(f"{where}no host or group is called `{name}`", hint=hint)


def inventory_sources(options: Options, settings: Settings) -> tuple[str, ...]:
    """-i, then the setting, then the project's own `inventory` folder or file."""
    if options.inventory:
        return options.inventory
    if settings.inventory:
        return settings.inventory
    for name in ("inventory", "hosts.yml", "hosts"):
        if (settings.root / name).exists():
            return (str(settings.root / name),)
    return ()


class Builder:
    """Builds the Setup of one run, step by step."""

    def __init__(self, options: Options, settings: Settings, playbook_dir: Path, ask: Ask) -> None:
        self.options = settled(options, settings)
        self.settings = settings
        self.playbook_dir = playbook_dir
        self.masks = Masks()
        self.ask = ask
        self.vault = vault_of(options, settings, self.masks, ask)

    def build(self, plays: Sequence[Play]) -> Setup:
        """Loads the inventory, starts the lab if asked to, builds the world."""
        with ExitStack() as stack:
            sources = inventory_sources(self.options, self.settings)
            if not sources and self.options.lab:
                sources = (self._lab_inventory(),)
            if not sources:
                raise LoadError(
                    "there is no inventory",
                    hint="give one with -i, set `inventory` in playrun.toml, or run `playrun init`",
                )
            inventory = load_inventory(
                sources,
                playbook_dirs=[self.playbook_dir],
                vault=self.vault,
                cache=self.settings.root / STATE / "cache",
            )
            setup = self._setup(inventory, stack)
            setup.planner.learn_names(plays)
            hosts = {id(play): list(setup.hosts_of(play)) for play in plays}
            _mask_passwords(setup, plays, hosts)
            if self.options.lab:
                self._start_lab(setup, plays, hosts)
            self._credentials(setup, plays, hosts)
            self.vault.prepare()
            setup.warnings.extend(inventory.warnings)
            if _has_old_form(setup, plays, hosts):
                setup.warnings.append(OLD_FORM)
            setup.stack = stack.pop_all()
            return setup

    def _setup(self, inventory: Inventory, stack: ExitStack) -> Setup:
        world = self._world(inventory)
        tags = tag_filter(self.options.tags, self.options.skip_tags)
        planner = Planner(world, tags, self._running())
        return Setup(
            self.options,
            self.settings,
            self.masks,
            self.vault,
            inventory,
            world,
            planner,
            stack,
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
            templar=Templar(searchpath=folders, masks=self.masks),
            masks=self.masks,
            paths=paths,
            folder=root / STATE,
            defaults=self._defaults(),
            platform=lambda name: platforms.load(name, own),
            extra_vars=parse_extra_vars(options.extra_vars, self.vault),
            magic=_magic(paths, options),
            check=options.check,
            sessions_max=settings.sessions_max,
            max_register=settings.max_register,
        )

    def _defaults(self) -> Defaults:
        options, settings = self.options, self.settings
        return Defaults(
            user=settings.user,
            become=options.become,
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

    def _start_lab(
        self, setup: Setup, plays: Sequence[Play], hosts: Mapping[int, list[str]]
    ) -> None:
        """Puts a simulated device in the place of every selected device."""
        from runner.lab import LabHost, start_lab

        wanted: dict[str, LabHost] = {}
        for play, task in _device_tasks(plays):
            for host in hosts[id(play)]:
                variables = _variables(setup.world, host, play, task, hosts[id(play)])
                transport = transport_of(variables, play, task, setup.world)
                wanted.setdefault(
                    host,
                    LabHost(
                        platform_name(variables, setup.world, task),
                        "telnet" if transport == "telnet" else "ssh",
                        become_of(variables, play, task, setup.world),
                    ),
                )
        running = setup.stack.enter_context(
            start_lab(self._topology(), cache=self.settings.root / STATE / "lab", hosts=wanted)
        )
        overrides = {
            host: running.vars_for(host, lab_host.transport) or {}
            for host, lab_host in wanted.items()
        }
        world = setup.world
        nothing: Mapping[str, Any] = {}
        world.overrides = lambda host: overrides.get(host, nothing)
        world.defaults = world.defaults._replace(
            known_hosts=str(running.known_hosts),
            ssh_config="",
            host_key_checking="strict",
        )

    # credentials

    def _credentials(
        self, setup: Setup, plays: Sequence[Play], hosts: Mapping[int, list[str]]
    ) -> None:
        """Asks once, and only if some selected host has nothing of its own to log in with."""
        world = setup.world
        asked = self.options.ask_password or self.options.ask_become_password
        login = login_password(
            self.options,
            os.environ,
            self.masks,
            self.ask,
            needed=asked and _lacking(world, plays, hosts, ("password", "private_key_file")),
        )
        enable = become_password(
            self.options,
            os.environ,
            self.masks,
            self.ask,
            needed=asked and _lacking(world, plays, hosts, ("become_password",)),
            login=login,
        )
        world.defaults = world.defaults._replace(password=login, become_password=enable)


class InventoryHosts:
    """An inventory as the engine sees it."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    @property
    def groups(self) -> Mapping[str, Sequence[str]]:
        return self._inventory.groups

    def vars_of(self, host: str) -> Mapping[str, Any]:
        return self._inventory.vars_of(host)

    def groups_of(self, host: str) -> Sequence[str]:
        return self._inventory.groups_of(host)

    def text(self, host: str, variable: str) -> str:
        return self._inventory.text(host, variable)

    def add(self, change: AddHost | AddToGroup) -> bool:
        raise NotImplementedError(change)


def _magic(paths: Paths, options: Options) -> dict[str, Any]:
    from runner import __version__

    return {
        "playbook_dir": str(paths.playbook),
        **({} if options.limit is None else {"ansible_limit": options.limit}),
        "ansible_run_tags": list(options.tags) or ["all"],
        "ansible_skip_tags": list(options.skip_tags),
        "ansible_verbosity": options.verbosity,
        "ansible_forks": options.workers or 0,
        "ansible_version": {
            "full": "2.19.14",
            "major": 2,
            "minor": 19,
            "revision": 14,
            "string": "2.19.14",
        },
        "playrun_version": __version__,
    }


def _has_old_form(setup: Setup, plays: Sequence[Play], hosts: Mapping[int, list[str]]) -> bool:
    tasks = _device_tasks(plays)
    if any(is_old_form(play, task) for play, task in tasks):
        return True
    names = dict.fromkeys(host for at in {id(play) for play, _ in tasks} for host in hosts[at])
    return any(is_local(setup.inventory.vars_of(host)) for host in names)


def _device_tasks(plays: Sequence[Play]) -> list[tuple[Play, Task]]:
    return [
        (play, task)
        for play in plays
        for task in all_tasks(play)
        if ACTIONS[task.action].place == "device"
    ]


def _variables(world: World, host: str, play: Play, task: Task, hosts: list[str]) -> Variables:
    magic = magic_variables(world, host, play, hosts)
    return task_variables(world, host, play, task, {}, magic)


_SECRET = tuple(
    name
    for meaning in ("password", "become_password", "console_password", "private_key_passphrase")
    for name in NAMES[meaning]
)


def _mask_passwords(setup: Setup, plays: Sequence[Play], hosts: Mapping[int, list[str]]) -> None:
    """Before anything is shown: a password is a secret also while nobody has logged in yet.

    Templates and vaulted values mask themselves when they are revealed.
    """
    selected = dict.fromkeys(host for names in hosts.values() for host in names)
    places = [setup.inventory.vars_of(host) for host in selected]
    places += [setup.world.extra_vars, *(play.vars for play in plays)]
    for variables in places:
        for name in _SECRET:
            value = variables.get(name)
            if isinstance(value, Source) and value.has_markers:
                continue
            if isinstance(value, (str, int)) and not isinstance(value, bool):
                setup.masks.add(str(value))


def _lacking(
    world: World,
    plays: Sequence[Play],
    hosts: Mapping[int, list[str]],
    names: tuple[str, ...],
) -> bool:
    """Whether some selected host has none of these connection values."""
    for play, task in _device_tasks(plays):
        for host in hosts[id(play)]:
            variables = _variables(world, host, play, task, hosts[id(play)])
            values = HostSettings(variables, world)
            if not any(values.get(name) for name in names):
                return True
    return False
