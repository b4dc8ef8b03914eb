"""What is known of the controller: what `setup` gives, under Ansible's names."""

from __future__ import annotations

import functools
import getpass
import importlib.util
import os
import platform
import pwd
import shutil
import socket
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner.actions.machine.network import network
from runner.values import OwnPath

_FAMILIES = {
    "debian": "Debian",
    "ubuntu": "Debian",
    "rhel": "RedHat",
    "fedora": "RedHat",
    "centos": "RedHat",
    "suse": "Suse",
    "opensuse": "Suse",
    "arch": "Archlinux",
    "alpine": "Alpine",
    "gentoo": "Gentoo",
}
_NAMES = {
    "debian": "Debian",
    "ubuntu": "Ubuntu",
    "rhel": "RedHat",
    "centos": "CentOS",
    "fedora": "Fedora",
    "rocky": "Rocky",
    "almalinux": "AlmaLinux",
    "amzn": "Amazon",
    "ol": "OracleLinux",
    "alpine": "Alpine",
    "arch": "Archlinux",
    "sles": "SLES",
    "kali": "Kali",
    "linuxmint": "Linux Mint",
}
_PACKAGERS = {
    "dnf": "dnf",
    "apt-get": "apt",
    "yum": "yum",
    "zypper": "zypper",
    "apk": "apk",
    "pacman": "pacman",
}


def facts(subsets: frozenset[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """The facts of the subsets: what `setup` knows by these names."""
    found: dict[str, Any] = {}
    for name in sorted(subsets & _LASTING.keys()):
        found |= _lasting(name)
    if "date_time" in subsets:
        found["ansible_date_time"] = date_time()
    if "env" in subsets:
        found["ansible_env"] = {**_shown_environment(), **environment}
    if "hardware" in subsets:
        found |= {**_processors(), **_memory()}
    if "network" in subsets:
        found |= network()
    return found


def _shown_environment() -> dict[str, str]:
    """Passwords that playrun itself was given are nobody's business."""
    return {
        name: OwnPath(value) if value.startswith("/") else value
        for name, value in os.environ.items()
        if not (name.startswith("PLAYRUN_") and "PASSWORD" in name)
    }


@functools.cache
def _lasting(subset: str) -> Mapping[str, Any]:
    """What does not change while we run."""
    return _LASTING[subset]()


def _system() -> dict[str, Any]:
    about = os.uname()
    full = socket.getfqdn()
    return {
        "ansible_system": about.sysname,
        "ansible_kernel": about.release,
        "ansible_kernel_version": about.version,
        "ansible_machine": about.machine,
        "ansible_architecture": {"i686": "i386"}.get(about.machine, about.machine),
        "ansible_userspace_bits": platform.architecture()[0].removesuffix("bit"),
        "ansible_nodename": about.nodename,
        "ansible_hostname": about.nodename.split(".")[0],
        "ansible_fqdn": full,
        "ansible_domain": full.partition(".")[2],
        "ansible_machine_id": _text("/etc/machine-id"),
    }


def _packager() -> str:
    return next((name for tool, name in _PACKAGERS.items() if shutil.which(tool)), "unknown")


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _distribution() -> dict[str, Any]:
    try:
        about = platform.freedesktop_os_release()
    except OSError:
        about = {}
    known = about.get("ID", "").lower()
    like = [known, *about.get("ID_LIKE", "").lower().split()]
    version = about.get("VERSION_ID", "NA")
    if known == "debian":
        version = _text("/etc/debian_version") or version
    family = next((_FAMILIES[name] for name in like if name in _FAMILIES), None)
    name = _NAMES.get(known, about.get("NAME", platform.system()).split(" ")[0])
    return {
        "ansible_distribution": name,
        "ansible_distribution_version": version,
        "ansible_distribution_major_version": version.split(".")[0],
        "ansible_distribution_release": about.get("VERSION_CODENAME") or "NA",
        "ansible_os_family": family or name,
    }


def _python() -> dict[str, Any]:
    version = sys.version_info
    return {
        "ansible_python_version": platform.python_version(),
        "ansible_python": {
            "executable": sys.executable,
            "has_sslcontext": importlib.util.find_spec("_ssl") is not None,
            "type": sys.implementation.name,
            "version": {
                "major": version.major,
                "minor": version.minor,
                "micro": version.micro,
                "releaselevel": version.releaselevel,
                "serial": version.serial,
            },
            "version_info": list(version),
        },
    }


def _user() -> dict[str, Any]:
    number = os.getuid()
    try:
        entry = pwd.getpwuid(number)
    except KeyError:
        entry = pwd.struct_passwd((_login(), "x", number, os.getgid(), "", str(Path.cwd()), ""))
    return {
        "ansible_user_id": entry.pw_name,
        "ansible_user_uid": number,
        "ansible_user_gid": entry.pw_gid,
        "ansible_user_gecos": entry.pw_gecos,
        "ansible_user_dir": OwnPath(entry.pw_dir),
        "ansible_user_shell": entry.pw_shell,
        "ansible_real_user_id": number,
        "ansible_effective_user_id": os.geteuid(),
        "ansible_real_group_id": os.getgid(),
        "ansible_effective_group_id": os.getegid(),
    }


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@functools.cache
def _processors() -> Mapping[str, Any]:
    listed = _text("/proc/cpuinfo").splitlines()
    sockets = {line.partition(":")[2].strip() for line in listed if line.startswith("physical id")}
    count = os.cpu_count() or 1
    return {
        "ansible_processor_vcpus": count,
        "ansible_processor_count": len(sockets) or count,
        "ansible_processor_nproc": len(os.sched_getaffinity(0)),
    }


def _memory() -> dict[str, Any]:
    found: dict[str, int] = {}
    for line in _text("/proc/meminfo").splitlines():
        name, _, value = line.partition(":")
        words = value.split()
        if words and words[0].isdecimal():
            found[name] = int(words[0]) // 1024
    return {
        "ansible_memtotal_mb": found.get("MemTotal", 0),
        "ansible_memfree_mb": found.get("MemFree", 0),
        "ansible_swaptotal_mb": found.get("SwapTotal", 0),
        "ansible_swapfree_mb": found.get("SwapFree", 0),
    }


def date_time() -> dict[str, str]:
    """Now, in the ways that playbooks ask for: texts all of them."""
    epoch = time.time()
    now = datetime.fromtimestamp(epoch)
    utc = datetime.fromtimestamp(epoch, UTC)
    daylight = time.localtime(epoch).tm_isdst
    return {
        "year": now.strftime("%Y"),
        "month": now.strftime("%m"),
        "weekday": now.strftime("%A"),
        "weekday_number": now.strftime("%w"),
        "weeknumber": now.strftime("%W"),
        "day": now.strftime("%d"),
        "hour": now.strftime("%H"),
        "minute": now.strftime("%M"),
        "second": now.strftime("%S"),
        "epoch": str(int(epoch)),
        "epoch_int": str(int(epoch)),
        "date": now.strftime("%Y-%m-%d"),
        "time": now.strftime("%H:%M:%S"),
        "iso8601_micro": utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "iso8601": utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "iso8601_basic": now.strftime("%Y%m%dT%H%M%S%f"),
        "iso8601_basic_short": now.strftime("%Y%m%dT%H%M%S"),
        "tz": time.tzname[daylight > 0],
        "tz_dst": time.tzname[1],
        "tz_offset": now.astimezone().strftime("%z"),
    }


_LASTING: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    "platform": _system,
    "pkg_mgr": lambda: {"ansible_pkg_mgr": _packager()},
    "service_mgr": lambda: {"ansible_service_mgr": _text("/proc/1/comm") or "service"},
    "distribution": _distribution,
    "python": _python,
    "user": _user,
}
"""What each subset gives that Ansible has by that name."""
