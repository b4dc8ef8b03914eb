"""With `--lab`, no way leads to a real device: delegates that only the run knows, added hosts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from playrunning import Playrun

PLAY = """
- hosts: r1
  gather_facts: false
  tasks:
    - cli: show version
      delegate_to: "{{{{ 'r' ~ 9 }}}}"
      ignore_errors: true
    - cli: show version
      delegate_to: r8
    - add_host: {{name: r7, ansible_host: 127.0.0.1, ansible_port: {port}, groups: new}}
- hosts: new
  gather_facts: false
  vars: {{ansible_network_os: ios, ansible_user: admin, ansible_password: admin}}
  tasks:
    - cli: show version
"""
HOSTS = """[all]
r1
r[8:9] ansible_host=127.0.0.1 ansible_port={port}
[all:vars]
ansible_network_os=ios
ansible_user=admin
ansible_password=admin
"""


def test_no_real_device_is_reached(here: Path, playrun: Playrun) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        (here / "hosts").write_text(HOSTS.format(port=port))
        (here / "site.yml").write_text(PLAY.format(port=port))
        said = playrun("site.yml", "-i", "hosts", "--lab")
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "ok: [r1 -> r8]" in said.out
    for name in ("r9", "r7"):
        assert f"no simulated device is in the place of {name}" in said.out
