"""The hard cases once more over real sockets, through the project's SSH and Telnet."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import test_hard_cases_echo as echo
import test_hard_cases_flow as flow
import test_hard_cases_prompts as prompts
import test_hard_cases_questions as questions
import test_login as login
from loopback import Devices, RealBench

NOT_HERE = {
    # These need a clock of their own, or look at every byte that was typed.
    "test_hc01_output_that_fits_a_prompt_and_then_pauses",
    "test_hc05_a_prompt_of_no_known_mode_is_a_timeout_that_shows_it",
    "test_hc05_a_shell_from_the_command_line",
    "test_hc06_prompt_glued_to_the_greeting",
    "test_hc06_prompt_glued_to_the_output",
    "test_hc06_prompt_glued_to_one_output_after_another",
    "test_hc10_a_silent_console_behind_a_terminal_server",
    "test_hc08_a_question_nobody_declared_stops_the_login",
    "test_hc11_aaa_slower_than_allowed_says_so",
    "test_hc14_a_known_pager_is_answered_without_waiting",
    "test_hc16_a_prompt_that_does_not_come_back_costs_the_session",
    "test_hc16_an_answer_is_not_given_to_another_question",
    "test_hc17_a_banner_without_its_end_never_swallows_what_follows",
    "test_hc17_a_refused_banner_line_keeps_its_text_unsent",
    "test_hc18_uncommitted_changes_are_thrown_away_after_an_error",
    "test_hc19_a_password_question_in_the_middle_is_never_answered",
    "test_hc19_an_answer_meant_for_the_login_is_not_given_later",
    "test_a_question_with_an_unusual_end_is_named_by_the_timeout",
    "test_hc20_show_tech_of_twenty_minutes_with_dots",
    "test_hc20_silence_longer_than_idle_is_a_timeout",
    "test_hc20_endless_activity_ends_at_the_total",
    "test_hc22_late_output_never_becomes_the_next_command_s",
    "test_hc23_a_log_message_over_the_prompt",
    "test_hc23_a_log_message_after_leaving_config_mode",
    "test_hc23_a_log_message_while_nothing_runs",
    "test_hc25_closed_while_nothing_ran",
    "test_hc25_a_half_open_peer_is_a_timeout",
    "test_hc25_a_change_that_goes_silent_says_how_far_it_came",
    "test_wrong_password_where_only_the_question_comes_back",
    "test_a_user_name_is_typed_once_at_a_question_that_repeats",
    "test_hc29_already_privileged",
    "test_hc29_enable_asks_three_times_and_gets_one_answer",
    "test_hc29_enable_asks_and_nothing_is_set",
    "test_hc31_a_console_left_logged_in",
    "test_hc31_a_console_left_in_config_mode",
    "test_hc31_half_a_line_typed_by_somebody_else_is_never_run",
    "test_hc07_a_console_that_shows_nothing_until_enter",
    "test_a_connection_that_breaks_at_login",
    "test_a_login_that_ends_in_the_boot_loader",
    "test_hc25_the_connection_breaks_in_the_middle",
    "test_an_answer_that_never_helps_is_not_given_for_ever",
}


def cases(*modules: ModuleType) -> list[Any]:
    found = [
        test.case
        for module in modules
        for name, test in sorted(vars(module).items())
        if hasattr(test, "case") and name not in NOT_HERE
    ]
    return [pytest.param(case, id=case.__name__.removeprefix("test_")) for case in found]


@pytest.fixture(scope="module")
def devices() -> Iterator[Devices]:
    running = Devices()
    yield running
    running.close()


@pytest.mark.parametrize("case", cases(prompts, login, echo, questions, flow))
@pytest.mark.parametrize("transport", ["ssh", "telnet"])
def test_over_a_socket(devices: Devices, transport: str, case: Any) -> None:
    with RealBench(transport, devices=devices).running() as bench:
        case(bench)
