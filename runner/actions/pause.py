"""`pause`: all wait, for a time or for somebody to press enter."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime

from runner.actions.api import Base, Call, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.resting import rest
from runner.errors import ActionFailed

_NO_TIME = "Press enter to continue, Ctrl+C to interrupt"


class Pause(Base):
    """Waits `seconds` or `minutes`, or until somebody answers; once for all hosts of a batch.

    Where nobody is at the terminal an answer is not waited for.
    """

    parameters: Mapping[str, Parameter] = {
        "seconds": Parameter("number", says="How long."),
        "minutes": Parameter("number", says="How long."),
        "prompt": Parameter(
            "text", says="What to ask, or to say where there is a time; the answer is `user_input`."
        ),
        "echo": Parameter("flag", default=True, says="Whether what is typed is shown."),
    }
    once = True

    def run(self, call: Call) -> Outcome:
        """Never changes anything."""
        args = Arguments(call, self.parameters)
        if args.has("minutes") and args.has("seconds"):
            raise ActionFailed("`pause` takes `minutes` or `seconds`, not both")
        unit = "seconds" if args.has("seconds") else "minutes"
        begun, start = time.monotonic(), str(datetime.now())
        answer = _waited(call, args)
        passed = time.monotonic() - begun
        shown = passed if unit == "seconds" else passed / 60
        values = {
            "rc": 0,
            "stderr": "",
            "stdout": f"Paused for {round(shown, 2)} {unit}",
            "start": start,
            "stop": str(datetime.now()),
            "delta": int(passed),
            "echo": args.flag("echo"),
            "user_input": answer,
        }
        return Outcome(values=values)


def _waited(call: Call, args: Arguments) -> str:
    """What was answered; "" where there was a time to wait, or nobody to ask."""
    if args.has("seconds") or args.has("minutes"):
        seconds = max(1, int(args.seconds("minutes")) * 60 or int(args.seconds("seconds")))
        prompt = f": {args.text('prompt')}" if args.has("prompt") else ""
        call.say(f"pausing for {seconds} {'second' if seconds == 1 else 'seconds'}{prompt}")
        rest(call, seconds)
        return ""
    if call.ask is None:
        return ""
    hidden = "" if args.flag("echo") else " (output is hidden)"
    try:
        prompt = f"{args.text('prompt') or _NO_TIME}{hidden}:"
        answer = call.ask(prompt, args.flag("echo"), call.stopping)
    except KeyboardInterrupt:
        raise ActionFailed("the run was interrupted while it asked") from None
    if hidden:
        call.hide(answer)
    return answer
