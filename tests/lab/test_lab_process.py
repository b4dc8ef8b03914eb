"""The lab's own process: who can reach it, and that nothing of it is left."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clients import PATIENCE, device

from runner.errors import LoadError, PlayrunError
from runner.lab import LabHost, RunningLab, start_lab
from runner.lab.addresses import assigned, is_inside, listen_everywhere
from runner.lab.foreground import describe
from runner.lab.order import Order
from runner.lab.server import Lab
from runner.lab.topology import Device, Topology
from runner.loading.inventory.inventory import load_inventory

pytestmark = pytest.mark.lab

ONE = Topology((Device("r1"),))


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(pid: int) -> None:
    end = time.monotonic() + PATIENCE
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    assert not alive(pid)


def test_it_ends_and_leaves_only_its_host_key(tmp_path: Path) -> None:
    with start_lab(ONE, cache=tmp_path) as running:
        assert running.known_hosts.exists()
    assert not alive(running.pid)
    assert [file.name for file in tmp_path.iterdir()] == ["host_key_ed25519"]
    running.close()  # again: harmless


def test_the_host_key_is_stable(tmp_path: Path) -> None:
    keys = set()
    for _ in range(2):
        with start_lab(ONE, cache=tmp_path) as running:
            keys.add(running.known_hosts.read_text().split()[-1])
    assert len(keys) == 1


def test_two_labs_share_a_cache(tmp_path: Path) -> None:
    with start_lab(ONE, cache=tmp_path) as one, start_lab(ONE, cache=tmp_path) as two:
        assert one.known_hosts != two.known_hosts
        assert one.addresses["r1"][1] != two.addresses["r1"][1]
        keys = {lab.known_hosts.read_text().split()[-1] for lab in (one, two)}
    assert len(keys) == 1


PARENT = """
import sys, time
from pathlib import Path
from runner.lab import start_lab
from runner.lab.topology import Device, Topology
from runner.loading.inventory.inventory import load_inventory
import asyncio
import os
lab = start_lab(Topology((Device("r1"),)), cache=Path(sys.argv[1]))
if sys.argv[2] == "fork" and os.fork() == 0:
    time.sleep(170)
print(lab.pid, lab.addresses["r1"][2], os.getpid(), flush=True)
time.sleep(170)
"""


@pytest.mark.parametrize("workers", ["none", "fork"])
def test_it_dies_with_its_parent(tmp_path: Path, workers: str) -> None:
    """Also while a worker that the parent forked still holds the pipe."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), workers],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        try:
            assert parent.stdout is not None
            pid, port, _ = map(int, parent.stdout.readline().split())
            socket.create_connection(("127.100.0.1", port), PATIENCE).close()
            os.kill(parent.pid, signal.SIGKILL)
            wait_until_gone(pid)
            assert not list(tmp_path.glob("known_hosts*"))
        finally:
            os.killpg(parent.pid, signal.SIGKILL)


def test_a_forked_child_does_not_end_it(tmp_path: Path) -> None:
    with start_lab(ONE, cache=tmp_path) as running:
        child = os.fork()
        if child == 0:
            running.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert alive(running.pid)


def test_ctrl_c_is_the_parent_s_business(tmp_path: Path) -> None:
    with start_lab(ONE, cache=tmp_path) as running:
        os.kill(running.pid, signal.SIGINT)
        assert os.getsid(running.pid) != os.getsid(0)
        socket.create_connection(("127.100.0.1", running.addresses["r1"][1] or 0), PATIENCE).close()


def test_it_is_bound_to_the_loopback_device(lab: RunningLab) -> None:
    listener = listen_everywhere(0)
    with listener:
        bound = listener.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16)
    assert bound.rstrip(b"\0") == b"lo"
    del lab


def test_an_address_outside_of_loopback_is_nobody_s(tmp_path: Path) -> None:
    """Where the kernel does not let us bind to the loopback device, this is what is left."""
    topology = Topology((Device("r1"), Device("r2", address="192.0.2.1")))

    async def ask() -> tuple[object, object]:
        opened = Lab(Order(topology, tmp_path, os.getpid()))
        opened.listen()
        port = opened.addresses["r1"].telnet or 0
        opened.close()
        return (
            opened.admitted(("127.100.0.1", port), "telnet"),
            opened.admitted(("192.0.2.1", port), "telnet"),
        )

    inside, outside = asyncio.run(ask())
    assert inside is not None
    assert outside is None


def own_addresses() -> list[str]:
    """This machine's addresses that are not in 127/8."""
    shown = subprocess.run(
        ["ip", "-4", "-o", "address"], capture_output=True, text=True, check=True
    ).stdout
    found = [line.split()[3].split("/")[0] for line in shown.splitlines()]
    return [address for address in found if not is_inside(address)]


def test_no_other_address_of_this_machine_leads_to_it(lab: RunningLab) -> None:
    found = device(lab, "ios")
    for address in own_addresses():
        for port in (found.ssh_port, found.telnet_port):
            try:
                with socket.create_connection((address, port), PATIENCE) as client:
                    assert client.recv(100) == b""
            except ConnectionError:
                continue


def in_a_namespace(script: str, cache: Path) -> subprocess.CompletedProcess[str]:
    """Runs a script beside this file as root of a network of its own."""
    file = Path(__file__).with_name(script)
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", str(file), sys.executable, cache],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_port_each_where_loopback_is_one_address(tmp_path: Path) -> None:
    done = in_a_namespace("narrow.sh", tmp_path)
    assert done.stdout == ("r1 127.0.0.1 True\nr2 127.0.0.1 True\n4 ports, 2 host keys\n"), (
        done.stderr
    )


def test_nobody_outside_can_reach_it(tmp_path: Path) -> None:
    """From another network namespace, over a link, to an address of this one."""
    done = in_a_namespace("outside.sh", tmp_path)
    assert done.stdout == (
        "inside, the lab: answered\n"
        "outside, a server that is open to all: answered\n"
        "outside, the lab: nothing\n"
    ), done.stderr


def test_hosts_that_the_topology_does_not_have(tmp_path: Path) -> None:
    hosts = {"new": LabHost("junos", "telnet"), "r1": LabHost("ios", "telnet")}
    with start_lab(ONE, cache=tmp_path, hosts=hosts) as running:
        new = running.vars_for("new")
        assert new is not None
        assert (new["ansible_host"], new["ansible_port"]) == (
            "127.100.0.2",
            running.addresses["new"][2],
        )
        assert running.vars_for("nobody") is None
        both = running.vars_for("r1", "ssh")
        assert both is not None
        assert both["ansible_port"] == running.addresses["r1"][1]
        # Nothing of the inventory may lead a connection elsewhere.
        assert both["ansible_ssh_common_args"] == ""
        assert both["ansible_known_hosts"] == str(running.known_hosts)


def test_the_inventory_leads_to_the_devices(lab: RunningLab) -> None:
    groups = lab.inventory()["all"]["children"]
    host = groups["juniper_junos"]["hosts"]["junos"]
    assert host["ansible_host"] == device(lab, "junos").address
    assert groups["cisco_ios"]["hosts"]["only-telnet"]["ansible_connection"] == "telnet"
    assert groups["cisco_ios"]["vars"]["ansible_become"] is True


def test_the_table_says_how_to_log_in(lab: RunningLab) -> None:
    text = "\n".join(describe(lab))
    assert "only-ssh" in text
    assert f"-p {device(lab, 'ios').ssh_port} playrun@127.100.0.1" in text


FOREGROUND = """
import sys
from pathlib import Path
from runner.lab import serve_forever
serve_forever(None, Path(sys.argv[1]), lambda line: print(line, flush=True),
              inventory=Path(sys.argv[2]))
print("over")
"""


def test_in_the_foreground_until_ctrl_c(tmp_path: Path) -> None:
    inventory = tmp_path / "new" / "hosts.yml"
    with subprocess.Popen(
        [sys.executable, "-c", FOREGROUND, tmp_path / "cache", inventory],
        stdout=subprocess.PIPE,
        text=True,
    ) as shown:
        assert shown.stdout is not None
        lines = [next(shown.stdout)]
        while "Ctrl-C" not in lines[-1]:
            lines.append(next(shown.stdout))
        shown.send_signal(signal.SIGINT)
        assert shown.stdout.read().split() == ["over"]
    assert shown.returncode == 0
    assert lines[1].split()[:2] == ["edge1", "cisco_iosxr"]
    assert inventory.stat().st_mode & 0o777 == 0o600
    hosts = load_inventory((str(inventory),))
    assert hosts.host("acc1").vars["ansible_connection"] == "telnet"
    assert not list((tmp_path / "cache").glob("known_hosts*"))


def test_addresses_are_given_in_order() -> None:
    topology = Topology(
        tuple(Device(f"r{n}", address="127.100.0.2" if n == 5 else None) for n in range(600))
    )
    found = assigned(topology)
    assert (found["r0"], found["r1"], found["r5"]) == (
        "127.100.0.1",
        "127.100.0.3",
        "127.100.0.2",
    )
    assert len(set(found.values())) == 600
    assert not [address for address in found.values() if address.endswith((".0", ".255"))]


def test_a_cache_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LoadError, match="cannot keep its host keys"):
        start_lab(ONE, cache=tmp_path / "file" / "lab")


def test_a_lab_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "host_key_ed25519").write_text("no key at all")
    with pytest.raises(PlayrunError, match="the lab could not start"):
        start_lab(ONE, cache=tmp_path)
