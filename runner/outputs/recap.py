"""The end of a run on screen: who stands how, what failed and why, what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from runner.outputs.lines import Line, Style
from runner.outputs.tally import HostTally, PlayTally, Tally
from runner.outputs.terminal import one_line, shown_path

PER_HOST = 40
"""Up to so many hosts are shown one by one."""
_NAMED = 5

_CONNECTION = {
    "authentication",
    "connection",
    "host_key",
    "lost",
    "negotiation",
    "not_tried",
    "timeout",
    "unreachable",
}
_TITLES = {
    "action": "task failed",
    "assert": "assertion failed",
    "authentication": "login refused",
    "command": "command refused by the device",
    "fatal": "taken along, as any error is fatal",
    "host_key": "host key not trusted",
    "interrupted": "cut off by the end of the run",
    "load": "file or role not read",
    "lost": "connection lost",
    "max_fail": "stopped, since too many hosts failed",
    "negotiation": "no common SSH algorithm",
    "not_tried": "not tried, since the credential failed elsewhere",
    "output": "file not written",
    "question": "asked a question without a declared answer",
    "render": "template failed",
    "run_once": "taken along by a task that runs once",
    "timeout": "no prompt in time",
    "unreachable": "unreachable",
}


def banner(text: str, width: int = 80) -> str:
    """`PLAY [x] ****` as wide as Ansible makes it."""
    stars = max(3, width - 1 - len(text))
    return f"{text} {'*' * stars}"


def recap(tally: Tally, verbosity: int, width: int) -> list[Line]:
    """Everything that is said at the end of a run."""
    lines = [Line(""), Line(banner("PLAY RECAP", width))]
    if len(tally.hosts) <= PER_HOST or verbosity:
        lines += [_host_line(host, tally.hosts[host]) for host in sorted(tally.hosts)]
    if len(tally.hosts) > PER_HOST:
        lines.append(_count_line(tally))
    lines += _custom_stats(tally, width)
    return [*lines, *_unsent(tally), *failures(tally), *_whereabouts(tally)]


def _custom_stats(tally: Tally, width: int) -> Iterator[Line]:
    """What `set_stats` tasks counted."""
    if tally.stats:
        yield Line("")
        yield Line(banner("CUSTOM STATS:", width))
        yield from tally.stats.lines()


def _unsent(tally: Tally) -> Iterator[Line]:
    """What check mode kept back."""
    counts = [host.unsent for host in tally.hosts.values() if host.unsent]
    if counts:
        lines = "1 line" if sum(counts) == 1 else f"{sum(counts):,} lines"
        hosts = "1 host" if len(counts) == 1 else f"{len(counts):,} hosts"
        yield Line("")
        yield Line(f"Check mode: {lines} for {hosts} not sent (-v shows them)", "skipped")


def failures(tally: Tally) -> list[Line]:
    """Failures by class with a few names each, and the commands to type next."""
    groups = tally.failures()
    if not groups:
        return []
    lines = [Line("")]
    for kind, hosts in groups.items():
        lines += _group(kind, hosts)
    return [*lines, Line(""), *_next(tally, groups)]


def duration(seconds: float) -> str:
    """`8 s`, `1:05`, `2:00:01`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _precise(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else duration(seconds)


def names(hosts: Sequence[str]) -> str:
    """The first five, and how many more."""
    more = len(hosts) - _NAMED
    shown = ", ".join(one_line(host) for host in hosts[:_NAMED])
    return f"{shown} and {more:,} more" if more > 0 else shown


def _host_line(host: str, tally: HostTally) -> Line:
    numbers = " ".join(f"{name}={count:<4}" for name, count in tally.counts().items())
    status = "" if tally.status in ("ok", "failed", "unreachable") else _word(tally.status)
    text = f"{one_line(host):<26} : {numbers} {status}".rstrip()
    return Line(text, _style(tally))


def _style(tally: HostTally) -> Style:
    if tally.well:
        return "changed" if tally.changed else "ok"
    return "failed" if tally.status == "failed" else "unreachable"


def _count_line(tally: Tally) -> Line:
    parts = [f"{count:,} {_word(status)}" for status, count in tally.statuses().items()]
    worst: Style = "ok" if not tally.unwell_count else "failed"
    return Line(f"{len(tally.hosts):,} hosts: {', '.join(parts)}", worst)


def _word(status: str) -> str:
    return status.replace("_", " ")


def _group(kind: str, hosts: Sequence[tuple[str, HostTally]]) -> Iterator[Line]:
    title = _TITLES.get(kind, _word(kind))
    count = "1 host" if len(hosts) == 1 else f"{len(hosts):,} hosts"
    yield Line(f"{title}: {count}: {names([host for host, _ in hosts])}", "failed")
    host, first = hosts[0]
    if first.failure is not None:
        told = one_line(first.failure.message)
        lead = told if host in told else f"{one_line(host)}: {told}"
        yield Line(f"    {lead}")


def _next(tally: Tally, groups: dict[str, list[tuple[str, HostTally]]]) -> Iterator[Line]:
    playbooks = tally.started.playbooks if tally.started else ()
    flags = _typed(tally.started.flags if tally.started else ())
    if playbooks and tally.started:
        words = f"{_typed(playbooks)}{_typed(tally.started.typed)}"
        yield Line(f"Again, only where it failed:  playrun{words} --limit @failed")
    for kind, hosts in groups.items():
        if kind in _CONNECTION:
            name = shlex.quote(one_line(hosts[0][0]))
            yield Line(f"Look at one of them:          playrun ping {name}{flags} -vvv")
            return


def _typed(words: Sequence[str]) -> str:
    """Words as they are typed in a shell, each after a blank."""
    return "".join(f" {shlex.quote(one_line(word))}" for word in words)


def _plays(plays: Sequence[PlayTally]) -> Iterator[Line]:
    """One line a play, so that strategies can be compared on one's own fleet."""
    width = max(len(one_line(play.name)) for play in plays)
    for play in plays:
        hosts = "1 host" if play.hosts == 1 else f"{play.hosts:,} hosts"
        name = one_line(play.name).ljust(width)
        yield Line(f"{name}  {_precise(play.seconds):>7}  {hosts}, {play.who}")
    yield Line("")


def _whereabouts(tally: Tally) -> Iterator[Line]:
    slowest = tally.slowest()
    yield Line("")
    if len(tally.plays) > 1:
        yield from _plays(tally.plays)
    for report in tally.reports.values():
        for line in report.lines:
            yield Line(one_line(line))
    if tally.started is not None and tally.started.folder is not None:
        yield Line(f"Run record: {shown_path(tally.started.folder)}")
    if slowest is not None:
        yield Line(
            f"Took {_precise(tally.elapsed)}, "
            f"slowest host {one_line(slowest[0])} ({_precise(slowest[1])})"
        )
