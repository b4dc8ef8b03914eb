"""What a task is given to prove who asks is shown nowhere, whoever repeats it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from calling import a_call
from playrunning import Playrun
from webserver import webserver

from runner.actions import ACTIONS

PLAY = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: asking
      {task}
      register: told
    - debug: {{var: told}}
"""
ASKING = "import getpass; print('so it is ' + input('Password: '))"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with webserver() as address:
        yield address


def shown(here: Path, said: Any) -> str:
    """All that a run says, and leaves in its record."""
    kept = (path for path in (here / ".playrun").rglob("*") if path.is_file())
    text: str = said.out + said.err + "".join(path.read_text("utf-8", "replace") for path in kept)
    return text


@pytest.mark.parametrize(
    "arguments",
    [
        "url: {url}/echo, headers: {{Authorization: Bearer s3cr3t-words}}",
        "url: {url}/echo, headers: {{X-Mine: s3cr3t-words, X-Auth-Token: s3cr3t-words}}",
        "url: {url}/echo?s3cr3t-words, url_username: me, url_password: s3cr3t-words, "
        "force_basic_auth: true",
        "url: {url}/echo?s3cr3t-words, url_username: me, url_password: s3cr3t-words",
    ],
)
def test_what_a_web_service_is_told(here: Path, playrun: Playrun, url: str, arguments: str) -> None:
    task = f"uri: {{{arguments.format(url=url)}, return_content: true}}"
    (here / "site.yml").write_text(PLAY.format(task=task))
    said = playrun("site.yml", "-vvv")
    assert said.code == 0, said.out + said.err
    assert "********" in said.out
    assert "s3cr3t" not in shown(here, said)


def test_a_password_in_an_address(here: Path, playrun: Playrun, url: str) -> None:
    whole = url.replace("//", "//me:s3cr3t-words@") + "/echo"
    (here / "site.yml").write_text(PLAY.format(task=f"uri: {{url: '{whole}'}}"))
    assert "s3cr3t" not in shown(here, playrun("site.yml", "-vvv"))


def test_what_answers_a_question_for_a_password(here: Path, playrun: Playrun) -> None:
    (here / "ask.py").write_text(ASKING)
    task = f"expect: {{command: '{sys.executable} ask.py', responses: {{Password: s3cr3t-words}}}}"
    (here / "site.yml").write_text(PLAY.format(task=task))
    said = playrun("site.yml", "-vvv")
    assert "so it is ********" in said.out
    assert "s3cr3t" not in shown(here, said)


@pytest.mark.parametrize("echo", [True, False])
def test_what_was_typed_unseen_stays_so(tmp_path: Path, echo: bool) -> None:
    call = a_call(tmp_path, "pause", prompt="the key", echo=echo)
    hidden: list[str] = []
    call.hide = hidden.append
    call.ask = lambda _question, _echo, _cut: "s3cr3t-words"
    outcome = ACTIONS["pause"].run(call)
    assert outcome.values["user_input"] == "s3cr3t-words"
    assert hidden == ([] if echo else ["s3cr3t-words"])


@pytest.mark.parametrize(
    ("header", "at", "kept"),
    [
        ("Authorization", "https://a.example/x", True),
        ("Authorization", "http://a.example/x", False),
        ("Authorization", "https://b.example/x", False),
        ("X-Auth-Token", "https://b.example/x", False),
        ("Api-Key", "https://a.example:8443/x", False),
        ("Accept", "https://b.example/x", True),
    ],
)
def test_what_proves_who_asks_goes_nowhere_else(header: str, at: str, kept: bool) -> None:
    import urllib.request
    from http.client import HTTPMessage
    from io import BytesIO

    from runner.actions.web.client import _Redirects

    asked = urllib.request.Request("https://a.example/", headers={header: "s3cr3t-words"})
    sent = _Redirects("all").redirect_request(asked, BytesIO(), 302, "", HTTPMessage(), at)
    assert sent is not None
    assert ("s3cr3t-words" in sent.headers.values()) is kept


@pytest.mark.parametrize(
    "task",
    [
        "include_tasks: '{{ pw }}'",
        "{include_tasks: '{{ word }}', no_log: true}",
        "{debug: {msg: x}, changed_when: true, notify: '{{ word }}', no_log: true}",
        "{fail: {msg: x}, delegate_to: '{{ pw }}'}",
    ],
)
def test_what_follows_a_task_and_fails(here: Path, playrun: Playrun, task: str) -> None:
    (here / "pw.yml").write_text("- hosts: localhost\n")
    given = f"    - {task}\n" if task.startswith("{") else f"    - {{{task}}}\n"
    (here / "site.yml").write_text(
        "- hosts: localhost\n  connection: local\n  gather_facts: false\n"
        "  vars: {word: s3cr3t-words}\n"
        f"  vars_prompt: [{{name: pw, default: s3cr3t-words}}]\n  tasks:\n{given}"
    )
    said = playrun("site.yml", "-vvv")
    assert said.code == 2
    assert "s3cr3t" not in shown(here, said)
