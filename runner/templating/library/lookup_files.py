"""Lookups that read files, the environment and commands of the controller."""

from __future__ import annotations

import glob
import io
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.errors import nearest
from runner.templating.about import knowing_itself
from runner.templating.failures import TemplateFault
from runner.templating.files import TemplateOptions
from runner.templating.seeking import MAX_BYTES, LookupCall, words
from runner.values import at_home

PIPE_SECONDS = 300
_MARKS = (
    *("variable_start_string", "variable_end_string"),
    *("comment_start_string", "comment_end_string"),
)
"""Of a template's options, those that its lookup takes."""


def _env(call: LookupCall) -> list[Any]:
    default = "" if call.options.get("default") is None else call.options["default"]
    return [os.environ.get(str(term), default) for term in call.terms]


def _file(call: LookupCall) -> list[Any]:
    found = []
    for term in call.terms:
        text = call.text(call.file(term))
        text = text.lstrip() if call.options.get("lstrip", False) else text
        found.append(text.rstrip() if call.options.get("rstrip", True) else text)
    return found


def _unvault(call: LookupCall) -> list[Any]:
    """The plain text of files, vaulted or not, as it is."""
    return [call.text(call.file(term)) for term in call.terms]


def _template(call: LookupCall) -> list[Any]:
    variables = call.variables
    if call.options.get("template_vars"):
        variables = variables.with_data(dict(call.options["template_vars"]))
    files = [call.file(term, "templates") for term in call.terms]
    given: dict[str, Any] = {
        name: str(call.options[name]) for name in _MARKS if name in call.options
    }
    options = TemplateOptions(**given)
    return [
        call.seeker.render(file, knowing_itself(variables, file, file), options=options)
        for file in files
    ]


def _pipe(call: LookupCall) -> list[Any]:
    return [_output(call, str(term)).rstrip() for term in call.terms]


def _lines(call: LookupCall) -> list[Any]:
    return [line for term in call.terms for line in _output(call, str(term)).splitlines()]


def _output(call: LookupCall, command: str) -> str:
    import subprocess  # few lookups run anything

    folder = next((path for path in call.seeker.folders(call.variables) if path.is_dir()), None)
    try:
        done = subprocess.run(  # noqa: S602 - the user's own command line, as the lookup says
            command,
            shell=True,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PIPE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TemplateFault(f"the command '{command}' took over {PIPE_SECONDS} s") from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise TemplateFault(
            f"the command '{command}' ended with {done.returncode}",
            hint=lines[-1] if lines else None,
        )
    if len(done.stdout) > MAX_BYTES:
        raise TemplateFault(f"the command '{command}' printed over {MAX_BYTES // 1_000_000} MB")
    return done.stdout.decode("utf-8", "surrogateescape")


def _fileglob(call: LookupCall) -> list[Any]:
    found: list[Any] = []
    for term in call.terms:
        matches = (files for files in map(_files_like, _places(call, str(term))) if files)
        found += next(matches, [])
    return found


def _places(call: LookupCall, pattern: str) -> Iterator[Path]:
    wanted = at_home(pattern)
    if wanted.is_absolute():
        yield wanted
        return
    for folder in call.seeker.folders(call.variables):
        yield folder / "files" / wanted
        yield folder / wanted


def _files_like(pattern: Path) -> list[str]:
    return sorted(name for name in glob.glob(str(pattern)) if Path(name).is_file())  # noqa: PTH207


def _first_found(call: LookupCall) -> list[Any]:
    """In the folders themselves; a loop looks in their `templates`, `vars` or `files` first."""
    skip = bool(call.options.get("skip", False))
    kinds = () if call.looped is None else (_kind_for(call.looped),)
    for names, paths in _candidates(call):
        for name in (str(Path(path) / name) for path in paths or [""] for name in names):
            found = call.seeker.find(name, kinds, call.variables)
            if found is not None:
                return [str(found)]
    if skip or any(isinstance(term, Mapping) and term.get("skip") for term in _flat(call.terms)):
        return []
    raise TemplateFault("first_found: none of the files is there", hint="skip=true allows that")


def _kind_for(action: str) -> str:
    """The folder that a task with this action takes its files from."""
    return next((f"{kind}s" for kind in ("template", "var") if kind in action), "files")


def _candidates(call: LookupCall) -> Iterator[tuple[list[str], list[str]]]:
    options = call.options
    if options.get("files"):
        yield _texts(options["files"]), _paths(options.get("paths"))
    for term in _flat(call.terms):
        if isinstance(term, Mapping):
            yield _texts(term.get("files")), _paths(term.get("paths"))
        else:
            yield [str(term)], _paths(options.get("paths"))


def _flat(terms: list[Any]) -> Iterator[Any]:
    for term in terms:
        if isinstance(term, list):
            yield from _flat(term)
        else:
            yield term


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [part for part in re.split(r"[,;]\s*", value) if part]
    return [str(item) for item in value]


def _paths(value: Any) -> list[str]:
    """The same; a colon parts folders too."""
    return _texts(value.replace(":", ",") if isinstance(value, str) else value)


_WITHOUT_DEFAULT = (
    *("default", "encoding", "type", "re", "case_sensitive"),
    *("allow_none", "allow_no_value", "interpolation"),
)


def _options(call: LookupCall, term: Any, known: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The key in a term of csvfile or ini, and its options; `known` are those with a default."""
    plain, given = words(str(term))
    for name in [*given, *call.options]:
        if name not in known and name not in _WITHOUT_DEFAULT:
            close = nearest(name, [*known, *_WITHOUT_DEFAULT])
            hint = f"did you mean '{close}'?" if close else None
            raise TemplateFault(f"this lookup has no option '{name}'", hint=hint)
    options = {**known, **given, **{name: str(value) for name, value in call.options.items()}}
    return " ".join(plain), options


def _csvfile(call: LookupCall) -> list[Any]:
    found: list[Any] = []
    for term in call.terms:
        key, options = _options(
            call, term, {"file": "ansible.csv", "delimiter": "TAB", "col": "1", "keycol": "0"}
        )
        path = call.file(options["file"])
        text = call.text(path, options.get("encoding", "utf-8"))
        delimiter = "\t" if options["delimiter"] in ("TAB", "t", "\\t") else options["delimiter"]
        found += call.hidden(path, _csv_values(text, delimiter, key, options))
    return found


def _csv_values(text: str, delimiter: str, key: str, options: Mapping[str, str]) -> list[str]:
    import csv

    try:
        key_column, column = int(options["keycol"]), int(options["col"])
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            if len(row) > key_column and row[key_column] == key:
                return [row[column]]
    except (ValueError, IndexError, TypeError, csv.Error) as error:
        raise TemplateFault(f"csvfile: cannot read '{options['file']}': {error}") from error
    return [options["default"]] if "default" in options else []


def _ini(call: LookupCall) -> list[Any]:
    found: list[Any] = []
    for term in call.terms:
        key, options = _options(call, term, {"file": "ansible.ini", "section": "global"})
        path = call.file(options["file"])
        found += call.hidden(path, _ini_values(call, path, key, options))
    return found


def _ini_values(call: LookupCall, path: Path, key: str, options: Mapping[str, str]) -> list[str]:
    import configparser  # takes its time, and few playbooks read such files

    text = call.text(path, options.get("encoding", "utf-8"))
    section = options["section"]
    if options.get("type") == "properties":
        text, section = f"[java_properties]\n{text}", "java_properties"
    parser = configparser.ConfigParser(interpolation=None, allow_no_value=True, strict=False)
    if options.get("case_sensitive", "").lower() in ("true", "yes"):
        parser.optionxform = str  # type: ignore[method-assign, assignment]
    try:
        parser.read_string(text, str(path))
    except configparser.Error as error:
        raise TemplateFault(f"ini: cannot read '{path}': {error}") from error
    if not parser.has_section(section):
        raise TemplateFault(f"ini: {path} has no section '{section}'")
    if options.get("re", "").lower() in ("true", "yes"):
        return [value or "" for name, value in parser.items(section) if re.match(key, name)]
    return [parser.get(section, key, fallback=options.get("default", "")) or ""]


LOOKUPS: dict[str, Callable[[LookupCall], list[Any]]] = {
    "env": _env,
    "file": _file,
    "template": _template,
    "unvault": _unvault,
    "pipe": _pipe,
    "lines": _lines,
    "fileglob": _fileglob,
    "first_found": _first_found,
    "csvfile": _csvfile,
    "ini": _ini,
}
