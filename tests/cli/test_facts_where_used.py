"""Facts of devices in plays that use them and do not say `gather_facts`."""

from __future__ import annotations

from pathlib import Path

import pytest
from playrunning import Playrun

HOSTS = """
c1 ansible_network_os=ios ansible_connection=network_cli
s1 ansible_network_os=cisco.nxos.nxos ansible_connection=ssh
t1 ansible_network_os=eos ansible_connection=telnet
n1 platform=juniper_junos
mine ansible_connection=local
"""
PLAY = """
- hosts: all
  tasks:
    - debug: {msg: "{{ inventory_hostname }} {{ ansible_net_system | d('none') }}"}
"""
SYSTEMS = {"c1": "ios", "s1": "nxos", "t1": "eos", "n1": "junos", "mine": "none"}


@pytest.fixture
def site(here: Path) -> Path:
    (here / "hosts").write_text(HOSTS)
    return here / "site.yml"


def test_over_every_connection(site: Path, playrun: Playrun) -> None:
    site.write_text(PLAY)
    said = playrun("site.yml", "-i", "hosts", "--lab")
    assert said.code == 0, said.out + said.err
    for host, system in SYSTEMS.items():
        assert f'"msg": "{host} {system}"' in said.out
        assert f"ok: [{host}]\n" in said.out.partition("TASK [debug]")[0]
    assert said.out.startswith("site.yml:4:7: facts of devices are gathered first")


@pytest.mark.parametrize("strategy", ["serial", "threads", "free"])
def test_under_every_strategy(site: Path, playrun: Playrun, strategy: str) -> None:
    site.write_text(PLAY)
    said = playrun("site.yml", "-i", "hosts", "--lab", "-l", "c1,mine", "--strategy", strategy)
    assert '"msg": "c1 ios"' in said.out
    assert '"msg": "mine none"' in said.out


def test_a_play_that_asks_for_them_itself_logs_in_once(site: Path, playrun: Playrun) -> None:
    site.write_text(PLAY.replace("tasks:", "tasks:\n    - ios_facts:"))
    said = playrun("site.yml", "-i", "hosts", "--lab", "-l", "c1")
    assert '"msg": "c1 ios"' in said.out
    assert "Gathering Facts" not in said.out
    assert "gathered first" not in said.out


def test_a_play_that_says_so_has_simulated_devices_too(site: Path, playrun: Playrun) -> None:
    site.write_text(PLAY.replace("  tasks:", "  gather_facts: true\n  tasks:"))
    said = playrun("site.yml", "-i", "hosts", "--lab", "-l", "c1,mine")
    assert '"msg": "c1 ios"' in said.out
    assert "gathered first" not in said.out


def test_not_where_the_configuration_says_never(site: Path, playrun: Playrun) -> None:
    site.write_text(PLAY)
    (site.parent / "ansible.cfg").write_text("[defaults]\ngathering = explicit\n")
    said = playrun("site.yml", "-i", "hosts", "--lab", "-l", "c1")
    assert '"msg": "c1 none"' in said.out
    assert "Gathering Facts" not in said.out


def test_a_listing_is_ansibles_and_says_so_beside_it(site: Path, playrun: Playrun) -> None:
    site.write_text(PLAY)
    said = playrun("site.yml", "-i", "hosts", "--list-tasks")
    assert said.out.split("tasks:\n")[1] == "      debug\tTAGS: []\n"
    assert "facts of devices are gathered first, for `ansible_net_system` is used" in said.err


NAMES = (
    "ansible_net_version",
    "ansible_network_resources",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_only_the_run_knows_says_what_to_write(
    site: Path, playrun: Playrun, name: str
) -> None:
    more = "- debug: {msg: '{{ NAME }}'}\n".replace("NAME", name)
    (site.parent / "c1.yml").write_text(more)
    site.write_text(
        "- hosts: all\n  tasks:\n"
        "    - set_fact: {file: c1.yml}\n    - include_tasks: '{{ file }}'\n"
    )
    said = playrun("site.yml", "-i", "hosts", "--lab", "-l", "c1")
    assert said.code == 2
    assert f"'{name}' is not defined" in said.out
    assert "hint: `gather_facts: true` in the play, or a task like `ios_facts` before" in said.out


def test_what_to_write_is_said_wherever_a_fact_is_missed(site: Path, playrun: Playrun) -> None:
    reads = (
        "ansible_facts.net_version",
        "ansible_facts['net_version']",
        "hostvars['s1'].ansible_net_version",
        "hostvars['s1']['ansible_facts'].net_version",
        "ansible_net_interfaces.keys()",
    )
    tasks = "".join(f'    - debug: {{msg: "{{{{ {read} }}}}"}}\n' for read in reads)
    tasks = tasks.replace("\n", "\n      ignore_errors: true\n")
    site.write_text(
        f"- hosts: c1,s1\n  gather_facts: false\n  tasks:\n{tasks}"
        f"    - {{setup: , delegate_to: localhost}}\n{tasks}"
    )
    said = playrun("site.yml", "-i", "hosts", "-l", "c1")
    hint = "hint: `gather_facts: true` in the play, or a task like `ios_facts` before"
    assert said.out.count(hint) == 2 * len(reads)
