"""Diffie-Hellman over number groups, as cheaply as Python can: old devices speak nothing else.

paramiko raises numbers to 1024-bit powers with Python's `pow`, twice a handshake: 19 ms of
processor for group 14 where this was written, 69 for group 16. OpenSSL, for the groups that
it knows by name, needs 1.2 and 6; exponents of 512 bits, as OpenSSH takes them, halve the
rest. `cryptography` means to drop this part of OpenSSL one day, hence both ways.
"""

from __future__ import annotations

import hashlib
import secrets
import warnings
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

from runner.connections.ssh.library import paramiko

_INIT, _REPLY = 30, 31
_GEX_GROUP, _GEX_INIT, _GEX_REPLY, _GEX_REQUEST = 31, 32, 33, 34
_LARGEST_GROUP = 8192

GROUP_1 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A0879"
    "8E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B"
    "0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)
"""RFC 2409, 6.2: 1024 bits."""
GROUP_14 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A0879"
    "8E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B"
    "0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA4836"
    "1C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804"
    "F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6"
    "955817183995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)
"""RFC 3526, 3: 2048 bits."""
GROUP_16 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A0879"
    "8E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B"
    "0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA4836"
    "1C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804"
    "F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6"
    "955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64"
    "ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D226"
    "1AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2"
    "08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A92108011A723C12A787E6D788719A10BDBA5B2699C32718"
    "6AF4E23C1A946834B6150BDA2583E9CA2AD44CE8DBBBC2DB04DE8EF92E8EFC141FBECAA6287C59474E6BC05D"
    "99B2964FA090C3A2233BA186515BE7ED1F612970CEE2D7AFB81BDD762170481CD0069127D5B05AA993B4EA98"
    "8D8FDDC186FFB7DC90A6C08F4DF435C934063199FFFFFFFFFFFFFFFF",
    16,
)
"""RFC 3526, 5: 4096 bits."""


_EXPONENT_BITS = 512
warnings.filterwarnings("ignore", message="Diffie-Hellman over finite fields")


class KeyPair(Protocol):
    """One key pair in a group."""

    public: int

    def shared(self, theirs: int) -> int:
        """The secret shared with the owner of `theirs`, which has been checked."""


class PythonPair:
    """Computed by `pow`, for any group."""

    def __init__(self, prime: int, generator: int) -> None:
        self._prime = prime
        self._exponent = secrets.randbits(_EXPONENT_BITS) | 1 << (_EXPONENT_BITS - 1)
        self.public = pow(generator, self._exponent, prime)

    def shared(self, theirs: int) -> int:
        """See `KeyPair.shared`."""
        return pow(theirs, self._exponent, self._prime)


class OpenSslPair:
    """Computed by OpenSSL. Fast for the groups of RFC 3526; others it checks for 60 ms first."""

    def __init__(self, prime: int, generator: int) -> None:
        from cryptography.hazmat.primitives.asymmetric import dh

        self._numbers = dh.DHParameterNumbers(prime, generator)
        self._key = self._numbers.parameters().generate_private_key()
        self._public_numbers = dh.DHPublicNumbers
        self.public = self._key.public_key().public_numbers().y

    def shared(self, theirs: int) -> int:
        """See `KeyPair.shared`."""
        other = self._public_numbers(theirs, self._numbers).public_key()
        return int.from_bytes(self._key.exchange(other), "big")


def key_pair(prime: int, generator: int) -> KeyPair:
    """A new key pair, made in the cheapest way there is for this group."""
    if prime in (GROUP_14, GROUP_16):
        try:
            return OpenSslPair(prime, generator)
        except Exception:  # noqa: BLE001 - gone, or a warning made an error: Python does it
            return PythonPair(prime, generator)
    return PythonPair(prime, generator)


class GroupExchange:
    """A client's side of one key exchange over a fixed group (RFC 4253, 8).

    The same shape as paramiko's own engines: made for a transport, which calls `start_kex`
    and then `parse_next` for each message.
    """

    prime: ClassVar[int] = 0
    """0: the device proposes one."""
    hash_algo: ClassVar[Callable[..., Any]]
    generator: ClassVar[int] = 2

    def __init__(self, transport: Any) -> None:
        self.transport = transport
        self._group = (self.prime, self.generator)
        self._pair: KeyPair | None = None

    def start_kex(self) -> None:
        """Sends our public value."""
        self._begin(_INIT, _REPLY)

    def parse_next(self, ptype: int, m: paramiko.Message) -> None:
        """Takes the device's answer. Raises SSHException."""
        if ptype != _REPLY:
            raise paramiko.SSHException(f"unexpected key exchange message {ptype}")
        self._finish(m)

    def _begin(self, message: int, answer: int) -> None:
        self._pair = key_pair(*self._group)
        m = paramiko.Message()
        m.add_byte(bytes((message,)))
        m.add_mpint(self._pair.public)
        self.transport._send_message(m)
        self.transport._expect_packet(answer)

    def _finish(self, m: paramiko.Message) -> None:
        if self._pair is None:
            raise paramiko.SSHException("a key exchange answer came before our value")
        host_key, theirs, signature = m.get_binary(), m.get_mpint(), m.get_binary()
        if not 1 < theirs < self._group[0] - 1:
            raise paramiko.SSHException("the device's key exchange value is out of range")
        secret = self._pair.shared(theirs)
        hashed = paramiko.Message()
        for text in (
            self.transport.local_version,
            self.transport.remote_version,
            self.transport.local_kex_init,
            self.transport.remote_kex_init,
            host_key,
        ):
            hashed.add_string(text)
        self._add_group(hashed)
        for number in (self._pair.public, theirs, secret):
            hashed.add_mpint(number)
        digest = type(self).hash_algo(hashed.asbytes()).digest()
        self.transport._set_K_H(secret, digest)
        self.transport._verify_key(host_key, signature)
        self.transport._activate_outbound()

    def _add_group(self, hashed: paramiko.Message) -> None:
        """What the hash says about the group: nothing, for a fixed one."""


class Group1Sha1(GroupExchange):
    """diffie-hellman-group1-sha1."""

    prime, hash_algo = GROUP_1, hashlib.sha1


class Group14Sha1(GroupExchange):
    """diffie-hellman-group14-sha1."""

    prime, hash_algo = GROUP_14, hashlib.sha1


class Group14Sha256(GroupExchange):
    """diffie-hellman-group14-sha256."""

    prime, hash_algo = GROUP_14, hashlib.sha256


class Group16Sha512(GroupExchange):
    """diffie-hellman-group16-sha512."""

    prime, hash_algo = GROUP_16, hashlib.sha512


class NegotiatedGroupSha256(GroupExchange):
    """diffie-hellman-group-exchange-sha256: the device chooses the group (RFC 4419)."""

    hash_algo = hashlib.sha256
    smallest = 2048

    def start_kex(self) -> None:
        """Asks for a group."""
        m = paramiko.Message()
        m.add_byte(bytes((_GEX_REQUEST,)))
        for bits in (self.smallest, 2048, _LARGEST_GROUP):
            m.add_int(bits)
        self.transport._send_message(m)
        self.transport._expect_packet(_GEX_GROUP)

    def parse_next(self, ptype: int, m: paramiko.Message) -> None:
        """Takes the group, then the device's answer. Raises SSHException."""
        if ptype == _GEX_GROUP and self._pair is None:
            prime, generator = m.get_mpint(), m.get_mpint()
            if not self.smallest <= prime.bit_length() <= _LARGEST_GROUP:
                raise paramiko.SSHException(
                    f"the device proposed a group of {prime.bit_length()} bits"
                )
            if not prime & 1 or not 1 < generator < prime - 1:
                raise paramiko.SSHException("the device proposed a group that is none")
            self._group = (prime, generator)
            self._begin(_GEX_INIT, _GEX_REPLY)
        elif ptype == _GEX_REPLY:
            self._finish(m)
        else:
            raise paramiko.SSHException(f"unexpected key exchange message {ptype}")

    def _add_group(self, hashed: paramiko.Message) -> None:
        for bits in (self.smallest, 2048, _LARGEST_GROUP):
            hashed.add_int(bits)
        for number in self._group:
            hashed.add_mpint(number)


class NegotiatedGroupSha1(NegotiatedGroupSha256):
    """diffie-hellman-group-exchange-sha1; old devices know no group above 1024 bits."""

    hash_algo = hashlib.sha1
    smallest = 1024


MODERN = {
    "diffie-hellman-group-exchange-sha256": NegotiatedGroupSha256,
    "diffie-hellman-group14-sha256": Group14Sha256,
    "diffie-hellman-group16-sha512": Group16Sha512,
}
LEGACY = {
    "diffie-hellman-group-exchange-sha1": NegotiatedGroupSha1,
    "diffie-hellman-group14-sha1": Group14Sha1,
    "diffie-hellman-group1-sha1": Group1Sha1,
}
