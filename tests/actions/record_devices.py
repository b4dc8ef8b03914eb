"""Writes down what Ansible's own modules give for the tasks of `device_tasks.yaml`.

    python tests/actions/record_devices.py ANSIBLE_PLAYBOOK [TASK …]

`ANSIBLE_PLAYBOOK` belongs to the whole `ansible` package (ansible-core has no device modules)
with ansible-pylibssh, ntc_templates, ttp and xmltodict. Tasks run on the lab's devices; what
each registers goes into `recorded_devices.json`. Only tasks that have no record yet are run,
and those that are named.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from device_tasks import DEVICES, RECORD, TEMPLATES, read_tasks, recorded

from runner.lab import RunningLab, start_lab
from runner.lab.reading import read_topology

_SYSTEMS = {
    "cisco_ios": "cisco.ios.ios",
    "cisco_nxos": "cisco.nxos.nxos",
    "cisco_iosxr": "cisco.iosxr.iosxr",
    "arista_eos": "arista.eos.eos",
    "juniper_junos": "junipernetworks.junos.junos",
    "vyos": "vyos.vyos.vyos",
}
_COLLECTIONS = [name.rpartition(".")[0] for name in _SYSTEMS.values()] + [
    "ansible.netcommon",
    "ansible.utils",
]


def main(program: str, *again: str) -> None:
    """Runs the tasks and keeps their results beside those that are known."""
    tasks, known = read_tasks(), recorded()
    wanted = {name: it for name, it in tasks.items() if name in again or name not in known}
    topology = read_topology(json.dumps({"devices": DEVICES}), "lab.yml")
    with (
        tempfile.TemporaryDirectory() as name,
        start_lab(topology, cache=Path(name) / "lab") as lab,
    ):
        known |= _recorded(program, Path(name), lab, wanted)
    kept = {name: known[name] for name in tasks if name in known}
    RECORD.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def _recorded(
    program: str, folder: Path, lab: RunningLab, tasks: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    shutil.copytree(TEMPLATES, folder / "templates")
    (folder / "hosts.json").write_text(json.dumps(_inventory(lab)))
    (folder / "site.json").write_text(json.dumps(_plays(tasks, folder)))
    said = _run([program, "-i", str(folder / "hosts.json"), str(folder / "site.json")], folder)
    found = {}
    for number, name in enumerate(tasks):
        file = folder / f"{number}.json"
        if file.exists():
            found[name] = json.loads(file.read_text())
    missing = [name for name in tasks if name not in found]
    if missing:
        print("no result for", ", ".join(missing), said[-3000:], sep="\n")
    return found


def _inventory(lab: RunningLab) -> dict[str, Any]:
    hosts = {}
    for device in lab.devices:
        platform = DEVICES[device.name]["platform"]
        hosts[device.name] = {
            "ansible_host": device.address,
            "ansible_port": device.ssh_port,
            "ansible_user": device.user,
            "ansible_password": device.password,
            "ansible_network_os": _SYSTEMS[platform],
            "ansible_connection": "ansible.netcommon.network_cli",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        }
        if platform in ("cisco_ios", "arista_eos"):
            hosts[device.name] |= {
                "ansible_become": True,
                "ansible_become_method": "ansible.netcommon.enable",
                "ansible_become_password": device.enable,
            }
    return {"all": {"hosts": hosts}}


def _plays(tasks: dict[str, dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    plays = []
    for number, (name, case) in enumerate(tasks.items()):
        keep = {
            "copy": {"content": "{{ result | to_json }}", "dest": f"{folder}/{number}.json"},
            "delegate_to": "localhost",
            "become": False,
            "connection": "local",
            "vars": {"ansible_connection": "local"},
        }
        task = {"name": name, **case["task"], "register": "result", "ignore_errors": True}
        head = {"hosts": case["on"], "gather_facts": False, "collections": _COLLECTIONS}
        plays.append({**head, "tasks": [task, keep]})
    return plays


def _run(words: list[str], folder: Path) -> str:
    environment = {
        **os.environ,
        "ANSIBLE_HOST_KEY_CHECKING": "0",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PERSISTENT_COMMAND_TIMEOUT": "20",
        "HOME": str(folder),
    }
    done = subprocess.run(
        words, env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


if __name__ == "__main__":
    main(*sys.argv[1:])
