"""The actions that talk to devices, on simulated ones: what is registered, written, refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.lab

HOSTS = """
all:
  vars: {platform: cisco_ios}
  hosts:
    r1: {}
    r2: {transport: telnet}
"""
HEAD = "- hosts: all\n  vars: {ansible_become: true}\n  tasks:\n"


@pytest.fixture
def lab(here: Path, playrun: Any) -> Any:
    """Runs tasks on r1 (SSH) and r2 (Telnet)."""
    (here / "hosts.yml").write_text(HOSTS)
    (here / "playrun.toml").write_text("")

    def run(tasks: str, *words: str, head: str = HEAD) -> Any:
        lines = "".join(f"    {line}\n" for line in tasks.strip("\n").splitlines())
        (here / "site.yml").write_text(head + lines)
        return playrun("--lab", "-i", "hosts.yml", "site.yml", *words)

    return run


def results(here: Path, host: str = "r1") -> dict[str, dict[str, Any]]:
    """What each task of the last run gave on a host, by the task's name."""
    last = sorted(here.glob(".playrun/runs/*/events.jsonl"))[-1]
    events = [json.loads(line) for line in last.read_text().splitlines()]
    return {
        event["task"]: event
        for event in events
        if event["event"] == "TaskFinished" and event["host"] == host
    }


def test_the_forms_of_cli_register_what_ansibles_modules_do(here: Path, lab: Any) -> None:
    said = lab(
        """
- {name: free, cli: show version}
- {name: one, cli: {command: show version}}
- {name: several, cli: {commands: [show clock, show version]}}
- {name: ios, ios_command: {commands: show version}}
- {name: full, cisco.ios.ios_command: {commands: [show version]}}
- {name: net, cli_command: {command: show version}}
- {name: full net, ansible.netcommon.cli_command: {command: show version}}
- {name: keyvalue, ios_command: commands="show version"}
- {name: shape, debug: {msg: "{{ r.stdout_lines | length }} {{ r.stdout_lines[1][0] }}"}}
""".replace("{name: several,", "{name: several, register: r,")
    )
    assert said.code == 0, said.out
    for host in ("r1", "r2"):
        done = results(here, host)
        for text in ("free", "one", "net", "full net"):
            assert done[text]["values"]["stdout"].startswith("Cisco IOS"), text
        for single in ("ios", "full", "keyvalue"):
            (stdout,) = done[single]["values"]["stdout"]
            assert stdout.startswith("Cisco IOS")
        assert len(done["several"]["values"]["stdout"]) == 2
        assert done["shape"]["values"]["msg"].startswith("2 Cisco IOS")
        assert not any(each["values"]["changed"] for each in done.values())


def test_host_files(here: Path, lab: Any) -> None:
    said = lab("""
- {name: one, cli: show version, output: "one/{{ inventory_hostname }}.txt"}
- {name: several, cli: {commands: [show version, show users]}, output: true}
- name: slugs
  cli: {commands: [show version, show users]}
  output: "{{ inventory_hostname }}/{{ command_slug }}.txt"
- name: hidden
  cli: show running-config
  redact: true
  output: "safe/{{ inventory_hostname }}.txt"
- {name: shown, cli: show running-config, output: "open/{{ inventory_hostname }}.txt"}
- {name: nowhere, cli: show users}
""")
    assert said.code == 0, said.out
    one = (here / "output/one/r1.txt").read_text()
    assert one.startswith("Cisco IOS")
    assert one.rstrip().endswith("Configuration register is 0x2102")
    both = (here / "output/r1.txt").read_text()
    assert both.startswith("r1#show version\nCisco IOS")
    assert "\nr1#show users\n" in both
    assert (here / "output/r2/show_version.txt").read_text().startswith("Cisco IOS")
    assert (here / "output/r2/show_users.txt").exists()
    secret = "$9$4Ek1aNinvented"
    assert secret in (here / "output/open/r1.txt").read_text()
    assert secret not in (here / "output/safe/r1.txt").read_text()
    assert (here / "output/r1.txt").stat().st_mode & 0o777 == 0o600
    assert not list(here.rglob("*.partial"))


def test_an_error_line_fails_the_task_and_keeps_what_came_apart(here: Path, lab: Any) -> None:
    said = lab("""
- {name: refused, cli: {commands: [show version, show nonsense, show users]}, output: true}
""")
    assert said.code == 2
    task = results(here)["refused"]
    assert task["status"] == "failed"
    assert task["failure"]["message"].startswith("the device refused `show nonsense`: % Invalid")
    assert len(task["values"]["stdout"]) == 2
    assert not (here / "output/r1.txt").exists()
    (partial,) = here.glob("output/r1.txt*.partial")
    assert "show nonsense" in partial.read_text()


def test_questions_are_answered_only_as_declared(here: Path, lab: Any) -> None:
    said = lab(r"""
- name: asked
  cli: {commands: [{command: clear counters, prompt: '\[confirm\]', answer: ""}]}
- name: two
  cli: {command: clear counters, prompt: ['\[confirm\]', 'never'], answer: ["", "n"]}
""")
    assert said.code == 0, said.out
    assert "[confirm]" in results(here)["asked"]["values"]["stdout"][0]


def test_no_log_keeps_what_is_typed_off_the_disk_and_the_screen(here: Path, lab: Any) -> None:
    word = "hush-hush-7"
    said = lab(
        f"""
- {{name: lines, no_log: true, config: {{lines: [snmp-server community {word} RO]}}}}
- name: files
  no_log: true
  cli: {{commands: [show version, show users | include {word}]}}
  output: true
- {{name: refused, no_log: true, ignore_errors: true, cli: {word}, output: true}}
""",
        "-v",
    )
    assert said.code == 0, said.out
    assert word not in said.out + said.err
    records = [path for path in here.rglob(".playrun/runs/**/*") if path.is_file()]
    assert [path for path in records if word in path.read_text(errors="replace")] == []
    journal = [
        json.loads(line)
        for path in here.rglob("hosts/r1.jsonl")
        for line in path.read_text().splitlines()
    ]
    assert [line["sending"] for line in journal if "sending" in line] == ["********"] * 2
    assert f"r1#show users | include {word}\n" in (here / "output/r1.txt").read_text()


def test_a_question_nobody_declared_is_a_class_of_its_own(here: Path, lab: Any) -> None:
    said = lab("- {name: asked, cli: clear counters}")
    assert said.code == 2
    assert results(here)["asked"]["failure"]["kind"] == "question"
    assert "asked a question without a declared answer: 2 hosts: r1, r2" in said.out


def test_config_changes_the_running_config_and_is_in_the_journal(here: Path, lab: Any) -> None:
    (here / "templates").mkdir()
    (here / "templates/lo.j2").write_text(
        "! a comment\ninterface Loopback9\n description of {{ inventory_hostname }}\n\n"
    )
    said = lab("""
- {name: lines, config: {lines: [description by lines], parents: interface Loopback0}}
- {name: src, config: {src: lo.j2, save_when: always}}
- {name: read, cli: show running-config, register: now}
- {name: startup, cli: show startup-config, register: saved, ignore_errors: true}
- name: there
  assert:
    that:
      - "'description by lines' in now.stdout"
      - "('description of ' ~ inventory_hostname) in now.stdout"
""")
    assert said.code == 0, said.out
    assert results(here)["lines"]["values"]["commands"] == [
        "interface Loopback0",
        "description by lines",
    ]
    (journal,) = here.glob(".playrun/runs/*/hosts/r2.jsonl")
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    sent = [entry["sending"] for entry in entries if "sending" in entry]
    assert sent[:2] == ["interface Loopback0", "description by lines"]
    assert "! a comment" not in sent
    assert len(sent) == 5, "two, two, and the save"
    assert journal.stat().st_mode & 0o777 == 0o600


def test_a_refused_line_of_config_is_named(here: Path, lab: Any) -> None:
    said = lab("""
- {name: bad, config: {lines: [hostname new, nonsense here, hostname newer]}}
""")
    assert said.code == 2
    task = results(here)["bad"]
    assert "line 2" in task["failure"]["message"]
    assert "nonsense here" in task["failure"]["message"]


def test_check_mode_sends_only_what_reads(here: Path, lab: Any) -> None:
    said = lab(
        """
- {name: reads, cli: show version}
- {name: writes, cli: clear counters}
- {name: both, cli: {commands: [show version, reload]}}
- {name: config, config: {lines: [hostname checked]}}
- {name: forced, config: {lines: [hostname forced]}, check_mode: false}
- {name: read, cli: show running-config, register: now}
- {name: same, assert: {that: ["'checked' not in now.stdout", "'hostname forced' in now.stdout"]}}
""",
        "-C",
    )
    assert said.code == 0, said.out
    done = results(here)
    assert done["reads"]["values"]["stdout"].startswith("Cisco IOS")
    assert done["writes"]["status"] == "skipped"
    assert done["writes"]["values"]["unsent"] == ["clear counters"]
    assert len(done["both"]["values"]["stdout"]) == 1
    assert done["both"]["values"]["unsent"] == ["reload"]
    assert done["config"]["values"]["unsent"] == ["hostname checked"]
    (journal,) = here.glob(".playrun/runs/*/hosts/r1.jsonl")
    assert "reload" not in journal.read_text()


def test_a_backup_is_whole_or_not_there(here: Path, lab: Any) -> None:
    first = lab("- {name: keep, backup: {path: 'b/{{ inventory_hostname }}.cfg'}}")
    assert first.code == 0, first.out
    kept = here / "output/b/r1.cfg"
    text = kept.read_text()
    assert text.rstrip().endswith("end")
    assert "2 new" in first.out
    again = lab("- {name: keep, backup: {path: 'b/{{ inventory_hostname }}.cfg'}}")
    assert "2 unchanged" in again.out
    raw = lab("- {name: keep, backup: {path: 'raw/{{ inventory_hostname }}.cfg', raw: true}}")
    assert raw.code == 0
    assert len((here / "output/raw/r1.cfg").read_text()) >= len(text)


def test_max_register(here: Path, lab: Any) -> None:
    (here / "playrun.toml").write_text("max_register = 100\n")
    said = lab("""
- {name: file, cli: show version, output: true}
- {name: kept, cli: show version, register: much, output: true}
""")
    assert said.code == 2
    done = results(here)
    assert done["file"]["status"] == "ok"
    assert "max_register" in done["kept"]["failure"]["message"]


def test_a_task_may_say_how_to_connect(here: Path, lab: Any) -> None:
    (here / "lab.yml").write_text(
        "devices:\n  r1: {platform: cisco_ios, transports: [ssh, telnet]}\n"
    )
    said = lab(
        "- {name: local, connection: local, cli: show version}", "-l", "r1", "--topology", "lab.yml"
    )
    assert said.code == 0, said.out
    assert results(here)["local"]["values"]["stdout"].startswith("Cisco IOS")


def test_a_hostile_value_is_not_sent(here: Path, lab: Any) -> None:
    said = lab("""
- {name: broken, cli: "show {{ word }}", vars: {word: "version\\nreload"}, ignore_errors: true}
- {name: escape, cli: "show {{ word }}", vars: {word: "\\x1b[2J"}, ignore_errors: true}
- name: config
  config: {lines: "description {{ word }}"}
  vars: {word: "a\\x03b"}
  ignore_errors: true
""")
    assert said.code == 0
    done = results(here)
    assert "a line break in the command" in done["broken"]["failure"]["message"]
    assert "a control character" in done["escape"]["failure"]["message"]
    assert "a control character" in done["config"]["failure"]["message"]
    assert not list(here.glob(".playrun/runs/*/hosts/*.jsonl"))


def test_latin_1_survives(here: Path, lab: Any) -> None:
    (here / "hosts.yml").write_text(HOSTS.replace("r1: {}", "r1: {encoding: latin-1}"))
    said = lab("""
- {name: set, config: {lines: [description Zürich], parents: interface Loopback0}}
- {name: read, cli: show running-config, register: now, output: true}
- {name: there, assert: {that: "'description Z' in now.stdout"}}
""")
    assert said.code == 0, said.out
    assert b"description Z" in (here / "output/r1.txt").read_bytes()


def test_a_session_at_rest_is_not_used_for_a_task_that_wants_another(here: Path, lab: Any) -> None:
    """Between two tasks all hosts wait for one another, and the session goes back to its pool."""
    (here / "lab.yml").write_text("devices: {r1: {platform: cisco_ios}, r2: {platform: cisco_ios}}")
    head = "- hosts: r1\n  lockstep: always\n  tasks:\n"
    said = lab(
        """
- {name: plain, cli: show privilege, become: false}
- {name: enabled, cli: show privilege, become: true}
- {name: again, cli: show privilege, become: false}
""",
        "--topology",
        "lab.yml",
        head=head,
    )
    assert said.code == 0, said.out
    levels = [results(here)[name]["values"]["stdout"] for name in ("plain", "enabled", "again")]
    assert levels == [f"Current privilege level is {level}" for level in (1, 15, 1)]
