"""Makes a `Call`, so that an action can be run without a playbook around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from runner.actions.api import Call, Paths
from runner.templating import Templar
from runner.values import Masks


def a_call(
    folder: Path,
    action: str,
    *,
    written: Sequence[str] = (),
    cancelled: Callable[[], bool] = lambda: False,
    **args: Any,
) -> Call:
    """A call of `action` on the controller, everything relative to `folder`."""
    templar = Templar(searchpath=[folder], masks=Masks())
    return Call(
        host="h1",
        action=action,
        args=args,
        variables=templar.variables({}),
        templar=templar,
        paths=Paths(folder, folder, folder / "output"),
        check=False,
        registers=False,
        max_register=1_000_000,
        session=_nothing,
        platform=_nothing,
        note=lambda record: None,
        capture=lambda command: None,
        cancelled=cancelled,
        written=lambda name: written,
    )


def _nothing() -> Any:
    raise AssertionError("no device is needed")
