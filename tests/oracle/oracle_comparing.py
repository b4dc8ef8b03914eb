"""Runs cases under both programs and says where they part."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from oracle_canonical import Canonical, difference, of_ansible, of_playrun
from oracle_case import HERE, Case
from oracle_sides import Ran, ansible_drivers, playrun_drivers

ANSIBLES = 2
"""Runs of ansible-playbook at a time."""
ONE_BY_ONE = ("--forks", "1")
"""With these words Ansible's workers cannot overtake one another."""

Judge = Callable[[Canonical], list[str]]
"""What is wrong, a line each, when Ansible does this."""


_WATCHED = hashlib.sha256((HERE / "callbacks" / "oracle_lines.py").read_bytes()).hexdigest()[:8]
"""Names what is watched of a run: what was kept under another name is not used."""


class Oracle:
    """Ansible's side runs ahead in the background; playrun's when a test asks.

    With a cache, what Ansible did is kept there by what it was given: for whoever works on
    playrun's side and asks again and again.
    """

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        self._ansible = ansible_drivers(folder / "ansible", ANSIBLES)
        self._playrun = playrun_drivers(folder / "playrun")
        self._pool = ThreadPoolExecutor(ANSIBLES)
        self._asked: dict[str, Future[Canonical]] = {}
        self._cache = cache
        self._lock = threading.Lock()

    def expect(self, cases: Iterable[Case]) -> None:
        """Says which cases will be asked for, so that Ansible can begin."""
        for case in cases:
            self._future(case)

    def ansible(self, case: Case) -> Canonical:
        """What Ansible does."""
        return self._future(case).result()  # each run has its own bound

    def playrun(self, case: Case) -> tuple[Canonical, Ran]:
        """What playrun does, and what it left and said."""
        ran = self._playrun.run(case)
        return of_playrun(ran), ran

    def compare(self, case: Case) -> list[str]:
        """Where the two part, a line each; playrun's last words with them."""
        found, ran = self.playrun(case)
        lines = self.judged(case, lambda wanted: difference(wanted, found))
        if ran.timed_out:
            lines.append("playrun did not end in time")
        return [*lines, *ran.err.splitlines()[-12:]] if lines else []

    def judged(self, case: Case, judge: Judge) -> list[str]:
        """What is wrong with what Ansible did; where it could have done otherwise, with that.

        Ansible takes the results of its workers as they come, and some of what follows hangs on
        that order: whose items of an included loop are first, which group is made first. So a
        verdict stands only when it is the same with one worker, and when Ansible is asked again.
        """
        lines = judge(self.ansible(case))
        if not lines:
            return []
        for words in (ONE_BY_ONE, ()):
            again = judge(of_ansible(self._ended(case._replace(args=(*case.args, *words)))))
            if not again:
                return []
        return lines

    def _future(self, case: Case) -> Future[Canonical]:
        with self._lock:
            digest = case.digest()
            if digest not in self._asked:
                self._asked[digest] = self._pool.submit(self._run, case, digest)
            return self._asked[digest]

    def _run(self, case: Case, digest: str) -> Canonical:
        kept = self._cache / f"{digest}-{_WATCHED}.json" if self._cache else None
        if kept is not None and kept.exists():
            return of_ansible(Ran(*json.loads(kept.read_text())))
        ran = self._ended(case)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            beside = kept.with_suffix(f".{os.getpid()}")
            beside.write_text(json.dumps(ran))
            beside.rename(kept)
        return of_ansible(ran)

    def _ended(self, case: Case) -> Ran:
        ran = self._ansible.run(case)
        if ran.timed_out:
            raise TimeoutError(f"ansible-playbook did not end in time: {case.name}")
        return ran

    def close(self) -> None:
        """Ends all drivers."""
        self._pool.shutdown(cancel_futures=True)
        self._ansible.close()
        self._playrun.close()


def as_meant(case: Case, ansible: Canonical, playrun: Canonical) -> list[str]:
    """For a case that differs: what playrun does that is not what the case says it does."""
    wanted: dict[str, Any] = {
        name: case.differs[name] for name in ("exit", "recap", "hosts") if name in case.differs
    }
    lines = difference({**playrun, **wanted}, playrun)
    if not lines and not difference(ansible, playrun):
        lines.append("playrun and Ansible agree: the case differs no more")
    return [line.replace("Ansible", "meant") for line in lines]
