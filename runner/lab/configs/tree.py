"""A configuration of indented lines: sections, lines in them, and lines that undo others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Tree = dict[str, "Tree"]
"""Lines, in order, each with the lines below it."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How a platform writes its configuration."""

    negate: str = "no"
    single: tuple[str, ...] = ()
    """Beginnings of lines of which there is only one: a new one replaces the old."""
    separator: str = "!"
    """Stands between top-level sections."""
    before: str = ""
    """`separator` before sections instead of after them, if `before` is `yes`."""
    closing: bool = True
    """Whether `separator` also stands at the very end."""
    section_end: str = ""
    """Closes a section, at the section's own indent (`exit`)."""
    nested_end: str = ""
    """Closes a section within a section (` !`)."""
    indent: str = " "


def parse(text: str, style: Style) -> Tree:
    """Reads a configuration as this module writes it."""
    top: Tree = {}
    above: list[tuple[int, Tree]] = [(-1, top)]
    for line in text.splitlines():
        plain = line.strip()
        if not plain or plain in (style.separator, style.section_end, style.nested_end):
            continue
        depth = len(line) - len(line.lstrip())
        while above[-1][0] >= depth:
            above.pop()
        node: Tree = {}
        above[-1][1][plain] = node
        above.append((depth, node))
    return top


def render(tree: Tree, style: Style) -> str:
    """The configuration as `show running-config` prints it, separators included."""
    out: list[str] = []
    last_had_children = True
    for line, below in tree.items():
        if style.before and (below or last_had_children):
            out.append(style.separator)
        out.append(line)
        out.extend(_below(below, style, style.indent))
        if below and style.section_end:
            out.append(style.section_end)
        if not style.before and below:
            out.append(style.separator)
        last_had_children = bool(below)
    if style.closing and (style.before or (out and out[-1] != style.separator)):
        out.append(style.separator)
    return "\n".join(out) + "\n"


def _below(tree: Tree, style: Style, indent: str) -> Iterator[str]:
    for line, below in tree.items():
        yield indent + line
        if below:
            yield from _below(below, style, indent + style.indent)
            if style.nested_end:
                yield indent + style.nested_end


def at(tree: Tree, path: Sequence[str]) -> Tree | None:
    """The lines below `path`; None when there is no such section."""
    for step in path:
        if step not in tree:
            return None
        tree = tree[step]
    return tree


def put(tree: Tree, path: Sequence[str], line: str, style: Style) -> None:
    """Adds a line below `path`, making what is missing on the way."""
    for step in path:
        tree = tree[step] if step in tree else _insert(tree, step)
    if line in tree:
        return
    for beginning in style.single:
        if begins(line, beginning):
            old = next((other for other in tree if begins(other, beginning)), None)
            if old is not None:
                _replace(tree, old, line)
                return
    _insert(tree, line)


def remove(tree: Tree, path: Sequence[str], line: str) -> bool:
    """Takes away all lines below `path` that begin with `line`; whether there were any."""
    section = at(tree, path)
    if section is None:
        return False
    gone = [other for other in section if begins(other, line)]
    for other in gone:
        del section[other]
    return bool(gone)


def begins(line: str, words: str) -> bool:
    """Whether `line` begins with these whole words."""
    return line == words or line.startswith((words + " ", words + "\n"))


def _insert(tree: Tree, line: str) -> Tree:
    """Adds a line after the last one that begins with the same word, else at the end."""
    word = line.split(" ", 1)[0]
    items = list(tree.items())
    places = [index for index, (other, _) in enumerate(items) if begins(other, word)]
    index = places[-1] + 1 if places else len(items)
    node: Tree = {}
    items.insert(index, (line, node))
    tree.clear()
    tree.update(items)
    return node


def _replace(tree: Tree, old: str, new: str) -> None:
    items = [(new if line == old else line, below) for line, below in tree.items()]
    tree.clear()
    tree.update(items)


def copy(tree: Tree) -> Tree:
    """A deep copy."""
    return {line: copy(below) for line, below in tree.items()}
