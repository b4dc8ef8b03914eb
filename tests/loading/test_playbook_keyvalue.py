"""The old `key=value` style of arguments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.loading.keyvalue import options_in, pairs
from runner.values import Origin, Source

HERE = Origin("site.yml", 3, 7)


def known(word: str) -> bool:
    return word in ("msg", "var", "chdir", "creates")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("msg=hello", {"msg": "hello"}),
        ('msg="hello there"', {"msg": "hello there"}),
        ("msg='a b' var=x", {"msg": "a b", "var": "x"}),
        ("msg={{ a b }} var=x", {"msg": "{{ a b }}", "var": "x"}),
        ("msg=\"{{ x | join(' ') }} and\"", {"msg": "{{ x | join(' ') }} and"}),
        ("msg=a=b", {"msg": "a=b"}),
        ('msg="say \\"hi\\""', {"msg": 'say "hi"'}),
        ("msg=", {"msg": ""}),
        ("just words", None),
        ("msg=a and words", None),
        ("other=a", None),
        ('msg="open', None),
        ("", None),
    ],
)
def test_pairs(text: str, found: dict[str, str] | None) -> None:
    assert pairs(Source(text, HERE), known) == found


@pytest.mark.parametrize(
    ("text", "options", "line"),
    [
        ("ls -l", {}, "ls -l"),
        ("ls -l chdir=/tmp", {"chdir": "/tmp"}, "ls -l"),
        ("chdir=/tmp ls  'a  b'", {"chdir": "/tmp"}, "ls  'a  b'"),
        ('ls creates="{{ x }} y" -l', {"creates": "{{ x }} y"}, "ls  -l"),
        ("env other=1 ls", {}, "env other=1 ls"),
        ("echo 'chdir=/tmp'", {}, "echo 'chdir=/tmp'"),
    ],
)
def test_options_in_a_command_line(text: str, options: dict[str, str], line: str) -> None:
    assert options_in(Source(text, HERE), known) == (options, line)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'msg="one\ntwo"', "one\ntwo"),
        (r"msg='one\ttwo'", "one\ttwo"),
        (r"msg=one\ntwo", "one\ntwo"),
        (r'msg="say \"hi\""', 'say "hi"'),
        (r'msg="C:\\new \x41"', "C:\\new A"),
        (r"msg=\d+\s\w", r"\d+\s\w"),
        (r"msg=\N{NO_SUCH_NAME}", r"\N{NO_SUCH_NAME}"),
        (r"""msg="{{ x | join('\n') }}\n" """, "{{ x | join('\n') }}\n"),
    ],
)
def test_backslashes_in_values(text: str, value: str) -> None:
    assert pairs(Source(text, HERE), known) == {"msg": value}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ n }}=x", {"{{ n }}": "x"}),
        ("{{ a }}={{ b }}", {"{{ a }}": "{{ b }}"}),
        ("{{ a == b }}_c=x", {"{{ a == b }}_c": "x"}),
        ("{{ f(a=1) }}", None),
        ("{{ a }}" * 5000, None),
    ],
)
def test_a_template_may_be_a_key(text: str, found: dict[str, str] | None) -> None:
    assert pairs(Source(text, HERE), lambda _key: True) == found


def test_values_keep_their_place() -> None:
    found = pairs(Source("msg={{ x }}", HERE), known)
    assert found is not None
    assert found["msg"].origin == HERE


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    source = Source(text, HERE)
    found = pairs(source, known)
    assert found is None or all(isinstance(value, Source) for value in found.values())
    options, line = options_in(source, known)
    assert options or line == text


@given(st.text(st.characters(blacklist_characters="\"'\\{}%", blacklist_categories=("Cs",))))
def test_a_quoted_value_comes_back(text: str) -> None:
    assert pairs(Source(f'msg="{text}"', HERE), known) == {"msg": text}
