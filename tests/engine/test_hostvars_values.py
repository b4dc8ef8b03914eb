"""What hosts see of one another, and when."""

from __future__ import annotations

from pathlib import Path

import pytest
from playing import play

ORDERS = ["linear", "free", "serial", "threads", "processes"]


@pytest.mark.parametrize("strategy", ORDERS)
def test_values_of_others_are_those_of_before_the_task(tmp_path: Path, strategy: str) -> None:
    played = play(
        tmp_path,
        f"""
- hosts: all
  strategy: {strategy}
  tasks:
    - {{name: one, set_fact: {{n: "{{{{ inventory_hostname }}}}1"}}}}
    - {{name: see, debug: {{msg: "{{{{ hostvars['h1'].n }}}}"}}}}
    - {{name: two, set_fact: {{n: "{{{{ inventory_hostname }}}}2"}}}}
    - name: all
      debug: {{msg: "{{{{ groups.all | map('extract', hostvars, 'n') | join }}}}"}}
""",
    )
    for host in ("h1", "h2", "h3"):
        assert played.messages(host) == ["h11", "h12h22h32"]


def test_a_template_file_may_read_others(tmp_path: Path) -> None:
    (tmp_path / "x.j2").write_text("{% for h in groups.all %}{{ hostvars[h].n }}{% endfor %}")
    play(
        tmp_path,
        """
- hosts: all
  strategy: free
  tasks:
    - set_fact: {n: "{{ inventory_hostname }};"}
    - template: {src: x.j2, dest: "{{ inventory_hostname }}.out"}
""",
    )
    assert (tmp_path / "h2.out").read_text() == "h1;h2;h3;"


def test_a_host_that_is_none_has_no_variables(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
- hosts: all
  tasks:
    - debug: {msg: "{{ 'h9' in hostvars }} {{ 'h2' in hostvars }} {{ hostvars | length }}"}
    - debug: {msg: "{{ hostvars['h9'].x | default('none') }}"}
    - debug: {msg: "{{ hostvars.localhost.inventory_hostname }}"}
""",
    )
    assert played.messages("h1") == ["False True 3", "none", "localhost"]


def test_play_variables_are_not_seen_by_others(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
- hosts: all
  vars: {mine: 1}
  tasks:
    - debug: {msg: "{{ hostvars.h2.mine | default('no') }}"}
""",
    )
    assert played.messages("h1") == ["no"]


def test_groups_are_lists(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
- hosts: all
  tasks:
    - debug: {msg: "{{ groups.all + ['x'] }} {{ groups['all'] == ['h1', 'h2', 'h3'] }}"}
    - debug: {var: groups}
""",
    )
    assert played.messages("h1")[0] == "['h1', 'h2', 'h3', 'x'] True"
