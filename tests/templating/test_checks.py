"""Mistakes that are told before anything is rendered, and where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenes import HERE, written

from runner.templating import Templar
from runner.values import Origin, Source

MISTAKES = [
    ("{{ a | defalt('x') }}", "site.yml:3:7: there is no filter 'defalt'", "'default'"),
    ("{{ a is mathc('x') }}", "site.yml:3:7: there is no test 'mathc'", "'match'"),
    ("{{ l | map('uper') }}", "site.yml:3:7: there is no filter 'uper'", "'upper'"),
    ("{{ l | select('mach', 'a') }}", "site.yml:3:7: there is no test 'mach'", "'match'"),
    ("{{ l | rejectattr('a', 'defind') }}", "site.yml:3:7: there is no test 'defind'", "'defined'"),
    ("{{ lookup('fil', 'x') }}", "site.yml:3:7: there is no lookup 'fil'", "'file'"),
    ("{{ a | ansible.builtin.uper }}", "site.yml:3:7: there is no filter", "'upper'"),
    ("a\nb\n{{ a | nope }}", "site.yml:5:1: there is no filter 'nope'", None),
    ("a\n{{ b ", "site.yml:4:1: not a valid template: unexpected end of template", "}}, each"),
    ("{% if a %}{{ b | xyzzy }}{% endif %}", "site.yml:3:7: there is no filter 'xyzzy'", None),
    ("{% for %}", "site.yml:3:7: not a valid template", None),
]


@pytest.mark.parametrize(("text", "message", "close"), MISTAKES)
def test_a_mistake_is_found_and_located(
    templar: Templar, text: str, message: str, close: str | None
) -> None:
    (found,) = templar.check({"key": [Source(text, HERE)]})
    assert str(found).startswith(message)
    assert (close in found.hint) if close and found.hint else found.hint is None


FINE = [
    "{{ a | upper }} {{ b is defined }}",
    "{{ l | map('upper') | map(attribute='x') | list }}",
    "{{ l | map(f) | selectattr('a', t, 1) | selectattr('a') }}",
    "{{ a | ansible.builtin.to_json | ansible.utils.ipaddr('x') }}",
    "{{ lookup('ansible.builtin.env', 'X') }}{{ lookup(name) }}",
]


@pytest.mark.parametrize("text", FINE)
def test_what_is_right_gives_nothing(templar: Templar, text: str) -> None:
    assert templar.check(written({"k": [text], text: 1})) == []


def test_data_is_not_checked(templar: Templar) -> None:
    assert templar.check({"k": "{{ broken"}) == []


def test_every_mistake_is_told(templar: Templar) -> None:
    found = templar.check(written(["{{ a | x1 }}{{ b | x2 }}", "{{ c", "fine"]))
    assert len(found) == 3


def test_conditions(templar: Templar) -> None:
    assert templar.check_condition(True) == []
    assert templar.check_condition(Source("a == 1 and b is match('x')")) == []
    (found,) = templar.check_condition(Source("a =~ 1", HERE))
    assert str(found) == (
        "site.yml:3:7: not a valid template: unexpected '=' after the expression "
        "(to compare, write `==`)"
    )


def test_template_files(templar: Templar, tmp_path: Path) -> None:
    path = tmp_path / "t.j2"
    path.write_text("#jinja2: trim_blocks: false\nok\n{{ a | uper }}\n")
    (found,) = templar.check_file(path)
    assert found.origin == Origin(str(path), 3, 1)
    assert found.hint == "did you mean 'upper'?"
    (found,) = templar.check_file(tmp_path / "no.j2")
    assert "No such file" in str(found)
