"""`<os>_facts`: what a device is, as `ansible_net_*` variables."""

from __future__ import annotations

import platform as python
from collections.abc import Mapping, Sequence
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


_NOTHING: Mapping[str, Any] = {
    "ansible_net_gather_subset": [],
    "ansible_net_gather_network_resources": [],
    "ansible_network_resources": {},
}


def _no_resources(written: Any) -> str | None:
    """What is wrong with a list of resources; templates are told when they are rendered."""
    for name in _listed(written):
        if not str(name).startswith("!") and "{{" not in str(name):
            return f"wants `{name}`: playrun has no resource models (`gather_subset: config`)"
    return None


class Facts(Base):
    """Asks a device what it is and keeps the answers as facts of the host.

    `gather_subset` is a list of `default`, `hardware`, `interfaces`, `config` and what else the
    platform has, of `all` and `min`; `!` before one takes it out.
    """

    parameters: Mapping[str, Parameter] = {
        "gather_subset": Parameter("list", default=("min",), says="What to ask for."),
        "gather_network_resources": Parameter(
            "list", says="Refused: playrun has no such models.", wrong=_no_resources
        ),
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
        if not wanted:
            return Outcome(gathered=_NOTHING)
        asked = _Asked(call.session())
        facts = gathered_by(system, wanted, asked)
        about = {
            "system": system.name,
            "api": "cliconf",
            "python_version": python.python_version(),
            "gather_subset": wanted,
            "gather_network_resources": [],
            **facts,
        }
        gathered = {f"ansible_net_{name}": value for name, value in about.items()}
        missing = asked.missing_config() if "config" in wanted and "config" not in facts else []
        return Outcome(
            values={"warnings": missing} if missing else {},
            gathered={**gathered, "ansible_network_resources": {}},
        )


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


class _Asked:
    """What commands print; each is typed once.

    A command that the device refuses gives nothing: not every model has them all.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._answers: dict[str, str] = {}
        self._refused: dict[str, str] = {}

    def __call__(self, command: str) -> str:
        if command not in self._answers:
            self._answers[command] = self._typed(command)
        return self._answers[command]

    def _typed(self, command: str) -> str:
        try:
            reply = self._session.command(command)
        except CommandFailed as error:
            if self._session.dirty:
                raise
            self._refused[command] = error.message
            return ""
        if reply.error is not None:
            self._refused[command] = reply.error
            return ""
        return reply.text or ""

    def missing_config(self) -> list[str]:
        """Why there is no configuration, as warnings."""
        platform = self._session.platform
        below = platform.privileged_mode is not None and self._session.mode == platform.exec_mode
        hint = "; `become: true` would ask for it in the privileged mode" if below else ""
        return [
            f"ansible_net_config is not there: the device refused `{command}` ({said}){hint}"
            for command, said in self._refused.items()
            if command.startswith("show ") and "config" in command
        ]


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
    """The subsets that the words of `gather_subset` mean; `default` comes with any other."""
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
    kept = (taken or set(every)) - left_out
    return [name for name in every if name in kept or (kept and name == "default")]


def _subset(word: str, system: System) -> str:
    if word in system.subsets:
        return word
    close = nearest(word, [*system.subsets, "all", "min"])
    known = ", ".join([*system.subsets, "all", "min"])
    raise ActionFailed(
        f"`gather_subset` has no `{word}` for {system.name}",
        hint=f"did you mean `{close}`?" if close else f"it takes {known}",
    )
