"""Which words of a playbook mean which action.

The names are those of Ansible's modules and collections, as public network playbooks write
them; short and full names are the same thing.
"""

from __future__ import annotations

import re

_BUILTIN = ("ansible.builtin.", "ansible.legacy.")

_COMMAND_MODULES = frozenset(
    f"{system}_command"
    for system in (
        "aireos apconos aruba asa bigip ce ciscosmb cnos cli dellos6 dellos9 dellos10 edgeos "
        "edgeswitch enos eos exos frr icx ios iosxr ironware junos netvisor nos nxos ordnance "
        "os6 os9 os10 pn routeros slxos sonic sros voss vyos"
    ).split()
)

_FAMILIES = {
    f"{system}_{what}": action
    for what, action in (("facts", "facts"), ("ping", "ping_device"))
    for system in "eos frr ios iosxr junos linux net nxos vyos".split()
}
"""Actions that have a word for every system."""

_OWN = {
    "add_host": "add_host",
    "assemble": "assemble",
    "assert": "assert",
    "backup": "backup",
    "blockinfile": "blockinfile",
    "cli_backup": "backup",
    "cli": "cli",
    "cli_parse": "cli_parse",
    "command": "command",
    "config": "config",
    "copy": "copy",
    "debug": "debug",
    "expect": "expect",
    "fail": "fail",
    "fetch": "fetch",
    "file": "file",
    "find": "find",
    "gather_facts": "gather_facts",
    "get_url": "get_url",
    "group_by": "group_by",
    "include": "include_tasks",
    "include_role": "include_role",
    "include_tasks": "include_tasks",
    "include_vars": "include_vars",
    "lineinfile": "lineinfile",
    "meta": "meta",
    "pause": "pause",
    "ping": "ping",
    "raw": "raw",
    "replace": "replace",
    "script": "script",
    "net_get": "net_get",
    "net_put": "net_put",
    "set_fact": "set_fact",
    "set_stats": "set_stats",
    "setup": "setup",
    "shell": "shell",
    "slurp": "slurp",
    "stat": "stat",
    "telnet": "telnet",
    "tempfile": "tempfile",
    "template": "template",
    "uri": "uri",
    "validate_argument_spec": "validate_argument_spec",
    "wait_for": "wait_for",
    "wait_for_connection": "wait_for_connection",
}

_NOT_YET = frozenset(
    (
        "apt apt_key apt_repository archive async_status authorized_key cli_config cron "
        "debconf dnf dnf5 firewalld get_certificate getent git group hostname htpasswd ini_file "
        "iptables jenkins_job known_hosts mail mount netconf_config netconf_get netconf_rpc "
        "openssl_privatekey package package_facts pip postgresql_db reboot rpm_key seboolean "
        "selinux service service_facts slack subversion synchronize sysctl systemd "
        "systemd_service sysvinit timezone unarchive user xml yum yum_repository zypper"
    ).split()
)
_NOT_YET_PATTERN = re.compile(
    r"[a-z0-9]+_(config|facts|ping|user|interfaces?|vlans?|banner|system)"
)


def resolve(written: str) -> str | None:
    """The canonical action for a word of a playbook; None if we have no such action."""
    short = short_name(written)
    if short in _COMMAND_MODULES:
        return "cli"
    if short in _FAMILIES:
        return _FAMILIES[short]
    if short != written and short in ("config", "backup", "cli"):
        return None
    return _OWN.get(short)


def known_elsewhere(written: str) -> bool:
    """Whether Ansible users know this word as a module that we do not have yet."""
    short = short_name(written)
    return short in _NOT_YET or _NOT_YET_PATTERN.fullmatch(short) is not None


def of_servers(written: str) -> bool:
    """Whether it is one of those, and looks after servers."""
    short = short_name(written)
    return short in _NOT_YET and not short.startswith(("cli_", "netconf_"))


def short_name(written: str) -> str:
    """`cisco.ios.ios_command` → `ios_command`; a name without dots is itself."""
    for prefix in _BUILTIN:
        if written.startswith(prefix):
            return written.removeprefix(prefix)
    parts = written.split(".")
    return parts[-1] if len(parts) == 3 else written


def words() -> list[str]:
    """Every short word that names an action, for suggestions."""
    return sorted(_OWN) + sorted(_COMMAND_MODULES) + sorted(_FAMILIES)
