"""paramiko, imported cheaply and silenced. Everybody here imports it from this module."""

from __future__ import annotations

import contextlib
import hmac
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any


class _Versions(ModuleType):
    """Stands for `importlib.metadata`: all that paramiko asks of it is its own version."""

    @staticmethod
    def version(name: str) -> str:
        """What the name of the folder says that pip made; empty where there is none."""
        package = Path(next(iter(sys.modules[name].__path__)))
        found = next(package.parent.glob(f"{name}-*.dist-info"), None)
        return found.stem.partition("-")[2] if found else ""


@contextlib.contextmanager
def _instead(**stand_ins: ModuleType | None) -> Iterator[None]:
    """Puts modules in the places of others while the block runs; None: there is no such one."""
    names = {name.replace("__", "."): module for name, module in stand_ins.items()}
    kept = {name: module for name, module in names.items() if name not in sys.modules}
    sys.modules.update(kept)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in kept:
            del sys.modules[name]


# paramiko imports `invoke` if it can, for `Match exec` in its own ssh_config reader, which
# is not used here, and reads its version from its package's description, with a mail parser.
# Without the two it takes half as long to import.
with _instead(invoke=None, importlib__metadata=_Versions("versions")):
    import paramiko
    import paramiko.util
    from paramiko.auth_handler import AuthHandler
    from paramiko.kex_curve25519 import KexCurve25519
    from paramiko.packet import NeedRekeyException, Packetizer

__all__ = [
    "AuthHandler",
    "KexCurve25519",
    "NeedRekeyException",
    "Packetizer",
    "paramiko",
    "table",
]


def _silence() -> None:
    """Its errors reach the user as ours; a traceback on stderr would come on top."""
    logger = logging.getLogger("paramiko")
    logger.setLevel(logging.WARNING)
    logger.addHandler(logging.NullHandler())
    logger.propagate = False


_silence()
# The stock one compares byte by byte in Python, for every packet that is not AEAD.
paramiko.util.constant_time_bytes_eq = hmac.compare_digest  # type: ignore[assignment]


def table(name: str) -> Any:
    """One of paramiko's class-level algorithm tables (they are not in its type stubs)."""
    return vars(paramiko.Transport)[name]
