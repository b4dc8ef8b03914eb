from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outputs_factory import Events, screen, spool, tell

from runner.events import Event, Failure
from runner.outputs.console import Console, ConsoleOptions
from runner.outputs.hostfiles import HostFiles
from runner.outputs.summary import JsonSummary
from runner.outputs.tally import Tally

PLAY = "PLAY [Collect] *****************************************************************"
RECAP = "PLAY RECAP *********************************************************************"


def task(name: str) -> str:
    return f"TASK [{name}] {'*' * (72 - len(name))}"


def row(host: str, **counts: int) -> str:
    names = ("ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored")
    numbers = "    ".join(f"{name}={counts.get(name, 0)}" for name in names)
    return f"{host}                         : {numbers}"


def many(count: int = 41) -> list[str]:
    return [f"r{number:02}" for number in range(count)]


def test_a_small_run_reads_like_ansible(tmp_path: Path) -> None:
    e = Events()
    captured = spool(tmp_path, "r1.txt", ("show version", "IOS\n"))
    events: list[Event] = [
        e.run(),
        e.plays("r1", "r2"),
        e.begins("r1"),
        e.does("r1", captured=(captured,)),
        e.does("r1", "look", 1, action="debug", values={"msg": ["a", {"b": 1}], "changed": False}),
        e.does("r2", status="changed"),
        e.does("r2", "look", 1, status="skipped", action="debug"),
        e.leaves("r1"),
        e.leaves("r2"),
        e.play_ends(),
    ]
    e.wait(2)
    events += [e.ends()]
    assert (
        screen(events, HostFiles(tmp_path))
        == f"""
{PLAY}

{task("show version")}
ok: [r1]
changed: [r2]

{task("look")}
ok: [r1] => {{
    "msg": [
        "a",
        {{
            "b": 1
        }}
    ]
}}
skipping: [r2]

{RECAP}
{row("r1", ok=2)}
{row("r2", ok=1, changed=1, skipped=1)}

1 file: {tmp_path}/r1.txt
"""
    )


def test_failures_say_what_where_and_what_to_do() -> None:
    e = Events()
    events = [
        e.run("site.yml", "my book.yml", folder="/p/.playrun/runs/1"),
        e.plays("r1", "r2", "r3"),
        e.begins("r1"),
        e.fails("r1", "out", task="Stop", action="fail", hint="do this", where="site.yml:3:5"),
        e.fails(
            "r2",
            "r2: refused",
            "unreachable",
            task="Stop",
            status="unreachable",
            values={"unreachable": True},
        ),
        e.fails(
            "r3",
            "Assertion failed",
            "assert",
            task="Check",
            at=1,
            action="assert",
            values={"assertion": "x == 1", "evaluated_to": False, "msg": "Assertion failed"},
            ignored=True,
        ),
        e.leaves("r1", "failed"),
        e.leaves("r2", "unreachable"),
        e.leaves("r3"),
        e.ends(),
    ]
    assert (
        screen(events)
        == f"""
{PLAY}

{task("Stop")}
fatal: [r1]: FAILED! => {{"changed": false, "msg": "out"}}
    at site.yml:3:5
    hint: do this
fatal: [r2]: UNREACHABLE! => {{"changed": false, "msg": "r2: refused", "unreachable": true}}

{task("Check")}
fatal: [r3]: FAILED! => {{
    "assertion": "x == 1",
    "changed": false,
    "evaluated_to": false,
    "msg": "Assertion failed"
}}
...ignoring

{RECAP}
{row("r1", failed=1)}
{row("r2", unreachable=1)}
{row("r3", ok=1, ignored=1)}

task failed: 1 host: r1
    r1: out
unreachable: 1 host: r2
    r2: refused

Again, only where it failed:  playrun site.yml 'my book.yml' --limit @failed
Look at one of them:          playrun ping r2 -vvv

Run record: /p/.playrun/runs/1
"""
    )


def test_a_loop_is_shown_item_by_item_and_stays_together() -> None:
    e = Events()
    events = [
        e.plays("r1", "r2"),
        e.item("r1", "1"),
        e.item("r2", "1", "changed"),
        e.item("r1", "2", "failed", failure=Failure("action", "no"), values={"item": 2}),
        e.item("r2", "2", "skipped"),
        e.fails("r1", looped=True),
        e.does("r2", status="changed", looped=True),
    ]
    assert (
        screen(events)
        == f"""
{PLAY}

{task("show version")}
ok: [r1] => (item=1)
failed: [r1] (item=2) => {{"changed": false, "item": 2, "msg": "no"}}
changed: [r2] => (item=1)
skipping: [r2] => (item=2)
"""
    )


def test_an_ignored_loop_says_so_once() -> None:
    e = Events()
    failure = Failure("action", "no")
    events = [
        e.plays("r1"),
        e.item("r1", "1", "failed", failure=failure),
        e.item("r1", "2", "ok"),
        e.fails("r1", looped=True, ignored=True),
        e.leaves("r1"),
    ]
    assert screen(events).endswith("ok: [r1] => (item=2)\n...ignoring\n")


def test_an_item_that_says_it_is_ignored_is_not_said_so_twice() -> None:
    e = Events()
    failed = e.item("r1", "1", "failed", failure=Failure("action", "no"), ignored=True)
    text = screen([e.plays("r1"), failed, e.fails("r1", looped=True, ignored=True)])
    assert text.count("...ignoring") == 1


def test_debug_shows_what_it_was_asked_for_and_no_more() -> None:
    e = Events()
    own = {"changed": False, "failed": False, "ansible_loop_var": "item", "item": 1}
    events = [
        e.plays("r1"),
        e.item("r1", "1", action="debug", values={"msg": "i 1", **own}),
        e.does("r1", action="debug", values={"results": []}, looped=True),
        e.does("r1", "two", 1, action="debug", values={"stdout_lines": ["a"]}),
    ]
    assert (
        screen(events)
        == f"""
{PLAY}

{task("show version")}
ok: [r1] => (item=1) => {{
    "msg": "i 1"
}}

{task("two")}
ok: [r1] => {{
    "stdout_lines": [
        "a"
    ]
}}
"""
    )


def test_failures_hide_what_the_line_says_already() -> None:
    e = Events()
    values = {"failed": True, "unreachable": False, "ignored": True, "rc": 1, "stdout_lines": []}
    text = screen([e.plays("r1"), e.fails("r1", "no", values=values, ignored=True)])
    assert 'FAILED! => {"changed": false, "msg": "no", "rc": 1}\n...ignoring\n' in text


def test_an_empty_loop_is_one_skip() -> None:
    e = Events()
    text = screen([e.plays("r1"), e.does("r1", status="skipped", looped=True)])
    assert text.endswith("\nskipping: [r1]\n")


def test_in_lockstep_a_fast_host_waits_on_screen_for_the_slow_one() -> None:
    e = Events()
    events = [
        e.plays("r1", "r2"),
        e.does("r1", "one", 0),
        e.does("r1", "two", 1),
        e.does("r2", "one", 0),
        e.does("r2", "two", 1),
    ]
    assert screen(events) == (
        f"\n{PLAY}\n\n{task('one')}\nok: [r1]\nok: [r2]\n\n{task('two')}\nok: [r1]\nok: [r2]\n"
    )


def test_in_free_order_a_late_result_names_its_task() -> None:
    e = Events()
    debug = {"action": "debug", "values": {"msg": "hi"}}
    events = [
        e.plays("r1", "r2", "r3", order="free"),
        e.does("r1", "one", 0),
        e.does("r1", "two", 1),
        e.does("r2", "one", 0),
        e.does("r2", "two", 1),
        e.does("r3", "one", 0, **debug),
    ]
    assert (
        screen(events)
        == f"""
{PLAY}

{task("one")}
ok: [r1]

{task("two")}
ok: [r1]
ok: [r2] (task=one)
ok: [r2]

{task("one")}
ok: [r3] => {{
    "msg": "hi"
}}
"""
    )


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


def test_an_unknown_state_is_said_after_the_tasks_failure() -> None:
    e = Events()
    dropped = Failure("lost", "3 lines sent, 2 seen")
    events = [e.plays("r1"), e.fails("r1", "dropped", "lost"), e.leaves("r1", "unknown", dropped)]
    text = screen([*events, e.ends()])
    assert 'fatal: [r1]: UNKNOWN! => {"msg": "3 lines sent, 2 seen"}\n' in text
    assert text.count("fatal:") == 2
    assert "ignored=0    unknown\n" in text


def test_notices_and_empty_plays() -> None:
    e = Events()
    events = [
        e.run(check=True),
        e.plays(),
        e.says("warning", "no such host: x\x1b[2J"),
        e.says("error", "cannot write output/r1.txt", "r1"),
        e.says("error", "cannot write output/core.txt", "r2"),
    ]
    head = "PLAY [Collect] [CHECK MODE] "
    assert (
        screen(events)
        == f"""
{head}{"*" * (80 - len(head))}
skipping: no hosts matched
[WARNING]: no such host: x\\x1b[2J
[ERROR]: cannot write output/r1.txt
[ERROR]: r2: cannot write output/core.txt
"""
    )


def test_a_traceback_is_for_those_who_ask() -> None:
    e = Events()
    defect = Failure("defect", "KeyError: 'x'", detail="Traceback:\n  here\n")
    events = [e.plays("r1"), e.does("r1", status="failed", failure=defect)]
    assert "-vvv shows the traceback" in screen(events)
    assert "Traceback:\n  here\n" in screen(events, verbosity=3)


def test_long_values_of_failures_are_cut_but_not_with_v() -> None:
    e = Events()
    events = [e.plays("r1"), e.fails("r1", values={"stdout": "x" * 2000})]
    assert "x" * 1000 + "… (2,000 characters, -v shows all)" in screen(events)
    assert "x" * 2000 in screen(events, verbosity=1)


def test_no_log_shows_nothing_else() -> None:
    e = Events()
    censored = {"censored": "hidden by no_log"}
    text = screen([e.plays("r1"), e.fails("r1", "pw=hunter2", values=censored)])
    assert '{"censored": "hidden by no_log", "changed": false}' in text
    assert "hunter2" not in text.split("RECAP")[0]


def test_values_with_odd_keys_are_shown() -> None:
    e = Events()
    values = {"msg": {1: "a", "b": {"c"}}}
    assert '"1": "a"' in screen([e.plays("r1"), e.does("r1", action="debug", values=values)])


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


def test_colours_only_when_wanted() -> None:
    e = Events()
    events = [e.plays("r1"), e.does("r1")]
    assert "\x1b" not in screen(events)
    assert "\x1b[32mok: [r1]\x1b[0m\n" in screen(events, colour="always")


def test_a_terminal_without_unicode_gets_escapes() -> None:
    raw = io.BytesIO()
    tally, e = Tally(), Events()
    console = Console(io.TextIOWrapper(raw, "ascii"), ConsoleOptions(), tally)
    tell([tally, console], [e.plays("r1", name="Überblick")])
    assert b"PLAY [\\xdcberblick]" in raw.getvalue()


def test_json_is_one_document() -> None:
    stream, tally, e = io.StringIO(), Tally(), Events()
    tell([tally, JsonSummary(stream, tally)], [e.run(), e.plays("r1"), e.fails("r1"), e.ends()])
    assert json.loads(stream.getvalue())["failures"] == {"action": ["r1"]}


NASTY = st.text(st.characters(exclude_categories=[]), max_size=20)


@given(text=NASTY, host=NASTY, verbosity=st.sampled_from([0, 1, 3]))
def test_nothing_of_a_device_reaches_the_terminal_raw(text: str, host: str, verbosity: int) -> None:
    e = Events()
    values = {"stdout": text, "msg": text, text: [text]}
    failure = Failure(text, text, text, text, text)
    events = [
        e.run(text, folder=text),
        e.plays(host, name=text),
        e.does(host, text, values=values),
        e.does(host, text, action="debug", values=values),
        e.item(host, text, values=values),
        e.fails(host, text, task=text, hint=text, where=text, values=values),
        e.leaves(host, "unknown", failure),
        e.says("error", text, host),
        e.ends(),
    ]
    for quiet in (False, True):
        shown = screen(events, verbosity=verbosity, quiet=quiet)
        assert not {c for c in shown if ord(c) < 32} - {"\n", "\t"}
        assert not set("\x7f\x9b\u202e\u2066\u2028") & set(shown)
        shown.encode("utf-8")


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


def test_a_failure_shows_the_last_lines_of_what_was_printed() -> None:
    e = Events()
    long = "\n".join(f"line {number}" for number in range(1, 21))
    values = {"stdout": [long, "a\nb"], "stderr": long}
    events = [e.run(), e.plays("r1"), e.fails("r1", values=values), e.leaves("r1", "failed")]
    text = screen(events)
    cut = "… (15 lines before, -v shows all)\\nline 16\\nline 17\\nline 18\\nline 19\\nline 20"
    assert f'"stdout": ["{cut}", "a\\nb"]' in text
    assert f'"stderr": "{cut}"' in text
    assert "line 15" not in text
    assert "line 1\\nline 2\\n" in screen(events, verbosity=1)


@pytest.mark.parametrize("nothing", ["", []])
def test_a_failure_of_a_task_whose_device_said_nothing_says_so_by_silence(nothing: object) -> None:
    e = Events()
    events = [e.run(), e.plays("r1"), e.fails("r1", values={"stdout": nothing})]
    assert "stdout" not in screen(events)


def test_a_program_that_printed_nothing_is_shown_as_ansible_shows_it() -> None:
    e = Events()
    events = [e.run(), e.plays("r1"), e.fails("r1", action="shell", values={"stdout": ""})]
    assert '"stdout": ""' in screen(events)
