"""Finding the echo of a typed line, however the device rewrote it, and nothing but the echo.

The rule of the house: a line that is not surely the echo is output. What stays undecided for
a few lines is held back, never thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

_LINES_LOOKED_AT = 4
"""A log message may come before the echo; an echo further down is output that looks like one."""
_LINES_WAITED_FOR = 64
"""The same where the device is known to echo, for prompt and typed line together."""
_MOST_WRAPPED_LINES = 64
_SHORTEST_CUT = 12
_LONGEST_HELD = 65_536
_CUT_MARKS = "$<>"


def squeezed(text: str) -> str:
    """`text` without any blanks: wrapping adds them, terminals drop them."""
    return "".join(text.split())


class Echo:
    """Takes what comes after a line was typed, and passes on what is not its echo."""

    def __init__(
        self,
        typed: str,
        shown: str,
        is_prompt: Callable[[str], bool],
        device_echoes: bool | None = None,
    ) -> None:
        """`shown`: the screen's current line when `typed` was sent, usually the prompt.

        `device_echoes`: what earlier lines have told; None: nothing yet.
        """
        self._device_echoes = device_echoes
        self._typed = squeezed(typed)
        self._words = typed.split()
        self._shown = shown
        self._is_prompt = is_prompt
        self.held = ""
        """What came and is not yet known to be echo or output."""
        self.done = False
        """Whether nothing is held back any more."""
        self.head: str | None = None
        """The prompt that stands before the echo; None while no echo was found."""

    def feed(self, text: str, repainted: str = "") -> str:
        """What of `text` (whole lines) is output for certain by now.

        `repainted` is what the screen saw on the first line, if the cursor went back on it.
        """
        if self.done:
            return text
        self.held += text
        lines = self.held.split("\n", _LINES_LOOKED_AT + _MOST_WRAPPED_LINES)
        complete, rest = lines[:-1], lines[-1]
        found = self._search(complete, repainted)
        if found is None and len(self.held) < _LONGEST_HELD:
            return ""
        return self._settle(complete, rest, found or (0, 0))

    def flush(self) -> str:
        """Gives up looking; everything held back is output."""
        if self.done:
            return ""
        *complete, rest = self.held.split("\n")
        return self._settle(complete, rest, (0, 0))

    def _settle(self, complete: Sequence[str], rest: str, found: tuple[int, int]) -> str:
        start, end = found
        above = complete[:start] if end else complete
        kept = [] if end and self._stale(above, complete[start]) else self._before(above)
        if end:
            # Prompts that came late, of Enters typed before.
            kept = [line for line in kept if line.rstrip() != self._shown.rstrip()]
        after = [*complete[end:], rest] if end else [rest]
        self.done = True
        self.held = ""
        return "\n".join([*kept, *after])

    def _stale(self, above: Sequence[str], echo: str) -> bool:
        """Whether what stands above the echo was printed before the line was read, and is
        nobody's: a prompt comes after it. A log message is kept; it has a line of its own."""
        prompt = self._shown.rstrip()
        if not above or not prompt:
            return False
        if above[-1].rstrip() == prompt:
            return True
        goes_on = above[0].startswith(prompt) and above[0].rstrip() != prompt
        return self._device_echoes is True and goes_on and echo.startswith(prompt)

    def _before(self, lines: Sequence[str]) -> list[str]:
        """Lines that are not the echo, without the prompt that stood on the screen before."""
        kept = list(lines)
        if kept and self._shown and kept[0].startswith(self._shown.rstrip()):
            first = kept[0][len(self._shown) :]
            if first.strip():
                kept[0] = first
            else:
                del kept[0]
        return kept

    def _search(self, lines: Sequence[str], repainted: str) -> tuple[int, int] | None:
        """First line of the echo and the line after it; (0, 0): none; None: not yet known.

        Looks at one line more at a time, so that it does not matter how many came at once.
        """
        if not self._typed:
            return self._empty(lines) if lines else None
        decisions = (self._decide(lines[:count], repainted) for count in range(1, len(lines) + 1))
        return next((found for found in decisions if found is not None), None)

    def _decide(self, lines: Sequence[str], repainted: str) -> tuple[int, int] | None:
        last = len(lines) - 1
        if self._whole(lines[last], last):
            return last, last + 1
        count = self._wrapped(lines)
        if count is None:
            return None
        if count:
            self.head = self._shown.rstrip()
            return 0, count
        if self._rewritten(lines[0], repainted):
            self.head = self._shown.rstrip()
            return 0, 1
        enough = _LINES_WAITED_FOR if self._device_echoes else _LINES_LOOKED_AT
        return (0, 0) if len(lines) >= enough else None

    def _empty(self, lines: Sequence[str]) -> tuple[int, int]:
        if lines[0].rstrip() == self._shown.rstrip():
            self.head = self._shown.rstrip()
            return 0, 1
        return 0, 0

    def _whole(self, line: str, number: int) -> bool:
        """Prompt and typed line, or the typed line alone; `number` lines came before it."""
        small = squeezed(line)
        if not small.endswith(self._typed) or number >= self._lines_looked_at():
            return False
        head = small[: len(small) - len(self._typed)]
        if self._only_prompts(head) and (head or number < _LINES_LOOKED_AT):
            self.head = self._shown.rstrip()
            return True
        shown = _without_tail(line, len(self._typed))
        if head and number < _LINES_LOOKED_AT and self._is_prompt(shown):
            self.head = shown
            return True
        return False

    def _lines_looked_at(self) -> int:
        if self._device_echoes is None:
            return _LINES_LOOKED_AT
        # Without any echo, a line further down that repeats the typed one is output.
        return _LINES_WAITED_FOR if self._device_echoes else 1

    def _only_prompts(self, head: str) -> bool:
        """Nothing, the prompt, or the prompt several times: typed ahead, a device repeats it."""
        prompt = squeezed(self._shown)
        return not (head.replace(prompt, "") if prompt else head)

    def _wrapped(self, lines: Sequence[str]) -> int | None:
        """How many lines a wrapped echo takes; 0: none; None: it may go on."""
        wanted = squeezed(self._shown) + self._typed
        so_far = ""
        for count, line in enumerate(lines[:_MOST_WRAPPED_LINES], 1):
            so_far += squeezed(line)
            if so_far == wanted:
                return count
            if not wanted.startswith(so_far):
                return 0
        return None if len(lines) < _MOST_WRAPPED_LINES else 0

    def _rewritten(self, line: str, repainted: str) -> bool:
        if repainted and _in_order(self._typed, squeezed(repainted)):
            return True
        shown = self._shown.rstrip()
        if not shown or not line.startswith(shown):
            return False
        rest = line[len(shown) :]
        return self._cut(squeezed(rest)) or self._completed(rest.split())

    def _cut(self, rest: str) -> bool:
        """`$` in the place of what did not fit on the left or on the right."""
        if len(rest) < 2:
            return False
        if rest[0] in _CUT_MARKS and self._typed.endswith(rest[1:]):
            return True
        if rest[-1] in _CUT_MARKS and self._typed.startswith(rest[:-1]):
            return True
        return len(rest) >= _SHORTEST_CUT and self._typed.startswith(rest)

    def _completed(self, words: Sequence[str]) -> bool:
        """`sh ver` written out as `show version` by a command line that completes words."""
        return len(words) == len(self._words) and all(
            shown.startswith(typed) for shown, typed in zip(words, self._words, strict=True)
        )


def _without_tail(line: str, count: int) -> str:
    """`line` without its last `count` characters that are not blanks."""
    at = len(line)
    while count and at:
        at -= 1
        count -= not line[at].isspace()
    return line[:at].rstrip()


def _in_order(wanted: str, text: str) -> bool:
    """Whether the characters of `wanted` occur in `text` in this order."""
    at = 0
    for character in wanted:
        at = text.find(character, at) + 1
        if not at:
            return False
    return True
