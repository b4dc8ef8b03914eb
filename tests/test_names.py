"""Names that become paths."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.names import are_harmless, check_host_name, safe_component, twin_key


@pytest.mark.parametrize(
    "name",
    [
        "r1",
        "core-1.example.com",
        "192.0.2.1",
        "2001:db8::1",
        "::1",
        "_x",
        "R1",
        "zürich",
        "路由器",
        "a@b",
    ],
)
def test_ordinary_names_are_fine(name: str) -> None:
    assert check_host_name(name) is None
    assert safe_component(name) == name.strip("_")


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        ".x",
        "-x",
        "a/b",
        "a\\b",
        "a b",
        "a\u00a0b",
        "a\nb",
        "a\rb",
        "a\x00b",
        "a\x1b[31m",
        "a\x7fb",
        "a\x9bb",
        "a\u2028b",
        "a\u202eb",
        "a\u2066b",
        "a\u200db",
        "a\ufeffb",
        "a\ud800b",
        "a\ue000b",
        "a,b",
        "x" * 201,
        "é" * 101,
    ],
)
def test_hostile_names_are_refused(name: str) -> None:
    problem = check_host_name(name)
    assert problem is not None
    assert problem.isprintable()


@pytest.mark.parametrize(
    ("one", "other"),
    [("R1", "r1"), ("ﬁ", "fi"), ("é", "e\u0301"), ("Straße", "STRASSE"), ("K", "k"), ("x²", "x2")],
)
def test_twins(one: str, other: str) -> None:
    assert twin_key(one) == twin_key(other)
    assert twin_key(one) != twin_key(other + "x")


@pytest.mark.parametrize(
    ("text", "component"),
    [
        ("show ip route", "show_ip_route"),
        ("show run | inc /etc", "show_run_inc_etc"),
        ("../../etc/passwd", "etc_passwd"),
        ("--help", "help"),
        ("", "_"),
        ("...", "_"),
        ("\x00\x1b", "_"),
        ("a\u202eb", "a_b"),
        ("\ud800x", "x"),
        ("x" * 500, "x" * 200),
    ],
)
def test_components_are_readable_and_safe(text: str, component: str) -> None:
    assert safe_component(text) == component


@given(st.text(max_size=300))
def test_a_component_is_always_one_ordinary_name(text: str) -> None:
    component = safe_component(text)
    assert check_host_name(component) is None
    assert os.path.basename(component) == component
    assert safe_component(component) in (component, "_", component.strip("_"))


@given(st.text(max_size=20))
def test_a_name_that_passes_is_a_safe_component(name: str) -> None:
    if check_host_name(name) is None:
        assert os.path.basename(name) == name
        assert name not in ("", ".", "..")
        assert name.isprintable()


NAMES = st.text(st.sampled_from("abAB0.-@:\n é/"), max_size=4) | st.just("a" * 201)


@given(st.lists(NAMES, unique=True))
def test_names_that_are_harmless_together_are_so_one_by_one(names: list[str]) -> None:
    if are_harmless(names):
        assert [check_host_name(name) for name in names] == [None] * len(names)
        assert len({twin_key(name) for name in names}) == len(names)


def test_the_names_of_a_fleet_are_looked_at_once() -> None:
    assert are_harmless([f"r{number}.example.net" for number in range(100)])
    assert not are_harmless(["r1", "R1"])
    assert not are_harmless(["r1\nr2", "r3"])
    assert not are_harmless(["a", "-rf"])
