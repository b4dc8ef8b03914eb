"""Template files: options, includes, places of mistakes, and one compilation a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment
from scenes import rendered, variables

from runner.errors import RenderError
from runner.templating import Templar, TemplateOptions, UndefinedVariable


def _file(folder: Path, text: str, name: str = "t.j2") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, newline="")
    return path


TEXTS = [
    ("a {{ x }}\n", "a 1\n"),
    ("a {{ x }}", "a 1"),
    ("a\n\n\n", "a\n\n\n"),
    ("{% if x %}\n  b\n{% endif %}\nc\n", "  b\nc\n"),
    ("  {% if x %}\nb\n  {% endif %}\n", "  b\n  \n"),
    ("{{ none }}|{{ [1, none] }}|{{ true }}|{{ 1.0 }}\n", "|[1, None]|True|1.0\n"),
    (r"{{ 'a\tb' }}", "a\tb"),
    (r"{{ 'it\'s' }}", "it's"),
    (r"{{ 'a.b' | regex_replace('\.', '-') }}", "a-b"),
    (r"{{ '5' | regex_replace('(\d)', '\\1\\1') }}", "55"),
    ("{{ x }}\n", "1"),
    ("{{ x | string }}\n", "1\n"),
    ("{{ [x] }}\n", "[1]"),
    ("{{ x }}{{ x }}\n", "11\n"),
    ("{% if x %}{{ x }}{% endif %}{{ none }}\n", "1"),
    ("{% if not x %}\nb\n{% endif %}\n", ""),
    ("{# only a comment #}\n\n", ""),
    ("{{ none }}\n", ""),
    ("{{ '' }}\n", "\n"),
    ("{{ {'a': x}.keys() }} {{ {'a': x}.items() }}\n", "['a'] [['a', 1]]\n"),
    ("{{ [x] | map('string') }}-{{ ([x] | select) ~ 'a' }}\n", "['1']-[1]a\n"),
    ("{{ ([x] | select | length) + ([x] | reverse)[0] }} {{ {'a': x}.keys()[0] }}\n", "2 a\n"),
    ("{% set g = [x] | select %}{{ g | list }}{{ g | list }}\n", "[1][1]\n"),
    ("a {{ [{'a': x}] | groupby('a') }}\n", "a [(1, [{'a': 1}])]\n"),
    ("{{ ([{'a': x}] | groupby('a') | first) ~ '' }}\n", "(1, [{'a': 1}])\n"),
    ("{{ [{'a': x}] | groupby('a') }}\n", "[[1, [{'a': 1}]]]"),
    ("{{ range(3) }}\n", "[0, 1, 2]"),
    ("a{{ omit }}{{ 'b' if false }}{{ range(3) }}\n", "arange(0, 3)\n"),
    ("{{ nope | int | default(7) }}{% set y = nope | upper %}{{ y is defined }}\n", "7False\n"),
    ("", ""),
    ("\n", "\n"),
    ("\r\n", "\r\n"),
    ("a\r\nb }}\r\n", "a\r\nb }}\r\n"),
    ("a\r\nb {{ x }}\r\n", "a\nb 1\n"),
    ("#jinja2: variable_start_string: '[['\n\n", ""),
    ("#jinja2: variable_start_string: '[['\na\r\n", "a\n"),
    ("{# only a comment #}", ""),
    ("{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m(x) }}{{ m(omit) }}", "[1][]"),
    ("{% set l = [] %}{% set _ = l.append(x) %}{{ l }}", "[1]"),
    ("#jinja2: lstrip_blocks: true\n  {% if x %}\nb\n  {% endif %}\n", "b\n"),
    ("#jinja2: trim_blocks: False, lstrip_blocks: True\n{% if x %}\nb\n{% endif %}\n", "\nb\n"),
    ("#jinja2:variable_start_string:'[%',variable_end_string:'%]'\n[% x %]{{ x }}\n", "1{{ x }}\n"),
    ("#jinja2: newline_sequence: '\\r\\n'\na\nb\n", "a\r\nb\r\n"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_a_file_is_rendered_to_text(
    templar: Templar, tmp_path: Path, text: str, expected: str
) -> None:
    assert templar.file(_file(tmp_path, text), variables(templar, {"x": 1})) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ 'x' if false }}\n", "the result is undefined"),
        ("{{ omit }}\n", "the whole template gives `omit`"),
        ("{{ now }}\n", "the result is a function"),
    ],
)
def test_what_alone_is_no_text(templar: Templar, tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RenderError, match=message):
        templar.file(_file(tmp_path, text), variables(templar))


def test_options_of_the_task(templar: Templar, tmp_path: Path) -> None:
    path = _file(tmp_path, "  {% if true %}\nb\n  {% endif %}\n")
    scope = variables(templar)
    both = TemplateOptions(trim_blocks=False, lstrip_blocks=True)
    assert templar.file(path, scope) == "  b\n  \n"
    assert templar.file(path, scope, options=both) == "\nb\n"
    assert templar.file(path, scope) == "  b\n  \n"


def test_includes_are_beside_the_file_and_then_on_the_search_path(tmp_path: Path) -> None:
    own, shared = tmp_path / "roles/r/templates", tmp_path / "shared"
    _file(own, "own {{ x }} ", "part.j2")
    _file(own, "{% include 'leaf.j2' %}", "deep/part.j2")
    _file(own, "deep leaf ", "deep/leaf.j2")
    _file(shared, "wrong", "part.j2")
    _file(shared, "base {{ y }} ", "base.j2")
    _file(shared, "{% macro m(a) %}<{{ a }}>{% endmacro %}", "templates/macros.j2")
    main = _file(
        own,
        "{% include 'part.j2' %}{% include 'deep/part.j2' %}{% include 'base.j2' %}"
        "{% from 'macros.j2' import m %}{{ m(y) }}{% include ['no.j2', 'part.j2'] %}"
        "{% include 'no.j2' ignore missing %}",
    )
    templar = Templar(searchpath=[shared])
    scope = variables(templar, {"x": 1, "y": "{{ x + 1 }}"})
    assert templar.file(main, scope) == "own 1 deep leaf base 2 <2>own 1 "


def test_what_an_included_file_includes_is_first_beside_the_file_of_the_task(
    tmp_path: Path,
) -> None:
    shared = tmp_path / "shared"
    _file(shared, "{% include 'part.j2' %}{% include 'deep/part.j2' %}", "base.j2")
    for role in ("a", "b"):
        _file(tmp_path / role, f"{role} ", "part.j2")
        _file(
            tmp_path / role, "{% include 'deep/leaf.j2' %}{% include 'part.j2' %}", "deep/part.j2"
        )
        _file(tmp_path / role, f"{role} leaf ", "deep/leaf.j2")
        _file(tmp_path / role, "{% include 'base.j2' %}", "main.j2")
    templar = Templar(searchpath=[shared])
    for role in ("a", "b", "a"):
        text = templar.file(tmp_path / role / "main.j2", variables(templar, {}))
        assert text == f"{role} {role} leaf {role} "


def test_extending_a_template(templar: Templar, tmp_path: Path) -> None:
    _file(tmp_path, "head {% block b %}{{ x }}{% endblock %} foot", "base.j2")
    main = _file(tmp_path, "{% extends 'base.j2' %}{% block b %}{{ super() }}+{% endblock %}")
    assert templar.file(main, variables(templar, {"x": "{{ 1 }}"})) == "head 1+ foot"


def test_what_a_template_names_itself_hides_a_variable_from_then_on(
    templar: Templar, tmp_path: Path
) -> None:
    _file(tmp_path, "{% block a %}{{ x }}{% endblock %}{% set x = 2 %}{{ x }}", "base.j2")
    _file(tmp_path, "{% block b %}{{ x }}{% endblock %}", "part.j2")
    main = _file(tmp_path, "{% extends 'base.j2' %}{% block a %}{{ x }}{% endblock %}")
    sets = _file(tmp_path, "{{ x }}{% set x = 2 %}{{ x }}{% include 'part.j2' %}", "sets.j2")
    late = _file(
        tmp_path, "{% block a %}{{ x }}{% endblock %}{% set x = 2 %}{{ self.a() }}", "l.j2"
    )
    scope = variables(templar, {"x": 1})
    assert templar.file(main, scope) == "12"
    assert templar.file(sets, scope) == "122"
    assert templar.file(late, scope) == "12"


def test_what_follows_an_extends_is_not_printed(templar: Templar, tmp_path: Path) -> None:
    _file(tmp_path, "{% set x = 2 %}base {% block a %}{% endblock %}", "base.j2")
    main = _file(tmp_path, "{% extends 'base.j2' %}no {{ x }} {% block a %}{{ x }}{% endblock %}")
    assert templar.file(main, variables(templar, {"x": 1})) == "base 2"


@pytest.mark.parametrize("name", ["/etc/hostname", "../secret.j2", "sub/../../secret.j2"])
def test_a_computed_include_leads_out_of_no_folder(
    templar: Templar, tmp_path: Path, name: str
) -> None:
    _file(tmp_path, "secret", "secret.j2")
    main = _file(tmp_path / "templates", "{% include name %}")
    with pytest.raises(RenderError, match="there is no template file"):
        templar.file(main, variables(templar, data={"name": name}))


def test_text_of_a_playbook_includes_from_the_search_path_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, here = tmp_path / "shared", tmp_path / "here"
    _file(shared, "{{ x }}", "part.j2")
    _file(here, "wrong", "other.j2")
    monkeypatch.chdir(here)
    templar = Templar(searchpath=[shared])
    scope = variables(templar, {"x": 1, "t": "<{% include 'part.j2' %}>"})
    assert scope["t"] == "<1>"
    with pytest.raises(RenderError, match=r"there is no template file 'other\.j2'"):
        variables(templar, {"t": "{% include 'other.j2' %}"})["t"]


MISTAKES = [
    ("ok\n{{ zz }}\n", 2, "'zz' is not defined"),
    ("ok\n\n{% for i in l %}\n{{ i.nme }}\n{% endfor %}\n", 4, "there is no 'nme'"),
    ("ok\n{{ 1 / 0 }}\n", 2, "division by zero"),
    ("ok\n{{ x | nope }}\n", 2, "no filter named 'nope'"),
    ("ok\n{% if %}\n", 2, "expected an expression"),
    ("ok\n{{ x\n", 2, "unexpected end of template"),
    ("ok\n{% include 'no.j2' %}\n", 2, "there is no template file 'no.j2'"),
    ("a\n{% macro m() %}\n{{ zz }}\n{% endmacro %}\nb{{ m() }}\n", 3, "'zz' is not defined"),
    ("{% set a %}\n{{ zz }}\n{% endset %}\n", 2, "'zz' is not defined"),
    ("#jinja2: trim_blocks: false\nok\n{{ zz }}\n", 3, "'zz' is not defined"),
    ("#jinja2: trim_blocks: false\nok\n{{ x | nope }}\n", 3, "no filter named 'nope'"),
    ("#jinja2: trim_block: false\n", 1, "'trim_block' is not an option"),
    ("#jinja2: trim_blocks: maybe\n", 1, "takes true or false"),
]


@pytest.mark.parametrize(("text", "line", "message"), MISTAKES)
def test_a_mistake_is_told_with_its_line(
    templar: Templar, tmp_path: Path, text: str, line: int, message: str
) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(RenderError, match=message) as caught:
        templar.file(path, variables(templar, {"x": 1, "l": [{"name": 1}]}))
    assert caught.value.origin is not None
    assert (caught.value.origin.file, caught.value.origin.line) == (str(path), line)


def test_a_mistake_in_an_included_file_is_told_there(templar: Templar, tmp_path: Path) -> None:
    part = _file(tmp_path, "fine\n{{ zz.top }}\n", "part.j2")
    main = _file(tmp_path, "{% include 'part.j2' %}")
    with pytest.raises(UndefinedVariable) as caught:
        templar.file(main, variables(templar))
    assert str(caught.value) == f"{part}:2:1: 'zz' is not defined"


def test_files_that_cannot_be_read(templar: Templar, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"cannot read .*no\.j2: No such file"):
        templar.file(tmp_path / "no.j2", variables(templar))
    (tmp_path / "latin.j2").write_bytes(b"caf\xe9")
    with pytest.raises(RenderError, match=r"not UTF-8 text \(byte 0xe9\)"):
        templar.file(tmp_path / "latin.j2", variables(templar))


def test_a_file_is_read_once_for_all_hosts(tmp_path: Path) -> None:
    read: list[str] = []

    def opened(data: bytes, path: Path) -> bytes:
        read.append(path.name)
        return data

    path = _file(tmp_path, "{% include 'part.j2' %}{{ h }}")
    _file(tmp_path, "host ", "part.j2")
    templar = Templar(opened=opened)
    assert templar.file(path, variables(templar, {"h": 1})) == "host 1"
    assert templar.file(path, variables(templar, {"h": 2})) == "host 2"
    assert read == ["t.j2", "part.j2"]


def test_a_file_that_a_task_has_written_is_read_anew(templar: Templar, tmp_path: Path) -> None:
    path = _file(tmp_path, "{% include 'part.j2' %} {{ 1 }}")
    for part in ("a", "b"):
        _file(tmp_path, part, "new.j2").rename(tmp_path / "part.j2")
        assert templar.file(path, variables(templar)) == f"{part} 1"
    _file(tmp_path, "{{ 2 }}", "new.j2").rename(path)
    assert templar.file(path, variables(templar)) == "2"


LOOPS = "index index0 revindex revindex0 first last length depth depth0 previtem nextitem".split()


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_says_what_jinja_says(templar: Templar, tmp_path: Path, name: str) -> None:
    text = f"{{% for i in 'abc' %}}{{{{ loop.{name} | default('-') }}}} {{% endfor %}}"
    expected = Environment().from_string(text).render()
    assert templar.file(_file(tmp_path, text), variables(templar)) == expected
    assert rendered(templar, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ loop.index }}", "mine"),
        (
            "{% for i in [1, 2] %}{% for j in 'ab' %}{{ loop.index }}{% endfor %}{% endfor %}",
            "1212",
        ),
        (
            "{% for i in [1, 2] %}{{ loop.cycle('a', 'b') }}{{ loop.changed(i) }}{% endfor %}",
            "aTruebTrue",
        ),
        (
            "{{ d.items() | length }} {{ d.keys() | first }} {{ d['items'] }}",
            "1 items 5",
        ),
        ("{{ d.no | default('-') }}{{ d.no.deeper | default('-') }}{{ t.upper() }}", "--T"),
    ],
)
def test_what_a_dot_means(templar: Templar, tmp_path: Path, text: str, expected: str) -> None:
    own = {"loop": {"index": "mine"}, "d": {"items": 5}, "t": "t"}
    assert templar.file(_file(tmp_path, text), variables(templar, own)) == expected
    assert rendered(templar, text, own) == expected


def test_nothing_is_worked_out_when_a_template_is_compiled(tmp_path: Path) -> None:
    templar = Templar()
    path = _file(tmp_path, "{{ '" + str(tmp_path) + "/*.txt' | fileglob | length }}")
    assert templar.file(path, variables(templar)) == "0"
    _file(tmp_path, "", "new.txt")
    assert templar.file(path, variables(templar)) == "1"
