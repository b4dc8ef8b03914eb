"""The platform files against recorded dialogues of devices (the unicon.plugins wheel).

Every prompt of a recording must be known for what it is: the prompt of the right mode, or a
question, a pager, a login. And no line of a recorded answer may look like a prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from foreign_data import misses, recordings

from runner import platforms
from runner.platforms.model import Platform

pytestmark = pytest.mark.foreign

HOST = "Router"
"""What `%N` stands for in a recording: the name of the device that plays it."""
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\r|\x0f")
"""What a session cleans away before it looks at a line."""

RECORDED = {
    "ios": "cisco_ios",
    "iosxe": "cisco_ios",
    "iosxr": "cisco_iosxr",
    "nxos": "cisco_nxos",
    "nxos_mds": "cisco_nxos",
    "eos": "arista_eos",
    "junos": "juniper_junos",
    "hvrp": "huawei_vrp8",
    "linux": "linux",
}

# The mode that people would say a prompt is of, judged by its looks alone; the first that fits.
LOOKS = {
    "cisco_ios": (
        (r"^(rommon|grub|switch:)", "rommon"),
        (r"\((config|conf|ca|cs|acm)\b.*\)#$", "config"),
        (r"^[\w.-]+>$", "exec"),
        (r"^[\w.-]+#$", "privileged"),
        (r"^\[.*\]\$$", "shell"),
    ),
    "cisco_iosxr": (
        (r"\(admin-config.*\)#$|^sysadmin-vm:\w+\(config", "admin_config"),
        (r"\(admin\)#$|^sysadmin-vm:\w+#$", "admin"),
        (r"\(config.*\)#$", "config"),
        (r"^\w+@.*#$|\$$|^#$", "shell"),
        (r"^\S+#$", "exec"),
    ),
    "cisco_nxos": (
        (r"^loader", "loader"),
        (r"\(config.*\)#$", "config"),
        (r"@|^bash", "shell"),
        (r"^[\w.-]+#$|\((maint-mode|boot|standby)\)#$", "privileged"),
        (r"^[\w.-]+>$", "exec"),
    ),
    "arista_eos": (
        (r"\(config.*\)#$", "config"),
        (r"#$", "privileged"),
        (r">$", "exec"),
    ),
    "juniper_junos": (
        (r"^%$|:~ #$", "shell"),
        (r"#$", "config"),
        (r">$", "exec"),
    ),
    "huawei_vrp8": (
        (r"^<.*>$", "exec"),
        (r"^\[.*\]$", "config"),
    ),
    "linux": (
        (r"#$", "privileged"),
        (r"[$%]$", "exec"),
    ),
}


class Seen(NamedTuple):
    system: str
    state: str
    text: str


def last_line(text: str) -> str:
    lines = ESCAPES.sub("", text.replace("%N", HOST)).strip("\n").split("\n")
    return lines[-1]


def states() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for system in RECORDED:
        for data in recordings(system):
            for state, told in data.items():
                if isinstance(told, dict):
                    yield system, str(state), told


def prompts() -> list[Seen]:
    found = {
        Seen(system, "", last_line(told["prompt"])): state
        for system, state, told in states()
        if isinstance(told.get("prompt"), str)
    }
    return [Seen(s.system, state, s.text) for s, state in found.items() if s.text.strip()]


def answers() -> Iterator[Seen]:
    for system, state, told in states():
        for reply in (told.get("commands") or {}).values():
            text = reply.get("response") if isinstance(reply, dict) else reply
            for part in text if isinstance(text, list) else [text]:
                if isinstance(part, str):
                    yield from (Seen(system, state, line) for line in part.split("\n"))


def known_as(platform: Platform, text: str) -> list[str]:
    """What a session would take `text` for, when it waits on the last line."""
    mode = platforms.mode_of(platform, text)
    login = platform.login
    checks = {
        "pager": [pager.pattern for pager in platform.pagers],
        "login": [login.user, login.password, *login.wake],
        "question": [*platform.asks, *(q.pattern for q in platform.questions)],
    }
    others = [kind for kind, found in checks.items() if any(p.search(text) for p in found)]
    return [*([mode.name] if mode else []), *others]


def looks_like(name: str, text: str) -> str | None:
    last = text.rstrip()
    return next((mode for look, mode in LOOKS[name] if re.search(look, last)), None)


def verdict(seen: Seen) -> str | None:
    """What is wrong with how we see it; None if nothing is."""
    name = RECORDED[seen.system]
    kinds = known_as(platforms.load(name), seen.text)
    if not kinds:
        return "not known at all"
    wanted = looks_like(name, seen.text)
    if wanted is not None and kinds[0] not in (wanted, "login", "question", "pager"):
        return f"known as {kinds[0]}, looks like {wanted}"
    return None


def test_the_recordings_are_there() -> None:
    counted = {system: sum(1 for seen in prompts() if seen.system == system) for system in RECORDED}
    assert min(counted.values()) >= 4
    assert sum(counted.values()) > 350
    assert sum(1 for _ in answers()) > 20_000


def test_every_recorded_prompt_is_known_or_listed_with_its_reason() -> None:
    verdicts = {(seen.system, seen.state): (seen.text, verdict(seen)) for seen in prompts()}
    missed = {key: found for key, found in verdicts.items() if found[1] is not None}
    listed = {(system, state) for system, told in misses("dialogues").items() for state in told}
    assert {key: found for key, found in missed.items() if key not in listed} == {}
    assert sorted(listed - set(missed)) == [], "listed, but known by now: take them off the list"


def test_no_line_of_a_recorded_answer_is_taken_for_a_prompt() -> None:
    false = {
        (seen.system, seen.text.strip())
        for seen in answers()
        if seen.text.strip()
        and platforms.mode_of(platforms.load(RECORDED[seen.system]), ESCAPES.sub("", seen.text))
    }
    listed = {(s, text) for s, texts in misses("answers").items() for text in texts}
    assert sorted(false - listed) == []
    assert sorted(listed - false) == [], "listed, but no prompt by now: take them off the list"
