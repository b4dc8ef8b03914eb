#!/usr/bin/env bash
# Starts a lab in this (fresh) network namespace and knocks at it from another one, over a
# link. A server that is open to all stands beside it: the proof that the link works.
#
#     outside.sh PYTHON CACHE
set -euo pipefail
python=$1 cache=$2
cd "$(dirname "$0")/../.."

unshare --net sleep 60 &
other=$!
trap 'kill "$other"' EXIT
while [[ $(readlink "/proc/$other/ns/net") == "$(readlink /proc/self/ns/net)" ]]; do sleep 0.05; done
away() { nsenter --net="/proc/$other/ns/net" "$@"; }

ip link set lo up
ip link add here type veth peer name there netns "$other"
ip address add 192.0.2.1/24 dev here
ip link set here up
away ip link set lo up
away ip address add 192.0.2.2/24 dev there
away ip link set there up
# As open as a machine can be: its neighbours may even ask for its loopback addresses.
echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
away sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet'
away ip route add local 127.0.0.0/16 dev lo
away ip route del local 127.0.0.0/8 dev lo table local
away ip route add 127.100.0.0/16 via 192.0.2.1 dev there

exec 3< <("$python" -c '
import socket, sys
from pathlib import Path
from runner.lab import start_lab
from runner.lab.topology import Device, Topology
topology = Topology((Device("r1"),))
with start_lab(topology, cache=Path(sys.argv[1])) as lab, socket.create_server(("", 0)) as door:
    print(lab.addresses["r1"][2], door.getsockname()[1], flush=True)
    while True:
        with door.accept()[0] as client:
            client.sendall(b"welcome")
' "$cache")
starter=$!
trap 'kill "$other" "$starter"' EXIT
read -r port open <&3

knock='
import socket, sys
for address in sys.argv[2:]:
    try:
        with socket.create_connection((address, int(sys.argv[1])), 1) as client:
            client.settimeout(1)
            if client.recv(100):
                sys.exit(print("answered"))
    except OSError:
        continue
print("nothing")
'
echo "inside, the lab: $("$python" -c "$knock" "$port" 127.100.0.1)"
for _ in 1 2 3 4 5; do  # the link takes a moment
  answer=$(away "$python" -c "$knock" "$open" 192.0.2.1)
  [[ $answer == answered ]] && break
done
echo "outside, a server that is open to all: $answer"
echo "outside, the lab: $(away "$python" -c "$knock" "$port" 192.0.2.1 127.100.0.1)"
