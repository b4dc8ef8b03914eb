"""What templates give, compared with ansible-core value by value and type by type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_expressions import ERRORS, LOOKUP_ERRORS, LOOKUPS, VALUES
from ansible_filters import (
    FILTER_ERRORS,
    FILTERS,
    TEST_ERRORS,
    TEST_VARIABLES,
    TESTS,
    VARIABLES,
)
from ruamel.yaml import YAML
from scenes import HERE, rendered, variables

from runner.errors import RenderError
from runner.templating import Templar
from runner.values import Source

_FOLDER = Path(__file__).parent
ADDRESSES = YAML(typ="safe").load(_FOLDER / "ansible_addresses.yaml")
EVERYTHING = YAML(typ="safe").load(_FOLDER / "ansible_values.yaml")


def _same(result: Any, expected: Any) -> bool:
    return bool(result == expected) and type(result) is type(expected)


@pytest.mark.parametrize(("template", "own", "expected"), VALUES + LOOKUPS)
def test_a_template_gives_what_ansible_gives(
    templar: Templar, template: Any, own: dict[str, Any], expected: Any
) -> None:
    result = rendered(templar, template, own)
    assert _same(result, expected), result


@pytest.mark.parametrize(("template", "own"), ERRORS + LOOKUP_ERRORS)
def test_what_fails_in_ansible_fails_with_a_place(
    templar: Templar, template: str, own: dict[str, Any]
) -> None:
    with pytest.raises(RenderError) as caught:
        rendered(templar, template, own)
    assert caught.value.origin == HERE


@pytest.mark.parametrize(("template", "expected"), FILTERS)
def test_a_filter_gives_what_it_gives_in_ansible(
    templar: Templar, template: str, expected: Any
) -> None:
    result = rendered(templar, template, VARIABLES)
    assert _same(result, expected), result


@pytest.mark.parametrize("template", FILTER_ERRORS)
def test_a_filter_refuses_what_it_refuses_in_ansible(templar: Templar, template: str) -> None:
    with pytest.raises(RenderError):
        rendered(templar, template, VARIABLES)


@pytest.mark.parametrize(("expression", "expected"), EVERYTHING["values"])
def test_odd_values_give_what_they_give_in_ansible(
    templar: Templar, expression: str, expected: Any
) -> None:
    result = rendered(templar, "{{ " + expression + " }}", EVERYTHING["variables"])
    assert _same(result, expected), result


@pytest.mark.parametrize("expression", EVERYTHING["errors"])
def test_odd_values_are_refused_as_in_ansible(templar: Templar, expression: str) -> None:
    with pytest.raises(RenderError):
        rendered(templar, "{{ " + expression + " }}", EVERYTHING["variables"])


@pytest.mark.parametrize(("condition", "expected"), TESTS)
def test_a_test_gives_what_it_gives_in_ansible(
    templar: Templar, condition: str, expected: bool
) -> None:
    scope = variables(templar, data=TEST_VARIABLES)
    assert templar.test(Source(condition), scope) is expected


@pytest.mark.parametrize("condition", TEST_ERRORS)
def test_a_test_refuses_what_it_refuses_in_ansible(templar: Templar, condition: str) -> None:
    with pytest.raises(RenderError):
        templar.test(Source(condition), variables(templar, data=TEST_VARIABLES))


@pytest.mark.parametrize(("expression", "expected"), ADDRESSES["addresses"])
def test_an_address_filter_gives_what_ansible_utils_gives(
    templar: Templar, expression: str, expected: Any
) -> None:
    result = rendered(templar, "{{ " + expression + " }}", **ADDRESSES["variables"])
    assert _same(result, expected), result


@pytest.mark.parametrize("expression", ADDRESSES["errors"])
def test_an_address_filter_refuses_what_ansible_utils_refuses(
    templar: Templar, expression: str
) -> None:
    with pytest.raises(RenderError):
        rendered(templar, "{{ " + expression + " }}", **ADDRESSES["variables"])


@pytest.mark.parametrize("address", ADDRESSES["matrix"])
def test_every_query_of_an_address(templar: Templar, address: str) -> None:
    for query, expected in ADDRESSES["matrix"][address].items():
        try:
            result = rendered(templar, "{{ a | ansible.utils.ipaddr(q) }}", a=address, q=query)
        except RenderError:
            result = "ERROR"
        assert _same(result, expected), (query, result)
