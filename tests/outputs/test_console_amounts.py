"""How much the console shows: of many hosts, of little to say, with -v and -q."""

from __future__ import annotations

from pathlib import Path

from console_texts import PLAY, RECAP, many, task
from outputs_factory import Events, screen, spool

from runner.events import Event, Failure


def test_beyond_forty_hosts_only_failures_debug_and_progress() -> None:
    e = Events()
    hosts = many()
    events: list[Event] = [e.run(), e.plays(*hosts)]
    for host in hosts:
        e.wait(0.25)
        events.append(e.begins(host))
    for host in hosts:
        e.wait(0.25)
        if host == "r07":
            events += [e.fails(host, "no such command", "command"), e.leaves(host, "failed")]
        elif host == "r08":
            values = {"msg": "hello"}
            events += [e.does(host, "look", 1, action="debug", values=values), e.leaves(host)]
        else:
            events += [e.fails(host, ignored=True), e.does(host), e.leaves(host)]
    events.append(e.ends())
    assert (
        screen(events)
        == f"""
{PLAY}
0 of 41 hosts done, 20 running, slowest r00 (4 s), 5 s so far
0 of 41 hosts done, 41 running, slowest r00 (10 s), 10 s so far

{task("show version")}
fatal: [r07]: FAILED! => {{"changed": false, "msg": "no such command"}}

{task("look")}
ok: [r08] => {{
    "msg": "hello"
}}
28 of 41 hosts done, 1 failed, 13 running, slowest r28 (10 s), 17 s so far

{RECAP}
41 hosts: 40 ok, 1 failed

command refused by the device: 1 host: r07
    r07: no such command

Again, only where it failed:  playrun site.yml --limit @failed

Took 20 s, slowest host r40 (10 s)
"""
    )


def test_a_thousand_failures_do_not_fill_the_screen() -> None:
    e = Events()
    hosts = many(1000)
    events: list[Event] = [e.run(), e.plays(*hosts)]
    for host in hosts:
        events += [
            e.fails(host, f"{host}: refused", "unreachable", status="unreachable"),
            e.leaves(host, "unreachable"),
        ]
    text = screen([*events, e.ends()])
    assert text.count("fatal:") == 40
    assert text.count("more failures: from here on they are only counted") == 1
    assert "unreachable: 1,000 hosts: r00, r01, r02, r03, r04 and 995 more" in text
    assert "1,000 hosts: 1,000 unreachable" in text


def test_verbose_shows_each_host_and_what_commands_printed(tmp_path: Path) -> None:
    e = Events()
    captured = spool(tmp_path, "r.txt", ("show version", "IOS\x07\n"), ("show clock", "12\n"))
    values = {"stdout": ["IOS\x07", "12"], "stdout_lines": [["IOS\x07"], ["12"]], "changed": False}
    hosts = many()
    events = [
        e.run(),
        e.plays(*hosts),
        e.does("r00", values=values, captured=(captured,)),
        e.does("r01", values={"stdout": "one\ntwo"}),
        e.does("r02", "fact", 1, action="set_fact", values={"ansible_facts": {"a": 1}}),
        e.ends(),
    ]
    text = screen(events, verbosity=1)
    assert (
        f"""
{task("show version")}
ok: [r00]
    r1#show version
    IOS\\x07
    r1#show clock
    12
ok: [r01]
    one
    two

{task("fact")}
ok: [r02] => {{"ansible_facts": {{"a": 1}}}}
"""
        in text
    )
    assert text.count(" : ok=") == 41
    assert "41 hosts: " in text


def test_quiet_says_nothing_when_all_is_well() -> None:
    e = Events()
    events = [
        e.run(),
        e.plays("r1"),
        e.begins("r1"),
        e.says("info", "for your information"),
        e.does("r1", action="debug", values={"msg": "x"}),
        e.leaves("r1"),
        e.ends(),
    ]
    assert screen(events, quiet=True) == ""


def test_quiet_says_what_went_wrong() -> None:
    e = Events()
    events = [
        e.run(),
        e.plays("r1", "r2"),
        e.says("warning", "odd"),
        e.fails("r1", "no"),
        e.leaves("r1", "failed"),
        e.leaves("r2", "lost", Failure("worker", "its worker died")),
        e.ends(),
    ]
    assert (
        screen(events, quiet=True)
        == """\
[WARNING]: odd
fatal: [r1] (task=show version): FAILED! => {"changed": false, "msg": "no"}
fatal: [r2]: LOST! => {"msg": "its worker died"}

task failed: 1 host: r1
    r1: no
worker: 1 host: r2
    r2: its worker died

Again, only where it failed:  playrun site.yml --limit @failed
"""
    )


def test_progress_of_few_hosts_comes_only_after_silence() -> None:
    e = Events()
    events: list[Event] = [e.run(), e.plays("r1", "r2", "r3"), e.begins("r1"), e.begins("r2")]
    e.wait(4)
    events.append(e.does("r1"))
    e.wait(4)
    events.append(e.begins("r3"))
    e.wait(4)
    events.append(e.begins("r3", at=1))
    text = screen(events)
    assert text.count(" so far") == 1
    assert text.endswith("0 of 3 hosts done, 3 running, slowest r1 (12 s), 12 s so far\n")


def test_check_mode_says_what_was_not_sent_and_how_much() -> None:
    e = Events()
    part = {"stdout": ["IOS"], "unsent": ["reload"]}
    events = [
        e.run(check=True),
        e.plays("r1", "r2"),
        e.does("r1", values=part),
        e.does("r2", status="skipped", values={"unsent": ["clear\x1b counters", "reload"]}),
        e.does("r1", "all", 1, looped=True, values={"results": []}),
        e.item("r2", "a", "skipped", values={"unsent": ["x"]}, position=(1,), task="all"),
        e.does("r2", "all", 1, status="skipped", looped=True, values={"unsent": ["x"]}),
        e.does("r1", "told", 2, action="debug", values={"unsent": ["not ours"]}),
        e.ends(),
    ]
    text = screen(events, verbosity=1)
    assert "ok: [r1]\n    IOS\n    reload: not sent (check)\n" in text
    assert "skipping: [r2]\n    clear\\x1b counters: not sent (check)\n    reload: not sent" in text
    assert "\nCheck mode: 4 lines for 2 hosts not sent (-v shows them)\n" in text
    assert "not sent (check)" not in screen(events)
    assert "Check mode: 4 lines" in screen(events)
