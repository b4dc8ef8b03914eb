"""Starting the lab's process and telling others where its devices are."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pickle
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple

from runner.errors import LoadError, PlayrunError
from runner.lab.names import PLATFORMS, canonical
from runner.lab.order import Order
from runner.lab.reading import load_topology
from runner.lab.topology import Device, Topology, Transport

_CLOSE_SECONDS = 5.0


class LabHost(NamedTuple):
    """A host of an inventory that wants a device: its platform and transport, if it says so."""

    platform: str | None = None
    transport: Transport | None = None
    become: bool = False
    """Whether it is logged in to as somebody who has to become privileged first."""


class LabDevice(NamedTuple):
    """A running device and how to log in to it."""

    name: str
    platform: str
    transport: Transport
    address: str
    ssh_port: int | None
    telnet_port: int | None
    user: str
    password: str
    enable: str
    legacy: bool = False

    @property
    def port(self) -> int | None:
        """The port of its transport."""
        return self.ssh_port if self.transport == "ssh" else self.telnet_port


class RunningLab:
    """A lab that is up. A context manager; `close` ends it."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        ready: Mapping[str, Any],
        topology: Topology,
        log: IO[bytes],
    ) -> None:
        self._process = process
        self._log = log
        self.known_hosts = Path(ready["known_hosts"])
        """Host keys of all devices; the file is gone when the lab is."""
        self.addresses: dict[str, tuple[str, int | None, int | None]] = {
            name: (host, ssh, telnet) for name, (host, ssh, telnet) in ready["addresses"].items()
        }
        """Device name → address, SSH port, Telnet port."""
        self.devices = tuple(self._device(spec) for spec in topology.devices)
        self._by_name = {device.name: device for device in self.devices}

    def _device(self, spec: Device) -> LabDevice:
        address, ssh, telnet = self.addresses[spec.name]
        right = spec.credentials
        return LabDevice(
            spec.name,
            spec.platform,
            spec.transports[0],
            address,
            ssh,
            telnet,
            right.user,
            right.password,
            right.enable,
            spec.ssh_legacy,
        )

    @property
    def pid(self) -> int:
        """The process of the lab."""
        return self._process.pid

    def complaints(self) -> str:
        """What the lab's process wrote about its own mistakes; empty when it made none.

        To be asked while the lab is up.
        """
        return _text_of(self._log)

    def vars_for(self, host: str, transport: Transport | None = None) -> dict[str, Any] | None:
        """Connection variables that lead an inventory's host to the device of its name.

        They replace the inventory's own, those that would lead elsewhere included (a jump
        host, a key, a terminal server's login). None when there is no such device.
        """
        device = self._by_name.get(host)
        if device is None:
            return None
        chosen = transport or device.transport
        return {
            "ansible_host": device.address,
            "ansible_port": device.ssh_port if chosen == "ssh" else device.telnet_port,
            "ansible_user": device.user,
            "ansible_password": device.password,
            "ansible_become_password": device.enable,
            "ansible_known_hosts": str(self.known_hosts),
            "ansible_host_key_checking": "strict",
            "ansible_ssh_private_key_file": "",
            "ansible_ssh_common_args": "",
            "console_user": None,
            "console_password": None,
            "ssh_legacy": device.legacy,
        }

    def inventory(self) -> dict[str, Any]:
        """An Ansible-shaped inventory of all devices, one group a platform.

        Good for as long as the lab runs: ports and the host key file are this lab's.
        """
        groups: dict[str, Any] = {}
        for device in self.devices:
            group = groups.setdefault(
                device.platform,
                {"vars": {"ansible_network_os": device.platform}, "hosts": {}},
            )
            if device.platform in _ENABLING:
                group["vars"].update(ansible_become=True, ansible_become_method="enable")
            group["hosts"][device.name] = {
                "ansible_connection": _CONNECTIONS[device.transport],
                "ansible_host": device.address,
                "ansible_port": device.port,
                "ansible_user": device.user,
                "ansible_password": device.password,
                "ansible_become_password": device.enable,
                **({"ssh_legacy": True} if device.legacy else {}),
            }
        common = {"ansible_known_hosts": str(self.known_hosts)}
        return {"all": {"vars": common, "children": groups}}

    def wait(self) -> None:
        """Waits until the lab's process ends by itself."""
        self._process.wait()

    def close(self) -> None:
        """Ends the lab's process; harmless when it has ended, or in a forked child."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()

    def __enter__(self) -> RunningLab:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


_ENABLING = ("cisco_ios", "arista_eos")
"""Platforms where a login cannot see the configuration until it has enabled."""

_CONNECTIONS: Mapping[Transport, str] = {"ssh": "network_cli", "telnet": "telnet"}


def start_lab(
    topology: Path | Topology | None = None,
    *,
    cache: Path,
    hosts: Mapping[str, LabHost] | None = None,
    ports: tuple[int, int] = (0, 0),
) -> RunningLab:
    """Starts simulated devices in a process of their own and waits until they listen.

    `topology` None is the built-in one. `cache` keeps the host keys. `hosts` are the hosts
    of an inventory: those the topology does not have become devices too, of their platform
    (cisco_ios where the lab does not play it), logged in to with all privileges unless they
    say `become`. `ports` are the SSH and Telnet ports to use
    if they are free; 0 is any. Raises LoadError, and PlayrunError when the lab cannot start.
    """
    wanted = topology if isinstance(topology, Topology) else load_topology(topology)
    wanted = with_hosts(wanted, hosts or {})
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LoadError(f"the lab cannot keep its host keys in {cache}: {error.strerror}") from None
    log = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as the lab is
    process = _start(log)
    ready = _instruct(process, wanted, cache, ports)
    if ready is None:
        _give_up(process)
        with log:
            raise _not_started(_text_of(log))
    return RunningLab(process, ready, wanted, log)


def with_hosts(topology: Topology, hosts: Mapping[str, LabHost]) -> Topology:
    """The topology with a device for every host, listening as the host expects."""
    devices = {device.name: device for device in topology.devices}
    for name, host in hosts.items():
        device = devices.get(name) or Device(name, _platform(host), privileged=not host.become)
        devices[name] = _reachable(device, host.transport)
    return Topology(tuple(devices.values()))


def plays(platform: str | None) -> bool:
    """Whether the lab has devices of a platform; of none named in particular, it has."""
    return platform is None or canonical(platform) is not None


def _platform(host: LabHost) -> str:
    return canonical(host.platform or "") or PLATFORMS[0]


def _reachable(device: Device, transport: Transport | None) -> Device:
    if transport is None or device.transports[0] == transport:
        return device
    others = tuple(kind for kind in device.transports if kind != transport)
    return dataclasses.replace(device, transports=(transport, *others))


def _start(log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "runner.lab.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,
    )


def _instruct(
    process: subprocess.Popen[bytes], topology: Topology, cache: Path, ports: tuple[int, int]
) -> Mapping[str, Any] | None:
    """Tells the process what to be; what it says when it is, or None if it died instead."""
    order = pickle.dumps(
        Order(
            topology,
            cache.absolute(),
            os.getpid(),
            tuple(dict.fromkeys((ports[0], 0))),
            tuple(dict.fromkeys((ports[1], 0))),
        )
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(struct.pack("!I", len(order)) + order)
        process.stdin.flush()
        line = process.stdout.readline()
    except BrokenPipeError:
        return None
    return json.loads(line) if line else None


def _give_up(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def _text_of(log: IO[bytes]) -> str:
    with contextlib.suppress(OSError):
        return os.pread(log.fileno(), 1_000_000, 0).decode(errors="replace")
    return ""


def _not_started(log: str) -> PlayrunError:
    last = log.strip().splitlines()[-1:] or ["it said nothing"]
    return PlayrunError(f"the lab could not start: {last[0]}", hint="is loopback networking there?")
