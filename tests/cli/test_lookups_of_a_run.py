"""Lookups that need the inventory or the vault, and filters of the user's own, in a run."""

from __future__ import annotations

from pathlib import Path

from playrunning import Playrun

PLAY = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - assert:
        that:
          - query('inventory_hostnames', 'core:!r2') == ['r1']
          - lookup('unvault', 'plain.txt') | trim == 'plain'
          - "'a' | shout == 'A!'"
    - debug: {msg: "{{ item }}"}
      with_inventory_hostnames: core
      register: out
    - assert:
        that: out.results | map(attribute='msg') | list == ['r1', 'r2']
"""

PLUGIN = """
class FilterModule:
    def filters(self):
        return {"shout": lambda value: value.upper() + "!"}
"""


def test_they_are_there(playrun: Playrun, here: Path) -> None:
    (here / "site.yml").write_text(PLAY)
    (here / "hosts").write_text("[core]\nr1\nr2\n[edge]\nr3\n")
    (here / "plain.txt").write_text("plain\n")
    (here / "my_filters").mkdir()
    (here / "my_filters/shout.py").write_text(PLUGIN)
    (here / "playrun.toml").write_text('filter_plugins = ["my_filters"]\n')
    said = playrun("site.yml", "-i", "hosts")
    assert said.code == 0, said.out + said.err


def test_a_folder_beside_the_playbook_is_not_loaded_by_itself(playrun: Playrun, here: Path) -> None:
    (here / "site.yml").write_text(PLAY)
    (here / "hosts").write_text("r1\n")
    (here / "filter_plugins").mkdir()
    (here / "filter_plugins/shout.py").write_text(PLUGIN)
    said = playrun("site.yml", "-i", "hosts")
    assert said.code == 1
    assert "there is no filter 'shout'" in said.err
