"""`playrun init [DIR]`: a small project that works at once, on the lab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from runner.cli.options import HELP
from runner.errors import LoadError

PROJECT = Path(__file__).with_name("project")
_HIDDEN = {"gitignore": ".gitignore"}
"""Files that would hide themselves in this package."""


@click.command("init", context_settings=HELP)
@click.argument("folder", required=False, default=".", type=click.Path(path_type=Path))
def command(folder: Path, **_given: Any) -> int:
    """Make a small working project in FOLDER (this one, if none is given).

    Nothing that is there is overwritten.
    """
    files = {folder / target: source for target, source in _files()}
    _refuse_overwriting(folder, list(files))
    for target, source in files.items():
        _write(target, source.read_bytes())
    here = folder.resolve() == Path.cwd()
    click.echo(f"Made {len(files)} files in {'this folder' if here else folder}. Try:\n")
    if not here:
        click.echo(f"    cd {folder}")
    click.echo("    playrun --lab playbooks/site.yml")
    return 0


def _write(target: Path, content: bytes) -> None:
    """Makes a file whole or not at all. Raises LoadError."""
    made = False
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            made = True
            file.write(content)
    except OSError as error:
        if made:
            target.unlink()
        where = error.filename or target
        raise LoadError(f"cannot write {where}: {error.strerror}") from None


def _files() -> Iterator[tuple[Path, Path]]:
    """Where each file goes, and the one it is made from."""
    for source in sorted(PROJECT.rglob("*")):
        if source.is_file():
            target = source.relative_to(PROJECT)
            yield target.with_name(_HIDDEN.get(target.name, target.name)), source


def _refuse_overwriting(folder: Path, files: list[Path]) -> None:
    there = [str(file) for file in files if file.exists() or file.is_symlink()]
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise LoadError(
            f"{', '.join(there[:3])}{more} would be overwritten; nothing was written",
            hint="give a new folder: `playrun init my-network`",
        )
    if folder.exists() and not folder.is_dir():
        raise LoadError(f"{folder} is a file", hint="give the name of a folder")
