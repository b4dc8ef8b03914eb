"""OpenSSH servers in many dresses, their host keys, and keys to log in with."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from realparts import place
from realparts.daemons import Daemon, children, listens, wait_for

PASSPHRASE = "open sesame"

_BASE = """\
UsePAM no
PasswordAuthentication no
PubkeyAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
AuthorizedKeysFile /run/real/keys/authorized_keys
TrustedUserCAKeys /run/real/keys/ca.pub
PidFile none
PrintMotd no
PrintLastLog no
UseDNS no
"""
_PASSWORD = "PasswordAuthentication yes"
_KEY = "PubkeyAuthentication yes"
_KEX = "KexAlgorithms diffie-hellman-group14-sha1,diffie-hellman-group1-sha1"
_HOST_KEY = "HostKeyAlgorithms ssh-rsa"
_CIPHERS = "Ciphers aes128-cbc,3des-cbc"
_MACS = "MACs hmac-sha1"
_USER_KEY = "PubkeyAcceptedAlgorithms ssh-rsa"

DRESSES: dict[str, tuple[str, ...]] = {
    "password": (_PASSWORD,),
    "key": (_KEY,),
    "either": (_PASSWORD, _KEY),
    "both": (_PASSWORD, _KEY, "AuthenticationMethods publickey,password"),
    "interactive": ("UsePAM yes", "KbdInteractiveAuthentication yes"),
    "debian": ("UsePAM yes", _PASSWORD, _KEY, "KbdInteractiveAuthentication yes"),
    "banner": (_PASSWORD, "Banner /run/real/ssh/banner"),
    "one-session": (_PASSWORD, "MaxSessions 1"),
    "few-startups": (_PASSWORD, "MaxStartups 2"),
    "no-tty": (_PASSWORD, "PermitTTY no"),
    "files": (_PASSWORD, "Subsystem sftp internal-sftp"),
    "more": (_PASSWORD, "SetEnv VTYSH_PAGER=more"),
    "few-tries": (_PASSWORD, "MaxAuthTries 1"),
    "legacy-group14": (_PASSWORD, "KexAlgorithms diffie-hellman-group14-sha1"),
    "legacy-group1": (_PASSWORD, "KexAlgorithms diffie-hellman-group1-sha1"),
    "legacy-gex": (_PASSWORD, "KexAlgorithms diffie-hellman-group-exchange-sha1"),
    "legacy-host-key": (_PASSWORD, _HOST_KEY),
    "legacy-cipher": (_PASSWORD, _CIPHERS),
    "legacy-mac": (_PASSWORD, _MACS),
    "legacy-user-key": (_KEY, _USER_KEY),
    "legacy": (_PASSWORD, _KEX, _HOST_KEY, _CIPHERS, _MACS),
    "legacy-all": (_KEY, _USER_KEY, _KEX, _HOST_KEY, _CIPHERS, _MACS),
}
"""What each server's configuration adds to a server that lets nobody in."""

BANNER = "#### Authorised users only ####\nType nothing> before you are asked#\n"


@dataclass(slots=True)
class SshServer:
    """A running sshd and what is needed to start it again."""

    name: str
    address: str
    port: int
    config: Path
    daemon: Daemon
    netns: str | None = None

    @property
    def known_hosts_lines(self) -> str:
        """This server's keys as they stand in a known_hosts file."""
        name = self.address if self.port == 22 else f"[{self.address}]:{self.port}"
        return "".join(f"{name} {key}\n" for key in host_keys("server"))

    def failed_logins(self, user: str) -> int:
        """How many times a wrong credential of that user was seen, by the server's own log."""
        lines = self.daemon.log.read_text(errors="replace").splitlines()
        words = (f"Failed password for {user} from", f"PAM: Authentication failure for {user} from")
        return sum(any(word in line for word in words) for line in lines)

    def kill_connections(self) -> None:
        """Ends every connection, not the server: a cable cut in the middle."""
        self.daemon.kill_children()

    def stop(self) -> None:
        self.daemon.stop()


def _keygen(path: Path, kind: str, *options: str, passphrase: str = "") -> Path:
    if not path.exists():
        subprocess.run(
            ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path), *options],
            check=True,
        )
    return path


def _host_key_files(family: str) -> list[Path]:
    folder = place.folder("ssh")
    return [_keygen(folder / f"{family}-{kind}", kind) for kind in ("ed25519", "ecdsa", "rsa")]


def host_keys(family: str) -> list[str]:
    """`type base64` of a family's public host keys. `server` is everybody's, `other` nobody's."""
    texts = [path.with_suffix(".pub").read_text() for path in _host_key_files(family)]
    return [" ".join(text.split()[:2]) for text in texts]


@cache
def _penalties_off() -> str:
    # Newer servers shut out an address after failures; these tests fail on purpose.
    config = place.folder("ssh") / "probe.conf"
    config.write_text("PerSourcePenalties no\n")
    key = _host_key_files("server")[0]
    probe = subprocess.run(
        ["/usr/sbin/sshd", "-t", "-f", str(config), "-h", str(key)],
        check=False,
        capture_output=True,
    )
    return config.read_text() if probe.returncode == 0 else ""


def start(
    dress: str,
    address: str,
    port: int = 22,
    *,
    family: str = "server",
    netns: str | None = None,
) -> SshServer:
    """Starts a server of that dress and waits until it listens."""
    place.folder("../sshd")
    folder = place.folder("ssh")
    (folder / "banner").write_text(BANNER)
    config = folder / f"{dress}-{address}-{port}-{family}.conf"
    keys = "".join(f"HostKey {path}\n" for path in _host_key_files(family))
    extra = "".join(f"{line}\n" for line in DRESSES[dress])
    # The first value given for an option wins in sshd's configuration.
    config.write_text(
        f"{extra}{_BASE}{_penalties_off()}{keys}ListenAddress {address}\nPort {port}\n"
    )
    inside = ["ip", "netns", "exec", netns] if netns else []
    daemon = Daemon(f"sshd-{config.stem}", [*inside, "/usr/sbin/sshd", "-D", "-e", "-f", config])
    daemon.wait_until(f"listening on {address}", lambda: listens(address, port, netns))
    return SshServer(dress, address, port, config, daemon, netns)


@dataclass(frozen=True, slots=True)
class LoginKeys:
    """Private keys that the servers accept for every test user; `stranger` is accepted nowhere."""

    ed25519: Path
    rsa: Path
    ecdsa: Path
    encrypted: Path
    encrypted_pem: Path
    certified: Path
    stranger: Path


def make_login_keys() -> LoginKeys:
    """Makes the keys, the certificate authority and the authorized_keys file."""
    folder = place.folder("keys")
    plain = [_keygen(folder / kind, kind) for kind in ("ed25519", "rsa", "ecdsa")]
    encrypted = _keygen(folder / "encrypted", "ed25519", passphrase=PASSPHRASE)
    pem = _keygen(folder / "encrypted_pem", "rsa", "-m", "PEM", passphrase=PASSPHRASE)
    known = [*plain, encrypted, pem]
    authorized = "".join(path.with_suffix(".pub").read_text() for path in known)
    (folder / "authorized_keys").write_text(authorized)
    certified = _certify(folder)
    return LoginKeys(*plain, encrypted, pem, certified, _keygen(folder / "stranger", "ed25519"))


def _certify(folder: Path) -> Path:
    authority = _keygen(folder / "ca", "ed25519")
    certified = _keygen(folder / "certified", "ed25519")
    subprocess.run(
        [
            *("ssh-keygen", "-q", "-s", str(authority), "-I", "engineer"),
            *("-n", "engineer", str(certified.with_suffix(".pub"))),
        ],
        check=True,
    )
    return certified


def make_jump() -> tuple[SshServer, SshServer]:
    """A jump host, and a host that only it can reach: namespaces in a row."""
    _netns("jump", ("jump-core", "10.98.0.1/24"))
    _netns("inner", None)
    _ip(
        "-n",
        "jump",
        "link",
        "add",
        "eth1",
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        "inner",
    )
    _address("jump", "eth1", "10.97.0.1/24")
    _address("inner", "eth0", "10.97.0.2/24")
    jump = start("either", "10.98.0.1", netns="jump")
    return jump, start("password", "10.97.0.2", netns="inner")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def _netns(name: str, uplink: tuple[str, str] | None) -> None:
    _ip("netns", "add", name)
    _ip("-n", name, "link", "set", "lo", "up")
    if uplink is not None:
        link, address = uplink
        _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("address", "add", "10.98.0.254/24", "dev", link)
        _ip("link", "set", link, "up")
        _address(name, "eth0", address)


def _address(netns: str, link: str, address: str) -> None:
    _ip("-n", netns, "address", "add", address, "dev", link)
    _ip("-n", netns, "link", "set", link, "up")


def client(server: SshServer, user: str, *options: str, key: Path | None = None) -> Sequence[str]:
    """An `ssh` command line that reads no configuration and knows only this server."""
    known = place.folder("ssh") / f"known-{server.name}"
    known.write_text(server.known_hosts_lines)
    identity = ["-i", str(key), "-o", "IdentitiesOnly=yes"] if key else []
    return [
        *("ssh", "-F", "none", "-o", f"UserKnownHostsFile={known}"),
        *("-o", "GlobalKnownHostsFile=none", "-o", "IdentityAgent=none"),
        *(*identity, *options, "-p", str(server.port), f"{user}@{server.address}"),
    ]


def ask_password(password: str) -> dict[str, str]:
    """Environment in which `ssh` takes the password from a program instead of a terminal."""
    program = place.folder("ssh") / "askpass"
    if not program.exists():
        program.write_text('#!/bin/sh\nprintf "%s\\n" "$ASKED_PASSWORD"\n')
        program.chmod(0o755)
    return {
        "SSH_ASKPASS": str(program),
        "SSH_ASKPASS_REQUIRE": "force",
        "ASKED_PASSWORD": password,
        "PATH": "/usr/bin:/bin",
    }


def wait_idle(server: SshServer) -> None:
    """Waits until no connection of the server is left."""
    wait_for(f"{server.name} idle", lambda: not list(children(server.daemon.pid)))
