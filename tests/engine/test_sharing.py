"""What hosts give one another reaches them in the play's order."""

from __future__ import annotations

from typing import Any

import pytest
from playing import play

from runner.engine.conducting.sharing import Sharing
from runner.engine.conducting.standing import Standings
from runner.engine.steps import Before, News, Progress, Published

PLAY = "- hosts: all\n  gather_facts: false\n  tasks: [{debug: {msg: x}}]\n"
HOSTS = """
all:
  vars: {ansible_connection: local}
  hosts: {h1: {}, h2: {}, h3: {}}
"""


class Plan:
    items = ()
    hosts = ("h1", "h2", "h3")


class Told:
    """Keeps what the workers are told."""

    def __init__(self) -> None:
        self.news: list[News] = []

    def share(self, news: News) -> None:
        self.news.append(news)


@pytest.mark.parametrize("first", ["h1", "h3"])
def test_of_facts_given_to_one_host_those_of_the_last_in_the_play_count(
    tmp_path: Any, first: str
) -> None:
    world = play(tmp_path, PLAY, HOSTS).world
    hosts, told = Standings(Plan()), Told()  # type: ignore[arg-type]
    sharing = Sharing(world, told, hosts)  # type: ignore[arg-type]
    for giver in (first, "h1" if first == "h3" else "h3"):
        fact = Published("h2", (4,), "fact", giver)
        sharing.take(Progress(giver, 1, Before((5,)), published=(fact,)))
    assert hosts["h2"].due == []
    sharing.settle()
    assert [given.facts for given in hosts["h2"].due] == [{"fact": "h1"}, {"fact": "h3"}]
    assert [value for _, value, _ in world.shared["h2"]["fact"]] == ["h1", "h3"]
    assert [value.value for news in told.news for value in news.published] == ["h1", "h3"]
