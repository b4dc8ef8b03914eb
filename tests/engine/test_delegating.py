"""`delegate_to`: the device is another's, the task and what it gives are the host's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playing import ItemFinished, NoDevices, Played, play

from runner.events import TaskFinished

HOSTS = """
all:
  vars: {ansible_connection: local}
  hosts:
    h1: {who: one, ansible_host: 192.0.2.1}
    h2: {who: two}
    h3: {who: three, ansible_host: 192.0.2.3}
"""


def two(tmp_path: Path, tasks: str, inventory: str = HOSTS, **more: Any) -> Played:
    return play(
        tmp_path, f"- hosts: all\n  gather_facts: false\n  tasks:\n{tasks}", inventory, **more
    )


def finished(played: Played, task: str, host: str = "h1") -> Any:
    (event,) = [e for e in played.of(TaskFinished) if e.task == task and e.host == host]
    return event


def test_variables_and_results_are_the_hosts_own(tmp_path: Path) -> None:
    played = two(
        tmp_path,
        """
    - {name: a, debug: {msg: "{{ inventory_hostname }} {{ who }}"}, delegate_to: h2, register: r}
    - {name: b, debug: {msg: "{{ r.msg }}"}}
""",
    )
    assert [played.messages(host)[-1] for host in ("h1", "h2")] == ["h1 one", "h2 two"]
    assert finished(played, "a", "h1").delegate == "h2"
    assert finished(played, "a", "h2").delegate is None


def test_the_address_is_the_delegates_where_the_host_says_none(tmp_path: Path) -> None:
    played = two(
        tmp_path,
        """
    - {debug: {msg: "{{ ansible_host }}"}, delegate_to: h3}
    - {debug: {msg: "{{ ansible_delegated_vars.h3.who }}"}, delegate_to: h3}
    - {debug: {msg: "{{ ansible_host }}"}}
""",
    )
    assert played.messages("h2") == ["192.0.2.3", "three", "h2"]
    assert played.messages("h1") == ["192.0.2.1", "three", "192.0.2.1"]


def test_each_item_may_go_elsewhere(tmp_path: Path) -> None:
    played = two(
        tmp_path,
        """
    - name: a
      debug: {msg: "{{ ansible_host }}"}
      loop: [h2, h3, nowhere]
      delegate_to: "{{ item }}"
      when: inventory_hostname == 'h2'
""",
    )
    items = [event for event in played.of(ItemFinished) if event.host == "h2"]
    assert [event.values["msg"] for event in items] == ["h2", "192.0.2.3", "nowhere"]
    assert [event.delegate for event in items] == [None, "h3", "nowhere"]


def test_omit_is_the_host_itself_and_nothing_is_an_error(tmp_path: Path) -> None:
    played = two(
        tmp_path,
        """
    - {name: a, debug: {msg: x}, delegate_to: "{{ omit }}"}
    - {name: b, debug: {msg: x}, delegate_to: "{{ '' }}", ignore_errors: true}
""",
    )
    assert (finished(played, "a").status, finished(played, "a").delegate) == ("ok", None)
    assert "names no host" in finished(played, "b").failure.message


def test_a_delegate_that_is_undefined_fails_even_what_is_skipped(tmp_path: Path) -> None:
    played = two(
        tmp_path,
        '    - {name: a, debug: {msg: x}, delegate_to: "{{ d.gone }}", when: false}\n',
        extra={"d": {}},
    )
    assert finished(played, "a").status == "failed"


def test_facts_are_the_hosts_unless_they_are_delegated(tmp_path: Path) -> None:
    played = two(
        tmp_path,
        """
    - {set_fact: {a: "{{ who }}"}, delegate_to: h2, when: who == 'one'}
    - {set_fact: {b: "{{ who }}"}, delegate_to: h2, delegate_facts: true, when: who == 'one'}
    - {debug: {msg: "{{ a | default('no') }} {{ b | default('no') }} {{ hostvars.h2.b }}"}}
""",
    )
    assert played.messages("h1") == ["one no one"]
    assert played.messages("h2") == ["no one one"]


def test_programs_run_on_no_device(tmp_path: Path) -> None:
    played = two(
        tmp_path,
        """
    - {name: a, command: echo hi, delegate_to: localhost, register: r}
    - {name: b, command: echo hi, delegate_to: r1, ignore_errors: true, when: who == 'one'}
""",
        HOSTS + "    r1: {ansible_connection: network_cli, who: device}\n",
    )
    assert finished(played, "a").values["stdout"] == "hi"
    message = finished(played, "b").failure.message
    assert message == "`command` runs a program on the controller, and r1 is a device"


class Line:
    """A session that notes who used it."""

    dirty = False
    mode = "exec"

    def __init__(self, target: Any, log: list[str]) -> None:
        self.target = target
        self._log = log

    def close(self) -> None:
        self._log.append(f"closed {self.target.host}")


class Devices(NoDevices):
    """Opens a `Line` for every target."""

    def __init__(self) -> None:
        self.opened: list[Any] = []
        self.log: list[str] = []

    def connector(self) -> Any:
        return self

    def connect(self, target: Any) -> Line:
        line = Line(target, self.log)
        self.opened.append(line)
        return line


@pytest.fixture
def lines() -> Devices:
    return Devices()


def test_a_session_to_a_delegate_is_nobody_elses(lines: Devices) -> None:
    from runner.engine.targets.link import Link
    from runner.engine.targets.sessions import SessionPool

    class Target:
        host = "r1"

    target: Any = Target()
    pool = SessionPool(4)
    first, second = (Link(f"{host} for r1", lines, pool) for host in ("h1", "h2"))
    one, two = first.session(target), second.session(target)
    assert one is not two
    first.rest()
    second.rest()
    assert first.session(target) is one
    assert second.session(target) is two


def test_a_host_holds_one_session_while_it_waits_for_another(lines: Devices) -> None:
    from runner.engine.targets.link import Link
    from runner.engine.targets.sessions import SessionPool

    class Target:
        host = "r1"

    target: Any = Target()
    pool = SessionPool(1)
    own, other = Link("h1", lines, pool), Link("h1 for r1", lines, pool)
    own.session(target)
    own.rest()
    other.session(target)
    assert lines.log == ["closed r1"]
    assert (own.connected, other.connected) == (False, True)
