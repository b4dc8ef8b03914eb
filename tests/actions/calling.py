"""Makes a `Call`, so that an action can be run without a playbook around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.actions import ACTIONS
from runner.actions.api import Call, Paths
from runner.templating import Templar
from runner.values import EMPTY, Masks


def a_call(
    folder: Path,
    action: str,
    *,
    written: Sequence[str] = (),
    cancelled: Callable[[], bool] = lambda: False,
    stopping: Callable[[], bool] = lambda: False,
    variables: Mapping[str, Any] = EMPTY,
    check: bool = False,
    diff: bool = False,
    registers: bool = False,
    environment: Mapping[str, str] = EMPTY,
    args: Mapping[str, Any] = EMPTY,
    load_variables: Callable[[Path], Mapping[str, Any]] | None = None,
    **more: Any,
) -> Call:
    """A call of `action` on the controller, everything relative to `folder`.

    Arguments come by name, or in `args` where their names are taken.
    """
    templar = Templar(searchpath=[folder], masks=Masks())
    values = templar.variables(variables)
    given = {**args, **more}
    kept = {name: given[name] for name in ACTIONS[action].raw if name in given}
    rendered = {name: value for name, value in given.items() if name not in kept}
    return Call(
        host="h1",
        action=action,
        args={**templar.render(rendered, values), **kept},
        variables=values,
        templar=templar,
        paths=Paths(folder, folder, folder / "output"),
        check=check,
        registers=registers,
        max_register=1_000_000,
        session=_nothing,
        platform=_nothing,
        note=lambda record: None,
        capture=lambda command: None,
        cancelled=cancelled,
        stopping=stopping,
        written=lambda name: written,
        environment=environment,
        diff=diff,
        load_variables=load_variables,
    )


def _nothing() -> Any:
    raise AssertionError("no device is needed")
