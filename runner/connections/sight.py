"""What a session recognises on the last line of the screen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum, auto
from functools import lru_cache
from re import Pattern
from typing import NamedTuple

from runner.platforms.model import Mode, Pager, Phase, Platform, Question

LONGEST_PROMPT = 512
"""A longer line is no prompt, no question and no pager."""
_STEM = re.compile(r"[^\w]*((?:(?!:[~/])[^\s()\[\]<>#$%~])*)")
_SAME_STEM = 12


class Kind(Enum):
    """What the last line turned out to be."""

    PROMPT = auto()
    PAGER = auto()
    ANSWERABLE = auto()
    """A question that an answer was declared for."""
    QUESTION = auto()
    """A question that nobody declared an answer to."""
    NUDGE = auto()
    """An empty line after a prompt that something wrote over: Enter brings it back."""
    USER = auto()
    PASSWORD = auto()
    WAKE = auto()
    TEXT_INPUT = auto()
    """The device takes free text until the end that it named."""


class Sighting(NamedTuple):
    """Something recognised; it counts once nothing more came for `settle` seconds."""

    kind: Kind
    line: str
    settle: float = 0.0
    what: object = None
    """The pager, the expectation or the mode that it is about."""


class Rules:
    """A platform's patterns in the order and shape in which the reader asks them."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._modes = tuple(platform.modes.values())
        self._pagers = platform.pagers
        self._asks = platform.asks
        self._questions: dict[str, tuple[Question, ...]] = {}
        for question in platform.questions:
            known = self._questions.get(question.phase, ())
            self._questions[question.phase] = (*known, question)

    def mode(self, line: str, preferred: str | None = None) -> Mode | None:
        """The mode whose prompt `line` (without trailing blanks) is; `preferred` is tried first."""
        if not line or len(line) > LONGEST_PROMPT:
            return None
        if preferred is not None and self.platform.modes[preferred].prompt.fullmatch(line):
            return self.platform.modes[preferred]
        return next((mode for mode in self._modes if mode.prompt.fullmatch(line)), None)

    def is_prompt(self, line: str) -> bool:
        """Whether `line` is the prompt of any mode."""
        return self.mode(line) is not None

    def pager(self, line: str) -> tuple[Pager, int] | None:
        """The pager that waits at the end of `line`, and the column where its words begin."""
        for pager in self._pagers:
            match = pager.pattern.search(line)
            if match is not None and not line[match.end() :].strip():
                return pager, match.start()
        return None

    def questions(self, phase: Phase) -> tuple[Question, ...]:
        """The questions that the platform answers itself in `phase`."""
        return self._questions.get(phase, ())

    def asks(self, line: str) -> bool:
        """Whether `line` looks like a question."""
        return found(self._asks, line)


class _Same:
    """A platform as a cache key: by identity, since it holds mappings."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def __hash__(self) -> int:
        return id(self.platform)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.platform is self.platform


@lru_cache(maxsize=64)
def _rules(key: _Same) -> Rules:
    return Rules(key.platform)


def rules_for(platform: Platform) -> Rules:
    """The rules of `platform`, made once for all its sessions."""
    return _rules(_Same(platform))


def found(patterns: Iterable[Pattern[str]], text: str) -> bool:
    """Whether any of `patterns` occurs in `text`."""
    return any(pattern.search(text) for pattern in patterns)


def same_device(one: str, other: str) -> bool:
    """Whether two prompts carry the same host name, as far as a mode may cut it."""
    first, second = _stem(one), _stem(other)
    shorter, longer = sorted((first, second), key=len)
    if not shorter:
        return False
    if shorter == longer or longer.startswith((shorter + "-", shorter + "/")):
        # VRP adds the view, [R1-GigabitEthernet0/0/1], and ASA the context, R1/admin#.
        return True
    return len(shorter) >= _SAME_STEM and longer.startswith(shorter)


def _stem(prompt: str) -> str:
    match = _STEM.match(prompt)
    return match.group(1) if match else ""
