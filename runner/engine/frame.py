"""What surrounds a task while it runs, and what it gives its host. Frozen and picklable."""

# No annotations as texts: NamedTuple would compile each of them, at every start.
from collections.abc import Mapping
from typing import Any, NamedTuple

from runner.events import Position
from runner.model import Handler, Role
from runner.values import EMPTY


class Frame(NamedTuple):
    """Where a host is when it runs a task: in which includes, with whom, under which rescue."""

    joined: bool = False
    """All hosts are known to be here: what they published may be read."""
    rescued: bool = False
    """A `rescue` around the task takes its failure."""
    params: Mapping[str, Any] = EMPTY
    """Variables of the includes that led here, innermost winning; above facts. Loop items in
    them are data, texts of the user's are rendered when they are read."""
    given: str = ""
    """What the include of a role that led here gives it: told from others by this."""
    over: Role | None = None
    """This use of a role is left out: its own tasks, but not those of roles that it imports."""
    run_once: bool = False
    """One host walks this for all of the batch."""
    sheltered: bool = False
    """A `rescue` or an `always` around the task is still to come: its failure is not final."""
    handler: bool = False
    """A flush runs the task."""
    depth: int = 0
    """How many includes led here."""


class Inclusion(NamedTuple):
    """One thing that an `include_tasks` or `include_role` asks for, on one host."""

    name: str
    """The file or the role, rendered."""
    args: Mapping[str, Any] = EMPTY
    """The include's arguments, rendered."""
    params: Mapping[str, Any] = EMPTY
    """Its `vars` as written, and the loop's item and index as data."""
    index: int = 0  # type: ignore[assignment]
    """Which item of the include's loop."""


class Lent(NamedTuple):
    """Handlers that an include on one host has brought: the others of its batch know them."""

    place: Position
    handlers: tuple[Handler, ...]
    params: Mapping[str, Any] = EMPTY
    """Variables of the includes that led there, which they see too."""


class Given(NamedTuple):
    """What tasks gave a host, by layer of precedence."""

    facts: Mapping[str, Any] = EMPTY
    """Registered results and `set_fact`."""
    gathered: Mapping[str, Any] = EMPTY
    """Facts of the host, as under `ansible_facts`."""
    included: Mapping[str, Any] = EMPTY
    """Variables of `include_vars`."""
