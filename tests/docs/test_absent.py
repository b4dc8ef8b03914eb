"""What network playbooks use is served, or named as absent; and nothing that is served is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runner.actions.flow import IMPORTS
from runner.actions.names import resolve
from runner.run.lookups import NAMES as RUN_LOOKUPS
from runner.templating.library import FILTERS, TESTS
from runner.templating.library.lookups import LOOKUPS, UNSUPPORTED

PAGE = (Path(__file__).parents[2] / "docs" / "ansible.md").read_text("utf-8")
ABSENT = frozenset(
    word
    for row in PAGE.split("## Absent")[1].split("\n")
    if row.startswith("| ")
    for word in re.findall(r"`([\w-]+)`", row.split(" | ")[0])
)
# Counted in public network playbooks.
MODULES = (
    "debug ios_config ios_command set_fact ios_facts copy template file assert cli_command "
    "nxos_command eos_config nxos_config fail command eos_command lineinfile pause eos_facts "
    "include_vars telnet junos_command import_role include_tasks stat import_tasks iosxr_config "
    "assemble nxos_facts iosxr_command shell junos_config wait_for junos_facts include_role "
    "cli_config net_put meta vyos_config cli_parse expect include uri replace ios_ping nxos_ping "
    "eos_ping iosxr_ping junos_ping vyos_ping blockinfile fetch setup set_stats get_url "
    "wait_for_connection net_get slurp tempfile ping add_host group_by find raw script"
).split()
FILTERS_USED = (
    "default list length join int map to_nice_json selectattr select regex_search first split "
    "regex_findall ipaddr replace bool string trim to_nice_yaml regex_replace combine ipv4 "
    "subelements flatten dict2items lower unique quote parse_cli_textfsm difference upper round "
    "parse_cli from_yaml dictsort json_query symmetric_difference sort reject b64decode to_json "
    "random indent last ternary items2dict to_datetime strftime zip union intersect basename "
    "password_hash md5 hash format regex_escape rejectattr ipv6 ipsubnet ipmath hwaddr "
    "cidr_merge parse_xml lists_mergeby"
).split()
TESTS_USED = (
    "defined undefined iterable regex match search succeeded success failed changed skipped none "
    "version mapping true false subset superset in"
).split()
LOOKUPS_USED = (
    "file template pipe env password first_found vars dict fileglob sequence lines csvfile ini"
).split()


def _served(word: str) -> bool:
    lookups = {*LOOKUPS, *RUN_LOOKUPS} - {*UNSUPPORTED}
    return resolve(word) is not None or word in IMPORTS or word in {*FILTERS, *TESTS, *lookups}


@pytest.mark.parametrize(
    ("used", "served"),
    [
        (MODULES, lambda word: resolve(word) is not None or word in IMPORTS),
        (FILTERS_USED, FILTERS.__contains__),
        (TESTS_USED, TESTS.__contains__),
        (LOOKUPS_USED, {*LOOKUPS, *RUN_LOOKUPS}.__contains__),
    ],
    ids=["modules", "filters", "tests", "lookups"],
)
def test_what_playbooks_use_is_served_or_named_as_absent(used, served):
    assert [word for word in used if not served(word) and word not in ABSENT] == []


OTHERWISE = {"match", "replace", "backup", "diff_against", "url", "config"}
"""Absent as arguments of modules and as lookups; some are names of something else here."""


def test_nothing_that_is_named_as_absent_is_served():
    assert {"ios_config", "cli_config", "async_status", *UNSUPPORTED} <= ABSENT
    assert [word for word in sorted(ABSENT - OTHERWISE) if _served(word)] == []
