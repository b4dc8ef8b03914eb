"""What went wrong in an SSH handshake, in words that help."""

from __future__ import annotations

from collections.abc import Sequence

from runner.connections.ssh.legacy import LEGACY_HOST_KEYS, LEGACY_KEX
from runner.connections.ssh.library import paramiko
from runner.connections.ssh.offer import Offer, missing, printable
from runner.connections.ssh.transport import TELNET_IAC, ClientTransport
from runner.errors import ConnectionFailed, NegotiationFailed, Unreachable

_FULL = b"Exceeded MaxStartups"


class Busy(Unreachable):
    """The device hung up before a word was said: it may have room in a moment."""


def explain(transport: ClientTransport, greeting: bytes) -> ConnectionFailed:
    """The error for a handshake that failed; `greeting` is what the server said first."""
    error = transport.get_exception()
    if not transport.remote_version or not greeting_is_ssh2(transport.remote_version):
        return _not_ssh(transport, greeting)
    if transport.offer is not None:
        gaps = missing(transport.offer, _ours(transport))
        if gaps:
            return _no_match(gaps)
    if isinstance(error, paramiko.SSHException):
        return NegotiationFailed(f"the SSH handshake failed: {printable(str(error))}")
    said = f": {transport.farewell[:200]!r}" if transport.farewell else ""
    if transport.offer is None or said:
        return Unreachable(f"the device closed the connection during the SSH handshake{said}")
    return NegotiationFailed(
        f"the device closed the connection during the key exchange ({_reason(error)})",
        hint="old SSH servers do this when they accept no algorithm: try ssh_legacy: true",
    )


def greeting_is_ssh2(version: str) -> bool:
    """Whether a version string is of protocol 2 (1.99 speaks both)."""
    return version.startswith(("SSH-2.0-", "SSH-1.99-"))


def _ours(transport: ClientTransport) -> Offer:
    return Offer(
        kex=tuple(transport.preferred_kex),
        host_keys=tuple(transport.preferred_keys),
        ciphers=tuple(transport.preferred_ciphers),
        macs=tuple(transport.preferred_macs),
    )


def _no_match(gaps: Sequence[tuple[str, Sequence[str]]]) -> NegotiationFailed:
    told = "; ".join(
        f"{kind}: it offers only {printable(', '.join(names))}" for kind, names in gaps
    )
    helped = {"key exchange": LEGACY_KEX, "host key": LEGACY_HOST_KEYS}
    legacy = all(set(helped.get(kind, ())) & set(names) for kind, names in gaps)
    hint = "set ssh_legacy: true for this host to allow it" if legacy else None
    return NegotiationFailed(f"no algorithm in common with the device; {told}", hint=hint)


def _not_ssh(transport: ClientTransport, greeting: bytes) -> ConnectionFailed:
    version = transport.remote_version
    if version.startswith("SSH-1.") or (greeting.startswith(b"SSH-1.") and b"1.99" not in greeting):
        shown = version or greeting.split(b"\r")[0].decode("ascii", "replace")
        return NegotiationFailed(
            f"the device speaks SSH version 1 only ({shown!r}); version 1 is broken and refused",
            hint="enable SSH version 2 on the device",
        )
    if greeting.startswith(TELNET_IAC) or transport.is_telnet:
        return a_telnet_server()
    if not greeting or _FULL in greeting:
        said = f" ({greeting[:40]!r})" if greeting else ""
        return Busy(
            "the device accepted the connection and closed it before any SSH version string" + said,
            hint="an access list, or all its sessions are in use",
        )
    return Unreachable(f"no SSH server answers on this port: {greeting[:40]!r}")


def a_telnet_server() -> Unreachable:
    """The error for a port where Telnet is spoken."""
    return Unreachable(
        "a Telnet server answers on this port, not an SSH server",
        hint="use connection telnet for this host, or another port",
    )


def _reason(error: Exception | None) -> str:
    return printable(str(error)) or type(error).__name__ if error else "no reason given"
