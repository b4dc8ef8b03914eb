"""`ping`: do tasks run on the controller?"""

from __future__ import annotations

from collections.abc import Mapping

from runner.actions.api import Base, Call, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.errors import ActionFailed


class Ping(Base):
    """Answers `pong`: that tasks run on the controller. It reaches for no device."""

    parameters: Mapping[str, Parameter] = {
        "data": Parameter("text", default="pong", says="What to answer; `crash` fails."),
    }

    def run(self, call: Call) -> Outcome:
        """Never changes anything."""
        answer = Arguments(call, self.parameters).text("data")
        if answer == "crash":
            raise ActionFailed("boom: `data: crash` asked for it")
        return Outcome(values={"ping": answer})
