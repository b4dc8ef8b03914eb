"""`set_stats`: numbers and texts that are shown at the end of the run."""

from __future__ import annotations

from collections.abc import Mapping

from runner.actions.api import Base, Call, Outcome, Parameter, Stats
from runner.actions.arguments.reading import Arguments
from runner.errors import ActionFailed


class SetStats(Base):
    """Numbers and texts that are shown at the end of the run."""

    parameters: Mapping[str, Parameter] = {
        "data": Parameter("mapping", required=True, says="Names and what they are."),
        "per_host": Parameter("flag", default=False, says="For each host by itself."),
        "aggregate": Parameter("flag", default=True, says="Add to what there is already."),
    }

    def run(self, call: Call) -> Outcome:
        """Never changes anything."""
        args = Arguments(call, self.parameters)
        data = args.mapping("data")
        for name in data:
            if not str(name).isidentifier():
                raise ActionFailed(f"`{name}` is no name for a variable")
        stats = Stats(data, args.flag("per_host"), args.flag("aggregate"))
        told = {"data": data, "per_host": stats.per_host, "aggregate": stats.aggregate}
        return Outcome(values={"ansible_stats": told}, stats=stats)
