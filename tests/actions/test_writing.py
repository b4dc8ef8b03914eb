"""Files that are written whole or not at all: what is there before, after and beside them."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from pathlib import Path

import pytest
from calling import a_call

from runner.actions.filesystem import writing
from runner.actions.filesystem.attributes import Wanted
from runner.actions.filesystem.places import refuse_planted_links
from runner.actions.filesystem.writing import New, put
from runner.errors import ActionFailed


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=["nameless", "named"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to write: not every file system knows files without a name."""
    if request.param == "named":
        monkeypatch.setattr(writing, "_NAMELESS", os.O_RDONLY | os.O_CREAT | os.O_EXCL)
    return str(request.param)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("mode", [None, "0600", "u=rwx,g=rx,o=", "2750"])
def test_a_new_file_has_the_mode_that_is_wanted_or_the_usual(
    tmp_path: Path, mode: str | None
) -> None:
    call, file = a_call(tmp_path, "copy"), tmp_path / "file"
    (tmp_path / "plain").touch()
    done = put(call, file, New(b"content", Wanted(mode=mode), fresh=True))
    bits = {None: mode_of(tmp_path / "plain"), "0600": 0o600, "u=rwx,g=rx,o=": 0o750}
    assert mode_of(file) == stat.S_IMODE(done.about.st_mode) == bits.get(mode, 0o2750)
    assert file.read_bytes() == b"content"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "plain"]


@pytest.mark.usefixtures("way")
def test_a_file_that_somebody_else_has_made_meanwhile_is_replaced(tmp_path: Path) -> None:
    file, other = tmp_path / "file", tmp_path / "other"
    other.write_text("other")
    file.symlink_to(other)
    put(a_call(tmp_path, "copy"), file, New(b"new", fresh=True))
    assert file.read_text() == "new"
    assert not file.is_symlink()
    assert other.read_text() == "other"


@pytest.mark.usefixtures("way")
def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    file.chmod(0o640)
    put(a_call(tmp_path, "copy"), file, New(b"new"))
    assert (file.read_text(), mode_of(file)) == ("new", 0o640)


def test_nobody_sees_a_part_of_a_file(tmp_path: Path) -> None:
    file, whole, seen = tmp_path / "file", b"x" * 3_000_000, set()
    ended = threading.Event()

    def look() -> None:
        last = False
        while not last:
            last = ended.is_set()
            with contextlib.suppress(FileNotFoundError):
                seen.add(len(file.read_bytes()))

    watcher = threading.Thread(target=look)
    watcher.start()
    for _ in range(10):
        file.unlink(missing_ok=True)
        put(a_call(tmp_path, "copy"), file, New(whole, fresh=True))
    ended.set()
    watcher.join()
    assert seen == {len(whole)}


@pytest.mark.usefixtures("way")
def test_missing_folders_are_made_only_in_the_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    call = a_call(project, "copy")
    put(call, project / "a/b/file", New(b"new", fresh=True))
    assert (project / "a/b/file").read_bytes() == b"new"
    with pytest.raises(ActionFailed, match="there is no folder"):
        put(call, tmp_path / "a/b/file", New(b"new", fresh=True))


@pytest.mark.usefixtures("way")
def test_a_file_that_cannot_be_written_leaves_nothing_beside_it(tmp_path: Path) -> None:
    with pytest.raises(ActionFailed, match="cannot write"):
        put(a_call(tmp_path, "copy"), tmp_path / ("x" * 300), New(b"new", fresh=True))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can lay a link as somebody else")
def test_a_link_that_is_planted_between_two_files_is_not_followed(tmp_path: Path) -> None:
    shared, real = tmp_path / "shared", tmp_path / "real"
    shared.mkdir()
    shared.chmod(0o1777)
    real.mkdir()
    folder = shared / "folder"
    folder.mkdir()
    assert refuse_planted_links(folder / "first") is None
    folder.rmdir()
    folder.symlink_to(real)
    os.chown(folder, 12345, 12345, follow_symlinks=False)
    with pytest.raises(ActionFailed, match="another user has laid"):
        refuse_planted_links(folder / "second")
    with pytest.raises(ActionFailed, match="another user has laid"):
        refuse_planted_links(folder / "deeper/third")
