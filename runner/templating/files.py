"""Template files: where they are found, and the options a file may set for itself."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import BaseLoader, Environment, TemplateNotFound

from runner.errors import LoadError, RenderError, nearest
from runner.values import Origin, near

_HEADER = re.compile(r"\A#jinja2:(?P<options>[^\n]*)(?:\n|\Z)")
_MAX_BYTES = 10_000_000
_PARTED = re.compile(r"[\r\n]+|\{[{%#].*?[}%#]\}")
_SHORTEST_HIDDEN = 8
"""Characters of a line: `exit` and `end` stay readable wherever they stand."""
_FOR = "\0"
"""Parts the path of an included file from that of the file whose task it is included for."""
VAULTED = b"$ANSIBLE_VAULT;"
Opener = Callable[[bytes, Path], bytes]
"""The plain content of a file that may be vaulted. Raises LoadError, RenderError."""


def refuse_vaulted(data: bytes, path: Path) -> bytes:
    """An Opener without passwords: a ciphertext in a configuration is found late."""
    if data.startswith(VAULTED):
        raise RenderError(f"{path} is vaulted, and there is no vault password")
    return data


def hiding(opened: Opener, hide: Callable[[str], None]) -> Opener:
    """The same, and what was vaulted is a secret: as a whole, and every line that says much.

    Values, lists of lines and differences are made of its lines, and what a template gives is
    made of what stands between its marks.
    """

    def hidden(data: bytes, path: Path) -> bytes:
        plain = opened(data, path)
        if data.startswith(VAULTED):
            text = plain.decode("utf-8", "replace").strip()
            hide(text)
            for part in map(str.strip, _PARTED.split(text)):
                if len(part) >= _SHORTEST_HIDDEN:
                    hide(part)
        return plain

    return hidden


class TemplateOptions(NamedTuple):
    """How a template file is read. `newline_sequence` ends the lines of what is written."""

    trim_blocks: bool = True
    lstrip_blocks: bool = False
    newline_sequence: str = "\n"
    variable_start_string: str = "{{"
    variable_end_string: str = "}}"
    block_start_string: str = "{%"
    block_end_string: str = "%}"
    comment_start_string: str = "{#"
    comment_end_string: str = "#}"

    def has_markers(self, text: str) -> bool:
        """Whether Jinja would do anything with it but end its lines anew."""
        starts = (self.variable_start_string, self.block_start_string, self.comment_start_string)
        return any(start in text for start in starts)


def split_header(
    text: str, path: Path, options: TemplateOptions
) -> tuple[str, TemplateOptions, int]:
    """The template proper, its options, and how many lines stand above it.

    A first line `#jinja2: name: value, …` changes options. Raises RenderError.
    """
    header = _HEADER.match(text)
    if header is None:
        return text, options, 0
    changes: dict[str, Any] = {}
    for pair in header["options"].split(","):
        name, _, value = (part.strip() for part in pair.partition(":"))
        changes[name] = _option(name, value, Origin(near(path), 1, 1))
    return text[header.end() :], options._replace(**changes), 1


_WORDS = {"true": True, "yes": True, "false": False, "no": False}


def _option(name: str, value: str, origin: Origin) -> Any:
    if name not in TemplateOptions._fields:
        close = nearest(name, TemplateOptions._fields)
        hint = f"known are {', '.join(sorted(TemplateOptions._fields))}"
        raise RenderError(
            f"'{name}' is not an option of a template",
            origin=origin,
            hint=f"did you mean '{close}'?" if close else hint,
        )
    if name.endswith("_blocks"):
        word = value.lower()
        if word not in _WORDS:
            raise RenderError(f"'{name}' takes true or false, not {value}", origin=origin)
        return _WORDS[word]
    return value.strip("'\"").encode().decode("unicode_escape")


class FolderLoader(BaseLoader):
    """Includes and imports: beside the file of the task, as in Ansible, beside the template that
    asks, then along the search path.

    The names it loads by are absolute paths, made by `resolve`, and the task's file with them.
    """

    def __init__(self, searchpath: Sequence[Path], opened: Opener) -> None:
        self._opened = opened
        self._roots = [Path(os.path.normpath(folder.absolute())) for folder in searchpath]
        self._found: dict[tuple[str, str], str] = {}

    def resolve(self, name: str, parent: str) -> str:
        """The name to load `name` by, as asked for by the template `parent` ("": by a text).

        A name may be computed, so it never leads out of the folders of the task's file and of
        the template that asks or the search path; a link in there may. What is not found keeps
        its name, and `get_source` refuses it.
        """
        known = self._found.get((name, parent))
        if known is not None:
            return known
        asker, _, first = parent.partition(_FOR)
        first = first or asker
        roots = [*(Path(path).parent for path in (first, asker) if path), *self._roots]
        for folder in (place for root in roots for place in (root, root / "templates")):
            path = Path(os.path.normpath(folder / name))
            if path.is_file() and any(path.is_relative_to(root) for root in roots):
                found = str(path) if path.parent == roots[0] else f"{path}{_FOR}{first}"
                self._found[name, parent] = found if first else str(path)
                return self._found[name, parent]
        return name

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 - Jinja's signature
        template: str,
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        if template not in self._found.values():
            raise TemplateNotFound(template)
        file = template.partition(_FOR)[0]
        seen = state_of(file)
        return read_text(Path(file), self._opened), file, lambda: state_of(file) == seen


State = tuple[int, int, int]


def state_of(path: str | os.PathLike[str]) -> State | None:
    """What differs once a file was written anew: tasks may write what later tasks render."""
    try:
        about = os.stat(path)  # noqa: PTH116 - every host asks
    except OSError:
        return None
    return about.st_ino, about.st_size, about.st_mtime_ns


def read_text(path: Path, opened: Opener = refuse_vaulted) -> str:
    """A file of the user's, as text. Raises RenderError naming it."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        text = opened(data, path).decode("utf-8")
    except LoadError as error:
        raise RenderError(error.message, origin=error.origin, hint=error.hint) from error
    except OSError as error:
        raise RenderError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        message = f"not UTF-8 text (byte 0x{error.object[error.start]:02x})"
        origin = Origin(near(path), line, column)
        raise RenderError(message, origin=origin, hint="save the file as UTF-8") from error
    if len(data) > _MAX_BYTES:
        raise RenderError(f"{path} is larger than {_MAX_BYTES // 1_000_000} MB")
    return text
