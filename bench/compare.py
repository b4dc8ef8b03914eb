"""The same job with playrun and its peers, in one run: what a host costs, and the bars.

The job: log in, enable, paging off, two show commands (one a 400-line configuration), one
file per host. The devices are the lab's, in a process of their own that is not counted.

    python bench/compare.py [PART ...] [--runs 3] [--hosts 200] [--workers 32] [--write]

Parts: start, ssh, telnet, delay, memory; all of them if none is named. Figures are medians.
CPU is that of the client's whole process tree; the marginal cost is (n hosts − 1 host) /
(n − 1), so that imports do not count. `--write` puts the tables into bench/README.md.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from fields import CLIENTS, PLAYRUN, Client, Field, field, playrun, script
from measuring import Cost, environment, in_turns, measure
from reporting import Bar, Found, measured, parser

HERE = Path(__file__).parent
PEERS = HERE.parent / ".venv-bench" / "bin" / "python"
OURS = sys.executable

LOOP, THREADS = "paramiko loop, threads", "playrun threads"
NETMIKO, SOCKET = "Netmiko, threads", "socket loop, threads"
SINGLES = 7
"""Runs on one host: they are short, and scatter more."""
DELAY_HOSTS, DELAY_WORKERS, LINE_DELAY = 1000, 200, 0.2
SESSIONS = 300


class Given(NamedTuple):
    """How much to measure."""

    hosts: int
    workers: int
    runs: int


class Pair(NamedTuple):
    """A client's cost for one host and for all of them."""

    one: Cost
    many: Cost
    hosts: int

    @property
    def marginal(self) -> float:
        """CPU milliseconds that one more host costs."""
        return (self.many.cpu - self.one.cpu) / (self.hosts - 1) * 1000


def compared(where: Field, clients: dict[str, tuple[Client, int]], given: Given) -> dict[str, Pair]:
    """Every client on one host and on all of them."""
    for client, _ in clients.values():
        client(where, 1, 1)  # whatever is compiled or cached on first use
    one = {name: partial(client, where, 1, 1) for name, (client, _) in clients.items()}
    many = {
        name: partial(client, where, given.hosts, workers)
        for name, (client, workers) in clients.items()
    }
    singles = in_turns(one, max(given.runs, SINGLES))
    costs = in_turns(many, given.runs)
    return {name: Pair(singles[name], costs[name], given.hosts) for name in clients}


def table(pairs: dict[str, Pair], base: str) -> list[str]:
    """The figures, with the ratio of each marginal cost to that of `base`."""
    hosts = pairs[base].hosts
    lines = [
        "| client | CPU-ms per host | ratio | 1 host: CPU s | 1 host: wall s "
        f"| {hosts} hosts: CPU s | {hosts} hosts: wall s | peak MB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, (one, many, _) in pairs.items():
        cost = pairs[name].marginal
        lines.append(
            f"| {name} | {cost:.2f} | {cost / pairs[base].marginal:.2f} | {one.cpu:.2f} "
            f"| {one.wall:.2f} | {many.cpu:.2f} | {many.wall:.2f} | {many.memory:.0f} |"
        )
    return lines


def ssh(given: Given) -> Found:
    """SSH without delay: playrun's strategies, a bare loop, and the peers that are installed."""
    clients: dict[str, tuple[Client, int]] = {
        LOOP: (script(OURS, "paramiko_loop.py"), given.workers),
        THREADS: (playrun("threads"), given.workers),
        "playrun processes": (playrun("processes"), given.workers),
        "playrun serial": (playrun("serial"), 1),
    }
    if PEERS.exists():
        clients[NETMIKO] = (script(str(PEERS), "netmiko_threads.py"), given.workers)
        clients["Nornir + Netmiko"] = (script(str(PEERS), "nornir_netmiko_job.py"), given.workers)
    with field(given.hosts, "ssh") as where:
        pairs = compared(where, clients, given)
    loop, ours = pairs[LOOP], pairs[THREADS]
    bars = [
        Bar("SSH, CPU per host: threads to a paramiko loop", ours.marginal / loop.marginal, 1.25)
    ]
    if NETMIKO in pairs:
        ratio = ours.marginal / pairs[NETMIKO].marginal
        bars.append(Bar("SSH, CPU per host: threads to Netmiko", ratio, 0.7))
    bars.append(Bar("one host, CPU: to a paramiko script", ours.one.cpu / loop.one.cpu, 1.4))
    bars.append(Bar("one host, wall: to a paramiko script", ours.one.wall / loop.one.wall, 1.4))
    return Found(_titled("SSH", given), table(pairs, LOOP), bars)


def telnet(given: Given) -> Found:
    """Telnet without delay, against a bare socket."""
    clients: dict[str, tuple[Client, int]] = {
        SOCKET: (script(OURS, "socket_loop.py"), given.workers),
        THREADS: (playrun("threads"), given.workers),
    }
    with field(given.hosts, "telnet") as where:
        pairs = compared(where, clients, given)
    loop, ours = pairs[SOCKET], pairs[THREADS]
    bars = [
        Bar("Telnet, CPU per host: to a socket loop", ours.marginal / loop.marginal, 3.0),
        Bar("Telnet, all CPU: to a socket loop", ours.many.cpu / loop.many.cpu, 3.0),
    ]
    return Found(_titled("Telnet", given), table(pairs, SOCKET), bars)


def _titled(what: str, given: Given) -> str:
    return f"{what}: {given.hosts} hosts, {given.workers} workers, no delay"


def delay(given: Given) -> Found:
    """A thousand devices that take their time over every line."""
    clients = {LOOP: script(OURS, "paramiko_loop.py"), THREADS: playrun("threads")}
    with field(DELAY_HOSTS, "ssh", line_delay=LINE_DELAY) as where:
        jobs: dict[str, Callable[[], Cost]] = {
            name: partial(client, where, DELAY_HOSTS, DELAY_WORKERS)
            for name, client in clients.items()
        }
        costs = in_turns(jobs, given.runs)
    lines = ["| client | wall s | CPU-ms per host | peak MB |", "| --- | --- | --- | --- |"]
    for name, cost in costs.items():
        per_host = cost.cpu / DELAY_HOSTS * 1000
        lines.append(f"| {name} | {cost.wall:.1f} | {per_host:.1f} | {cost.memory:.0f} |")
    ratio = costs[THREADS].wall / costs[LOOP].wall
    title = f"SSH: {DELAY_HOSTS} hosts, {DELAY_WORKERS} workers, {LINE_DELAY} s a line"
    return Found(title, lines, [Bar(f"{title}, wall: to a paramiko loop", ratio, 1.25)])


def memory(_: Given) -> Found:
    """What an open session takes, its threads included."""
    lines = ["| sessions open | KB each | after 400 lines |", "| --- | --- | --- |"]
    bars = []
    for protocol in ("ssh", "telnet"):
        with field(SESSIONS + 1, protocol) as where:
            command = [OURS, str(CLIENTS / "open_sessions.py"), str(where.listing(SESSIONS + 1))]
            command += ["1", str(where.fresh()), protocol]
            printed = subprocess.run(
                command, env=environment(), stdout=subprocess.PIPE, text=True, check=True
            ).stdout
        kilobytes, later = map(float, printed.split())
        lines.append(f"| {SESSIONS}, {protocol} | {kilobytes:.0f} | {later:.0f} |")
        bars.append(Bar(f"memory of an open session, {protocol}", kilobytes / 1024, 0.15, "MB"))
    return Found("Memory", lines, bars)


def start(given: Given) -> Found:
    """How long it takes to say nothing."""
    bare = partial(measure, [OURS, "-c", "pass"])
    costs = in_turns(
        {"python -c pass": bare, "playrun --version": partial(measure, [PLAYRUN, "--version"])},
        max(given.runs, 3 * SINGLES),
    )
    lines = ["| command | CPU ms | wall ms |", "| --- | --- | --- |"]
    for name, cost in costs.items():
        lines.append(f"| `{name}` | {cost.cpu * 1000:.0f} | {cost.wall * 1000:.0f} |")
    nothing, version = costs.values()
    return Found("Start", lines, [Bar("--version, wall", version.wall / nothing.wall, 5.0)])


PARTS: dict[str, Callable[[Given], Found]] = {
    "start": start,
    "ssh": ssh,
    "telnet": telnet,
    "delay": delay,
    "memory": memory,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the parts and prints what came of them."""
    options = parser(__doc__, PARTS)
    options.add_argument("--hosts", type=int, default=200)
    options.add_argument("--workers", type=int, default=32)
    asked = options.parse_args(arguments)
    measured(asked, PARTS, Given(asked.hosts, asked.workers, asked.runs), "figures")


if __name__ == "__main__":
    main()
