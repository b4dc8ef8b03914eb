"""ssh_config files: parsing them, and asking them about a host. Runs nothing.

`Host` with patterns and negation, `Include`, and the `Match` criteria that need no
command. What a keyword means is decided elsewhere; unknown ones are kept and ignored.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from runner.connections.hostkeys import wildcard_match
from runner.values import at_home

_LINE = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+)(.*?)\s*\Z", re.S)
_WORD = re.compile(r"""\s*(?:#.*|((?:"[^"]*"|'[^']*'|[^\s"'])+))""", re.S)
_ACCUMULATED = frozenset(("identityfile", "certificatefile"))
_RAW = frozenset(("proxycommand", "remotecommand", "localcommand", "knownhostscommand"))
_EITHER = frozenset(("proxyjump", "proxycommand"))
"""Whichever comes first keeps the other from counting."""
_DEEPEST_INCLUDE = 16
_MOST_INCLUDED = 200
"""Files that include each other more than once would be read for ever."""
_NEVER = frozenset(("exec", "canonical", "final", "tagged", "localnetwork", "version"))


class Directive(NamedTuple):
    """One keyword (lower case) with its values, and where it stands."""

    keyword: str
    values: tuple[str, ...]
    where: str


class Question(NamedTuple):
    """Who is asked about. `host` as typed, `hostname` after HostName, both lower case."""

    host: str
    hostname: str
    user: str
    local_user: str


class Criterion(NamedTuple):
    """One criterion of `Host` or `Match`: `patterns` may be negated with `!`."""

    kind: str
    patterns: tuple[str, ...] = ()
    negated: bool = False

    def holds(self, question: Question) -> bool:
        """Whether the block applies, as far as this criterion goes."""
        return self._matches(question) is not self.negated

    def _matches(self, question: Question) -> bool:
        if self.kind == "all":
            return True
        asked = {
            "originalhost": question.host,
            "host": question.hostname,
            "user": question.user,
            "localuser": question.local_user,
        }
        return self.kind in asked and pattern_list_matches(self.patterns, asked[self.kind])


@dataclass(slots=True)
class Block:
    """Directives that apply where all criteria hold."""

    criteria: tuple[Criterion, ...]
    directives: list[Directive] = field(default_factory=list)


class Config(NamedTuple):
    """A parsed configuration, its includes in place."""

    blocks: tuple[Block, ...] = ()
    notices: tuple[str, ...] = ()
    """What is not done as written, for the user: `Match exec`, unreadable files, …"""


Reader = Callable[[str], str]
"""Gives the text of a file. Raises OSError."""


def pattern_list_matches(patterns: Iterable[str], name: str) -> bool:
    """OpenSSH's rule: some pattern matches, and no negated one does."""
    found = False
    for pattern in patterns:
        if pattern.startswith("!"):
            if wildcard_match(pattern[1:].lower(), name.lower()):
                return False
        elif wildcard_match(pattern.lower(), name.lower()):
            found = True
    return found


def split_words(text: str) -> list[str]:
    """Words as OpenSSH splits them: quotes group, `#` begins a comment. Raises ValueError."""
    words: list[str] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _WORD.match(text, at)
        if found is None:
            raise ValueError("a quote is not closed")
        if found[1] is None:
            break
        words.append(re.sub(r"""(["'])(.*?)\1""", r"\2", found[1], flags=re.S))
        at = found.end()
    return words


def parse_config(text: str, file: str, base: str, read: Reader) -> Config:
    """Parses `text` of `file`; relative includes are looked for under `base`."""
    parser = _Parser(base, read)
    parser.parse(text, file, (), 0)
    return Config(tuple(parser.blocks), tuple(parser.notices))


def read_text(path: str) -> str:
    """A file's text; bytes that are not UTF-8 survive."""
    return Path(path).read_text(encoding="utf-8", errors="surrogateescape")


class _Parser:
    def __init__(self, base: str, read: Reader) -> None:
        self._base = base
        self._read = read
        self.blocks: list[Block] = []
        self.notices: list[str] = []
        self._included = 0

    def parse(self, text: str, file: str, outer: tuple[Criterion, ...], depth: int) -> None:
        """Appends the blocks of one file, which apply only where `outer` holds."""
        criteria = outer
        self.blocks.append(Block(criteria))
        for number, line in enumerate(text.split("\n"), 1):
            directive = self._directive(line, f"{file}:{number}")
            if directive is None:
                continue
            if directive.keyword in ("host", "match"):
                criteria = (*outer, *self._criteria(directive))
                self.blocks.append(Block(criteria))
            elif directive.keyword == "include":
                self._include(directive, criteria, depth)
                self.blocks.append(Block(criteria))
            else:
                self.blocks[-1].directives.append(directive)

    def _directive(self, line: str, where: str) -> Directive | None:
        if not line.strip() or line.lstrip().startswith("#"):
            return None
        try:
            directive = parse_directive(line, where)
        except ValueError as error:
            self.notices.append(f"{where}: ignored: {error}")
            return None
        return directive

    def _criteria(self, directive: Directive) -> tuple[Criterion, ...]:
        if directive.keyword == "host":
            return (Criterion("originalhost", directive.values),)
        words = [word for value in directive.values for word in value.split("=", 1)]
        found: list[Criterion] = []
        while words:
            word = words.pop(0).lower()
            negated, kind = word.startswith("!"), word.lstrip("!")
            if kind in _NEVER:
                self.notices.append(
                    f"{directive.where}: 'Match {kind}' is not supported; the block is skipped"
                )
                return (Criterion("never"),)
            patterns = words.pop(0).split(",") if kind != "all" and words else []
            found.append(Criterion(kind, tuple(patterns), negated))
        return tuple(found) or (Criterion("never"),)

    def _include(self, directive: Directive, outer: tuple[Criterion, ...], depth: int) -> None:
        if depth >= _DEEPEST_INCLUDE:
            self.notices.append(f"{directive.where}: ignored: includes are nested too deep")
            return
        for pattern in directive.values:
            path = Path(self._base, at_home(pattern))
            # Path.glob takes no absolute pattern.
            for file in sorted(glob.glob(str(path))):  # noqa: PTH207
                self._include_file(file, directive.where, outer, depth)

    def _include_file(
        self, file: str, where: str, outer: tuple[Criterion, ...], depth: int
    ) -> None:
        self._included += 1
        if self._included > _MOST_INCLUDED:
            if self._included == _MOST_INCLUDED + 1:
                self.notices.append(
                    f"{where}: ignored from here on: more than {_MOST_INCLUDED} included files"
                )
            return
        try:
            text = self._read(file)
        except OSError as error:
            self.notices.append(f"{where}: {file} cannot be read: {error.strerror or error}")
            return
        self.parse(text, file, outer, depth + 1)


def parse_directive(line: str, where: str) -> Directive:
    """One `Keyword value …` or `Keyword=value` line. Raises ValueError."""
    found = _LINE.match(line)
    if found is None:
        raise ValueError("not a keyword with a value")
    keyword, rest = found[1].lower(), found[2]
    values = [rest] if keyword in _RAW else split_words(rest)
    if not any(values):
        raise ValueError(f"{found[1]} has no value")
    return Directive(keyword, tuple(values), where)


class Answer:
    """What a configuration says about one host: the first value of each keyword counts."""

    def __init__(self, host: str, user: str, local_user: str) -> None:
        """`user`: a remote user that is known already, or empty."""
        self._host = host
        self._user = user
        self._local_user = local_user
        self._single: dict[str, Directive] = {}
        self._many: dict[str, list[str]] = {}

    def take(self, blocks: Iterable[Block]) -> None:
        """Adds what `blocks` say, in their order."""
        for block in blocks:
            if block.directives and self._applies(block.criteria):
                for directive in block.directives:
                    self._keep(directive)

    def get(self, keyword: str) -> Directive | None:
        """The directive for `keyword` (lower case), if any."""
        return self._single.get(keyword)

    def word(self, keyword: str) -> str | None:
        """Its first value."""
        found = self._single.get(keyword)
        return found.values[0] if found else None

    def all(self, keyword: str) -> Sequence[str]:
        """Every value of a keyword that accumulates (IdentityFile, CertificateFile)."""
        return self._many.get(keyword, ())

    def _keep(self, directive: Directive) -> None:
        if directive.keyword in _ACCUMULATED:
            values = self._many.setdefault(directive.keyword, [])
            values += [value for value in directive.values[:1] if value not in values]
        elif not (directive.keyword in _EITHER and _EITHER & self._single.keys()):
            self._single.setdefault(directive.keyword, directive)

    def _applies(self, criteria: tuple[Criterion, ...]) -> bool:
        if not criteria:
            return True
        hostname = (self.word("hostname") or self._host).replace("%h", self._host)
        user = self._user or self.word("user") or self._local_user
        question = Question(self._host, hostname, user, self._local_user)
        return all(criterion.holds(question) for criterion in criteria)
