"""What commands do besides printing: the names that `do:` in a device file may use."""

from __future__ import annotations

from collections.abc import Mapping

from runner.lab.session import Verb
from runner.lab.verbs.candidate import CANDIDATE_VERBS
from runner.lab.verbs.config import CONFIG_VERBS
from runner.lab.verbs.general import GENERAL_VERBS
from runner.lab.verbs.junos import JUNOS_VERBS
from runner.lab.verbs.ping import PING_VERBS
from runner.lab.verbs.routeros import ROUTEROS_VERBS
from runner.lab.verbs.shell import SHELL_VERBS
from runner.lab.verbs.vyos import VYOS_VERBS

VERBS: Mapping[str, Verb] = {
    **GENERAL_VERBS,
    **CONFIG_VERBS,
    **CANDIDATE_VERBS,
    **JUNOS_VERBS,
    **PING_VERBS,
    **ROUTEROS_VERBS,
    **SHELL_VERBS,
    **VYOS_VERBS,
}

__all__ = ["VERBS"]
