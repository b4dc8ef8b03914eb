"""What to log in with: for a device, and for the jump hosts in front of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from runner.connections.api import Target
from runner.connections.lockout import NothingSent
from runner.connections.ssh.auth import Credentials, NamedKey
from runner.connections.ssh.keys import KeyRing, agent_keys
from runner.connections.sshsettings import SshSettings


@contextlib.contextmanager
def for_device(target: Target, settings: SshSettings, ring: KeyRing) -> Iterator[Credentials]:
    """The configured key, then the password; the agent's and the default keys if neither.

    Raises NothingSent when the target's own key cannot be used.
    """
    user = settings.user + target.platform.login.user_suffix
    keys = _own_key(target, settings, ring) or _listed(target, settings, ring)
    password = target.password.reveal() if target.password is not None else None
    if keys or password is not None:
        yield Credentials(user, keys, password, target.platform)
        return
    with _anything(user, ring) as credentials:
        yield credentials


@contextlib.contextmanager
def for_jump(target: Target, settings: SshSettings, ring: KeyRing) -> Iterator[Credentials]:
    """The keys that ssh_config names for the jump host; the target's own key and password
    only where it names none; the agent's and the default keys if there is nothing at all."""
    keys = _listed(target, settings, ring)
    if keys:
        yield Credentials(settings.user, keys)
        return
    keys = _own_key(target, settings, ring)
    password = target.password.reveal() if target.password is not None else None
    if keys or password is not None:
        yield Credentials(settings.user, keys, password)
        return
    with _anything(settings.user, ring) as credentials:
        yield credentials


def _own_key(target: Target, settings: SshSettings, ring: KeyRing) -> tuple[NamedKey, ...]:
    if not target.private_key_file:
        return ()
    passphrase, certificates = target.private_key_passphrase, settings.certificate_files
    return (ring.load(target.private_key_file, passphrase, certificates),)


def _listed(target: Target, settings: SshSettings, ring: KeyRing) -> tuple[NamedKey, ...]:
    """IdentityFile lines: as with OpenSSH, files that are missing or locked are passed over."""
    found = []
    for path in settings.identity_files:
        if Path(path).is_file():
            with contextlib.suppress(NothingSent):
                passphrase = target.private_key_passphrase
                found.append(ring.load(path, passphrase, settings.certificate_files))
    return tuple(found)


@contextlib.contextmanager
def _anything(user: str, ring: KeyRing) -> Iterator[Credentials]:
    with agent_keys() as found:
        keys = {named.key.asbytes(): named for named in (*ring.defaults(), *found)}
        yield Credentials(user, tuple(keys.values()), configured=False)
