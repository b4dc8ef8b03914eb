"""The page about the architecture, held against the tree that it describes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]
PAGES = ("docs/architecture.md", "CONTRIBUTING.md")
PACKAGES = ("actions", "loading", "loading/inventory", "engine", "engine/hostprogram", "run")
_PATH = re.compile(r"`((?:runner|tests|scripts|bench|docs)/[\w/.\-]+)`")
_PLACEHOLDER = re.compile(r"[A-Z]{4,}")


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_is_there(page: str) -> None:
    paths = set(_PATH.findall((HOME / page).read_text("utf-8")))
    assert len(paths) > 10
    gone = [p for p in paths if not _PLACEHOLDER.search(p) and not (HOME / p).exists()]
    assert gone == []


def test_every_package_and_lone_module_is_named() -> None:
    text = (HOME / PAGES[0]).read_text("utf-8")
    drawing = text.split("```")[1]
    lone = {path.stem for path in (HOME / "runner").glob("[a-z]*.py")}
    packages = {path.parent.name for path in (HOME / "runner").glob("[a-z]*/__init__.py")}
    named = set(re.findall(r"\w+", drawing))
    assert (lone | packages) - named == set()


def test_every_module_in_a_table_is_there() -> None:
    text = (HOME / PAGES[0]).read_text("utf-8")
    for package in PACKAGES:
        table = text[text.index(f"in `runner/{package}`") :].split("\n\n")[0]
        cells = [line.split("|")[1] for line in table.splitlines()[2:]]
        names = [name for cell in cells for name in re.findall(r"`([a-z_*]+)/?`", cell)]
        assert len(names) > 8
        folder = HOME / "runner" / package
        assert [name for name in names if not _there(folder, name)] == []


def _there(folder: Path, name: str) -> bool:
    return bool(list(folder.glob(f"{name}.py")) or (folder / name / "__init__.py").is_file())
