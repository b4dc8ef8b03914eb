"""Ways of writing that public playbooks have, and that must run as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from playrunning import Playrun


def _write(here: Path, **files: str) -> None:
    for name, text in files.items():
        path = here / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(("word", "gathered"), [("no", 0), ("yes", 1)])
def test_whether_facts_are_gathered_may_come_from_the_command_line(
    here: Path, playrun: Playrun, word: str, gathered: int
) -> None:
    _write(
        here,
        hosts="h1 ansible_connection=local\n",
        site="[{hosts: all, gather_facts: '{{ facts }}', tasks: [{debug: {msg: hello}}]}]\n",
    )
    said = playrun("-i", "hosts", "site", "-e", f"facts={word}")
    assert said.code == 0, said.err
    assert f"ok={1 + gathered} " in said.out


def test_hosts_whose_tasks_only_they_can_tell_have_a_device_in_the_lab(
    here: Path, playrun: Playrun
) -> None:
    _write(
        here,
        hosts="sw1 ansible_network_os=ios ansible_host=192.0.2.1\nmine ansible_connection=local\n",
        site="[{hosts: all, gather_facts: false, roles: [look]}]\n",
        roles__look__tasks__main="- include_tasks: \"{{ ansible_network_os | d('none') }}\"\n",
        roles__look__tasks__ios="- ios_command: {commands: show version}\n",
        roles__look__tasks__none="- debug: {msg: none}\n",
    )
    (here / "roles/look/tasks/main").rename(here / "roles/look/tasks/main.yml")
    said = playrun("-i", "hosts", "site", "--lab")
    assert said.code == 0, said.out + said.err
