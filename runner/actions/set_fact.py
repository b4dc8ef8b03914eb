"""`set_fact`: give a host variables for the rest of the run."""

from __future__ import annotations

from collections.abc import Mapping

from runner.actions.api import Base, Call, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.places import marked
from runner.errors import NotBegun
from runner.values import EMPTY


class SetFact(Base):
    """Every argument is a variable of this host from now on, in later plays too."""

    parameters: Mapping[str, Parameter] = {
        "*": Parameter("any", says="A variable and its value."),
        "cacheable": Parameter("flag", says="The facts stand in `ansible_facts` too."),
    }

    def run(self, call: Call) -> Outcome:
        """Facts with the arguments' values."""
        facts = {name: value for name, value in call.args.items() if name != "cacheable"}
        if not facts:
            raise NotBegun("`set_fact` needs at least one variable with its value")
        for name in facts:
            if not name.isidentifier():
                raise NotBegun(f"`{name}` is no name for a variable")
        facts = {name: marked(value, call, name) for name, value in facts.items()}
        shared = facts if Arguments(call, self.parameters).flag("cacheable") else EMPTY
        return Outcome(values={"ansible_facts": facts}, facts=facts, gathered=shared)
