"""The tasks that Ansible's own device modules were recorded with, and what they gave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_FOLDER = Path(__file__).parent
TEMPLATES = _FOLDER / "data" / "templates"
RECORD = _FOLDER / "recorded_devices.json"

DEVICES: dict[str, dict[str, Any]] = {
    "r1": {"platform": "cisco_ios"},
    "n1": {"platform": "cisco_nxos"},
    "e1": {"platform": "arista_eos"},
    "x1": {"platform": "cisco_iosxr"},
    "j1": {"platform": "juniper_junos"},
    "v1": {"platform": "vyos"},
}


def read_tasks() -> dict[str, dict[str, Any]]:
    """Every task by its name: the device it is done `on`, and the `task`."""
    tasks: dict[str, dict[str, Any]] = YAML(typ="safe").load(_FOLDER / "device_tasks.yaml")
    return tasks


def recorded() -> dict[str, Any]:
    """What Ansible registered, by the task's name."""
    results: dict[str, Any] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    return results
