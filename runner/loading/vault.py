"""Ansible Vault, for reading: vaulted strings and files, and where passwords come from.

The format: a header line `$ANSIBLE_VAULT;1.2;AES256;id`, then hexadecimal digits that give
three lines, again hexadecimal: salt, HMAC, ciphertext. PBKDF2 makes 80 bytes of the password
and the salt: the key of AES-256-CTR, the key of the HMAC, and the first counter.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from runner.errors import LoadError
from runner.loading.files import expand, read_file
from runner.values import Masks, Origin, Secret

HEADER = b"$ANSIBLE_VAULT"
_ROUNDS = 10_000
_BLOCK = 16
_UNKNOWN_ID = 2
"""What a `*-client` script exits with when it does not know the id."""


class Password:
    """One vault password: read when first needed, and once."""

    def __init__(self, vault_id: str | None, read: Callable[[Vault], bytes | None]) -> None:
        self.vault_id = vault_id
        self._read = read
        self._value: bytes | None = None
        self._known = False

    @property
    def name(self) -> str:
        """The id, for messages."""
        return self.vault_id or "default"

    def value(self, vault: Vault) -> bytes | None:
        """The password, or None if its source does not know the id. Raises LoadError."""
        if not self._known:
            self._value = self._read(vault)
            self._known = True
        return self._value


def typed_password(ask: Callable[[str], str], vault_id: str | None = None) -> Password:
    """A password the user is asked for: `ask` gets the prompt's text."""

    def read(_vault: Vault) -> bytes:
        answer = ask(f"Vault password ({vault_id}): " if vault_id else "Vault password: ")
        return _not_empty(answer.encode(), "the vault password that was typed")

    return Password(vault_id, read)


def file_password(path: Path | str, vault_id: str | None = None) -> Password:
    """A password in a file, or printed by it if it is executable.

    A program whose name ends with `-client` (suffix aside) is given `--vault-id ID`.
    """
    path = expand(path)

    def read(vault: Vault) -> bytes | None:
        if path.is_file() and os.access(path, os.X_OK):
            return _run(path, vault_id)
        data = read_file(path, what="vault password file")
        if is_vaulted(data):
            earlier = vault.before(password)
            data = earlier.decrypt(data, Origin(str(path), 1, 1))
        return _not_empty(data.strip(), f"the vault password file {path}")

    password = Password(vault_id, read)
    return password


def vault_id_password(flag: str, ask: Callable[[str], str]) -> Password:
    """What `--vault-id` names: `source` or `id@source`; the source `prompt` asks."""
    vault_id, at, source = flag.rpartition("@")
    if not source:
        raise LoadError(f"--vault-id {flag} names no file", hint="write ID@FILE or ID@prompt")
    name = vault_id if at and vault_id else None
    return typed_password(ask, name) if source == "prompt" else file_password(source, name)


def _run(path: Path, vault_id: str | None) -> bytes | None:
    is_client = path.stem.endswith("-client")
    command = [str(path.absolute())]
    if is_client:
        command += ["--vault-id", vault_id or "default"]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LoadError(f"cannot run the vault password program {path}: {reason}") from None
    if is_client and done.returncode == _UNKNOWN_ID:
        return None
    if done.returncode:
        raise LoadError(f"the vault password program {path} failed (exit {done.returncode})")
    return _not_empty(done.stdout.strip(b"\r\n"), f"the vault password program {path}")


def _not_empty(value: bytes, what: str) -> bytes:
    if not value:
        raise LoadError(f"{what} is empty")
    return value


def is_vaulted(data: bytes) -> bool:
    """Whether a file's content is vaulted as a whole."""
    return data.startswith(HEADER)


class Vault:
    """The passwords of a run, and what they open."""

    def __init__(self, passwords: Sequence[Password] = (), masks: Masks | None = None) -> None:
        self._passwords = tuple(passwords)
        self.masks = masks

    def before(self, password: Password) -> Vault:
        """The same, with only the passwords given before `password`."""
        return Vault(self._passwords[: self._passwords.index(password)], self.masks)

    def secret(self, text: str, origin: Origin) -> Secret:
        """A value under `!vault`, decrypted when it is used. For `runner.yaml.parse`."""

        def reveal() -> str:
            try:
                return self.decrypt(text.encode(), origin).decode()
            except UnicodeDecodeError:
                raise LoadError("the vaulted value is not UTF-8 text", origin=origin) from None

        return Secret(reveal, self.masks)

    def decrypt(self, data: bytes, origin: Origin) -> bytes:
        """What was vaulted. Raises LoadError: no password, none fits, or damaged text."""
        envelope = _open_envelope(data, origin)
        tried = []
        for password in self._in_order(envelope.vault_id):
            value = password.value(self)
            if value is None:
                continue
            tried.append(password.name)
            keys = hashlib.pbkdf2_hmac("sha256", value, envelope.salt, _ROUNDS, 80)
            if hmac.compare_digest(_digest(keys[32:64], envelope.ciphertext), envelope.digest):
                return _decipher(envelope.ciphertext, keys[:32], keys[64:], origin)
        raise _no_password(envelope.vault_id, tried, origin)

    def _in_order(self, vault_id: str | None) -> list[Password]:
        return sorted(
            self._passwords, key=lambda password: password.name != (vault_id or "default")
        )


def _no_password(vault_id: str | None, tried: list[str], origin: Origin) -> LoadError:
    wanted = f" (vaulted with the id {vault_id})" if vault_id else ""
    if not tried:
        return LoadError(
            f"vaulted{wanted}, and no vault password",
            origin=origin,
            hint="give --vault-password-file FILE or -J",
        )
    return LoadError(
        f"vaulted{wanted}, and no vault password fits",
        origin=origin,
        hint=f"tried: {', '.join(tried)}",
    )


class _Envelope(NamedTuple):
    vault_id: str | None
    salt: bytes
    digest: bytes
    ciphertext: bytes


def _open_envelope(data: bytes, origin: Origin) -> _Envelope:
    lines = data.split()
    header = lines[0].split(b";") if lines else []
    if len(header) < 3 or header[0] != HEADER:
        raise LoadError(
            "not a vaulted text", origin=origin, hint="it begins with $ANSIBLE_VAULT;1.1;AES256"
        )
    if header[2] != b"AES256":
        cipher = header[2].decode("ascii", "backslashreplace")
        raise LoadError(f"vaulted with {cipher}; only AES256 can be read", origin=origin)
    vault_id = header[3].decode("utf-8", "backslashreplace") if len(header) > 3 else None
    try:
        salt, digest, ciphertext = map(
            binascii.unhexlify, binascii.unhexlify(b"".join(lines[1:])).split(b"\n", 2)
        )
    except ValueError:
        raise LoadError(
            "the vaulted text is damaged", origin=origin, hint="copy it again, whole"
        ) from None
    return _Envelope(vault_id or None, salt, digest, ciphertext)


def _digest(key: bytes, ciphertext: bytes) -> bytes:
    return hmac.new(key, ciphertext, hashlib.sha256).digest()


def _decipher(ciphertext: bytes, key: bytes, counter: bytes, origin: Origin) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    decryptor = Cipher(algorithms.AES(key), modes.CTR(counter)).decryptor()
    padded = decryptor.update(ciphertext) + decryptor.finalize()
    count = padded[-1] if padded else 0
    if not 0 < count <= _BLOCK or padded[-count:] != bytes([count]) * count:
        raise LoadError("the vaulted text is damaged", origin=origin)
    return padded[:-count]
