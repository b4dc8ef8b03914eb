"""Subcommands, flags and exit codes, against simulated devices and with real processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from devices import ENABLE, PASSWORD, SECRETS, USER, running_devices, write_inventory

pytestmark = pytest.mark.lab

PLAY = """
- name: Look
  hosts: r1:r2:t1
  commands: [show version, show running-config]
"""


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with running_devices(tmp_path_factory.mktemp("lab")) as found:
        yield found


@pytest.fixture
def project(here: Path, inventory: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the right credentials in the environment."""
    write_inventory(here, inventory)
    (here / "playrun.toml").write_text('inventory = ["hosts.yml"]\n')
    (here / "site.yml").write_text(PLAY)
    monkeypatch.setenv("PLAYRUN_USER", USER)
    monkeypatch.setenv("PLAYRUN_PASSWORD", PASSWORD)
    monkeypatch.setenv("PLAYRUN_BECOME_PASSWORD", ENABLE)
    return here


def spawn(*words: str, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "runner", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        **more,
    )


def everything_under(folder: Path) -> str:
    return "".join(
        file.read_text("utf-8", "replace") for file in folder.rglob("*") if file.is_file()
    )


def test_a_run_and_its_files(project: Path, playrun: Any) -> None:
    said = playrun("site.yml")
    assert said.code == 0, said.out
    assert sorted(file.name for file in (project / "output").iterdir()) == [
        "r1.txt",
        "r2.txt",
        "t1.txt",
    ]
    assert "\x1b" not in said.out


@pytest.mark.parametrize("flags", [[], ["-v"], ["-vvv"], ["--json"], ["--quiet"], ["--transcript"]])
def test_no_secret_is_shown_or_kept(project: Path, playrun: Any, flags: Sequence[str]) -> None:
    (project / "site.yml").write_text(
        PLAY
        + f"""
  tasks:
    - debug: {{msg: "the password is {PASSWORD}"}}
    - set_fact: {{kept: "{ENABLE}"}}
    - cli: {{commands: ["show {PASSWORD}"]}}
      ignore_errors: true
"""
    )
    said = playrun("site.yml", *flags)
    (run,) = project.glob(".playrun/runs/*")
    # A transcript holds what the user typed at devices; the test below is for those.
    shutil.rmtree(run / "transcripts", ignore_errors=True)
    kept = everything_under(run)
    assert "r1" in kept
    for secret in SECRETS:
        assert secret not in said.out + said.err
        assert secret not in kept


def test_vvv_keeps_transcripts(project: Path, playrun: Any) -> None:
    assert playrun("site.yml", "-vvv", "-l", "t1").code == 0
    (transcript,) = project.glob(".playrun/runs/*/transcripts/*")
    text = transcript.read_text()
    assert "show version" in text
    assert "********" in text
    assert PASSWORD not in text


def test_verbose_shows_what_devices_print(project: Path, playrun: Any) -> None:
    assert "Cisco IOS" not in playrun("site.yml", "-l", "r1").out
    assert "Cisco IOS" in playrun("site.yml", "-l", "r1", "-v").out


def test_json_is_json_alone(project: Path, playrun: Any) -> None:
    said = playrun("site.yml", "--json")
    summary = json.loads(said.out)
    assert set(summary["hosts"]) == {"r1", "r2", "t1"}


def test_quiet_says_only_what_went_wrong(project: Path, playrun: Any) -> None:
    assert playrun("site.yml", "--quiet").out == ""
    said = playrun("site.yml", "--quiet", "-e", "ansible_port=1", "-l", "r1")
    assert said.code == 4
    assert "r1" in said.out + said.err


def test_failed_hosts_are_taken_again(project: Path, playrun: Any) -> None:
    (project / "site.yml").write_text(
        "- hosts: r1:r2\n  tasks:\n    - {fail: {msg: no}, when: inventory_hostname == 'r2'}\n"
    )
    assert playrun("site.yml").code == 2
    said = playrun("site.yml", "--limit", "@failed")
    assert said.code == 2
    assert "[r2]" in said.out
    assert "[r1]" not in said.out


def test_a_dead_host_is_unreachable(project: Path, playrun: Any) -> None:
    (project / "site.yml").write_text("- hosts: dead:r1\n  commands: [show version]\n")
    said = playrun("site.yml")
    assert said.code == 4
    assert "connection refused" in said.out
    assert (project / "output/r1.txt").exists()
    assert not (project / "output/dead.txt").exists()


def test_a_hanging_host_costs_only_itself(project: Path, playrun: Any) -> None:
    (project / "site.yml").write_text("- hosts: hang1:r1\n  commands: [show clock]\n")
    for seconds in (0.5, 5, 25):  # on a busy machine the login takes more than a moment
        (project / "host_vars").mkdir(exist_ok=True)
        (project / "host_vars/hang1.yml").write_text(f"idle_timeout: {seconds}\n")
        said = playrun("site.yml")
        if said.code == 2:
            break
    assert said.code == 2
    assert f"{seconds:g} s" in said.out
    assert "show clock" in said.out
    assert (project / "output/r1.txt").exists()
    assert not (project / "output/hang1.txt").exists()


def test_a_wrong_password_is_tried_three_times_and_no_more(
    project: Path, playrun: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYRUN_PASSWORD", "wrong-one")
    (project / "site.yml").write_text("- hosts: r*:t1\n  commands: [show version]\n")
    said = playrun("site.yml")
    assert said.code == 4
    assert said.out.count("UNREACHABLE!") == 3
    assert said.out.count("NOT TRIED!") == 4
    assert "not tried" in said.out.lower()
    assert "wrong-one" not in said.out + everything_under(project / ".playrun")


@pytest.mark.parametrize("host", ["r1", "t1"])
def test_a_wrong_enable_password(
    project: Path, playrun: Any, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("PLAYRUN_BECOME_PASSWORD", "wrong-enable")
    said = playrun("site.yml", "-l", host)
    assert said.code == 4
    assert "enable" in said.out or "privileged" in said.out
    assert "wrong-enable" not in said.out + everything_under(project / ".playrun")


def test_password_files(project: Path, playrun: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYRUN_PASSWORD")
    monkeypatch.delenv("PLAYRUN_BECOME_PASSWORD")
    (project / "login").write_text(PASSWORD + "\nsecond line\n")
    (project / "enable").write_text(ENABLE + "\n")
    words = ("--connection-password-file", "login", "--become-password-file", "enable")
    assert playrun("site.yml", *words).code == 0


def test_exec_shows_answers(project: Path, playrun: Any) -> None:
    said = playrun("exec", "r1:t1", "show version", "show users")
    assert said.code == 0, said.err
    assert said.out.count("Cisco IOS XE") >= 2
    assert "r1" in said.out
    assert "t1" in said.out
    assert not (project / "output").exists()


def test_exec_says_when_a_device_refuses(project: Path, playrun: Any) -> None:
    said = playrun("exec", "r1", "show nonsense")
    assert said.code == 2
    assert "Invalid input" in said.out + said.err


def test_exec_in_check_mode_sends_nothing_that_changes(project: Path, playrun: Any) -> None:
    said = playrun("exec", "r1", "reload", "-C")
    assert said.code == 0
    assert "reload" in said.out


def test_ping(project: Path, playrun: Any) -> None:
    said = playrun("ping", "r1:t1:dead")
    assert said.code == 4
    assert "cisco_ios" in said.out
    assert "dead" in said.out


def test_ping_as_json(project: Path, playrun: Any) -> None:
    summary = json.loads(playrun("ping", "r1", "--json").out)
    assert list(summary["hosts"]) == ["r1"]


def test_nobody_reads_our_output(project: Path) -> None:
    process = spawn("site.yml", "-v", cwd=project)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read()
    process.stderr.close()
    process.wait(120)
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors
    assert sorted(file.name for file in (project / "output").iterdir()) == [
        "r1.txt",
        "r2.txt",
        "t1.txt",
    ], "what was asked for is done all the same"


def test_ctrl_c(project: Path) -> None:
    (project / "site.yml").write_text("- hosts: hang1\n  commands: [show clock]\n")
    process = spawn("site.yml", cwd=project)
    journal: list[Path] = []
    while not any("TaskStarted" in file.read_text() for file in journal):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
        journal = list(project.glob(".playrun/runs/*/events.jsonl"))
    assert process.stdout is not None
    process.send_signal(2)
    while "Ctrl-C again" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(2)
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "hang1" in out
    assert list(project.glob(".playrun/runs/*/summary.json"))


def test_a_host_that_is_not_reached_is_not_ignored(project: Path, playrun: Any) -> None:
    (project / "site.yml").write_text(
        "- hosts: dead\n  tasks:\n    - {cli: show version, ignore_errors: true}\n"
        "    - {name: never, debug: {msg: x}}\n"
    )
    said = playrun("site.yml")
    assert said.code == 4
    assert "never" not in said.out


def test_colours_only_where_they_are_wanted(
    project: Path, playrun: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b[" in playrun("site.yml", "-l", "r1", "--color", "always").out
    assert "\x1b[" not in playrun("site.yml", "-l", "r1").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in playrun("site.yml", "-l", "r1").out


@pytest.mark.parametrize("strategy", ["serial", "threads", "processes"])
def test_every_strategy_leaves_the_same_files(project: Path, strategy: str) -> None:
    process = spawn("site.yml", "--strategy", strategy, "--processes", "2", cwd=project)
    out, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, ""), out
    text = (project / "output/t1.txt").read_text()
    assert text.startswith("t1#show version\nCisco IOS")
    assert "t1#show running-config\n" in text
