"""The world that plays run in, made of what a project says and its inventory."""

from __future__ import annotations

from pathlib import Path

from runner import platforms
from runner.actions.api import Paths
from runner.connections.api import Timeouts
from runner.engine.world import Defaults, World
from runner.loading.inventory.inventory import Inventory
from runner.planning.strategies import Running
from runner.run.hosts import InventoryHosts
from runner.run.lookups import lookups_of
from runner.run.magic import magic_of
from runner.run.project import Project
from runner.run.stepping import stepping
from runner.templating import Templar
from runner.templating.plugins import load_filters


def world_of(project: Project, inventory: Inventory) -> World:
    """The world before passwords are asked for and simulated devices start. Raises LoadError."""
    options, settings = project.options, project.settings
    root = settings.root.absolute()
    paths = Paths(root, project.playbook_dir.absolute(), Path(settings.output).absolute())
    folder = Path(settings.platforms) if settings.platforms else root / "platforms"
    own = (folder,) if folder.is_dir() else ()
    return World(
        hosts=InventoryHosts(inventory),
        templar=_templar(project, inventory),
        masks=project.masks,
        paths=paths,
        folder=project.state,
        defaults=_defaults(project),
        platform=lambda name: platforms.load(name, own),
        extra_vars=project.extra_vars,
        magic=magic_of(paths, options, settings),
        check=options.check,
        diff=options.diff,
        step=stepping(project.person) if options.step else None,
        force_handlers=options.force_handlers or settings.force_handlers,
        any_errors_fatal=settings.any_errors_fatal,
        ask=project.person,
        sessions_max=settings.sessions_max,
        max_register=settings.max_register,
        opened=project.vault.opened,
    )


def _templar(project: Project, inventory: Inventory) -> Templar:
    places = (project.playbook_dir, project.settings.root.absolute())
    return Templar(
        searchpath=[folder for place in places for folder in (place, place / "templates")],
        masks=project.masks,
        lookups=lookups_of(inventory),
        filters=load_filters(project.filter_plugins),
        opened=project.vault.opened,
    )


def _defaults(project: Project) -> Defaults:
    options, settings = project.options, project.settings
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


def running_of(project: Project) -> Running:
    """How plays run where they say nothing, and what flags say over their heads."""
    options, settings = project.options, project.settings
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
