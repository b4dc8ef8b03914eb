"""Files of variables, and variables given as flags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import LoadError
from runner.loading.varfiles import parse_extra_vars, read_vars
from runner.values import Origin, Source


def test_yaml_and_json(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("a: yes\nb: '{{ c }}'\n")
    (tmp_path / "a.json").write_text('{"a": true,\n\t"b": "x"}')
    scope = read_vars(tmp_path / "a.yml")
    assert scope.values == {"a": True, "b": "{{ c }}"}
    assert isinstance(scope.values["b"], Source)
    assert scope.origin("b") == Origin(str(tmp_path / "a.yml"), 2, 4)
    assert read_vars(tmp_path / "a.json").values == {"a": True, "b": "x"}


def test_an_empty_file_has_no_variables(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("---\n# nothing yet\n")
    assert read_vars(tmp_path / "a.yml").values == {}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("- a\n", 1, "must be a mapping"),
        ("text\n", 1, "must be a mapping"),
        ("a: 1\n5: 2\n", 2, "name must be text"),
        ("'{{ a }}': 2\n", 1, "name must be text"),
    ],
)
def test_wrong_files_are_located(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = tmp_path / "a.yml"
    file.write_text(text)
    with pytest.raises(LoadError, match=words) as caught:
        read_vars(file)
    assert caught.value.origin == Origin(str(file), line, 1)


def test_a_missing_file_is_an_error_where_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"^site.yml:4:7: variables file .*gone does not exist"):
        read_vars(tmp_path / "gone", origin=Origin("site.yml", 4, 7))
    with pytest.raises(LoadError, match="is a folder"):
        read_vars(tmp_path)
    with pytest.raises(LoadError, match="no possible file name"):
        read_vars("a\0b")


@pytest.mark.parametrize(
    ("flag", "values"),
    [
        ("a=1", {"a": "1"}),
        ("a=1 b=two", {"a": "1", "b": "two"}),
        ("a='x y' b=\"p q\"", {"a": "x y", "b": "p q"}),
        ("a={{ b + 1 }} c=3", {"a": "{{ b + 1 }}", "c": "3"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=", {"a": ""}),
        ('a="it\'s"', {"a": "it's"}),
        ("a=yes", {"a": "yes"}),
        ('{"a": 1, "b": [true]}', {"a": 1, "b": [True]}),
        ("{a: yes, b: 0x10}", {"a": True, "b": 16}),
        ("", {}),
    ],
)
def test_flags(flag: str, values: dict[str, Any]) -> None:
    assert parse_extra_vars([flag]) == values


def test_flags_with_templates_are_sources() -> None:
    values = parse_extra_vars(["a={{ b }}", "c=d"])
    assert (type(values["a"]), type(values["c"])) == (Source, str)


def test_the_last_flag_wins_and_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "v.yml").write_text("a: 2\nb: 2\n")
    assert parse_extra_vars(["a=1", f"@{tmp_path}/v.yml", "b=3"]) == {"a": 2, "b": "3"}


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("word", "-e word: expected key=value"),
        ("password=correct horse", "no key=value"),
        ("=x", "no key=value"),
        ("[1, 2]", "must be a mapping"),
        ("{a: [}", r"-e:1:"),
        ("./vars.yml", "wants an @"),
        ("/etc/vars.yml", "wants an @"),
        ("@gone", "gone does not exist"),
    ],
)
def test_wrong_flags(flag: str, words: str) -> None:
    with pytest.raises(LoadError, match=words) as caught:
        parse_extra_vars([flag])
    assert "horse" not in str(caught.value)


NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
TEXTS = st.text(alphabet="abc =1:{}%", max_size=10)


@given(st.dictionaries(NAMES, TEXTS, max_size=4))
def test_quoted_values_come_back_whole(values: dict[str, str]) -> None:
    flag = " ".join(f"{name}='{text}'" for name, text in values.items())
    if "{{" not in flag and "{%" not in flag:
        assert parse_extra_vars([flag]) == values


@given(st.text(alphabet="ab ='\"{}%\\\n", max_size=30).filter(lambda text: text.strip()[:1] != "@"))
def test_any_flag_is_read_or_refused(flag: str) -> None:
    try:
        values = parse_extra_vars([flag])
    except LoadError:
        return
    assert all(isinstance(name, str) for name in values)
