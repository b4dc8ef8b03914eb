"""What `--diff` shows, laid out as ansible-playbook does it."""

from __future__ import annotations

from typing import Any

import pytest

from runner.outputs.differences import difference_lines

WHOLE = """\
--- before: /o/b.txt (content)
+++ after: /o/b.txt (content)
@@ -1,4 +1,4 @@
 # BEGIN
 files
-old
+zwölf
 # END"""
NEW = """\
--- before
+++ after: /o/j.json
@@ -0,0 +1 @@
+{"a": 1}
\\ No newline at end of file"""
STATE = """\
--- before
+++ after
@@ -1,4 +1,4 @@
 {
     "path": "/o/lnk",
-    "state": "absent"
+    "state": "link"
 }"""
CONTENT = {
    "before": "# BEGIN\nfiles\nold\n# END\n",
    "after": "# BEGIN\nfiles\nzwölf\n# END\n",
    "before_header": "/o/b.txt (content)",
    "after_header": "/o/b.txt (content)",
}
LINK = {
    "before": {"path": "/o/lnk", "state": "absent"},
    "after": {"state": "link", "path": "/o/lnk"},
}


def shown(diff: Any) -> str:
    return "\n".join(line.text for line in difference_lines({"diff": diff}))


@pytest.mark.parametrize(
    ("diff", "expected"),
    [
        ([CONTENT], WHOLE),
        ({"before": "", "after": '{"a": 1}', "after_header": "/o/j.json"}, NEW),
        ([LINK], STATE),
        ([CONTENT, LINK], f"{WHOLE}\n{STATE}"),
        ({"prepared": "-a\n+b\n"}, "-a\n+b"),
        ([{**CONTENT, "after": CONTENT["before"]}], ""),
        ([], ""),
        ({}, ""),
        (None, ""),
        ("a text of somebody's", ""),
        (["texts"], ""),
        ([{"before": None, "after": "x\n"}], "--- before\n+++ after\n@@ -0,0 +1 @@\n+x"),
    ],
)
def test_a_difference(diff: Any, expected: str) -> None:
    assert shown(diff) == expected


def test_what_comes_and_what_goes_has_its_own_style() -> None:
    styles = {line.text[:1]: line.style for line in difference_lines({"diff": [CONTENT]})[2:]}
    assert styles == {"@": "faint", " ": "", "-": "failed", "+": "ok"}
