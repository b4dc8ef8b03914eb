"""`<os>_ping`, `net_ping`: let a device ping somebody, and count what came back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from runner.actions.api import (
    PROVIDER_ARGUMENTS,
    Base,
    Call,
    Effect,
    Effects,
    Outcome,
    Parameter,
    Place,
)
from runner.actions.commandline.lines import refuse_controls
from runner.errors import ActionFailed, CommandFailed
from runner.platforms.model import Platform

_COUNT = 5
_SECONDS_A_PACKET = 3.0
_SHORT_OF_A_SECOND = 0.4
"""Between the last packet of an endless ping and its interruption, what is left of a second."""
_WORD = re.compile(r"[\w:/][\w.:/%@+,-]*")

_CISCO = re.compile(
    r"Success rate is (?P<percent>\d+) percent \((?P<rx>\d+)/(?P<tx>\d+)\)"
    r"(?:, round-trip min/avg/max = (?P<min>\d+)/(?P<avg>\d+)/(?P<max>\d+))?"
)
_UNIX = re.compile(
    r"(?P<tx>\d+) packets transmitted, *(?P<rx>\d+)(?: packets)? received,"
    r"(?: [+-]?\d+ \w+,)* *(?P<loss>[\d.]+%) packet loss"
)
_UNIX_TIMES = re.compile(
    r"(?:rtt|round-trip) min/avg/max(?:/(?P<name>\w+))?"
    r" = (?P<min>[\d.]+)/(?P<avg>[\d.]+)/(?P<max>[\d.]+)(?:/(?P<spread>[\d.]+))?"
)


class Ways(NamedTuple):
    """How a platform's ping is typed: each argument's words, in their order."""

    words: tuple[tuple[str, str], ...]
    defaults: Mapping[str, Any]
    listed: bool = True
    """Whether Ansible gives `commands` as a list, or as the one command."""
    whole_times: bool = False
    """Whether times are given as whole milliseconds."""
    times_if_any: bool = False
    """Whether Ansible leaves `rtt` out when nothing came back."""
    endless: bool = False
    """It sends a packet a second until it is interrupted."""


_WAYS: Mapping[str, Ways] = {
    "cisco_ios": Ways(
        (
            ("vrf", "vrf {}"),
            ("afi", "{}"),
            ("dest", "{}"),
            ("count", "repeat {}"),
            ("df_bit", "df-bit"),
            ("timeout", "timeout {}"),
            ("size", "size {}"),
            ("ingress", "ingress {}"),
            ("egress", "egress {}"),
            ("source", "source {}"),
        ),
        {"afi": "ip"},
        listed=False,
    ),
    "cisco_iosxr": Ways(
        (
            ("vrf", "vrf {}"),
            ("afi", "{}"),
            ("dest", "{}"),
            ("count", "count {}"),
            ("df_bit", "df-bit"),
            ("sweep", "sweep"),
            ("validate", "validate"),
            ("size", "size {}"),
            ("source", "source {}"),
        ),
        {"afi": "ipv4"},
        listed=False,
    ),
    "cisco_nxos": Ways(
        (
            ("dest", "{}"),
            ("count", "count {}"),
            ("source", "source {}"),
            ("vrf", "vrf {}"),
            ("size", "packet-size {}"),
            ("df_bit", "df-bit"),
        ),
        {"count": _COUNT},
    ),
    "arista_eos": Ways(
        (
            ("vrf", "vrf {}"),
            ("afi", "{}"),
            ("dest", "{}"),
            ("df_bit", "df-bit"),
            ("interval", "interval {}"),
            ("count", "repeat {}"),
            ("size", "size {}"),
            ("source", "source {}"),
        ),
        {"afi": "ip"},
    ),
    "juniper_junos": Ways(
        (
            ("dest", "{}"),
            ("count", "count {}"),
            ("source", "source {}"),
            ("interface", "interface {}"),
            ("ttl", "ttl {}"),
            ("size", "size {}"),
            ("interval", "interval {}"),
            ("df_bit", "do-not-fragment"),
            ("rapid", "rapid"),
            ("vrf", "routing-instance {}"),
        ),
        {"count": _COUNT},
        listed=False,
        times_if_any=True,
    ),
    "vyos": Ways(
        (
            ("dest", "{}"),
            ("count", "count {}"),
            ("source", "interface {}"),
            ("ttl", "ttl {}"),
            ("size", "size {}"),
            ("interval", "interval {}"),
            ("vrf", "vrf {}"),
        ),
        {"count": _COUNT},
        whole_times=True,
        times_if_any=True,
    ),
    # vtysh calls the machine's own ping, with nothing but the address.
    "frr": Ways((("dest", "{}"),), {"count": _COUNT}, endless=True),
    "linux": Ways(
        (
            ("count", "-c {}"),
            ("source", "-I {}"),
            ("size", "-s {}"),
            ("ttl", "-t {}"),
            ("interval", "-i {}"),
            ("dest", "{}"),
        ),
        {"count": _COUNT},
    ),
}


class PingDevice(Base):
    """Types the platform's ping and reads its summary.

    It fails if nothing came back, or, with `state: absent`, if anything did.
    """

    parameters: Mapping[str, Parameter] = {
        "dest": Parameter("text", required=True, says="Whom to ping."),
        "count": Parameter("number", says="How many packets."),
        "source": Parameter("text", says="Address or interface to send from."),
        "vrf": Parameter("text", says="In which VRF."),
        "size": Parameter("number", says="Bytes in a packet."),
        "df_bit": Parameter("flag", says="Do not fragment."),
        "state": Parameter(
            "text", choices=("present", "absent"), default="present", says="What is expected."
        ),
        "afi": Parameter("text", choices=("ip", "ipv4", "ipv6"), says="The protocol."),
        "timeout": Parameter("number", says="Seconds to wait for each answer."),
        "ttl": Parameter("number", says="Hops a packet may take."),
        "interval": Parameter("number", says="Seconds between packets."),
        "interface": Parameter("text", says="The way out."),
        "egress": Parameter("text", says="The way out, past routing."),
        "ingress": Parameter("text", says="The interface it is to seem to come from."),
        "rapid": Parameter("flag", says="Without waiting between packets."),
        "sweep": Parameter("flag", says="Growing sizes."),
        "validate": Parameter("flag", says="Look at the data of the answers."),
        **PROVIDER_ARGUMENTS,
    }
    place: Place = "device"

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It changes nothing."""
        return frozenset({Effect.DEVICE_READ})

    def run(self, call: Call) -> Outcome:
        """Values: commands, packet_loss, packets_tx, packets_rx, rtt. Raises TaskError."""
        platform = call.platform()
        command, count = ping_command(call.args, platform)
        session = call.session()
        limit = count * _SECONDS_A_PACKET * max(1, _whole("timeout", call.args.get("timeout") or 1))
        ways = _WAYS[platform.name]
        interrupt = max(1, count) - _SHORT_OF_A_SECOND if ways.endless else None
        reply = session.command(command, timeout=max(60.0, limit), interrupt_after=interrupt)
        if reply.error is not None:
            raise CommandFailed(f"the device refused `{command}`: {reply.error}")
        found = read_ping(reply.text or "", whole_times=ways.whole_times)
        if found is None:
            raise ActionFailed(
                f"`{command}` ended without a summary; the device said "
                f"{(reply.text or '').strip()[-200:]!r}"
            )
        if ways.times_if_any and not found["packets_rx"]:
            del found["rtt"]
        values = {"commands": [command] if ways.listed else command, **found}
        wanted = call.args.get("state") != "absent"
        if wanted is (found["packets_rx"] > 0):
            return Outcome(values=values)
        came = "nothing came back" if wanted else f"{found['packets_rx']} packets came back"
        failure = ActionFailed(f"ping of {call.args['dest']}: {came}")
        return Outcome(values=values, failure=failure)


def ping_command(args: Mapping[str, Any], platform: Platform) -> tuple[str, int]:
    """What is typed, and how many packets that sends. Raises ActionFailed."""
    ways = _WAYS.get(platform.name)
    if ways is None:
        raise ActionFailed(
            f"playrun does not know how {platform.name} pings",
            hint="type it with `cli`, with a count, so that it ends",
        )
    given = {**ways.defaults, **{name: value for name, value in args.items() if value is not None}}
    _refuse_unknown(given, ways, platform)
    parts = ["ping"]
    for name, words in ways.words:
        value = given.get(name)
        if value in (None, "", False) or str(value).lower() in ("false", "no"):
            continue
        parts.append(words.format(_word(name, value)))
    command = " ".join(parts)
    refuse_controls(command)
    return command, _whole("count", given.get("count") or _COUNT)


def _word(name: str, value: Any) -> str:
    """One word, of characters that no shell acts on: it may come from another device."""
    text = str(value).strip()
    if _WORD.fullmatch(text) is None:
        raise ActionFailed(f"`{name}` of a ping is one word, an address or a name, not {text!r}")
    return text


def _whole(name: str, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ActionFailed(f"`{name}` of a ping is a number, not {value!r}") from None


def _refuse_unknown(given: Mapping[str, Any], ways: Ways, platform: Platform) -> None:
    known = {name for name, _ in ways.words} | {"count", "state", "timeout", *PROVIDER_ARGUMENTS}
    for name, value in given.items():
        if name not in known and value not in (False, ""):
            raise ActionFailed(f"the ping of {platform.name} has no `{name}`")


def read_ping(text: str, *, whole_times: bool = False) -> dict[str, Any] | None:
    """The numbers of a ping's summary, under Ansible's names; None if there is no summary."""
    cisco = _CISCO.search(text)
    if cisco is not None:
        times = {name: int(cisco[name]) for name in ("min", "avg", "max") if cisco[name]}
        return {
            "packet_loss": f"{100 - int(cisco['percent'])}%",
            "packets_rx": int(cisco["rx"]),
            "packets_tx": int(cisco["tx"]),
            "rtt": times,
        }
    unix = _UNIX.search(text)
    if unix is None:
        return None
    return {
        "packet_loss": unix["loss"],
        "packets_rx": int(unix["rx"]),
        "packets_tx": int(unix["tx"]),
        "rtt": _times(text, whole=whole_times),
    }


def _times(text: str, *, whole: bool) -> dict[str, float | None]:
    found = _UNIX_TIMES.search(text)
    if found is None:
        return {"min": None, "avg": None, "max": None}
    values = {name: float(found[name]) for name in ("min", "avg", "max")}
    if found["name"] and found["spread"]:
        values[found["name"]] = float(found["spread"])
    return {name: int(value) if whole else value for name, value in values.items()}
