"""What device actions register, against what Ansible's own modules gave for the same devices.

`recorded_devices.json` was recorded with ansible-core 2.19.14 and the collections of ansible
12.3 against the same simulated devices; `record_devices.py` records it again.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from device_tasks import DEVICES, TEMPLATES, read_tasks, recorded

pytestmark = pytest.mark.lab

DIFFERENT = {
    "msg",
    "exception",
    "deprecations",
    "ansible_net_python_version",
    "ansible_net_gather_subset",  # Comes in any order from Ansible.
}
_KEPT = {"stdout", "stdout_lines"}
_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
BETTER: Mapping[str, set[str]] = {
    # What was collected is kept, whatever failed.
    "ios command waits in vain": _KEPT,
    "ios command waits in vain for any": _KEPT,
    "ios command refused": _KEPT,
    "ios cli_command all, one never comes": {"warnings"},
    "nxos command waits in vain": _KEPT,
    "nxos command refused": _KEPT,
    "xr command waits in vain": _KEPT,
    "xr command refused": _KEPT,
    "eos command waits in vain": _KEPT,
    "eos command refused": _KEPT,
    "junos command refused": _KEPT | {"warnings"},
    "vyos command waits in vain": _KEPT,
    "vyos command refused": _KEPT,
    "parsed by ntc_templates that has none": set(),
    "nxos ping lost": {"commands", "packet_loss", "packets_rx", "packets_tx", "rtt"},
    # A number in a text equals a number.
    "nxos command waits for a number": _KEPT | {"failed", "failed_conditions"},
    # Ansible's pattern needs another module's line; it takes the time above for an interface.
    **{
        f"xr facts {subset}": {"ansible_net_serialnum", *_DAYS}
        for subset in ("default", "hardware", "interfaces", "config", "all")
    },
    # Ansible has no facts of Junos without NETCONF.
    **{
        f"junos facts {subset}": {"failed", "ansible_facts"}
        for subset in ("default", "hardware", "interfaces", "config")
    },
    # Ansible's warnings say that it heeds no condition over a command line.
    "junos command text": {"warnings"},
    "junos command list": {"warnings"},
    "junos command waits": {"warnings"},
    "junos command waits in vain": {"warnings", "failed", "failed_conditions"},
    "junos command set": {"warnings"},
    # Ansible drops the last digits.
    "junos ping": {"min", "max"},
    # Ansible drops the oldest commit.
    **{f"vyos facts {subset}": {"ansible_net_commits"} for subset in ("config", "all", "without")},
}
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d( UTC)?|\w{3} \w{3} +\d+ [\d:.]+ UTC \d{4}|uptime is .*"
)


def site() -> dict[str, Any]:
    """The files of a project that does all the tasks."""
    hosts = {
        name: {**about, "ansible_become": about["platform"] in ("cisco_ios", "arista_eos")}
        for name, about in DEVICES.items()
    }
    plays = [
        {
            "hosts": case["on"],
            "gather_facts": False,
            "tasks": [
                {"name": name, **case["task"], "register": "result", "ignore_errors": True},
                {"copy": {"content": "{{ result | to_json }}", "dest": f"results/{number}.json"}},
            ],
        }
        for number, (name, case) in enumerate(read_tasks().items())
    ]
    return {
        "lab.yml": {"devices": DEVICES},
        "hosts.yml": {"all": {"hosts": hosts}},
        "site.yml": plays,
    }


def test_what_is_registered(here: Path, playrun: Any) -> None:
    for name, data in site().items():
        (here / name).write_text(json.dumps(data))
    (here / "playrun.toml").write_text("")
    shutil.copytree(TEMPLATES, here / "templates")
    (here / "results").mkdir()
    said = playrun("--lab", "--topology", "lab.yml", "-i", "hosts.yml", "site.yml")
    assert said.code == 0, said.out + said.err
    ours = {
        name: json.loads((here / "results" / f"{number}.json").read_text())
        for number, name in enumerate(read_tasks())
    }
    theirs = recorded()
    assert set(ours) == set(theirs)
    found = {name: differences(theirs[name], ours[name], name) for name in theirs}
    assert {name: texts for name, texts in found.items() if texts} == {}


def differences(theirs: Any, here: Any, task: str, name: str = "") -> list[str]:
    if isinstance(theirs, Mapping) and isinstance(here, Mapping):
        found: list[str] = []
        for key in {*theirs, *here} - DIFFERENT - BETTER.get(task, set()):
            if key not in theirs or key not in here:
                found.append(f"{key}: only {'theirs' if key in theirs else 'ours'}")
            else:
                found += differences(theirs[key], here[key], task, key)
        return found
    if isinstance(theirs, list) and isinstance(here, list) and len(theirs) == len(here):
        pairs = enumerate(zip(theirs, here, strict=True))
        return [text for n, (one, two) in pairs for text in differences(one, two, task, str(n))]
    if isinstance(theirs, str) and isinstance(here, str):
        theirs, here = _TIME.sub("TIME", theirs), _TIME.sub("TIME", here)
    same = theirs == here and isinstance(here, type(theirs))
    return [] if same else [f"{name}: {theirs!r:.300} there, {here!r:.300} here"]
