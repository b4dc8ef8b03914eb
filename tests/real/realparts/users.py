"""Test users, written into the run's own copy of /etc/passwd and its kin."""

from __future__ import annotations

import grp
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from realparts import place

FIRST_UID = 61001


@dataclass(frozen=True, slots=True)
class User:
    """A user of the test machine. Nothing about the password is secret."""

    name: str
    password: str
    home: Path


def _hashed(password: str) -> str:
    # Python lost its crypt module in 3.13; Debian cannot be without perl-base.
    program = "print crypt($ARGV[0], '$6$playrun$')"
    return subprocess.run(
        ["perl", "-e", program, password], check=True, capture_output=True, text=True
    ).stdout


def _append(path: str, line: str) -> None:
    with Path(path).open("a") as file:
        file.write(line + "\n")


def _join(group: str, user: str) -> None:
    lines = Path("/etc/group").read_text().splitlines()
    for number, line in enumerate(lines):
        if line.startswith(group + ":"):
            lines[number] = line + ("" if line.endswith(":") else ",") + user
    # In place: the file is a bind mount and cannot be renamed over.
    Path("/etc/group").write_text("\n".join(lines) + "\n")


def add(
    name: str,
    password: str,
    *,
    shell: str = "/bin/sh",
    groups: tuple[str, ...] = (),
    changed: int = 20000,
) -> User:
    """Makes a user with a home and a private group.

    `changed`: the day of the last change of the password, from 1970; 0: it has to be changed.
    """
    place.check()
    uid = FIRST_UID + len(list(place.folder("home").iterdir()))
    home = place.folder(f"home/{name}")
    _append("/etc/passwd", f"{name}:x:{uid}:{uid}:{name}:{home}:{shell}")
    _append("/etc/group", f"{name}:x:{uid}:")
    _append("/etc/shadow", f"{name}:{_hashed(password)}:{changed}:0:99999:7:::")
    for group in groups:
        grp.getgrnam(group)
        _join(group, name)
    os.chown(home, uid, uid)
    return User(name, password, home)
