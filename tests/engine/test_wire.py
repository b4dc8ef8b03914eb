"""The line between a run and its worker processes: whole objects, whatever the pieces are."""

from __future__ import annotations

import pickle
import socket
import struct
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.engine.strategies.wire import Wire
from runner.events import TaskStarted

THINGS = st.lists(st.text() | st.integers() | st.tuples(st.text(), st.booleans()), max_size=6)


def framed(thing: object) -> bytes:
    data = pickle.dumps(thing)
    return struct.pack("!Q", len(data)) + data


@given(THINGS, st.lists(st.integers(1, 40), max_size=30))
def test_pieces_of_any_size_make_the_same_things(things: list[Any], sizes: list[int]) -> None:
    near, far = socket.socketpair()
    wire = Wire(far)
    data = b"".join(map(framed, things))
    found: list[Any] = []
    for size in [*sizes, len(data)]:
        piece, data = data[:size], data[size:]
        if piece:
            near.sendall(piece)
            found += wire.receive()
    assert found == things
    near.close()
    with pytest.raises(EOFError):
        wire.receive()
    wire.close()


def test_what_has_come_in_is_taken_together() -> None:
    near, far = Wire.pair()
    events = [TaskStarted(1.0, f"h{n}", 0, (n, "x"), "t", "a") for n in range(20)]
    for event in events:
        near.send(event)
    assert far.receive() == events
    near.close()
    far.close()


def test_a_thing_larger_than_the_line_holds_arrives_whole() -> None:
    near, far = Wire.pair()
    large = "x" * 5_000_000
    sender = threading.Thread(target=near.send, args=(large,))
    sender.start()
    found: list[Any] = []
    while not found:
        found = far.receive()
    sender.join(timeout=30)
    assert found == [large]
    near.close()
    far.close()


def test_things_of_many_threads_do_not_mix() -> None:
    near, far = Wire.pair()

    def say(name: int) -> None:
        for number in range(200):
            near.send((name, number, "x" * 3000))

    threads = [threading.Thread(target=say, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    found: list[Any] = []
    while len(found) < 800:
        found += far.receive()
    for thread in threads:
        thread.join(timeout=30)
    for name in range(4):
        assert [number for who, number, _ in found if who == name] == list(range(200))
    near.close()
    far.close()


def test_a_thing_that_was_cut_off_is_none() -> None:
    near, far = socket.socketpair()
    wire = Wire(far)
    near.sendall(framed("whole") + framed("cut off")[:-1])
    near.close()
    assert wire.receive() == ["whole"]
    with pytest.raises(EOFError):
        wire.receive()
    wire.close()


def test_nobody_at_the_other_end_is_told_to_who_sends() -> None:
    near, far = Wire.pair()
    far.close()
    with pytest.raises(OSError, match="Broken pipe"):
        near.send("x")
    near.close()
