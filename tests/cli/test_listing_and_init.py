"""`inventory`, `init`, the `--list-…` flags, `--version`, and words that are no subcommand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from runner.engine.strategies import STRATEGIES

HOSTS = """
all:
  vars: {x: 1}
  hosts:
    solo: {}
  children:
    routers:
      vars: {platform: cisco_ios}
      children:
        core:
          hosts: {c1: {a: 1}, c2: {y: {5: {b: 1}, z: 1}}}
      hosts: {r1: {ansible_host: 192.0.2.1, ansible_password: hidden, other: {my_secret: hush}}}
    empty: {}
"""
PLAYS = """
- name: First
  hosts: routers
  tags: p
  tasks:
    - name: one
      debug: {msg: x}
      tags: [t1, t2]
    - debug: {msg: y}
  post_tasks:
    - name: post
      debug: {msg: x}
- hosts: all:!core
  tasks:
    - shell: "true"
      delegate_to: localhost
"""


@pytest.fixture
def project(here: Path) -> Path:
    (here / "hosts.yml").write_text(HOSTS)
    (here / "site.yml").write_text(PLAYS)
    return here


def test_the_graph_is_ansible_inventorys(project: Path, playrun: Any) -> None:
    assert playrun("inventory", "-i", "hosts.yml", "--graph").out == (
        "@all:\n"
        "  |--@ungrouped:\n"
        "  |  |--solo\n"
        "  |--@routers:\n"
        "  |  |--@core:\n"
        "  |  |  |--c1\n"
        "  |  |  |--c2\n"
        "  |  |--r1\n"
        "  |--@empty:\n"
    )


def test_the_list_is_what_a_dynamic_inventory_prints(project: Path, playrun: Any) -> None:
    said = playrun("inventory", "-i", "hosts.yml", "--list")
    listing = json.loads(said.out)
    assert listing["all"] == {"children": ["ungrouped", "routers", "empty"]}
    assert listing["routers"] == {"children": ["core"], "hosts": ["r1"]}
    assert listing["ungrouped"] == {"hosts": ["solo"]}
    assert listing["_meta"]["hostvars"]["c1"] == {"a": 1, "platform": "cisco_ios", "x": 1}
    assert "hidden" not in said.out
    assert "hush" not in said.out


def test_one_host(project: Path, playrun: Any) -> None:
    said = playrun("inventory", "-i", "hosts.yml", "--host", "r1")
    assert json.loads(said.out)["ansible_password"] == "********"
    wrong = playrun("inventory", "-i", "hosts.yml", "--host", "r11")
    assert (wrong.code, wrong.err) == (
        1,
        "playrun: no host or group is called `r11`\n  → did you mean `r1`?\n",
    )


def test_the_tasks_are_listed_as_ansible_lists_them(project: Path, playrun: Any) -> None:
    said = playrun("-i", "hosts.yml", "site.yml", "--list-tasks")
    assert said.out == (
        "\nplaybook: site.yml\n"
        "\n  play #1 (routers): First\tTAGS: [p]\n"
        "    tasks:\n"
        "      one\tTAGS: [p, t1, t2]\n"
        "      debug\tTAGS: [p]\n"
        "      post\tTAGS: [p]\n"
        "\n  play #2 (all:!core): all:!core\tTAGS: []\n"
        "    tasks:\n"
        "      shell\tTAGS: []\n"
    )
    chosen = playrun("-i", "hosts.yml", "site.yml", "--list-tasks", "-t", "t1")
    assert "one" in chosen.out
    assert "post" not in chosen.out


def test_the_hosts_and_tags_are_listed(project: Path, playrun: Any) -> None:
    hosts = playrun("-i", "hosts.yml", "site.yml", "--list-hosts", "-l", "core")
    assert "    hosts (2):\n      c1\n      c2\n" in hosts.out
    assert "    hosts (0):\n" in hosts.out
    tags = playrun("-i", "hosts.yml", "site.yml", "--list-tags")
    assert "      TASK TAGS: [p, t1, t2]\n" in tags.out
    assert not (project / ".playrun").exists()


def test_a_syntax_check_names_the_files_only(project: Path, playrun: Any) -> None:
    said = playrun("-i", "hosts.yml", "site.yml", "--syntax-check")
    assert (said.code, said.out, said.err) == (0, "\nplaybook: site.yml\n", "")


def test_tags_of_tasks_that_never_run_by_themselves_are_listed(here: Path, playrun: Any) -> None:
    tasks = "[{debug: {}, tags: [never, wipe]}, {debug: {}, tags: a}]"
    (here / "site.yml").write_text(f"- hosts: all\n  tasks: {tasks}\n")
    said = playrun("-i", "h1,", "site.yml", "--list-tags")
    assert "TASK TAGS: [a, never, wipe]\n" in said.out
    assert "never" not in playrun("-i", "h1,", "site.yml", "--list-tags", "-t", "a").out


@pytest.mark.parametrize("flag", ["--syntax-check", "--list-hosts", "--list-tasks", "--list-tags"])
def test_what_is_odd_is_said_while_listing_too(here: Path, playrun: Any, flag: str) -> None:
    (here / "site.yml").write_text("- hosts: all:nowhere\n  vars: {a: 1, a: 2}\n")
    said = playrun("-i", "h1,", "site.yml", flag)
    assert said.code == 0
    assert "[WARNING]: site.yml:2: the key a stands twice" in said.err
    assert "[WARNING]: no host or group is called `nowhere`\n" in said.err
    assert "WARNING" not in said.out


@pytest.mark.parametrize("name", ["ping", "exec"])
def test_flags_before_a_subcommand(here: Path, playrun: Any, name: str) -> None:
    said = playrun("-i", "h1,", name, "r1")
    assert said.code == 1
    assert said.err == (
        f"playrun: `{name}` is a subcommand and stands first; flags come after it\n"
        f"  → write `playrun {name} …` and then the flags\n"
    )


def test_the_help_names_every_strategy(playrun: Any) -> None:
    text = " ".join(playrun("run", "--help").out.split())
    said = text[text.index("--strategy NAME") : text.index("--processes")]
    named = re.findall(r"\w+", said)
    assert {"linear", "free", "host_pinned", *STRATEGIES} <= set(named)


def test_a_play_is_named_with_what_is_known_of_it(here: Path, playrun: Any) -> None:
    names = ["{{ what }} at {{ site }}", "for {{ inventory_hostname }}"]
    plays = (f"- name: '{name}'\n  hosts: all\n  vars: {{what: Audit}}\n" for name in names)
    (here / "playrun.toml").touch()
    (here / "site.yml").write_text("".join(plays))
    said = playrun("-i", "h1,", "site.yml", "-e", "site=HQ")
    assert "PLAY [Audit at HQ] *" in said.out
    assert "PLAY [for {{ inventory_hostname }}] *" in said.out


def test_the_limit_is_a_variable_when_there_is_one(here: Path, playrun: Any) -> None:
    (here / "playrun.toml").touch()
    text = "{{ ansible_limit | default('all of them') }}"
    (here / "site.yml").write_text(
        f'- hosts: all\n  connection: local\n  tasks: [{{debug: {{msg: "{text}"}}}}]\n'
    )
    assert '"msg": "h1"' in playrun("-i", "h1,h2", "site.yml", "-l", "h1").out
    assert '"msg": "all of them"' in playrun("-i", "h1,h2", "site.yml").out


def test_init_makes_a_project_once(here: Path, playrun: Any) -> None:
    said = playrun("init", "net")
    assert said.code == 0
    assert "playrun --lab playbooks/site.yml" in said.out
    files = {str(file.relative_to(here / "net")) for file in (here / "net").rglob("*.*")}
    template = "roles/clocks/templates/clocks.j2"
    assert {".gitignore", "playrun.toml", "inventory/hosts.yml", template} <= files
    (here / "net/playrun.toml").write_text("workers = 1\n")
    again = playrun("init", "net")
    assert again.code == 1
    assert "would be overwritten; nothing was written" in again.err
    assert (here / "net/playrun.toml").read_text() == "workers = 1\n"


@pytest.mark.lab
def test_what_init_makes_works(here: Path, playrun: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    playrun("init", "net")
    monkeypatch.chdir(here / "net")
    said = playrun("--lab", "playbooks/site.yml")
    assert said.code == 0, said.out + said.err
    assert sorted(file.name for file in (here / "net/output/collected").iterdir()) == [
        "core2.txt",
        "edge1.txt",
        "r1.txt",
        "r2.txt",
    ]
    assert (here / "net/output/backup/edge1.cfg").exists()


def test_version_and_help(playrun: Any) -> None:
    assert playrun("--version").out.startswith("playrun ")
    for words in ((), ("--help",), ("run", "--help"), ("exec", "-h")):
        said = playrun(*words)
        assert said.code == 0
        assert "Usage: playrun" in said.out


def test_a_local_file_named_like_nothing_else_is_a_playbook(here: Path, playrun: Any) -> None:
    """A word that is nearly a subcommand is still a playbook when there is one of that name."""
    (here / "pin").write_text("- hosts: localhost\n  tasks: [{debug: {msg: hi}}]\n")
    (here / "hosts.yml").write_text("all: {hosts: {r1: {}}}\n")
    assert playrun("-i", "hosts.yml", "pin").code == 0
    assert playrun("pin", "-i", "hosts.yml").code == 0
