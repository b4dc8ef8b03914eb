"""What an action is, what it is given, and what it gives back."""

# No annotations as texts: NamedTuple would compile each of them, at every start.
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from runner.connections.api import Session
from runner.events import Captured
from runner.platforms.model import Platform
from runner.templating import Opener, Templar, Variables, refuse_vaulted
from runner.values import EMPTY


class Effect(Enum):
    """What a task may touch that another host's task could notice."""

    DEVICE_READ = "device read"
    DEVICE_WRITE = "device write"
    SHARED_READ = "shared read"
    SHARED_WRITE = "shared write"
    OWN_WRITE = "own write"
    """A file on the controller whose path names the host."""
    LOOK_AROUND = "look around"
    """Files that it does not name: a folder's, or whatever a program opens."""


PROGRAM = frozenset({Effect.SHARED_WRITE, Effect.LOOK_AROUND})
"""What a program may do: read and write anything on the controller."""


Effects = frozenset[Effect]
NOTHING: Effects = frozenset()

Place = Literal["device", "controller", "shell"]
"""`device`: needs a session. `controller`: runs here. `shell`: here, and only for hosts that
are the controller; on a device it is a plan error."""

Kind = Literal["text", "list", "flag", "number", "mapping", "conditions", "any"]


class Parameter(NamedTuple):
    """One argument of an action. Templates are accepted wherever a value is."""

    kind: Kind = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    default: Any = None
    """What it is when nothing is said; None: nothing."""
    says: str = ""
    """What it means, in one line, for the reference."""
    old: bool = False
    """An old form: taken as it always was, but suggested to nobody."""
    wrong: Callable[[Any], str | None] | None = None
    """What else is wrong with a literal value of that kind, behind `PARAMETER of ACTION`."""


class OneOf(NamedTuple):
    """Parameters of which at most one may be given; `needed`: exactly one."""

    names: tuple[str, ...] = ()
    needed: bool = True


ANY = OneOf(needed=False)

PROVIDER_ARGUMENTS: Mapping[str, Parameter] = {
    "provider": Parameter("any", says="Host, username, password … of the device.", old=True),
    "host": Parameter("text", says="Address of the device.", old=True),
    "port": Parameter("number", says="Its port.", old=True),
    "username": Parameter("text", says="Who logs in.", old=True),
    "password": Parameter("text", says="With what password.", old=True),
    "ssh_keyfile": Parameter("text", says="With what private key.", old=True),
    "authorize": Parameter("flag", says="Whether to enable.", old=True),
    "auth_pass": Parameter("text", says="With what password to enable.", old=True),
    "transport": Parameter("text", says="`cli`; others are refused.", old=True),
}
"""Where a task's device is, as the task itself says it: an old form, for device actions."""


class Paths(NamedTuple):
    """The folders an action may read from and write to."""

    project: Path
    """The folder of playrun.toml, else of the playbook: where relative targets lie."""
    playbook: Path
    """The folder of the playbook: where relative sources are looked for first."""
    output: Path
    """The root of host files."""
    search: tuple[Path, ...] = ()
    """Folders that relative sources are looked for in before all others: the task's role,
    the folder of the file that the task stands in."""


class Capture(NamedTuple):
    """Where a task's host file goes: the rendered target and how it is written."""

    target: Path
    root: Path
    encoding: str
    redact: Callable[[str], str] | None = None


@dataclass(slots=True, eq=False, repr=False)
class Call:
    """One execution of an action for one host: rendered arguments and what it may use."""

    host: str
    action: str
    args: Mapping[str, Any]
    variables: Variables
    templar: Templar
    paths: Paths
    check: bool
    registers: bool
    """Whether the task has a `register`: if not, large output need not fit in memory."""
    max_register: int
    session: Callable[[], Session]
    """Opens the host's session on first use. Raises a ConnectionFailed."""
    platform: Callable[[], Platform]
    """The host's platform; needs no connection. Raises PlanError when it has none."""
    note: Callable[[Mapping[str, Any]], None]
    """Adds to the host's journal of changes, masked and on disk before a changing line is sent."""
    capture: Callable[[str], Capture | None]
    """Where the output of the given command goes, or None when the task has no `output`."""
    cancelled: Callable[[], bool]
    """Connections are being cut: whatever takes long must look here often, and stop."""
    stopping: Callable[[], bool]
    """The run is to end once tasks have: whatever only waits must look here often, and stop."""
    written: Callable[[str], Iterable[str]]
    """The texts of the user's, templates unrendered, that an argument is made from."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Rendered `environment` of the task, for the programs it starts."""
    diff: bool = False
    """Whether what changes is shown: `diff` belongs into the values then."""
    delegate: str | None = None
    """The host that the task is done on, when that is not `host`."""
    load_variables: Callable[[Path], Mapping[str, Any]] | None = None
    """Reads a file of variables, vaulted or not. Raises LoadError."""
    ask: Callable[..., str] | None = None
    """Asks the person at the terminal (prompt, echo); None when there is nobody."""
    say: Callable[[str], object] = lambda _text: None
    """Tells whoever watches something at once, before the task is through."""
    simulated: bool = False
    """Simulated devices are in the hosts' places: nothing may be typed at another."""
    hide: Callable[[str], object] = lambda _secret: None
    """Makes a text a secret: masked from now on wherever it would be shown."""
    opened: Opener = refuse_vaulted
    """The content of a file of the user's that may be vaulted. Raises LoadError, RenderError."""


class AddHost(NamedTuple):
    """A host for the inventory of this run, with groups it is to be in."""

    name: str
    groups: tuple[str, ...] = ()
    vars: Mapping[str, Any] = EMPTY


class AddToGroup(NamedTuple):
    """A group, made if it is new, that `host` is to be in; `parents` are groups above it."""

    group: str
    host: str
    parents: tuple[str, ...] = ("all",)


class Stats(NamedTuple):
    """What `set_stats` tells of a run; `aggregate`: added to what there is."""

    data: Mapping[str, Any]
    per_host: bool = False
    aggregate: bool = True


class Outcome(NamedTuple):
    """What an action did. `values` is what `register` stores, without the common keys."""

    changed: bool = False
    values: Mapping[str, Any] = EMPTY
    facts: Mapping[str, Any] = EMPTY
    """Variables as `set_fact` sets them: above nearly everything."""
    captured: tuple[Captured, ...] = ()
    failure: Exception | None = None
    """A failure that still has values (a command's output before the error)."""
    skipped: str | None = None
    """Why nothing was done (check mode); the task counts as skipped."""
    gathered: Mapping[str, Any] = EMPTY
    """Facts of the host (`ansible_net_version`), above the inventory, below play variables.
    They are registered under `ansible_facts` and readable there and by name."""
    included: Mapping[str, Any] = EMPTY
    """Variables as `include_vars` sets them: above task variables, below `facts`."""
    inventory: tuple[AddHost | AddToGroup, ...] = ()
    stats: Stats | None = None


class Action(Protocol):
    """A thing a task can do. Stateless; one instance serves every host and thread."""

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """By name; `*` stands for any name."""

    @property
    def one_of(self) -> OneOf:
        """Parameters that exclude one another."""

    @property
    def free_form(self) -> str | None:
        """The parameter that `action: some text` fills; None: there is no such form."""

    @property
    def place(self) -> Place:
        """Where it runs."""

    @property
    def raw(self) -> frozenset[str]:
        """Parameters the action renders itself (conditions)."""

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """What the task may touch, judged before anything is rendered."""

    def writes(self, call: Call) -> bool:
        """Whether this call may change a device: a worker that dies in it leaves UNKNOWN."""

    def run(self, call: Call) -> Outcome:
        """Does it. Raises TaskError or ConnectionFailed; anything else is a defect."""


class Base:
    """What an action is when it says nothing else: runs here, touches nothing that is shared."""

    parameters: Mapping[str, Parameter] = EMPTY
    one_of: OneOf = ANY
    free_form: str | None = None
    place: Place = "controller"
    raw: frozenset[str] = frozenset()
    once: bool = False
    """Whether the first host of a batch does it for all, as if the task said `run_once`."""

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """Nothing."""
        return NOTHING

    def writes(self, call: Call) -> bool:
        """Never a device."""
        return False
