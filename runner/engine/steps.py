"""What conductor, strategies and host programs say to one another. Frozen and picklable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from runner.events import Event, Failure, Position
from runner.model import Status
from runner.values import EMPTY


class Before(NamedTuple):
    """A host stands before `position` and waits until all others are there too."""

    position: Position


class Once(NamedTuple):
    """A host stands at a run_once task: one host will be told `do`, the others `take`."""

    position: Position


class Result(NamedTuple):
    """What a run_once task gave, for every host of the batch."""

    position: Position
    values: Mapping[str, Any]
    failed: bool
    failure: Failure | None = None
    """Why it failed, for the hosts that leave the play with the one that ran it."""


class Need(NamedTuple):
    """A host reads values of `hosts`, and waits until these are at `position` or beyond."""

    position: Position
    hosts: frozenset[str]


Yield = Before | Once | Result | Need

Answer = Literal["go", "do", "take", "fatal"]


class Published(NamedTuple):
    """A value that other hosts may read: set by `host` at `position`."""

    host: str
    position: Position
    name: str
    value: Any
    layer: Literal["facts", "gathered", "included"] = "facts"


class Step(NamedTuple):
    """Let `host` go on. `number` counts a host's steps from 1; a number runs at most once.

    `variables` are those a run_once task on another host has given it meanwhile.
    """

    host: str
    number: int
    answer: Answer = "go"
    variables: Mapping[str, Any] = EMPTY
    failure: Failure | None = None
    """With `fatal`: why the run_once task failed, and where."""


class Progress(NamedTuple):
    """A host has come to its next yield, or is done (`status`)."""

    host: str
    number: int
    at: Yield | None = None
    status: Status | None = None
    failure: Failure | None = None
    published: tuple[Published, ...] = ()
    kept: Mapping[str, Any] = EMPTY
    secrets: tuple[str, ...] = ()
    """Secret values that became known meanwhile: every process must mask them from now on."""

    @staticmethod
    def never_begun(step: Step) -> Progress:
        """The answer for a host whose turn never came, since the run was interrupted."""
        failure = Failure("interrupted", "the run was interrupted before its turn")
        return Progress(step.host, step.number, status="not_run", failure=failure)


Message = Event | Progress
