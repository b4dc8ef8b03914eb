"""Vault passwords: where they come from, in which order they are tried, what they open."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from runner.errors import LoadError
from runner.loading.files import read_file
from runner.loading.vault_format import is_vaulted, open_envelope, unseal
from runner.values import Masks, Origin, Secret, at_home

__all__ = [
    "Password",
    "Vault",
    "check_vault_id",
    "file_password",
    "is_vaulted",
    "typed_password",
    "vault_id_password",
]

_UNKNOWN_ID = 2
"""What a `*-client` script exits with when it does not know the id."""


class Password:
    """One vault password: read when first needed, and once. Thread-safe."""

    def __init__(
        self, vault_id: str | None, read: Callable[[Vault], bytes | None], *, typed: bool = False
    ) -> None:
        self.vault_id = vault_id
        self.typed = typed
        """Whether a person is asked for it."""
        self._read = read
        self._value: bytes | None = None
        self._known = False
        self._lock = threading.RLock()

    @property
    def name(self) -> str:
        """The id, for messages."""
        return self.vault_id or "default"

    def value(self, vault: Vault) -> bytes | None:
        """The password, or None if its source does not know the id. Raises LoadError."""
        with self._lock:
            if not self._known:
                self._value = self._read(vault)
                self._known = True
        return self._value


def typed_password(
    ask: Callable[[str], str], vault_id: str | None = None, *, new: bool = False
) -> Password:
    """A password the user is asked for, twice if it is `new`: `ask` gets the prompt's text."""
    of_id = f" ({vault_id})" if vault_id else ""

    def read(_vault: Vault) -> bytes:
        answer = _typed(ask, f"New vault password{of_id}: " if new else f"Vault password{of_id}: ")
        if new and _typed(ask, f"Confirm new vault password{of_id}: ") != answer:
            raise LoadError("the vault passwords that were typed differ")
        return _not_empty(answer.encode(), "the vault password that was typed")

    return Password(vault_id, read, typed=True)


def _typed(ask: Callable[[str], str], prompt: str) -> str:
    try:
        return ask(prompt)
    except LoadError as error:
        error.hint = "give --vault-password-file FILE or --vault-id ID@FILE"
        raise


def file_password(path: Path | str, vault_id: str | None = None) -> Password:
    """A password in a file, or printed by it if it is executable.

    A program whose name ends with `-client` (suffix aside) is given `--vault-id ID`.
    """
    path = at_home(path)

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


def vault_id_password(flag: str, ask: Callable[[str], str], *, new: bool = False) -> Password:
    """What `--vault-id` names: `source` or `id@source`; the source `prompt` asks.

    Raises LoadError.
    """
    first, at, rest = flag.partition("@")
    name, source = (first, rest) if at else ("", flag)
    if not source:
        raise LoadError(f"--vault-id {flag} names no file", hint="write ID@FILE or ID@prompt")
    check_vault_id(name)
    if source in ("prompt", "prompt_ask_vault_pass"):
        return typed_password(ask, name or None, new=new)
    return file_password(source, name or None)


def check_vault_id(name: str) -> None:
    """Raises LoadError for an id that a header line cannot hold."""
    if ";" in name or " " in name or not (name.isascii() and name.isprintable()):
        raise LoadError(
            f"{name!a} is no id for a vault password", hint="use letters, digits, - and _"
        )


def _run(path: Path, vault_id: str | None) -> bytes | None:
    is_client = path.stem.endswith("-client")
    command = [str(path.absolute())]
    if is_client:
        command += ["--vault-id", vault_id or "default"]
    import subprocess  # few passwords come from programs

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


class Vault:
    """The passwords of a run, and what they open."""

    def __init__(self, passwords: Sequence[Password] = (), masks: Masks | None = None) -> None:
        self.passwords = tuple(passwords)
        self.masks = masks
        self._met = False

    def prepare(self) -> None:
        """Reads the passwords that are needed, before there are other processes.

        A person is asked for what a flag said; programs and files are read only if something
        vaulted has been met. What cannot be read is told when it is needed. Raises LoadError.
        """
        for password in self.passwords:
            if password.typed:
                password.value(self)
            elif self._met:
                with suppress(LoadError):
                    password.value(self)

    def before(self, password: Password) -> Vault:
        """The same, with only the passwords given before `password`."""
        return Vault(self.passwords[: self.passwords.index(password)], self.masks)

    def secret(self, text: str, origin: Origin) -> Secret:
        """A value under `!vault`, decrypted when it is used. For `runner.yaml.parse`."""
        self._met = True

        def reveal() -> str:
            try:
                return self.decrypt(text.encode(), origin).decode()
            except UnicodeDecodeError:
                raise LoadError("the vaulted value is not UTF-8 text", origin=origin) from None

        return Secret(reveal, self.masks)

    def opened(self, data: bytes, path: Path) -> bytes:
        """The content of a file, decrypted if it is vaulted as a whole. Raises LoadError."""
        if not is_vaulted(data):
            return data
        self._met = True
        return self.decrypt(data, Origin(str(path), 1, 1))

    def decrypt(self, data: bytes, origin: Origin) -> bytes:
        """What was vaulted. Raises LoadError: no password, none fits, or damaged text."""
        envelope = open_envelope(data, origin)
        tried = []
        for password in self._in_order(envelope.vault_id):
            value = password.value(self)
            if value is None:
                continue
            tried.append(password.name)
            plain = unseal(envelope, value, origin)
            if plain is not None:
                return plain
        raise _no_password(envelope.vault_id, tried, origin)

    def _in_order(self, vault_id: str | None) -> list[Password]:
        return sorted(self.passwords, key=lambda password: password.name != (vault_id or "default"))


def _no_password(vault_id: str | None, tried: list[str], origin: Origin) -> LoadError:
    wanted = f" with the id {vault_id}" if vault_id else ""
    if not tried:
        return LoadError(
            f"vaulted{wanted}, and no vault password",
            origin=origin,
            hint="give --vault-password-file FILE or -J",
        )
    return LoadError(
        f"vaulted{wanted}, and no vault password fits",
        origin=origin,
        hint=f"tried the one called {tried[0]}"
        if len(tried) == 1
        else f"tried: {', '.join(tried)}",
    )
