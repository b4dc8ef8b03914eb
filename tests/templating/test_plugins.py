"""Filters of the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.errors import LoadError, RenderError
from runner.templating import Templar
from runner.templating.plugins import load_filters
from runner.values import Source

PLUGIN = """
def shout(value, mark="!"):
    return value.upper() + mark

class FilterModule:
    def filters(self):
        return {"shout": shout, "broken": lambda value: 1 / 0}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(PLUGIN)
    (tmp_path / "helper.py").write_text("VALUE = 1\n")
    return tmp_path


def rendered(folder: Path, text: str) -> object:
    templar = Templar(filters=load_filters([folder]))
    return templar.render(Source(text), templar.variables())


def test_are_there_in_templates(folder: Path) -> None:
    assert rendered(folder, "{{ 'a' | shout('?') }}") == "A?"
    assert rendered(folder, "{{ ['a', 'b'] | map('shout') | list }}") == ["A!", "B!"]


def test_are_known_to_the_check(folder: Path) -> None:
    assert Templar(filters=load_filters([folder])).check(Source("{{ 'a' | shout }}")) == []
    assert Templar().check(Source("{{ 'a' | shout }}"))


def test_one_that_fails_is_a_failed_template(folder: Path) -> None:
    with pytest.raises(RenderError, match="division by zero"):
        rendered(folder, "{{ 1 | broken }}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import no_such_module\n", "need the module `no_such_module`"),
        ("1 / 0\n", "cannot be loaded: division by zero"),
        ("class FilterModule: pass\n", "cannot be had"),
    ],
)
def test_files_that_fail(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.py").write_text(text)
    with pytest.raises(LoadError, match=message):
        load_filters([tmp_path])


def test_nothing_is_loaded_that_anybody_may_write(folder: Path) -> None:
    (folder / "mine.py").chmod(0o666)
    with pytest.raises(LoadError, match="anybody may write"):
        load_filters([folder])


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="there is no folder"):
        load_filters([tmp_path / "gone"])
