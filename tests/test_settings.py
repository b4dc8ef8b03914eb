"""Settings: where values come from, which win, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import LoadError
from runner.settings import (
    Settings,
    documentation,
    find_project,
    known_settings,
    load_settings,
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    monkeypatch.chdir(folder)
    return folder


def write(file: Path, text: str, mode: int = 0o644) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
    return file


def load(
    home: Path, start: Path | None = None, flags: Mapping[str, Any] | None = None, **env: str
) -> Settings:
    return load_settings(start or home, flags or {}, {"HOME": str(home), **env})


def test_defaults(home: Path) -> None:
    settings = load(home)
    assert settings.workers == 32
    assert settings.host_key_checking == "accept-new"
    assert settings.root == home
    assert settings.output == "output"
    assert settings.inventory == ()
    assert settings.source_of("workers") == "default"


def test_the_nearer_source_wins_and_is_named(home: Path) -> None:
    write(
        home / ".config/playrun/config.toml",
        "workers = 1\nprocesses = 1\nhandshakes = 1\nuser = 'u'\n",
    )
    write(home / "p/playrun.toml", "workers = 2\nprocesses = 2\nhandshakes = 2\n")
    settings = load(
        home,
        home / "p",
        {"workers": 4, "user": None},
        PLAYRUN_WORKERS="3",
        PLAYRUN_PROCESSES="3",
    )
    assert (settings.workers, settings.processes, settings.handshakes) == (4, 3, 2)
    assert settings.user == "u"
    assert [
        settings.source_of(name) for name in ("workers", "processes", "handshakes", "user")
    ] == [
        "flag",
        "PLAYRUN_PROCESSES",
        "p/playrun.toml",
        ".config/playrun/config.toml",
    ]


def test_paths_start_where_they_are_written(home: Path) -> None:
    write(
        home / "p/playrun.toml",
        "inventory = ['inv', 'r1,r2', '/abs/hosts']\nlab = 'lab.yml'\nprivate_key_file = '~/key'\n",
    )
    write(home / ".config/playrun/config.toml", "ssh_config = 'ssh'\n")
    settings = load(home, home / "p/deep", {"platforms": "mine"}, PLAYRUN_VAULT_PASSWORD_FILE="pw")
    assert settings.root == home / "p"
    assert settings.inventory == ("p/inv", "r1,r2", "/abs/hosts")
    assert settings.lab == "p/lab.yml"
    assert settings.output == "p/output"
    assert settings.known_hosts == "p/.playrun/known_hosts"
    assert settings.ssh_config == ".config/playrun/ssh"
    assert settings.platforms == "mine"
    assert settings.vault_password_file == ("pw",)
    assert settings.private_key_file == str(Path("~/key").expanduser())


def test_the_users_file_may_stand_elsewhere(home: Path, tmp_path: Path) -> None:
    write(tmp_path / "xdg/playrun/config.toml", "workers = 7\n")
    assert load(home, XDG_CONFIG_HOME=str(tmp_path / "xdg")).workers == 7
    assert load_settings(home, {}, {}).workers == 32


# --- the search ---------------------------------------------------------------------------


def test_the_search_goes_up_and_stops_at_the_git_root(home: Path) -> None:
    write(home / "playrun.toml", "")
    assert find_project(home / "a/b", home) == home / "playrun.toml"
    (home / "a/.git").mkdir(parents=True)
    assert find_project(home / "a/b", home) is None
    write(home / "a/playrun.toml", "")
    assert find_project(home / "a/b", home) == home / "a/playrun.toml"


def test_the_search_stops_at_home(home: Path, tmp_path: Path) -> None:
    write(tmp_path / "playrun.toml", "")
    assert find_project(home / "a", home) is None
    assert find_project(home / "a", None) == tmp_path / "playrun.toml"


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_file_that_others_can_write_is_refused(home: Path, mode: int) -> None:
    write(home / "playrun.toml", "workers = 1\n", mode)
    with pytest.raises(LoadError, match=r"others than its owner can write.*chmod go-w"):
        load(home)


def test_a_file_in_a_folder_that_all_can_write_is_refused(home: Path) -> None:
    write(home / "p/playrun.toml", "workers = 1\n")
    (home / "p").chmod(0o1777)
    with pytest.raises(LoadError, match="everyone can write in its folder"):
        load(home, home / "p")


def test_the_users_file_is_checked_too(home: Path) -> None:
    write(home / ".config/playrun/config.toml", "workers = 1\n", 0o666)
    with pytest.raises(LoadError, match=r"config.toml is not read"):
        load(home)


WRONG = [
    ("wokers = 1\n", 1, "wokers: unknown setting; did you mean workers?"),
    ("\n[nothing_like_it]\na = 1\n", 2, "nothing_like_it: unknown setting"),
    ("workers = 0\n", 1, "workers: must be a whole number from 1"),
    ("workers = 1.5\n", 1, "workers: must be a whole number from 1"),
    ("workers = true\n", 1, "workers: must be a number, not True"),
    ("a = 1\nworkers = 1\n", 1, "a: unknown setting"),
    ("processes = -1\n", 1, "processes: must be a whole number from 0"),
    ("idle_timeout = 0\n", 1, "idle_timeout: must be a number of seconds above 0"),
    ("idle_timeout = inf\n", 1, "idle_timeout: must be a number of seconds above 0"),
    ("idle_timeout = nan\n", 1, "idle_timeout: must be a number of seconds above 0"),
    ("user = 5\n", 1, "user: must be text, not 5"),
    ("output = ''\n", 1, "output: must be a path, not ''"),
    ("inventory = 5\n", 1, "inventory: must be text or a list of texts"),
    ("inventory = [5]\n", 1, "inventory: must be a path, not 5"),
    ("encoding = 'utf9'\n", 1, "encoding: there is no encoding 'utf9'"),
    ("encoding = 'hex'\n", 1, "encoding: there is no encoding 'hex'"),
    (
        "host_key_checking = 'stric'\n",
        1,
        "host_key_checking: 'stric' is none of strict, accept-new, off; did you mean strict?",
    ),
    ("output = '~nobody-of-this-name/x'\n", 1, "output: there is no home folder for ~nobody"),
]


@pytest.mark.parametrize(("text", "line", "message"), WRONG)
def test_wrong_settings_are_located(home: Path, text: str, line: int, message: str) -> None:
    write(home / "playrun.toml", text)
    with pytest.raises(LoadError) as caught:
        load(home)
    assert caught.value.message.startswith(message)
    assert caught.value.origin is not None
    assert caught.value.origin[:2] == ("playrun.toml", line)
    assert caught.value.excerpt == text.splitlines()[line - 1]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("workers = \n", (1, 11)),
        ("a = 1\nb = [\n", (2, 1)),
        ("x\n", (1, 2)),
        ("a = 1\na = 2\n", (2, 6)),
    ],
)
def test_broken_toml_is_located(home: Path, text: str, place: tuple[int, int]) -> None:
    write(home / "playrun.toml", text)
    with pytest.raises(LoadError, match="not valid TOML") as caught:
        load(home)
    assert caught.value.origin is not None
    assert caught.value.origin[1:] == place


def test_bytes_that_are_no_text_are_an_error(home: Path) -> None:
    (home / "playrun.toml").write_bytes(b"\xff")
    with pytest.raises(LoadError, match=r"playrun.toml is not UTF-8 text"):
        load(home)


def test_a_wrong_variable_names_the_variable(home: Path) -> None:
    with pytest.raises(
        LoadError, match="environment variable PLAYRUN_WORKERS: must be a number, not 'x'"
    ):
        load(home, PLAYRUN_WORKERS="x")


def test_an_empty_variable_is_not_set_and_others_are_no_settings(home: Path) -> None:
    assert load(home, PLAYRUN_WORKERS="", PLAYRUN_PASSWORD="secret").workers == 32


def test_a_wrong_flag_names_the_flag(home: Path) -> None:
    with pytest.raises(LoadError, match="--idle-timeout: must be a number"):
        load(home, flags={"idle_timeout": 0})


@given(st.text(max_size=40))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "playrun.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        settings = load_settings(folder, {}, {})
    except LoadError as error:
        settings = None
        told = str(error)
    assert settings is not None or told


# --- documentation --------------------------------------------------------------------------


def test_every_setting_is_documented() -> None:
    documented = {setting.name for setting in known_settings()}
    assert documented == {each.name for each in fields(Settings)} - {"root", "sources", "warnings"}
    table = documentation()
    for setting in known_settings():
        assert setting.doc.endswith(".")
        assert f"| `{setting.name}` | `{setting.variable}` |" in table
    assert table.count("\n") == len(documented) + 2
