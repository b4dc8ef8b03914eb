"""The configuration of a device that keeps indented lines: running, saved, and its history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from runner.lab.configs import tree as lines
from runner.lab.configs.store import Port
from runner.lab.configs.tree import Path, Tree
from runner.lab.profile import Configuration

Change = tuple[Path, str, bool]
"""A line below a path; True takes it away."""


class IndentedStore:
    """Lines in sections. Parsed only when somebody changes or searches them."""

    def __init__(self, configuration: Configuration, startup: str) -> None:
        self._configuration = configuration
        self._tree: Tree | None = None
        self._text: str | None = None
        self._startup = startup
        self._saved: str | None = None

    @property
    def tree(self) -> Tree:
        """The running configuration."""
        if self._tree is None:
            self._tree = lines.parse(self._startup, self._configuration.style)
        return self._tree

    def text(self) -> str:
        """The running configuration as it is shown."""
        if self._text is None:
            self._text = lines.render(self.tree, self._configuration.style)
        return self._text

    def saved(self) -> str:
        """What a restart would load."""
        return self.text() if self._saved is None else self._saved

    def save(self) -> None:
        """Keeps what runs now."""
        self._saved = self.text()

    def restart(self) -> None:
        """Loads what was saved."""
        if self._saved is not None:
            self._tree = lines.parse(self._saved, self._configuration.style)
            self._text = None

    def preview(self, changes: Sequence[Change]) -> str:
        """What the running configuration would be after the changes."""
        tree = self.snapshot()
        _make(tree, changes, self._configuration.style)
        return lines.render(tree, self._configuration.style)

    def apply(self, changes: Sequence[Change]) -> None:
        """Makes changes, in order."""
        self._saved = self.saved()
        _make(self.tree, changes, self._configuration.style)
        self._text = None

    def snapshot(self) -> Tree:
        """The running configuration, to come back to."""
        return lines.copy(self.tree)

    def restore(self, before: Tree) -> None:
        """Runs what `snapshot` gave."""
        self._saved = self.saved()
        self._tree = lines.copy(before)
        self._text = None

    def hostname(self) -> str:
        """The name it gives the device; empty if none."""
        words = self._configuration.hostname
        found = next((line for line in self.tree if lines.begins(line, words)), "")
        return found[len(words) :].strip()

    def section(self, line: str) -> str:
        """One section as it is shown; empty if there is none."""
        below = self.tree.get(line)
        return "" if below is None else lines.render({line: below}, self._configuration.style)

    def sections(self) -> Iterator[tuple[str, Iterable[str]]]:
        """Lines at the top and those below each."""
        yield from self.tree.items()

    def ports(self) -> Iterator[Port]:
        """The interfaces and their state."""
        address = re.compile(self._configuration.address or r"(?!)")
        for line, below in self.tree.items():
            if not line.startswith("interface "):
                continue
            found = next(filter(None, map(address.match, below)), None)
            texts = [item for item in below if item.startswith("description ")]
            yield Port(
                name=line.removeprefix("interface "),
                address=found[1] if found else "",
                description=texts[0].removeprefix("description ") if texts else "",
                shutdown=self._configuration.shutdown in below,
                mask=found[2] if found and found.re.groups > 1 else "",
                vlan=_vlan(below),
            )


def _vlan(below: Iterable[str]) -> str:
    words = "switchport access vlan "
    number = next((line.removeprefix(words) for line in below if line.startswith(words)), "")
    return "trunk" if "switchport mode trunk" in below else number


def _make(tree: Tree, changes: Sequence[Change], style: lines.Style) -> None:
    for path, line, gone in changes:
        if gone:
            lines.remove(tree, path, line)
        else:
            lines.put(tree, path, line, style)
