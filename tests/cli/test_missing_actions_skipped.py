"""Actions that playrun has not, in tasks that no host comes to: those of other vendors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

HOSTS = """\
all:
  hosts: {h1: {os: nxos, n: 1}, h2: {os: nxos, n: 2}}
  vars: {ansible_connection: local}
"""
PLAY = """\
- hosts: all
  gather_facts: false
  tasks:
    - ios_config: {lines: [a]}
      when: os == 'ios'
    - import_tasks: junos.yml
      when: os == 'junos'
    - debug: {msg: end}
"""
WHY = "the action `yum` is not supported yet"


def _says(here: Path, playrun: Any, playbook: str, *words: str) -> Any:
    (here / "hosts.yml").write_text(HOSTS)
    (here / "site.yml").write_text(playbook)
    (here / "junos.yml").write_text("- {name: junos, junos_config: {lines: [a]}}\n")
    return playrun("-i", "hosts.yml", "site.yml", *words)


def test_they_are_skipped_under_their_own_words(here: Path, playrun: Any) -> None:
    said = _says(here, playrun, PLAY)
    assert said.code == 0
    assert said.err == ""
    assert "TASK [ios_config] *" in said.out
    assert "TASK [junos] *" in said.out
    assert said.out.count("skipping: [h1]") == said.out.count("skipping: [h2]") == 2
    assert said.out.count("ok=1 ") == said.out.count("skipped=2 ") == 2


def test_a_check_of_the_words_finds_nothing_and_a_list_has_them(here: Path, playrun: Any) -> None:
    assert _says(here, playrun, PLAY, "--syntax-check").code == 0
    listed = _says(here, playrun, PLAY, "--list-tasks")
    assert listed.code == 0
    assert "      ios_config\tTAGS: []\n      junos\tTAGS: []\n      debug\t" in listed.out


def test_lint_lists_them(here: Path, playrun: Any) -> None:
    _says(here, playrun, PLAY)
    said = playrun("lint", "--ansible", "site.yml")
    assert said.code == 2
    assert "site.yml:4:7: the action `ios_config` is not supported yet" in said.out
    assert "junos.yml:1:17: the action `junos_config` is not supported yet" in said.out


def test_with_another_mistake_all_are_told(here: Path, playrun: Any) -> None:
    said = _says(here, playrun, PLAY + "    - debgu: {msg: x}\n    - {yum: x}\n")
    assert said.code == 1
    assert "junos.yml:1:17: the action `junos_config` is not supported yet" in said.err
    assert said.err.endswith("playrun: 4 problems; nothing was run\n")


def test_one_that_a_host_would_come_to_is_told_with_mistakes_in_templates(
    here: Path, playrun: Any
) -> None:
    more = "    - {yum: x}\n    - debug: {msg: '{{ n | nosuch }}'}\n      when: n == 9\n"
    run, check = (_says(here, playrun, PLAY + more, *flags) for flags in ((), ("--syntax-check",)))
    assert run.code == check.code == 1
    assert run.err == check.err
    assert WHY in run.err
    assert "there is no filter 'nosuch'" in run.err
    assert "ios_config" not in run.err
    assert run.err.endswith("playrun: 2 problems; nothing was run\n")


def test_nothing_is_asked_before_it_is_refused(here: Path, playrun: Any) -> None:
    prompt = "  vars_prompt: [{name: word, prompt: Say}]\n  tasks:\n"
    said = _says(here, playrun, PLAY.replace("  tasks:\n", prompt) + "    - {yum: x}\n")
    assert said.code == 1
    assert WHY in said.err
    assert "Say" not in said.out + said.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "there is no inventory"),
        (("-i", "nowhere.yml"), "nowhere.yml"),
        (("-i", "h1,", "--limit", "h7"), "h7"),
    ],
)
def test_where_no_host_is_known_both_are_told(
    here: Path, playrun: Any, words: tuple[str, ...], message: str
) -> None:
    (here / "site.yml").write_text("- hosts: h1\n  tasks: [{yum: x, when: false}]\n")
    said = playrun("site.yml", *words)
    assert said.code == 1
    assert WHY in said.err
    assert message in said.err
    assert said.err.endswith("playrun: 2 problems; nothing was run\n")


def test_in_a_file_that_only_the_run_reads_it_fails_where_it_is_come_to(
    here: Path, playrun: Any
) -> None:
    (here / "nxos.yml").write_text(
        "- {name: two, yum: x, when: n == 2, failed_when: false}\n- debug: {msg: went on}\n"
    )
    said = _says(
        here,
        playrun,
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - include_tasks: '{{ os }}.yml'\n",
    )
    assert said.code == 2
    assert "skipping: [h1]" in said.out
    assert f'"msg": "{WHY}"' in said.out
    assert "    at nxos.yml:1:15\n    hint: playrun looks after network devices" in said.out
    assert said.out.count("went on") == 1


def test_those_of_files_that_are_included_are_told_with_other_mistakes_and_by_lint(
    here: Path, playrun: Any
) -> None:
    included = PLAY.replace("import_tasks", "include_tasks")
    assert _says(here, playrun, included).code == 0
    assert "junos.yml:1:17: the action" in playrun("lint", "--ansible", "site.yml").out
    said = _says(here, playrun, included + "    - debgu: {msg: x}\n")
    assert "junos.yml:1:17: the action `junos_config`" in said.err
    assert said.err.endswith("playrun: 3 problems; nothing was run\n")
