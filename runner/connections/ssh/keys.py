"""Private keys: from files, from the agent, or the user's default ones."""

from __future__ import annotations

import contextlib
import io
import os
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from runner.connections.lockout import NothingSent
from runner.connections.ssh.auth import NamedKey
from runner.connections.ssh.library import paramiko
from runner.values import Secret, at_home

_CERTIFICATE_SUFFIX = "-cert.pub"
_DEFAULTS = ("id_ed25519", "id_ecdsa", "id_rsa")
_CLASSES: tuple[tuple[type, type[paramiko.PKey]], ...] = (
    (rsa.RSAPrivateKey, paramiko.RSAKey),
    (ec.EllipticCurvePrivateKey, paramiko.ECDSAKey),
    (ed25519.Ed25519PrivateKey, paramiko.Ed25519Key),
)


class KeyRing:
    """Loads each key file once: a passphrase costs a tenth of a second by design.

    Thread-safe; so are the keys.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[tuple[Any, ...], NamedKey] = {}

    def load(
        self, path: str, passphrase: Secret | None = None, certificates: Sequence[str] = ()
    ) -> NamedKey:
        """The key in `path`, with its certificate (`<path>-cert.pub`, or one that fits).

        Raises NothingSent: unreadable, no key at all, or the passphrase is missing or wrong.
        """
        plain = passphrase.reveal() if passphrase else None
        wanted = (path, plain, tuple(certificates))
        with self._lock:
            if wanted not in self._keys:
                key = _decode(_read(path), path, plain)
                beside = f"{path}{_CERTIFICATE_SUFFIX}"
                _certify(key, (beside, *certificates))
                self._keys[wanted] = NamedKey(path, key)
            return self._keys[wanted]

    def defaults(self) -> list[NamedKey]:
        """The user's own keys that need no passphrase."""
        found = []
        for name in _DEFAULTS:
            with contextlib.suppress(NothingSent):
                found.append(self.load(f"~/.ssh/{name}"))
        return found


def _read(path: str) -> bytes:
    try:
        return at_home(path).read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise NothingSent(
            f"the private key {path} cannot be read: {reason}",
            hint="`ansible_ssh_private_key_file` or --private-key names it",
        ) from None


def _decode(data: bytes, path: str, passphrase: str | None) -> paramiko.PKey:
    loaded = _load(data, path, None)
    if loaded is None and not passphrase:
        raise NothingSent(
            f"the private key {path} has a passphrase",
            hint="private_key_passphrase gives it, or use an agent",
        )
    if loaded is None:
        loaded = _load(data, path, passphrase)
    for kind, key_class in _CLASSES:
        if isinstance(loaded, kind):
            return key_class.from_private_key(io.StringIO(_unencrypted(loaded)))
    raise NothingSent(f"the private key {path} is not of a kind that can be used here")


def _load(data: bytes, path: str, passphrase: str | None) -> Any:
    """The decoded key; None if it has a passphrase and none is given."""
    openssh = b"BEGIN OPENSSH PRIVATE KEY" in data
    load = serialization.load_ssh_private_key if openssh else serialization.load_pem_private_key
    try:
        return load(data, passphrase.encode() if passphrase else None)
    except TypeError:
        return None
    except (ValueError, UnsupportedAlgorithm) as error:
        if passphrase:
            raise NothingSent(
                f"the passphrase given for the private key {path} is wrong",
                hint="private_key_passphrase gives it, or use an agent",
            ) from None
        if b"PRIVATE KEY" not in data:
            raise NothingSent(f"{path} holds no private key", hint=_on_other(data)) from None
        # The library's words go on with an address of its own.
        reason = str(error).partition(". See ")[0]
        raise NothingSent(f"{path} holds no private key that can be read: {reason}") from None


def _on_other(data: bytes) -> str:
    public = data.startswith((b"ssh-", b"ecdsa-", b"---- BEGIN SSH2 PUBLIC"))
    if public:
        return "this is the public key: name the file without .pub"
    return "a private key begins with -----BEGIN …; `ssh-keygen -y -f FILE` tries one"


def _unencrypted(loaded: Any) -> str:
    """In memory only: the form that every version of paramiko reads."""
    encoded: bytes = loaded.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    return encoded.decode("ascii")


def _certify(key: paramiko.PKey, certificates: Sequence[str]) -> None:
    for certificate in certificates:
        file = at_home(certificate)
        # A certificate of another key, or a damaged one: the key itself may still do.
        with contextlib.suppress(OSError, ValueError, paramiko.SSHException, Exception):
            key.load_certificate(file.read_text().strip())
            return


@contextlib.contextmanager
def agent_keys() -> Iterator[list[NamedKey]]:
    """The keys of the running agent, if there is one, while the block runs.

    A connection to the agent of its own for each login: the agent's protocol has no room
    for two questions at once.
    """
    if not os.environ.get("SSH_AUTH_SOCK"):
        yield []
        return
    agent = None
    try:
        agent = paramiko.Agent()
        keys = [
            NamedKey(f"{key.comment or key.get_name()} (agent)", key) for key in agent.get_keys()
        ]
    except (paramiko.SSHException, OSError):
        keys = []
    try:
        yield keys
    finally:
        if agent is not None:
            agent.close()
