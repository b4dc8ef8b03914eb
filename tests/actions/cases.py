"""Cases that were recorded: what a task finds, what it is, what it gives and leaves behind."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_NOISE = frozenset(
    "uid gid owner group gr_name pw_name atime mtime ctime inode dev start end delta secontext "
    "ansible_included_var_files invocation exception warnings deprecations elapsed block_size "
    "blocks device_type version mimetype charset attributes attr_flags date server "
    "_ansible_no_log md5sum diff_peek".split()
)
"""What differs from machine to machine and from time to time, or is about Ansible itself."""

_SCRATCH = re.compile(r"\S*/\.ansible/tmp/[^\s'\"]*")
_BACKUP = re.compile(r"\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~")
_RANDOM = re.compile(r"(ansible\.)[a-z0-9_]{8}\b")


FOLDER = Path(__file__).parent


def families() -> list[str]:
    """The names of the files of cases."""
    return sorted(path.stem.removeprefix("cases_") for path in FOLDER.glob("cases_*.yaml"))


def read_cases(family: str) -> dict[str, dict[str, Any]]:
    """The cases of a family by their names, as they are written."""
    reader = YAML(typ="safe")
    cases: dict[str, dict[str, Any]] = reader.load(FOLDER / f"cases_{family}.yaml")
    return cases


def recorded(family: str) -> dict[str, dict[str, Any]]:
    """What was recorded of a family's cases, by their names."""
    file = FOLDER / f"recorded_{family}.json"
    results: dict[str, dict[str, Any]] = json.loads(file.read_text()) if file.exists() else {}
    return results


def words_for(folder: Path, web: str) -> dict[str, str]:
    """What the words in cases stand for: a folder, and the address of a web server."""
    return {"HERE": str(folder), "WEB": web}


def laid(folder: Path, case: Mapping[str, Any]) -> None:
    """Lays the files of a case: text; `name/` a folder; `{link: to}`; `{text: …, mode: …}`."""
    folder.mkdir(parents=True)
    words = words_for(folder, "")
    for name, what in case.get("files", {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        elif isinstance(what, dict) and "link" in what:
            path.symlink_to(placed(what["link"], words))
            continue
        else:
            text = what["text"] if isinstance(what, dict) else what
            path.write_bytes(placed(text, words).encode())
        mode = what.get("mode", "0644") if isinstance(what, dict) else "0644"
        path.chmod(0o755 if name.endswith("/") and mode == "0644" else int(mode, 8))


def placed(value: Any, words: Mapping[str, str]) -> Any:
    """`value` with every word replaced by what it stands for, deep."""
    if isinstance(value, str):
        for word, meaning in words.items():
            value = value.replace(word, meaning)
        return value
    if isinstance(value, dict):
        return {placed(key, words): placed(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [placed(inner, words) for inner in value]
    return value


def cleaned(value: Any, words: Mapping[str, str]) -> Any:
    """`value` without what differs from run to run, and with the words again."""
    if isinstance(value, dict):
        pairs = ((key, inner) for key, inner in value.items() if key not in _NOISE)
        return {cleaned(key, words): cleaned(inner, words) for key, inner in pairs}
    if isinstance(value, list):
        return [cleaned(inner, words) for inner in value]
    if isinstance(value, str):
        for word, meaning in words.items():
            value = value.replace(meaning, word) if meaning else value
        text = _SCRATCH.sub("SCRATCH", value)
        return _RANDOM.sub(r"\1RANDOM", _BACKUP.sub(".BACKUP~", text))
    return value


def left(folder: Path) -> dict[str, str]:
    """All that lies in the folder: for every name its mode and its text."""
    found: dict[str, str] = {}
    words = words_for(folder, "")
    for path in sorted(folder.rglob("*")):
        name = cleaned(str(path.relative_to(folder)), words)
        if path.is_symlink():
            found[name] = f"link to {cleaned(str(path.readlink()), words)}"
            continue
        mode = f"{stat.S_IMODE(path.stat().st_mode):04o}"
        if path.is_dir():
            found[name + "/"] = mode
        else:
            text = path.read_bytes().decode("utf-8", "backslashreplace")
            found[name] = f"{mode} {cleaned(text, words)}"
    return found
