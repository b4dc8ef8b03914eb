"""Devices behind jump hosts."""

from __future__ import annotations

import threading

import asyncssh
import pytest
from ssh_servers import PROMPT, Client, Rules, serving, target, until

from runner.errors import AuthenticationFailed, HostKeyMismatch, Unreachable
from runner.values import Secret


@pytest.fixture
def client(tmp_path):
    client = Client(tmp_path)
    yield client
    client.close()


def behind(jump: int, port: int, folder, **changes):
    return target(port, folder, ssh_common_args=f"-J 127.0.0.1:{jump}", **changes)


def test_a_device_behind_a_jump_host(client, tmp_path):
    outer, inner = Rules(forwarding=True), Rules()
    with serving(outer) as jump, serving(inner) as port:
        shell = client.open(behind(jump, port, tmp_path))
        assert shell.peer == f"ssh 127.0.0.1:{port} via 127.0.0.1:{jump}"
        assert until(shell) == PROMPT
        shell.write(b"show 1000\n")
        assert until(shell).count(b"line") == 1000
        client.close()
    assert outer.connections == inner.connections == 1


def test_one_jump_connection_serves_all_behind_it_and_then_ends(client, tmp_path):
    outer, inner = Rules(forwarding=True), Rules()
    with serving(outer) as jump, serving(inner) as port:
        threads = [
            threading.Thread(target=client.open, args=(behind(jump, port, tmp_path),))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (outer.connections, inner.connections) == (1, 8)
        for shell in client.opened:
            shell.close()
        client.opened.clear()
        client.open(behind(jump, port, tmp_path))
        assert outer.connections == 2
        client.close()


def test_two_jump_hosts_in_a_row(client, tmp_path):
    first, second, last = Rules(forwarding=True), Rules(forwarding=True), Rules()
    with serving(first) as one, serving(second) as two, serving(last) as port:
        args = f"-o ProxyJump=admin@127.0.0.1:{one},127.0.0.1:{two}"
        until(client.open(target(port, tmp_path, ssh_common_args=args)))
        client.close()
    assert [rules.connections for rules in (first, second, last)] == [1, 1, 1]


def test_the_jump_host_uses_its_own_key_from_the_configuration(client, tmp_path):
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / "jump_key")
    outer = Rules(user="hop", keys=[key.convert_to_public()], forwarding=True)
    with serving(outer) as jump, serving(Rules()) as port:
        config = tmp_path / "ssh_config"
        config.write_text(
            f"Host bastion\n HostName 127.0.0.1\n Port {jump}\n User hop\n"
            f" IdentityFile {tmp_path}/jump_key\n"
            "Host 127.*\n ProxyJump bastion\n"
        )
        until(client.open(target(port, tmp_path, ssh_config_file=str(config))))
        client.close()
    assert {method for method, _ in outer.seen} == {"key"}


def test_a_refusing_jump_host_is_asked_once(client, tmp_path):
    outer = Rules()
    with serving(outer) as jump:
        for _ in range(4):
            with pytest.raises(AuthenticationFailed, match=f"jump host 127.0.0.1:{jump}"):
                client.open(behind(jump, 9, tmp_path, password=Secret("wrong")))
    assert len(outer.seen) == 1


def test_a_changed_key_of_the_jump_host(client, tmp_path):
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    outer = Rules(forwarding=True)
    with serving(outer) as jump:
        (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{jump} {other}")
        with pytest.raises(HostKeyMismatch, match="jump host"):
            client.open(behind(jump, 9, tmp_path))
    assert outer.seen == []


@pytest.mark.parametrize(
    ("forwarding", "told"), [(True, "cannot reach 127.0.0.1:9"), (False, "does not allow")]
)
def test_what_the_jump_host_cannot_do(client, tmp_path, forwarding, told):
    with (
        serving(Rules(forwarding=forwarding)) as jump,
        pytest.raises(Unreachable, match=told),
    ):
        client.open(behind(jump, 9, tmp_path))
