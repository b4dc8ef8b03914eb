"""The playbook and the inventory as frozen data. Imports nothing of the engine.

Strings that may hold templates are `Source`. A keyword that takes a value or a template
has the type `bool | Source` and is rendered when the task runs. What a task inherits from
its play, role and blocks is in it already: nothing looks upwards.
"""

# No annotations as texts: NamedTuple would compile each of them, at every start.
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from runner.values import EMPTY, Origin, Source

Condition = bool | Source
"""One expression of `when`, `changed_when`, `failed_when`, `until` or `that`."""

Flag = bool | Source
"""True, false, or a template that gives one of them when the task runs."""

Number = int | float | Source

Order = Literal["lockstep", "free"]
Lockstep = Literal["always", "auto", "never"]


class Loop(NamedTuple):
    """`loop` or a `with_*`, with its `loop_control`."""

    items: Any
    style: str = "loop"
    """`loop`, or the lookup's name for `with_<name>` (`items` flattens one level)."""
    variable: str | Source = "item"
    index_variable: str | Source | None = None
    label: Any = None
    """What is shown of an item instead of the item; a template."""
    pause: Number = 0
    """Seconds between two items."""
    extended: Flag = False
    extended_allitems: Flag = True
    break_when: tuple[Condition, ...] = ()


class Retry(NamedTuple):
    """`until` (empty: the task must not fail), `retries` and `delay` (seconds)."""

    until: tuple[Condition, ...] = ()
    retries: Number = 3
    delay: Number = 5


class Late(NamedTuple):
    """An action, or arguments of it, that a template names: known when a host comes to it."""

    word: str | Source
    """The action's word."""
    given: tuple[Source, ...] = ()
    """Templates of mappings of arguments, later ones above earlier ones."""
    own: Any = None
    """What is written below the action: a mapping, or text."""
    more: Any = None
    """The mapping of `args`."""
    defaults: Mapping[str, Any] = EMPTY
    """What `module_defaults` hold, by the action's short word."""


class Role(NamedTuple):
    """A role as its tasks see it. `defaults` and `vars` hold those of its dependencies too."""

    name: str
    """As the playbook names it, behind its collection's name if it is of one."""
    path: str
    """Absolute."""
    defaults: Mapping[str, Any] = EMPTY
    vars: Mapping[str, Any] = EMPTY
    below: tuple[Mapping[str, Any], Mapping[str, Any]] = (EMPTY, EMPTY)
    """Variables and defaults that roles see which it brings: not those of its dependencies."""
    parents: tuple[tuple[str, str], ...] = ()
    """Names and folders of the roles whose tasks brought it, nearest first."""
    parent_paths: tuple[str, ...] = ()
    """Folders of the roles whose tasks or dependencies brought it, nearest first."""
    dependencies: tuple[str, ...] = ()
    """Names of the roles that it depends on: `ansible_dependent_role_names`."""
    collection: str = ""

    @property
    def short(self) -> str:
        """Its name without its collection's."""
        return self.name.removeprefix(f"{self.collection}.") if self.collection else self.name


class Scope(NamedTuple):
    """What entries have from what they stand in: play, role, blocks, imports.

    One object shared by all entries of one block. A dynamic include keeps the scope that it
    stands in: it is what the entries of its file begin with.
    """

    keywords: Mapping[str, Any] = EMPTY
    """The nearest value of every inherited keyword, by its name, as read."""
    when: tuple[Condition, ...] = ()
    """Conditions of all that encloses, outermost first."""
    of_roles: int = 0
    """How many of them come before those of a role that is depended on: that role's are asked
    before those of the task that brings the one which depends on it."""
    tags: frozenset[str] = frozenset()
    vars: Mapping[str, Any] = EMPTY
    """Of role and blocks, merged; lower than a task's own."""
    params: Mapping[str, Any] = EMPTY
    """Role and include parameters: higher than facts and registered values."""
    role: Role | None = None
    folder: str = ""
    """Folder of the file that the entries stand in; absolute."""
    playbook_folder: str = ""
    """Folder of the playbook that the play stands in; absolute: `playbook_dir`."""


class Task(NamedTuple):
    """One task, its inherited keywords filled in. `action` is the canonical name, `written`
    the user's word."""

    action: str
    args: Mapping[str, Any]
    origin: Origin
    written: str = ""
    name: str = ""
    when: tuple[Condition, ...] = ()
    """Outermost first, the task's own last."""
    loop: Loop | None = None
    register: str | None = None
    vars: Mapping[str, Any] = EMPTY
    """Own, blocks' and role's, merged."""
    tags: frozenset[str] = frozenset()
    ignore_errors: Flag = False
    ignore_unreachable: Flag = False
    changed_when: tuple[Condition, ...] | None = None
    failed_when: tuple[Condition, ...] | None = None
    retry: Retry | None = None
    notify: tuple[str | Source, ...] = ()
    delegate_to: str | Source | None = None
    delegate_facts: Flag = False
    run_once: Flag = False
    any_errors_fatal: Flag = False
    throttle: Number = 0
    timeout: Number = 0
    """Seconds that the task may take; 0: any."""
    no_log: Flag = False
    connection: str | Source | None = None
    remote_user: str | Source | None = None
    port: int | Source | None = None
    check_mode: Flag | None = None
    diff: Flag | None = None
    become: Flag | None = None
    become_user: str | Source | None = None
    become_method: str | Source | None = None
    environment: tuple[Any, ...] = ()
    """Mappings, or templates of one, outermost first."""
    output: str | Source | None = None
    """Where what a `cli` task prints goes (a path template); None: nowhere."""
    redact: bool = False
    scope: Scope = Scope()
    """What it stands in."""
    late: Late | None = None
    """What is not known of it yet; `args` are those that are, if any."""
    implicit: bool = False
    """Nobody wrote it (a flush between sections, gathering of facts): not shown, not counted."""

    @property
    def label(self) -> str:
        """The task's name, or its action when it has none."""
        return self.name or self.written or self.action


class Use(NamedTuple):
    """One use of a role. A host that has come to the end of a use of the same key in this play,
    and ran one of its own tasks (skipped ones do not count, nor those of roles that it brings),
    leaves this one out."""

    key: str
    role: Role
    again: bool = False
    """It is left out by no host, though it counts as a use."""
    given: bool = False
    """An include brings it: what that gives to the role belongs to the key."""


class Block(NamedTuple):
    """Tasks that share a fate. Its keywords are in its entries already."""

    body: tuple["Entry", ...]
    origin: Origin
    rescue: tuple["Entry", ...] = ()
    always: tuple["Entry", ...] = ()
    name: str = ""
    once: Use | None = None
    """Of a role that may not run twice, or of which another use may not."""


Entry = Task | Block


class Handler(NamedTuple):
    """A task that runs when it was notified. `role` is the role that defines it."""

    task: Task
    listen: tuple[str | Source, ...] = ()
    role: str | None = None


class Prompt(NamedTuple):
    """One question of `vars_prompt`. `default` may be a template."""

    name: str
    text: str = ""
    default: Any = None
    private: bool = True
    confirm: bool = False
    encrypt: str | None = None
    salt: str | None = None
    salt_size: int | None = None
    unsafe: bool = False


class Play(NamedTuple):
    """One play as written, its `commands` already turned into a `cli` task in `entries`."""

    name: str
    hosts: str | Source
    entries: tuple["Entry", ...]
    """Everything that runs, in order: facts, pre_tasks, a flush, commands, roles, tasks, a
    flush, post_tasks, a flush. What is imported stands in its place."""
    origin: Origin
    handlers: tuple[Handler, ...] = ()
    """In the order they run: of roles as these come, then the play's own."""
    vars: Mapping[str, Any] = EMPTY
    vars_files: tuple[Any, ...] = ()
    """Each a text or a list of texts of which the first that exists counts; templates."""
    prompts: tuple[Prompt, ...] = ()
    role_vars: Mapping[str, Any] = EMPTY
    """Variables of all roles of the play, which every task of it sees."""
    role_defaults: Mapping[str, Any] = EMPTY
    role_names: tuple[str, ...] = ()
    strategy: str | None = None
    """As written; None means the configured default."""
    lockstep: Lockstep = "auto"
    serial: tuple[int | str | Source, ...] = ()
    """Batch sizes: numbers, percentages, templates; the last repeats. Empty: one batch."""
    host_order: str | None = None
    """`inventory`, `reverse_inventory`, `sorted`, `reverse_sorted`, `shuffle`."""
    max_fail_percentage: Number | None = None
    any_errors_fatal: Flag = False
    force_handlers: Flag | None = None
    workers: int | Source | None = None
    processes: int | Source | None = None
    tags: frozenset[str] = frozenset()
    connection: str | Source | None = None
    become: Flag | None = None
    become_method: str | Source | None = None
    remote_user: str | Source | None = None
    port: int | Source | None = None
    check_mode: Flag | None = None
    ignore_errors: Flag = False
    no_log: Flag = False
    scope: Scope = Scope()
    """What its entries begin with."""


class Playbook(NamedTuple):
    """A playbook file: its path (as given) and its plays, with those it imports."""

    file: str
    plays: tuple[Play, ...]


class Host(NamedTuple):
    """A host of the inventory. `vars` is merged from all groups and files, unrendered."""

    name: str
    groups: tuple[str, ...]
    """Names of all its groups, sorted, without `all` and `ungrouped` unless it is alone there."""
    vars: Mapping[str, Any]
    origin: Origin | None = None


Status = Literal[
    "ok",
    "failed",
    "unreachable",
    "not_tried",
    "lost",
    "unknown",
    "not_run",
]
"""How a host stands at the end of a play.

`lost`: its worker died while nothing was being changed. `unknown`: the worker or the
connection died while a change may have been under way. `not_tried`: its credential was
held back by the lockout breaker. `not_run`: the run ended before its turn.
"""


def tasks_in(entries: Iterable[Entry]) -> Iterator[Task]:
    """Every task of the entries, in blocks too, as they are written."""
    for entry in entries:
        if isinstance(entry, Task):
            yield entry
        else:
            yield from tasks_in(entry.body)
            yield from tasks_in(entry.rescue)
            yield from tasks_in(entry.always)


def all_tasks(play: Play) -> Iterator[Task]:
    """Every task of a play that is known before it runs, its handlers last."""
    yield from tasks_in(play.entries)
    for handler in play.handlers:
        yield handler.task
