"""Random plays of roles go the same way under both programs."""

from __future__ import annotations

import os

import pytest
from oracle_comparing import Oracle
from oracle_roles import role_plays
from test_oracle_generated import AT_A_TIME, FIRST, check

pytestmark = pytest.mark.oracle
ROUNDS = int(os.environ.get("PLAYRUN_ORACLE_ROLES", "100")) // AT_A_TIME
PLAYS = role_plays()


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("number", range(FIRST, FIRST + ROUNDS))
def test_random_roles_go_as_under_ansible(oracle: Oracle, number: int) -> None:
    check(oracle, number, PLAYS)
