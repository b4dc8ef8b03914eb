"""Files that are vaulted as a whole, where a task or a template reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playrunning import Playrun

from runner.loading.vault_format import seal

SECRET = "snmp-server community s3cr3t-words\n"
PLAY = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - {task}
"""


@pytest.fixture
def vaulted(here: Path) -> Path:
    (here / "pw").write_text("open sesame")
    (here / "playrun.toml").write_text('vault_password_file = ["pw"]\n')
    for folder in ("files/pieces", "templates"):
        (here / folder).mkdir(parents=True)
    for name, text in (
        ("files/plain.cfg", SECRET),
        ("files/pieces/1", SECRET),
        ("files/words.csv", "r1,s3cr3t-words\n"),
        ("files/run.sh", "#!/bin/sh\nprintf '%s' s3cr3t-words > out\n"),
        ("templates/t.j2", "snmp-server community s3cr3t-{{ 'words' }}\n"),
    ):
        (here / name).write_bytes(seal(text.encode(), b"open sesame"))
    (here / "templates/around.j2").write_text("{% include 't.j2' %}")
    return here


def left(here: Path) -> str:
    """Everything that a run leaves beside the project's own files."""
    records = (path for path in (here / ".playrun").rglob("*") if path.is_file())
    return "".join(path.read_text("utf-8", "replace") for path in records)


@pytest.mark.parametrize(
    "task",
    [
        "copy: {src: plain.cfg, dest: out}",
        "copy: {src: pieces/, dest: ./}",
        "template: {src: t.j2, dest: out}",
        "template: {src: around.j2, dest: out}",
        "assemble: {src: pieces, dest: out, remote_src: false}",
        "script: run.sh",
        "copy: {content: \"{{ lookup('file', 'plain.cfg') }}\", dest: out}",
        "copy: {content: \"{{ lookup('template', 't.j2') }}\", dest: out}",
        "copy: {content: \"{{ lookup('unvault', 'plain.cfg') }}\", dest: out}",
        "copy: {content: \"{{ lookup('csvfile', 'r1 file=words.csv delimiter=,') }}\", dest: out}",
    ],
)
def test_it_is_decrypted_and_not_shown(vaulted: Path, playrun: Playrun, task: str) -> None:
    (vaulted / "site.yml").write_text(PLAY.format(task=task))
    said = playrun("site.yml", "--diff", "-vvv")
    assert said.code == 0, said.out + said.err
    written = vaulted / ("1" if "pieces/" in task else "out")
    assert "s3cr3t-words" in written.read_text()
    assert "s3cr3t" not in said.out + said.err + left(vaulted)


def test_ciphertext_is_copied_where_it_is_wanted(vaulted: Path, playrun: Playrun) -> None:
    (vaulted / "site.yml").write_text(
        PLAY.format(task="copy: {src: plain.cfg, dest: out, decrypt: false}")
    )
    assert playrun("site.yml").code == 0
    assert (vaulted / "out").read_bytes() == (vaulted / "files/plain.cfg").read_bytes()


@pytest.mark.parametrize(
    "task",
    [
        "copy: {src: plain.cfg, dest: out}",
        "template: {src: t.j2, dest: out}",
        "copy: {content: \"{{ lookup('file', 'plain.cfg') }}\", dest: out}",
    ],
)
def test_without_a_password_nothing_is_written(vaulted: Path, playrun: Playrun, task: str) -> None:
    (vaulted / "playrun.toml").write_text("")
    (vaulted / "site.yml").write_text(PLAY.format(task=task))
    said = playrun("site.yml")
    assert said.code in (1, 2)
    assert "vaulted, and no vault password" in said.out + said.err
    assert not (vaulted / "out").exists()
