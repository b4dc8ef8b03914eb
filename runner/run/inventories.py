"""Which inventory a command means, and reading it as the settings say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runner.loading.inventory.cache import Keeping
from runner.loading.inventory.inventory import Inventory, load_inventory
from runner.loading.vault import Vault
from runner.run.options import Options
from runner.settings import Settings

STATE = ".playrun"
"""The folder beside playrun.toml for what is playrun's own."""


def inventory_sources(options: Options, settings: Settings) -> tuple[str, ...]:
    """-i, then the setting, then the project's own `inventory` folder or file."""
    if options.inventory:
        return options.inventory
    if settings.inventory:
        return settings.inventory
    for name in ("inventory", "hosts.yml", "hosts"):
        if (settings.root / name).exists():
            return (str(settings.root / name),)
    return ()


def read_inventory(
    sources: Sequence[str], options: Options, settings: Settings, playbook_dir: Path, vault: Vault
) -> Inventory:
    """Reads the inventory; what programs and services said may be that of a while ago.

    Raises LoadError.
    """
    cache = settings.root / STATE / "cache"
    keeping = Keeping(
        cache, settings.inventory_cache, settings.inventory_timeout, options.flush_cache
    )
    return load_inventory(
        sources, playbook_dirs=[playbook_dir], vault=vault, cache=cache, keeping=keeping
    )
