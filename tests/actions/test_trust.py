"""What actions that write do not do: leave the folder, follow planted links, lose a file."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from calling import a_call

from runner.actions import ACTIONS
from runner.actions.filesystem.places import refuse_planted_links
from runner.actions.processes import Shell
from runner.errors import ActionFailed

WRITERS: dict[str, dict[str, Any]] = {
    "assemble": {"src": "pieces", "dest": "{}"},
    "blockinfile": {"path": "{}", "block": "x", "create": True},
    "copy": {"content": "x", "dest": "{}"},
    "fetch": {"src": "here", "dest": "{}", "flat": True},
    "file": {"path": "{}", "state": "touch"},
    "get_url": {"url": "http://127.0.0.1:1/", "dest": "{}"},
    "lineinfile": {"path": "{}", "line": "x", "create": True},
    "replace": {"path": "{}", "regexp": "x", "replace": "y"},
    "tempfile": {"path": "{}"},
    "uri": {"url": "http://127.0.0.1:1/", "dest": "{}"},
}
"""Every action that writes where an argument says, with what it needs besides."""


def attempt(folder: Path, action: str, path: str, written: str) -> None:
    (folder / "pieces").mkdir(exist_ok=True)
    (folder / "here").write_text("x")
    args = {name: path if value == "{}" else value for name, value in WRITERS[action].items()}
    ACTIONS[action].run(a_call(folder, action, written=[written], args=args))


@pytest.mark.parametrize("action", WRITERS)
@pytest.mark.parametrize("path", ["/tmp/astray", "~/astray", "../astray", "a/../../astray", "a\nb"])
def test_a_value_from_elsewhere_does_not_choose_the_folder(
    tmp_path: Path, action: str, path: str
) -> None:
    with pytest.raises(ActionFailed, match=r"nothing that the playbook|is no path"):
        attempt(tmp_path / "project", action, path, "{{ said.stdout }}")
    assert not list(tmp_path.rglob("astray*"))


@pytest.fixture(autouse=True)
def _project(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can lay a link as somebody else")
@pytest.mark.parametrize("action", WRITERS)
def test_a_planted_link_is_not_followed(tmp_path: Path, action: str) -> None:
    shared, target = tmp_path / "shared", tmp_path / "target"
    shared.mkdir()
    shared.chmod(0o1777)
    target.write_text("kept")
    link = shared / "link"
    link.symlink_to(target if action != "tempfile" else tmp_path)
    os.chown(link, 12345, 12345, follow_symlinks=False)
    with pytest.raises(ActionFailed, match="another user has laid"):
        attempt(tmp_path / "project", action, str(link), str(link))
    assert target.read_text() == "kept"


def test_links_of_ones_own_and_in_private_folders_are_fine(tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "to")
    refuse_planted_links(tmp_path / "link" / "file")


def test_hosts_that_edit_one_file_at_a_time_lose_no_line(tmp_path: Path) -> None:
    file = tmp_path / "project/list"
    file.write_text("")

    def add(number: int) -> Callable[[], None]:
        args = {"path": str(file), "line": f"line {number}"}
        call = a_call(tmp_path, "lineinfile", written=[str(file)], args=args)
        return lambda: (ACTIONS["lineinfile"].run(call), None)[1]

    threads = [threading.Thread(target=add(number)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(file.read_text().splitlines()) == sorted(f"line {n}" for n in range(40))


def test_a_file_that_cannot_be_replaced_is_left_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "project/a"
    file.write_text("old")
    args = {"dest": str(file), "content": "new", "validate": "false %s"}
    outcome = ACTIONS["copy"].run(a_call(tmp_path, "copy", written=[str(file)], args=args))
    assert outcome.failure is not None
    assert [path.name for path in file.parent.iterdir()] == ["a"]
    assert file.read_text() == "old"


def test_a_server_cannot_name_a_path(tmp_path: Path) -> None:
    from runner.actions.get_url import _inside

    offered = {"Content-Disposition": 'attachment; filename="../../etc/passwd"'}
    answer: Any = SimpleNamespace(headers=offered, url="http://127.0.0.1/x")
    assert _inside(tmp_path, answer) == tmp_path / "passwd"


@pytest.mark.parametrize("ending", ["cancelled", "stopping"])
def test_the_end_of_a_run_ends_waiting(tmp_path: Path, ending: str) -> None:
    looks = iter([False, False])
    ended: dict[str, Any] = {ending: lambda: next(looks, True)}
    call = a_call(tmp_path, "wait_for", args={"path": "nowhere", "timeout": 600}, **ended)
    with pytest.raises(ActionFailed, match="interrupted"):
        ACTIONS["wait_for"].run(call)


def test_a_cut_ends_a_program_that_asks(tmp_path: Path) -> None:
    looks = iter([False, False])
    args = {"command": "sleep 600", "responses": {"x": "y"}}
    call = a_call(tmp_path, "expect", args=args, cancelled=lambda: next(looks, True))
    with pytest.raises(ActionFailed, match="cut off"):
        ACTIONS["expect"].run(call)


def test_programs_have_the_tasks_environment_over_ours(tmp_path: Path) -> None:
    call = a_call(tmp_path, "shell", args={"cmd": "echo $A $HOME"}, environment={"A": "own"})
    assert Shell().run(call).values["stdout"] == f"own {os.environ['HOME']}"
