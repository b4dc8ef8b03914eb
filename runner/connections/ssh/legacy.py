"""SHA-1 key exchange and ssh-rsa, for the hosts that ask for them and only for those."""

from __future__ import annotations

from runner.connections.ssh.library import ClientTransport

LEGACY_KEX = (
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group1-sha1",
)
LEGACY_HOST_KEYS = ("ssh-rsa",)


class LegacyTransport(ClientTransport):
    pass
