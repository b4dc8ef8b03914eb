"""Live progress under the lines, on a terminal. The only module that knows rich."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from runner.outputs.lines import Line, Style
from runner.outputs.progress import Progress
from runner.outputs.tally import Tally
from runner.outputs.terminal import encodable, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

_REFRESH_SECONDS = 0.25
_STYLES: dict[Style, str] = {
    "": "",
    "ok": "green",
    "changed": "yellow",
    "skipped": "cyan",
    "failed": "red",
    "unreachable": "bold red",
    "warning": "magenta",
    "faint": "dim",
}


class LiveScreen:
    """Lines scroll, and below them stands one line of progress that is drawn anew by a thread.

    rich is imported, and its thread started, with the first progress of a play: a worker
    process forked before that inherits neither. `close` takes the line away; the next
    progress brings it back.
    """

    def __init__(self, stream: TextIO, colour: bool) -> None:
        self._stream = stream
        self._colour = colour
        self._console: Console | None = None
        self._live: Live | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._progress: Progress | None = None

    def write(self, lines: Iterable[Line]) -> None:
        """Prints above the progress line."""
        texts = [self._text(printable(line.text), _STYLES[line.style]) for line in lines]
        if texts:
            self._rich().print(self._text("\n", "").join(texts), soft_wrap=True)

    def progress(self, tally: Tally) -> None:
        """Takes what is to be drawn; starts drawing when hosts are being worked on."""
        self._progress = Progress.of(tally)
        if self._live is None and tally.running:
            from rich.live import Live

            self._live = Live(
                console=self._rich(),
                get_renderable=self._draw,
                auto_refresh=False,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start(refresh=True)
            self._stop.clear()
            self._thread = threading.Thread(target=self._tick, args=(self._live,), daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Takes the progress line away and ends its thread."""
        live, self._live = self._live, None
        if live is None or self._thread is None:
            return
        # Joined, which rich's own thread is not: the next play may fork.
        self._stop.set()
        self._thread.join()
        live.stop()

    def _tick(self, live: Live) -> None:
        while not self._stop.wait(_REFRESH_SECONDS):
            live.refresh()

    def _draw(self) -> Text:
        progress = self._progress
        text = "" if progress is None else progress.text(time.time())
        drawn = self._text(text, "dim")
        drawn.no_wrap = True
        drawn.overflow = "ellipsis"
        return drawn

    def _rich(self) -> Console:
        if self._console is None:
            from rich.console import Console

            self._console = Console(
                file=self._stream,
                force_terminal=True,
                no_color=not self._colour,
                markup=False,
                highlight=False,
                emoji=False,
            )
        return self._console

    def _text(self, text: str, style: str) -> Text:
        from rich.text import Text

        return Text(encodable(text, self._stream.encoding), style=style)
