"""Wherever hosts need not wait for one another, that they do not makes no difference."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from flow_plays import Maker
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import play
from test_flow_like_ansible import HOSTS, WAYS, counted, did


@settings(max_examples=15)
@given(st.data())
def test_a_play_has_the_same_results_whoever_runs_it_and_in_whatever_order(
    data: st.DataObject,
) -> None:
    text, files = Maker(lambda choices: data.draw(st.sampled_from(choices))).playbook()
    found = {way: ran(text, files, way) for way in WAYS}
    assert all(result == found["lockstep"] for result in found.values()), (text, files, found)


def ran(text: str, files: dict[str, str], way: str) -> object:
    """What one way of running a play comes to."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).write_text(content)
        keywords = ", ".join(WAYS[way].split("\n  "))
        played = play(folder, text.replace('"hosts":', f'{keywords}, "hosts":'), HOSTS)
    return did(played), counted(played)
