"""Whether a connection that closed under a command did what the command says."""

from __future__ import annotations

import pytest

from runner.actions.commandline.leaving import takes_its_leave


@pytest.mark.parametrize(
    "line",
    [
        "reload",
        "reload in 5",
        "do reload",
        "Reboot",
        "reboot now",
        "request system reboot",
        "request system halt at now",
        "install add file flash:x.bin activate commit",
        "/system reboot",
        "redundancy reload shelf",
    ],
)
def test_restarts_count_once_they_have_said_something(line: str) -> None:
    assert takes_its_leave(line, "Proceed? [confirm]")
    assert not takes_its_leave(line, "")


@pytest.mark.parametrize("line", ["exit", "quit", " logout "])
def test_logging_out_needs_no_word(line: str) -> None:
    assert takes_its_leave(line, "")


@pytest.mark.parametrize(
    "line",
    [
        "show reload",
        "copy tftp://h/reload.bin flash:",
        "reloading",
        "show version",
        "install remove inactive",
        "exit all of it",
        "request support information",
    ],
)
def test_anything_else_was_cut_off(line: str) -> None:
    assert not takes_its_leave(line, "half of it")
