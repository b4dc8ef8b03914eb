"""Commands with inventories of all kinds, vaulted or kept, and settings that name them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playrunning import Playrun

from runner.loading.vault_format import seal

VAULTED = """$ANSIBLE_VAULT;1.1;AES256
33656135363030303132366538363337376332643565643662383765373436393330393837323233
6638323565323334356564643433386639643766666461610a643733383763373034666639383532
30613238323463636539333062333039313534616265376463353264326636363465306162303862
3534303666626166650a623464666162386437663466353163633962363633313433373937343238
3731
"""
PROGRAM = """#!/bin/sh
echo x >> asked
echo '{"g": {"hosts": ["r1"]}, "_meta": {"hostvars": {"r1": {"v": 7}}}}'
"""
CHECK = """
- hosts: {hosts}
  connection: local
  gather_facts: false
  tasks:
    - assert: {{that: {that}}}
"""


@pytest.fixture
def program(here: Path) -> Path:
    path = here / "inv.sh"
    path.write_text(PROGRAM)
    path.chmod(0o755)
    return path


def asked(here: Path) -> int:
    return (here / "asked").read_text().count("x")


def test_a_run_asks_a_program(here: Path, playrun: Playrun, program: Path) -> None:
    (here / "site.yml").write_text(CHECK.format(hosts="g", that="v == 7"))
    said = playrun("-i", "inv.sh", "site.yml")
    assert said.code == 0, said.out + said.err
    playrun("-i", "inv.sh", "site.yml")
    assert asked(here) == 2


def test_the_age_of_a_kept_answer_is_said(here: Path, playrun: Playrun, program: Path) -> None:
    (here / "playrun.toml").write_text('inventory = "inv.sh"\ninventory_cache = 600\n')
    assert playrun("inventory", "--host", "r1").err == ""
    again = playrun("inventory", "--host", "r1")
    assert again.err.startswith("inv.sh was asked ")
    assert json.loads(again.out) == {"v": 7}
    assert asked(here) == 1
    assert playrun("inventory", "--host", "r1", "--refresh-inventory").err == ""
    assert playrun("inventory", "--host", "r1", "--flush-cache").err == ""
    assert asked(here) == 3


def test_a_program_that_fails_is_told(here: Path, playrun: Playrun, program: Path) -> None:
    program.write_text("#!/bin/sh\necho 'token expired' >&2\nexit 3\n")
    said = playrun("inventory", "-i", "inv.sh", "--graph")
    assert said.code == 1
    assert said.err == (
        "playrun: inv.sh:1:1: inventory program: --list failed (exit 3): token expired\n"
    )


def test_passwords_reach_everything_that_is_read(here: Path, playrun: Playrun) -> None:
    (here / "pw").write_text("hunter2\n")
    for folder in ("group_vars", "host_vars"):
        (here / folder).mkdir()
    value = "!vault |\n" + "".join(f"  {line}\n" for line in VAULTED.splitlines())
    (here / "group_vars/all.yml").write_text(f"in_group: {value}")
    (here / "host_vars/r1.yml").write_text(f"in_host: {value}")
    (here / "extra.yml").write_text(f"in_extra: {value}")
    (here / "hosts.yml").write_text(
        "all:\n  hosts:\n    r1:\n      in_inventory: " + value.replace("\n", "\n      ") + "\n"
    )
    names = [f"in_{name} == 's3cret-välue'" for name in ("group", "host", "extra", "inventory")]
    (here / "site.yml").write_text(CHECK.format(hosts="r1", that=names))
    (here / "ansible.cfg").write_text(
        "[defaults]\ninventory = hosts.yml\nvault_password_file = pw\n"
    )
    said = playrun("-e", "@extra.yml", "site.yml")
    assert said.code == 0, said.out + said.err
    assert "s3cret" not in said.out
    (here / "pw").write_text("other\n")
    said = playrun("-e", "@extra.yml", "site.yml")
    assert said.code != 0
    assert "no vault password fits" in said.out + said.err


def test_a_whole_inventory_may_be_vaulted(here: Path, playrun: Playrun) -> None:
    (here / "pw").write_text("hunter2\n")
    (here / "hosts.yml").write_text("all: {hosts: {r1: {x: 5}}}\n")
    (here / "group_vars").mkdir()
    (here / "group_vars/all.json").write_text('{"y": 6}')
    files = ("hosts.yml", "group_vars/all.json")
    assert playrun("vault", "encrypt", "--vault-id", "pw", "--in-place", *files).code == 0
    assert (here / "hosts.yml").read_text().startswith("$ANSIBLE_VAULT")
    flags = ("inventory", "-i", "hosts.yml", "--host", "r1")
    assert json.loads(playrun(*flags, "--vault-password-file", "pw").out) == {"x": 5, "y": 6}
    said = playrun(*flags)
    assert said.err.startswith("playrun: hosts.yml:1:1: vaulted, and no vault password")


def test_a_folder_mixes_all_kinds(here: Path, playrun: Playrun, program: Path) -> None:
    inventory = here / "inv"
    inventory.mkdir()
    program.rename(inventory / "1.sh")
    (inventory / "2.csv").write_text("host,groups,os\nr2,edge,eos\n")
    (inventory / "3.ini").write_text("[old]\nr3 os=ios\n")
    (inventory / "4.yml").write_text("plugin: constructed\nkeyed_groups: [{key: os, prefix: os}]\n")
    said = playrun("inventory", "-i", "inv", "--graph")
    assert said.err == ""
    assert said.out.splitlines()[1:] == [
        "  |--@ungrouped:",
        "  |--@g:",
        "  |  |--r1",
        "  |--@edge:",
        "  |  |--r2",
        "  |--@old:",
        "  |  |--r3",
        "  |--@os_eos:",
        "  |  |--r2",
        "  |--@os_ios:",
        "  |  |--r3",
    ]


def test_a_configuration_that_everyone_may_write_is_said_to_be_passed_over(
    here: Path, playrun: Playrun
) -> None:
    (here / "ansible.cfg").write_text("[defaults]\ninventory = nowhere\n")
    (here / "ansible.cfg").chmod(0o666)
    said = playrun("inventory", "-i", "r1,", "--graph")
    assert said.code == 0
    assert said.err.count("[WARNING]: ansible.cfg is not read: everyone can write to it") == 1


def test_localhost_needs_no_inventory(here: Path, playrun: Playrun) -> None:
    (here / "group_vars").mkdir()
    (here / "group_vars/all.yml").write_text("v: 5\n")
    that = ["v == 5", "ansible_connection == 'local'", "group_names == []", "groups.all == []"]
    (here / "site.yml").write_text(
        CHECK.format(hosts="localhost", that=that).replace("  connection: local\n", "")
    )
    said = playrun("site.yml")
    assert said.code == 0, said.out + said.err


WHOLE = """[all:vars]
ansible_password=12345678
api_token=t0ken-of-it
become_secret=
[all]
r1
r2 note="s3cr3t-words once more"
"""


def test_what_is_vaulted_as_a_whole_is_not_shown(here: Path, playrun: Playrun) -> None:
    (here / "hosts").write_text(WHOLE)
    (here / "pw").write_text("open sesame")
    (here / "host_vars").mkdir()
    vaulted = seal(b"words: [s3cr3t-words]\nmany: {a: 99887766}\n", b"open sesame")
    (here / "host_vars/r1.yml").write_bytes(vaulted)
    said = playrun("inventory", "-i", "hosts", "--vault-password-file", "pw", "--list")
    assert said.code == 0, said.err
    hidden = {"ansible_password": "********", "api_token": "********", "become_secret": "********"}
    assert json.loads(said.out)["_meta"]["hostvars"] == {
        "r1": {**hidden, "words": ["********"], "many": {"a": "********"}},
        "r2": {**hidden, "note": "******** once more"},
    }
