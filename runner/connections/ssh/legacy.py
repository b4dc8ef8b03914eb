"""SHA-1 key exchange and ssh-rsa, for the hosts that ask for them and only for those.

paramiko dropped both; many devices in service speak nothing newer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cryptography.hazmat.primitives import hashes

from runner.connections.ssh.auth import NamedKey
from runner.connections.ssh.groups import LEGACY
from runner.connections.ssh.library import paramiko, table
from runner.connections.ssh.transport import ClientTransport

LEGACY_KEX = tuple(LEGACY)
LEGACY_HOST_KEYS = ("ssh-rsa",)
_SHA1_NAME = "ssh-rsa"


class Sha1RsaKey(paramiko.RSAKey):
    """An RSA key that signs, and is verified, with SHA-1 too."""

    HASHES = {  # type: ignore[misc]  # noqa: RUF012 - paramiko's own table, extended
        **vars(paramiko.RSAKey)["HASHES"],
        _SHA1_NAME: hashes.SHA1,
        f"{_SHA1_NAME}-cert-v01@openssh.com": hashes.SHA1,
    }


class LegacyTransport(ClientTransport):
    """Offers the SHA-1 algorithms too, after everything else."""

    _preferred_kex = (*ClientTransport._preferred_kex, *LEGACY_KEX)
    _kex_info = {**ClientTransport._kex_info, **LEGACY}  # noqa: RUF012
    _preferred_keys = (*ClientTransport._preferred_keys, _SHA1_NAME)
    _key_info = {**table("_key_info"), _SHA1_NAME: Sha1RsaKey}  # noqa: RUF012


def with_sha1(keys: Iterable[NamedKey]) -> tuple[NamedKey, ...]:
    """`keys`, each RSA key a second time to be tried with a SHA-1 signature.

    Servers that take nothing else often do not say so.
    """
    found: list[NamedKey] = []
    for named in keys:
        found.append(named)
        if type(named.key) is paramiko.RSAKey:
            able = Sha1RsaKey(key=named.key.key)
            able.public_blob = named.key.public_blob
            found.append(replace(named, key=able, algorithm=_SHA1_NAME))
    return tuple(found)
