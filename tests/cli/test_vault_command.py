"""`playrun vault`: what it says, what it leaves behind, and that Ansible can read it."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from playrunning import Playrun

from runner.cli import vault as vault_command

RECORDED = """$ANSIBLE_VAULT;1.1;AES256
33656135363030303132366538363337376332643565643662383765373436393330393837323233
6638323565323334356564643433386639643766666461610a643733383763373034666639383532
30613238323463636539333062333039313534616265376463353264326636363465306162303862
3534303666626166650a623464666162386437663466353163633962363633313433373937343238
3731
"""
"""Of ansible-vault: `s3cret-välue` under the password hunter2."""
PLAIN = "hello\nwörld\n"


@pytest.fixture
def files(here: Path) -> Path:
    (here / "p1").write_text("hunter2\n")
    (here / "p2").write_text("other\n")
    (here / "plain.txt").write_text(PLAIN)
    (here / "recorded.txt").write_text(RECORDED)
    return here


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives bytes to whoever reads standard input."""

    def give(data: bytes) -> None:
        read = vault_command._read
        monkeypatch.setattr(
            vault_command, "_read", lambda name: data if name == "-" else read(name)
        )

    return give


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_what_ansible_vaulted_can_be_seen(files: Path, playrun: Playrun) -> None:
    said = playrun("vault", "view", "--vault-password-file", "p1", "recorded.txt")
    assert (said.code, said.out, said.err) == (0, "s3cret-välue", "")
    said = playrun("vault", "decrypt", "--vault-id", "x@p1", "recorded.txt")
    assert said.out == "s3cret-välue"
    assert (files / "recorded.txt").read_text() == RECORDED


def test_a_file_goes_there_and_back(files: Path, playrun: Playrun) -> None:
    sealed = playrun("vault", "encrypt", "--vault-id", "dev@p1", "plain.txt").out
    assert sealed.startswith("$ANSIBLE_VAULT;1.2;AES256;dev\n")
    assert max(map(len, sealed.splitlines())) == 80
    assert sealed.endswith("\n")
    assert (files / "plain.txt").read_text() == PLAIN
    (files / "sealed.txt").write_text(sealed)
    opened = playrun("vault", "decrypt", "--vault-id", "dev@p1", "sealed.txt", "--output", "out")
    assert opened.out == ""
    assert (files / "out").read_text() == PLAIN
    assert mode(files / "out") == 0o600


def test_a_password_without_a_name_gives_the_old_header(files: Path, playrun: Playrun) -> None:
    for flag in (("--vault-password-file", "p1"), ("--vault-id", "default@p1")):
        sealed = playrun("vault", "encrypt", *flag, "plain.txt").out
        assert sealed.startswith("$ANSIBLE_VAULT;1.1;AES256\n")


def test_files_are_changed_in_place_only_when_asked_to(files: Path, playrun: Playrun) -> None:
    (files / "more.txt").write_text("more")
    (files / "link.txt").symlink_to("more.txt")
    flags = ("--vault-id", "dev@p1", "--in-place", "plain.txt", "link.txt")
    assert playrun("vault", "encrypt", *flags).code == 0
    assert (files / "link.txt").is_symlink()
    for name in ("plain.txt", "more.txt"):
        assert (files / name).read_text().startswith("$ANSIBLE_VAULT;")
        assert mode(files / name) == 0o600
    assert playrun("vault", "decrypt", *flags).code == 0
    assert (files / "plain.txt").read_text() == PLAIN
    assert (files / "more.txt").read_text() == "more"
    names = ["link.txt", "more.txt", "p1", "p2", "plain.txt", "recorded.txt"]
    assert sorted(path.name for path in files.iterdir() if path.is_file()) == names


def test_nothing_is_changed_when_one_file_is_wrong(files: Path, playrun: Playrun) -> None:
    said = playrun(
        "vault", "rekey", "--vault-id", "p1", "--new-vault-id", "n@p2", "--in-place",
        "recorded.txt", "plain.txt",
    )  # fmt: skip
    assert said.code == 1
    assert "plain.txt is not vaulted" in said.err
    assert (files / "recorded.txt").read_text() == RECORDED


@pytest.mark.parametrize(
    ("flags", "header"),
    [
        (("--new-vault-id", "new@p2"), "$ANSIBLE_VAULT;1.2;AES256;new"),
        (("--new-vault-password-file", "p2"), "$ANSIBLE_VAULT;1.1;AES256"),
    ],
)
def test_rekeying(files: Path, playrun: Playrun, flags: tuple[str, str], header: str) -> None:
    playrun("vault", "rekey", "--vault-password-file", "p1", *flags, "--in-place", "recorded.txt")
    assert (files / "recorded.txt").read_text().splitlines()[0] == header
    assert playrun("vault", "view", "--vault-id", "p2", "recorded.txt").out == "s3cret-välue"
    assert playrun("vault", "view", "--vault-id", "p1", "recorded.txt").code == 1


def test_a_text_becomes_a_value(files: Path, playrun: Playrun) -> None:
    said = playrun(
        "vault", "encrypt_string", "--vault-id", "dev@p1", "-n", "a", "-n", "b", "1", "2"
    )
    lines = said.out.splitlines()
    assert lines[:2] == ["a: !vault |", "          $ANSIBLE_VAULT;1.2;AES256;dev"]
    assert "b: !vault |" in lines
    (files / "vars.yml").write_text(said.out)
    (files / "site.yml").write_text(
        "- hosts: r1\n  connection: local\n  gather_facts: false\n"
        "  tasks:\n    - assert: {that: [a == '1', b == '2']}\n"
    )
    flags = ("-i", "r1,", "-e", "@vars.yml", "--vault-id", "dev@p1", "site.yml")
    assert playrun(*flags).code == 0


def test_a_text_from_standard_input(files: Path, playrun: Playrun, stdin: Any) -> None:
    stdin(b"from stdin")
    said = playrun("vault", "encrypt-string", "--vault-id", "p1", "--stdin-name", "x")
    assert said.out.startswith("x: !vault |\n")
    assert playrun("vault", "encrypt-string", "--vault-id", "p1").out.startswith("!vault |\n")
    sealed = playrun("vault", "encrypt", "--vault-id", "p1").out
    stdin(sealed.encode())
    assert playrun("vault", "decrypt", "--vault-id", "p1").out == "from stdin"


def test_a_text_that_is_asked_for(
    files: Path, playrun: Playrun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_command, "ask_secret", lambda prompt: f"answer to {prompt}")
    said = playrun("vault", "encrypt-string", "--vault-id", "p1", "-p", "-n", "x", "--output", "o")
    assert (said.out, said.err) == ("", "")
    (files / "o").write_text("\n".join(map(str.strip, (files / "o").read_text().split("\n")[1:])))
    shown = playrun("vault", "view", "--vault-id", "p1", "o")
    assert shown.out == "answer to Text to encrypt: "


def test_without_a_password_one_is_asked_for_twice(
    files: Path, playrun: Playrun, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(vault_command, "ask_secret", lambda prompt: asked.append(prompt) or "pw")
    sealed = playrun("vault", "encrypt", "plain.txt").out
    assert asked == ["New vault password: ", "Confirm new vault password: "]
    (files / "sealed").write_text(sealed)
    asked.clear()
    assert playrun("vault", "view", "sealed").out == PLAIN
    assert asked == ["Vault password: "]
    answers = iter(["one", "two"])
    monkeypatch.setattr(vault_command, "ask_secret", lambda prompt: next(answers))
    assert "differ" in playrun("vault", "encrypt", "plain.txt").err


def test_settings_name_passwords_too(files: Path, playrun: Playrun) -> None:
    (files / "ansible.cfg").write_text(
        "[defaults]\nvault_identity_list = a@p1, b@p2\nvault_encrypt_identity = b\n"
    )
    sealed = playrun("vault", "encrypt", "plain.txt").out
    assert sealed.startswith("$ANSIBLE_VAULT;1.2;AES256;b\n")
    assert playrun("vault", "view", "recorded.txt").out == "s3cret-välue"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("encrypt", "--vault-id", "a@p1", "--vault-id", "b@p2", "plain.txt"),
            "several vault passwords to encrypt with\n  → choose with --encrypt-vault-id: a, b",
        ),
        (
            ("encrypt", "--vault-id", "a@p1", "--encrypt-vault-id", "z", "plain.txt"),
            "no vault password with the id z\n  → known: a",
        ),
        (("encrypt", "--vault-id", "p1", "recorded.txt"), "recorded.txt is vaulted already"),
        (("decrypt", "--vault-id", "p1", "plain.txt"), "plain.txt is not vaulted"),
        (("decrypt", "--vault-id", "p1", "a", "b"), "several files cannot become one text"),
        (("decrypt", "--vault-id", "p1", "--in-place"), "--in-place wants files"),
        (("view", "--vault-id", "d@p2", "recorded.txt"), "recorded.txt:1:1: vaulted, and no"),
        (("view", "--vault-id", "a;b@p1", "recorded.txt"), "'a;b' is no id"),
        (("view", "--vault-id", "ü@p1", "recorded.txt"), "'\\xfc' is no id"),
        (("edit", "recorded.txt"), "an editor would need the plain text in a file"),
        (("view", "--vault-id", "a@", "recorded.txt"), "--vault-id a@ names no file"),
        (("view", "recorded.txt"), "cannot ask for `Vault password`: there is no terminal"),
        (("encrypt-string", "--vault-id", "p1", ""), "the text to encrypt is empty"),
        (("encrypt-string", "--vault-id", "p1", "-n", "a", "-n", "b", "x"), "more --name than"),
        (("encrypt", "--vault-id", "p1", "nowhere"), "nowhere does not exist"),
        (("encrypt", "--vault-id", "p1", "plain.txt", "--output", "no/x"), "cannot write no/x"),
    ],
)
def test_mistakes(files: Path, playrun: Playrun, words: tuple[str, ...], message: str) -> None:
    said = playrun("vault", *words)
    assert said.code == 1
    assert message in said.err
    assert said.out == ""


def test_a_program_prints_the_password(files: Path, playrun: Playrun) -> None:
    client = files / "my-client.sh"
    client.write_text('#!/bin/sh\n[ "$1 $2" = "--vault-id dev" ] && echo hunter2 || exit 2\n')
    client.chmod(0o700)
    assert playrun("vault", "view", "--vault-id", "dev@my-client.sh", "recorded.txt").code == 0
    said = playrun("vault", "view", "--vault-id", "prod@my-client.sh", "recorded.txt")
    assert "no vault password" in said.err
    said = playrun("vault", "encrypt", "--vault-id", "prod@my-client.sh", "plain.txt")
    assert "does not know the id prod" in said.err
    assert os.listdir(files)


def test_the_stdin_of_a_terminal_is_read_as_bytes(
    files: Path, playrun: Playrun, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Bytes(io.StringIO):
        buffer = io.BytesIO(b"\xff\x00")

    monkeypatch.setattr(vault_command.sys, "stdin", Bytes())
    assert vault_command._read("-") == b"\xff\x00"


def test_what_could_not_be_opened_again_is_not_vaulted(files: Path, playrun: Playrun) -> None:
    large = files / "large"
    with large.open("wb") as file:
        file.truncate(15 << 20)
    said = playrun("vault", "encrypt", "--in-place", "--vault-password-file", "p1", "large")
    assert (said.code, said.err) == (
        1,
        "playrun: large is larger than 14 MB: vaulted, it could not be opened again\n",
    )
    assert large.stat().st_size == 15 << 20


def test_without_a_word_the_help_is_shown(here: Path, playrun: Playrun) -> None:
    said = playrun("vault")
    assert said.code == 1
    assert said.err.startswith("Usage: playrun vault")
