"""Settings: what may be set once for a project or a person, and where a value comes from.

In order: a flag, an environment variable `PLAYRUN_*`, the project's `playrun.toml`, the
user's `~/.config/playrun/config.toml`, Ansible's environment variables, its `ansible.cfg`,
the default.
"""

from runner.settings.sources import PROJECT_FILE, find_project, load_settings
from runner.settings.table import Setting, Settings, documentation, known_settings

__all__ = [
    "PROJECT_FILE",
    "Setting",
    "Settings",
    "documentation",
    "find_project",
    "known_settings",
    "load_settings",
]
