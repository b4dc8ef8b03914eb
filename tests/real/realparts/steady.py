"""What a router prints, without what changes from second to second."""

from __future__ import annotations

import re


def steady(text: str) -> str:
    """`text` without ages, counters of messages, and blank lines at its ends."""
    text = re.sub(r"\b(\d+d\d\dh\d\dm|\d\d:\d\d:\d\d|\d+w\d+d\d\dh)\b", "TIME", text)
    text = re.sub(r"(?m)^(\S+ +4 +\d+) +\d+ +\d+", r"\1", text)
    text = re.sub(r"Last update: .*", "Last update", text)
    return re.sub(r"TIME +", "TIME ", text).strip("\n")
