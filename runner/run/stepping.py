"""`--step`: a person says of every task whether it is to run."""

from __future__ import annotations

from collections.abc import Callable

from runner.errors import LoadError
from runner.events import Position
from runner.run.options import AskPerson


class _Steps:
    """Asks before every task; after `c` (continue) it asks no more, after Ctrl-C none runs."""

    def __init__(self, ask: AskPerson) -> None:
        self._ask = ask
        self._known: bool | None = None
        """The answer to all further questions."""

    def wanted(self, _position: Position, label: str) -> bool:
        """Whether a task is to run."""
        if self._known is not None:
            return self._known
        question = f"Perform task: {label} (N)o/(y)es/(c)ontinue: "
        try:
            answer = self._ask(question, True).strip().lower()
        except KeyboardInterrupt:  # The run has heard of it too, and stops.
            self._known = False
            return False
        if answer in ("c", "continue"):
            self._known = True
        return answer in ("c", "continue", "y", "yes")


def stepping(ask: AskPerson | None) -> Callable[[Position, str], bool]:
    """What asks before every task. Raises LoadError when there is nobody to ask."""
    if ask is None:
        raise LoadError("--step asks about every task, and there is no terminal")
    return _Steps(ask).wanted
