"""`gather_facts`: what there is to know of a host, whatever it is."""

from __future__ import annotations

from collections.abc import Mapping

from runner.actions.api import Base, Call, Outcome, Parameter
from runner.errors import ActionFailed


class GatherFacts(Base):
    """Gathers facts of the host: of a device what `<os>_facts` gives, of this machine what
    `setup` gives. The engine knows which it is and runs that action in this one's place."""

    parameters: Mapping[str, Parameter] = {
        "gather_subset": Parameter("list", says="What to gather; `!` before one takes it out."),
        "gather_timeout": Parameter("number", says="Seconds that each part may take."),
        "filter": Parameter("list", says="Patterns of names to keep."),
        "fact_path": Parameter("text", says="Where facts of the machine's own lie."),
        "parallel": Parameter("flag", says="Ignored: there is one source of facts a host."),
    }

    def run(self, call: Call) -> Outcome:
        """Only where nothing stands in for it."""
        raise ActionFailed(f"nothing is known of how to gather facts of {call.host}")
