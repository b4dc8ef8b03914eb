"""What the console says of failures, and what it keeps to itself."""

from __future__ import annotations

import pytest
from console_texts import PLAY, RECAP, row, task
from outputs_factory import Events, screen

from runner.events import Failure


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


def test_failures_hide_what_the_line_says_already() -> None:
    e = Events()
    values = {"failed": True, "unreachable": False, "ignored": True, "rc": 1, "stdout_lines": []}
    text = screen([e.plays("r1"), e.fails("r1", "no", values=values, ignored=True)])
    assert 'FAILED! => {"changed": false, "msg": "no", "rc": 1}\n...ignoring\n' in text


def test_an_unknown_state_is_said_after_the_tasks_failure() -> None:
    e = Events()
    dropped = Failure("lost", "3 lines sent, 2 seen")
    events = [e.plays("r1"), e.fails("r1", "dropped", "lost"), e.leaves("r1", "unknown", dropped)]
    text = screen([*events, e.ends()])
    assert 'fatal: [r1]: UNKNOWN! => {"msg": "3 lines sent, 2 seen"}\n' in text
    assert text.count("fatal:") == 2
    assert "ignored=0    unknown\n" in text


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


def test_values_with_odd_keys_are_shown() -> None:
    e = Events()
    values = {"msg": {1: "a", "b": {"c"}}}
    assert '"1": "a"' in screen([e.plays("r1"), e.does("r1", action="debug", values=values)])


def test_no_log_shows_nothing_else() -> None:
    e = Events()
    censored = {"censored": "hidden by no_log"}
    text = screen([e.plays("r1"), e.fails("r1", "pw=hunter2", values=censored)])
    assert '{"censored": "hidden by no_log", "changed": false}' in text
    assert "hunter2" not in text.split("RECAP")[0]


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
