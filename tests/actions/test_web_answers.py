"""Answers of web services that are not what they say they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from calling import a_call
from webserver import webserver

from runner.actions import ACTIONS
from runner.errors import ActionFailed


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with webserver() as address:
        yield address


@pytest.mark.parametrize("action", ["uri", "get_url"])
def test_half_a_file_is_not_taken_for_a_whole_one(tmp_path: Path, url: str, action: str) -> None:
    target = tmp_path / "kept"
    target.write_text("what was there")
    with pytest.raises(ActionFailed, match="broke off: 14 bytes are missing"):
        ACTIONS[action].run(a_call(tmp_path, action, url=f"{url}/half", dest="kept", force=True))
    assert target.read_text() == "what was there"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("../../.ssh/authorized_keys", "authorized_keys"),
        (".bashrc", "bashrc"),
        ("..", "index.html"),
        ("a\x1b[31mb", "a[31mb"),
    ],
)
def test_a_server_names_a_file_and_no_more(tmp_path: Path, said: str, name: str) -> None:
    from http.client import HTTPMessage
    from types import SimpleNamespace
    from typing import Any

    from runner.actions.get_url import _inside

    headers = HTTPMessage()
    headers["Content-Disposition"] = f'attachment; filename="{said}"'
    answer: Any = SimpleNamespace(headers=headers, url="http://x.example/y")
    assert _inside(tmp_path, answer) == tmp_path / name
