"""`replace`: every match of a pattern in a file becomes another text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from runner.actions.api import Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.editing import EDIT_PARAMETERS, Edited, Editor
from runner.errors import ActionFailed


class Replace(Editor):
    """Replaces all that `regexp` matches, in the whole file or between `after` and `before`."""

    parameters: Mapping[str, Parameter] = {
        **EDIT_PARAMETERS,
        "regexp": Parameter("text", required=True, says="What is replaced; `^` and `$` are lines."),
        "replace": Parameter("text", default="", says=r"What comes instead; `\1` is a group."),
        "after": Parameter("text", says="Only behind what this pattern matches."),
        "before": Parameter("text", says="Only before what this pattern matches."),
        "encoding": Parameter("text", default="utf-8", says="How bytes become text."),
    }
    apart = False

    def edit(self, args: Arguments, old: bytes) -> Edited:
        """See the class."""
        encoding = args.text("encoding")
        try:
            text = old.decode(encoding, "surrogateescape")
            wanted = re.compile(args.text("regexp"), re.MULTILINE)
            start, end = _section(args, text)
            if start is None:
                return Edited(old, "", {"rc": 0, "msg": _NO_SECTION})
            new, count = wanted.subn(args.text("replace"), text[start:end])
        except re.error as error:
            raise ActionFailed(f"`replace` was given a pattern that is none: {error}") from error
        except (LookupError, UnicodeError) as error:
            raise ActionFailed(f"cannot read the file as {encoding}: {error}") from error
        whole = text[:start] + new + text[end:]
        data = whole.encode(encoding, "surrogateescape")
        return Edited(data, f"{count} replacements made", {"rc": 0})


_NO_SECTION = "Pattern for before/after params did not match the given file"


def _section(args: Arguments, text: str) -> tuple[int | None, int | None]:
    """Where to replace; `None` for the start: what bounds it is not there."""
    after, before = args.text("after"), args.text("before")
    if not after and not before:
        return 0, len(text)
    inner = "(?P<playrun_section>.*?)" if after and before else "(?P<playrun_section>.*)"
    match = re.search(after + inner + before, text, re.DOTALL)
    if match is None:
        return None, None
    return match.start("playrun_section"), match.end("playrun_section")
