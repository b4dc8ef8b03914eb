"""`setup`: facts of the controller."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence

from runner.actions.api import Base, Call, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.errors import ActionFailed, nearest

_MINIMUM = frozenset("platform pkg_mgr service_mgr distribution python user date_time env".split())
_ALL = _MINIMUM | {"network", "hardware"}
_PART_OF = {
    "interfaces": "network",
    "kernel": "platform",
    "machine": "platform",
    "machine_id": "platform",
    "os_family": "distribution",
}
_EMPTY_HERE = frozenset(
    (
        "virtual ohai facter local lsb selinux ssh_pub_keys system_capabilities apparmor caps "
        "chroot cmdline dns fips mounts devices iscsi loadavg processor hostname"
    ).split()
)
"""Subsets that Ansible knows and that are not there here."""


class Setup(Base):
    """Facts of the controller, where tasks run: a part of what Ansible gathers.

    A device's own facts come from the facts module of its platform.
    """

    parameters: Mapping[str, Parameter] = {
        "filter": Parameter("list", says="Only facts whose names match, as a shell matches."),
        "gather_subset": Parameter(
            "list", default=["all"], says="`min`, `network`, `date_time`, …, `all`; `!` takes out."
        ),
        "gather_timeout": Parameter("number", default=10, says="Accepted; nothing here waits."),
        "fact_path": Parameter("text", says="Accepted; there are no local facts."),
    }

    def run(self, call: Call) -> Outcome:
        """Never changes anything."""
        from runner.actions.machine.facts import facts  # only who gathers pays for it

        args = Arguments(call, self.parameters)
        asked = args.texts("gather_subset")
        found = facts(_subsets(asked), call.environment)
        patterns = [text for text in args.texts("filter") if text]
        if patterns:
            found = {name: value for name, value in found.items() if _matches(name, patterns)}
        else:
            found |= {"gather_subset": asked, "module_setup": True}
        return Outcome(gathered=found)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    bare = name.removeprefix("ansible_")
    return any(fnmatch.fnmatch(name, text) or fnmatch.fnmatch(bare, text) for text in patterns)


def _subsets(asked: Sequence[str]) -> frozenset[str]:
    """What is wanted: the minimum and what is named, without what is taken out.

    A subset that is named by itself stays whatever is taken out.
    """
    _refuse_unknown(asked)
    named = frozenset(_PART_OF.get(text, text) for text in asked)
    out = frozenset(_PART_OF.get(text[1:], text[1:]) for text in asked if text.startswith("!"))
    wanted = (_ALL if "all" in named else _MINIMUM) | named
    if "all" in out:
        out |= _ALL - _MINIMUM
    if "min" in out:
        out |= _MINIMUM
    return (wanted - (out - named)) & _ALL


def _refuse_unknown(asked: Sequence[str]) -> None:
    known = _ALL | _EMPTY_HERE | _PART_OF.keys() | {"all", "min"}
    for text in asked:
        name = text.removeprefix("!")
        if name not in known:
            close = nearest(name, known)
            hint = f"did you mean `{close}`?" if close else f"known are {', '.join(sorted(known))}"
            raise ActionFailed(f"`gather_subset` knows no `{name}`", hint=hint)
