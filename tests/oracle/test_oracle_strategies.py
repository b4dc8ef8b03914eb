"""A play goes the same way whoever runs its hosts, in whatever order they get their turn."""

from __future__ import annotations

import os

import pytest
from oracle_canonical import difference
from oracle_comparing import Oracle
from test_oracle_generated import drawn, told

pytestmark = [pytest.mark.oracle, pytest.mark.timeout(600)]
STRATEGIES = ("threads", "serial", "processes", "free", "host_pinned")
ROUNDS = range(100, 100 + int(os.environ.get("PLAYRUN_ORACLE_PLAYS", "500")) // 125)


@pytest.mark.parametrize("number", ROUNDS)
def test_every_strategy_gives_the_same_results(oracle: Oracle, number: int) -> None:
    for case in drawn(number):
        linear, _ = oracle.playrun(case)
        for strategy in STRATEGIES:
            other = case._replace(args=(*case.args, "--strategy", strategy))
            found, ran = oracle.playrun(other)
            lines = difference(linear, found)
            told_ = [line.replace("Ansible", "linear") for line in lines]
            assert not lines, told(other, [*told_, *ran.err.splitlines()[-8:]])
