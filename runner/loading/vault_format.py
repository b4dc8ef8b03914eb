"""The format of Ansible Vault: sealing and opening one text.

A header line `$ANSIBLE_VAULT;1.2;AES256;id`, then hexadecimal digits that give three lines,
again hexadecimal: salt, HMAC, ciphertext. PBKDF2 makes 80 bytes of the password and the
salt: the key of AES-256-CTR, the key of the HMAC, and the first counter.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
from typing import NamedTuple

from runner.errors import LoadError
from runner.values import Origin

HEADER = b"$ANSIBLE_VAULT"
_CIPHER = b"AES256"
_ROUNDS = 10_000
_BLOCK = 16
_SALT_BYTES = 32
_WIDTH = 80


class Envelope(NamedTuple):
    """A vaulted text taken apart; nothing in it has been checked yet."""

    vault_id: str | None
    salt: bytes
    digest: bytes
    ciphertext: bytes


def is_vaulted(data: bytes) -> bool:
    """Whether a file's content is vaulted as a whole."""
    return data.startswith(HEADER)


def open_envelope(data: bytes, origin: Origin) -> Envelope:
    """Takes a vaulted text apart. Raises LoadError at `origin` for what is none."""
    lines = data.split()
    header = lines[0].split(b";") if lines else []
    if len(header) < 3 or header[0] != HEADER:
        raise LoadError(
            "not a vaulted text", origin=origin, hint="it begins with $ANSIBLE_VAULT;1.1;AES256"
        )
    if header[2] != _CIPHER:
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
    return Envelope(vault_id or None, salt, digest, ciphertext)


def unseal(envelope: Envelope, password: bytes, origin: Origin) -> bytes | None:
    """The text, or None if the password is not the one. The HMAC is looked at before all else.

    Raises LoadError at `origin` for a text that was damaged before it was vaulted.
    """
    keys = _keys(password, envelope.salt)
    if not hmac.compare_digest(_digest(keys, envelope.ciphertext), envelope.digest):
        return None
    padded = _crypt(keys, envelope.ciphertext)
    count = padded[-1] if padded else 0
    if not 0 < count <= _BLOCK or padded[-count:] != bytes([count]) * count:
        raise LoadError("the vaulted text is damaged", origin=origin)
    return padded[:-count]


def seal(plain: bytes, password: bytes, vault_id: str | None = None) -> bytes:
    """`plain` vaulted, ending in a line break. The id stands in the header, for people."""
    salt = os.urandom(_SALT_BYTES)
    keys = _keys(password, salt)
    count = _BLOCK - len(plain) % _BLOCK
    ciphertext = _crypt(keys, plain + bytes([count]) * count)
    parts = (salt, _digest(keys, ciphertext), ciphertext)
    body = binascii.hexlify(b"\n".join(map(binascii.hexlify, parts)))
    header = [HEADER, b"1.1", _CIPHER]
    if vault_id:
        header = [HEADER, b"1.2", _CIPHER, vault_id.encode()]
    lines = [body[start : start + _WIDTH] for start in range(0, len(body), _WIDTH)]
    return b"\n".join([b";".join(header), *lines, b""])


def _keys(password: bytes, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password, salt, _ROUNDS, 80)


def _digest(keys: bytes, ciphertext: bytes) -> bytes:
    return hmac.new(keys[32:64], ciphertext, hashlib.sha256).digest()


def _crypt(keys: bytes, data: bytes) -> bytes:
    """Both ways: in counter mode they are the same."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = Cipher(algorithms.AES(keys[:32]), modes.CTR(keys[64:])).encryptor()
    return cipher.update(data) + cipher.finalize()
