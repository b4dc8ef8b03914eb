"""`<os>_facts`: what a device is, as `ansible_net_*` variables."""

from __future__ import annotations

import platform as python
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runner.actions.api import (
    PROVIDER_ARGUMENTS,
    Base,
    Call,
    Effect,
    Effects,
    Outcome,
    Parameter,
    Place,
)
from runner.actions.facts.eos import EOS
from runner.actions.facts.frr import FRR
from runner.actions.facts.ios import IOS
from runner.actions.facts.iosxr import IOSXR
from runner.actions.facts.junos import JUNOS
from runner.actions.facts.nxos import NXOS
from runner.actions.facts.parsing import Ask, System, tame
from runner.actions.facts.vyos import VYOS
from runner.connections.api import Session
from runner.errors import ActionFailed, CommandFailed, nearest
from runner.platforms.model import Platform

SYSTEMS: Mapping[str, System] = {
    "arista_eos": EOS,
    "cisco_ios": IOS,
    "cisco_iosxr": IOSXR,
    "cisco_nxos": NXOS,
    "frr": FRR,
    "juniper_junos": JUNOS,
    "vyos": VYOS,
}
"""By platform. To add one, write a file of parsers and one line here."""


class Facts(Base):
    """Asks a device what it is and keeps the answers as facts of the host.

    `gather_subset` is a list of `default`, `hardware`, `interfaces`, `config` and what else the
    platform has, of `all` and `min`; `!` before one takes it out.
    """

    parameters: Mapping[str, Parameter] = {
        "gather_subset": Parameter("list", default=("min",), says="What to ask for."),
        "gather_network_resources": Parameter("list", says="Refused: playrun has no such models."),
        "available_network_resources": Parameter("flag", old=True),
        "config_format": Parameter("text", choices=("text",), old=True),
        **PROVIDER_ARGUMENTS,
    }
    place: Place = "device"

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It reads."""
        return frozenset({Effect.DEVICE_READ})

    def run(self, call: Call) -> Outcome:
        """The facts, as `ansible_net_<name>`. Raises what the session raises."""
        system = _system(call)
        _refuse_resources(call.args.get("gather_network_resources"))
        wanted = chosen(_listed(call.args.get("gather_subset") or "min"), system)
        session = call.session()
        facts = gathered_by(system, wanted, _asking(session))
        about = {
            "system": system.name,
            "api": "cliconf",
            "python_version": python.python_version(),
            "gather_subset": wanted,
            "gather_network_resources": [],
            **facts,
        }
        gathered = {f"ansible_net_{name}": value for name, value in about.items()}
        return Outcome(gathered={**gathered, "ansible_network_resources": {}})


def gathered_by(system: System, wanted: Sequence[str], ask: Ask) -> dict[str, Any]:
    """The facts of some subsets. Raises what `ask` raises."""
    facts: dict[str, Any] = {}
    for name in wanted:
        # A configuration is kept as it is; all else is read for what stands in it.
        asking = ask if name == "config" else lambda command: tame(ask(command))
        # What `default` says stands; `legacy` has other ideas of some names.
        facts = {**system.subsets[name](asking), **facts}
    return facts


def _system(call: Call) -> System:
    platform = call.platform()
    system = SYSTEMS.get(platform.name)
    if system is None:
        raise ActionFailed(
            f"no facts are known of platform {platform.name}",
            hint=f"there are some of {', '.join(sorted(SYSTEMS))}; "
            "`cli` and `register` collect from any",
        )
    return system


def _asking(session: Session) -> Callable[[str], str]:
    """What commands print; each is typed once."""
    answers: dict[str, str] = {}

    def ask(command: str) -> str:
        if command not in answers:
            answers[command] = _typed(session, command)
        return answers[command]

    return ask


def _typed(session: Session, command: str) -> str:
    """Nothing for a command that the device refuses: not every model has them all."""
    try:
        reply = session.command(command)
    except CommandFailed:
        if session.dirty:
            raise
        return ""
    return "" if reply.error is not None else reply.text or ""


def _refuse_resources(written: Any) -> None:
    wanted = [name for name in _listed(written) if not str(name).startswith("!")]
    if wanted:
        raise ActionFailed(
            f"`gather_network_resources: {', '.join(map(str, wanted))}` is not there: playrun "
            "has no resource models",
            hint="collect the configuration with `gather_subset: config`, or a command with `cli`",
        )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return list(value) if isinstance(value, (list, tuple)) else [value]


def chosen(words: Sequence[Any], system: System) -> list[str]:
    """The subsets that the words of `gather_subset` mean; `default` is always among them."""
    every = list(system.subsets)
    taken: set[str] = set()
    left_out: set[str] = set()
    for written in words:
        word = str(written)
        names = {"all": set(every), "min": {"default"}}.get(word.lstrip("!"))
        if names is None:
            names = {_subset(word.lstrip("!"), system)}
        if not word.startswith("!"):
            taken |= names
        elif word == "!all":
            left_out |= set(every) - {"default"}
        else:
            left_out |= names
    kept = (taken or set(every)) - left_out | {"default"}
    return [name for name in every if name in kept]


def _subset(word: str, system: System) -> str:
    if word in system.subsets:
        return word
    close = nearest(word, [*system.subsets, "all", "min"])
    known = ", ".join([*system.subsets, "all", "min"])
    raise ActionFailed(
        f"`gather_subset` has no `{word}` for {system.name}",
        hint=f"did you mean `{close}`?" if close else f"it takes {known}",
    )
