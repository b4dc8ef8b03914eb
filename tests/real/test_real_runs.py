"""`playrun` as a person runs it, over real routers and servers."""

from __future__ import annotations

import json
import re
import stat

import pytest
from realparts import ssh
from realparts.daemons import children
from realparts.projects import Project
from realparts.steady import steady


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "project")


@pytest.fixture
def fleet(project, frr, frr_telnet, sshd):
    """Every router over SSH and over Telnet, and two daemons' VTYs."""
    for router in (frr.r1, frr.r2):
        project.ssh_host(f"{router.name}-ssh", sshd("password"), router.user, "frr")
        where = frr_telnet[router.name]
        project.telnet_host(f"{router.name}-tel", where.address, where.port, router.user, "frr")
        project.vty_host(f"{router.name}-vty", router, "bgpd")
    return project


@pytest.mark.parametrize("strategy", ["serial", "threads", "processes"])
def test_one_file_per_host(fleet, frr, strategy):
    fleet.playbook(f"""
- name: Tables
  hosts: all
  strategy: {strategy}
  commands: [show ip bgp]
""")
    ran = fleet.play()
    assert ran.code == 0, ran.screen
    names = [f"{router}-{way}.txt" for router in ("r1", "r2") for way in ("ssh", "tel", "vty")]
    assert fleet.outputs() == names
    for name in names:
        truth = getattr(frr, name[:2]).vtysh("show ip bgp")
        assert steady(fleet.output(name)) == steady(truth), name
        assert "*> " in truth
    mode = (fleet.folder / "output" / names[0]).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_several_commands_each_under_its_prompt(fleet, frr):
    commands = ["show ip bgp 10.101.0.0/26", "show running-config", "show version"]
    fleet.playbook(f"- hosts: r1-ssh:r1-tel\n  commands: {json.dumps(commands)}\n")
    assert fleet.play().code == 0
    for name in ("r1-ssh.txt", "r1-tel.txt"):
        parts = re.split(r"(?m)^r1# ?(show .*)\n", fleet.output(name))
        assert parts[0] == ""
        assert parts[1::2] == commands
        for command, text in zip(commands, parts[2::2], strict=True):
            assert steady(text) == steady(frr.r1.vtysh(command))


def test_wrong_password_fails_that_host_alone(fleet, frr):
    fleet.secret("R2_PASSWORD", "not-the-word")
    fleet.playbook("- hosts: r1-ssh:r2-ssh\n  commands: [show ip bgp]\n")
    ran = fleet.play()
    assert ran.code == 4, ran.screen
    assert fleet.outputs() == ["r1-ssh.txt"]
    assert "r2-ssh" in ran.screen
    assert "Traceback" not in ran.screen
    everything = ran.screen + fleet.everything_written()
    assert "not-the-word" not in everything
    assert frr.r1.user.password not in everything


def test_dead_hosts_do_not_stop_the_others(fleet, frr):
    fleet.host("nobody-listens", ansible_host="127.0.99.1", ansible_network_os="frr")
    fleet.host("nobody-there", ansible_host="10.99.0.77", ansible_network_os="frr")
    fleet.playbook("- hosts: all\n  commands: [show ip bgp]\n")
    ran = fleet.play("-u", "r1", "--limit", "r1-*:nobody-*")
    assert ran.code == 4, ran.screen
    assert fleet.outputs() == ["r1-ssh.txt", "r1-tel.txt", "r1-vty.txt"]
    for name in ("nobody-listens", "nobody-there"):
        assert name in ran.screen
    assert "Traceback" not in ran.screen


def test_failed_hosts_again(fleet, frr):
    fleet.secret("R2_PASSWORD", "not-the-word")
    fleet.playbook("- hosts: r1-ssh:r2-ssh\n  commands: [show ip bgp]\n")
    assert fleet.play().code == 4
    fleet.secret("R2_PASSWORD", frr.r2.user.password)
    (fleet.folder / "output" / "r1-ssh.txt").unlink()
    ran = fleet.play("--limit", "@failed")
    assert ran.code == 0, ran.screen
    assert fleet.outputs() == ["r2-ssh.txt"]


def test_host_key_that_changed_between_two_runs(project, login_keys, engineer):
    server = ssh.start("password", "127.0.27.1", 2022)
    try:
        project.ssh_host("box", server, engineer, "linux")
        project.playbook("- hosts: box\n  commands: [echo hello]\n")
        assert project.play().code == 0
    finally:
        server.stop()
    server = ssh.start("password", "127.0.27.1", 2022, family="other")
    try:
        ran = project.play()
    finally:
        server.stop()
    assert ran.code == 4, ran.screen
    assert "key" in ran.screen
    assert engineer.password not in ran.screen


def test_configuration_is_changed_and_checked(project, frr, sshd):
    project.ssh_host("r3", sshd("password"), frr.r3.user, "frr")
    project.playbook("""
- hosts: r3
  vars: {text: "towards core> and r9#"}
  tasks:
    - name: Describe the uplink
      config:
        parents: interface eth0
        lines: ["description {{ text }}"]
    - name: Look again
      cli: show running-config
      register: running
    - assert:
        that: "('description ' ~ text) in running.stdout"
""")
    assert "towards core>" not in frr.r3.vtysh("show running-config")
    ran = project.play("--check")
    assert "towards core>" not in frr.r3.vtysh("show running-config"), ran.screen
    ran = project.play()
    assert ran.code == 0, ran.screen
    assert "description towards core> and r9#" in frr.r3.vtysh("show running-config")


def test_backup_is_the_whole_configuration(fleet, frr):
    fleet.playbook("- hosts: r1-ssh:r1-tel\n  tasks: [{backup: {}}]\n")
    ran = fleet.play()
    assert ran.code == 0, ran.screen
    saved = [name for name in fleet.outputs() if name.endswith(".cfg")]
    assert len(saved) == 2
    truth = frr.r1.vtysh("show running-config")
    for name in saved:
        text = fleet.output(name)
        assert text.rstrip().endswith("\nend")
        lines = [line for line in text.splitlines() if line.strip()]
        assert set(lines) <= set(truth.splitlines())
        assert "network 10.101.0.0/26" in text


def test_exec_and_ping(fleet, frr):
    ran = fleet.run("exec", "-i", "inventory.yml", "r1-*", "show ip bgp 10.101.0.0/26")
    assert ran.code == 0, ran.screen
    assert ran.out.count("BGP routing table entry for 10.101.0.0/26") == 3
    ran = fleet.run("ping", "-i", "inventory.yml", "all")
    assert ran.code == 0, ran.screen
    assert all(f"{router}-{way}" in ran.out for router in ("r1", "r2") for way in ("ssh", "vty"))


@pytest.fixture
def boxes(project, login_keys, engineer):
    """Six shells behind one server that the test may cut; gives the project and the server."""
    server = ssh.start("password", "127.0.28.1", 2022)
    for number in range(1, 7):
        project.ssh_host(f"box{number}", server, engineer, "linux")
    yield project, server
    server.stop()


def shells_that_sleep(server):
    found = 0
    for pid in children(server.daemon.pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                found += file.read().startswith(b"sleep")
        except OSError:
            continue
    return found


def test_wrong_password_for_everybody_locks_nobody_out(boxes):
    project, server = boxes
    project.secret("ENGINEER_PASSWORD", "not-the-word")
    project.playbook("- hosts: all\n  commands: [echo in]\n")
    before = server.failed_logins("engineer")
    ran = project.play()
    assert ran.code == 4, ran.screen
    assert server.failed_logins("engineer") - before == 3
    assert project.outputs() == []
    assert "not tried" in ran.screen.lower()


def test_jump_host_from_the_ssh_config(project, jump, engineer, login_keys):
    outer, inner = jump
    settings = project.home / ".ssh"
    (settings / "config.d").mkdir(parents=True)
    (settings / "config").write_text("Include config.d/*\n")
    (settings / "config.d" / "hops").write_text(
        f"Host hop\n  HostName {outer.address}\n  User engineer\n"
        f"  IdentityFile {login_keys.ed25519}\n"
        f"Host {inner.address}\n  ProxyJump hop\n"
    )
    project.ssh_host("inner", inner, engineer, "linux")
    project.playbook("- hosts: all\n  commands: [echo behind the wall]\n")
    ran = project.play()
    assert ran.code == 0, ran.screen
    assert project.output("inner.txt") == "behind the wall\n"


def test_legacy_host_among_others(project, sshd, engineer):
    project.ssh_host("modern", sshd("password"), engineer, "linux")
    project.ssh_host("ancient", sshd("legacy"), engineer, "linux")
    project.ssh_host("forgotten", sshd("legacy-group1"), engineer, "linux")
    project.host("ancient", **project.variables("ancient"), ssh_legacy=True)
    project.playbook("- hosts: all\n  commands: [echo in]\n")
    ran = project.play()
    assert ran.code == 4, ran.screen
    assert project.outputs() == ["ancient.txt", "modern.txt"]
    assert "diffie-hellman-group1-sha1" in ran.screen
    assert "ssh_legacy" in ran.screen


def test_reader_of_the_screen_goes_away(fleet):
    fleet.playbook("- hosts: r1-*\n  commands: [show ip bgp]\n")
    ran = fleet.run("-v", "-i", "inventory.yml", "site.yml", pipe="head -n 1")
    assert "Traceback" not in ran.screen
    assert "BrokenPipe" not in ran.screen
    assert fleet.outputs() == ["r1-ssh.txt", "r1-tel.txt", "r1-vty.txt"]


LONG = "- hosts: all\n  strategy: {strategy}\n  workers: 2\n  commands: ['{command}']\n"


@pytest.mark.parametrize("strategy", ["threads", "processes"])
def test_interrupted_once(boxes, strategy):
    project, server = boxes
    project.playbook(LONG.format(strategy=strategy, command="sleep 5; echo done"))
    with project.start("-i", "inventory.yml", "site.yml") as running:
        running.wait_until("a host at work", lambda: shells_that_sleep(server) >= 1)
        running.interrupt()
        ran = running.finish()
    assert ran.code == 130, ran.screen
    assert "Traceback" not in ran.screen
    assert len(project.outputs()) < 6
    for name in project.outputs():
        assert project.output(name) == "done\n", name
    summary = next(project.folder.glob(".playrun/runs/*/summary.json"))
    json.loads(summary.read_text())
    ssh.wait_idle(server)


@pytest.mark.parametrize("strategy", ["serial", "threads", "processes"])
def test_interrupted_twice(boxes, strategy):
    project, server = boxes
    project.playbook(LONG.format(strategy=strategy, command="echo half; sleep 600; echo done"))
    with project.start("-i", "inventory.yml", "site.yml") as running:
        running.wait_until("a host at work", lambda: shells_that_sleep(server) >= 1)
        running.interrupt()
        # Two signals that come together are one.
        running.wait_until("the first was heard", lambda: "Ctrl-C again" in project.record())
        running.interrupt()
        ran = running.finish()
    assert ran.code == 130, ran.screen
    assert "Traceback" not in ran.screen
    assert [name for name in project.outputs() if not name.endswith(".partial")] == []
    ssh.wait_idle(server)


def test_cable_cut_in_the_middle(boxes):
    project, server = boxes
    project.playbook(LONG.format(strategy="threads", command="seq 1 2000; sleep 600"))
    old = project.folder / "output"
    old.mkdir()
    (old / "box1.txt").write_text("the last good one\n")
    with project.start("-i", "inventory.yml", "site.yml", "--limit", "box1,box2") as running:
        running.wait_until("two hosts at work", lambda: shells_that_sleep(server) == 2)
        server.kill_connections()
        ran = running.finish()
    assert ran.code == 4, ran.screen
    assert "Traceback" not in ran.screen
    assert " object at 0x" not in ran.screen
    assert project.output("box1.txt") == "the last good one\n"
    assert "box2.txt" not in project.outputs()
