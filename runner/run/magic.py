"""The magic variables that are the same for a whole run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runner.actions.api import Paths
from runner.planning.tags import words
from runner.run.inventories import inventory_sources
from runner.run.options import Options
from runner.settings import Settings


def magic_of(paths: Paths, options: Options, settings: Settings) -> dict[str, Any]:
    """What flags and settings say, as playbooks read it."""
    from runner import __version__

    return {
        "playbook_dir": str(paths.playbook),
        **({} if options.limit is None else {"ansible_limit": options.limit}),
        "ansible_run_tags": words(options.tags) or ["all"],
        "ansible_skip_tags": words(options.skip_tags),
        "ansible_verbosity": options.verbosity,
        "ansible_forks": settings.workers,
        "ansible_diff_mode": options.diff,
        "ansible_inventory_sources": [
            source if "," in source else str(Path(source).absolute())
            for source in inventory_sources(options, settings)
        ],
        "ansible_version": {
            "full": "2.19.14",
            "major": 2,
            "minor": 19,
            "revision": 14,
            "string": "2.19.14",
        },
        "playrun_version": __version__,
    }
