"""`reach`: log in and see that the prompt answers. Behind `playrun ping`; no playbook names it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from runner.actions.api import ANY, Call, Effect, Effects, OneOf, Outcome, Parameter, Place
from runner.platforms.model import Platform


class Reach:
    """Opens a session and types an empty line."""

    parameters: Mapping[str, Parameter] = {}
    one_of: OneOf = ANY
    free_form: str | None = None
    place: Place = "device"
    raw: frozenset[str] = frozenset()

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It reads."""
        return frozenset({Effect.DEVICE_READ})

    def writes(self, call: Call) -> bool:
        """Never."""
        return False

    def run(self, call: Call) -> Outcome:
        """Values: the prompt, the mode, the platform, seconds for the login and for a prompt."""
        began = time.monotonic()
        session = call.session()
        login = time.monotonic() - began
        return Outcome(
            values={
                "prompt": session.prompt,
                "mode": session.mode,
                "platform": session.platform.name,
                "login_seconds": round(login, 3),
                "prompt_seconds": round(session.ping(), 3),
            }
        )
