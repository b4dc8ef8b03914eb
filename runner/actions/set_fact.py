"""`set_fact`: give a host variables for the rest of the run."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any

from runner.actions.api import ANY, NOTHING, Call, Effects, OneOf, Outcome, Parameter, Place
from runner.errors import ActionFailed
from runner.platforms.model import Platform


class SetFact:
    """Every argument is a variable of this host from now on, in later plays too."""

    parameters: Mapping[str, Parameter] = {"*": Parameter("any"), "cacheable": Parameter("flag")}
    one_of: OneOf = ANY
    free_form: str | None = None
    place: Place = "controller"
    raw: frozenset[str] = frozenset()

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """The facts are the host's own; who reads another's is found by name."""
        return NOTHING

    def writes(self, call: Call) -> bool:
        """Never."""
        return False

    def run(self, call: Call) -> Outcome:
        """Facts with the arguments' values."""
        facts = {name: value for name, value in call.args.items() if name != "cacheable"}
        for name in facts:
            if not name.isidentifier() or keyword.iskeyword(name):
                raise ActionFailed(f"`{name}` is no name for a variable")
        return Outcome(values={"ansible_facts": facts}, facts=facts)
