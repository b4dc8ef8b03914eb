"""Ctrl-C and workers that die, while hosts are in blocks, rescues and handlers."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from playing import Played, play
from test_strategies_contract import hosts, interrupted_by, wait_until, with_action

from runner.actions.api import Call, Effect
from runner.engine.host import HostState
from runner.errors import ActionFailed, PromptTimeout
from runner.events import HostFinished, TaskStarted

PLAY = """
- hosts: all
  gather_facts: false
  strategy: {executor}
  workers: {workers}
  processes: 2
  vars: {{ansible_network_os: generic}}
  handlers:
    - {{name: handler, set_fact: {{x: 1}}}}
  tasks:
    - {{name: change, set_fact: {{y: 1}}, changed_when: true, notify: handler}}
    - block:
        - {{name: deed, debug: {{msg: x}}}}
        - {{name: more, set_fact: {{z: 1}}}}
      rescue:
        - {{name: aid, set_fact: {{z: 2}}}}
      always:
        - {{name: tidy, set_fact: {{z: 3}}}}
"""
LATER = {"more", "aid", "tidy", "handler"}


def text(executor: str, workers: int = 3) -> str:
    return PLAY.format(executor=executor, workers=workers)


def began(played: Played, host: str | None = None) -> set[str]:
    return {event.task for event in played.of(TaskStarted) if host is None or event.host == host}


def fails_soon(call: Call) -> None:
    wait_until(call.stopping)
    raise ActionFailed("cut off")


def test_after_ctrl_c_no_rescue_no_always_and_no_handler_begins(
    tmp_path: Path, executor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_action(monkeypatch, fails_soon)
    played = play(tmp_path, text(executor), hosts(4), tell=interrupted_by("deed"))
    assert played.interrupted
    assert "deed" in began(played)
    assert not began(played) & LATER
    assert set(played.statuses().values()) == {"not_run"}


def test_a_second_ctrl_c_ends_a_host_that_hangs_in_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import runner.engine.conducting.conductor as conductor

    monkeypatch.setattr(conductor, "_GRACE", 0.3)
    release = threading.Event()
    with_action(monkeypatch, lambda call: release.wait(60), Effect.DEVICE_WRITE)
    played = play(tmp_path, text("threads", 2), hosts(2), tell=interrupted_by("deed", 2, on=2))
    release.set()
    assert set(played.statuses().values()) == {"unknown"}
    assert not began(played) & LATER


@pytest.mark.parametrize(
    ("effect", "status"), [(Effect.DEVICE_READ, "lost"), (Effect.DEVICE_WRITE, "unknown")]
)
def test_a_worker_that_dies_in_a_block_rescues_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, effect: Effect, status: str
) -> None:
    def die(call: Call) -> None:
        if call.host == "h2":
            os.kill(os.getpid(), signal.SIGKILL)

    with_action(monkeypatch, die, effect)
    lines = text("processes", 2).replace("vars:", "lockstep: never\n  vars:")
    played = play(tmp_path, lines, hosts(4))
    assert played.statuses()["h2"] == status
    assert not began(played, "h2") & LATER
    well = {host for host, how in played.statuses().items() if how == "ok"}
    assert well
    assert all(began(played, host) >= {"more", "tidy", "handler"} for host in well)


@pytest.mark.parametrize("rescued", [False, True])
def test_a_first_host_that_dies_takes_the_others_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rescued: bool
) -> None:
    """As if its task had failed: nobody has what it was to give."""

    def die(call: Call) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with_action(monkeypatch, die)
    rescue = "rescue: [{name: aid, set_fact: {z: 2}}]" if rescued else "name: plain"
    played = play(
        tmp_path,
        f"""
- hosts: all
  gather_facts: false
  strategy: processes
  processes: 3
  vars: {{ansible_network_os: generic}}
  tasks:
    - block:
        - {{name: deed, debug: {{msg: x}}, run_once: true}}
      {rescue}
    - {{name: after, set_fact: {{a: 1}}}}
""",
        hosts(3),
    )
    statuses: dict[str, Any] = played.statuses()
    assert statuses == {"h1": "lost", "h2": "not_run", "h3": "not_run"}
    assert not began(played) & {"aid", "after"}


@pytest.mark.parametrize("within", ["block", "loop"])
def test_a_change_that_was_cut_off_stays_unknown_whatever_rescues_it(
    tmp_path: Path, executor: str, monkeypatch: pytest.MonkeyPatch, within: str
) -> None:
    tries: list[str] = []

    def silent(call: Call) -> None:
        tries.append(call.host)
        raise PromptTimeout("no prompt within 30 s")

    with_action(monkeypatch, silent, Effect.DEVICE_WRITE)
    monkeypatch.setattr(HostState, "connected", lambda *_: True)
    playbook = text(executor) + "- hosts: all\n  tasks: [{name: later, set_fact: {b: 1}}]\n"
    if within == "loop":
        playbook = playbook.replace("{name: deed,", "{name: deed, loop: [1, 2], retries: 3,")
    played = play(tmp_path, playbook, hosts(1))
    assert {"aid", "tidy", "handler"} <= began(played)
    assert played.statuses() == {"h1": "unknown"}
    assert "later" not in began(played)
    (left,) = played.of(HostFinished)
    assert left.failure is not None
    assert "no prompt" in left.failure.message
    if executor != "processes":
        assert tries == ["h1"] * (1 if within == "block" else 2), "never sent again by itself"
