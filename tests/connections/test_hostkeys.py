"""known_hosts files, as OpenSSH writes them and as nobody should."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.connections.hostkeys import (
    KnownHosts,
    KnownHostsFile,
    fingerprint,
    known_name,
    parse,
    wildcard_match,
)
from runner.errors import HostKeyMismatch


def blob(kind: str = "ssh-ed25519", content: bytes = b"k") -> bytes:
    name = kind.encode()
    return len(name).to_bytes(4, "big") + name + content


def line(names: str, key: bytes, kind: str = "ssh-ed25519") -> str:
    return f"{names} {kind} {base64.b64encode(key).decode()}\n"


def hashed(name: str, salt: bytes = b"salt" * 5) -> str:
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


ONE, TWO, RSA = blob(content=b"one"), blob(content=b"two"), blob("ssh-rsa", b"rsa")


@pytest.fixture
def files(tmp_path):
    def files(own: str = "", other: str = "", **given):
        (tmp_path / "own").write_text(own)
        (tmp_path / "other").write_text(other)
        return KnownHosts().checker(
            given.get("host", "r1"),
            given.get("port", 22),
            given.get("checking", "accept-new"),
            str(tmp_path / "own"),
            [str(tmp_path / "other"), str(tmp_path / "missing")],
        )

    return files


@pytest.mark.parametrize(
    ("names", "host", "port"),
    [
        ("r1", "r1", 22),
        ("R1", "r1", 22),
        ("r1,192.0.2.1", "192.0.2.1", 22),
        ("[r1]:2222", "r1", 2222),
        ("r?", "r1", 22),
        ("*.example.net,r*", "r1", 22),
        (hashed("r1"), "r1", 22),
        (hashed("[r1]:2222"), "r1", 2222),
        ("[2001:db8::1]:830", "2001:DB8::1", 830),
        ("2001:db8::1", "2001:db8::1", 22),
        ("r1", "r1", 2222),
    ],
)
def test_a_known_key_is_accepted_under_every_name(files, names, host, port):
    for checking in ("strict", "accept-new", "off"):
        files(other=line(names, ONE), host=host, port=port, checking=checking).check(ONE)


@pytest.mark.parametrize("names", ["r2", "!r1,r*", "[r1]:2222", hashed("r2"), "*.r1", "|1|x|y"])
def test_other_names_do_not_count(files, tmp_path, names):
    with pytest.raises(HostKeyMismatch, match="is not known"):
        files(other=line(names, ONE), checking="strict").check(ONE)
    assert (tmp_path / "own").read_text() == ""


@pytest.mark.parametrize("checking", ["strict", "accept-new"])
@pytest.mark.parametrize("names", ["r1", "r*", hashed("r1")])
def test_a_changed_key_is_refused_with_all_that_helps(files, tmp_path, checking, names):
    with pytest.raises(HostKeyMismatch) as failure:
        files(other="# a comment\n" + line(names, ONE), checking=checking).check(TWO)
    told = str(failure.value)
    assert fingerprint(ONE) in told
    assert fingerprint(TWO) in told
    assert f"{tmp_path}/other:2" in told
    assert "remove: line 2 of" in told


def test_off_accepts_a_changed_key_but_never_a_revoked_one(files):
    files(other=line("r1", ONE), checking="off").check(TWO)
    with pytest.raises(HostKeyMismatch, match="revoked"):
        files(other="@revoked " + line("*", TWO), checking="off").check(TWO)


def test_a_revoked_key_counts_wherever_it_stands(files):
    revoked = "@revoked " + line(hashed("r1"), ONE)
    for own, other in ((line("r1", ONE), revoked), (revoked, line("r1", ONE))):
        with pytest.raises(HostKeyMismatch, match=r"revoked in .*:1"):
            files(own, other).check(ONE)
    files(other="@revoked " + line("r1", ONE)).check(TWO)


def test_a_certificate_authority_is_said_to_be_unsupported(files, tmp_path):
    with pytest.raises(HostKeyMismatch, match=r"@cert-authority in .*other:1"):
        files(other="@cert-authority " + line("r*", ONE)).check(TWO)
    assert (tmp_path / "own").read_text() == ""


def test_a_key_of_another_kind_is_a_changed_key(files):
    with pytest.raises(HostKeyMismatch, match="has changed"):
        files(other=line("r1", ONE)).check(RSA)


def test_the_kinds_of_keys_that_are_known(files):
    checker = files(other=line("r1", RSA, "ssh-rsa") + line("r1", ONE) + line("r2", TWO))
    assert checker.known_types() == ("ssh-rsa", "ssh-ed25519")


@pytest.mark.parametrize("before", ["", line("r2", TWO), line("r2", TWO).rstrip("\n"), "odd"])
def test_a_new_key_is_appended_on_a_line_of_its_own(files, tmp_path, before):
    files(before).check(ONE)
    kept = (tmp_path / "own").read_text()
    assert kept.startswith(before)
    assert kept.splitlines()[-1] + "\n" == line("r1", ONE)
    files(kept, checking="strict").check(ONE)


def test_a_new_key_is_kept_beside_a_revoked_one(files, tmp_path):
    files("@revoked " + line("*", TWO)).check(ONE)
    assert line("r1", ONE) in (tmp_path / "own").read_text()


def test_a_file_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "folder").write_text("")
    path = str(tmp_path / "folder" / "known_hosts")
    checker = KnownHosts().checker("r1", 22, "accept-new", path, [])
    with pytest.raises(HostKeyMismatch, match="cannot be saved"):
        checker.check(ONE)


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "# r1 ssh-rsa AAAA",
        "r1",
        "r1 ssh-ed25519",
        "r1 ssh-ed25519 ???",
        "r1 ssh-rsa " + base64.b64encode(ONE).decode(),
        "@unknown r1 ssh-ed25519 " + base64.b64encode(ONE).decode(),
        "r1 1024 35 12345678901234567890",
        "|1|only-one ssh-ed25519 " + base64.b64encode(ONE).decode(),
        "\x00\xff\udce4\x0b",
        "<html>",
    ],
)
def test_one_odd_line_never_spoils_the_rest(files, odd):
    text = f"{odd}\n{line('r1', ONE)}{odd}\n"
    assert [entry.line for entry in parse(text) if entry.names == "r1"] == [2]


@given(st.text(max_size=300))
def test_any_text_can_be_parsed_and_asked(text):
    for entry in parse(text):
        entry.matches("r1")


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=12))
def test_wildcards_mean_what_they_mean(pattern, name):
    import re

    meant = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    assert wildcard_match(pattern, name) == bool(re.fullmatch(meant, name))


def test_many_stars_are_no_trap():
    # With backtracking this would not end in this century.
    assert not wildcard_match("*a" * 40 + "b", "a" * 4_000)


def test_a_file_is_read_again_only_when_it_changed(tmp_path):
    path = tmp_path / "known_hosts"
    path.write_text(line("r1", ONE))
    known = KnownHostsFile(str(path))
    assert [entry.blob for entry in known.lookup("r1")] == [ONE]
    stamp = path.stat()
    path.write_text(line("r1", TWO))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert [entry.blob for entry in known.lookup("r1")] == [ONE]
    with path.open("a") as file:
        file.write(line("r2", ONE))
    assert [entry.blob for entry in known.lookup("r1")] == [TWO]
    assert [entry.line for entry in known.lookup("r2")] == [2]
    path.unlink()
    assert known.lookup("r1") == []


def test_many_threads_add_each_host_once(tmp_path):
    path = str(tmp_path / "folder" / "known_hosts")
    keys = {f"r{n}": blob(content=b"%d" % n) for n in range(40)}
    errors = []

    def learn(known: KnownHosts) -> None:
        for name, key in keys.items():
            try:
                known.checker(name, 22, "accept-new", path, []).check(key)
            except HostKeyMismatch as error:
                errors.append(error)

    # Two of one process share a reader, the third stands for another process.
    shared = KnownHosts()
    threads = [threading.Thread(target=learn, args=(k,)) for k in (shared, shared, KnownHosts())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(
        entry.names for entry in parse((tmp_path / "folder/known_hosts").read_text())
    ) == (sorted(keys))


def test_the_second_of_two_different_new_keys_is_refused(tmp_path):
    path = str(tmp_path / "known_hosts")
    known = KnownHosts()
    first, second = (known.checker("r1", 22, "accept-new", path, []) for _ in range(2))
    first.check(ONE)
    with pytest.raises(HostKeyMismatch, match="has changed"):
        second.check(TWO)


def test_a_new_key_waits_for_whoever_is_writing(tmp_path):
    path = tmp_path / "known_hosts"
    checker = KnownHosts().checker("r1", 22, "accept-new", str(path), [])
    refused = []

    def learn() -> None:
        try:
            checker.check(ONE)
        except HostKeyMismatch as error:
            refused.append(error)

    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        thread = threading.Thread(target=learn)
        thread.start()
        thread.join(0.2)
        file.write(line("r1", TWO))
    thread.join(20)
    assert len(refused) == 1
    assert path.read_text() == line("r1", TWO)


def test_names():
    assert known_name("R1", 22) == "r1"
    assert known_name("R1", 830) == "[r1]:830"
    expected = base64.b64encode(hashlib.sha256(ONE).digest()).decode().rstrip("=")
    assert fingerprint(ONE) == f"SHA256:{expected}"
