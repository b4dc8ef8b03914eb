"""`serial` and `order`: sizes as ansible-core 2.19 cuts them, and what is no size."""

from __future__ import annotations

from pathlib import Path

import pytest
from planned_plays import planned_book

from runner.errors import PlayrunError
from runner.planning.batches import batches

HOSTS = "all: {hosts: {b: {}, a: {}, d: {}, c: {}, e: {}}}\n"
PLAY = """
- hosts: all
  gather_facts: false
  vars: {two: 2, some: [1, 3]}
  serial: %s
  tasks: [{debug: {msg: x}}]
"""


def cut(folder: Path, serial: str, more: str = "") -> list[str]:
    plan = planned_book(folder, (PLAY % serial).rstrip("\n") + "\n" + more, HOSTS).plans[0]
    found = batches(plan)
    assert [batch.batch for batch in found] == list(range(len(found)))
    assert {batch.batches for batch in found} == {len(found)}
    assert {batch.all_hosts for batch in found} == {("b", "a", "d", "c", "e")}
    return ["".join(batch.hosts) for batch in found]


@pytest.mark.parametrize(
    ("serial", "expected"),
    [
        ("2", ["ba", "dc", "e"]),
        ("5", ["badce"]),
        ("9", ["badce"]),
        ("0", ["badce"]),
        ('"2"', ["ba", "dc", "e"]),
        ('"40%"', ["ba", "dc", "e"]),
        ('"59%"', ["ba", "dc", "e"]),
        ('"1%"', ["b", "a", "d", "c", "e"]),
        ('"150%"', ["badce"]),
        ("[1, 2]", ["b", "ad", "ce"]),
        ('[1, "40%", 0]', ["b", "ad", "ce"]),
        ("[1, 0]", ["b", "adce"]),
        ("[]", ["badce"]),
        ('"{{ two }}"', ["ba", "dc", "e"]),
        ('"{{ some }}"', ["b", "adc", "e"]),
        ('["{{ two }}", 1]', ["ba", "d", "c", "e"]),
        ('"{{ two * 20 }}%"', ["ba", "dc", "e"]),
    ],
)
def test_batches_are_cut(tmp_path: Path, serial: str, expected: list[str]) -> None:
    assert cut(tmp_path, serial) == expected


@pytest.mark.parametrize("serial", ["abc", '"x%"', '"2.5"', '"{{ nowhere }}"', '"{{ {} }}"'])
def test_what_is_no_size_is_refused_with_its_line(tmp_path: Path, serial: str) -> None:
    with pytest.raises(PlayrunError) as caught:
        cut(tmp_path, serial)
    assert caught.value.origin is not None
    assert caught.value.origin.line == 5


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("inventory", "badce"),
        ("reverse_inventory", "ecdab"),
        ("sorted", "abcde"),
        ("reverse_sorted", "edcba"),
    ],
)
def test_hosts_stand_in_the_order_that_the_play_says(
    tmp_path: Path, order: str, expected: str
) -> None:
    assert "".join(cut(tmp_path, "2", f"  order: {order}\n")) == expected


def test_shuffled_hosts_are_all_there(tmp_path: Path) -> None:
    assert sorted("".join(cut(tmp_path, "2", "  order: shuffle\n"))) == list("abcde")


def test_an_unknown_order_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlayrunError) as caught:
        cut(tmp_path, "2", "  order: sortd\n")
    assert "sorted" in str(caught.value)
