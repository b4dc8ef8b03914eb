"""The documentation says what is so: commands, files, tables and links."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.docs_pages.blocks import StalePage, refreshed
from scripts.docs_pages.running import Scratch
from scripts.docs_pages.sameness import same
from scripts.docs_pages.words import listed

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def made(page: Path) -> bool:
    return "\n<!-- " in page.read_text("utf-8")


def docs(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "scripts" / "docs", *words],
        env={**os.environ, "BIN": str(Path(sys.executable).parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.lab
@pytest.mark.parametrize("page", [page for page in PAGES if made(page)], ids=named)
def test_what_a_page_shows_is_what_happens(page):
    checked = docs("--check", page)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page):
    text = _FENCED.sub("", page.read_text("utf-8"))
    for target, anchor in _LINK.findall(text):
        if target.startswith(("http:", "https:")):
            continue
        file = page.parent / target if target else page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file), f"{target}#{anchor}"


def anchors(file: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", file.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def page(*lines: str) -> str:
    return "\n".join(["# A page", "", *lines, ""])


def test_a_block_that_says_the_same_stays_as_it_is(tmp_path):
    text = page(
        "<!-- run: echo Took 1.5 s -->", "```console", "$ echo Took 1.5 s", "Took 9 s", "```"
    )
    assert refreshed(text, Scratch(ROOT, tmp_path)) == text


def test_a_block_that_says_something_else_is_rewritten(tmp_path):
    text = page("<!-- run: echo new -->", "```console", "$ echo new", "old", "```", "after")
    new = refreshed(text, Scratch(ROOT, tmp_path))
    assert new == text.replace("\nold\n", "\nnew\n")


def test_a_command_that_fails_makes_its_page_stale(tmp_path):
    text = page("<!-- run: false -->", "```console", "```")
    with pytest.raises(StalePage, match="ended with 1 instead of 0") as stale:
        refreshed(text, Scratch(ROOT, tmp_path))
    assert stale.value.line == 3


def test_the_exit_code_may_be_said(tmp_path):
    text = page("<!-- run exit=3: exit 3 -->", "```console", "$ exit 3", "```")
    assert refreshed(text, Scratch(ROOT, tmp_path)) == text


def test_ctrl_c_is_pressed_at_the_text_that_is_named(tmp_path):
    command = "trap 'echo caught; exit 130' INT; echo now: go; sleep 60"
    text = page(
        f'<!-- run exit=130 interrupt="now: go": {command} -->',
        "```console",
        f"$ {command}",
        "now: go",
        "caught",
        "```",
    )
    assert refreshed(text, Scratch(ROOT, tmp_path)) == text


def test_a_file_is_copied_in(tmp_path):
    text = page("<!-- file: playrun.toml -->", "```toml", "```")
    toml = (ROOT / "playrun.toml").read_text("utf-8").rstrip("\n")
    assert refreshed(text, Scratch(ROOT, tmp_path)) == text.replace("```toml", f"```toml\n{toml}")


@pytest.mark.parametrize(
    "lines",
    [
        ("<!-- table: nothing -->", "<!-- end -->"),
        ("<!-- table: settings -->",),
        ("<!-- run: true -->", "no fence"),
    ],
)
def test_a_marker_without_its_block_is_told(tmp_path, lines):
    with pytest.raises(StalePage):
        refreshed(page(*lines), Scratch(ROOT, tmp_path))


@pytest.mark.parametrize(
    ("there", "said"),
    [({"a", "b"}, "without a line in words.py: b"), (set(), "only in words.py: a")],
)
def test_a_word_without_its_line_is_told(there, said):
    with pytest.raises(ValueError, match=said):
        listed({"": {"a": "first"}}, there, "words")


def test_check_changes_nothing_and_says_where(tmp_path):
    file = tmp_path / "page.md"
    file.write_text(page("<!-- run: echo new -->", "```console", "$ echo new", "old", "```"))
    before = file.read_text()
    checked = docs("--check", file)
    assert checked.returncode == 1
    assert "-old" in checked.stderr
    assert "+new" in checked.stderr
    assert file.read_text() == before
    assert docs(file).returncode == 0
    assert docs("--check", file).returncode == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Took 1.0 s, slowest host r1 (0.5 s)", "Took 1:05, slowest host r2 (12 s)"),
        ("in runs/20261122T171617Z-611cc34c", "in runs/20270101T000000Z-00000000"),
        ("ok: [r1]\nok: [r2]", "ok: [r2]\nok: [r1]"),
        ("r4 (ssh 127.100.0.4:40773): gone", "r4 (ssh 127.100.0.4:1): gone"),
        ("r1  cisco_ios  127.100.0.3  2222  2323", "r1  cisco_ios  127.100.0.3  40001  40002"),
        ("r1 uptime is 5 hours, 2 minutes", "r1 uptime is 6 hours, 1 minute"),
        ("  " + "3a" * 20, "  " + "41" * 25),
    ],
)
def test_what_differs_from_run_to_run_does_not_count(one, other):
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ok: [r1]", "changed: [r1]"),
        ("ok: [r1]", "ok: [r1]\nok: [r2]"),
        ("r1 (127.100.0.1): refused", "r1 (127.100.0.2): refused"),
        ("r1 : ok=1    changed=0", "r1 : ok=1    changed=1"),
        ("6 files in output/", "5 files in output/"),
    ],
)
def test_what_was_done_counts(one, other):
    assert not same(one, other)
