"""Ansible's configuration as a fallback: what is read, from where, and what wins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runner.errors import LoadError
from runner.settings import Settings, load_settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    return folder


def write(file: Path, text: str, mode: int = 0o644) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
    return file


def load(home: Path, flags: Mapping[str, Any] | None = None, /, **environ: str) -> Settings:
    return load_settings(home / "p", flags or {}, {"HOME": str(home), **environ})


def from_cfg(home: Path, text: str) -> Settings:
    write(home / "p/ansible.cfg", text)
    return load(home)


def test_what_public_repositories_set(home: Path) -> None:
    (home / "p/plugins/filter").mkdir(parents=True)
    (home / "p/more").mkdir()
    settings = from_cfg(
        home,
        """
[defaults]
inventory = ./hosts, inv/b.yml  ; two of them
roles_path = roles:~/shared/roles
collections_paths = ./collections
filter_plugins = plugins/filter:more
forks=50
timeout = 45
remote_user = "admin"
private_key_file = ~/.ssh/key
host_key_checking = False
vault_password_file = .vault_pass
vault_identity_list = dev@dev.txt, prod@prompt
gathering = explicit
force_handlers = True
ask_pass = yes
stdout_callback = yaml
retry_files_enabled = False
interpreter_python = auto_silent
jinja2_extensions = jinja2.ext.do
some_setting_of_tomorrow = 5
nocows = 1

[privilege_escalation]
become = True
become_method = enable
become_ask_pass = False

[persistent_connection]
connect_timeout = 200
command_timeout = 180

[ssh_connection]
ssh_args = -o ControlMaster=auto
ssh_common_args = -o ProxyJump=gate
pipelining = True

[inventory]
cache = true
cache_timeout = 600
enable_plugins = host_list, script
""",
    )
    assert settings.inventory == ("p/hosts", "p/inv/b.yml")
    assert settings.roles_path == ("p/roles", "shared/roles")
    assert settings.collections_path == ("p/collections",)
    assert settings.filter_plugins == ("p/plugins/filter", "p/more")
    assert (settings.workers, settings.connect_timeout, settings.user) == (50, 45.0, "admin")
    assert settings.private_key_file == ".ssh/key"
    assert settings.host_key_checking == "off"
    assert settings.vault_password_file == ("p/.vault_pass",)
    assert settings.vault_identity_list == ("dev@p/dev.txt", "prod@prompt")
    assert settings.gathering == "explicit"
    assert settings.force_handlers
    assert (settings.ask_password, settings.ask_become_password) == (True, False)
    assert settings.become is True
    assert (settings.command_timeout, settings.idle_timeout) == (180.0, 180.0)
    assert settings.ssh_common_args == "-o ControlMaster=auto -o ProxyJump=gate"
    assert settings.inventory_cache == 600
    assert settings.source_of("workers") == "p/ansible.cfg"
    assert settings.warnings == ()


def test_folders_for_filters_that_are_not_there_are_nothing(home: Path) -> None:
    (home / "p/mine").mkdir(parents=True)
    settings = from_cfg(home, "[defaults]\nfilter_plugins = ./filter_plugins:mine\n")
    assert settings.filter_plugins == ("p/mine",)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[defaults]\n", "accept-new"),
        ("[defaults]\nhost_key_checking = True\n", "strict"),
        ("[defaults]\nhost_key_checking = 0\n", "off"),
        ("[paramiko_connection]\nhost_key_auto_add = True\n", "accept-new"),
        (
            "[defaults]\nhost_key_checking = 1\n[paramiko_connection]\nhost_key_auto_add = yes\n",
            "accept-new",
        ),
        (
            "[defaults]\nhost_key_checking = 0\n[paramiko_connection]\nhost_key_auto_add = yes\n",
            "off",
        ),
    ],
)
def test_host_keys(home: Path, text: str, meant: str) -> None:
    assert from_cfg(home, text).host_key_checking == meant


def test_time_to_connect_may_be_said_in_two_places(home: Path) -> None:
    text = "[persistent_connection]\nconnect_timeout = 61\n"
    assert from_cfg(home, text).connect_timeout == 61
    assert from_cfg(home, text + "[defaults]\ntimeout = 12\n").connect_timeout == 12


def test_every_source_of_ours_wins(home: Path) -> None:
    write(home / "p/ansible.cfg", "[defaults]\nforks = 1\nremote_user = cfg\ntimeout = 1\n")
    write(home / ".config/playrun/config.toml", "user = 'toml'\n")
    settings = load(home, {"workers": 3}, ANSIBLE_TIMEOUT="7", ANSIBLE_REMOTE_USER="env")
    assert (settings.workers, settings.user, settings.connect_timeout) == (3, "toml", 7.0)
    assert settings.source_of("connect_timeout") == "ANSIBLE_TIMEOUT"


def test_variables_of_ansibles(home: Path) -> None:
    settings = load(
        home,
        ANSIBLE_INVENTORY="a,b",
        ANSIBLE_ROLES_PATH="/r:s",
        ANSIBLE_HOST_KEY_CHECKING="False",
        ANSIBLE_VAULT_PASSWORD_FILE="v",
        ANSIBLE_FORKS="9",
        ANSIBLE_PRIVATE_KEY_FILE="k",
    )
    assert settings.inventory == ("a", "b")
    assert settings.roles_path == ("/r", "s")
    assert settings.host_key_checking == "off"
    assert settings.vault_password_file == ("v",)
    assert (settings.workers, settings.private_key_file) == (9, "k")
    assert settings.source_of("workers") == "ANSIBLE_FORKS"


def test_the_first_file_counts_and_only_that(home: Path, tmp_path: Path) -> None:
    def forks(number: int) -> str:
        return f"[defaults]\nforks = {number}\n"

    write(home / ".ansible.cfg", forks(4) + "timeout = 99\n")
    assert load(home).workers == 4
    write(home / "p/ansible.cfg", forks(3))
    assert load(home).workers == 3
    assert load(home).connect_timeout == 10.0
    write(home / "ansible.cfg", forks(2))
    assert load(home).workers == 2
    named = write(tmp_path / "named/my.cfg", forks(1))
    assert load(home, ANSIBLE_CONFIG=str(named)).workers == 1
    write(tmp_path / "named/ansible.cfg", forks(7))
    assert load(home, ANSIBLE_CONFIG=str(tmp_path / "named")).workers == 7
    assert load(home, ANSIBLE_CONFIG=str(tmp_path / "nowhere")).workers == 2


def test_what_everyone_may_write_is_passed_over_and_said(home: Path) -> None:
    write(home / "p/ansible.cfg", "[defaults]\nforks = 3\n")
    write(home / ".ansible.cfg", "[defaults]\nforks = 4\n")
    (home / "p").chmod(0o777)
    settings = load(home)
    assert settings.workers == 4
    assert len(settings.warnings) == 1
    assert settings.warnings[0].startswith("p/ansible.cfg is not read: everyone can write")
    # Who names a file means it.
    named = load(home, ANSIBLE_CONFIG=str(home / "p/ansible.cfg"))
    assert (named.workers, named.warnings) == (3, ())
    (home / "p").chmod(0o755)
    (home / "p/ansible.cfg").chmod(0o666)
    assert load(home).workers == 4


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[defaults]\nhash_behaviour = merge\n", 2, r"merge is not supported.*combine"),
        ("[defaults]\n\n  forks = many\n", 3, "forks: must be a number"),
        ("[defaults]\nforks = 0\n", 2, "whole number from 1"),
        ("[x]\nbecome=1\n[privilege_escalation]\nbecome = perhaps\n", 4, "become: must be true"),
        ("[defaults]\ngathering = never\n", 2, "none of implicit, explicit, smart"),
        ("forks = 3\n", 1, "no .section. before this line"),
        ("[defaults]\nforks\n", 2, "neither `key = value` nor"),
        ("[defaults]\nhost_key_checking = maybe\n", 2, "none of strict"),
    ],
)
def test_a_wrong_value_is_an_error_with_its_place(
    home: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(LoadError, match=words) as caught:
        from_cfg(home, text)
    assert caught.value.origin is not None
    assert (caught.value.origin.file, caught.value.origin.line) == ("p/ansible.cfg", line)


def test_merging_variables_is_refused_from_the_environment_too(home: Path) -> None:
    with pytest.raises(LoadError, match="not supported"):
        load(home, ANSIBLE_HASH_BEHAVIOUR="merge")
    assert load(home, ANSIBLE_HASH_BEHAVIOUR="replace").workers == 32


def test_strategies_of_plugins_are_not_ours(home: Path) -> None:
    assert from_cfg(home, "[defaults]\nstrategy = mitogen_linear\n").strategy == "linear"
    assert from_cfg(home, "[defaults]\nstrategy = ansible.builtin.free\n").strategy == "free"
