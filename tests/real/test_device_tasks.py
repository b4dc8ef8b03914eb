"""What tasks on devices do when a real command line is slow, asks, refuses or goes away."""

from __future__ import annotations

import pytest
from realparts import ssh, users
from realparts.daemons import children
from realparts.projects import Project


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "project")


@pytest.fixture
def boxes(project, sshd, telnet_login, engineer):
    """One machine by SSH and by Telnet."""
    project.ssh_host("by-ssh", sshd("password"), engineer, "linux")
    where = telnet_login
    project.telnet_host("by-telnet", where.address, where.port, engineer, "linux")
    return project


def test_wait_for_that_never_holds(project, frr, sshd):
    project.ssh_host("r1", sshd("password"), frr.r1.user, "frr")
    project.playbook("""
- hosts: r1
  tasks:
    - frr_command:
        commands: [show version, show interface brief]
        wait_for: ["result[0] contains FRRouting", "result[1] contains nowhere"]
        retries: 2
        interval: 1
""")
    ran = project.play()
    assert ran.code == 2, ran.screen
    assert "fatal: [r1]: FAILED!" in ran.out
    assert "wait_for does not hold, tried 3 times: result[1] contains nowhere" in ran.out
    assert "FRRouting" in ran.out


def test_questions_of_a_program(boxes):
    boxes.playbook(r"""
- hosts: all
  vars:
    ask: "read -p 'Erase all? [y/n] ' a; read -p 'Sure? (yes/no) ' b; echo got $a $b"
  tasks:
    - cli_command:
        command: "{{ ask }}"
        prompt: ['Erase all', 'Sure\?']
        answer: ["y", "yes"]
        check_all: true
      register: told
    - assert: {that: "told.stdout_lines[-1] == 'got y yes'"}
    - cli: "{{ ask }}"
      ignore_errors: true
    - cli: "read -s -p 'Password: ' a; echo got-$a"
      ignore_errors: true
    - cli: echo still $((40 + 2))
      register: after
    - assert: {that: "after.stdout == 'still 42'"}
""")
    ran = boxes.play()
    assert ran.code == 0, ran.screen
    assert "asks 'Erase all? [y/n]', and no answer is declared" in ran.out
    assert "asks 'Password:', and no answer is declared" in ran.out
    assert "hint: declare it with `prompt` and `answer`" in ran.out
    assert "got-" not in ran.out.replace("echo got-", "")


def test_a_device_that_takes_its_time(boxes):
    boxes.playbook("""
- hosts: all
  tasks:
    - cli: "for n in 1 2 3 4 5 6; do printf $n; sleep 0.5; done; echo; seq 3"
      register: dribbled
    - assert: {that: "dribbled.stdout == '123456\\n1\\n2\\n3'"}
    - cli: "seq 1 3; sleep 60"
      vars: {ansible_command_timeout: 2}
""")
    ran = boxes.play()
    assert ran.code == 4, ran.screen
    for host, way in (("by-ssh", "ssh"), ("by-telnet", "telnet")):
        assert f"{host} ({way} " in ran.out
    assert "no prompt after `seq 1 3; sleep 60`" in ran.out
    assert "hint: allow more time" in ran.out


def test_cut_in_the_middle_of_what_is_printed(project, login_keys, engineer):
    server = ssh.start("password", "127.0.26.2", 2022)
    try:
        project.ssh_host("box", server, engineer, "linux")
        project.playbook("""
- hosts: box
  tasks:
    - cli: {commands: [echo first, "seq 1 500; sleep 600"]}
""")
        with project.start("-i", "inventory.yml", "site.yml") as running:
            running.wait_until("it prints", lambda: _sleeps(server))
            server.kill_connections()
            ran = running.finish()
    finally:
        server.stop()
    assert ran.code == 4, ran.screen
    assert "fatal: [box]: UNREACHABLE!" in ran.out
    assert f"box (ssh {server.address}:{server.port})" in ran.out
    assert "while `seq 1 500; sleep 600` was running" in ran.out
    assert "Traceback" not in ran.screen


def _sleeps(server):
    commands = (f"/proc/{pid}/cmdline" for pid in children(server.daemon.pid))
    return any("sleep" in _read(path) for path in commands)


def _read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def test_wrong_passwords(boxes, telnet_login):
    wrong = boxes.secret("WRONG", "not the word")
    boxes.playbook("- hosts: all\n  tasks: [{cli: echo in}]\n")
    for name in ("by-ssh", "by-telnet"):
        boxes.host(name, **{**boxes.variables(name), "ansible_password": wrong})
    ran = boxes.play()
    assert ran.code == 4, ran.screen
    assert "UNREACHABLE! => " in ran.out
    assert "refused user 'engineer' with password" in ran.out
    assert f"by-telnet (telnet {telnet_login.address}:{telnet_login.port})" in ran.out
    assert "not the word" not in ran.screen


@pytest.fixture(scope="module")
def expired(engineer):
    """A user whose password has to be changed."""
    return users.add("expired", "expired-secret", shell="/bin/bash", changed=0)


@pytest.mark.parametrize("dress", ["debian", "interactive"])
def test_a_password_that_has_to_be_changed(project, sshd, expired, dress):
    project.ssh_host("box", sshd(dress), expired, "linux")
    project.playbook("- hosts: box\n  tasks: [{cli: echo in}]\n")
    before = _hash_of("expired")
    ran = project.play()
    assert ran.code == 4, ran.screen
    assert "wants the password of user 'expired' changed" in ran.out
    assert "hint: log in by hand once and set a new one" in ran.out
    assert "Traceback" not in ran.screen
    assert _hash_of("expired") == before


def test_a_password_that_has_to_be_changed_over_telnet(project, telnet_login, expired):
    project.telnet_host("box", telnet_login.address, telnet_login.port, expired, "linux")
    project.playbook("- hosts: box\n  tasks: [{cli: echo in}]\n")
    before = _hash_of("expired")
    ran = project.play()
    assert ran.code == 4, ran.screen
    assert "wants the password of user 'expired' changed" in ran.out
    assert _hash_of("expired") == before


def _hash_of(name):
    with open("/etc/shadow") as file:
        return next(line for line in file if line.startswith(f"{name}:"))


TIRED = """#!/bin/bash
for n in 1 2 3; do
  printf 'tired> '
  read -r line || exit
  echo "said $line"
done
echo 'Enough for today.'
"""


def test_a_device_that_hangs_up_after_some_commands(project, sshd, engineer, tmp_path):
    shell = engineer.home / "tired"
    shell.write_text(TIRED)
    shell.chmod(0o755)
    user = users.add("tired", "tired-secret", shell=str(shell))
    engineer.home.chmod(0o755)
    project.ssh_host("box", sshd("password"), user, "generic")
    project.playbook("""
- hosts: box
  tasks:
    - cli: {commands: [one, two, three, four]}
      output: true
""")
    ran = project.play()
    assert ran.code == 4, ran.screen
    assert "box (ssh " in ran.out
    assert "`three`" in ran.out or "`two`" in ran.out
    assert "Enough for today." in ran.out
    assert project.outputs() == ["box.txt.partial"]


def test_a_router_pings(project, frr, sshd):
    project.ssh_host("r1", sshd("password"), frr.r1.user, "frr")
    project.playbook(f"""
- hosts: r1
  tasks:
    - frr_ping: {{dest: {frr.r2.address}, count: 2}}
      register: there
    - frr_ping: {{dest: 10.99.0.77, count: 1, state: absent}}
    - cli: show version
      register: after
    - assert:
        that: [there.packets_rx == 2, there.packet_loss == '0%', "'FRRouting' in after.stdout"]
""")
    ran = project.play()
    assert ran.code == 0, ran.screen
