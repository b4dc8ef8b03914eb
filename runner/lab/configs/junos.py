"""The configuration of Junos: a tree of words, shown in braces or as `set` lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from runner.lab.configs import tree as lines
from runner.lab.configs.store import Port
from runner.lab.configs.tree import Tree
from runner.lab.profile import Configuration

Words = Sequence[str]

_WORDS = re.compile(r'"[^"]*"|\[|\]|[^\s\[\]]+')


MAX_DEPTH = 40
"""Words of one statement; more is no configuration."""


def words_of(text: str) -> list[str]:
    """A statement as its words; a quoted text is one."""
    return _WORDS.findall(text)


class JunosStore:
    """The active configuration."""

    def __init__(self, configuration: Configuration, startup: str) -> None:
        self._configuration = configuration
        self._tree: Tree | None = None
        self._startup = startup
        self._text: str | None = None

    @property
    def tree(self) -> Tree:
        """The active configuration."""
        if self._tree is None:
            self._tree = {}
            for line in self._startup.splitlines():
                put(self._tree, words_of(line)[1:], self._configuration.style.single)
        return self._tree

    def text(self) -> str:
        """The active configuration in braces."""
        if self._text is None:
            self._text = self.shown(self.tree)
        return self._text

    def shown(self, tree: Tree, prefix: Words = ()) -> str:
        """A (part of a) configuration in braces; `prefix` is where it stands."""
        keyed = self._configuration.keyed
        if prefix and prefix[-1] in keyed:
            return "".join(_keyed(prefix[-1], tree, keyed, 0))
        return "".join(_braces(tree, keyed, 0))

    def saved(self) -> str:
        """Committed is saved."""
        return self.text()

    def save(self) -> None:
        """Committed is saved."""

    def restart(self) -> None:
        """Committed is saved."""

    def hostname(self) -> str:
        """The name it gives the device; empty if none."""
        found = lines.at(self.tree, ("system", "host-name")) or {}
        return next(iter(found), "").strip('"')

    def section(self, line: str) -> str:
        """The part at a path of words."""
        words = words_of(line)
        below = lines.at(self.tree, words)
        return "" if below is None else self.shown(below, words)

    def sections(self) -> Iterator[tuple[str, Iterable[str]]]:
        """None: it is no list of lines."""
        yield from ()

    def ports(self) -> Iterator[Port]:
        """The interfaces and the address of their first unit."""
        for name, below in self.tree.get("interfaces", {}).items():
            address = lines.at(below, ("unit", "0", "family", "inet", "address")) or {}
            text = next(iter(below.get("description", {})), "").strip('"')
            yield Port(name, next(iter(address), ""), text, "disable" in below)

    def snapshot(self) -> Tree:
        """The active configuration, to come back to."""
        return lines.copy(self.tree)

    def restore(self, before: Tree) -> None:
        """Runs what `snapshot` gave."""
        self._tree = lines.copy(before)
        self._text = None


def put(tree: Tree, words: Words, single: Sequence[str]) -> None:
    """Sets a statement; of the words in `single` only the last value stays."""
    for before, word in zip(("", *words), words, strict=False):
        if word in "[]":
            continue
        if before in single and word not in tree:
            tree.clear()
        tree = tree.setdefault(word, {})


def remove(tree: Tree, words: Words) -> bool:
    """Deletes a statement and what is below it; whether it was there."""
    above = lines.at(tree, words[:-1])
    if above is None or not words or words[-1] not in above:
        return False
    del above[words[-1]]
    return True


def _braces(tree: Tree, keyed: Sequence[str], depth: int) -> Iterator[str]:
    for word, below in tree.items():
        if below and word in keyed:
            yield from _keyed(word, below, keyed, depth)
        else:
            yield from _one(word, below, keyed, depth)


def _keyed(word: str, tree: Tree, keyed: Sequence[str], depth: int) -> Iterator[str]:
    for value, below in tree.items():
        yield from _one(f"{word} {value}", below, keyed, depth)


def _one(head: str, below: Tree, keyed: Sequence[str], depth: int) -> Iterator[str]:
    indent = "    " * depth
    if not below:
        yield f"{indent}{head};\n"
        return
    yield f"{indent}{head} {{\n"
    yield from _braces(below, keyed, depth + 1)
    yield f"{indent}}}\n"


def set_lines(tree: Tree, path: Words = ()) -> Iterator[str]:
    """A configuration as `set` lines."""
    for word, below in tree.items():
        here = (*path, word)
        if below:
            yield from set_lines(below, here)
        else:
            yield f"set {' '.join(here)}\n"


def compare(before: Tree, after: Tree, keyed: Sequence[str], path: Words = ()) -> Iterator[str]:
    """What differs, under the part of the hierarchy it stands in."""
    changed = [*_gone(before, after, keyed), *_come(before, after, keyed)]
    if changed:
        yield f"[edit{''.join(' ' + word for word in path)}]\n"
        yield from changed
    for word, below in after.items():
        old = before.get(word)
        if old and below and not _leaf(word, old, below, keyed):
            yield from compare(old, below, keyed, (*path, word))


def _leaf(word: str, old: Tree, new: Tree, keyed: Sequence[str]) -> bool:
    """Whether a word's values are shown on its own line (`host-name r1;`)."""
    return word in keyed and not any([*old.values(), *new.values()])


def _gone(before: Tree, after: Tree, keyed: Sequence[str]) -> Iterator[str]:
    for word, below in before.items():
        new = after.get(word)
        if new is None:
            yield from _marked("-", word, below, keyed)
        elif _leaf(word, below, new, keyed):
            yield from (f"-  {word} {value};\n" for value in below if value not in new)


def _come(before: Tree, after: Tree, keyed: Sequence[str]) -> Iterator[str]:
    for word, below in after.items():
        old = before.get(word)
        if old is None:
            yield from _marked("+", word, below, keyed)
        elif _leaf(word, old, below, keyed):
            yield from (f"+  {word} {value};\n" for value in below if value not in old)


def _marked(sign: str, word: str, below: Tree, keyed: Sequence[str]) -> Iterator[str]:
    yield from (f"{sign}  {line}" for line in _braces({word: below}, keyed, 0))
