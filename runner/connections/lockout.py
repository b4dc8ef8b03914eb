"""The lockout breaker: a wrong password must not lock an account on a thousand devices.

Until a credential has succeeded once, at most three hosts try it at a time; once it has
failed too often without a success it is not used again in this run.
"""

from __future__ import annotations

import contextlib
import enum
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from runner.connections.api import Target
from runner.errors import AuthenticationFailed, NotTried

AT_A_TIME = 3
DEFAULT_FAILURES_MAX = 3


class Attempt:
    """One host's try at a credential."""

    __slots__ = ("tested",)

    def __init__(self) -> None:
        self.tested = True
        """Set it to False where the device never asked for the credential."""

    @property
    def outcome(self) -> Outcome:
        """What it means that nothing went wrong."""
        return Outcome.SUCCESS if self.tested else Outcome.ABANDONED


class CredentialGate(Protocol):
    """Lets hosts try a credential, or does not. Shared by all threads (and processes)."""

    def attempt(self, key: str) -> AbstractContextManager[Attempt]:
        """Holds the right to try the credential `key`; waits for it if need be.

        Leaving without an exception counts as a success (unless the attempt says that the
        credential was not tested), with AuthenticationFailed as a failure, with any other
        exception as neither. Raises NotTried instead of letting the host try.
        """

    def cancel(self) -> None:
        """No more attempts: whoever waits, or comes later, gets NotTried."""

    def serve(self) -> None:
        """Answers other processes from now on, if the gate has any. Call it after the fork."""

    def rest(self) -> None:
        """Stops answering until `serve`; what is known of the credentials stays known."""


def credential_key(target: Target) -> str:
    """Names the credential of `target` without telling it, alike in all processes of a run.

    Salted with a value of this process tree, so that the name is of no use elsewhere.
    """
    secrets = (target.password, target.console_password, target.private_key_passphrase)
    plain = tuple(secret.reveal() if secret else None for secret in secrets)
    return hashed_name(target.user, target.console_user, target.private_key_file, plain)


def become_key(target: Target) -> str:
    """Names what `target` enables with: it is another account's password, or another one."""
    secret = target.become_password.reveal() if target.become_password else None
    return hashed_name("become", target.become_user or target.user, secret)


def hashed_name(*parts: object) -> str:
    """A name for `parts` that does not tell them."""
    digest = hashlib.blake2b(key=_SALT, digest_size=16)
    digest.update(repr(parts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


_SALT = os.urandom(16)


class Verdict(enum.Enum):
    """What a host that asks for a credential is told."""

    TRY = b"t"
    """Try it, and say how it went: everybody else waits for that."""
    FREE = b"f"
    """It has worked before: no need to report."""
    REFUSED = b"r"
    """It has failed too often."""
    WAIT = b"w"
    """Others are trying it just now."""


class Outcome(enum.Enum):
    """How an attempt went."""

    SUCCESS = b"s"
    FAILURE = b"x"
    ABANDONED = b"a"


@dataclass(slots=True)
class _Credential:
    trying: int = 0
    failures: int = 0
    proven: bool = False


class Ledger:
    """What is known about each credential: the rules, without any waiting."""

    def __init__(self, failures_max: int = DEFAULT_FAILURES_MAX) -> None:
        """`failures_max` 0: no breaker at all."""
        self._failures_max = failures_max
        self._credentials: dict[str, _Credential] = {}

    def ask(self, key: str) -> Verdict:
        """May a host try `key` now? TRY counts as one more host trying it.

        Never more hosts at once than failures are left, so the bound holds exactly even
        if all of them fail.
        """
        state = self._credentials.setdefault(key, _Credential())
        if state.proven or self._failures_max <= 0:
            return Verdict.FREE
        if state.failures >= self._failures_max:
            return Verdict.REFUSED
        if state.trying >= min(AT_A_TIME, self._failures_max - state.failures):
            return Verdict.WAIT
        state.trying += 1
        return Verdict.TRY

    def finish(self, key: str, outcome: Outcome) -> None:
        """Takes back a TRY."""
        state = self._credentials[key]
        state.trying -= 1
        if outcome is Outcome.SUCCESS:
            state.proven = True
        elif outcome is Outcome.FAILURE:
            state.failures += 1


@contextlib.contextmanager
def told(tell: Callable[[Outcome], None]) -> Iterator[Attempt]:
    """An attempt whose outcome is told when it ends, however it ends."""
    attempt = Attempt()
    outcome = Outcome.ABANDONED
    try:
        yield attempt
        outcome = attempt.outcome
    except AuthenticationFailed as error:
        outcome = outcome_of(error)
        raise
    finally:
        tell(outcome)


class ThreadGate:
    """A CredentialGate for the threads of one process."""

    def __init__(self, failures_max: int = DEFAULT_FAILURES_MAX) -> None:
        self._ledger = Ledger(failures_max)
        self._failures_max = failures_max
        self._changed = threading.Condition()
        self._cancelled = False

    @contextlib.contextmanager
    def attempt(self, key: str) -> Iterator[Attempt]:
        """See `CredentialGate.attempt`."""
        if self._enter(key) is Verdict.FREE:
            yield Attempt()
            return
        with told(lambda outcome: self._finish(key, outcome)) as attempt:
            yield attempt

    def _finish(self, key: str, outcome: Outcome) -> None:
        with self._changed:
            self._ledger.finish(key, outcome)
            self._changed.notify_all()

    def cancel(self) -> None:
        """See `CredentialGate.cancel`."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def serve(self) -> None:
        """There are no other processes."""

    def rest(self) -> None:
        """There are no other processes."""

    def _enter(self, key: str) -> Verdict:
        with self._changed:
            while not self._cancelled:
                verdict = self._ledger.ask(key)
                if verdict is Verdict.REFUSED:
                    raise refused(self._failures_max)
                if verdict is not Verdict.WAIT:
                    return verdict
                self._changed.wait()
        raise cancelled()


def outcome_of(error: AuthenticationFailed) -> Outcome:
    """Whether a failed login tells anything about the credential."""
    return Outcome.ABANDONED if isinstance(error, NothingSent) else Outcome.FAILURE


def refused(failures_max: int) -> NotTried:
    """The error for a credential that failed too often."""
    return NotTried(
        f"this credential was refused {failures_max} times in this run and never accepted;"
        " it was not sent to this host",
        hint="check user and password; auth_failures_max sets the bound",
    )


def cancelled() -> NotTried:
    """The error for a host whose turn never came."""
    return NotTried("interrupted before the login")


CHECK_LOGIN = "are `ansible_user` and `ansible_password` right? -k asks for another password"
"""What to do about a login that was refused."""


class NothingSent(AuthenticationFailed):
    """The login failed before the credential was sent: it does not count as refused."""
