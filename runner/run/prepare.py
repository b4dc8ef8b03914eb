"""Everything a run needs before its first play: files loaded, secrets found, a world built."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from runner.actions.absent import ABSENT, WHY
from runner.engine.targets.provider import OLD_FORM
from runner.engine.world import World
from runner.errors import LoadError, PlayrunError, Problems
from runner.loading.inventory.inventory import Inventory
from runner.loading.inventory.patterns import LOCAL_NAMES
from runner.loading.standing import raise_problems
from runner.model import Play, all_tasks
from runner.planning.dynamic import grows_inventory
from runner.planning.plays import Planner
from runner.planning.starting import Starting
from runner.planning.tags import TagFilter, tag_filter
from runner.planning.told import BeforeHosts
from runner.run.credentials import become_password, login_password
from runner.run.devices import Devices
from runner.run.inventories import inventory_sources, read_inventory
from runner.run.project import Project
from runner.run.prompts import Prompting
from runner.run.setup import Setup, mask_passwords
from runner.run.world import running_of, world_of


def prepare(
    project: Project,
    plays: Sequence[Play],
    *,
    runs: bool = True,
    tags: TagFilter | None = None,
    lists: bool = False,
) -> Setup:
    """Loads the inventory and builds the world; for a run, asks what plays ask for and
    starts the lab. `tags`: other than the flags say. `lists`: nobody will run it, so that missing
    actions do not matter. Raises LoadError, or Problems."""
    with ExitStack() as stack:
        keeps = tags or tag_filter(project.options.tags, project.options.skip_tags)
        with _telling_missing_actions(() if lists else plays):
            setup = _setup(project, _inventory(project, plays), stack, keeps)
            setup.check_limit()
            plays = list(map(setup.before_hosts.play, plays))
        if not lists:
            _refuse_missing_actions(setup, plays, keeps)
        prompting = setup.prompting
        if runs:
            first = map(prompting.answered, plays[:1])
            setup.plays = (*first, *map(prompting.waiting, plays[1:]))
            setup.warnings += prompting.warnings
        else:
            setup.plays = tuple(map(prompting.unasked, plays))
        setup.planner.learn_names(setup.plays)
        setup.notes += map(str, setup.planner.gather_where_used(setup.plays, setup.hosts_of))
        if runs:
            _meet(project, setup)
        setup.warnings.extend(setup.inventory.warnings)
        setup.stack = stack.pop_all()
        return setup


def _refuse_missing_actions(setup: Setup, plays: Sequence[Play], keeps: TagFilter) -> None:
    """Before anybody is asked for anything. Raises NotSupported, or Problems with several."""
    if any(_missing_actions(plays)):
        unasked = list(map(setup.prompting.unasked, plays))
        planner = Planner(setup.world, keeps, running_of(setup.project))
        raise_problems(planner.missing_actions(unasked, setup.hosts_of))


@contextmanager
def _telling_missing_actions(plays: Sequence[Play]) -> Iterator[None]:
    """With whatever is wrong before hosts are known: none can be asked then."""
    try:
        yield
    except PlayrunError as error:
        found = list(_missing_actions(plays))
        if not found:
            raise
        raise_problems([*found, *(error.problems if isinstance(error, Problems) else [error])])


def _missing_actions(plays: Iterable[Play]) -> Iterator[PlayrunError]:
    tasks = (task for play in plays for task in all_tasks(play))
    return (task.args[WHY] for task in tasks if task.action == ABSENT)


def _inventory(project: Project, plays: Sequence[Play]) -> Inventory:
    options, settings = project.options, project.settings
    sources = inventory_sources(options, settings)
    if not sources and options.lab:
        from runner.run.lab import lab_inventory  # few runs have one

        sources = (lab_inventory(project),)
    if not sources and not _made_by_tasks(plays):
        raise LoadError(
            "there is no inventory",
            hint="give one with -i, set `inventory` in playrun.toml, or run `playrun init`",
        )
    return read_inventory(sources, options, settings, project.playbook_dir, project.vault)


def _made_by_tasks(plays: Sequence[Play]) -> bool:
    """Whether no play needs a host but this machine, or one that a play before it adds."""
    for play in plays:
        if str(play.hosts) not in LOCAL_NAMES:
            return False
        if any(grows_inventory(task) for task in all_tasks(play)):
            return True
    return True


def _setup(project: Project, inventory: Inventory, stack: ExitStack, keeps: TagFilter) -> Setup:
    options = project.options
    world = world_of(project, inventory)
    world.refresh = lambda: _refresh(world, inventory)
    before_hosts = BeforeHosts(world)
    world.includes = project.includes(keeps.keeps, before_hosts.included)
    name = options.start_at_task
    starting = None if name is None else Starting(name)
    planner = Planner(world, keeps, running_of(project), starting)
    prompting = Prompting(world, project.person)
    return Setup(project, inventory, world, planner, stack, prompting, before_hosts)


def _refresh(world: World, inventory: Inventory) -> None:
    """Reads the inventory's sources again. Raises LoadError."""
    inventory.refresh()
    world.names = None


def _meet(project: Project, setup: Setup) -> None:
    """Whatever has to do with the hosts themselves: the lab, passwords."""
    hosts = [list(setup.hosts_of(play)) for play in setup.plays]
    mask_passwords(setup, dict.fromkeys(host for here in hosts for host in here))
    devices = Devices(setup.world, setup.planner, setup.plays, hosts)
    if project.options.lab:
        from runner.run.lab import start_stand_ins  # few runs have one

        setup.warnings += start_stand_ins(project, setup.world, devices, setup.stack)
    _find_passwords(project, setup.world, devices)
    project.vault.prepare()
    if devices.has_old_form():
        setup.warnings.append(OLD_FORM)


def _find_passwords(project: Project, world: World, devices: Devices) -> None:
    """Asks once, and only if some selected host has nothing of its own to log in with."""
    options, masks, ask = project.options, project.masks, project.ask
    asked = options.ask_password or options.ask_become_password
    lacks_login = asked and devices.lacking(("password", "private_key_file"))
    login = login_password(options, os.environ, masks, ask, needed=lacks_login)
    lacks_enable = asked and devices.lacking(("become_password",))
    enable = become_password(options, os.environ, masks, ask, needed=lacks_enable, login=login)
    world.defaults = world.defaults._replace(password=login, become_password=enable)
