"""Lookups: what they find, where they look, and what they refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scenes import HERE, rendered, variables

from runner.errors import RenderError
from runner.templating import Templar, UndefinedVariable
from runner.values import Source


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "files/f.txt").write_text("  line {{ 7*7 }}\n\n")
    (tmp_path / "files/g.txt").write_text("g")
    (tmp_path / "files/u.csv").write_text("r1,10.0.0.1,a\nr2,10.0.0.2,b\n")
    (tmp_path / "files/tab.csv").write_text("r1\tten\n")
    (tmp_path / "files/c.ini").write_text("[s]\nk=v\nK2=w\n")
    (tmp_path / "files/p.properties").write_text("k=v\n")
    (tmp_path / "templates/t.j2").write_text("T {{ x }}\n")
    (tmp_path / "top.txt").write_text("top")
    return tmp_path


FOUND = [
    ("lookup('file', 'f.txt')", "  line {{ 7*7 }}"),
    ("lookup('file', 'f.txt', rstrip=false)", "  line {{ 7*7 }}\n\n"),
    ("lookup('file', 'f.txt', lstrip=true)", "line {{ 7*7 }}"),
    ("lookup('file', 'g.txt', 'top.txt')", "g,top"),
    ("query('file', 'g.txt')", ["g"]),
    ("lookup('file', 'no.txt', errors='ignore')", None),
    ("q('file', 'no.txt', errors='warn')", []),
    ("lookup('template', 't.j2')", "T 1\n"),
    ("lookup('template', 't.j2', variable_start_string='[[')", "T {{ x }}\n"),
    ("lookup('template', 't.j2', template_vars={'y': 5})", "T 5\n"),
    ("lookup('csvfile', 'r1 file=u.csv delimiter=,')", "10.0.0.1"),
    ("lookup('csvfile', 'r2', file='u.csv', delimiter=',', col='2')", "b"),
    ("lookup('csvfile', 'r1 file=tab.csv')", "ten"),
    ("lookup('csvfile', '10.0.0.2 file=u.csv delimiter=, keycol=1 col=0')", "r2"),
    ("lookup('csvfile', 'r9 file=u.csv delimiter=, default=zz')", "zz"),
    ("lookup('csvfile', 'r9 file=u.csv delimiter=,')", []),
    ("lookup('ini', 'k section=s file=c.ini')", "v"),
    ("lookup('ini', 'k2', section='s', file='c.ini')", "w"),
    ("lookup('ini', 'nope', section='s', file='c.ini')", ""),
    ("lookup('ini', 'K2', section='s', file='c.ini', case_sensitive=true)", "w"),
    ("lookup('ini', 'k', file='p.properties', type='properties')", "v"),
    ("lookup('ini', 'k.*', section='s', file='c.ini', re=true)", "v,w"),
    ("lookup('first_found', ['nope.txt', 'files/f.txt']) | basename", "f.txt"),
    ("lookup('first_found', 'f.txt', skip=true)", []),
    ("lookup('first_found', 'nope.txt', 'top.txt') | basename", "top.txt"),
    ("lookup('first_found', {'files': ['nope', 'f.txt'], 'paths': ['files']}) | basename", "f.txt"),
    ("lookup('first_found', files=['g.txt'], paths=['files']) | basename", "g.txt"),
    ("lookup('first_found', {'files': ['nope'], 'skip': true})", []),
    ("lookup('first_found', 'templates/t.j2') | basename", "t.j2"),
    ("q('fileglob', '*.txt') | map('basename') | list", ["f.txt", "g.txt"]),
    ("lookup('pipe', 'cat top.txt')", "top"),
    ("query('lines', 'printf \"a\nb\n\"')", ["a", "b"]),
    ("query('sequence', '4-16/4')", ["4", "8", "12", "16"]),
    ("query('sequence', '3:host%02d')", ["host01", "host02", "host03"]),
    ("query('sequence', 'count=2')", ["1", "2"]),
    ("query('sequence', 'count=0')", []),
    ("query('sequence', 'start=3 end=1 stride=-1')", ["3", "2", "1"]),
    ("query('sequence', 'count=2 start=4 stride=-1')", ["4", "3", "2", "1"]),
    ("query('sequence', 'count=4', stride=0)", []),
    ("query('sequence', 'start=7 end=8', '2', start=1)", ["7", "8", "1", "2"]),
    ("query('sequence')", []),
    ("lookup('varnames', '^pl')", "playbook_dir"),
    ("lookup('vars', 'x')", 1),
    ("lookup('vars', 'nope', default=7)", 7),
]


@pytest.mark.parametrize(("expression", "expected"), FOUND)
def test_what_a_lookup_finds(project: Path, expression: str, expected: Any) -> None:
    own = {"x": "{{ y }}", "y": 1, "playbook_dir": str(project)}
    assert rendered(Templar(), "{{ " + expression + " }}", own) == expected


REFUSED = [
    ("lookup('file', 'no.txt')", "there is no file 'no.txt'"),
    ("lookup('ini', 'k', section='zz', file='c.ini')", "has no section 'zz'"),
    ("lookup('csvfile', 'r1 file=u.csv col=x')", "csvfile: cannot read 'u.csv'"),
    ("lookup('csvfile', \"it's\")", "open quote"),
    ("lookup('first_found', 'no.txt')", "none of the files is there"),
    ("lookup('pipe', 'echo no >&2; exit 3')", "ended with 3"),
    ("query('sequence', '1-1000000')", "more than 100,000"),
    ("query('sequence', 'count=1000000')", "more than 100,000"),
    ("query('sequence', 'count=-3')", "give a negative stride"),
    ("query('sequence', 'start=3 end=1')", "give a negative stride"),
    ("query('sequence', 'start=a end=1')", "'a' is not a number"),
    ("query('sequence', 'count=1', format='%q')", "is no format"),
    ("query('sequence', 'start=1')", "needs count or end"),
    ("lookup('dict', [1])", "wants a dictionary"),
    ("query('subelements', [1])", "wants a list and the name"),
    ("lookup('fil', 'x')", "there is no lookup 'fil'"),
    ("lookup('vars', 'nope')", "'nope' is not defined"),
]


@pytest.mark.parametrize(("expression", "message"), REFUSED)
def test_what_a_lookup_refuses(project: Path, expression: str, message: str) -> None:
    with pytest.raises(RenderError, match=message) as caught:
        rendered(Templar(), "{{ " + expression + " }}", {"playbook_dir": str(project)})
    assert caught.value.origin == HERE


def test_a_lookup_that_is_not_there_advises_what_is(templar: Templar) -> None:
    with pytest.raises(RenderError) as caught:
        rendered(templar, "{{ lookup('url', 'http://127.0.0.1/') }}")
    assert caught.value.hint == "fetch it before the run and use the lookup 'file'"


def test_the_role_comes_before_the_playbook_and_the_search_path(project: Path) -> None:
    role = project / "roles/r"
    (role / "files").mkdir(parents=True)
    (role / "files/g.txt").write_text("role")
    text = "{{ lookup('file', 'g.txt') }}"
    templar = Templar(searchpath=[project])
    assert rendered(templar, text) == "g"
    assert rendered(templar, text, playbook_dir=str(project), role_path=str(role)) == "role"


def test_the_environment(monkeypatch: pytest.MonkeyPatch, templar: Templar) -> None:
    monkeypatch.setenv("PLAY_TEST", "{{ 1 }}")
    monkeypatch.delenv("PLAY_NONE", raising=False)
    assert rendered(templar, "{{ lookup('env', 'PLAY_TEST') }}") == "{{ 1 }}"
    assert rendered(templar, "{{ lookup('env', 'PLAY_NONE') }}") == ""
    assert rendered(templar, "{{ lookup('env', 'PLAY_NONE', default='d') }}") == "d"
    with pytest.raises(UndefinedVariable):
        rendered(templar, "{{ lookup('env', nope) }}")


def test_a_command_runs_once_for_a_set_of_variables(tmp_path: Path, templar: Templar) -> None:
    log = tmp_path / "log"
    scope = variables(templar, data={"cmd": f"echo x >> {log}; wc -l < {log}"})
    text = Source("{{ lookup('pipe', cmd) }}")
    assert [templar.render(text, scope) for _ in range(3)] == ["1", "1", "1"]
    assert templar.render(text, scope.child()) == "2"


def test_a_file_of_more_than_ten_megabytes_is_refused(tmp_path: Path, templar: Templar) -> None:
    (tmp_path / "big").write_bytes(b"x" * 10_000_001)
    with pytest.raises(RenderError, match="larger than 10 MB"):
        rendered(templar, "{{ lookup('file', f) }}", f=str(tmp_path / "big"))


def test_a_lookup_for_a_loop(templar: Templar) -> None:
    scope = variables(templar, {"x": "{{ 1 }}"})
    assert templar.lookup("items", [[1, [2, 3]]], scope) == [1, [2, 3]]
    assert templar.lookup("vars", ["x"], scope) == [1]
    assert templar.lookup("sequence", ["start=1 end=2"], scope) == ["1", "2"]
    with pytest.raises(RenderError, match="there is no lookup 'nope'"):
        templar.lookup("nope", [], scope)


@pytest.mark.parametrize(
    ("action", "folder"),
    [
        ("debug", "files"),
        ("include_tasks", "files"),
        ("ansible.builtin.template", "templates"),
        ("include_vars", "vars"),
    ],
)
def test_a_loop_finds_files_where_its_action_has_them(
    tmp_path: Path, templar: Templar, action: str, folder: str
) -> None:
    for name in ("files", "templates", "vars", "."):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "x").touch()
    scope = variables(templar, {"playbook_dir": str(tmp_path)})
    found = templar.lookup("first_found", ["x"], scope, action)
    assert found == [str(tmp_path / folder / "x")]


def test_a_lookup_of_the_caller(templar: Templar) -> None:
    own = Templar(lookups={"shout": lambda call: [str(term).upper() for term in call.terms]})
    assert rendered(own, "{{ lookup('shout', x) }}", x="{{ a }}") == "{{ A }}"
    assert own.names(Source("{{ lookup('shout', x) }}")).lookups == {"shout"}
    assert own.check(Source("{{ lookup('shout', x) }}")) == []
    assert templar.check(Source("{{ lookup('shout', x) }}"))


@pytest.mark.parametrize("expression", ["lookup('file', 'v.txt')", "lookup('template', 'v.txt')"])
def test_a_vaulted_file_is_not_taken_for_text(project: Path, expression: str) -> None:
    for folder in ("files", "templates"):
        (project / folder / "v.txt").write_text("$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    with pytest.raises(RenderError, match=r"v\.txt is vaulted, and there is no vault password"):
        rendered(Templar(), "{{ " + expression + " }}", {"playbook_dir": str(project)})
