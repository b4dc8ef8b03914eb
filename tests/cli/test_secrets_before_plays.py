"""Mistakes that are told before any host is reached, or end a run, say no secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PLAY = "- hosts: all\n  gather_facts: false\n  vars_files: [vars.yml]\n"
HIDDEN = "word: s3cr3t-words\nnumber: 12345678\n"


@pytest.mark.parametrize(
    ("content", "play", "message"),
    [
        (
            HIDDEN,
            "  vars: {n: \"{{ lookup('file', 'vars.yml') }}\"}\n  serial: '{{ n }}'\n",
            "`serial` is a number of hosts, not '********'",
        ),
        ("a: 1\nb: s3cr3t-words: x: [\n", "", "vars.yml:2:16"),
        ("a: s3cr3t-words\n'b: 1\n", "", "vars.yml:"),
        (
            HIDDEN,
            "  tasks: [{add_host: {name: '../{{ word }}'}}]\n",
            "'../********' is no name for a host",
        ),
    ],
)
def test_no_line_and_no_value_of_a_vaulted_file_is_shown(
    here: Path, playrun: Any, content: str, play: str, message: str
) -> None:
    (here / "pw").write_text("open\n")
    (here / "vars.yml").write_text(content)
    assert playrun("vault", "encrypt", "--vault-id", "pw", "--in-place", "vars.yml").code == 0
    (here / "site.yml").write_text(PLAY + play)
    said = playrun("-i", "h1,", "-c", "local", "--vault-password-file", "pw", "site.yml", "-vvv")
    assert said.code != 0
    assert message in said.out + said.err
    assert "s3cr3t" not in said.out + said.err


def test_a_host_that_no_name_fits_fails_its_task_alone(here: Path, playrun: Any) -> None:
    (here / "site.yml").write_text(
        "- hosts: all\n  gather_facts: false\n  tasks:\n"
        "    - add_host: {name: a/b}\n      ignore_errors: true\n    - debug: {msg: went on}\n"
    )
    said = playrun("-i", "h1,", "-c", "local", "site.yml")
    assert said.code == 0
    assert "it has a path separator (/) in it" in said.out
    assert "went on" in said.out
