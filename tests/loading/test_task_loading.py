"""Tasks: the ways to name an action, their keywords, their loops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loaded import tasks, wrong

from runner.model import Loop, Retry, Task
from runner.values import Source


def one(folder: Path, text: str) -> Task:
    (task,) = tasks(folder, f"- {{name: t, {text}}}").values()
    return task


@pytest.mark.parametrize(
    "text",
    [
        "debug: {msg: hi, verbosity: 1}",
        "debug: msg=hi verbosity=1",
        "ansible.builtin.debug: {msg: hi, verbosity: 1}",
        "action: debug msg=hi verbosity=1",
        "action: {module: debug, msg: hi, verbosity: 1}",
        "action: {module: debug msg=hi, verbosity: 1}",
        "action: debug, args: {msg: hi, verbosity: 1}",
        "debug: {msg: hi}, args: {verbosity: 1}",
    ],
)
def test_ways_to_give_arguments(tmp_path: Path, text: str) -> None:
    task = one(tmp_path, text)
    assert task.action == "debug"
    assert {name: str(value) for name, value in task.args.items()} == {
        "msg": "hi",
        "verbosity": "1",
    }
    assert task.written.endswith("debug")


@pytest.mark.parametrize(
    "text", ["local_action: command ls -l", "local_action: {module: command, cmd: ls -l}"]
)
def test_a_local_action_is_delegated(tmp_path: Path, text: str) -> None:
    task = one(tmp_path, text)
    assert (task.action, task.args) == ("command", {"cmd": "ls -l"})
    assert (task.delegate_to, task.connection) == ("localhost", "local")


def test_keywords(tmp_path: Path) -> None:
    task = one(
        tmp_path,
        "debug: , register: out, changed_when: [a, b], failed_when: false, no_log: '{{ q }}', "
        "delegate_to: '{{ other }}', delegate_facts: yes, run_once: true, throttle: 2, "
        "timeout: 30, ignore_unreachable: 1, any_errors_fatal: true, remote_user: u, port: 2222, "
        "become_method: enable, become_user: root, diff: no, check_mode: yes",
    )
    assert task.register == "out"
    assert task.changed_when == ("a", "b")
    assert task.failed_when == (False,)
    assert isinstance(task.no_log, Source)
    assert isinstance(task.delegate_to, Source)
    assert (task.delegate_facts, task.run_once, task.any_errors_fatal) == (True, True, True)
    assert (task.throttle, task.timeout, task.port) == (2, 30, 2222)
    assert task.ignore_unreachable is True
    assert (task.remote_user, task.become_method, task.become_user) == ("u", "enable", "root")
    assert (task.diff, task.check_mode) == (False, True)


def test_what_is_not_said_is_nothing(tmp_path: Path) -> None:
    assert one(tmp_path, "debug: , become: , when: , loop_control: , environment: ") == one(
        tmp_path, "debug: "
    )


@pytest.mark.parametrize(
    ("text", "retry"),
    [
        ("until: x", Retry(("x",))),
        ("until: [x, y], retries: 5, delay: 0.5", Retry(("x", "y"), 5, 0.5)),
        ("retries: '{{ n }}'", Retry((), "{{ n }}")),  # type: ignore[arg-type]
        ("retries: '2', delay: '1.5'", Retry((), 2, 1.5)),
        ("delay: 3", None),
    ],
)
def test_running_again(tmp_path: Path, text: str, retry: Retry | None) -> None:
    assert one(tmp_path, f"debug: , {text}").retry == retry


@pytest.mark.parametrize(
    ("word", "style"),
    [
        ("loop", "loop"),
        ("with_items", "items"),
        ("with_list", "list"),
        ("with_flattened", "flattened"),
        ("with_indexed_items", "indexed_items"),
        ("with_nested", "nested"),
        ("with_cartesian", "cartesian"),
        ("with_together", "together"),
        ("with_subelements", "subelements"),
        ("with_random_choice", "random_choice"),
        ("with_fileglob", "fileglob"),
        ("with_first_found", "first_found"),
        ("with_lines", "lines"),
        ("with_inventory_hostnames", "inventory_hostnames"),
    ],
)
def test_every_loop_is_a_lookup(tmp_path: Path, word: str, style: str) -> None:
    assert one(tmp_path, f"debug: , {word}: [a, b]").loop == Loop(["a", "b"], style)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("with_dict: {a: 1}", {"a": 1}),
        ("with_sequence: start=1 end=3", "start=1 end=3"),
        ("with_items: {a: 1}", {"a": 1}),
        ("with_file: a.txt", "a.txt"),
        ("with_csvfile: x file=a.csv", "x file=a.csv"),
        ("loop: '{{ xs }}'", "{{ xs }}"),
    ],
)
def test_a_lookup_takes_what_it_likes(tmp_path: Path, text: str, items: Any) -> None:
    loop = one(tmp_path, f"debug: , {text}").loop
    assert loop is not None
    assert loop.items == items


def test_all_of_loop_control(tmp_path: Path) -> None:
    control = (
        "{loop_var: x, index_var: i, label: '{{ x.y }}', pause: 0.5, extended: yes, "
        "extended_allitems: no, break_when: [a, b]}"
    )
    assert one(tmp_path, f"debug: , loop: [1], loop_control: {control}").loop == Loop(
        [1],
        variable="x",
        index_variable="i",
        label="{{ x.y }}",
        pause=0.5,
        extended=True,
        extended_allitems=False,
        break_when=("a", "b"),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("text", ["async: 0", "poll: 10", "async: 0, poll: 5"])
def test_waiting_is_what_tasks_do_anyway(tmp_path: Path, text: str) -> None:
    assert one(tmp_path, f"debug: , {text}") == one(tmp_path, "debug: ")


@pytest.mark.parametrize("text", ["async: 45", "poll: 0", "async: 45, poll: 5"])
def test_nothing_runs_in_the_background(tmp_path: Path, text: str) -> None:
    said = wrong(tmp_path, f"- {{hosts: all, tasks: [{{debug: , {text}}}]}}")
    assert said
    assert all("tasks do not run in the background" in line for line in said)


@pytest.mark.parametrize("key", ["become", "register", "until", "delegate_to", "notify"])
def test_an_include_takes_only_what_concerns_itself(tmp_path: Path, key: str) -> None:
    text = f"- {{hosts: all, tasks: [{{include_tasks: x.yml, {key}: x}}]}}"
    said = [line for line in wrong(tmp_path, text) if "does not take" in line]
    assert len(said) == (0 if key == "register" else 1)
    assert all(("apply" in line) == (key != "until") for line in said)


@pytest.mark.parametrize(
    ("word", "takes"), [("flush_handlers", True), ("end_host", True), ("stop", False)]
)
def test_words_of_meta(tmp_path: Path, word: str, takes: bool) -> None:
    text = f"- {{hosts: all, tasks: [{{meta: {word}}}]}}"
    assert (wrong(tmp_path, text) == []) is takes
    if takes:
        assert one(tmp_path, f"meta: {word}").args == {"free_form": word}


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ('ios_command: {commands: "show a, show b"}', ["show a", "show b"]),
        ("cisco.eos.eos_command: \"commands='show a,show b'\"", ["show a", "show b"]),
        (
            "ios_command: {commands: \"show {{ x | d('a,b') }}, show c\"}",
            ["show {{ x | d('a,b') }}", "show c"],
        ),
        ("ios_command: {commands: show a}", "show a"),
        ('ios_command: {commands: ["show a, b"]}', ["show a, b"]),
        ('cli: {commands: "show a, b"}', "show a, b"),
    ],
)
def test_commas_part_the_commands_of_modules_for_devices(
    tmp_path: Path, text: str, commands: object
) -> None:
    found = one(tmp_path, text).args["commands"]
    assert found == commands
    assert all(type(each) is Source for each in ([found] if isinstance(found, str) else found))
