"""Device tasks as playbooks write them, on simulated devices: conditions, questions, old forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.lab

HOSTS = """
all:
  vars: {ansible_become: true}
  children:
    ios: {vars: {ansible_network_os: cisco.ios.ios}, hosts: {r1: {}, r2: {transport: telnet}}}
    bare: {hosts: {b1: {}}}
    nexus: {vars: {platform: cisco_nxos}, hosts: {n1: {}}}
    frr: {vars: {platform: frr}, hosts: {f1: {}}}
"""


@pytest.fixture
def play(here: Path, playrun: Any) -> Any:
    """Runs one play; gives what playrun said and each task's values by name and host."""
    (here / "hosts.yml").write_text(HOSTS)
    (here / "playrun.toml").write_text("")

    def run(text: str, *words: str) -> tuple[Any, dict[tuple[str, str], dict[str, Any]]]:
        (here / "site.yml").write_text(text)
        said = playrun("--lab", "-i", "hosts.yml", "site.yml", *words)
        records = sorted(here.glob(".playrun/runs/*/events.jsonl"))
        lines = records[-1].read_text().splitlines() if records else []
        events = [json.loads(line) for line in lines]
        return said, {
            (event["task"], event["host"]): event["values"]
            for event in events
            if event["event"] == "TaskFinished"
        }

    return run


def test_wait_for(play: Any) -> None:
    said, done = play("""
- hosts: ios
  gather_facts: false
  tasks:
    - name: holds
      ios_command: {commands: [show version, show clock], wait_for: "result[0] contains IOS"}
    - name: one is enough
      cli:
        command: show version
        waitfor: ["result[0] contains nowhere", "result[0] contains IOS"]
        match: any
    - name: never
      ios_command:
        commands: show version
        wait_for: ["result[0] contains IOS", "result[0] contains nowhere"]
        retries: 2
        interval: 0
      ignore_errors: true
    - name: bad
      ios_command: {commands: show version, wait_for: "{{ 'result[0] includes x' }}"}
      ignore_errors: true
""")
    assert said.code == 0, said.out
    for host in ("r1", "r2"):
        assert len(done["holds", host]["stdout"]) == 2
        assert done["one is enough", host]["stdout"].startswith("Cisco IOS")
        never = done["never", host]
        assert never["failed_conditions"] == ["result[0] contains nowhere"]
        assert never["stdout"][0].startswith("Cisco IOS")
        assert "tried 3 times" in never["msg"]
        assert "no operator `includes`" in done["bad", host]["msg"]


def test_only_the_last_try_is_in_the_host_file(here: Path, play: Any) -> None:
    said, _ = play("""
- hosts: r1
  gather_facts: false
  tasks:
    - cli: {command: show clock, wait_for: "result[0] contains nowhere", retries: 2, interval: 0}
      output: "clock.txt"
      ignore_errors: true
    - cli: {command: show version, wait_for: "result[0] contains IOS"}
      output: "version.txt"
""")
    assert said.code == 0, said.out
    assert not (here / "output" / "clock.txt").exists()
    assert (here / "output" / "version.txt").read_text().count("Cisco IOS XE Software, Ver") == 1


def test_questions(play: Any) -> None:
    said, done = play(r"""
- hosts: r1
  gather_facts: false
  tasks:
    - name: literal
      ios_command: {commands: [{command: clear counters, prompt: "[confirm]", answer: y}]}
    - name: one for all
      cli_command: {command: clear logging, prompt: ['\[never\]', 'CONFIRM'], answer: "\r"}
    - name: all of them
      cli_command:
        command: configure
        check_all: true
        prompt: ['terminal\]', 'x']
        answer: [terminal, y]
    - name: not asked
      cli_command: {command: show version, check_all: true, prompt: x, answer: y}
    - name: sent
      cli_command: {command: show version, sendonly: true}
""")
    assert said.code == 0, said.out
    assert done["literal", "r1"]["stdout"] == [
        'Clear "show interface" counters on all interfaces [confirm]y'
    ]
    assert done["one for all", "r1"]["stdout"] == "Clear logging buffer [confirm]"
    (one,) = done["all of them", "r1"]["warnings"]
    (none,) = done["not asked", "r1"]["warnings"]
    assert "asked 1 of the 2 questions" in one
    assert "asked 0 of the 1 questions" in none
    assert done["not asked", "r1"]["stdout"].startswith("Cisco IOS")
    assert "stdout" not in done["sent", "r1"]


def test_json(play: Any) -> None:
    said, done = play("""
- hosts: n1,r1
  gather_facts: false
  tasks:
    - name: structure
      nxos_command: {commands: [{command: show system resources, output: json}, show clock]}
      when: inventory_hostname == 'n1'
    - name: condition
      nxos_command:
        commands: show system resources | json
        wait_for: result[0].memory_usage_total gt 8000000
      when: inventory_hostname == 'n1'
    - name: none there
      ios_command: {commands: [{command: show version, output: json}]}
      when: inventory_hostname == 'r1'
      ignore_errors: true
""")
    assert said.code == 0, said.out
    assert done["structure", "n1"]["stdout"][0]["memory_usage_free"] == "4080926"
    assert isinstance(done["structure", "n1"]["stdout"][1], str)
    assert done["condition", "n1"]["stdout"][0]["memory_usage_total"] == "8161852"
    assert "prints no JSON" in done["none there", "r1"]["msg"]


def test_check_mode_warns_of_what_is_not_sent(play: Any) -> None:
    said, done = play(
        """
- hosts: r1
  gather_facts: false
  tasks:
    - {name: both, ios_command: {commands: [show version, configure terminal]}}
    - {name: put, net_put: {src: site.yml, dest: "flash:x"}}
""",
        "--check",
    )
    assert said.code == 0, said.out
    assert done["both", "r1"]["unsent"] == ["configure terminal"]
    assert "`configure terminal` may change the device" in done["both", "r1"]["warnings"][0]
    assert done["put", "r1"]["skipped"]


def test_the_old_form_reaches_the_device_and_is_named_once(play: Any) -> None:
    said, done = play("""
- hosts: r1,r2,b1
  gather_facts: false
  connection: local
  vars:
    login: {host: "{{ inventory_hostname }}", username: nobody, password: wrong, transport: cli}
  tasks:
    - {name: one, ios_command: {commands: show version, provider: "{{ login }}"}}
    - {name: two, ios_command: {commands: [show clock]}}
    - {name: three, ios_facts: {provider: "{{ login }}"}}
    - {name: fact, debug: {msg: "{{ ansible_net_version }} {{ ansible_net_system }}"}}
""")
    assert said.code == 0, said.out
    for host in ("r1", "r2", "b1"):
        assert done["one", host]["stdout"][0].startswith("Cisco IOS")
        assert done["fact", host]["msg"] == "17.9.4a ios"
    told = said.out + said.err
    assert told.count("are an old form") == 1


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("{ios_facts: {provider: {transport: nxapi}}}", "transport `nxapi` is no command line"),
        ("{ios_command: {commands: x, provider: cli}}", "`provider` must be a mapping"),
        ("{ios_command: {commands: x}, connection: netconf}", "`netconf` is no command line"),
        (
            "{ios_command: {commands: x}, vars: {ansible_connection: ansible.netcommon.httpapi}}",
            "`ansible.netcommon.httpapi` is no command line",
        ),
        (
            "{ios_command: {commands: x}, connection: network-cli}",
            "there is no connection `network-cli`",
        ),
    ],
)
def test_what_is_no_command_line_is_refused_by_task_and_line(
    play: Any, task: str, message: str
) -> None:
    said, done = play(f"- hosts: r1\n  gather_facts: false\n  tasks:\n    - {task}\n")
    assert said.code == 1
    assert message in said.err
    assert "site.yml:4:" in said.err
    assert not done


def test_other_ways_to_become_are_refused(play: Any) -> None:
    said, _ = play("""
- hosts: r1
  gather_facts: false
  become_method: sudo
  tasks:
    - {name: show, ios_command: {commands: show version}}
""")
    assert said.code != 0
    assert (
        "`become_method: sudo` is no way to become privileged on cisco_ios" in said.out + said.err
    )


def test_facts_are_refused_where_there_are_none(play: Any) -> None:
    said, done = play("""
- hosts: r1
  gather_facts: false
  vars: {models: [interfaces]}
  tasks:
    - {name: subset, ios_facts: {gather_subset: [hardwear]}, ignore_errors: true}
    - {name: models, ios_facts: {gather_network_resources: "{{ models }}"}, ignore_errors: true}
    - {name: fewer, ios_facts: {gather_subset: ["!config", "!interfaces"]}}
""")
    assert said.code == 0, said.out
    assert "no `hardwear` for ios" in done["subset", "r1"]["msg"]
    assert "no resource models" in done["models", "r1"]["msg"]
    fewer = done["fewer", "r1"]["ansible_facts"]
    assert fewer["ansible_net_gather_subset"] == ["default", "hardware"]
    assert "ansible_net_config" not in fewer


def test_a_ping_that_never_ends_is_interrupted(play: Any) -> None:
    said, done = play("""
- hosts: f1
  gather_facts: false
  tasks:
    - {name: there, frr_ping: {dest: 192.0.2.9, count: 2}}
    - {name: lost, frr_ping: {dest: 240.0.2.9, count: 1}, ignore_errors: true}
    - {name: after, frr_command: {commands: show version}}
    - {name: no such word, net_ping: {dest: 192.0.2.9, vrf: red}, ignore_errors: true}
""")
    assert said.code == 0, said.out
    assert done["there", "f1"]["commands"] == ["ping 192.0.2.9"]
    assert done["there", "f1"]["packets_tx"] == done["there", "f1"]["packets_rx"] == 2
    assert done["lost", "f1"]["packet_loss"] == "100%"
    assert done["after", "f1"]["stdout"][0].startswith("FRRouting")
    assert "the ping of frr has no `vrf`" in done["no such word", "f1"]["msg"]


def test_a_configuration_that_is_not_shown_is_missed(play: Any) -> None:
    said, done = play("""
- hosts: r1
  gather_facts: false
  become: false
  vars: {ansible_become: false}
  tasks:
    - {name: below, ios_facts: {gather_subset: config}}
    - {name: seen, debug: {msg: "{{ ansible_net_config | default('none') }}"}}
""")
    assert said.code == 0, said.out
    (warning,) = done["below", "r1"]["warnings"]
    assert warning.startswith("ansible_net_config is not there: the device refused `show running")
    assert "`become: true`" in warning
    assert f"[WARNING]: {warning}" in said.out
    assert done["seen", "r1"]["msg"] == "none"


def test_answers_stand_in_the_output(play: Any) -> None:
    said, done = play("""
- hosts: r1
  gather_facts: false
  tasks:
    - name: plain
      cli_command: {command: clear logging, prompt: confirm, answer: y, newline: false}
    - {name: sent only, cli_command: {command: show privilege, sendonly: true}}
""")
    assert said.code == 0, said.out
    assert done["plain", "r1"]["stdout"] == "Clear logging buffer [confirm]y"
    assert "stdout" not in done["sent only", "r1"]
