"""What every client of the comparison shares: the job's devices, the files, the clock."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

COMMANDS = ("show version", "show running-config")


def job() -> tuple[list[dict[str, Any]], int, Path]:
    """(devices, workers, folder for the files) from the command line."""
    devices = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    return devices, int(sys.argv[2]), folder


def run_all(one: Callable[[dict[str, Any], Path], None]) -> None:
    """Runs `one` for every device, `workers` at a time; a failure ends the comparison."""
    devices, workers, folder = job()
    if workers == 1:
        for device in devices:
            one(device, folder)
        return
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(one, device, folder) for device in devices]:
            done.result()
