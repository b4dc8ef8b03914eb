"""`--step`: a person says of every task whether it is to run."""

from __future__ import annotations

from collections.abc import Callable

from runner.errors import LoadError
from runner.events import Position
from runner.run.options import AskPerson


def stepping(ask: AskPerson | None) -> Callable[[Position, str], bool]:
    """What asks before every task; after `c` (continue) it asks no more.

    Raises LoadError when there is nobody to ask.
    """
    if ask is None:
        raise LoadError("--step asks about every task, and there is no terminal")
    person = ask
    asking = True

    def wanted(_position: Position, label: str) -> bool:
        nonlocal asking
        if not asking:
            return True
        answer = person(f"Perform task: {label} (N)o/(y)es/(c)ontinue: ", True).strip().lower()
        asking = answer not in ("c", "continue")
        return not asking or answer in ("y", "yes")

    return wanted
