"""What Ctrl-C does before, while and after plays run."""

from __future__ import annotations

import os
import signal

import pytest

from runner.run.conduct import undisturbed


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_ends_a_run_is_not_interrupted(which: signal.Signals) -> None:
    before = signal.getsignal(which)
    done = []
    with undisturbed():
        os.kill(os.getpid(), which)
        done.append("written")
    assert done == ["written"]
    assert signal.getsignal(which) is before


def test_afterwards_it_does_what_it_did() -> None:
    with undisturbed():
        pass
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
