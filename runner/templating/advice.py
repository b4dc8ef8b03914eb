"""What to do about a template that failed, where its mistake is a known one."""

from __future__ import annotations

import re
from collections.abc import Collection

_OPEN = re.compile(
    r"[Uu]nexpected end of template\. Jinja was looking for the following tags: (?P<wanted>.+)\. "
    r"The innermost block that needs to be closed is '(?P<block>\w+)'"
)
_TAG = re.compile(r"[Ee]ncountered unknown tag '(?P<tag>\w+)'(?:\..*tags?: (?P<wanted>[^.]+))?")
_HINTS = (
    (r"unexpected '}'|expected 'end of print statement'|unexpected end of template$", "CLOSE"),
    (r"unexpected '='", "to compare, write `==`"),
    (r"unexpected char '&'", "write `and` for &&"),
    (r"expected token 'name', got '\|'", "write `or` for ||"),
    (r"unexpected char '!'", "write `not` for !"),
    (r"got '(integer|string|float)'|got name|, got '\w+'$", "COMMA"),
)
_MEANINGS = {
    "CLOSE": "each {{ needs its }}, each bracket and quote its end",
    "COMMA": "an operator, a comma or a quote is missing between two values",
}
_TEXT_AND_NUMBER = re.compile(
    r"can only concatenate (str|list)|unsupported operand type|not supported between instances"
)


def on_syntax(message: str) -> tuple[str, str | None]:
    """What Jinja says of a text that it cannot read, in our words, and what to do."""
    message = message.rstrip(".")
    opened = _OPEN.search(message)
    if opened is not None:
        end = opened["wanted"].partition("'")[2].partition("'")[0]
        message = f"the template ends within `{opened['block']}`"
        return message, f"close it with `{{% {end} %}}`"
    unknown = _TAG.search(message)
    if unknown is not None:
        wanted = (unknown["wanted"] or "").replace("'", "`")
        return f"there is no tag `{unknown['tag']}`", f"here it may be {wanted}" if wanted else None
    for pattern, hint in _HINTS:
        if re.search(pattern, message):
            return message[:1].lower() + message[1:], _MEANINGS.get(hint, hint)
    return message[:1].lower() + message[1:], None


def on_types(error: Exception) -> str | None:
    """What to do where values of different types were put together."""
    if isinstance(error, TypeError) and _TEXT_AND_NUMBER.search(str(error)):
        return "`~` joins anything as text; `| int` makes a number of a text"
    return None


def on_missing(name: str | None, known: Collection[object]) -> str | None:
    """What to do where a dictionary has no `name`, but looks like one that people know."""
    if "skip_reason" in known and "skipped" in known:
        return "that task was skipped: ask `is not skipped` before its result is used"
    if "results" in known and name in ("stdout", "stdout_lines", "stderr", "rc", "output"):
        return "that task looped: the result of each item is in `results`"
    if name in ("key", "value"):
        return "`with_dict`, or `loop` over `| dict2items`, gives items with `key` and `value`"
    return None
