"""Files that are vaulted, opened and vaulted anew. Plain text is never put into a file unasked."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from runner import safe_files
from runner.errors import LoadError
from runner.loading.files import read_file
from runner.loading.vault import Password, Vault
from runner.loading.vault_format import is_vaulted, seal
from runner.values import Origin
from runner.yaml.documents import MAX_BYTES

DEFAULT_ID = "default"


_LARGEST = MAX_BYTES * 9 // 40
"""Vaulted text is four times as long as the plain one, and has line breaks."""


class Sealer(NamedTuple):
    """What texts are vaulted with."""

    password: bytes
    vault_id: str | None = None
    """Stands in the header; None: the password has no name."""

    def seal(self, plain: bytes) -> bytes:
        """`plain`, vaulted."""
        return seal(plain, self.password, self.vault_id)


def sealer(vault: Vault, wanted: str | None) -> Sealer:
    """The password to vault with: the one with the id `wanted`, or the only one there is.

    Raises LoadError: none, several to choose from, no such id.
    """
    passwords = vault.passwords
    if wanted is not None:
        passwords = tuple(each for each in passwords if each.name == wanted)[:1]
    if len(passwords) != 1:
        raise _no_choice(vault.passwords, wanted)
    value = passwords[0].value(vault)
    if value is None:
        raise LoadError(f"the vault password program does not know the id {passwords[0].name}")
    name = passwords[0].vault_id
    return Sealer(value, None if name == DEFAULT_ID else name)


def _no_choice(passwords: Sequence[Password], wanted: str | None) -> LoadError:
    names = ", ".join(each.name for each in passwords)
    if wanted is not None:
        return LoadError(f"there is no vault password with the id {wanted}", hint=f"known: {names}")
    return LoadError(
        "there are several vault passwords to encrypt with" if passwords else "no vault password",
        hint=f"choose with --encrypt-vault-id: {names}" if passwords else "give --vault-id ID@FILE",
    )


def encrypted(data: bytes, name: str, sealer: Sealer) -> bytes:
    """`data` vaulted. Raises LoadError if it is already."""
    if is_vaulted(data):
        raise LoadError(
            f"{name} is vaulted already", hint="`playrun vault rekey` changes passwords"
        )
    if len(data) > _LARGEST:
        raise LoadError(
            f"{name} is larger than {_LARGEST >> 20} MB: vaulted, it could not be opened again"
        )
    return sealer.seal(data)


def decrypted(data: bytes, name: str, vault: Vault) -> bytes:
    """What was vaulted. Raises LoadError for what is not, and where no password fits."""
    if not is_vaulted(data):
        raise LoadError(f"{name} is not vaulted", hint="it would begin with $ANSIBLE_VAULT;")
    return vault.decrypt(data, Origin(name, 1, 1))


def as_yaml(sealed: bytes, name: str | None) -> str:
    """A vaulted text as a value in YAML, `name: !vault |`, ending in a line break."""
    lead = f"{name}: !vault |" if name else "!vault |"
    return "\n".join([lead, *(f"          {line}" for line in sealed.decode().splitlines()), ""])


def change_files(files: Sequence[Path], change: Callable[[bytes, str], bytes]) -> None:
    """Puts what `change` makes of each file in its place.

    All are worked out before the first is written: a wrong password in the last one leaves
    all as they were. Raises LoadError.
    """
    changed = [(file, change(read_file(file, what="file"), str(file))) for file in files]
    for file, data in changed:
        write_private(file, data)


def write_private(path: Path, data: bytes) -> None:
    """Writes `path` with mode 0600: readers see the old content or the new, never a part.

    A link is followed: what it points at is replaced. Raises LoadError.
    """
    target = Path(os.path.realpath(path))
    try:
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _replace(folder, target.name, data)
        finally:
            os.close(folder)
    except OSError as error:
        raise LoadError(safe_files.trouble(path, error).message) from None


def _replace(folder: int, name: str, data: bytes) -> None:
    temporary = safe_files.fitting(f".{name}", f".{safe_files.token()}.tmp")
    try:
        with os.fdopen(safe_files.create(folder, temporary), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        safe_files.replace(folder, temporary, name)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise
