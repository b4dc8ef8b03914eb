"""One dialect of YAML for every file: Ansible's, minus times and dates.

`yes`, `no`, `on` and `off` are booleans, `0755` is octal; `10:11:12`, `22:22`, `1e3` and
`2024-01-01` stay text. Every error is a `LoadError` with file, line and column.
"""

from runner.yaml.building import VaultHook
from runner.yaml.documents import Document, decode, parse
from runner.yaml.dumping import dump
from runner.yaml.emitting import emit
from runner.yaml.scalars import as_text

__all__ = ["Document", "VaultHook", "as_text", "decode", "dump", "emit", "parse"]
