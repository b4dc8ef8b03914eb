"""The lookup `password`: made once, kept privately, and the same file as Ansible's."""

from __future__ import annotations

import string
import threading
from pathlib import Path
from typing import Any

import pytest

from runner.errors import RenderError
from runner.templating import Templar
from runner.values import Masks, Source


def looked_up(project: Path, arguments: str, masks: Masks | None = None) -> Any:
    templar = Templar(masks=masks)
    variables = templar.variables({"playbook_dir": str(project)})
    return templar.render(Source(f"{{{{ lookup('password', {arguments}) }}}}"), variables)


def test_is_kept_in_a_private_file(tmp_path: Path) -> None:
    first = looked_up(tmp_path, "'secrets/r1 length=12 chars=digits'")
    assert len(first) == 12
    assert set(first) <= set(string.digits)
    assert (tmp_path / "secrets/r1").read_text() == first + "\n"
    assert (tmp_path / "secrets/r1").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert looked_up(tmp_path, "'secrets/r1 length=12 chars=digits'") == first
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["r1"]


def test_a_file_that_ansible_made_is_read(tmp_path: Path) -> None:
    (tmp_path / "made").write_text("L6FWq0i9X.sp salt=HBn4IXRGjDfCrtv5\n")
    assert looked_up(tmp_path, "'made'") == "L6FWq0i9X.sp"


def test_nothing_is_kept_in_dev_null(tmp_path: Path) -> None:
    assert looked_up(tmp_path, "'/dev/null'") != looked_up(tmp_path, "'/dev/null'")
    assert list(tmp_path.iterdir()) == []


def test_a_seed_gives_the_same_again(tmp_path: Path) -> None:
    assert looked_up(tmp_path, "'a', seed='r1'") == looked_up(tmp_path, "'b', seed='r1'")
    assert looked_up(tmp_path, "'a', seed='r1'") != looked_up(tmp_path, "'c', seed='r2'")


@pytest.mark.parametrize(
    ("arguments", "alphabet"),
    [
        ("'/dev/null chars=ascii_lowercase'", string.ascii_lowercase),
        ("'/dev/null chars=abc'", "abc"),
        ("'/dev/null chars=digits,,'", string.digits + ","),
        ("'/dev/null', chars=['digits', '!']", string.digits + "!"),
        ("'/dev/null'", string.ascii_letters + string.digits + ".,:-_"),
    ],
)
def test_characters(tmp_path: Path, arguments: str, alphabet: str) -> None:
    found = "".join(looked_up(tmp_path, arguments) for _ in range(30))
    assert set(found) <= set(alphabet)
    assert len(found) == 600


def test_hosts_that_ask_at_once_get_one_password(tmp_path: Path) -> None:
    found: list[str] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait(10)
        found.append(looked_up(tmp_path, "'shared'"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(found) == 8
    assert len(set(found)) == 1


def test_is_masked_from_then_on(tmp_path: Path) -> None:
    masks = Masks()
    plain = looked_up(tmp_path, "'r1'", masks)
    assert masks.mask(f"username a password {plain}") == "username a password ********"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("'a bogus=1'", "the lookup 'password' has no option 'bogus'"),
        ("'a length=x'", "the lookup 'password': length is a number"),
        ("'empty'", "is empty"),
    ],
)
def test_mistakes(tmp_path: Path, arguments: str, message: str) -> None:
    (tmp_path / "empty").write_text("")
    with pytest.raises(RenderError, match=message):
        looked_up(tmp_path, arguments)
