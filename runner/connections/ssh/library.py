"""paramiko, imported cheaply and silenced. Everybody here imports it from this module."""

from __future__ import annotations

import contextlib
import hmac
import logging
import sys
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def _absent(module: str) -> Iterator[None]:
    """Lets an optional import of `module` fail while the block runs."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


# paramiko imports `invoke` if it can, for `Match exec` in its own ssh_config reader, which
# is not used here. Left out, paramiko takes 64 ms of processor to import instead of 102.
with _absent("invoke"):
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
