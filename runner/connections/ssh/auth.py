"""Logging in over SSH: each credential once, the password only where it was asked for."""

from __future__ import annotations

import enum
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from runner.connections.expired import has_expired, wants_another_password
from runner.connections.lockout import CHECK_LOGIN, NothingSent
from runner.connections.ssh.library import AuthHandler, paramiko
from runner.connections.ssh.offer import printable
from runner.connections.ssh.prompts import Answers, UnanswerableError
from runner.connections.ssh.transport import ClientTransport
from runner.errors import AuthenticationFailed, ConnectionFailed, ConnectionLost, Unreachable
from runner.platforms.model import Platform

_SERVICE = "ssh-userauth"
_CERTIFIED = "-cert-v01@openssh.com"
_MOST_ATTEMPTS = 16
_KEY, _PASSWORD, _INTERACTIVE = "publickey", "password", "keyboard-interactive"


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A private key and where it came from, for messages."""

    name: str
    key: paramiko.PKey
    algorithm: str = ""
    """The signature to make; empty: the best that both sides know."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What may be tried, in this order: the keys, then the password."""

    user: str
    keys: tuple[NamedKey, ...] = ()
    password: str | None = field(default=None, repr=False)
    platform: Platform | None = None
    """For what its login may ask inside keyboard-interactive."""
    configured: bool = True
    """False: the keys are the agent's or the user's default ones, nobody asked for them."""


class _Result(enum.Enum):
    SUCCESS = enum.auto()
    PARTIAL = enum.auto()
    """Accepted, but more is wanted."""
    UNSUITABLE = enum.auto()
    """The device does not take this kind of credential (now)."""
    FAILED = enum.auto()


class _Handler(AuthHandler):
    """One handler for all attempts of a connection.

    Stock paramiko asks for the authentication service again with every attempt, and signs
    in its transport thread, where a key that the server cannot use ends the connection.
    Here the service is asked for once, and each request is made in the caller's thread.
    """

    password_expired = False
    algorithm = ""

    def request_service(self, event: threading.Event) -> None:
        """Asks for the authentication service; `event` is set when it is granted."""
        self.auth_event = event
        message = paramiko.Message()
        message.add_byte(b"\x05")
        message.add_string(_SERVICE)
        self._transport()._send_message(message)

    def request(self, method: str, username: str, event: threading.Event, **given: Any) -> None:
        """Sends one authentication request."""
        self.auth_event, self.auth_method, self.username = event, method, username
        for name, value in given.items():
            setattr(self, name, value)
        granted = paramiko.Message()
        granted.add_string(_SERVICE)
        super()._parse_service_accept(paramiko.Message(granted.asbytes()))  # type: ignore[misc]

    def _transport(self) -> Any:
        return self.transport

    def _finalize_pubkey_algorithm(self, key_type: str) -> str:
        if not self.algorithm:
            chosen: str = super()._finalize_pubkey_algorithm(key_type)  # type: ignore[misc]
            return chosen
        certified = key_type.endswith(_CERTIFIED)
        return f"{self.algorithm}{_CERTIFIED}" if certified else self.algorithm

    def _parse_service_accept(self, m: paramiko.Message) -> None:  # noqa: ARG002
        if self.auth_event is not None:
            self.auth_event.set()

    def _parse_userauth_info_request(self, m: paramiko.Message) -> None:
        if self.auth_method == _PASSWORD:
            # The same number means "your password has expired" here.
            self.password_expired = True
            if self.auth_event is not None:
                self.auth_event.set()
            return
        super()._parse_userauth_info_request(m)  # type: ignore[misc]


class Login:
    """Authenticates one connection."""

    def __init__(
        self, transport: ClientTransport, credentials: Credentials, timeout: float
    ) -> None:
        """`timeout` (seconds) bounds the whole of it."""
        self._transport = transport
        self._credentials = credentials
        self._deadline = time.monotonic() + timeout
        self._timeout = timeout
        self._handler = _Handler(transport)
        transport.auth_handler = self._handler
        self._allowed: tuple[str, ...] | None = None
        self._tried: list[str] = []
        self._sent = False

    def run(self) -> bool:
        """True once authenticated; False if the device let us in without asking anything.

        Raises AuthenticationFailed (NothingSent if no credential left this machine),
        Unreachable and ConnectionLost.
        """
        self._await(self._handler.request_service)
        candidates: list[NamedKey | str] = [*self._keys()]
        if self._credentials.password is not None:
            candidates.append(self._credentials.password)
        if not candidates or not self._credentials.configured:
            if self._attempt("none") is _Result.SUCCESS:
                return False
            self._tried.clear()
        if self._work_through(candidates):
            return True
        if self._asks_nothing() and self._attempt("none") is _Result.SUCCESS:
            return False
        raise self._refused()

    def _keys(self) -> list[NamedKey]:
        """A server that does not say which signatures it takes is older than the new ones."""
        old = "server-sig-algs" not in vars(self._transport)["server_extensions"]
        return sorted(self._credentials.keys, key=lambda named: not named.algorithm and old)

    def _asks_nothing(self) -> bool:
        known = {_KEY, _PASSWORD, _INTERACTIVE}
        return not self._sent and self._allowed is not None and not known & {*self._allowed}

    def _work_through(self, candidates: list[NamedKey | str]) -> bool:
        for _ in range(_MOST_ATTEMPTS):
            candidate = next((c for c in candidates if self._method(c)), None)
            if candidate is None:
                return False
            result = self._attempt(self._method(candidate), candidate)
            if result is _Result.SUCCESS:
                return True
            if result is not _Result.UNSUITABLE:
                candidates.remove(candidate)
        return False

    def _method(self, candidate: NamedKey | str) -> str:
        """How to try `candidate` now; empty if the device takes nothing of its kind."""
        methods = (_KEY,) if isinstance(candidate, NamedKey) else (_PASSWORD, _INTERACTIVE)
        if self._allowed is None:
            return methods[0]
        return next((method for method in methods if method in self._allowed), "")

    def _attempt(self, method: str, candidate: NamedKey | str | None = None) -> _Result:
        given: dict[str, Any] = {}
        label = method
        answers: Answers | None = None
        if isinstance(candidate, NamedKey):
            given = {"private_key": candidate.key, "algorithm": candidate.algorithm}
            label = f"key {candidate.name}"
        elif method == _PASSWORD:
            given = {"password": candidate}
        elif method == _INTERACTIVE and candidate is not None:
            answers = Answers(candidate, self._credentials.platform)
            given = {"interactive_handler": _ignoring_titles(answers), "submethods": ""}
        if label not in self._tried:
            self._tried.append(label)
        user, sent_before = self._credentials.user, self._sent
        self._sent = self._sent or method in (_KEY, _PASSWORD)
        try:
            self._await(lambda event: self._handler.request(method, user, event, **given))
        except _CannotSignError:
            return _Result.FAILED
        except UnanswerableError as question:
            raise self._unanswered(question, answers) from None
        result = self._result()
        if result is _Result.UNSUITABLE:
            # A credential of a kind that the device does not take was not looked at.
            self._sent = sent_before
        self._sent = self._sent or bool(answers and answers.password_sent)
        return result

    def _result(self) -> _Result:
        if self._handler.password_expired:
            raise has_expired("the device", self._credentials.user)
        if self._transport.is_authenticated():
            return _Result.SUCCESS
        error = self._transport.get_exception()
        if not isinstance(error, (paramiko.BadAuthenticationType, _PARTIAL)):
            return _Result.FAILED
        self._allowed = tuple(getattr(error, "allowed_types", ()))
        return _Result.PARTIAL if isinstance(error, _PARTIAL) else _Result.UNSUITABLE

    def _await(self, send: Callable[[threading.Event], None]) -> None:
        event = threading.Event()
        try:
            send(event)
        except (EOFError, OSError):
            raise self._gone() from None
        except paramiko.SSHException as error:
            # The key could not be used with this server (no common signature algorithm).
            raise _CannotSignError(str(error)) from None
        if not event.wait(max(0.0, self._deadline - time.monotonic())):
            raise Unreachable(f"the device did not answer the login within {self._timeout:g} s")
        if not self._transport.is_active() and not self._transport.is_authenticated():
            raise self._gone()

    def _gone(self) -> Exception:
        error = self._transport.get_exception()
        if isinstance(error, UnanswerableError):
            return error
        said = f": {self._transport.farewell[:200]!r}" if self._transport.farewell else ""
        if self._sent:
            return AuthenticationFailed(
                f"the device closed the connection after {self._what_was_tried()}{said}",
                hint=CHECK_LOGIN,
            )
        return ConnectionLost(f"the device closed the connection before the login{said}")

    def _unanswered(self, question: UnanswerableError, answers: Answers | None) -> ConnectionFailed:
        sent = self._sent or bool(answers and answers.password_sent)
        if sent and wants_another_password(question.asked):
            return has_expired("the device", self._credentials.user)
        kind = AuthenticationFailed if sent else NothingSent
        again = "again, or for something else" if sent else "for something else than a password"
        return kind(
            f"the device asks user {self._credentials.user!r} {again}: {question}",
            hint="playrun answers one password prompt; a key may be the way in",
        )

    def _what_was_tried(self) -> str:
        return f"user {self._credentials.user!r} with {', '.join(self._tried) or 'nothing'}"

    def _refused(self) -> AuthenticationFailed:
        takes = f"; it takes {printable(', '.join(self._allowed))}" if self._allowed else ""
        if not self._credentials.keys and self._credentials.password is None:
            return NothingSent(
                f"no password or key is configured for user {self._credentials.user!r}{takes}",
                hint="`ansible_password`, -k or --private-key gives one",
            )
        kind = AuthenticationFailed if self._sent else NothingSent
        hint = CHECK_LOGIN if self._credentials.password is not None else _CHECK_KEY
        return kind(f"the device refused {self._what_was_tried()}{takes}", hint=hint)


_CHECK_KEY = "the key's public half must be the user's on the device, or `ansible_password` set"


class _CannotSignError(Exception):
    """This key and this server have no signature algorithm in common."""


_PARTIAL = paramiko.ssh_exception.PartialAuthentication


def _ignoring_titles(answers: Answers) -> Callable[[str, str, list[tuple[str, bool]]], list[str]]:
    return lambda _title, instructions, prompts: answers(prompts, instructions)
