"""`--diff`, `diff: true` and `no_log` on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playrunning import Playrun

PLAY = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - copy: {{content: "{{{{ item }}}}\\n", dest: out.txt}}
      loop: [one, two]
      {keyword}
"""
FIRST = "--- before\n+++ after: {out}\n@@ -0,0 +1 @@\n+one\nchanged: [localhost] => (item=one)\n"
SECOND = "@@ -1 +1 @@\n-one\n+two\nchanged: [localhost] => (item=two)\n"


@pytest.mark.parametrize(
    ("flags", "keyword", "shown"),
    [
        (["--diff"], "", True),
        (["--diff", "--check"], "", True),
        (["-v", "--diff"], "", True),
        ([], "diff: true", True),
        ([], "", False),
        (["--diff"], "diff: false", False),
        (["--diff"], "no_log: true", False),
    ],
)
def test_what_changed_is_shown_where_it_is_wanted(
    here: Path, playrun: Playrun, flags: list[str], keyword: str, shown: bool
) -> None:
    (here / "site.yml").write_text(PLAY.format(keyword=keyword))
    said = playrun("site.yml", *flags)
    assert said.code == 0, said.out + said.err
    first = FIRST.format(out=here / "out.txt").removesuffix("\n")
    assert (first in said.out) is shown
    assert ("+++ after" in said.out) is shown
    if "--check" not in flags:
        assert (SECOND.removesuffix("\n") in said.out) is shown
    again = playrun("site.yml", *flags, "-e", "x=1")
    assert "Traceback" not in again.out + again.err
