"""`wait_for_connection`: until a device can be logged in to again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from runner.actions.api import Base, Call, Effect, Effects, Outcome, Parameter, Place
from runner.actions.arguments.reading import Arguments
from runner.actions.resting import rest
from runner.errors import (
    ActionFailed,
    AuthenticationFailed,
    ConnectionFailed,
    HostKeyMismatch,
    NegotiationFailed,
    NotTried,
)
from runner.platforms.model import Platform

_FINAL = (AuthenticationFailed, HostKeyMismatch, NegotiationFailed, NotTried)
"""What does not get better by trying again, or must not be tried again."""


class WaitForConnection(Base):
    """Logs in again and again until it works and the prompt answers."""

    parameters: Mapping[str, Parameter] = {
        "delay": Parameter("number", default=0, says="Seconds before the first try."),
        "sleep": Parameter("number", default=1, says="Seconds between two tries."),
        "timeout": Parameter("number", default=600, says="Seconds to wait at most."),
        "connect_timeout": Parameter(
            "number", default=5, says="Accepted; the connection's own timeouts count."
        ),
    }
    place: Place = "device"

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It reads."""
        return frozenset({Effect.DEVICE_READ})

    def run(self, call: Call) -> Outcome:
        """Fails when the time is over first; a refused password fails at once."""
        args = Arguments(call, self.parameters)
        begun = time.monotonic()
        rest(call, args.seconds("delay"))
        end = begun + args.seconds("timeout")
        while True:
            error = _tried(call)
            elapsed = time.monotonic() - begun
            if error is None:
                return Outcome(values={"elapsed": int(elapsed)})
            if time.monotonic() + args.seconds("sleep") >= end:
                message = f"no connection within {args.seconds('timeout'):g} s: {error.message}"
                values = {"elapsed": int(elapsed), "msg": message}
                return Outcome(values=values, failure=ActionFailed(message, hint=error.hint))
            rest(call, args.seconds("sleep"))


def _tried(call: Call) -> ConnectionFailed | None:
    """Why it did not work; None: it did. Raises a ConnectionFailed that is final."""
    try:
        call.session().ping()
    except _FINAL:
        raise
    except ConnectionFailed as error:
        return error
    return None
