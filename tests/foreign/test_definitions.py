"""The platform files against the definitions of another project (the scrapli wheel).

Neither is right by itself. A sample of prompts is shown to both: where one takes a prompt for
the mode that serves a purpose and the other does not, the difference is listed with its reason.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from foreign_data import definitions, misses

from runner import platforms

pytestmark = pytest.mark.foreign

# Their mode, ours. Modes of theirs with the same purpose share one of ours.
CISCO = {
    "exec": "exec",
    "privileged_exec": "privileged",
    "configuration": "config",
    "tclsh": "tcl",
    "bash": "shell",
}
PURPOSES: dict[str, tuple[str, dict[str, str]]] = {
    "cisco_iosxe": ("cisco_ios", CISCO),
    "cisco_iosxr": (
        "cisco_iosxr",
        {
            "privileged_exec": "exec",
            "configuration": "config",
            "configuration_exclusive": "config",
        },
    ),
    "cisco_nxos": ("cisco_nxos", CISCO),
    "arista_eos": ("arista_eos", CISCO),
    "juniper_junos": (
        "juniper_junos",
        {
            "exec": "exec",
            "configuration": "config",
            "configuration_exclusive": "config",
            "configuration_private": "config",
            "shell": "shell",
            "root_shell": "shell",
        },
    ),
    "huawei_vrp": ("huawei_vrp", {"privileged_exec": "exec", "configuration": "config"}),
    "mikrotik_routeros": ("mikrotik_routeros", {"cli": "exec"}),
    "cumulus_linux": ("linux", {"exec": "exec", "root": "privileged"}),
    "cumulus_vtysh": ("frr", {"exec": "privileged", "configuration": "config"}),
    "vyos_vyos": ("vyos", {"privileged_exec": "exec", "configuration": "config"}),
}

IOS = ("{}>", "{}#", "{}(config)#", "{}(config-if)#", "{}(config-router-af)#")
XR = "RP/0/RSP0/CPU0:"
HOSTS = ("r1", "SW-01.dc_2", "x" * 30)
OUTPUT = ("description to core>", "[V200R009C00SPC500]", "</a>", "B>*")
"""Lines of output that neither should take."""

FORMS: dict[str, tuple[str, ...]] = {
    "cisco_iosxe": (*IOS, "{}-stby#", "{}(boot)#", "{}(cfg-map)#", "{}(tcl)#", "+>"),
    "cisco_iosxr": (
        *(XR + form for form in ("{}#", "{}(config)#", "{}(config-if)#", "{}(admin)#")),
        *("{}#", "{}(config)#", "sysadmin-vm:0_RP0#", "root@{}:~#"),
    ),
    "cisco_nxos": (
        *(*IOS, "{}(maint-mode)#", "{}(maint-mode)(config)#", "{}(config-s)#", "{}(boot)#"),
        *("{}-tcl#", "{}(config-tcl)#", "bash-4.2$", ">"),
    ),
    "arista_eos": (*IOS, "{}(s1)#", "{}(vrf:A)#", "{}(config-s-one)#", "[admin@{} ~]$"),
    "vyos_vyos": ("admin@{}:~$", "admin@{}#", "vyos@{}:/config$"),
    "juniper_junos": (
        *("admin@{}>", "admin@{}#", "root>", "root#", "admin@{}-re0>", "admin@{}(re)#"),
        *("%", "$", "root@{}%", "root@{}:~ #", "root@:RE:0%"),
    ),
    "huawei_vrp": ("<{}>", "HRP_M<{}>", "[{}]", "[~{}]", "[*{}-Gi0/0/1]", "HRP_S[{}-policy]"),
    "mikrotik_routeros": (
        *("[admin@{}] >", "[a.b+c@{}] >", "[admin@my {}] >", "[admin@{}] /ip address>"),
        *("[admin@{}] <SAFE>", "[admin@{}] /ip firewall filter>"),
    ),
    "cumulus_linux": (
        *("cumulus@{}:mgmt:~$", "root@{}:mgmt:~#", "admin@{}:~$", "[admin@{} ~]$"),
        *("root@{}:mgmt:/etc/network#", "$", "#"),
    ),
    "cumulus_vtysh": ("{}#", "{}(config)#", "{}(config-router)#", "{}>"),
}


def samples(name: str) -> list[tuple[str, str]]:
    """Forms of prompts, and prompts of that form."""
    return [(form, form.format(host)) for form in (*FORMS[name], *OUTPUT) for host in HOSTS]


def theirs(mode: dict[str, Any], prompt: str) -> bool:
    """Whether their mode takes `prompt`: its pattern, and none of what it excludes."""
    excluded = mode.get("prompt_excludes") or []
    pattern = re.compile(mode["prompt_pattern"], re.IGNORECASE | re.MULTILINE)
    return pattern.search(prompt) is not None and not any(text in prompt for text in excluded)


def ours(platform: str, prompt: str) -> str | None:
    mode = platforms.mode_of(platforms.load(platform), prompt)
    return mode.name if mode else None


def differences(name: str, definition: dict[str, Any]) -> set[tuple[str, str, str]]:
    """(our mode, form of prompt, who alone takes it)."""
    platform, purposes = PURPOSES[name]
    found = set()
    for form, prompt in samples(name):
        taken = {
            purposes[mode["name"]]
            for mode in definition["modes"]
            if mode["name"] in purposes and theirs(mode, prompt)
        }
        mine = ours(platform, prompt)
        if mine not in taken:
            found |= {(mode, form, "theirs") for mode in taken}
        if mine in purposes.values() and mine not in taken:
            found.add((str(mine), form, "ours"))
    return found


def listed(name: str) -> set[tuple[str, str, str]]:
    told = misses("definitions").get(name, {})
    return {
        (mode, form, who)
        for mode, sides in told.items()
        for who, forms in sides.items()
        for form in forms
    }


def test_every_definition_of_a_platform_of_ours_is_compared() -> None:
    there = {name for name, _ in definitions()}
    assert len(there) > 40
    named = {n for p in platforms.names() for n in platforms.load(p).names.get("scrapli", ())}
    assert named <= set(PURPOSES) <= there


@pytest.mark.parametrize("name", PURPOSES)
def test_every_mode_of_theirs_has_its_purpose_here(name: str) -> None:
    platform, purposes = PURPOSES[name]
    definition = dict(definitions())[name]
    assert set(purposes.values()) <= set(platforms.load(platform).modes) | {"tcl", "shell"}
    assert {mode["name"] for mode in definition["modes"]} - set(purposes) <= {"linux"}


@pytest.mark.parametrize("name", PURPOSES)
def test_both_take_the_same_prompts_or_the_difference_is_listed(name: str) -> None:
    found = differences(name, dict(definitions())[name])
    assert sorted(found - listed(name)) == []
    assert sorted(listed(name) - found) == [], "listed, but no difference by now"
