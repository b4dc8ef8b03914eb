"""A running lab with good and bad devices, shared by the tests that need the network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.lab import RunningLab, start_lab
from runner.lab.reading import read_topology

TOPOLOGY = """
devices:
  ios: {platform: cisco_ios}
  ios[2:3]: {platform: cisco_ios}
  xr: {platform: cisco_iosxr}
  junos: {platform: juniper_junos}
  vrp: {platform: huawei_vrp}
  ros: {platform: mikrotik_routeros}
  linux: {platform: linux}
  many[1:100]: {platform: cisco_ios, config_lines: 50}
  only-ssh: {transports: [ssh]}
  only-telnet: {transports: [telnet]}
  old: {ssh_legacy: yes}
  banner: {banner: "Keep out {of} here", motd: "It is raining"}
  refuse: {misbehaviour: {refuse: yes}}
  silent: {misbehaviour: {silent: yes}}
  busy: {misbehaviour: {no_more_vtys: yes}}
  two-lines: {misbehaviour: {max_sessions: 2}}
  locked: {misbehaviour: {wrong_password: yes}}
  slow: {delays: {login: 0.3, line: 0.2}}
  closes: {misbehaviour: {close_after_login: yes}}
  mute: {misbehaviour: {no_echo: yes}}
  dribble: {misbehaviour: {byte_rate: 200}}
  left: {misbehaviour: {half_a_line: "show vers"}}
  hangs: {misbehaviour: {hang_on: [show version]}}
  drops: {misbehaviour: {drop_on: [show version]}}
  big: {misbehaviour: {outputs: {show logging: 20MB}}}
  phoenix: {privileged: yes, delays: {restart: 60}}
"""


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """The lab; it must not have made a mistake by the end."""
    cache: Path = tmp_path_factory.mktemp("lab")
    with start_lab(read_topology(TOPOLOGY, "lab.yml"), cache=cache) as running:
        yield running
        assert running.complaints() == ""
