"""The command line of `scripts/docs`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from scripts.docs_pages.blocks import StalePage, refreshed
from scripts.docs_pages.running import Scratch

ROOT = Path(__file__).parents[2]


def main(words: list[str]) -> int:
    """Refreshes or checks the pages; returns the exit code."""
    check = "--check" in words
    named = [Path(word) for word in words if word != "--check"]
    stale = 0
    for page in named or pages():
        stale += _refresh(page, check=check)
    return 1 if stale else 0


def pages() -> list[Path]:
    """Every page of the documentation."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _refresh(page: Path, *, check: bool) -> bool:
    """Whether the page was found stale and could not be, or was not to be, brought up to date."""
    text = page.read_text("utf-8")
    with tempfile.TemporaryDirectory(prefix="playrun-docs-") as folder:
        try:
            new = refreshed(text, Scratch(ROOT, Path(folder)))
        except StalePage as error:
            sys.stderr.write(f"{page}:{error.line}: {error}\n")
            return True
    if new == text:
        return False
    if check:
        sys.stderr.write(f"{page}: stale; run scripts/docs\n{_difference(text, new)}")
        return True
    page.write_text(new, "utf-8")
    sys.stdout.write(f"{page}: brought up to date\n")
    return False


def _difference(old: str, new: str) -> str:
    import difflib

    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "as written", "now", n=1)
    return "".join(f"  {line.rstrip()}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
