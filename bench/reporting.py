"""Bars and tables of what was measured, on the screen and in bench/README.md."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

README = Path(__file__).parent / "README.md"

Given = TypeVar("Given")


class Bar(NamedTuple):
    """Something promised: a measured figure that must not exceed `most`."""

    what: str
    measured: float
    most: float
    unit: str = "×"

    def row(self) -> str:
        """A line of the table of bars."""
        verdict = "met" if self.measured <= self.most else "**missed**"
        measured = f"{self.measured:.3g} {self.unit}"
        return f"| {self.what} | {measured} | ≤ {self.most:g} {self.unit} | {verdict} |"


class Found(NamedTuple):
    """What a part has found out: its table, and its bars."""

    title: str
    lines: Sequence[str]
    bars: Sequence[Bar]


Parts = Mapping[str, Callable[[Given], Found]]


def parser(doc: str | None, parts: Parts[Given]) -> argparse.ArgumentParser:
    """Which parts, how many runs, and whether to write the tables down."""
    found = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    found.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    found.add_argument("--runs", type=int, default=3)
    found.add_argument("--write", action="store_true", help="into bench/README.md as well")
    return found


def measured(
    asked: argparse.Namespace, parts: Parts[Given], given: Given, section: str
) -> Sequence[Found]:
    """Runs the parts asked for, prints what came of them, writes it down where asked to."""
    unknown = set(asked.parts) - set(parts)
    if unknown:
        raise SystemExit(f"there is no part {', '.join(sorted(unknown))}")
    found = []
    for name in asked.parts or parts:
        print(f"measuring: {name} …", file=sys.stderr)
        found.append(parts[name](given))
    text = "\n".join(_report(found, asked.runs))
    print(text)
    if asked.write:
        _write(text, section)
    return found


def _report(found: Sequence[Found], runs: int) -> Iterator[str]:
    """Everything as Markdown: the bars first, then the tables."""
    yield f"{datetime.date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores,"
    yield f"medians of {runs}."
    yield ""
    yield "| bar | measured | wanted | |"
    yield "| --- | --- | --- | --- |"
    yield from (bar.row() for part in found for bar in part.bars)
    for part in found:
        yield from ("", f"### {part.title}", "", *part.lines)


def _write(text: str, section: str) -> None:
    """Between the marks of the section, which must stand in the README."""
    begin, end = f"<!-- {section} -->", f"<!-- end of {section} -->"
    before, _, rest = README.read_text("utf-8").partition(begin)
    after = rest.partition(end)[2]
    README.write_text(f"{before}{begin}\n{text}\n{end}{after}", "utf-8")
