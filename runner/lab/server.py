"""The lab's own process: all devices, one event loop.

Started as `python -m runner.lab.server` by `running.py`, which sends it an `Order` and reads
one line of JSON when all is listening. It ends when its standard input does, or when the
process that started it is gone, however that came about.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import pickle
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path

from runner.lab.addresses import (
    Address,
    assigned,
    first_free,
    is_inside,
    listen_at,
    routed,
)
from runner.lab.device import Device
from runner.lab.order import Order
from runner.lab.profile import load_profile
from runner.lab.ssh import SSHFront
from runner.lab.telnet import TelnetWire
from runner.lab.topology import Transport

_ACCEPTS_AT_ONCE = 64


class Lab:
    """All devices and where they listen."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._specs = {device.name: device for device in order.topology.devices}
        self._indexes = {name: index for index, name in enumerate(self._specs)}
        self._devices: dict[str, Device] = {}
        self._names: dict[tuple[str, int], str] = {}
        self._ssh = SSHFront(order.cache, self.locate)
        self._listeners: list[socket.socket] = []
        self.addresses: dict[str, Address] = {}

    def listen(self) -> None:
        """Opens the listeners. Raises OSError."""
        for platform in {spec.platform for spec in self._specs.values()}:
            load_profile(platform)
        if routed():
            self._listen_by_address()
        else:
            self._listen_by_port()

    def _listen_by_address(self) -> None:
        ssh = first_free(self._order.ssh_ports)
        telnet = first_free(self._order.telnet_ports)
        ssh_port, telnet_port = ssh.getsockname()[1], telnet.getsockname()[1]
        for name, host in assigned(self._order.topology).items():
            kinds = self._specs[name].transports
            self._names[host, ssh_port] = self._names[host, telnet_port] = name
            self.addresses[name] = Address(
                host,
                ssh_port if "ssh" in kinds else None,
                telnet_port if "telnet" in kinds else None,
            )
        self._accept_on(ssh, "ssh")
        self._accept_on(telnet, "telnet")

    def _listen_by_port(self) -> None:
        for name, spec in self._specs.items():
            ports: dict[str, int] = {}
            for kind in spec.transports:
                listener = listen_at("127.0.0.1")
                ports[kind] = listener.getsockname()[1]
                self._names["127.0.0.1", ports[kind]] = name
                self._accept_on(listener, kind)
            self.addresses[name] = Address("127.0.0.1", ports.get("ssh"), ports.get("telnet"))

    def locate(self, local: tuple[str, int]) -> Device | None:
        """The device at a local address; it comes into being when first asked for."""
        name = self._names.get(local)
        if name is None:
            return None
        if name not in self._devices:
            spec = self._specs[name]
            self._devices[name] = Device(spec, self._indexes[name], load_profile(spec.platform))
        return self._devices[name]

    def _accept_on(self, listener: socket.socket, kind: Transport) -> None:
        self._listeners.append(listener)
        loop = asyncio.get_running_loop()
        loop.add_reader(listener, self._accept, listener, kind)

    def close(self) -> None:
        """Stops listening."""
        for listener in self._listeners:
            asyncio.get_running_loop().remove_reader(listener)
            listener.close()

    def _accept(self, listener: socket.socket, kind: Transport) -> None:
        for _ in range(_ACCEPTS_AT_ONCE):
            try:
                client, _peer = listener.accept()
            except OSError:
                return
            client.setblocking(False)
            self._admit(client, kind)

    def _admit(self, client: socket.socket, kind: Transport) -> None:
        """Hands a connection to its device. Nothing is said to anybody from outside."""
        device = self.admitted(client.getsockname()[:2], kind)
        if device is None:
            with contextlib.suppress(OSError):
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            return
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        make: Callable[[], asyncio.Protocol] = lambda: self._protocol(device, kind)  # noqa: E731
        loop = asyncio.get_running_loop()
        task = loop.create_task(_connect(make, client))
        _pending.add(task)
        task.add_done_callback(_pending.discard)

    def admitted(self, local: tuple[str, int], kind: Transport) -> Device | None:
        """The device that answers a connection made to this local address; None: nobody does."""
        device = self.locate(local) if is_inside(local[0]) else None
        return device if device is not None and _listens(device, kind) else None

    def _protocol(self, device: Device, kind: Transport) -> asyncio.Protocol:
        if device.spec.misbehaviour.silent:
            return asyncio.Protocol()
        return self._ssh.protocol(device) if kind == "ssh" else TelnetWire(device)

    def write_known_hosts(self, file: Path) -> None:
        """Writes the host keys of all devices for OpenSSH-style clients."""
        lines = []
        for name, address in self.addresses.items():
            if address.ssh is None:
                continue
            at = address.host if address.ssh == 22 else f"[{address.host}]:{address.ssh}"
            lines.append(f"{at} {self._ssh.public_key(legacy=self._specs[name].ssh_legacy)}\n")
        file.touch(mode=0o600)
        file.write_text("".join(lines))


def _listens(device: Device, kind: Transport) -> bool:
    refuses = device.spec.misbehaviour.refuse or device.is_down
    return kind in device.spec.transports and not refuses


_pending: set[asyncio.Task[None]] = set()


async def _connect(make: Callable[[], asyncio.Protocol], client: socket.socket) -> None:
    try:
        await asyncio.get_running_loop().connect_accepted_socket(make, client)
    except OSError:
        client.close()


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _watch(parent: int, stop: Callable[[], None]) -> None:
    """Calls `stop` when standard input ends or the parent process does."""
    loop = asyncio.get_running_loop()

    def input_ended() -> None:
        if not os.read(0, 4096):
            stop()

    loop.add_reader(0, input_ended)
    loop.add_signal_handler(signal.SIGTERM, stop)
    # A worker forked by the parent inherits its end of the pipe; the parent's own end does not.
    if hasattr(os, "pidfd_open"):
        try:
            loop.add_reader(os.pidfd_open(parent), stop)
        except ProcessLookupError:
            stop()
        except OSError:
            return


async def _serve(order: Order) -> None:
    ended = asyncio.Event()
    _watch(order.parent, ended.set)
    lab = Lab(order)
    lab.listen()
    known_hosts = order.cache / f"known_hosts.{os.getpid()}"
    try:
        lab.write_known_hosts(known_hosts)
        ready = {
            "known_hosts": str(known_hosts),
            "addresses": {
                name: (address.host, address.ssh, address.telnet)
                for name, address in lab.addresses.items()
            },
        }
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        gc.freeze()
        await ended.wait()
    finally:
        lab.close()
        known_hosts.unlink(missing_ok=True)


def main() -> None:
    """Reads an `Order` from standard input and serves until told to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    (size,) = struct.unpack("!I", _read(4))
    order = pickle.loads(_read(size))  # noqa: S301 - written by our own parent, over a pipe
    _raise_file_limit()
    asyncio.run(_serve(order))
    os._exit(0)


def _read(size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = os.read(0, size - len(data))
        if not piece:
            raise SystemExit(1)
        data += piece
    return data


if __name__ == "__main__":
    main()
