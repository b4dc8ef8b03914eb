"""`reach`: log in and see that the prompt answers. Behind `playrun ping`; no playbook names it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from runner.actions.api import Base, Call, Effect, Effects, Outcome, Parameter, Place
from runner.platforms.model import Platform


class Reach(Base):
    """Opens a session and types an empty line."""

    parameters: Mapping[str, Parameter] = {}
    place: Place = "device"

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It reads."""
        return frozenset({Effect.DEVICE_READ})

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
