"""Logging in over SSH against real servers on loopback."""

from __future__ import annotations

import threading

import asyncssh
import pytest
from ssh_servers import PROMPT, Client, Rules, generic, serving, target, until

from runner.connections.lockout import CHECK_LOGIN, NothingSent
from runner.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    HostKeyMismatch,
    NotTried,
)
from runner.platforms.model import Question
from runner.values import Secret

pytestmark = pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")


@pytest.fixture
def client(tmp_path):
    client = Client(tmp_path)
    yield client
    client.close()


@pytest.fixture
def key_file(tmp_path):
    key = asyncssh.generate_private_key("ssh-ed25519")
    path = tmp_path / "id"
    key.write_private_key(path)
    return path, key


def test_password_and_a_command(client, tmp_path):
    rules = Rules()
    with serving(rules) as port:
        shell, authenticated = client.open_both(target(port, tmp_path))
        assert authenticated
        assert shell.peer == f"ssh 127.0.0.1:{port}"
        assert until(shell) == PROMPT
        shell.write(b"show 3\n")
        assert until(shell) == b"show 3\r\nline 0\r\nline 1\r\nline 2\r\nr1#"
        client.close()
    assert rules.seen == [("password", ("admin", "secret"))]


def test_reading_waits_no_longer_than_asked_and_ends_with_the_device(client, tmp_path):
    with serving(Rules()) as port:
        shell = client.open(target(port, tmp_path))
        until(shell)
        for timeout in (0, 0.01):
            with pytest.raises(TimeoutError):
                shell.read(timeout)
        shell.write(b"exit\n")
        assert until(shell, b"exit\r\n") == b"exit\r\n"
        assert shell.read(5) == b""
        shell.close()
        shell.close()


def test_everything_of_a_long_output_arrives(client, tmp_path):
    lines = 200_000
    with serving(Rules()) as port:
        shell = client.open(target(port, tmp_path))
        until(shell)
        shell.write(b"show %d\n" % lines)
        text = until(shell)
        assert text.count(b"\r\n") == lines + 1
        assert text.endswith(b"line %d\r\nr1#" % (lines - 1))
        client.close()


def test_wrong_password_is_sent_once_and_not_shown(client, tmp_path):
    rules = Rules()
    with serving(rules) as port, pytest.raises(AuthenticationFailed) as failure:
        client.open(target(port, tmp_path, password=Secret("not this")))
    assert rules.seen == [("password", ("admin", "not this"))]
    assert "not this" not in str(failure.value)
    assert "'admin'" in str(failure.value)
    assert failure.value.hint == CHECK_LOGIN


def test_key_comes_first_and_is_enough(client, tmp_path, key_file):
    path, key = key_file
    rules = Rules(keys=[key.convert_to_public()])
    with serving(rules) as port:
        client.open(target(port, tmp_path, private_key_file=str(path)))
        client.close()
    assert {method for method, _ in rules.seen} == {"key"}


def test_refused_key_leaves_the_password(client, tmp_path, key_file):
    path, _ = key_file
    other = asyncssh.generate_private_key("ssh-ed25519")
    rules = Rules(keys=[other.convert_to_public()])
    with serving(rules) as port:
        client.open(target(port, tmp_path, private_key_file=str(path)))
        client.close()
    assert [method for method, _ in rules.seen] == ["key", "password"]


@pytest.mark.parametrize("algorithm", ["ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519"])
@pytest.mark.parametrize("form", ["openssh", "pkcs8-pem"])
@pytest.mark.parametrize("passphrase", [None, "open sesame"])
def test_key_files_of_all_kinds(client, tmp_path, algorithm, form, passphrase):
    key = asyncssh.generate_private_key(algorithm)
    path = tmp_path / "key"
    rounds = {"rounds": 1, "ignore_few_rounds": True} if form == "openssh" else {}
    key.write_private_key(path, form, passphrase, **rounds)
    rules = Rules(password=None, keys=[key.convert_to_public()])
    with serving(rules) as port:
        wanted = target(port, tmp_path, password=None, private_key_file=str(path))
        if passphrase:
            wanted = wanted._replace(private_key_passphrase=Secret(passphrase))
        client.open(wanted)
        client.close()


def test_a_certificate_beside_the_key(client, tmp_path, key_file):
    path, key = key_file
    authority = asyncssh.generate_private_key("ssh-ed25519")
    certificate = authority.generate_user_certificate(key, "me", principals=["admin"])
    certificate.write_certificate(f"{path}-cert.pub")
    trusted = tmp_path / "trusted"
    trusted.write_text(f"cert-authority {authority.export_public_key().decode()}")
    rules = Rules(password=None)
    with serving(rules, authorized_client_keys=str(trusted)) as port:
        client.open(target(port, tmp_path, password=None, private_key_file=str(path)))
        client.close()


@pytest.mark.parametrize(
    ("content", "passphrase", "told"),
    [
        (None, None, "cannot be read"),
        ("hello", None, "holds no private key"),
        ("encrypted", None, "has a passphrase"),
        ("encrypted", "wrong", "is wrong"),
    ],
)
def test_a_key_that_cannot_be_used_says_why(client, tmp_path, content, passphrase, told):
    path = tmp_path / "key"
    if content == "encrypted":
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(
            path, "openssh", "open sesame", rounds=1, ignore_few_rounds=True
        )
    elif content:
        path.write_text(content)
    rules = Rules()
    secret = Secret(passphrase) if passphrase else None
    with serving(rules) as port, pytest.raises(NothingSent, match=told) as failure:
        client.open(
            target(port, tmp_path, private_key_file=str(path), private_key_passphrase=secret)
        )
    assert str(path) in str(failure.value)
    assert rules.seen == []


def test_agent_and_default_keys_only_where_nothing_is_configured(
    client, tmp_path, key_file, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    _, key = key_file
    (tmp_path / ".ssh").mkdir()
    key.write_private_key(tmp_path / ".ssh" / "id_ed25519")
    rules = Rules(keys=[key.convert_to_public()])
    with serving(rules) as port:
        client.open(target(port, tmp_path))
        assert [method for method, _ in rules.seen] == ["password"]
        client.open(target(port, tmp_path, password=None))
        assert rules.seen[-1][0] == "key"
        client.close()


def test_nothing_configured_says_so(client, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with (
        serving(Rules()) as port,
        pytest.raises(NothingSent, match="no password or key is configured"),
    ):
        client.open(target(port, tmp_path, password=None))


def test_a_device_that_asks_nothing_is_not_authenticated(client, tmp_path):
    with serving(Rules(nothing=True)) as port:
        _, authenticated = client.open_both(target(port, tmp_path, password=None))
        assert not authenticated
        client.close()


@pytest.mark.parametrize(
    "instructions",
    ["Enter your one-time password", "Type the code of your token.", "OTP", "Duo two-factor login"],
)
def test_instructions_that_ask_for_a_code_get_no_password(client, tmp_path, instructions):
    rules = Rules(rounds=[[("Password: ", False)]], instructions=instructions)
    with serving(rules) as port, pytest.raises(NothingSent, match="something else"):
        client.open(target(port, tmp_path))
    assert rules.seen == []


def test_instructions_about_the_password_change_nothing(client, tmp_path):
    rules = Rules(rounds=[[("Password: ", False)]], instructions="Your password expires soon.")
    with serving(rules) as port:
        until(client.open(target(port, tmp_path)))
        client.close()
    assert rules.seen == [("answers", ("secret",))]


@pytest.mark.parametrize(
    "rounds",
    [
        [[("Password: ", False)]],
        [[], [("admin@r1's password:", False)]],
        [[("Password: ", False)], []],
    ],
)
def test_keyboard_interactive_gets_the_password(client, tmp_path, rounds):
    rules = Rules(rounds=rounds)
    with serving(rules) as port:
        client.open(target(port, tmp_path))
        client.close()
    assert [given for _, given in rules.seen if given] == [("secret",)]


@pytest.mark.parametrize(
    "prompts",
    [
        [("Verification code: ", False)],
        [("One-time password: ", False)],
        [("Password: ", False), ("Token: ", False)],
        [("Password: ", True)],
        [("New password: ", False)],
        [("Login: ", True)],
        [("", False)],
    ],
)
def test_other_questions_never_get_the_password(client, tmp_path, prompts):
    rules = Rules(rounds=[prompts])
    with serving(rules) as port, pytest.raises(NothingSent, match="something else than a password"):
        client.open(target(port, tmp_path))
    assert rules.seen == []


def test_the_password_is_given_once_even_if_asked_again(client, tmp_path):
    rules = Rules(rounds=[[("Password: ", False)], [("Password: ", False)]])
    with serving(rules) as port, pytest.raises(AuthenticationFailed) as failure:
        client.open(target(port, tmp_path))
    assert not isinstance(failure.value, NothingSent)
    assert rules.seen == [("answers", ("secret",))]


def test_a_declared_login_question_is_answered(client, tmp_path):
    import re

    question = Question(re.compile("accept the banner"), "yes", phase="login")
    platform = generic()._replace(questions=(question,))
    rounds = [[("Do you accept the banner? ", True)], [("Password: ", False)]]
    rules = Rules(rounds=rounds)
    with serving(rules) as port:
        client.open(target(port, tmp_path, platform=platform))
        client.close()
    assert [given for _, given in rules.seen] == [("yes",), ("secret",)]


def test_host_key_is_checked_before_any_credential(client, tmp_path):
    rules = Rules()
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    with serving(rules) as port:
        (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{port} {other}")
        for checking in ("strict", "accept-new"):
            with pytest.raises(HostKeyMismatch, match=r"known_hosts:1.*nothing was sent"):
                client.open(target(port, tmp_path, host_key_checking=checking))
        assert rules.seen == []
        client.open(target(port, tmp_path, host_key_checking="off"))
        client.close()


def test_a_new_key_is_kept_and_then_enough_for_strict(client, tmp_path):
    with serving(Rules()) as port:
        with pytest.raises(HostKeyMismatch, match="is not known: ssh-ed25519 SHA256:"):
            client.open(target(port, tmp_path, host_key_checking="strict"))
        client.open(target(port, tmp_path))
        client.open(target(port, tmp_path, host_key_checking="strict"))
        client.close()
    assert (tmp_path / "known_hosts").read_text().count("\n") == 1
    assert (tmp_path / "known_hosts").stat().st_mode & 0o777 == 0o600


def test_the_known_kind_of_key_is_asked_for(client, tmp_path):
    keys = [asyncssh.generate_private_key(kind) for kind in ("ssh-ed25519", "ssh-rsa")]
    with serving(Rules(), host_keys=keys) as port:
        known = keys[1].export_public_key().decode()
        (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{port} {known}")
        client.open(target(port, tmp_path, host_key_checking="strict"))
        client.close()


def test_no_terminal_is_said(client, tmp_path):
    with (
        serving(Rules(terminal=False)) as port,
        pytest.raises(ConnectionFailed, match="refused a terminal"),
    ):
        client.open(target(port, tmp_path))


def test_terminal_has_the_size_of_the_platform(client, tmp_path):
    platform = generic()._replace(terminal=(300, 40))
    with serving(Rules()) as port:
        shell = client.open(target(port, tmp_path, platform=platform))
        until(shell)
        shell.write(b"size\n")
        assert b"(300, 40, 0, 0)" in until(shell)
        client.close()


def test_user_suffix_of_the_platform(client, tmp_path):
    login = generic().login._replace(user_suffix="+c511w")
    platform = generic()._replace(login=login)
    rules = Rules(user="admin+c511w")
    with serving(rules) as port:
        client.open(target(port, tmp_path, platform=platform))
        client.close()


def test_a_refused_credential_is_not_tried_on_every_host(client, tmp_path):
    rules = Rules()
    results: list[BaseException] = []

    def one() -> None:
        try:
            client.open(target(port, tmp_path, password=Secret("wrong")))
        except ConnectionFailed as error:
            results.append(error)

    with serving(rules) as port:
        threads = [threading.Thread(target=one) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    kinds = sorted(type(error).__name__ for error in results)
    assert kinds == ["AuthenticationFailed"] * 3 + ["NotTried"] * 9
    assert len(rules.seen) == 3
    assert any(isinstance(error, NotTried) for error in results)
