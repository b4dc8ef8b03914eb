"""Template files: where they are found, and the options a file may set for itself."""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import BaseLoader, Environment, TemplateNotFound

from runner.errors import RenderError
from runner.values import Origin

_HEADER = re.compile(r"\A#jinja2:(?P<options>[^\n]*)(?:\n|\Z)")
_MAX_BYTES = 10_000_000
VAULTED = "$ANSIBLE_VAULT;"
NOT_OPENED = "vaulted templates and texts are not opened, vaulted variables are"
"""Better said than taken for text: a ciphertext in a configuration is found late."""


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
        changes[name] = _option(name, value, Origin(str(path), 1, 1))
    return text[header.end() :], options._replace(**changes), 1


_WORDS = {"true": True, "yes": True, "false": False, "no": False}


def _option(name: str, value: str, origin: Origin) -> Any:
    if name not in TemplateOptions._fields:
        raise RenderError(
            f"'{name}' is not an option of a template",
            origin=origin,
            hint=f"known are {', '.join(sorted(TemplateOptions._fields))}",
        )
    if name.endswith("_blocks"):
        word = value.lower()
        if word not in _WORDS:
            raise RenderError(f"'{name}' takes true or false, not '{value}'", origin=origin)
        return _WORDS[word]
    return value.strip("'\"").encode().decode("unicode_escape")


class FolderLoader(BaseLoader):
    """Includes and imports: beside the template that asks, then along the search path.

    The names it loads by are absolute paths, made by `resolve`.
    """

    def __init__(self, searchpath: Sequence[Path]) -> None:
        self._roots = [Path(os.path.normpath(folder.absolute())) for folder in searchpath]
        self._found: dict[tuple[str, str], str] = {}

    def resolve(self, name: str, parent: str) -> str:
        """The absolute path of `name` as asked for by the template `parent` ("": by a text).

        A name may be computed, so it never leads out of the folder of the template that
        asks or the search path; a link in there may. What is not found keeps its name,
        and `get_source` refuses it.
        """
        known = self._found.get((name, parent))
        if known is not None:
            return known
        roots = [Path(parent).parent, *self._roots] if parent else self._roots
        for folder in (place for root in roots for place in (root, root / "templates")):
            path = Path(os.path.normpath(folder / name))
            if path.is_file() and any(path.is_relative_to(root) for root in roots):
                self._found[name, parent] = str(path)
                return str(path)
        return name

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 - Jinja's signature
        template: str,
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        if template not in self._found.values():
            raise TemplateNotFound(template)
        return read_text(Path(template)), template, None


def read_text(path: Path) -> str:
    """A file of the user's, as text. Raises RenderError naming it."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        text = data.decode("utf-8")
    except OSError as error:
        raise RenderError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise RenderError(f"cannot read {path}: it is not UTF-8 text") from error
    if len(data) > _MAX_BYTES:
        raise RenderError(f"{path} is larger than {_MAX_BYTES // 1_000_000} MB")
    if text.startswith(VAULTED):
        raise RenderError(f"{path} is vaulted; {NOT_OPENED}")
    return text
