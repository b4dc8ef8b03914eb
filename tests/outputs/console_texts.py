"""Lines that screens of the console begin and end with."""

from __future__ import annotations

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
