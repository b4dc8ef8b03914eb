"""What `exec` and `ping` have in common: a play of one task, made from the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from runner.cli.asking import ask_secret
from runner.cli.options import options_from, settings_for
from runner.model import Play, Task
from runner.outputs.api import Output
from runner.outputs.terminal import wants_colour
from runner.values import Origin

_HERE = Origin("the command line", 1, 1)


def run_one_task(
    pattern: str,
    action: str,
    args: Mapping[str, Any],
    given: dict[str, Any],
    output: Callable[[bool], Output],
) -> int:
    """Runs one task on the hosts of `pattern`; an unknown name in it is an error.

    `output` gets whether colours are wanted.
    """
    from runner.run.playbooks import Run

    settings = settings_for(Path(), given)
    run = Run(options_from(given), settings, ask_secret)
    task = Task(action, args, _HERE, written=action, name=action)
    play = Play(pattern, pattern, (task,), _HERE, strategy="free")
    colour = wants_colour(sys.stdout, settings.color)
    more = () if given["as_json"] else (output(colour),)
    return run.adhoc(play, more)
