"""What may be typed at a device: one line, nothing that a terminal would act on."""

from __future__ import annotations

from runner.errors import ActionFailed


def refuse_controls(line: str) -> None:
    """Raises ActionFailed for a line break or a control character, before any connection."""
    from runner.connections.exchange import untypeable

    found = untypeable(line)
    if found is None:
        return
    if found in "\r\n":
        raise ActionFailed(
            f"a line break in the command {line!r}: not sent",
            hint="a value in it has several lines; send each as a command of its own",
        )
    raise ActionFailed(
        f"a control character in the command {line!r}: not sent",
        hint="look at the value it comes from",
    )
