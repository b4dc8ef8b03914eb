"""More of the playbook language over real parts: files, facts, roles, vaulted passwords."""

from __future__ import annotations

import json
import os
import re
import stat

import pytest
from realparts.projects import Project

from runner.loading.vault_format import seal

VAULT_PASSWORD = "open sesame"
_LARGE = 5_000_000


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "project")


@pytest.fixture
def box(project, sshd, engineer):
    """A host with a shell that takes files, and a folder of its user's on it."""
    project.ssh_host("box", sshd("files"), engineer, "linux")
    return project


@pytest.fixture
def there(tmp_path, engineer):
    """A folder that the user of the server may write to."""
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(0o711)
    folder = tmp_path / "there with blanks"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


def registered(ran, name="told"):
    """What `debug: {var: …}` showed."""
    return json.loads(re.search(rf'=> (\{{\n    "{name}".*?\n\}})', ran.out, re.DOTALL)[1])[name]


@pytest.mark.parametrize("protocol", ["scp", "sftp"])
def test_files_go_and_come_back(box, there, protocol):
    data = os.urandom(_LARGE)
    (box.folder / "image.bin").write_bytes(data)
    box.playbook(f"""
- hosts: box
  tasks:
    - net_put: {{src: image.bin, dest: "{there}/it's.bin", protocol: {protocol}}}
    - net_get: {{src: "{there}/it's.bin", dest: back.bin, protocol: {protocol}}}
    - cli: id -un
      register: who
    - assert: {{that: "'engineer' in who.stdout"}}
""")
    ran = box.play()
    assert ran.code == 0, ran.screen
    assert "changed=2" in ran.out
    assert (there / "it's.bin").read_bytes() == data
    assert (box.folder / "back.bin").read_bytes() == data
    again = box.play()
    assert "changed=0" in again.out, again.screen


@pytest.mark.parametrize("protocol", ["scp", "sftp"])
def test_what_cannot_be_copied_leaves_nothing(box, there, protocol):
    (box.folder / "small.txt").write_text("small")
    (box.folder / "kept.txt").write_text("what was here")
    (there / "secret.txt").write_text("not for you")
    (there / "secret.txt").chmod(0o600)
    box.playbook(f"""
- hosts: box
  ignore_errors: true
  tasks:
    - net_get: {{src: "{there}/none.txt", dest: kept.txt, protocol: {protocol}}}
    - net_get: {{src: "{there}/secret.txt", dest: kept.txt, protocol: {protocol}}}
    - net_get: {{src: "{there}", dest: kept.txt, protocol: {protocol}}}
    - net_put: {{src: small.txt, dest: "{there}/no/such/folder.txt", protocol: {protocol}}}
    - net_put: {{src: small.txt, dest: /etc/small.txt, protocol: {protocol}}}
""")
    ran = box.play()
    assert "ignored=5" in ran.out, ran.screen
    assert "Traceback" not in ran.screen
    assert (box.folder / "kept.txt").read_text() == "what was here"
    assert sorted(path.name for path in there.iterdir()) == ["secret.txt"]
    assert not [path for path in box.folder.iterdir() if path.name.startswith(".kept")]


def test_a_server_without_sftp_says_what_to_do(project, sshd, engineer):
    project.ssh_host("box", sshd("password"), engineer, "linux")
    project.playbook("""
- hosts: box
  tasks:
    - net_get: {src: /etc/hostname, dest: got.txt, protocol: sftp}
      ignore_errors: true
    - net_get: {src: /etc/hostname, dest: got.txt}
""")
    ran = project.play()
    assert ran.code == 0, ran.screen
    assert "does not take SFTP" in ran.out
    assert (project.folder / "got.txt").stat().st_size > 0


def test_interrupted_in_the_middle_of_a_file(box, there):
    os.mkfifo(there / "endless")
    (there / "endless").chmod(0o666)
    (box.folder / "kept.bin").write_text("what was here")
    box.playbook(f"""
- hosts: box
  tasks:
    - name: Sleeping
      cli: "touch '{there}/begun'"
    - net_get: {{src: "{there}/endless", dest: kept.bin, protocol: sftp}}
""")
    with box.start("-i", "inventory.yml", "site.yml") as running:
        running.wait_until("the copy has begun", (there / "begun").exists)
        running.interrupt()
        running.interrupt()
        ran = running.finish()
    assert ran.code == 130, ran.screen
    assert "Traceback" not in ran.screen
    assert (box.folder / "kept.bin").read_text() == "what was here"
    assert not [path for path in box.folder.iterdir() if path.name.startswith(".kept")]


def test_facts_of_a_router(project, frr, sshd):
    project.ssh_host("r1", sshd("password"), frr.r1.user, "frr")
    project.playbook("""
- hosts: r1
  tasks:
    - frr.frr.frr_facts: {gather_subset: all}
    - cli: {commands: [show version], wait_for: "result[0] contains FRRouting", retries: 2}
    - debug: {var: ansible_net_hostname}
    - debug: {var: ansible_net_all_ipv4_addresses}
    - assert:
        that:
          - ansible_net_version in result_of
          - ansible_net_interfaces.eth0.mtu is number
          - "'network 10.101.0.0/26' in ansible_net_config"
      vars:
        result_of: "{{ version }}"
""")
    version = frr.r1.vtysh("show version").split()[1]
    ran = project.play("-e", f"version={version}")
    assert ran.code == 0, ran.screen
    assert registered(ran, "ansible_net_hostname") == "r1"
    assert frr.r1.address in registered(ran, "ansible_net_all_ipv4_addresses")


ROLE = """
- name: Describe the uplink
  config:
    parents: interface eth0
    lines: ["description {{ uplink }}"]
  notify: Say so
- name: Describe it once more
  config:
    parents: interface eth0
    lines: ["description {{ uplink }}"]
  notify: Say so
"""
SAY_SO = """
- name: Say so
  copy: {content: "{{ uplink }}\\n", dest: "said-{{ inventory_hostname }}.txt"}
"""


def test_a_role_changes_a_router_and_its_handler_runs_once(project, frr, sshd):
    project.ssh_host("r3", sshd("password"), frr.r3.user, "frr")
    role = project.folder / "roles" / "uplink"
    for name, text in (
        ("tasks", ROLE),
        ("handlers", SAY_SO),
        ("defaults", "uplink: by a role\n"),
    ):
        (role / name).mkdir(parents=True)
        (role / name / "main.yml").write_text(text)
    project.playbook("- {hosts: r3, roles: [uplink]}\n")
    ran = project.play()
    assert ran.code == 0, ran.screen
    assert "description by a role" in frr.r3.vtysh("show running-config")
    assert (project.folder / "said-r3.txt").read_text() == "by a role\n"
    assert ran.out.count("RUNNING HANDLER") == 1


def test_vaulted_passwords_log_in(project, frr, sshd):
    for router in (frr.r1, frr.r2):
        project.ssh_host(router.name, sshd("password"), router.user, "frr")
        del project.variables(router.name)["ansible_password"]
    project.host("r1", **project.variables("r1"))
    folder = project.folder / "host_vars"
    folder.mkdir()
    one, two = (
        seal(text.encode(), VAULT_PASSWORD.encode())
        for text in (frr.r1.user.password, f"ansible_password: {frr.r2.user.password}\n")
    )
    lines = "".join(f"  {line}\n" for line in one.decode().splitlines())
    (folder / "r1.yml").write_text(f"ansible_password: !vault |\n{lines}")
    (folder / "r2.yml").write_bytes(two)
    (project.folder / "pw").write_text(VAULT_PASSWORD)
    project.playbook("- hosts: r1:r2\n  commands: [show ip bgp]\n")
    ran = project.play("--vault-password-file", "pw", "-vvv")
    assert ran.code == 0, ran.screen
    assert project.outputs() == ["r1.txt", "r2.txt"]
    (project.folder / "pw").unlink()
    everything = ran.screen + project.everything_written()
    assert frr.r1.user.password not in everything
    assert frr.r2.user.password not in everything
    ran = project.play()
    assert ran.code == 1, ran.screen
    assert "no vault password" in ran.screen
