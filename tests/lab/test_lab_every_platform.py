"""What holds for the command line of every simulated platform."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_at import answers, make, type_bytes, type_lines

from runner import yaml
from runner.lab.names import PLATFORMS
from runner.lab.verbs import VERBS

FOLDER = Path(__file__).parents[2] / "runner/lab/devices"
ENABLE = ("enable", "playrun-enable")

SHOW = {
    "cisco_ios": (*ENABLE, "show running-config"),
    "cisco_iosxr": ("show running-config",),
    "cisco_nxos": ("show running-config",),
    "arista_eos": (*ENABLE, "show running-config"),
    "juniper_junos": ("show configuration",),
    "huawei_vrp": ("display current-configuration",),
    "mikrotik_routeros": ("/export",),
    "frr": ("show running-config",),
    "linux": ("cat /etc/lab.conf",),
    "vyos": ("show configuration",),
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_verb_of_a_device_file_exists(platform: str) -> None:
    data = yaml.parse((FOLDER / f"{platform}.yaml").read_bytes(), platform).data
    named = re.findall(r"\bdo: (\w+)", (FOLDER / f"{platform}.yaml").read_text())
    named += [mode.get("fallback") for mode in data["modes"].values() if mode.get("fallback")]
    assert set(named) <= set(VERBS)
    assert set(data.get("lines", {})) <= set(data["modes"])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_printed_fact_is_known(platform: str) -> None:
    device = make(platform)
    arguments = {"ADDRESS", "NUMBER", "REST", "INTERFACE", "NAME"}
    for section in yaml.parse((FOLDER / f"{platform}.yaml").read_bytes(), platform).data[
        "commands"
    ]:
        for pattern, behaviour in section["are"].items():
            text = behaviour if isinstance(behaviour, str) else (behaviour or {}).get("text", "")
            left = set(re.findall(r"\{(\w+)\}", device.say(text)))
            assert left <= arguments | {"privilege"}, pattern


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_configuration_names_the_device(platform: str) -> None:
    last = type_lines(platform, *SHOW[platform])
    assert "r1" in last
    assert "Invalid" not in last


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_configuration_has_the_length_that_was_asked_for(platform: str) -> None:
    screen = type_lines(make(platform, config_lines=400), *SHOW[platform])
    assert 380 <= len(screen.splitlines()) <= 480


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_command_nobody_knows(platform: str) -> None:
    (answer,) = answers(platform, "blub 17")
    errors = ("Invalid", "Unrecognized", "syntax error", "Unknown", "bad command", "not found")
    assert any(error in answer for error in errors)


@settings(max_examples=60)
@given(st.sampled_from(PLATFORMS), st.binary(max_size=400))
def test_any_bytes_are_survived(platform: str, data: bytes) -> None:
    type_bytes(make(platform), data)


vocabulary = st.sampled_from(
    """show run set delete edit up top commit rollback confirmed exit end quit configure private
    terminal interface g0/0/0 no undo description hostname system host-name | include ( * + [ ]
    " { } ^C banner motd # do run sudo -i find print add remove address= 0 999999 / .. ? \t \x1a
    \x03 \x04 load display compare reload reboot save copy session abort clear root enable""".split(
        " "
    )
)


@settings(max_examples=150)
@given(st.sampled_from(PLATFORMS), st.lists(st.lists(vocabulary, max_size=6), max_size=12))
def test_any_words_are_survived(platform: str, lines: list[list[str]]) -> None:
    device = make(platform, privileged=True)
    type_bytes(device, "".join(" ".join(line) + "\r" for line in lines).encode())
    assert device.store.text()


def test_pings_of_all_makers_count_what_came_back() -> None:
    for platform, count in (("cisco_ios", "repeat"), ("vyos", "count"), ("juniper_junos", "count")):
        assert " 3 " in type_lines(platform, f"ping 192.0.2.9 {count} 3").replace("(3/3)", " 3 ")
        assert "100%" in type_lines(platform, f"ping 240.0.2.9 {count} 3").replace(
            "is 0 percent (0/3)", "100%"
        )
