"""`include_vars`: variables from a file, or from the files in a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.actions.api import Base, Call, Effects, OneOf, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.places import find_folder, find_source, reads_and_writes
from runner.errors import ActionFailed, LoadError, NotBegun, PlayrunError
from runner.platforms.model import Platform

_EXTENSIONS = ["yaml", "yml", "json"]
_OF_A_FOLDER = (
    "depth",
    "files_matching",
    "ignore_files",
    "extensions",
    "ignore_unknown_extensions",
)


class IncludeVars(Base):
    """Gives the host the variables of `file`, or of all files in `dir`, sorted by name."""

    parameters: Mapping[str, Parameter] = {
        "file": Parameter("text", aliases=("_raw_params",), says="The file; from `vars/` first."),
        "dir": Parameter("text", says="A folder with files and folders of them."),
        "name": Parameter("text", says="A variable that gets them all, as a mapping."),
        "depth": Parameter("number", default=0, says="Levels of folders; 0: all."),
        "files_matching": Parameter("text", says="Only files whose names this pattern matches."),
        "ignore_files": Parameter("list", says="Not files whose names end with these patterns."),
        "extensions": Parameter("list", default=_EXTENSIONS, says="Endings that files may have."),
        "ignore_unknown_extensions": Parameter(
            "flag", default=False, says="Leave files with other endings out; else they fail."
        ),
        "hash_behaviour": Parameter(
            "text",
            choices=("replace", "merge"),
            says="What becomes of mappings that were there: `merge` lays these over them.",
        ),
    }
    one_of: OneOf = OneOf(("file", "dir"))
    free_form: str | None = "file"

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It reads files that hosts may share."""
        return reads_and_writes(args, reads="dir" if "dir" in args else "file")

    def run(self, call: Call) -> Outcome:
        """Fails for a file that is not there or is no mapping; never changes anything."""
        args = Arguments(call, self.parameters)
        merging = args.text("hash_behaviour") == "merge"
        files = list(_files(call, args))
        found: dict[str, Any] = {}
        for file in files:
            found.update(_variables(call, file))
        if args.text("name"):
            found = {args.text("name"): found}
        if merging:
            found = {name: _over(call, name, value) for name, value in found.items()}
        values: dict[str, Any] = {"ansible_included_var_files": [str(file) for file in files]}
        if call.registers:
            values["ansible_facts"] = _shown(call, found)
        return Outcome(values=values, included=found)


def _over(call: Call, name: str, value: Any) -> Any:
    """A variable laid over what the host has under its name, where both are mappings."""
    if not isinstance(value, Mapping) or name not in call.variables:
        return value
    return _merged(call.variables[name], value)


def _merged(low: Any, high: Any) -> Any:
    if not isinstance(low, Mapping) or not isinstance(high, Mapping):
        return high
    return {**low, **{key: _merged(low.get(key), value) for key, value in high.items()}}


def _variables(call: Call, file: Path) -> Mapping[str, Any]:
    if call.load_variables is None:
        raise ActionFailed(f"files of variables cannot be read here: {file}")
    try:
        return call.load_variables(file)
    except LoadError as error:
        where = f"{error.origin}: " if error.origin else ""
        raise ActionFailed(f"{where}{error.message}", hint=error.hint) from error


def _shown(call: Call, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """As they are now; what cannot be told yet is given as it is written."""
    shown: dict[str, Any] = {}
    variables = call.variables.with_layer(found)
    for name, value in found.items():
        try:
            shown[name] = call.templar.render(value, variables)
        except PlayrunError:
            shown[name] = value
    return shown


def _files(call: Call, args: Arguments) -> Iterator[Path]:
    if args.text("file"):
        given = [name for name in _OF_A_FOLDER if call.args.get(name) is not None]
        if given:
            raise ActionFailed(f"`{given[0]}` goes with `dir`, not with a file")
        yield _found(call, args.text("file").rstrip("\n"))
    else:
        yield from _in_folder(find_folder(call.paths, args.text("dir"), "vars"), args)


def _found(call: Call, name: str) -> Path:
    """A file that is missing is this action's result, as in Ansible: `failed_when` sees it."""
    try:
        return find_source(call.paths, name, "vars")
    except NotBegun as error:
        raise ActionFailed(error.message, hint=error.hint) from None


def _in_folder(folder: Path, args: Arguments) -> Iterator[Path]:
    depth = args.whole("depth")
    matching = _pattern("files_matching", args.text("files_matching"))
    ignored = [_pattern("ignore_files", f"{text}$") for text in args.texts("ignore_files")]
    endings = {ending and f".{ending.lstrip('.')}" for ending in args.texts("extensions")}
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda path: (str(path.parent), path.name)):
        if depth and len(path.relative_to(folder).parts) > depth:
            continue
        if not matching.search(path.name) or any(each.search(path.name) for each in ignored):
            continue
        if path.suffix in endings:
            yield path
        elif not args.flag("ignore_unknown_extensions"):
            known = ", ".join(ending or "'' (none)" for ending in sorted(endings))
            raise ActionFailed(
                f"{path} has none of the endings {known}",
                hint="`ignore_files` or `ignore_unknown_extensions: true` leaves it out",
            )


def _pattern(name: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ActionFailed(f"`{name}` is no pattern: {text}: {error}") from error
