"""What all SSH connections of a worker share."""

from __future__ import annotations

from dataclasses import dataclass, field

from runner.connections.dial import Sockets
from runner.connections.hostkeys import KnownHosts
from runner.connections.lockout import CredentialGate
from runner.connections.ssh.handshake import HandshakeGate
from runner.connections.ssh.keys import KeyRing


@dataclass(frozen=True, slots=True)
class SshContext:
    """Gates, sockets, known hosts and keys of one worker process. Thread-safe."""

    gate: CredentialGate
    handshakes: HandshakeGate
    sockets: Sockets
    known_hosts: KnownHosts = field(default_factory=KnownHosts)
    keys: KeyRing = field(default_factory=KeyRing)
