"""Small plays under ansible-playbook and under playrun: the same statuses, values and codes."""

from __future__ import annotations

import pytest
from oracle_case import Case, all_cases
from oracle_comparing import Oracle, as_meant
from oracle_differences import NAMED

CASES = all_cases()
pytestmark = [pytest.mark.oracle, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def ahead(oracle: Oracle, request: pytest.FixtureRequest) -> Oracle:
    """Ansible begins with all cases that were chosen."""
    chosen = [
        item.callspec.params["name"]
        for item in request.session.items
        if item.path == request.path and hasattr(item, "callspec")
    ]
    oracle.expect(CASES[name] for name in chosen)
    return oracle


@pytest.mark.parametrize("name", CASES)
def test_a_case_goes_as_under_ansible(ahead: Oracle, name: str) -> None:
    case = CASES[name]
    lines = differing(ahead, case) if case.differs else ahead.compare(case)
    assert not lines, "\n".join(lines)


def differing(oracle: Oracle, case: Case) -> list[str]:
    assert case.differs["why"] in NAMED, "a difference must be named in differences.yaml"
    found, ran = oracle.playrun(case)
    lines = oracle.judged(case, lambda ansible: as_meant(case, ansible, found))
    return [*lines, *ran.err.splitlines()[-12:]] if lines else []
