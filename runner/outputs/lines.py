"""A line for people: text and the style it is shown in."""

from __future__ import annotations

from typing import Literal, NamedTuple

Style = Literal["", "ok", "changed", "skipped", "failed", "unreachable", "warning", "faint"]


class Line(NamedTuple):
    """One or more lines of text in one style. The screen makes the text safe to show."""

    text: str
    style: Style = ""
