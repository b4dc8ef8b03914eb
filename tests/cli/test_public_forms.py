"""Ways of writing that public playbooks have, and that must run as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playrunning import Playrun, Said

Plays = Callable[..., Said]
LOCAL = "h1 ansible_connection=local\n"


@pytest.fixture
def plays(here: Path, playrun: Playrun) -> Plays:
    """Runs the file `site` of a project with these files."""

    def run(*words: str, code: int = 0, **files: str) -> Said:
        for name, text in files.items():
            path = here / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        said = playrun("-i", "hosts", "site", *words)
        assert said.code == code, said.out + said.err
        return said

    return run


@pytest.mark.parametrize(("word", "gathered"), [("no", 0), ("yes", 1)])
def test_whether_facts_are_gathered_may_come_from_the_command_line(
    plays: Plays, word: str, gathered: int
) -> None:
    said = plays(
        "-e",
        f"facts={word}",
        hosts=LOCAL,
        site="[{hosts: all, gather_facts: '{{ facts }}', tasks: [{debug: {msg: hello}}]}]\n",
    )
    assert f"ok={1 + gathered} " in said.out


def test_hosts_whose_tasks_only_they_can_tell_have_a_device_in_the_lab(plays: Plays) -> None:
    tasks = {
        "main": "- include_tasks: \"{{ ansible_network_os | d('none') }}\"\n",
        "ios": "- ios_command: {commands: show version}\n",
        "none": "- debug: {msg: none}\n",
    }
    plays(
        "--lab",
        hosts="sw1 ansible_network_os=ios ansible_host=192.0.2.1\nmine ansible_connection=local\n",
        site="[{hosts: all, gather_facts: false, roles: [look]}]\n",
        **{f"roles/look/tasks/{name}": text for name, text in tasks.items()},
    )


def test_ansibles_debug_strategy_is_linear_without_the_debugger(plays: Plays) -> None:
    plays(
        hosts=LOCAL,
        site="[{hosts: all, gather_facts: false, strategy: debug, tasks: [{debug: {msg: hi}}]}]\n",
    )


def test_a_projects_own_variable_called_platform_does_not_stand_in_the_way(
    here: Path, playrun: Playrun, plays: Plays
) -> None:
    plays(
        "--lab",
        hosts="sw1 platform=catalyst_9300\n",
        site="[{hosts: all, tasks: [{ios_command: {commands: show clock}}]}]\n",
    )
    (here / "site").write_text("[{hosts: all, tasks: [{cli_command: {command: show clock}}]}]\n")
    said = playrun("-i", "hosts", "site", "--lab")
    assert said.code == 1
    assert "no platform is called 'catalyst_9300'" in said.err


def test_a_device_that_restarts_as_it_was_told_has_done_so(plays: Plays) -> None:
    said = plays(
        "--lab",
        hosts="sw1 ansible_network_os=ios\n",
        site="""
- hosts: all
  gather_facts: false
  tasks:
    - name: restart
      cli_command: {command: reload, prompt: [confirm], answer: ['y']}
      register: told
    - {name: later, ios_command: {commands: show clock}}
    - {name: seen, debug: {msg: "{{ told.stdout }}"}}
""",
    )
    assert "Proceed with reload? [confirm]" in said.out
    assert "ok=3 " in said.out


def test_the_lab_says_whom_it_cannot_play(plays: Plays) -> None:
    said = plays(
        "--lab",
        hosts="r1 ansible_network_os=sros\n",
        site="[{hosts: all, gather_facts: false, tasks: [{cli: show version, when: false}]}]\n",
    )
    assert "the lab plays no `sros`" in said.out + said.err


def test_what_find_gives_may_be_removed_under_a_relative_folder_too(
    here: Path, plays: Plays
) -> None:
    plays(
        hosts=LOCAL,
        **{"old/a": "1", "old/b": "2"},
        site="""
- hosts: all
  gather_facts: false
  tasks:
    - find: {paths: old}
      register: found
    - set_fact: {names: "{{ found.files | map(attribute='path') | sort }}"}
    - file: {path: "{{ item }}", state: absent}
      loop: "{{ names[:1] }}"
""",
    )
    assert [path.name for path in (here / "old").iterdir()] == ["b"]


def test_a_lone_dash_among_conditions_holds(plays: Plays) -> None:
    said = plays(
        hosts=LOCAL,
        site="""
- hosts: all
  gather_facts: false
  tasks:
    - debug: {msg: shown}
      when:
        - 1 == 1
        -
    - debug: {msg: hidden}
      when:
        -
        - 1 == 2
""",
    )
    assert "shown" in said.out
    assert "hidden" not in said.out


def test_an_include_with_a_loop_tells_what_it_includes(plays: Plays) -> None:
    said = plays(
        hosts=LOCAL,
        more="- debug: {msg: '{{ item }}'}\n",
        site="""
- hosts: all
  gather_facts: false
  tasks:
    - {include_tasks: more, loop: [1, 2, 3], when: item != 2}
""",
    )
    assert "included: [h1] => more, more\n" in said.out
    assert "skipping: [h1] => (item=2)" in said.out
    assert "ok: [h1] => (item=1)\n" not in said.out


def test_a_listing_fills_in_whom_a_play_is_for(plays: Plays) -> None:
    said = plays(
        "-e",
        "who=h1",
        "--list-hosts",
        hosts="h1\nh2\n",
        site="[{hosts: '{{ who }}', gather_facts: false, tasks: [{debug: {msg: hi}}]}]\n",
    )
    assert "play #1 (h1): h1\t" in said.out
    assert "pattern: ['h1']" in said.out


def test_a_connection_that_is_no_command_line_is_refused_by_task_and_line(plays: Plays) -> None:
    said = plays(
        hosts="sw1 ansible_network_os=eos ansible_connection=httpapi\n",
        site="""
- hosts: all
  gather_facts: false
  tasks:
    - eos_command: {commands: show version}
    - eos_command: {commands: show clock}
""",
        code=1,
    )
    assert said.err.count("the connection `httpapi` of sw1 is no command line") == 1
    assert "site:5:7: " in said.err


def test_a_value_that_is_not_there_has_no_kind(plays: Plays) -> None:
    said = plays(
        code=2,
        hosts=LOCAL,
        site="""
- hosts: all
  gather_facts: false
  tasks:
    - debug: {msg: seen}
      register: looked
    - debug: {msg: never}
      when: looked.vlan is not none
""",
    )
    assert "vlan" in said.out
    assert "failed=1" in said.out


def test_what_is_gone_through_once_is_a_list(plays: Plays) -> None:
    said = plays(
        hosts=LOCAL,
        site="""
- hosts: all
  gather_facts: false
  vars: {ports: {eth1: up, eth2: down}}
  tasks:
    - debug: {msg: "{{ ports.keys() | length }} of {{ ports.keys() }}, {{ ports.keys()[0] }}"}
    - debug: {msg: "{{ ports.values() | map('upper') }} {{ ports | select('search', '2') }}"}
""",
    )
    assert "2 of ['eth1', 'eth2'], eth1" in said.out
    assert "['UP', 'DOWN'] ['eth2']" in said.out


@pytest.mark.parametrize(
    ("words", "hosts"),
    [((), ["h1", "h2", "h3"]), (("-e", "way=reverse_sorted"), ["h3", "h2", "h1"])],
)
def test_strategy_and_order_may_be_templates(
    plays: Plays, words: tuple[str, ...], hosts: list[str]
) -> None:
    said = plays(
        *words,
        hosts="[all]\nh2\nh3\nh1\n[all:vars]\nansible_connection=local\n",
        site="""
- hosts: all
  gather_facts: false
  vars: {way: sorted}
  strategy: "{{ how | default('serial') }}"
  order: "{{ way }}"
  tasks: [{debug: {msg: hello}}]
""",
    )
    shown = [line for line in said.out.splitlines() if line.startswith("ok: [")]
    assert [line[5:7] for line in shown] == hosts


def test_a_strategy_that_a_template_misspells_is_refused_where_it_stands(plays: Plays) -> None:
    said = plays(
        "-e",
        "how=linaer",
        code=1,
        hosts=LOCAL,
        site="- hosts: all\n  strategy: '{{ how }}'\n  tasks: [{debug: {msg: hello}}]\n",
    )
    assert "site:2:13: there is no strategy `linaer`" in said.err
    assert "did you mean `linear`?" in said.err
