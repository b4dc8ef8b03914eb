"""Ansible's oddities: each is matched or not on purpose, and both are written down."""

from __future__ import annotations

from typing import Any

import pytest
from oracle_brief import brief
from oracle_case import HERE, case_of
from oracle_comparing import Oracle
from ruamel.yaml import YAML

pytestmark = [pytest.mark.oracle, pytest.mark.timeout(600)]
ODDITIES: dict[str, dict[str, Any]] = {
    raw["name"]: raw for raw in YAML(typ="safe").load((HERE / "oddities.yaml").read_text("utf-8"))
}

GIVEN = ("name", "hosts", "files", "playbook")


@pytest.mark.parametrize("name", ODDITIES)
def test_an_oddity_is_as_written_down(oracle: Oracle, name: str) -> None:
    raw = ODDITIES[name]
    case = case_of({word: raw[word] for word in GIVEN if word in raw})
    written = raw["ansible"]
    lines = oracle.judged(
        case, lambda ran: [] if brief(ran) == written else [f"Ansible does otherwise: {brief(ran)}"]
    )
    assert not lines, "\n".join(lines)
    playrun = brief(oracle.playrun(case)[0])
    assert playrun == (written if raw["playrun"] == "same" else raw["playrun"])
    assert (playrun == written) == (raw["playrun"] == "same")
