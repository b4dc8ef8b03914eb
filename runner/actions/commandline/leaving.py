"""Commands that take the connection with them: a restart, a log-out.

After the last answer to `reload`, a device closes the session, which is what was asked for:
Ansible's network_cli takes it so, and playbooks go on with `wait_for` or `pause`. Any other
command whose connection closes under it has been cut off.
"""

from __future__ import annotations

import re

_RESTART = re.compile(
    r"""(?:do[ ]|/)?(?:
        reload\b | reboot\b | restart\b | halt\b | poweroff\b
        | (?:admin[ ])?hw-module\b.*\breload\b
        | install[ ].*\bactivate\b
        | redundancy[ ](?:reload|force-switchover)\b
        | request[ ].*\b(?:reboot|reload|restart|halt|power-off|power-cycle|zeroize)\b
        | boot[ ]system\b.*\breload\b
        | system[ /](?:reboot|restart|shutdown|package[ ]update[ ]install)\b
        | execute[ ](?:reboot|shutdown)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_LOG_OUT = re.compile(r"(?:exit|quit|logout|end-session|bye)", re.IGNORECASE)


def takes_its_leave(line: str, printed: str) -> bool:
    """Whether a connection that closed after `line` was typed did what the line says.

    `printed` is what the device showed meanwhile: one that restarts says so, or asks first.
    """
    text = " ".join(line.split())
    if _LOG_OUT.fullmatch(text):
        return True
    return _RESTART.match(text) is not None and bool(printed.strip())
