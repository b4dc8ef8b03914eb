"""`--json`: the summary of a run as one JSON document."""

from __future__ import annotations

import json
from typing import TextIO

from runner.events import Event, RunFinished
from runner.outputs.tally import Tally


class JsonSummary:
    """Prints the tally's summary when the run is over. Put it last; the console goes elsewhere."""

    def __init__(self, stream: TextIO, tally: Tally) -> None:
        self._stream = stream
        self._tally = tally

    def handle(self, event: Event) -> None:
        """Waits for the end."""
        if isinstance(event, RunFinished):
            self._stream.write(json.dumps(self._tally.summary(), indent=2, default=str) + "\n")
            self._stream.flush()

    def close(self) -> None:
        """The stream is the caller's."""
