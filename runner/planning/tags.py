"""Which tasks `--tags` and `--skip-tags` leave. Meanings as on Ansible's "Tags" page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from runner.errors import nearest
from runner.model import Block, Entry, Task


class TagFilter(NamedTuple):
    """`only` as given by --tags (empty: all), `skip` by --skip-tags. Skipping wins."""

    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()

    def keeps(self, task: Task) -> bool:
        """Whether the task runs."""
        return self._wanted(task.tags) and not self._skipped(task.tags)

    def _wanted(self, tags: frozenset[str]) -> bool:
        only = self.only or frozenset({"all"})
        if "always" in tags or only & (tags or frozenset({"untagged"})):
            return True
        return "never" not in tags and ("all" in only or ("tagged" in only and bool(tags)))

    def _skipped(self, tags: frozenset[str]) -> bool:
        if "all" in self.skip:
            return "always" not in tags or "always" in self.skip
        if self.skip & (tags or frozenset({"untagged"})):
            return True
        return "tagged" in self.skip and bool(tags)


def tag_filter(only: Iterable[str], skip: Iterable[str]) -> TagFilter:
    """From the flags' values, each a list of words with commas."""
    return TagFilter(frozenset(words(only)), frozenset(words(skip)))


SPECIAL = frozenset(("all", "always", "never", "tagged", "untagged"))


def not_there(flags: Mapping[str, Iterable[str]], tasks: Iterable[Task]) -> Iterator[str]:
    """What to say of tags in flags that no task has: most often they are misspelt."""
    known = SPECIAL.union(*(task.tags for task in tasks))
    for flag, values in flags.items():
        for word in words(values):
            if word not in known:
                close = nearest(word, known - SPECIAL)
                meant = f" (did you mean `{close}`?)" if close else ""
                yield f"{flag} {word}: no task has this tag{meant}"


def words(values: Iterable[str]) -> list[str]:
    """The tags in flags' values, each a list of words with commas."""
    found = [word.strip() for value in values for word in value.split(",")]
    return list(dict.fromkeys(word for word in found if word))


def kept(entries: Iterable[Entry], keeps: Callable[[Task], bool]) -> tuple[Entry, ...]:
    """The entries that the tags leave; a block with nothing left in it goes too.

    Flushes that nobody wrote always stay.
    """
    found: list[Entry] = []
    for entry in entries:
        if isinstance(entry, Block):
            parts = [kept(part, keeps) for part in (entry.body, entry.rescue, entry.always)]
            if any(parts):
                body, rescue, always = parts
                found.append(entry._replace(body=body, rescue=rescue, always=always))
        elif (entry.implicit and entry.action == "meta") or keeps(entry):
            found.append(entry)
    return tuple(found)
