"""What to do about a template that failed, where its mistake is a known one."""

from __future__ import annotations

import re
from collections.abc import Collection

from runner.errors import nearest

_OPEN = re.compile(
    r"[Uu]nexpected end of template\. Jinja was looking for the following tags: (?P<wanted>.+)\. "
    r"The innermost block that needs to be closed is '(?P<block>\w+)'"
)
_TAG = re.compile(r"[Ee]ncountered unknown tag '(?P<tag>\w+)'(?:\..*tags?: (?P<wanted>[^.]+))?")
_HINTS = (
    (r"unexpected '(AND|OR|NOT|IN|IS)' after", "LOWER"),
    (r"unexpected 'contains' after", "write `'x' in value`, or the test: `value is contains('x')`"),
    (r"unexpected ',' after", "several conditions are a list: one `- …` each"),
    (r"unexpected char '\?'", "write `a if condition else b`"),
    (r"unexpected char '\$'", "variables stand without a `$`"),
    (r"missing end of comment", "close it with `#}`"),
    (r"missing end of raw", "close it with `{% endraw %}`"),
    (r"unexpected '}'|expected 'end of print statement'|unexpected end of template$", "CLOSE"),
    (r"unexpected '='", "to compare, write `==`"),
    (r"unexpected char '&'", "write `and` for &&"),
    (r"expected token 'name', got '\|'", "write `or` for ||"),
    (r"unexpected char '!'", "write `not` for !"),
    (r"got '(integer|string|float)'|got name|, got '\w+'$", "COMMA"),
)
_MEANINGS = {
    "CLOSE": "each {{ needs its }}, each bracket and quote its end",
    "LOWER": "`and`, `or`, `not`, `in` and `is` are written in small letters",
    "COMMA": "an operator, a comma or a quote is missing between two values",
}
_TAGS = (
    *("for", "if", "elif", "else", "set", "block", "extends", "include", "import", "from"),
    *("macro", "call", "filter", "raw", "with"),
)


def on_syntax(message: str) -> tuple[str, str | None]:
    """What Jinja says of a text that it cannot read, in our words, and what to do."""
    message = message.rstrip(".")
    opened = _OPEN.search(message)
    if opened is not None:
        ends = re.findall(r"'(end\w+)'", opened["wanted"])
        message = f"the template ends within `{opened['block']}`"
        return message, f"close it with `{{% {ends[0]} %}}`" if ends else None
    unknown = _TAG.search(message)
    if unknown is not None:
        wanted = (unknown["wanted"] or "").replace("'", "`")
        hint = f"here it may be {wanted}" if wanted else _on_tag(unknown["tag"])
        return f"there is no tag `{unknown['tag']}`", hint
    for pattern, hint in _HINTS:
        if re.search(pattern, message):
            return message[:1].lower() + message[1:], _MEANINGS.get(hint, hint)
    return message[:1].lower() + message[1:], None


def _on_tag(tag: str) -> str | None:
    if tag.startswith("end") and tag[3:] in _TAGS:
        return f"no `{tag[3:]}` is open here"
    if tag == "do":
        return "`{% set … %}` keeps a value"
    close = nearest(tag, _TAGS)
    return f"did you mean `{close}`?" if close else None


def on_undefined(name: str | None) -> str | None:
    """What to do where a variable is not there that something else brings."""
    if name is None:
        return None
    if name == "ansible_loop":
        return "it is there with `loop_control: {extended: true}`"
    if name.startswith("ansible_net_") or name == "ansible_network_resources":
        return _FACTS
    return None


_FACTS = "`gather_facts: true` in the play, or a task like `ios_facts` before, brings the facts"


def on_facts(name: str | None, known: Collection[object]) -> str | None:
    """What to do where a fact of devices is missed among a host's variables or its facts, and no
    other of them is there."""
    begins = "ansible_net_" if name is not None and name.startswith("ansible_net_") else "net_"
    if name is None or not name.startswith(begins):
        return None
    if any(isinstance(key, str) and key.startswith(begins) for key in known):
        return None
    others = begins == "net_" and known and "date_time" not in known
    return None if others else _FACTS


def on_missing(name: str | None, known: Collection[object]) -> str | None:
    """What to do where a dictionary has no `name`, but looks like one that people know."""
    if "skip_reason" in known and "skipped" in known:
        return "that task was skipped: ask `is not skipped` before its result is used"
    if "results" in known and name in ("stdout", "stdout_lines", "stderr", "rc", "output"):
        return "that task looped: the result of each item is in `results`"
    if name in ("key", "value"):
        return "`with_dict`, or `loop` over `| dict2items`, gives items with `key` and `value`"
    return None
