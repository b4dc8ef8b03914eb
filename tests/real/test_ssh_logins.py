"""Every way to log in over SSH, against OpenSSH, and every way that must fail."""

from __future__ import annotations

import pytest
from realparts import ssh
from realparts.targets import over_ssh, with_key

from runner import errors
from runner.connections.api import Timeouts
from runner.values import Secret


def answer(connect, target):
    """What the shell behind the login prints for a sum."""
    with connect(target) as session:
        return session.command("echo sum$((40 + 2))").text


@pytest.mark.parametrize(
    "dress", ["password", "interactive", "debian", "banner", "one-session", "either", "few-tries"]
)
def test_password(connect, sshd, engineer, dress):
    assert answer(connect, over_ssh(sshd(dress), engineer)).strip() == "sum42"


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa", "certified"])
def test_key(connect, sshd, engineer, login_keys, kind):
    target = with_key(over_ssh(sshd("key"), engineer), getattr(login_keys, kind))
    assert answer(connect, target).strip() == "sum42"


@pytest.mark.parametrize("kind", ["encrypted", "encrypted_pem"])
def test_encrypted_key(connect, sshd, engineer, login_keys, kind):
    key = getattr(login_keys, kind)
    target = with_key(over_ssh(sshd("key"), engineer), key, ssh.PASSPHRASE)
    assert answer(connect, target).strip() == "sum42"


def test_key_and_password(connect, sshd, engineer, login_keys):
    target = over_ssh(sshd("both"), engineer, private_key_file=str(login_keys.ed25519))
    assert answer(connect, target).strip() == "sum42"


def test_refused_key_then_password(connect, sshd, engineer, login_keys):
    target = over_ssh(sshd("either"), engineer, private_key_file=str(login_keys.stranger))
    assert answer(connect, target).strip() == "sum42"


def test_ipv6(connect, sshd6, engineer):
    assert answer(connect, over_ssh(sshd6, engineer)).strip() == "sum42"


def test_host_behind_a_jump_host(connect, jump, engineer, login_keys, tmp_path):
    outer, inner = jump
    known = tmp_path / "known_hosts"
    known.write_text(outer.known_hosts_lines + inner.known_hosts_lines)
    config = tmp_path / "config"
    config.write_text(
        f"Host jump\n  HostName {outer.address}\n  User engineer\n"
        f"  IdentityFile {login_keys.ed25519}\n"
        f"Host {inner.address}\n  ProxyJump jump\n"
    )
    target = over_ssh(inner, engineer, ssh_config_file=str(config), known_hosts=str(known))
    assert answer(connect, target).strip() == "sum42"


def test_jump_host_given_as_an_argument(connect, jump, engineer, login_keys, tmp_path):
    outer, inner = jump
    known = tmp_path / "known_hosts"
    known.write_text(outer.known_hosts_lines + inner.known_hosts_lines)
    config = tmp_path / "config"
    config.write_text(f"Host {outer.address}\n  IdentityFile {login_keys.ed25519}\n")
    target = over_ssh(
        inner,
        engineer,
        ssh_config_file=str(config),
        known_hosts=str(known),
        ssh_common_args=f"-o ProxyJump=engineer@{outer.address}",
    )
    assert answer(connect, target).strip() == "sum42"


@pytest.mark.parametrize("dress", ["password", "interactive", "both", "banner"])
def test_wrong_password(refuse, sshd, engineer, login_keys, dress):
    target = over_ssh(sshd(dress), engineer, password=Secret("not the word"))
    if dress == "both":
        target = target._replace(private_key_file=str(login_keys.ed25519))
    message = refuse(target, errors.AuthenticationFailed)
    assert target.address in message
    assert "not the word" not in message


@pytest.mark.parametrize("dress", ["password", "interactive", "debian"])
def test_wrong_password_is_sent_once(refuse, sshd, engineer, dress):
    """Debian's server would take it a second time as keyboard-interactive, and count two."""
    server = sshd(dress)
    before = server.failed_logins("engineer")
    refuse(over_ssh(server, engineer, password=Secret("not the word")), errors.AuthenticationFailed)
    ssh.wait_idle(server)
    assert server.failed_logins("engineer") - before == 1


def test_refused_key(refuse, sshd, engineer, login_keys):
    target = with_key(over_ssh(sshd("key"), engineer), login_keys.stranger)
    assert str(login_keys.stranger) in refuse(target, errors.AuthenticationFailed)


@pytest.mark.parametrize("kind", ["encrypted", "encrypted_pem"])
@pytest.mark.parametrize("passphrase", [None, "open barley"])
def test_wrong_passphrase(refuse, sshd, engineer, login_keys, kind, passphrase):
    key = getattr(login_keys, kind)
    target = with_key(over_ssh(sshd("key"), engineer), key, passphrase)
    message = refuse(target, errors.ConnectionFailed)
    assert "passphrase" in message
    assert str(key) in message


def test_password_where_only_keys_count(refuse, sshd, engineer):
    message = refuse(over_ssh(sshd("key"), engineer), errors.AuthenticationFailed)
    assert "publickey" in message


@pytest.mark.parametrize("checking", ["strict", "accept-new"])
def test_changed_host_key(refuse, sshd, engineer, tmp_path, checking):
    server = sshd("password")
    known = tmp_path / "known_hosts"
    lines = [f"{server.address} {key}\n" for key in ssh.host_keys("other")]
    known.write_text("".join(lines))
    target = over_ssh(server, engineer, known_hosts=str(known), host_key_checking=checking)
    assert server.address in refuse(target, errors.HostKeyMismatch)
    assert known.read_text() == "".join(lines)


def test_new_host_key_is_learnt_once(connect, sshd, engineer, tmp_path):
    server = sshd("password")
    known = tmp_path / "known_hosts"
    target = over_ssh(server, engineer, known_hosts=str(known), host_key_checking="accept-new")
    answer(connect, target)
    learnt = known.read_text()
    assert learnt.strip() in server.known_hosts_lines
    answer(connect, target._replace(host_key_checking="strict"))
    assert known.read_text() == learnt


def test_unknown_host_key_under_strict(refuse, sshd, engineer, tmp_path):
    target = over_ssh(sshd("password"), engineer, known_hosts=str(tmp_path / "none"))
    refuse(target, errors.HostKeyMismatch)


def test_revoked_host_key(refuse, sshd, engineer, tmp_path):
    server = sshd("password")
    known = tmp_path / "known_hosts"
    known.write_text("".join(f"@revoked * {key}\n" for key in ssh.host_keys("server")))
    target = over_ssh(server, engineer, known_hosts=str(known), host_key_checking="accept-new")
    assert "revoked" in refuse(target, errors.HostKeyMismatch)


LEGACY_ONLY = {
    "legacy-group14": "diffie-hellman-group14-sha1",
    "legacy-group1": "diffie-hellman-group1-sha1",
    "legacy-gex": "diffie-hellman-group-exchange-sha1",
    "legacy-host-key": "ssh-rsa",
}


@pytest.mark.parametrize(("dress", "algorithm"), LEGACY_ONLY.items())
def test_legacy_server_is_refused_by_name(refuse, sshd, engineer, dress, algorithm):
    message = refuse(over_ssh(sshd(dress), engineer), errors.NegotiationFailed)
    assert algorithm in message
    assert "ssh_legacy" in message


@pytest.mark.parametrize("dress", [*LEGACY_ONLY, "legacy-cipher", "legacy-mac", "legacy"])
def test_legacy_server_when_asked_for(connect, sshd, engineer, dress):
    assert answer(connect, over_ssh(sshd(dress), engineer, ssh_legacy=True)).strip() == "sum42"


@pytest.mark.parametrize("dress", ["legacy-user-key", "legacy-all"])
def test_legacy_user_key(connect, sshd, engineer, login_keys, dress):
    target = with_key(over_ssh(sshd(dress), engineer, ssh_legacy=True), login_keys.rsa)
    assert answer(connect, target).strip() == "sum42"


def test_legacy_client_still_takes_the_best(connect, sshd, engineer):
    assert answer(connect, over_ssh(sshd("password"), engineer, ssh_legacy=True)).strip() == "sum42"


def test_no_terminal_is_granted(refuse, sshd, engineer):
    message = refuse(over_ssh(sshd("no-tty"), engineer), errors.ConnectionFailed)
    assert "terminal" in message


def test_ssh_to_a_telnet_port(refuse, telnet_login, sshd, engineer):
    target = over_ssh(
        sshd("password"),
        engineer,
        address=telnet_login.address,
        port=telnet_login.port,
        timeouts=Timeouts(connect=2),
    )
    message = refuse(target, errors.ConnectionFailed)
    assert "SSH" in message
    assert "codec" not in message


def test_nobody_listens(refuse, sshd, engineer):
    assert "refused" in refuse(over_ssh(sshd("password"), engineer, port=9), errors.Unreachable)


def test_twenty_at_once_where_two_may_start(connect_many, sshd, engineer):
    target = over_ssh(sshd("few-startups"), engineer)
    found = connect_many([target] * 20, "echo sum$((40 + 2))")
    assert [one if isinstance(one, Exception) else one.strip() for one in found] == ["sum42"] * 20
