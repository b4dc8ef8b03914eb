"""Commands, modes and configuration on a simple IOS."""

from __future__ import annotations

from scripted import Bench

VERSION = "Cisco IOS Software, Version 15.9\nR1 uptime is 1 day\n"


def test_a_command_gives_what_was_printed_and_nothing_else(bench: Bench) -> None:
    session = bench.open(bench.script.login().run("show version", VERSION))
    reply = session.command("show version")
    assert reply.text == VERSION
    assert (reply.prompt, reply.command, reply.error) == ("R1#", "show version", None)
    assert (session.prompt, session.mode, session.dirty) == ("R1#", "privileged", False)
    assert bench.finished
