"""Random plays: small, connection-less, with hosts that go different ways.

A play is drawn as plain data and written as JSON, which is YAML. Every task gets a number as
its name, so that a difference can be told by it. Left out on purpose are Ansible's oddities
(tests/oracle/oddities.yaml): a run_once that fails inside a block, any_errors_fatal and
max_fail_percentage where something is rescued or only some hosts are, an ignore_errors that is
a template; and what is not certain under Ansible itself (see `Where`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from hypothesis import strategies as st
from oracle_case import LOCAL, Case

Tree = dict[str, Any]
FACTS = ("f0", "f1", "f2")
RESULTS = ("r0", "r1")
HANDLERS = ("h0", "h1", "h2")
UNSURE = "seeded == n"
CONDITIONS = (
    "n == 1",
    "n > 2",
    "n != 3",
    "m == 0",
    "m > 0",
    "k == 'a'",
    "true",
    "false",
    "f0 | default(0) == 1",
    "f1 is defined",
    "f1 | default('x') == k",
    "r0 is defined",
    "r0 is not defined or r0 is not failed",
    "r0 is defined and r0 is skipped",
    "r1 is defined and r1 is changed",
    "r1.results | default([]) | length > 1",
    "r1 is not defined or r1.results is not defined or r1.results | select('failed') | list == []",
    UNSURE,
    "inventory_hostname in groups['odd']",
    "inventory_hostname in groups['g_1'] | default([])",
    "v is defined",
    "w | default('-') == 'role'",
)
"""Every host can answer them, but for `UNSURE`, which fails where `seeded` is not set."""
OWN_TEXTS = (
    "n={{ n }}",
    "{{ m }}",
    "{{ f0 | default('-') }}{{ f1 | default('-') }}",
    "{{ [f2 | default(none), n, k] }}",
    "{{ r0.changed | default('?') }} {{ r1.results | default([]) | length }}",
    "{{ ansible_failed_task.name | default('well') }}",
    "{{ v | default('-') }} {{ w | default('-') }}",
    "{{ role_name | default('-') }} {{ ansible_role_name | default('-') }}",
)
ROLES = ("ra", "rb")
PLAY_HOSTS = "{{ ansible_play_hosts }} of {{ ansible_play_batch }}"
TEXTS = (*OWN_TEXTS, PLAY_HOSTS, "{{ hostvars[groups['all'][0]].f0 | default('none') }}")
VALUES = ("1", "{{ n }}", "{{ k }}", "{{ m + 1 }}", "{{ f0 | default(0) }}", "{{ [n, m] }}")
RESULTS_OF = "{{ r1.results | default([]) | map(attribute='item') | list }}"
LOOPS = (
    *([1, 2], ["a"], [], "{{ range(m) | list }}", "{{ [n, 9] }}", ["{{ k }}", "{{ m }}"]),
    *("{{ groups['all'] }}", RESULTS_OF),
)

NEW_HOST = {"name": "new", "groups": "odd", "n": 9, "m": 1, "k": "a"}

conditions = st.sampled_from(CONDITIONS)
given = st.dictionaries(st.sampled_from("vw"), st.sampled_from(["given", "{{ n }}!", "{{ k }}"]))
"""Variables of a play, a block, a task, a role, an include."""


class Where(NamedTuple):
    """Where a task stands, and what it therefore must not do for its outcome to be certain.

    In a file that only some hosts take, Ansible's hosts go on in the order in which their
    results came in: what concerns other hosts depends on that.
    """

    block: bool = False
    file: bool = False
    role: str = ""
    tidying: bool = False
    """In a rescue or always: a role there counts for Ansible, though the tags leave none of it."""
    fatal: bool = False
    """In a play that one host's failure may end for all: nothing is rescued or included there."""
    ends: bool = True
    """The play may end before its end; where handlers are forced, Ansible forgets failures then."""


def actions(where: Where, safe: bool) -> st.SearchStrategy[Tree]:
    """What a task does; a safe one cannot fail."""
    debug = st.sampled_from(OWN_TEXTS if where.file else TEXTS).map(
        lambda text: {"debug": {"msg": text}}
    )
    fact = st.tuples(st.sampled_from([*FACTS, "v"]), st.sampled_from(VALUES))
    kinds = [debug, fact.map(lambda pair: {"set_fact": dict([pair])}), late]
    if not safe:
        kinds += [
            st.just({"fail": {"msg": "broken on {{ n }}"}}),
            conditions.map(lambda text: {"assert": {"that": [text], "fail_msg": "not so"}}),
            st.just({"debug": {"msg": "{{ seeded }}"}}),
        ]
    return st.one_of(kinds)


late = st.sampled_from(
    [
        {"debug": {}, "args": "{{ {'msg': n} }}"},
        {"debug": "{{ {'msg': [k, m]} }}"},
        {"action": "{{ 'debug' }} msg={{ n }}"},
        {"action": "{{ 'set_fact' if m else 'debug' }}", "args": "{{ {'msg': k} }}"},
        {"set_fact": {}, "args": "{{ {'f1': n, 'f0': k} }}"},
    ]
).map(dict)
"""Actions and arguments that templates name."""


@st.composite
def tasks(draw: st.DrawFn, where: Where) -> Tree:
    """One task."""
    once = not where.file and draw(st.sampled_from([False] * 7 + [True]))
    safe = once and where.block
    task = draw(actions(where, safe))
    if draw(st.integers(0, 3)) == 0:
        task |= draw(loops("debug" in task))
    if once:
        task["run_once"] = True
    chosen = draw(st.sets(st.sampled_from(KEYWORDS), max_size=3))
    for keyword in sorted(chosen):
        if not (safe and keyword in ("when", "failed_when", "changed_when", "until")):
            task[keyword] = draw(keyword_values(keyword, where))
    if where.fatal and draw(st.integers(0, 4)) == 0:
        task["any_errors_fatal"] = True
    if "until" in task:
        task |= {"retries": draw(st.integers(0, 2)), "delay": 0}
        task.pop("failed_when", None)  # Ansible calls items failed then that are not
    if once and "set_fact" in task and "delegate_to" in task and draw(st.booleans()):
        task["delegate_facts"] = True
    if task.get("debug") == {"msg": PLAY_HOSTS}:
        task.pop("failed_when", None)  # who failed it first would be seen by the others
    return task


KEYWORDS = (
    *("when", "register", "ignore_errors", "failed_when", "changed_when", "notify", "tags"),
    *("when", "register", "notify", "vars", "until", "delegate_to", "throttle"),
)


@st.composite
def loops(draw: st.DrawFn, shown: bool) -> Tree:
    """A loop, with its control; `shown`: the task may show its items."""
    control: Tree = draw(st.sampled_from([{}, {}, {"loop_var": "it"}, {"index_var": "at"}]))
    control = dict(control)
    item = control.get("loop_var", "item")
    if draw(st.integers(0, 3)) == 0:
        control["extended"] = True
    if draw(st.integers(0, 4)) == 0:
        control["label"] = f"item {{{{ {item} }}}}"
    if draw(st.integers(0, 4)) == 0:
        control["break_when"] = draw(st.sampled_from([f"{item} == n", f"{item} == k", "m == 0"]))
    found: Tree = {"loop": draw(st.sampled_from(LOOPS))}
    if control:
        found["loop_control"] = control
    if shown and draw(st.booleans()):
        words = [control.get("loop_var", "item"), *(["at"] if "index_var" in control else [])]
        words += ["ansible_loop.length"] if "extended" in control else []
        found["debug"] = {"msg": " ".join(f"{{{{ {word} }}}}" for word in words)}
    return found


def keyword_values(keyword: str, where: Where = Where()) -> st.SearchStrategy[Any]:  # noqa: B008
    """What a keyword of a task may hold."""
    handlers = [f"of {where.role}"] * 3 if where.role else []
    found: dict[str, st.SearchStrategy[Any]] = {
        "when": st.one_of(conditions, st.lists(conditions, min_size=2, max_size=2)),
        "register": st.sampled_from(RESULTS),
        "ignore_errors": st.booleans(),
        "failed_when": st.sampled_from(["n == 2", "m == 0", False]),
        "changed_when": st.sampled_from([True, "n == 1", "m > 0", False]),
        "notify": st.lists(
            st.sampled_from([*HANDLERS, "topic", *handlers]), min_size=1, max_size=2
        ),
        "tags": st.sampled_from([["t0"], ["t1"], ["t0", "t1"], ["always"], ["never", "t1"]]),
        "vars": given,
        "until": st.sampled_from(["n == 1", "m > 0", "k == 'a'", "true"]),
        "delegate_to": st.sampled_from(["h1", "{{ groups['all'][-1] }}", "{{ 'h' ~ n }}"]),
        "throttle": st.integers(1, 2),
    }
    return found[keyword]


@st.composite
def blocks(draw: st.DrawFn, depth: int, where: Where) -> Tree:
    """A block with rescue, always, or neither."""
    inner = entries(depth - 1, where._replace(block=True), 3)
    block: Tree = {"block": draw(inner)}
    if where.fatal:
        if draw(st.booleans()):
            block["any_errors_fatal"] = True
        return block
    tidying = entries(depth - 1, where._replace(block=True, tidying=True), 3)
    for part in ("rescue", "always"):
        if draw(st.booleans()):
            block[part] = draw(tidying)
    for keyword in sorted(
        draw(st.sets(st.sampled_from(["when", "ignore_errors", "tags", "vars"]), max_size=2))
    ):
        block[keyword] = draw(keyword_values(keyword))
    return block


@st.composite
def imports(draw: st.DrawFn) -> Tree:
    """A file of tasks, taken now."""
    task: Tree = {"import_tasks": draw(st.sampled_from(["inc0.yml", "inc1.yml"]))}
    if draw(st.booleans()):
        task["when"] = draw(conditions)
    if draw(st.integers(0, 3)) == 0:
        task["tags"] = draw(keyword_values("tags"))
    return task


@st.composite
def includes(draw: st.DrawFn) -> Tree:
    """A file of tasks, taken now or when it is known which."""
    name = draw(st.sampled_from(["inc0.yml", "inc1.yml", "inc{{ m % 2 }}.yml"]))
    dynamic = "{{" in name or draw(st.booleans())
    task: Tree = {"include_tasks" if dynamic else "import_tasks": name}
    if draw(st.booleans()):
        task["when"] = draw(conditions)
    if dynamic and draw(st.integers(0, 2)) == 0:
        task["loop"] = draw(st.sampled_from(LOOPS))
        task["loop_control"] = {"loop_var": "outer"}
    if dynamic and draw(st.integers(0, 3)) == 0:
        task["include_tasks"] = {"file": name, "apply": draw(applied)}
    if draw(st.integers(0, 3)) == 0:
        task["vars"] = {"f2": "given", **draw(given)}
    if draw(st.integers(0, 3)) == 0:
        task["tags"] = draw(keyword_values("tags"))
    return task


applied = st.fixed_dictionaries(
    {}, optional={"tags": keyword_values("tags"), "vars": given, "when": conditions}
)


@st.composite
def role_tasks(draw: st.DrawFn) -> Tree:
    """A role, taken now or when it is known which."""
    name = draw(st.sampled_from([*ROLES, "r{{ k }}"]))
    dynamic = "{{" in name or draw(st.booleans())
    args: Tree = {"name": name}
    if dynamic and draw(st.integers(0, 3)) == 0:
        args["apply"] = draw(applied)
    if dynamic and draw(st.integers(0, 3)) == 0:
        args["public"] = True
    task: Tree = {"include_role" if dynamic else "import_role": args}
    for keyword in sorted(draw(st.sets(st.sampled_from(["when", "tags", "vars"]), max_size=2))):
        task[keyword] = draw(keyword_values(keyword))
    return task


def entries(depth: int, where: Where, most: int) -> st.SearchStrategy[list[Tree]]:
    """A list of tasks, blocks and includes."""
    kinds: list[st.SearchStrategy[Tree]] = [tasks(where)] * 4
    if depth > 0:
        kinds.append(blocks(depth, where))
    if depth > 0 and where.fatal:
        kinds.append(imports())
    elif depth > 0 and not where.role:
        kinds.append(includes())
    if depth > 0 and not where.role and not where.tidying and not where.fatal:
        kinds.append(role_tasks())
    if depth > 1:
        kinds.append(metas(where.ends))
    return st.lists(st.one_of(kinds), min_size=1, max_size=most)


@st.composite
def metas(draw: st.DrawFn, ends: bool) -> Tree:
    """What steers a play, and what adds to the inventory for all hosts at once."""
    kinds: list[Tree] = [{"meta": word} for word in ("flush_handlers", "flush_handlers", "noop")]
    kinds += [{"add_host": NEW_HOST}]
    if draw(st.integers(0, 3)) == 0:
        # A condition that fails here ends Ansible's whole run.
        words = ["end_host", "end_host", *(["end_play", "end_batch"] if ends else [])]
        word = draw(st.sampled_from(words))
        return {"meta": word, "when": draw(conditions.filter(lambda text: text != UNSURE))}
    if draw(st.integers(0, 5)) == 0:
        return {"meta": draw(st.sampled_from(["clear_facts", "reset_connection"]))}
    if draw(st.integers(0, 3)) == 0:
        return {"group_by": {"key": "g_{{ m }}"}, "when": draw(conditions)}
    return draw(st.sampled_from(kinds))


@st.composite
def handlers(draw: st.DrawFn) -> list[Tree]:
    """Three handlers, of which one listens and one may fail."""
    texts = [draw(st.sampled_from(TEXTS)) for _ in HANDLERS]
    found: list[Tree] = [
        {"name": name, "debug": {"msg": text}} for name, text in zip(HANDLERS, texts, strict=True)
    ]
    found[1]["listen"] = "topic"
    if draw(st.booleans()):
        found[1] |= {"changed_when": True, "notify": "h2"}
    if texts[0] != PLAY_HOSTS and draw(st.integers(0, 4)) == 0:
        found[0] |= {"failed_when": "n == 1"}
    return found


RESULT = """
{{ [@ is failed, @ is skipped, @.changed, @.results | default([]) | map(attribute='item') | list]
   if @ is defined else '-' }}
"""


@st.composite
def role_entries(draw: st.DrawFn) -> Tree:
    """A role of a play, with its parameters."""
    entry: Tree = {"role": draw(st.sampled_from(ROLES))}
    for keyword in sorted(draw(st.sets(st.sampled_from(["when", "tags", "vars"]), max_size=2))):
        entry[keyword] = draw(keyword_values(keyword))
    if draw(st.integers(0, 3)) == 0:
        entry["v"] = "parameter"
    return entry


@st.composite
def roles(draw: st.DrawFn) -> dict[str, Any]:
    """The files of two roles, of which one may need the other."""
    files: dict[str, Any] = {}
    for name in ROLES:
        where = Where(block=True, file=True, role=name)
        files[f"roles/{name}/tasks/main.yml"] = draw(entries(1, where, 3))
        files[f"roles/{name}/handlers/main.yml"] = [
            {"name": f"of {name}", "debug": {"msg": draw(st.sampled_from(OWN_TEXTS))}}
        ]
        for part in ("defaults", "vars"):
            if draw(st.booleans()):
                files[f"roles/{name}/{part}/main.yml"] = dict.fromkeys(
                    draw(st.sets(st.sampled_from("vw"))), f"{part} of {name}"
                )
    if draw(st.integers(0, 3)) == 0:
        needed = draw(role_entries()) | {"role": "rb"}
        needed.pop("when", None)  # of two conditions that do not hold each tells another
        files["roles/ra/meta/main.yml"] = {"dependencies": [needed]}
    return files


@st.composite
def plays(draw: st.DrawFn) -> Tree:
    """One play."""
    play: Tree = {"hosts": "all", "gather_facts": False}
    sizes: list[Tree] = [{"serial": size} for size in (1, 2, "50%", [1, 2], [1, "100%"])]
    play |= draw(st.sampled_from([{}, {}, {}, {}, *sizes]))
    play |= draw(st.sampled_from([{}, {}, {}, {"order": "reverse_inventory"}, {"order": "sorted"}]))
    ends: list[Tree] = [{"max_fail_percentage": most} for most in (0, 30, 50)]
    ends += [{"any_errors_fatal": True}, {"any_errors_fatal": False}]
    fatal = draw(st.sampled_from([{}] * 8 + ends))
    play |= fatal
    play |= draw(st.sampled_from([{}, {}, {}, {"force_handlers": True}]))
    play |= draw(st.sampled_from([{}, {}, {}, {"vars": {"f2": "play", "v": "play"}}]))
    seed = {"set_fact": {"seeded": "{{ n }}"}, "when": "m == 0", "tags": ["always"]}
    told = {name: f"{{{{ {name} | default('-') }}}}" for name in FACTS}
    told |= {name: RESULT.strip().replace("@", name) for name in RESULTS}
    dump = {"debug": {"msg": told}, "tags": ["always"]}
    where = Where(fatal=bool(fatal), ends="force_handlers" not in play)
    with_roles = not fatal and draw(st.booleans())
    roles = draw(st.lists(role_entries(), max_size=2)) if with_roles else []
    return {
        **play,
        **({"roles": roles} if roles else {}),
        "handlers": draw(handlers()),
        "tasks": [seed, *draw(entries(2, where, 5)), dump],
    }


HOST = st.tuples(st.integers(0, 2), st.sampled_from("ab"))
ARGS = st.sampled_from(
    [
        *[()] * 6,
        *[("--tags", "t0"), ("--skip-tags", "t0"), ("--tags", "t1")],
        *[("-e", "w=extra"), ("--check",), ("--limit", "odd")],
    ]
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A whole comparison."""
    hosts = draw(st.lists(HOST, min_size=1, max_size=4))
    included = {
        f"inc{number}.yml": draw(entries(0, Where(block=True, file=True), 3)) for number in range(2)
    }
    book = draw(st.lists(plays(), min_size=1, max_size=2))
    if "role" in json.dumps(book):
        included |= draw(roles())
    number(book, included)
    files = {"hosts": inventory(hosts), "site.yml": json.dumps(book, indent=1)}
    files |= {name: json.dumps(each, indent=1) for name, each in included.items()}
    return Case("generated", files, draw(ARGS))


def inventory(hosts: list[tuple[int, str]]) -> str:
    """Hosts that differ in `m` and `k`."""
    lines = [f"h{n} n={n} m={m} k={k}" for n, (m, k) in enumerate(hosts, 1)]
    odd = [f"h{n}" for n in range(1, len(hosts) + 1, 2)]
    return "\n".join(["[all]", *lines, "[odd]", *odd, LOCAL])


def number(book: list[Tree], included: dict[str, Any]) -> None:
    """Gives every task that has no name one of its own."""
    lists = [play["tasks"] for play in book]
    lists += [each for name, each in included.items() if "/" not in name or "/tasks/" in name]
    for count, task in enumerate(task for each in lists for task in walk(each)):
        if "meta" not in task:
            task["name"] = f"t{count}"


def walk(entries: list[Tree]) -> Iterator[Tree]:
    """All tasks, in blocks too; the same object may stand in several places."""
    for position, entry in enumerate(entries):
        entries[position] = entry = dict(entry)
        if "block" in entry:
            for part in ("block", "rescue", "always"):
                entry[part] = list(entry.get(part, []))
                yield from walk(entry[part])
                if not entry[part]:
                    del entry[part]
        else:
            yield entry
