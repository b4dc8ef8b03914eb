"""What conductor, strategies and host programs say to one another. Frozen and picklable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from runner.events import Event, Failure, Position
from runner.model import Status


@dataclass(frozen=True, slots=True)
class Before:
    """A host stands before `position` and waits until all others are there too."""

    position: Position


@dataclass(frozen=True, slots=True)
class Once:
    """A host stands at a run_once task: one host will be told `do`, the others `take`."""

    position: Position


@dataclass(frozen=True, slots=True)
class Result:
    """What a run_once task gave, for every host of the batch."""

    position: Position
    values: Mapping[str, Any]
    failed: bool


@dataclass(frozen=True, slots=True)
class Need:
    """A host reads values of `hosts`, and waits until these are at `position` or beyond."""

    position: Position
    hosts: frozenset[str]


Yield = Before | Once | Result | Need

Answer = Literal["go", "do", "take", "fatal"]


@dataclass(frozen=True, slots=True)
class Published:
    """A value that other hosts may read: set by `host` at `position`."""

    host: str
    position: Position
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Step:
    """Let `host` go on. `number` counts a host's steps from 1; a number runs at most once.

    `variables` are those a run_once task on another host has given it meanwhile.
    """

    host: str
    number: int
    answer: Answer = "go"
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """A host has come to its next yield, or is done (`status`)."""

    host: str
    number: int
    at: Yield | None = None
    status: Status | None = None
    failure: Failure | None = None
    published: tuple[Published, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def never_begun(step: Step) -> Progress:
        """The answer for a host whose turn never came, since the run was interrupted."""
        failure = Failure("interrupted", "the run was interrupted before its turn")
        return Progress(step.host, step.number, status="not_run", failure=failure)


Message = Event | Progress
