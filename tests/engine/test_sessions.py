"""The cache of open sessions: never more than its bound, never a session that cannot be trusted."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.engine.targets.sessions import SessionPool


class Line:
    """As much of a session as the pool looks at."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dirty = False
        self.mode = "exec"
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Lines:
    """Opens lines and remembers them."""

    def __init__(self) -> None:
        self.all: list[Line] = []

    def opener(self, name: str) -> Callable[[], Line]:
        def connect() -> Line:
            self.all.append(Line(name))
            return self.all[-1]

        return connect

    @property
    def open(self) -> int:
        return sum(not line.closed for line in self.all)


def test_a_host_gets_its_own_session_back() -> None:
    pool, lines = SessionPool(2), Lines()
    first = pool.take("a", lines.opener("a"))  # type: ignore[arg-type]
    pool.put("a", first)
    assert pool.take("a", lines.opener("a")) is first  # type: ignore[arg-type]
    assert len(lines.all) == 1


def test_the_longest_idle_session_makes_room() -> None:
    pool, lines = SessionPool(2), Lines()
    for name in "ab":
        pool.put(name, pool.take(name, lines.opener(name)))  # type: ignore[arg-type]
    pool.take("c", lines.opener("c"))  # type: ignore[arg-type]
    assert [line.name for line in lines.all if line.closed] == ["a"]


def test_a_dirty_session_is_closed_not_kept() -> None:
    pool, lines = SessionPool(2), Lines()
    line = pool.take("a", lines.opener("a"))  # type: ignore[arg-type]
    line.dirty = True  # type: ignore[misc]
    pool.put("a", line)
    assert lines.all[0].closed
    assert pool.take("a", lines.opener("a")) is lines.all[1]  # type: ignore[arg-type]


def test_a_session_left_in_another_mode_is_closed_not_kept() -> None:
    pool, lines = SessionPool(2), Lines()
    line = pool.take("a", lines.opener("a"))  # type: ignore[arg-type]
    line.mode = "config"  # type: ignore[misc]
    pool.put("a", line)
    assert lines.all[0].closed
    assert pool.take("a", lines.opener("a")) is lines.all[1]  # type: ignore[arg-type]


def test_a_connection_that_fails_gives_its_place_back() -> None:
    pool, lines = SessionPool(1), Lines()

    def refuse() -> Line:
        raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        pool.take("a", refuse)  # type: ignore[arg-type]
    pool.take("b", lines.opener("b"))  # type: ignore[arg-type]
    assert lines.open == 1


def test_a_host_waits_while_all_sessions_are_in_use() -> None:
    pool, lines = SessionPool(1), Lines()
    held = pool.take("a", lines.opener("a"))  # type: ignore[arg-type]
    done = threading.Event()

    def second() -> None:
        pool.take("b", lines.opener("b"))  # type: ignore[arg-type]
        done.set()

    thread = threading.Thread(target=second)
    thread.start()
    assert not done.wait(0.05)
    pool.drop(held)
    assert done.wait(60)
    thread.join()


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from(["work", "dirty", "leave"]), st.sampled_from("abcde"))),
)
def test_never_more_open_than_the_bound(limit: int, deeds: list[tuple[str, str]]) -> None:
    """One host at a time works, then rests, breaks its session, or leaves."""
    pool, lines = SessionPool(limit), Lines()
    for deed, host in deeds:
        line = pool.take(host, lines.opener(host))  # type: ignore[arg-type]
        assert not line.closed  # type: ignore[attr-defined]
        assert line.name == host  # type: ignore[attr-defined]
        line.dirty = deed == "dirty"  # type: ignore[misc]
        pool.put(host, line)
        if deed == "leave":
            pool.forget(host)
        assert lines.open <= limit
    for host in "abcde":
        pool.forget(host)
    assert lines.open == 0
