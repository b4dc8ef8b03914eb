"""The configuration of VyOS: Junos' tree without semicolons, saved apart from being committed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from runner.lab.configs import tree as lines
from runner.lab.configs.junos import JunosStore, Words, put
from runner.lab.configs.store import Port
from runner.lab.configs.tree import Tree
from runner.lab.profile import Configuration

_WORDS = re.compile(r"'[^']*'|\"[^\"]*\"|\S+")
_KINDS = ("ethernet", "loopback")


def words_of(text: str) -> list[str]:
    """A statement as its words, without their quotes: those are for typing only."""
    return [
        word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"" else word
        for word in _WORDS.findall(text)
    ]


def spelled(tree: Tree) -> Tree:
    """The tree with quotes around every word that needs them."""
    return {_quoted(word): spelled(below) for word, below in tree.items()}


def _quoted(word: str) -> str:
    return f'"{word}"' if not word or re.search(r"[\s{}]", word) else word


class VyosStore(JunosStore):
    """The configuration that runs, and the one in the file of the boot."""

    def __init__(self, configuration: Configuration, startup: str) -> None:
        super().__init__(configuration, startup)
        self._saved = startup

    @property
    def tree(self) -> Tree:
        """The configuration that runs."""
        if self._tree is None:
            self._tree = self._read(self._startup)
        return self._tree

    def _read(self, commands: str) -> Tree:
        found: Tree = {}
        for line in commands.splitlines():
            put(found, words_of(line)[1:], self._configuration.style.single)
        return found

    def shown(self, tree: Tree, prefix: Words = ()) -> str:
        """In braces; a value ends its line."""
        return super().shown(spelled(tree), prefix).replace(";\n", "\n")

    def commands(self, tree: Tree, path: Words = ()) -> Iterator[str]:
        """As `set` lines, values in quotes."""
        for word, below in tree.items():
            here = (*path, word)
            if below:
                yield from self.commands(below, here)
            else:
                yield self._command(here)

    def _command(self, words: Words) -> str:
        *above, last = words
        if above and above[-1] in self._configuration.valued:
            last = f"'{last}'"
        return f"set {' '.join([*above, last])}\n"

    def saved(self) -> str:
        """What a restart would load."""
        return self.shown(self._read(self._saved))

    def save(self) -> None:
        """Writes the file of the boot."""
        self._saved = "".join(self.commands(self.tree))

    def restart(self) -> None:
        """Reads the file of the boot."""
        self.restore(self._read(self._saved))

    def sections(self) -> Iterator[tuple[str, Iterable[str]]]:
        """None: it is no list of lines."""
        yield from ()

    def ports(self) -> Iterator[Port]:
        """The interfaces and their first address."""
        for kind in _KINDS:
            for name, below in (lines.at(self.tree, ("interfaces", kind)) or {}).items():
                address, text = below.get("address", {}), below.get("description", {})
                yield Port(name, next(iter(address), ""), next(iter(text), ""), "disable" in below)
