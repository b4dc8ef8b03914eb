"""Scripts of logins, and whether they lead to a session that works."""

from __future__ import annotations

from scripted import Bench, Script


def telnet(slices: list[int] | None = None) -> Bench:
    return Bench("telnet", slices=slices or [])


def ready(script: Script) -> Script:
    """The set-up lines and one command."""
    return script.set_up().run("show clock", "12:00\n")


def works(bench: Bench, script: Script, **changes: object) -> None:
    """The script leads to a session whose first command works."""
    session = bench.open(ready(script), bench.target(**changes))  # type: ignore[arg-type]
    assert session.command("show clock").text == "12:00\n"
    assert bench.finished


def ask(script: Script, user: str = "Username: ", password: str = "Password: ") -> Script:
    return script.say(user).hear("admin").say("admin\r\n" + password).hear("s3cret!").say("\r\n")
