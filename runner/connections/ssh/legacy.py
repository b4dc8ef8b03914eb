"""SHA-1 key exchange and ssh-rsa, for the hosts that ask for them and only for those.

paramiko dropped both; many devices in service speak nothing newer.
"""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes

from runner.connections.ssh.groups import LEGACY
from runner.connections.ssh.library import paramiko, table
from runner.connections.ssh.transport import ClientTransport

LEGACY_KEX = tuple(LEGACY)
LEGACY_HOST_KEYS = ("ssh-rsa",)
_SHA1_NAME = "ssh-rsa"


class Sha1RsaKey(paramiko.RSAKey):
    """An RSA key that may also sign, and be verified, with SHA-1."""

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

    @property
    def preferred_pubkeys(self) -> tuple[str, ...]:
        """How to sign with a user's RSA key.

        A server that does not say what it takes is older than the SHA-2 signatures.
        """
        modern: tuple[str, ...] = table("_preferred_pubkeys")
        if "server-sig-algs" in vars(self)["server_extensions"]:
            return (*modern, _SHA1_NAME)
        return (_SHA1_NAME, *modern)


def with_sha1(key: paramiko.PKey) -> paramiko.PKey:
    """The same key, able to sign with SHA-1 where the server wants that."""
    if type(key) is not paramiko.RSAKey:
        return key
    able = Sha1RsaKey(key=key.key)
    able.public_blob = key.public_blob
    return able
