"""What the language costs, devices apart: CPU for a task on a host, with Ansible in the same run.

    python bench/language.py [PART ...] [--runs 3] [--write]

Parts: tasks (100 tasks on 200 hosts, free and in lockstep, and Ansible), fleet (the same play
on 10,000 hosts), templates (10,000 hosts, a template of 100 lines, against bare Jinja: what a
play more costs for rendering it, and the whole action against a loop that renders and writes).
Ansible is looked for in .venv-oracle (`scripts/ansible-oracle`); without it its rows are missing.

A host-task is one task on one host. Its cost is what a host more adds: (n hosts − 1 host) /
((n − 1) × tasks), with planning, journal and recap, without the start of the program.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from measuring import Cost, in_turns, measure
from reporting import Bar, Found, measured, parser

HERE = Path(__file__).parent
PLAYRUN = str(Path(sys.executable).with_name("playrun"))
ANSIBLE = HERE.parent / ".venv-oracle" / "bin" / "ansible-playbook"
TASKS, HOSTS, FLEET, FLEET_TASKS = 100, 200, 10_000, 100
ANSIBLE_HOSTS, ANSIBLE_TASKS = 20, 10


class Given(NamedTuple):
    """How often to measure."""

    runs: int


class Project(NamedTuple):
    """A folder with inventories and plays."""

    folder: Path

    def hosts(self, count: int) -> Path:
        """An inventory of that many hosts on this machine."""
        path = self.folder / f"hosts{count}"
        if not path.exists():
            lines = (f"h{n:05} n={n} site=s{n % 20}" for n in range(count))
            path.write_text("[all]\n" + "\n".join(lines) + _LOCAL)
        return path

    def play(self, tasks: int, head: str) -> Path:
        """A play of that many tasks that connects to nothing."""
        path = self.folder / f"play-{tasks}-{abs(hash(head))}.yml"
        body = "".join(_FOUR.format(n=n) for n in range(tasks // 4))
        path.write_text(f"- hosts: all\n  gather_facts: false\n{head}  tasks:\n{body}")
        return path


_LOCAL = "\n[all:vars]\nansible_connection=local\nansible_python_interpreter=/usr/bin/python3\n"

_FOUR = """\
    - name: set {n}
      set_fact:
        value_{n}: "{{{{ inventory_hostname }}}}-{{{{ n }}}}-{n}"
    - name: show {n}
      debug:
        msg: "{{{{ value_{n} }}}} at {{{{ site }}}}"
    - name: certain {n}
      assert:
        that: value_{n} is defined
    - name: seldom {n}
      debug:
        msg: never
      when: site == 'nowhere'
"""


@contextmanager
def project() -> Iterator[Project]:
    """A folder that goes when the part is measured."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "playrun.toml").write_text("")
        yield Project(Path(folder))


def ours(where: Project, play: Path, hosts: int) -> Cost:
    """One run of playrun."""
    return measure([PLAYRUN, str(play), "-i", str(where.hosts(hosts)), "--quiet"])


def theirs(where: Project, play: Path, hosts: int) -> Cost:
    """One run of ansible-playbook."""
    return measure([str(ANSIBLE), str(play), "-i", str(where.hosts(hosts))])


class Marginal(NamedTuple):
    """CPU seconds for one host and for many, and what that makes for a host-task."""

    one: float
    many: float
    hosts: int
    tasks: int

    @property
    def milliseconds(self) -> float:
        """CPU milliseconds for a host-task."""
        return (self.many - self.one) / ((self.hosts - 1) * self.tasks) * 1000

    def row(self, name: str) -> str:
        """A line of the table."""
        return (
            f"| {name} | {self.hosts} × {self.tasks} | {self.one:.2f} | {self.many:.2f} "
            f"| {self.milliseconds:.4f} |"
        )


_HEAD = [
    "| who | hosts × tasks | CPU s, 1 host | CPU s, all | CPU ms a host-task |",
    "| --- | --- | --- | --- | --- |",
]

_ORDERS = {"free": "  strategy: free\n", "lockstep": "  lockstep: always\n"}
_MOST = {"free": 0.06, "lockstep": 0.09}

Client = Callable[[Project, Path, int], Cost]


def marginals(
    where: Project, clients: dict[str, tuple[Client, Path, int, int]], runs: int
) -> dict[str, Marginal]:
    """Each client on one host and on all; clients take turns."""
    jobs: dict[str, Callable[[], Cost]] = {}
    for name, (client, play, hosts, _) in clients.items():
        client(where, play, 1)
        jobs[f"{name} 1"] = partial(client, where, play, 1)
        jobs[name] = partial(client, where, play, hosts)
    costs = in_turns(jobs, runs)
    return {
        name: Marginal(costs[f"{name} 1"].cpu, costs[name].cpu, hosts, tasks)
        for name, (_, _, hosts, tasks) in clients.items()
    }


def tasks(given: Given) -> Found:
    """100 tasks on 200 hosts, and Ansible on fewer: it takes so much longer."""
    with project() as where:
        clients: dict[str, tuple[Client, Path, int, int]] = {
            f"playrun, {order}": (ours, where.play(TASKS, head), HOSTS, TASKS)
            for order, head in _ORDERS.items()
        }
        if ANSIBLE.exists():
            play = where.play(ANSIBLE_TASKS, "")
            clients["ansible-playbook"] = (theirs, play, ANSIBLE_HOSTS, ANSIBLE_TASKS // 4 * 4)
        found = marginals(where, clients, given.runs)
    bars = [
        Bar(f"a host-task, {order}", found[f"playrun, {order}"].milliseconds, most, "ms")
        for order, most in _MOST.items()
    ]
    lines = [*_HEAD, *(cost.row(name) for name, cost in found.items())]
    return Found("The language: tasks that connect to nothing", lines, bars)


def fleet(_: Given) -> Found:
    """10,000 hosts: a host-task must not cost more because there are many. One run each."""
    with project() as where:
        clients: dict[str, tuple[Client, Path, int, int]] = {}
        for order, head in _ORDERS.items():
            small = where.play(FLEET_TASKS, head)
            clients[f"{order}, {HOSTS} hosts"] = (ours, small, HOSTS, FLEET_TASKS)
            clients[f"{order}, {FLEET} hosts"] = (ours, small, FLEET, FLEET_TASKS)
        found = marginals(where, clients, 1)
    bars = []
    for order, most in _MOST.items():
        large = found[f"{order}, {FLEET} hosts"].milliseconds
        bars.append(Bar(f"a host-task of {FLEET:,} hosts, {order}", large, most * 1.5, "ms"))
    lines = [*_HEAD, *(cost.row(name) for name, cost in found.items())]
    return Found(f"The language on {FLEET:,} hosts", lines, bars)


_TEMPLATE = """\
{% for i in range(100) %}
interface Ethernet{{ n }}/{{ loop.index }} for {{ inventory_hostname }} at {{ site }}
{% endfor %}
"""

_JINJA = """
import sys
from pathlib import Path
from jinja2 import Environment, FileSystemLoader
folder, out, hosts = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
settings = {"trim_blocks": True, "keep_trailing_newline": True}
template = Environment(loader=FileSystemLoader(folder), **settings).get_template("t.j2")
if out:
    Path(out).mkdir()
for n in range(hosts):
    name = f"h{n:05}"
    text = template.render(inventory_hostname=name, n=n, site=f"s{n % 20}")
    if out:
        with open(f"{out}/{name}", "w") as file:
            file.write(text)
"""

_PLAYS = {
    "action": "template: {src: t.j2, dest: 'out/{{ inventory_hostname }}'}",
    "rendering": "assert: {that: \"lookup('template', 't.j2') | length > 0\"}",
    "nothing": "assert: {that: \"lookup('vars', 'inventory_hostname') | length > 0\"}",
}
"""`nothing` is what `rendering` is without the template."""


class Templating(NamedTuple):
    """Where templates are rendered, and how files get folders that nobody has used."""

    where: Project
    counter: Iterator[int]

    def bare(self, hosts: int, *, write: bool) -> Cost:
        """Jinja in a loop; what it renders is written with `open` and `write`, or thrown away."""
        folder = self.where.folder
        out = str(folder / f"bare{next(self.counter)}") if write else ""
        return measure([sys.executable, "-c", _JINJA, str(folder), out, str(hosts)])

    def play(self, name: str, hosts: int) -> Cost:
        """One of the plays."""
        folder = self.where.folder
        play, target = folder / f"{name}.yml", folder / "out"
        head = "- hosts: all\n  gather_facts: false\n  tasks:\n"
        play.write_text(f"{head}    - {_PLAYS[name]}\n")
        if target.exists():
            target.rename(folder / f"ours{next(self.counter)}")
        target.mkdir()
        cost = ours(self.where, play, hosts)
        if name == "action":
            _check(folder, target, hosts)
        return cost


def templates(given: Given) -> Found:
    """A template of 100 lines for every host: rendering it, and the file that `template` makes."""
    with project() as where:
        (where.folder / "t.j2").write_text(_TEMPLATE)
        where.hosts(FLEET)
        here = Templating(where, iter(range(10_000)))
        clients: dict[str, Callable[[int], Cost]] = {
            "bare Jinja, rendering": partial(here.bare, write=False),
            "bare Jinja, rendering and writing": partial(here.bare, write=True),
            **{f"playrun, {name}": partial(here.play, name) for name in _PLAYS},
        }
        jobs = {
            f"{name} {hosts}": partial(client, hosts)
            for name, client in clients.items()
            for hosts in (1, FLEET)
        }
        costs = in_turns(jobs, given.runs)
    found = {
        name: Marginal(costs[f"{name} 1"].cpu, costs[f"{name} {FLEET}"].cpu, FLEET, 1)
        for name in clients
    }
    lines = [*_HEAD, *(cost.row(name) for name, cost in found.items())]
    rendering, writing, action, with_it, without = (each.milliseconds for each in found.values())
    what = f"{FLEET:,} hosts × a template of 100 lines"
    bars = [
        Bar(f"{what}, rendering: to bare Jinja", (with_it - without) / rendering, 1.3),
        Bar(f"{what}, `template`: to bare Jinja that writes", action / writing, 1.3),
    ]
    return Found("Templates", lines, bars)


def _check(folder: Path, target: Path, hosts: int) -> None:
    """Both have written the same, or the figures mean nothing."""
    bare = next(folder.glob(f"bare*/h{hosts - 1:05}"))
    if (target / bare.name).read_text() != bare.read_text():
        raise RuntimeError(f"{target / bare.name} is not what bare Jinja makes of the template")


PARTS = {"tasks": tasks, "fleet": fleet, "templates": templates}


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the parts and prints what came of them."""
    asked = parser(__doc__, PARTS).parse_args(arguments)
    measured(asked, PARTS, Given(asked.runs), "language")


if __name__ == "__main__":
    main()
