"""Folders that are gone, closed or full, names that lead nowhere, playbooks out of a pipe."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from runner.outputs.records import held, new_run, prune, runs

PLAY = "- hosts: all\n  connection: local\n  gather_facts: false\n"
PLAYBOOK = f"{PLAY}  tasks: [{{debug: {{msg: hi}}}}]\n"
HOME = Path(__file__).parents[2]
UNPRIVILEGED = (
    ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if not os.geteuid() else ()
)
"""Root without its right to read what it may not."""


def run(*words: str, **how: Any) -> subprocess.CompletedProcess[str]:
    command = [*UNPRIVILEGED, sys.executable, "-m", "runner", *words]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment(), check=False, **how
    )


def shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", line], capture_output=True, text=True, env=environment(), check=False
    )


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HOME)}


@pytest.fixture
def folder(here: Path) -> Path:
    (here / "site.yml").write_text(PLAYBOOK)
    (here / "hosts").write_text("a\nb\n")
    return here


@pytest.mark.skipif(bool(UNPRIVILEGED) and not shutil.which("setpriv"), reason="root, no setpriv")
def test_a_folder_that_may_not_be_looked_into_is_named(folder: Path) -> None:
    closed = folder / "group_vars"
    closed.mkdir(mode=0)
    said = run("-i", "hosts", "site.yml")
    assert (said.returncode, said.stderr) == (
        1,
        "playrun: cannot use group_vars: permission denied\n",
    )


def test_a_current_folder_that_is_gone_is_told(folder: Path) -> None:
    gone = folder / "gone"
    gone.mkdir()
    words = f'-m runner -i a, "{folder / "site.yml"}"'
    said = shell(f'cd gone; rmdir "{gone}"; exec "{sys.executable}" {words}')
    assert said.returncode == 1
    assert said.stderr == (
        "playrun: the current folder cannot be used: No such file or directory\n"
        "  → go to another folder; it may have been removed\n"
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_lead_nowhere(folder: Path, closed: str) -> None:
    said = shell(f'exec "{sys.executable}" -m runner -i hosts site.yml {closed}')
    assert (said.returncode, said.stderr) == (0, "")
    (record,) = runs(folder / ".playrun")
    summary = json.loads((record / "summary.json").read_text())
    assert {host: one["status"] for host, one in summary["hosts"].items()} == {"a": "ok", "b": "ok"}


def test_without_standard_input_nothing_can_be_asked(folder: Path) -> None:
    said = shell(f'exec "{sys.executable}" -m runner vault encrypt site.yml <&-')
    assert said.returncode == 1
    assert "cannot ask for `New vault password`: there is no terminal" in said.stderr


def test_a_name_that_is_too_long_is_told(folder: Path, playrun: Any) -> None:
    said = playrun("-i", "x" * 5000, "site.yml")
    assert said.code == 1
    assert said.err.startswith("playrun: cannot use xxx")
    assert said.err.endswith("x: file name too long\n")


NOBODY = "~nobody-of-that-name/x"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--conn-pass-file", NOBODY), f"cannot read the password file {NOBODY}: No such file"),
        (("--become-pass-file", NOBODY), f"cannot read the password file {NOBODY}: No such file"),
        (("--private-key", NOBODY), f"--private-key: there is no home folder for {NOBODY}"),
        (("-T", "nan"), "--timeout: must be a number of seconds above 0"),
    ],
)
def test_a_home_that_nobody_has_is_told(
    folder: Path, playrun: Any, words: tuple[str, ...], said: str
) -> None:
    found = playrun("-i", "hosts", *words, "site.yml")
    assert found.code == 1
    assert found.err.startswith(f"playrun: {said}")


def test_a_home_that_nobody_has_is_a_name_like_others(
    folder: Path, playrun: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_CONFIG", NOBODY)
    task = f"{{copy: {{src: {NOBODY}, dest: there}}, ignore_errors: true}}"
    include = f"{{include_tasks: {NOBODY}, ignore_errors: true}}"
    (folder / "site.yml").write_text(f"{PLAY}  tasks: [{task}]\n")
    said = playrun("-i", "a,", "site.yml")
    assert (said.code, "defect" in said.out) == (0, False)
    (folder / "site.yml").write_text(f"{PLAY}  tasks: [{include}]\n")
    assert f"there is no tasks file `{NOBODY}`" in playrun("-i", "a,", "site.yml").err


@pytest.mark.parametrize("empty", ["", " ", ","])
def test_an_empty_limit_is_none(folder: Path, playrun: Any, empty: str) -> None:
    said = playrun("-i", "hosts", "--limit", empty, "site.yml")
    assert said.code == 0
    assert "ok: [a]" in said.out
    assert "ok: [b]" in said.out


@pytest.mark.parametrize("none", ["a:!a", "!all", "a:&b", "@nobody"])
def test_a_limit_that_leaves_nobody_is_refused(folder: Path, playrun: Any, none: str) -> None:
    (folder / "nobody").touch()
    said = playrun("-i", "hosts", "--limit", none, "site.yml")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"playrun: --limit {none} leaves no host\n  → see `playrun inventory --graph`\n"
    )


def test_a_limit_may_name_this_machine_without_an_inventory_that_does(
    folder: Path, playrun: Any
) -> None:
    (folder / "site.yml").write_text(PLAYBOOK.replace("all", "localhost"))
    said = playrun("-i", "hosts", "--limit", "localhost", "site.yml")
    assert said.code == 0
    assert "ok: [localhost]" in said.out


@pytest.mark.parametrize("pattern", ["", "a:!a"])
def test_nobody_to_type_at_is_told(folder: Path, playrun: Any, pattern: str) -> None:
    said = playrun("exec", pattern, "show version", "-i", "hosts")
    assert said.code == 1
    assert said.err == f"playrun: no host is left of `{pattern}`: there is nothing to do\n"


def test_an_inventory_is_shown_within_the_limit(folder: Path, playrun: Any) -> None:
    listed = playrun("inventory", "-i", "hosts", "--list", "--limit", "b")
    assert json.loads(listed.out)["ungrouped"] == {"hosts": ["b"]}
    assert list(json.loads(listed.out)["_meta"]["hostvars"]) == ["b"]
    graph = playrun("inventory", "-i", "hosts", "--graph", "--limit", "b").out
    assert graph == "@all:\n  |--@ungrouped:\n  |  |--b\n"
    assert playrun("inventory", "-i", "hosts", "--list", "--limit", "c").code == 1


def test_a_playbook_from_a_pipe_belongs_to_the_current_folder(folder: Path) -> None:
    (folder / "group_vars").mkdir()
    (folder / "group_vars/all.yml").write_text("word: from here\n")
    (folder / "tasks.yml").write_text("- debug: {msg: '{{ word }} in {{ playbook_dir }}'}\n")
    text = f"{PLAY}  tasks: [{{import_tasks: tasks.yml}}]\n"
    said = run("-i", "a,", "/dev/stdin", input=text)
    assert said.returncode == 0, said.stderr
    assert f'"msg": "from here in {folder}"' in said.stdout
    assert (folder / ".playrun/runs").is_dir()


def test_the_same_from_a_file_that_is_standard_input(folder: Path) -> None:
    with (folder / "site.yml").open() as text:
        said = run("-i", "a,", "/dev/stdin", stdin=text)
    assert said.returncode == 0, said.stderr
    assert (folder / ".playrun/runs").is_dir()


def test_a_project_file_that_leads_nowhere_is_not_passed_over(folder: Path, playrun: Any) -> None:
    (folder / "playrun.toml").symlink_to("moved-away.toml")
    said = playrun("-i", "hosts", "site.yml")
    assert (said.code, said.err) == (
        1,
        "playrun: playrun.toml is not read: it is no file, or a link that leads to none\n",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [("playrun.toml", "workers = 3\r\n"), ("ansible.cfg", "[defaults]\r\nforks = 3\r\n")],
)
def test_settings_may_begin_with_a_byte_order_mark(
    folder: Path, playrun: Any, name: str, text: str
) -> None:
    (folder / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    (folder / "site.yml").write_text(PLAYBOOK.replace("hi", "'{{ ansible_forks }} at a time'"))
    assert "3 at a time" in playrun("-i", "hosts", "site.yml").out


def test_a_graph_may_be_as_deep_as_it_likes(folder: Path, playrun: Any) -> None:
    deep = 2000
    lines = [f"[g{number}:children]\ng{number + 1}\n" for number in range(deep)]
    (folder / "hosts").write_text("".join([*lines, f"[g{deep}]\na\n"]))
    said = playrun("inventory", "-i", "hosts", "--graph")
    assert said.code == 0
    assert said.out.splitlines()[-1] == f"{'  |' * (deep + 2)}--a"


def test_what_stands_where_the_record_should_is_named(folder: Path, playrun: Any) -> None:
    (folder / ".playrun").touch()
    said = playrun("-i", "hosts", "site.yml")
    assert (said.code, said.err) == (1, f"playrun: cannot write {folder}/.playrun: File exists\n")


def test_a_project_that_cannot_be_written_leaves_no_half_a_file(here: Path) -> None:
    said = shell(f'ulimit -f 0; exec "{sys.executable}" -m runner init new')
    assert said.returncode == 1
    assert said.stderr == "playrun: cannot write new/.gitignore: File too large\n"
    assert [path for path in Path("new").rglob("*") if path.is_file()] == []


def test_the_record_of_a_run_that_goes_on_stays(tmp_path: Path) -> None:
    going, over = new_run(tmp_path, 1), new_run(tmp_path, 2)
    with held(going):
        prune(tmp_path, 0)
        assert runs(tmp_path) == [going.path]
    prune(tmp_path, 0)
    assert runs(tmp_path) == []
    assert not over.path.exists()


def test_two_runs_at_once_both_keep_their_records(folder: Path, playrun: Any) -> None:
    (folder / "playrun.toml").write_text("runs_keep = 1\n")
    slow_one = f"{PLAY}  tasks: [{{wait_for: {{path: go, timeout: 170}}}}]\n"
    (folder / "slow.yml").write_text(slow_one)
    command = [sys.executable, "-m", "runner", "-i", "hosts", "slow.yml"]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as slow:
        assert slow.stdout is not None
        assert any("PLAY [all]" in line for line in slow.stdout)
        first = runs(folder / ".playrun")
        assert playrun("-i", "hosts", "site.yml").code == 0
        assert playrun("-i", "hosts", "site.yml").code == 0
        assert first[0] in runs(folder / ".playrun")
        (folder / "go").touch()
        slow.stdout.read()
        assert slow.wait() == 0
    names = {path.name for path in first[0].iterdir()}
    assert {"manifest.json", "events.jsonl", "summary.json"} <= names


def interrupted(question: str, *words: str) -> tuple[int | None, str]:
    """Exit code and what was said after Ctrl-C at a question."""
    command = ["-m", "runner", "-i", "hosts", *words]
    spawn = pexpect.spawn(sys.executable, command, env=environment(), encoding="utf-8", timeout=120)
    with spawn as child:
        child.expect(question)
        child.sendcontrol("c")
        child.expect(pexpect.EOF, timeout=120)
        said = child.before
        child.wait()
    return child.exitstatus, said


def test_ctrl_c_ends_the_question_of_a_step(folder: Path) -> None:
    code, said = interrupted("Perform task: debug", "--step", "site.yml")
    assert code == 130
    assert "stopping: hosts finish the task they are in" in said
    assert "TASK" not in said


@pytest.mark.parametrize("private", ["false", "true"])
def test_ctrl_c_ends_what_a_later_play_asks(folder: Path, private: str) -> None:
    asking = f"{PLAY}  vars_prompt: [{{name: word, private: {private}}}]\n  tasks: []\n"
    (folder / "site.yml").write_text(PLAYBOOK + asking)
    code, said = interrupted("word: ", "site.yml")
    assert code == 130
    assert "PLAY RECAP" in said
    assert said.rstrip().endswith("playrun: interrupted")


STRATEGIES = pytest.mark.parametrize("strategy", ["serial", "linear", "processes"])


@STRATEGIES
@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ("{prompt: go on}", "the run was interrupted while it asked"),
        ("{prompt: go on, echo: false}", "the run was interrupted while it asked"),
        ("{prompt: go on, minutes: 60}", "the wait was ended, since the run was interrupted"),
    ],
)
def test_ctrl_c_ends_a_pause(folder: Path, asks: str, said: str, strategy: str) -> None:
    (folder / "site.yml").write_text(f"{PLAY}  tasks: [pause: {asks}, debug: {{msg: next}}]\n")
    code, rest = interrupted("go on", "--strategy", strategy, "site.yml")
    assert code == 130
    assert said in rest
    assert "defect" not in rest
    assert "next" not in rest
    (record,) = runs(folder / ".playrun")
    summary = json.loads((record / "summary.json").read_text())
    assert summary["interrupted"] is True
    statuses = {host: each["status"] for host, each in summary["hosts"].items()}
    assert statuses["a"] == "failed"
    assert statuses["b"] in ("failed", "not_run")


@STRATEGIES
def test_ctrl_c_ends_what_waits_to_try_again(folder: Path, strategy: str) -> None:
    tried = "  tasks:\n  - {command: touch tried, until: false, retries: 9, delay: 900}\n"
    (folder / "site.yml").write_text(PLAY + tried)
    command = ["-m", "runner", "-i", "hosts", "--strategy", strategy, "site.yml"]
    spawn = pexpect.spawn(sys.executable, command, env=environment(), encoding="utf-8", timeout=120)
    with spawn as child:
        until(lambda: (folder / "tried").exists())
        child.sendcontrol("c")
        child.expect("the run was interrupted while the task waited", timeout=120)
        child.expect(pexpect.EOF, timeout=120)
        child.wait()
    assert child.exitstatus == 130


def test_a_terminal_that_goes_ends_the_run_as_ctrl_c_does(folder: Path) -> None:
    task = "shell: touch at; until test -e go; do sleep 0.1; done"
    (folder / "site.yml").write_text(f"{PLAY}  tasks:\n  - {task}\n  - debug:\n")
    ours, theirs = pty.openpty()
    words = ("setsid", "--ctty", sys.executable, "-m", "runner", "-i", "a,", "site.yml")
    with subprocess.Popen(
        words, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs
    ) as run:
        os.close(theirs)
        until(lambda: (folder / "at").exists())
        os.close(ours)
        until(lambda: "stopping: " in written(folder))
        (folder / "go").touch()
        assert run.wait(60) == 130
    (record,) = runs(folder / ".playrun")
    summary = json.loads((record / "summary.json").read_text())
    assert (summary["exit_code"], summary["interrupted"]) == (130, True)
    assert summary["hosts"]["a"]["changed"] == 1


def written(folder: Path) -> str:
    (record,) = runs(folder / ".playrun")
    return (record / "events.jsonl").read_text()


def test_a_run_under_nohup_goes_on_without_its_terminal(folder: Path) -> None:
    (folder / "site.yml").write_text(
        f"{PLAY}  tasks: [shell: touch at; until test -e go; do :; done]\n"
    )
    words = ("nohup", sys.executable, "-m", "runner", "-i", "a,", "site.yml")
    with subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL) as run:
        until(lambda: (folder / "at").exists())
        run.send_signal(signal.SIGHUP)
        (folder / "go").touch()
        assert run.wait(60) == 0


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)
