"""What the console shows of a run, as Ansible would."""

from __future__ import annotations

import io
import json
from pathlib import Path

from console_texts import PLAY, RECAP, row, task
from hypothesis import given
from hypothesis import strategies as st
from outputs_factory import Events, screen, spool, tell

from runner.events import Event, Failure
from runner.outputs.console import Console, ConsoleOptions
from runner.outputs.hostfiles import HostFiles
from runner.outputs.summary import JsonSummary
from runner.outputs.tally import Tally


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
