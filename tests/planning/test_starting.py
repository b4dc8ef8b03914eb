"""`--start-at-task`: what is left of plays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runner.errors import LoadError
from runner.model import Block, Entry, Role, Scope, Task
from runner.planning.starting import Starting
from runner.values import Origin

HERE = Origin("site.yml", 1, 1)


def task(name: str, action: str = "debug", **more: object) -> Task:
    return Task(action, {}, HERE, written=action, name=name)._replace(**more)  # type: ignore[arg-type]


PLAY: tuple[Entry, ...] = (
    task("Gathering Facts", "gather_facts", implicit=True),
    task("one"),
    Block(
        (task("two"), Block((task("three"),), HERE)),
        HERE,
        rescue=(task("aid"),),
        always=(task("last"),),
    ),
    task("", "cli"),
    task("one"),
    task("in role", scope=Scope(role=Role("r", "/r"))),
)


def names(entries: tuple[Entry, ...]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, Task):
            yield entry.label
        else:
            yield "[" + " ".join(names(entry.body)) + "]" + "".join(names(entry.rescue))
            yield "".join(names(entry.always))


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("one", "one [two [three] ]aid last cli one in role"),
        ("two", "[two [three] ]aid last cli one in role"),
        ("thr*", "[[three] ]aid last cli one in role"),
        ("last", "[last]  cli one in role"),
        ("cli", "cli one in role"),
        ("r : in role", "in role"),
        ("in role", "in role"),
    ],
)
def test_it_starts_at_the_first_task_of_the_name(name: str, left: str) -> None:
    starting = Starting(name)
    assert " ".join(names(starting.left(PLAY))) == f"Gathering Facts {left}"
    assert starting.left(PLAY) == PLAY, "plays that follow are whole"
    starting.check()


@pytest.mark.parametrize("name", ["aid", "Gathering Facts", "tow"])
def test_what_is_not_there_leaves_nothing(name: str) -> None:
    starting = Starting(name)
    assert starting.left(PLAY) == ()
    with pytest.raises(LoadError) as caught:
        starting.check()
    assert name != "tow" or caught.value.hint == "did you mean `two`?"
