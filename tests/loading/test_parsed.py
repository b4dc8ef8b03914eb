"""Parsed YAML that is kept: the same values, as long as the file is the same, and only then."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.errors import LoadError
from runner.loading import parsed as parsed_module
from runner.loading.inventory.inventory import load_inventory
from runner.loading.parsed import ParsedFiles
from runner.loading.vault import Password, Vault
from runner.values import Origin, Secret, Source
from runner.yaml import dump, parse

VAULTED = """!vault |
  $ANSIBLE_VAULT;1.1;AES256
  33656135363030303132366538363337376332643565643662383765373436393330393837323233
  6638323565323334356564643433386639643766666461610a643733383763373034666639383532
  30613238323463636539333062333039313534616265376463353264326636363465306162303862
  3534303666626166650a623464666162386437663466353163633962363633313433373937343238
  3731
"""
TEXT = """
all:
  hosts:
    r1:
      number: 5
      float: 1.5
      nothing: ~
      flag: yes
      text: "5"
      list: [1, {a: b}, []]
      template: "x {{ number }} y"
      block: |
        one {{ number }}
        two
      unsafe: !unsafe "{{ number }}"
      5: a number as key
      true: a boolean as key
      nan: .nan
      huge: -.inf
      accent: "ü\\u2028\\0"
      "\\0": mark
      "{{ key }}": templated key
      secret: """ + VAULTED.replace("\n", "\n        ")


@pytest.fixture(autouse=True)
def small_files_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsed_module, "_LEAST", 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".playrun/cache"


def files(folder: Path, password: str = "hunter2") -> ParsedFiles:
    return ParsedFiles(Vault([Password(None, lambda _vault: password.encode())]), folder)


def only(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def flat(value: Any) -> Any:
    """Everything that matters of a value: types, marks, places."""
    if isinstance(value, dict):
        return [(flat(key), flat(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [flat(item) for item in value]
    if isinstance(value, Source):
        return ("source", str(value), value.origin)
    if isinstance(value, Secret):
        return ("secret", value.reveal())
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    return (type(value).__name__, value)


def test_what_is_kept_is_what_was_parsed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = files(folder).parse(TEXT.encode(), "inv/a.yml")
    monkeypatch.setattr(parsed_module, "parse", lambda *_a, **_k: pytest.fail("parsed again"))
    second = files(folder).parse(TEXT.encode(), "inv/a.yml")
    assert flat(second.data) == flat(first.data)
    path = ("all", "hosts", "r1", "number")
    assert second.origin(path) == first.origin(path) == Origin("inv/a.yml", 5, 15)
    assert second.data["all"]["hosts"]["r1"]["template"].origin.file == "inv/a.yml"
    # The same content under another name is the same, and says so.
    other = files(folder).parse(TEXT.encode(), "b.yml")
    assert other.data["all"]["hosts"]["r1"]["template"].origin == Origin("b.yml", 11, 17)


def test_it_is_private_and_nothing_in_it_is_open(folder: Path) -> None:
    files(folder).parse(TEXT.encode(), "a.yml").data["all"]["hosts"]["r1"]["secret"].reveal()
    assert only(folder).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    kept = only(folder).read_text()
    assert "s3cret" not in kept
    assert "hunter2" not in kept


def test_another_password_counts_at_once(folder: Path) -> None:
    files(folder).parse(TEXT.encode(), "a.yml")
    again = files(folder, "wrong").parse(TEXT.encode(), "a.yml")
    with pytest.raises(LoadError, match="no vault password fits") as caught:
        again.data["all"]["hosts"]["r1"]["secret"].reveal()
    assert caught.value.origin == Origin("a.yml", 23, 15)


def test_any_change_of_the_file_counts(folder: Path) -> None:
    files(folder).parse(b"a: 1\n", "a.yml")
    assert files(folder).parse(b"a: 2\n", "a.yml").data == {"a": 2}
    assert files(folder).parse(b"a: 1\n", "a.yml").data == {"a": 1}


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5) | st.integers() | st.booleans(), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_like, st.booleans())
@settings(max_examples=150)
def test_any_document_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, value: Any, templated: bool
) -> None:
    folder = tmp_path_factory.mktemp("p") / "cache"
    text = dump({"top": value, "t": "{{ x }}" if templated else "y"})
    expected = parse(text, "f.yml")
    for _ in range(2):
        assert flat(files(folder).parse(text.encode(), "f.yml").data) == flat(expected.data)


@given(st.integers(0, 2_000), st.integers(0, 255))
@settings(max_examples=100)
def test_damage_is_never_more_than_other_data(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    folder = tmp_path_factory.mktemp("p") / "cache"
    files(folder).parse(TEXT.encode(), "a.yml")
    path = only(folder)
    kept = bytearray(path.read_bytes())
    kept[place % len(kept)] = byte
    path.write_bytes(kept)
    for text in sources(files(folder).parse(TEXT.encode(), "a.yml").data):
        assert all(part.strip() in TEXT for part in text.split("\n"))


def sources(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in sources(item)]
    if isinstance(value, list):
        return [text for item in value for text in sources(item)]
    return [value] if isinstance(value, Source) else []


def test_a_template_that_nobody_wrote_is_no_template(folder: Path) -> None:
    files(folder).parse(b"a: 1\n", "a.yml")
    forged = {"a": {"\0": ["s", "{{ lookup('pipe', 'id') }}", 1, 1]}}
    only(folder).write_text("[false]\n" + json.dumps(forged))
    assert files(folder).parse(b"a: 1\n", "a.yml").data == {"a": 1}


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o602])
def test_what_others_could_have_written_is_not_read(folder: Path, mode: int) -> None:
    files(folder).parse(b"a: 1\n", "a.yml")
    only(folder).write_text('[false]\n{"a": 666}')
    assert files(folder).parse(b"a: 1\n", "a.yml").data == {"a": 666}
    only(folder).chmod(mode)
    assert files(folder).parse(b"a: 1\n", "a.yml").data == {"a": 1}


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    files(folder).parse(b"a: 1\n", "a.yml")
    path = only(folder)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_text('[false]\n{"a": 666}')
    assert files(folder).parse(b"a: 1\n", "a.yml").data == {"a": 1}


def test_without_a_place_to_keep_it_everything_works(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the way")
    assert files(tmp_path / "cache").parse(b"a: 1\n", "a.yml").data == {"a": 1}


def test_what_warns_is_read_again_so_that_it_warns_again(folder: Path) -> None:
    for _ in range(2):
        assert files(folder).parse(b"a: 1\na: 2\n", "a.yml").warnings
    assert not folder.exists()


def test_a_file_that_is_wrong_stays_wrong(folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(LoadError, match=r"a\.yml:1:"):
            files(folder).parse(b"a: [\n", "a.yml")


def test_only_so_many_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsed_module, "_MOST_FILES", 3)
    for number in range(6):
        files(folder).parse(f"a: {number}\n".encode(), "a.yml")
        for age, path in enumerate(sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime)):
            os.utime(path, (age, age))
    assert len(list(folder.iterdir())) == 3
    assert any('"a": 5' in path.read_text() for path in folder.iterdir())


def test_an_inventory_sees_what_changed(tmp_path: Path, folder: Path) -> None:
    inventory = tmp_path / "inv"
    (inventory / "group_vars").mkdir(parents=True)
    (inventory / "a.yml").write_text("all: {hosts: {r1: {x: 1}}}\n")
    (inventory / "group_vars/all.yml").write_text("y: 1\n")

    def values(host: str = "r1") -> dict[str, Any]:
        found = load_inventory([str(inventory)], cache=folder).vars_of(host)
        return {name: found.get(name) for name in "xyz"}

    assert values() == values() == {"x": 1, "y": 1, "z": None}
    (inventory / "a.yml").write_text("all: {hosts: {r1: {x: 2}}}\n")
    (inventory / "b.yml").write_text("all: {hosts: {r1: {z: 3}, r2: }}\n")
    (inventory / "group_vars/all.yml").write_text("y: 4\n")
    assert values() == {"x": 2, "y": 4, "z": 3}
    assert values("r2") == {"x": None, "y": 4, "z": None}
    (inventory / "b.yml").unlink()
    (inventory / "group_vars/all.yml").unlink()
    assert values() == {"x": 2, "y": None, "z": None}
