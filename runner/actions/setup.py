"""`setup`: facts of the controller."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence

from runner.actions.api import Base, Call, Outcome, Parameter
from runner.actions.reading import Arguments
from runner.errors import ActionFailed, nearest

_SUBSETS = frozenset({"min", "network", "hardware"})
_EMPTY_HERE = frozenset(
    (
        "virtual ohai facter distribution platform env date_time python user pkg_mgr "
        "service_mgr local lsb selinux ssh_pub_keys system_capabilities apparmor caps chroot "
        "cmdline dns fips interfaces mounts devices iscsi loadavg processor kernel hostname "
        "machine machine_id os_family"
    ).split()
)
"""Subsets that Ansible knows and that are not apart here, or not there."""


_IN_THE_MINIMUM = frozenset(
    "env date_time python user pkg_mgr distribution platform hostname machine os_family".split()
)
"""Of those: parts of what is gathered as the minimum. Who asks for one gets all of it."""


class Setup(Base):
    """Facts of the controller, where tasks run: a part of what Ansible gathers.

    A device's own facts come from the facts module of its platform.
    """

    parameters: Mapping[str, Parameter] = {
        "filter": Parameter("list", says="Only facts whose names match, as a shell matches."),
        "gather_subset": Parameter(
            "list", default=["all"], says="`min`, `network`, `hardware`, `all`; `!` takes out."
        ),
        "gather_timeout": Parameter("number", default=10, says="Accepted; nothing here waits."),
        "fact_path": Parameter("text", says="Accepted; there are no local facts."),
    }

    def run(self, call: Call) -> Outcome:
        """Never changes anything."""
        from runner.actions.machine import facts  # only who gathers pays for it

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
    """What is wanted: the minimum unless it is taken out, all if nothing is named."""
    _refuse_unknown(asked)
    wanted = {text for text in asked if not text.startswith("!")}
    unwanted = {text[1:] for text in asked if text.startswith("!")}
    if "all" in wanted or not wanted:
        wanted = set(_SUBSETS)
    elif wanted & {"interfaces"}:
        wanted.add("network")
    if wanted & _IN_THE_MINIMUM:
        wanted.add("min")
        unwanted.discard("min")
        asked = [*asked, "min"]
    if "all" in unwanted:
        named = {text for text in asked if text in _SUBSETS}
        return frozenset(named | ({"min"} - unwanted))
    return frozenset((wanted | {"min"}) & _SUBSETS - unwanted)


def _refuse_unknown(asked: Sequence[str]) -> None:
    known = _SUBSETS | _EMPTY_HERE | {"all"}
    for text in asked:
        name = text.removeprefix("!")
        if name not in known:
            close = nearest(name, known)
            hint = f"did you mean `{close}`?" if close else f"known are {', '.join(sorted(known))}"
            raise ActionFailed(f"`gather_subset` knows no `{name}`", hint=hint)
