"""ssh_config files and ssh_common_args."""

from __future__ import annotations

import getpass
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.connections.api import Target
from runner.connections.sshconfig import Answer, parse_config, split_words
from runner.connections.sshsettings import SshConfigs
from runner.errors import ConnectionFailed
from runner.platforms import load


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    return tmp_path


@pytest.fixture
def settings(home):
    def settings(text: str = "", address: str = "r1", notice=None, **given):
        (home / ".ssh" / "config").write_text(text)
        target = Target("inventory-name", address, load("generic"), **given)
        return SshConfigs(notice, home).settings_for(target)

    return settings


def test_without_a_word(settings):
    found = settings()
    assert (found.hostname, found.port, found.user) == ("r1", 22, getpass.getuser())
    assert (found.jumps, found.identity_files) == ((), ())


def test_the_target_wins_over_its_arguments_and_those_over_the_file(settings):
    text = "Host r1\n Port 1\n User file\n"
    assert (settings(text).port, settings(text).user) == (1, "file")
    found = settings(text, ssh_common_args="-p 2 -o User=argument")
    assert (found.port, found.user) == (2, "argument")
    found = settings(text, ssh_common_args="-p 2 -l argument", port=3, user="target")
    assert (found.port, found.user) == (3, "target")


@pytest.mark.parametrize(
    ("header", "applies"),
    [
        ("Host r1", True),
        ("host=r?", True),
        ('Host "r1"', True),
        ("Host *", True),
        ("Host r2 R1", True),
        ("Host * !r1", False),
        ("Host !r2", False),
        ("Host r2", False),
        ("Match all", True),
        ("Match host r*", True),
        ("Match originalhost r2,r1", True),
        ("Match !host r1", False),
        ("Match host r1 user nobody", False),
        ("Match localuser nobody-here", False),
        ("Match exec true", False),
        ("Match host r1 exec true", False),
        ("Match final all", False),
        ("Match sunshine yes", False),
        ("Match host", False),
    ],
)
def test_which_blocks_apply(settings, header, applies):
    assert settings(f"{header}\n\tPort 99\n").port == (99 if applies else 22)


def test_the_first_value_counts_and_identities_add_up(settings, home):
    found = settings(
        "Host r1\n IdentityFile ~/a\n Port 1\n"
        "Host *\n IdentityFile %d/keys/%h-%p-%r\n IdentityFile none\n Port 2\n User u\n"
    )
    assert found.port == 1
    assert found.identity_files == (f"{home}/a", f"{home}/keys/r1-1-u")


def test_match_host_sees_the_name_after_hostname(settings):
    text = "Host r1\n HostName %h.example.net\nMatch host *.example.net\n Port 7\n"
    found = settings(text)
    assert (found.hostname, found.port) == ("r1.example.net", 7)


def test_nothing_is_ever_run(settings, home):
    notices = []
    settings(f'Match exec "touch {home}/ran"\n Port 9\n', notice=notices.append)
    assert not (home / "ran").exists()
    assert len(notices) == 1
    assert f"{home}/.ssh/config:1" in notices[0]


def test_includes_are_relative_globbed_and_conditional(settings, home):
    folder = home / ".ssh" / "config.d"
    folder.mkdir()
    (folder / "1.conf").write_text("Host r1\n Port 11\n")
    (folder / "2.conf").write_text("Port 12\nUser second\nHost r9\n User ninth\n")
    (folder / "loop.conf").write_text("Include config.d/loop.conf\n")
    text = "Include config.d/[12].conf\nHost *\n User last\n"
    assert (settings(text).port, settings(text).user) == (11, "second")
    assert (settings(text, "r9").port, settings(text, "r9").user) == (12, "second")
    only_r9 = "Host r9\n Include config.d/2.conf\nHost *\n User last\n"
    assert (settings(only_r9).port, settings(only_r9).user) == (22, "last")
    assert (settings(only_r9, "r9").port, settings(only_r9, "r9").user) == (12, "second")
    notices = []
    settings("Include config.d/loop.conf\nPort 5\n", notice=notices.append)
    assert any("nested too deep" in notice for notice in notices)


def test_odd_lines_are_told_and_skipped(settings):
    notices = []
    found = settings('Port\n???\nUser "x\nPort 9\n# comment\n\n', notice=notices.append)
    assert found.port == 9
    assert len(notices) == 3


@pytest.mark.parametrize(
    ("jump", "expected"),
    [
        ("b1", [("b1", 22, "u")]),
        ("me@b1:2222", [("b1", 2222, "me")]),
        ("ssh://me@b1:2222", [("b1", 2222, "me")]),
        ("b1,other@[2001:db8::1]:22", [("b1", 22, "u"), ("2001:db8::1", 22, "other")]),
        ("me@corp.example@b1:2222", [("b1", 2222, "me@corp.example")]),
        ("none", []),
    ],
)
@pytest.mark.parametrize("form", ["-J {}", "-o ProxyJump={}", "-oProxyJump={}", "config"])
def test_jumps(settings, jump, expected, form):
    text = f"Host r1\n ProxyJump {jump}\n" if form == "config" else ""
    args = "" if form == "config" else form.format(jump)
    found = settings(text, ssh_common_args=args, user="u")
    assert [(hop.hostname, hop.port, hop.user) for hop in found.jumps] == expected


def test_jump_hosts_have_their_own_configuration(settings, home):
    found = settings(
        "Host bastion\n HostName 192.0.2.9\n Port 2222\n User hop\n IdentityFile ~/hop\n"
        " ProxyJump outer\n"
        "Host r*\n ProxyJump bastion\n"
    )
    assert [hop.place for hop in found.jumps] == ["outer:22", "192.0.2.9:2222"]
    assert found.jumps[1].identity_files == (f"{home}/hop",)
    assert found.jumps[1].user == "hop"


def test_a_jump_host_does_not_jump_through_itself(settings):
    found = settings("Host *\n ProxyJump bastion\n")
    assert [hop.hostname for hop in found.jumps] == ["bastion"]
    assert settings("Host *\n ProxyJump bastion\n", "bastion").jumps == ()


def test_hops_that_a_pattern_names_do_not_lead_through_each_other(settings):
    text = "Host b\n HostName 192.0.2.2\nHost *\n ProxyJump a,b\n"
    assert [hop.hostname for hop in settings(text).jumps] == ["a", "192.0.2.2"]
    assert [hop.hostname for hop in settings(text, "b").jumps] == ["a"]
    assert [hop.hostname for hop in settings(text, "a").jumps] == ["192.0.2.2"]


def test_the_target_is_no_way_to_itself_from_further_off_either(settings):
    text = "Host r1\n ProxyJump a\nHost a\n ProxyJump r1\n"
    assert [hop.hostname for hop in settings(text).jumps] == ["a"]


def test_a_hop_of_the_same_address_on_another_port_is_another_host(settings):
    text = "Host gate\n HostName r1\n Port 2222\nHost r1\n ProxyJump gate\n"
    assert [hop.place for hop in settings(text).jumps] == ["r1:2222"]


def test_jumps_in_a_circle(settings):
    with pytest.raises(ConnectionFailed, match="too many hosts"):
        settings("Host r1\n ProxyJump a\nHost a\n ProxyJump b\nHost b\n ProxyJump a\n")


@pytest.mark.parametrize(
    "command",
    [
        "ssh -W %h:%p me@b1 -p 2222",
        "ssh -q -l me -p 2222 -W %h:%p b1",
        "/usr/bin/ssh -W %h:%p -p 2222 me@b1",
    ],
)
def test_the_old_way_to_write_a_jump(settings, command):
    for written in (
        {"text": f"ProxyCommand {command}"},
        {"ssh_common_args": f'-o ProxyCommand="{command}"'},
    ):
        found = settings(**written)
        assert [(hop.place, hop.user) for hop in found.jumps] == [("b1:2222", "me")]


@pytest.mark.parametrize("command", ["nc %h %p", "ssh b1 nc %h %p", "ssh -W %h:%p", "'"])
def test_other_proxy_commands_are_refused(settings, command):
    with pytest.raises(ConnectionFailed, match=r"config:1: ProxyCommand is not supported"):
        settings(f"ProxyCommand {command}\n")


def test_the_first_of_jump_and_command_counts(settings):
    assert settings("ProxyJump b1\nProxyCommand nc %h %p\n").jumps[0].hostname == "b1"
    assert settings("ProxyCommand none\nProxyJump b1\n").jumps == ()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ("-L 1:2:3", "-L"),
        ("--what", "--what"),
        ("word", "word"),
        ("-o", "wants a value"),
        ("-o 'Port'", "Port"),
        ("-o 'User", "split"),
        ("-o Port=x", "is no port"),
        ("-o Port=70000", "is no port"),
        ("-J a@b@c:x", "ProxyJump wants"),
        ("-J a:0", "0 in ProxyJump 'a:0' is no port"),
        ("-J a:70000", "70000 in ProxyJump 'a:70000' is no port"),
    ],
)
def test_bad_arguments(settings, args, told):
    with pytest.raises(ConnectionFailed, match="ssh_common_args") as failure:
        settings(ssh_common_args=args)
    assert told in str(failure.value)


def test_harmless_arguments(settings):
    found = settings(
        ssh_common_args="-4 -q -vvv -C -o ControlMaster=auto -o 'ControlPersist 60s'"
        " -o KexAlgorithms=+diffie-hellman-group1-sha1 -p 5"
    )
    assert found.port == 5


@pytest.mark.parametrize(
    ("args", "text", "checking"),
    [
        ("", "", None),
        ("-o StrictHostKeyChecking=no", "", "off"),
        ("-o StrictHostKeyChecking=accept-new", "StrictHostKeyChecking yes", "accept-new"),
        ("-o StrictHostKeyChecking=ask", "", None),
        ("", "StrictHostKeyChecking yes", "strict"),
        ("", "StrictHostKeyChecking no", None),
    ],
)
def test_host_key_checking(settings, args, text, checking):
    assert settings(text, ssh_common_args=args).host_key_checking == checking


def test_known_hosts_files(settings, home):
    assert settings().known_hosts == (f"{home}/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts")
    found = settings("UserKnownHostsFile ~/one ~/two\nHostKeyAlias x\n")
    assert found.known_hosts == (f"{home}/one", f"{home}/two")
    assert found.host_key_alias == "x"


def test_another_file_and_none(settings, home):
    (home / "mine").write_text("Port 77\n")
    assert settings("Port 1\n", ssh_config_file=str(home / "mine")).port == 77
    assert settings("Port 1\n", ssh_common_args=f"-F {home}/mine").port == 77
    assert settings("Port 1\n", ssh_config_file="").port == 22
    with pytest.raises(ConnectionFailed, match="cannot be read"):
        settings(ssh_config_file=str(home / "none"))


@given(st.text(max_size=200))
def test_any_text_can_be_parsed_and_asked(text):
    config = parse_config(text, "file", "/nonexistent", lambda _path: "")
    answer = Answer("r1", "", "me")
    answer.take(config.blocks)


@given(st.lists(st.text("ab c#", min_size=1, max_size=5), max_size=4))
def test_quoted_words_survive(words):
    assert split_words(" ".join(f'"{word}"' for word in words)) == words


def test_openssh_agrees(home, tmp_path):
    """Where the client of OpenSSH is at hand, it is asked about the same file."""
    text = (
        "Host r1 edge-*\n User one\n Port 2001\nHost !edge-2 edge-*\n User two\n"
        "Match host edge-1\n HostName 192.0.2.1\nMatch host 192.0.2.1\n Port 5\n"
        "Host *\n User three\n ProxyJump x@bastion:99\n"
    )
    config = tmp_path / "asked"
    config.write_text(text)
    for host in ("r1", "edge-1", "edge-2", "other"):
        try:
            told = subprocess.run(
                ["ssh", "-G", "-F", config, host], capture_output=True, text=True, check=True
            ).stdout
        except FileNotFoundError:
            pytest.skip("no ssh program here")
        theirs = dict(line.split(" ", 1) for line in told.splitlines() if " " in line)
        target = Target(host, host, load("generic"), ssh_config_file=str(config))
        found = SshConfigs(home=home).settings_for(target)
        jump = found.jumps[0]
        assert (found.hostname, str(found.port), found.user) == (
            theirs["hostname"],
            theirs["port"],
            theirs["user"],
        )
        assert f"{jump.user}@{jump.place}" == theirs["proxyjump"]


def test_a_file_that_includes_itself_ends_with_a_notice():
    reads = []

    def read(path: str) -> str:
        reads.append(path)
        return text

    text = f"Include {__file__}\n" * 3 + "User me\n"
    config = parse_config(text, __file__, "/", read)
    assert len(reads) == 200
    (notice,) = [text for text in config.notices if "more than 200 included files" in text]
    assert notice.startswith(f"{__file__}:")


def test_words_are_split_in_linear_time():
    class Text(str):
        copied = 0

        def __getitem__(self, part):
            found = super().__getitem__(part)
            Text.copied += len(found)
            return found

    text = Text("word " * 1_000)
    assert split_words(text) == ["word"] * 1_000
    assert Text.copied <= 2 * len(text)
