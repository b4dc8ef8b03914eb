"""One line typed, and everything the device shows until its prompt is back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from re import Match, Pattern
from typing import NamedTuple

from runner.connections.api import Answer, Sink
from runner.connections.echo import Echo, squeezed
from runner.connections.output import Output
from runner.connections.reader import Reader
from runner.connections.sight import LONGEST_PROMPT, Kind, Rules, Sighting, same_device
from runner.errors import CommandFailed
from runner.platforms.model import Question
from runner.values import Secret

_QUESTION_SETTLE = 1.0
_NUDGE_SETTLE = 3.0
_DOUBT_SETTLE = 3.0
"""For a line that could as well be output: another device's prompt, or text that ends in ours."""
_MOST_NUDGES = 2
_SHORTEST_GLUED = 3
_MOST_ANSWERS = 100
_LINES_AFTER_PROMPT = 8
_MOST_PROMPTS = 64
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class Expected:
    """A question that may be answered, and how; `left`: how many times still."""

    pattern: Pattern[str]
    text: str
    newline: bool = True
    secret: bool = False
    left: int = _MOST_ANSWERS
    once: bool = False
    """Used up, it makes room for the next one instead of standing in its way."""
    sure: bool = False
    """A whole line that matches need not stand still first."""


class FreeText:
    """The lines after one that may turn out to begin free text (a banner)."""

    def __init__(self, following: Sequence[str]) -> None:
        self._following = following
        self.taken = 0
        """How many of them were free text."""

    def take(self, announcement: Match[str]) -> Sequence[str] | None:
        """The lines up to the end that the device announced; None: it does not come."""
        sign, word = announcement["sign"], announcement["word"]
        for count, line in enumerate(self._following, 1):
            if (sign is not None and sign in line) or (word is not None and line.strip() == word):
                self.taken = count
                return self._following[:count]
        return None


class Typed(NamedTuple):
    """What is typed and what may come of it."""

    line: str
    goals: frozenset[str] = frozenset()
    """Modes the line is meant to lead to; their prompt counts at once after the echo."""
    expected: Sequence[Expected] = ()
    sink: Sink | None = None
    free_text: FreeText | None = None
    seconds: float | None = None
    """How long it may run before Ctrl-C is typed; None: until it ends."""


class Learned:
    """What a session knows of its device by now."""

    def __init__(self, mode: str) -> None:
        self.prompt = ""
        """The prompt as last seen."""
        self.mode = mode
        self.prompts: set[str] = set()
        """All prompts seen so far."""
        self.echoes: bool | None = None
        """Whether the device echoes what is typed; None: not known, or not any more."""
        self.pagers: set[str] = set()
        """The words of all pagers seen so far, digits made equal."""

    def arrived(self, prompt: str, mode: str | None) -> None:
        """The device shows `prompt`; `mode` None: of no mode that is known."""
        self.prompt = prompt
        if len(self.prompts) < _MOST_PROMPTS:
            self.prompts.add(prompt)
        self.mode = mode or self.mode

    def echoed(self, seen: bool) -> None:
        """Whether the echo of a line was found."""
        self.echoes = seen or (None if self.echoes else False)


class Exchange:
    """Recognises what the device does after a line was typed, and collects its output."""

    def __init__(
        self,
        reader: Reader,
        rules: Rules,
        typed: Typed,
        learned: Learned,
        idle: float,
    ) -> None:
        self._screen = reader.screen
        self._reader = reader
        self._rules = rules
        self._typed = typed
        self._learned = learned
        self._idle = idle
        shown = reader.screen.line
        self._echo = Echo(typed.line, shown, rules.is_prompt, learned.echoes)
        self._echoing = squeezed(shown + typed.line)
        self.output = Output(typed.sink, rules.platform.prompt_prefix_lines)
        self._answered: tuple[str, str] | None = None
        self._answered_at = -1
        self.answers = 0
        """How many questions were answered."""
        self._text_begun = False
        self._nudges = 0
        self._swallow_newline = False
        reader.screen.mark()

    def look(self, line: str) -> Sighting | None:
        """What `line`, the screen's last one, is; None: nothing known, more must come."""
        shown = line.rstrip(" \t")
        if not shown:
            return self._empty_line()
        if self._screen.ended == self._answered_at:
            # Still the question that was just answered.
            return None
        if not self._screen.scrolled and self._echoing.startswith(squeezed(shown)):
            return None
        return (
            self._certain(shown)
            or self._answerable(shown)
            or self._pager(line)
            or self._fitting(shown)
            or self._question(shown)
        )

    def take(self, text: str) -> None:
        """Finished text from the screen."""
        if self._answered is not None:
            text = self._without_answer(text)
        if self._swallow_newline and text:
            text, self._swallow_newline = text.removeprefix("\n"), False
        if not self._echo.done:
            text = self._echo.feed(text, self._screen.repainted)
        self.output.write(text)

    def finish(self, seen: Sighting) -> str | None:
        """The whole output (None when a sink took it), now that the prompt is back."""
        if self._typed.line:
            self._learned.echoed(self._echo.head is not None)
        self.output.write(self._echo.flush())
        if isinstance(seen.what, int):
            self.output.write(self._screen.line[: seen.what])
        return self.output.finish()

    def paged(self) -> None:
        """The pager on the current line is about to be given its key."""
        words = self._screen.line
        seen = self._rules.pager(words)
        if seen is not None:
            self._learned.pagers.add(_DIGITS.sub("0", words[seen[1] :].strip()))
            self._screen.blank_from(seen[1])

    def answered(self, text: str, *, secret: bool = False) -> None:
        """The question on the current line has been answered with `text`.

        What the device makes of a secret on that line is not kept.
        """
        self.answers += 1
        self._answered = (self._screen.line, text) if secret else None
        self._answered_at = self._screen.ended

    def text_begun(self) -> None:
        """Free text is being typed; its announcement is not looked for again."""
        self._text_begun = True

    def nudged(self) -> None:
        """Enter was typed on an empty line."""
        self._nudges += 1
        self._swallow_newline = True

    def _without_answer(self, text: str) -> str:
        """Takes the echo of an answer off the question's line."""
        assert self._answered is not None
        (question, answer), self._answered = self._answered, None
        first, newline, rest = text.partition("\n")
        if answer and first.startswith(question) and first[len(question) :].strip() == answer:
            return question + newline + rest
        return text

    def _empty_line(self) -> Sighting | None:
        announcement = self._announcement()
        if announcement is not None:
            line = announcement.string
            return Sighting(Kind.TEXT_INPUT, line, self._reader.settle, announcement)
        if self._nudges < _MOST_NUDGES and self._prompt_written_over():
            return Sighting(Kind.NUDGE, "", _NUDGE_SETTLE)
        return None

    def _announcement(self) -> Match[str] | None:
        """The device's words that what is typed next is free text."""
        if self._text_begun or not self._screen.scrolled:
            return None
        last = self._recent().rstrip("\n").rpartition("\n")[2]
        matches = (pattern.search(last) for pattern in self._rules.platform.text_input)
        return next((match for match in matches if match is not None), None)

    def _recent(self) -> str:
        return self.output.tail + self._echo.held

    def _head(self) -> str | None:
        """The prompt before the echo, without the end of an output that stood before it."""
        head, prompt = self._echo.head, self._learned.prompt
        if head and len(prompt) >= _SHORTEST_GLUED and head.endswith(prompt):
            return prompt
        return head

    def _prompt_written_over(self) -> bool:
        """Whether a prompt stands a few lines up: a log message came after it."""
        head = self._head()
        if not head:
            return False
        lines = self._recent().split("\n")[-_LINES_AFTER_PROMPT:]
        return any(self._like_prompt(line.rstrip(), head) for line in lines if line)

    def _like_prompt(self, line: str, head: str) -> bool:
        if line.startswith(head):
            return True
        return self._rules.is_prompt(line) and same_device(line, head)

    def _certain(self, shown: str) -> Sighting | None:
        head = self._head()
        if not head or not self._screen.scrolled:
            return None
        if shown == head:
            return Sighting(Kind.PROMPT, shown)
        if self._typed.goals:
            mode = self._rules.mode(shown)
            if mode is not None and mode.name in self._typed.goals and same_device(shown, head):
                return Sighting(Kind.PROMPT, shown)
        return None

    def _answerable(self, shown: str) -> Sighting | None:
        for expected in self._typed.expected:
            match = expected.pattern.search(shown)
            if match is None or (expected.once and expected.left <= 0):
                continue
            if expected.left <= 0:
                return Sighting(Kind.QUESTION, shown, self._reader.settle, expected)
            whole = expected.sure and match.group().strip() == shown.strip()
            settle = 0.0 if whole else self._reader.settle
            return Sighting(Kind.ANSWERABLE, shown, settle, expected)
        return None

    def _pager(self, line: str) -> Sighting | None:
        if len(line) > LONGEST_PROMPT:
            return None
        seen = self._rules.pager(line)
        if seen is None:
            return None
        pager, column = seen
        met = _DIGITS.sub("0", line[column:].strip()) in self._learned.pagers
        return Sighting(Kind.PAGER, line, 0.0 if met else self._reader.settle, pager)

    def _fitting(self, shown: str) -> Sighting | None:
        head = self._head() or self._learned.prompt
        if shown != head and len(head) >= _SHORTEST_GLUED and shown.endswith(head):
            # The output did not end its last line.
            return Sighting(Kind.PROMPT, head, _DOUBT_SETTLE, len(shown) - len(head))
        mode = self._rules.mode(shown, self._learned.mode)
        if self._awaits_echo() and (mode or shown in self._learned.prompts):
            # A prompt that was there before the line was read.
            return Sighting(Kind.PROMPT, shown, _DOUBT_SETTLE)
        if shown in self._learned.prompts or (mode and self._likely(mode.name, shown, head)):
            return Sighting(Kind.PROMPT, shown, self._reader.settle)
        return None if mode is None else Sighting(Kind.PROMPT, shown, _DOUBT_SETTLE)

    def _awaits_echo(self) -> bool:
        awaited = bool(self._typed.line) and self._learned.echoes is True
        return awaited and self._echo.head is None and not self._echo.done

    def _likely(self, mode: str, shown: str, head: str) -> bool:
        """Whether a new prompt is to be expected, or has this device's name."""
        return mode in self._typed.goals or same_device(shown, head)

    def _question(self, shown: str) -> Sighting | None:
        if len(shown) > LONGEST_PROMPT:
            return None
        if self._rules.asks(shown):
            return Sighting(Kind.QUESTION, shown, _QUESTION_SETTLE)
        if shown.endswith(("?", ":")):
            return Sighting(Kind.QUESTION, shown, self._idle)
        return None


def from_answers(answers: Iterable[Answer]) -> list[Expected]:
    """The answers of a task. Raises CommandFailed for one that cannot be used."""
    return [_from_answer(answer) for answer in answers]


def _from_answer(answer: Answer) -> Expected:
    try:
        pattern = re.compile(answer.prompt, re.MULTILINE | re.IGNORECASE)
    except re.error as error:
        raise CommandFailed(
            f"the expected question {answer.prompt!r} is not a regular expression: {error}"
        ) from None
    secret = isinstance(answer.answer, Secret)
    text = answer.answer.reveal() if isinstance(answer.answer, Secret) else str(answer.answer)
    # People write "\r" or "\n" for a bare Enter, which follows anyway.
    text = text.rstrip("\r\n")
    if untypeable(text) is not None:
        raise CommandFailed(f"the answer to {answer.prompt!r} holds a control character; not sent")
    left = 1 if answer.once else _MOST_ANSWERS
    return Expected(pattern, text, answer.newline, secret, left, answer.once)


def from_questions(questions: Iterable[Question]) -> list[Expected]:
    """The answers that a platform declares."""
    return [Expected(q.pattern, q.answer, q.newline) for q in questions]


def refuse_help(help_key: str, line: str) -> None:
    """Raises CommandFailed for a line at which the device would show help instead of obeying."""
    if help_key and help_key in line:
        raise CommandFailed(
            f"the line {line!r} holds `{help_key}`, which calls for help on this platform,"
            " even inside quotes; nothing of it was sent",
            hint="write it without that character",
        )


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def untypeable(line: str) -> str | None:
    """The first character in `line` that must not be typed at a device; None: there is none."""
    match = _CONTROL.search(line)
    return None if match is None else match.group()
