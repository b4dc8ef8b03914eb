"""One host in one play, inside a worker: its variables, its session, its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from runner.actions.api import Capture
from runner.connections.api import Connector, Session, Target
from runner.engine.frame import Frame
from runner.engine.hostvars import HostVars, published_before
from runner.engine.places import inside
from runner.engine.plan import PlayPlan
from runner.engine.sessions import SessionPool
from runner.engine.steps import Published
from runner.engine.target import platform_of, target_of
from runner.engine.variables import magic_variables, other_variables, task_variables
from runner.engine.world import World
from runner.events import Event, Position
from runner.model import Task
from runner.platforms import redact
from runner.platforms.model import Platform
from runner.spool import HostJournal, command_slug
from runner.templating import Variables
from runner.values import Source


class HostState:
    """Everything a host's share of a play needs. Used by one thread at a time."""

    def __init__(
        self,
        name: str,
        plan: PlayPlan,
        world: World,
        connector: Connector,
        pool: SessionPool,
        emit: Callable[[Event], None],
        names: list[str],
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self.name = name
        self.plan = plan
        self.world = world
        self.emit = emit
        self.cancelled = cancelled
        """Whether connections are being cut. Called from the host's thread, often."""
        self.facts = world.facts_of(name)
        self.published: list[Published] = []
        self._connector = connector
        self._pool = pool
        self._session: Session | None = None
        self._session_target: Target | None = None
        self._targets: dict[tuple[Any, ...], Target] = {}
        self._platform: Platform | None = None
        self._journal: HostJournal | None = None
        self._magic = magic_variables(world, name, plan.play, names)

    def variables(self, task: Task, position: Position, frame: Frame) -> Variables:
        """The host's variables for one task, in Ansible's order of precedence."""
        self._magic["hostvars"] = HostVars(
            self.world,
            self.name,
            lambda host: self._seen(host, position),
            self.world.is_host,
            joined=frame.joined,
        )
        return task_variables(self.world, self.name, self.plan.play, task, self.facts, self._magic)

    def _seen(self, host: str, position: Position) -> Mapping[str, Any]:
        """Another host's variables: what it has published, not what it holds by now."""
        world = self.world
        facts = self.facts
        if host != self.name:
            facts = {**world.facts.get(host, {}), **published_before(world, host, position)}
        return other_variables(world, host, facts, self._magic)

    def remember(self, name: str, value: Any, position: Position) -> None:
        """Stores a registered value or fact, and publishes it if others may read it."""
        self.facts[name] = value
        shared = self.plan.shared
        if shared is None or name in shared:
            self.published.append(Published(self.name, position, name, value))

    def take_published(self) -> tuple[Published, ...]:
        """What was published since the last time."""
        published = tuple(self.published)
        self.published.clear()
        return published

    def platform(self, variables: Variables) -> Platform:
        """The host's platform. Raises PlanError when it has none."""
        if self._platform is None:
            self._platform = platform_of(variables, self.world)
        return self._platform

    def target(self, task: Task, variables: Variables) -> Target:
        """Where the host is, for this task; worked out once for tasks that say the same."""
        key = (task.connection, task.become, None if not task.vars else id(task))
        if key not in self._targets:
            self._targets[key] = target_of(self.name, variables, self.plan.play, task, self.world)
        return self._targets[key]

    @property
    def connected(self) -> bool:
        """Whether a session is open and in use by the current task."""
        return self._session is not None

    def session(self, task: Task, variables: Variables) -> Session:
        """The host's session, opened on first use. Raises a ConnectionFailed."""
        target = self.target(task, variables)
        if self._session is not None and (
            self._session.dirty or target is not self._session_target
        ):
            self._pool.drop(self._session)
            self._session = None
        if self._session is None:
            if self._session_target is not None and target is not self._session_target:
                # The one at rest was opened another way: other user, transport or privilege.
                self._pool.forget(self.name)
            self._session = self._pool.take(self.name, lambda: self._connector.connect(target))
            self._session_target = target
        return self._session

    def rest(self) -> None:
        """The host is at a yield: its session may be closed to make room."""
        if self._session is not None:
            self._pool.put(self.name, self._session)
            self._session = None

    def leave(self) -> None:
        """The host is through with the play: log out and close what is open."""
        if self._session is not None:
            self._pool.drop(self._session)
            self._session = None
        self._pool.forget(self.name)
        if self._journal is not None:
            self._journal.close()

    def note(self, record: Mapping[str, Any]) -> None:
        """Adds to the host's journal of changes. Raises FileTrouble: then nothing may be sent."""
        if self._journal is None:
            self._journal = HostJournal(self.world.folder / "hosts", self.name)
        self._journal.append(self.world.masks.mask_value(record))

    def capture(self, task: Task, command: str, variables: Variables) -> Capture | None:
        """Where the output of `command` goes. Raises RenderError, or PlanError for a bad path."""
        if task.output is None:
            return None
        path = task.output
        if isinstance(path, Source) and path.has_markers:
            path = self.world.templar.text(
                path, variables.child(command=command, command_slug=command_slug(command))
            )
        hide = partial(redact, self.platform(variables)) if task.redact else None
        encoding = str(variables.get("encoding", self.world.defaults.encoding))
        root = self.world.paths.output
        return Capture(inside(root, path, task.origin), root, encoding, hide)
