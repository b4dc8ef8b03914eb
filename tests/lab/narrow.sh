#!/usr/bin/env bash
# Starts a lab where only 127.0.0.1 is this machine, not all of 127/8, and logs in to it.
#
#     narrow.sh PYTHON CACHE
set -euo pipefail
cd "$(dirname "$0")/../.."
ip link set lo up
ip address del 127.0.0.1/8 dev lo
ip address add 127.0.0.1/32 dev lo
exec "$1" -c '
import socket, sys
from pathlib import Path
from runner.lab import start_lab
from runner.lab.topology import Device, Topology
topology = Topology((Device("r1"), Device("r2")))
with start_lab(topology, cache=Path(sys.argv[1])) as lab:
    for device in lab.devices:
        with socket.create_connection((device.address, device.telnet_port), 10) as client:
            print(device.name, device.address, "Username" in client.makefile(
                errors="replace", newline="").read(54))
    ports = {port for device in lab.devices for port in (device.ssh_port, device.telnet_port)}
    print(len(ports), "ports,", len(lab.known_hosts.read_text().splitlines()), "host keys")
' "$2"
