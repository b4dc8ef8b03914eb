"""A playbook file becomes frozen models; every mistake is found with its file:line:column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runner import yaml
from runner.actions.names import short_name
from runner.errors import LoadError
from runner.loading.blocks import read_entries
from runner.loading.convert import Place, Reader, kind_of
from runner.loading.keywords import IMPORT_PLAYBOOK
from runner.loading.plays import Imported, read_play
from runner.loading.standing import (
    Decryption,
    Loading,
    PlayParts,
    Standing,
    missing_file,
    raise_mistakes,
)
from runner.model import Play, Playbook, Scope
from runner.values import EMPTY, Origin

_IMPORT = "import_playbook"


def load_playbook(
    file: Path,
    *,
    vault: Decryption = None,
    roles_path: tuple[Path, ...] = (),
    collections_path: tuple[Path, ...] = (),
    extra_vars: Mapping[str, Any] = EMPTY,
) -> tuple[Playbook, list[str]]:
    """Reads a playbook with all that it imports; returns it with its warnings.

    `roles_path` and `collections_path` are looked in after the folders beside the playbook;
    `extra_vars` (-e) may stand in names of imports. Raises a LoadError, or Problems with all
    that is wrong at once. Missing actions alone are left to planning.
    """
    loading = Loading(vault, roles_path, collections_path, extra_vars)
    playbook = read_playbook(file, loading)
    raise_mistakes(loading.problems)
    return playbook, list(dict.fromkeys(loading.warnings))


def read_playbook(file: Path, loading: Loading) -> Playbook:
    """As much of a playbook as can be read; the mistakes are in `loading.problems`.

    Raises LoadError for a file that holds no list of plays.
    """
    _check_there(file)
    document = loading.parse(file, what="playbook", origin=None)
    reading = _Reading(loading, Imported(), (str(file.resolve()),))
    return Playbook(str(file), tuple(_plays(document, file, reading)))


def home_of(playbook: Path) -> Path:
    """Where what a playbook names is looked for first: its folder; the current one where the
    playbook comes out of a pipe (`/dev/stdin`)."""
    piped = playbook.absolute().parts[:2] in (("/", "dev"), ("/", "proc"))
    return Path() if piped else playbook.parent


def _check_there(file: Path) -> None:
    """Says what may have been meant by a word that is no file."""
    try:
        file.open("rb").close()
    except FileNotFoundError:
        raise LoadError(
            f"there is no playbook `{file}`", hint="see `playrun --help` for the subcommands"
        ) from None
    except OSError as error:
        raise LoadError(f"cannot read the playbook `{file}`: {error.strerror}") from None


class _Reading(NamedTuple):
    """What a playbook file is read with."""

    loading: Loading
    imported: Imported
    """From the imports that lead to it."""
    open_files: tuple[str, ...]
    """Those that lead to it, and itself."""


def _plays(document: yaml.Document, file: Path, reading: _Reading) -> Iterator[Play]:
    """The plays of one file. Raises LoadError for a file that holds no list of plays."""
    folder = str(home_of(file).absolute())
    for index in range(_count(document)):
        place = Place(document, (index,))
        word = _import_word(place.value)
        if word is not None:
            yield from _imported(place, word, folder, reading)
            continue
        play = read_play(place, reading.loading, folder, reading.imported, reading.open_files)
        if play is not None:
            yield play


def _count(document: yaml.Document) -> int:
    """How many entries the list has. Raises LoadError where there is no list, or an empty one."""
    entries = document.data
    if entries is None:
        raise LoadError("the playbook is empty", origin=Origin(document.file, 1, 1))
    if not isinstance(entries, list):
        raise LoadError(
            f"a playbook is a list of plays, not {kind_of(entries)}",
            origin=document.origin(()),
            hint="begin each play with `- hosts: …`",
        )
    if not entries:
        raise LoadError("the playbook has no plays", origin=document.origin(()))
    return len(entries)


def _import_word(entry: Any) -> str | None:
    """The key of a play's place that names another playbook; `include` is the old word."""
    if not isinstance(entry, dict) or "hosts" in entry:
        return None
    for key in entry:
        if isinstance(key, str) and short_name(key) in (_IMPORT, "include"):
            return key
    return None


def _imported(place: Place, word: str, folder: str, reading: _Reading) -> Iterator[Play]:
    """The plays of a file that stands in a playbook's list; mistakes are noted."""
    loading, outer, open_files = reading
    known = {**IMPORT_PLAYBOOK, word: IMPORT_PLAYBOOK[_IMPORT]}
    reader = Reader(place, known, "playbook import", loading.problems)
    own = reader.variables("vars")
    imported = Imported(
        {**own, **outer.vars},
        outer.tags | reader.names("tags"),
        outer.when + (reader.conditions("when") or ()),
    )
    parts, scope = PlayParts(vars=imported.vars), Scope(playbook_folder=folder)
    standing = Standing(loading, parts, scope, read_entries)
    where = place.at(word)
    written = reader.text(word)
    if not written:
        loading.note(where.error(f"`{word}` needs the name of a file"))
        return
    name = standing.name(written, where)
    file = None if name is None else _file(Path(folder, name).absolute(), name, where, reading)
    if file is not None:
        inner = _Reading(loading, imported, (*open_files, str(file.resolve())))
        yield from _of_file(file, where, inner)


def _file(file: Path, name: str, where: Place, reading: _Reading) -> Path | None:
    """The file, if it is there and not one of those that lead to it."""
    real, opened = str(file.resolve()), reading.open_files
    if real in opened:
        circle = " → ".join(Path(one).name for one in (*opened[opened.index(real) :], real))
        reading.loading.note(where.error(f"`{name}` imports itself: {circle}"))
        return None
    if not file.is_file():
        reading.loading.note(missing_file(where, "playbook", name, [file]))
        return None
    return file


def _of_file(file: Path, where: Place, reading: _Reading) -> Iterator[Play]:
    try:
        document = reading.loading.parse(file, what="playbook", origin=where.origin())
        yield from _plays(document, file, reading)
    except LoadError as error:
        reading.loading.note(error)
