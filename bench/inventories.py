"""How long reading an inventory of 10,000 hosts takes, beside PyYAML's C loader on the same files.

    bench/peers                               # once: PyYAML, in an environment of its own
    .venv/bin/python bench/inventories.py     # half a minute

Each figure is the CPU time of the reading alone, imports not counted, in a process of its own;
medians of `--runs`. What counts are the ratios.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PEERS = ROOT / ".venv-bench/bin/python"
SITES = 100

PYYAML = """
import gc, pathlib, sys, time, yaml
gc.set_threshold(100_000)
began = time.process_time()
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.yml")):
    yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
print(time.process_time() - began)
"""
PLAYRUN = """
import gc, pathlib, sys, time
gc.set_threshold(100_000)
import runner.names, unicodedata
from runner.loading.inventory.inventory import load_inventory
source, cache = sys.argv[1], sys.argv[2]
began = time.process_time()
inventory = load_inventory([source], cache=pathlib.Path(cache) if cache else None)
for host in inventory.hosts:
    inventory.vars_of(host)
print(time.process_time() - began)
"""


def yaml_files(folder: Path, hosts: int) -> None:
    """A fleet as people write it: a group a site, some variables a host, files for groups."""
    (folder / "group_vars").mkdir(parents=True)
    lines = ["all:", "  children:"]
    for site in range(SITES):
        lines += [f"    site{site:03}:", "      hosts:"]
        for host in range(site, hosts, SITES):
            lines += host_lines(host)
        text = f"site_name: Site {site}\nntp: [10.0.{site}.1, 10.0.{site}.2]\n"
        text += f'snmp: {{location: "Rack {site}", contact: noc@example.net}}\n'
        (folder / f"group_vars/site{site:03}.yml").write_text(text)
    lines += ["    ios:", "      children:", *(f"        site{n:03}:" for n in range(SITES))]
    (folder / "hosts.yml").write_text("\n".join(lines) + "\n")
    (folder / "group_vars/all.yml").write_text("ansible_user: admin\n")
    (folder / "group_vars/ios.yml").write_text("ansible_network_os: ios\n")


def host_lines(host: int) -> Iterator[str]:
    """One host of the YAML inventory."""
    yield f"        r{host:05}.example.net:"
    yield f"          ansible_host: 10.{host >> 16}.{host >> 8 & 255}.{host & 255}"
    yield f"          rack: {host % 42}"
    yield f'          serial: "FOC{host:08X}"'
    yield f"          role: {'core' if host % 10 == 0 else 'access'}"
    if host % 5 == 0:
        yield f'          description: "router {host} at {{{{ site_name }}}}"'


def ini_file(file: Path, hosts: int) -> None:
    """The same hosts in INI."""
    lines = []
    for site in range(SITES):
        lines.append(f"[site{site:03}]")
        for host in range(site, hosts, SITES):
            address = f"10.{host >> 16}.{host >> 8 & 255}.{host & 255}"
            lines.append(
                f"r{host:05}.example.net ansible_host={address} rack={host % 42} "
                f'serial="FOC{host:08X}" role=access'
            )
    file.write_text("\n".join(lines) + "\n")


def seconds(python: Path | str, program: str, *words: str) -> float:
    """What one process says it took."""
    command = [str(python), "-c", program, *words]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> None:
    """Measures, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name) / "yaml", Path(name) / "state/cache"
        yaml_files(folder, asked.hosts)
        ini_file(Path(name) / "hosts.ini", asked.hosts)
        source = str(folder / "hosts.yml")
        seconds(sys.executable, PLAYRUN, source, str(cache))
        jobs = {
            "PyYAML, C loader": (PEERS, PYYAML, str(folder)),
            "playrun, YAML": (sys.executable, PLAYRUN, source, ""),
            "playrun, YAML again": (sys.executable, PLAYRUN, source, str(cache)),
            "playrun, INI": (sys.executable, PLAYRUN, str(Path(name) / "hosts.ini"), ""),
        }
        found: dict[str, list[float]] = {job: [] for job in jobs}
        for _ in range(asked.runs):
            for job, (python, program, *words) in jobs.items():
                found[job].append(seconds(python, program, *words))
    show(asked.hosts, {job: statistics.median(times) for job, times in found.items()})


def show(hosts: int, medians: dict[str, float]) -> None:
    """The table, each beside PyYAML."""
    peer = medians["PyYAML, C loader"]
    print(f"{hosts} hosts, group_vars of {SITES + 2} groups\n")
    print("| reading | CPU s | to PyYAML | wanted |\n| --- | --- | --- | --- |")
    wanted = {
        "playrun, YAML": "≤ 1.6 ×",
        "playrun, YAML again": "≤ 0.15 s",
        "playrun, INI": "≤ 1 s",
    }
    for job, took in medians.items():
        print(f"| {job} | {took:.3f} | {took / peer:.2f} × | {wanted.get(job, '')} |")


if __name__ == "__main__":
    main()
