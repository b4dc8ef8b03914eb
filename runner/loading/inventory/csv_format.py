"""Tables as inventories: a row a host, a column a variable."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from runner.errors import LoadError, nearest
from runner.loading.inventory.constructing import safe_group_name
from runner.loading.inventory.groups import Tree
from runner.loading.scopes import LineScope
from runner.values import Origin
from runner.yaml import decode

OPTIONS = frozenset(("path", "delimiter", "host_column", "group_columns"))
_HOST_COLUMNS = ("host", "name", "hostname", "inventory_hostname")
_DELIMITERS = ",;\t|"


class Columns(NamedTuple):
    """Which columns mean what."""

    host: str | None = None
    """None: the first that is called host, name or hostname."""
    groups: Sequence[str] = ("group", "groups")
    """Columns whose words (between commas or blanks) are groups of the host."""
    delimiter: str | None = None


def fill(tree: Tree, data: bytes, file: str, columns: Columns = Columns()) -> None:  # noqa: B008
    """Adds the hosts of a table. Cells are text; empty ones set nothing. Raises LoadError."""
    text = decode(data, file)
    delimiter = columns.delimiter or _delimiter(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    numbered = _numbered(rows, file)
    head = next(numbered, None)
    if head is None:
        raise _error("the table is empty", file, 1)
    names = [cell.strip() for cell in head[1]]
    host = _host_column(names, columns.host, file)
    for line, row in numbered:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(names):
            raise _error(f"{len(row)} cells, and {len(names)} columns", file, line)
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
        _add(tree, cells, host, columns.groups, Origin(file, line, 1))


def _numbered(rows: Any, file: str) -> Iterator[tuple[int, list[str]]]:
    try:
        for row in rows:
            yield rows.line_num, row
    except csv.Error as error:
        raise _error(f"not a table: {error}", file, rows.line_num) from None


def _delimiter(text: str) -> str:
    """The one that occurs most often in the first line."""
    first = text.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _host_column(names: Sequence[str], wanted: str | None, file: str) -> str:
    if wanted is not None:
        if wanted in names:
            return wanted
        close = nearest(wanted, names)
        hint = f"did you mean {close}?" if close else f"there are {', '.join(names)}"
        raise _error(f"there is no column {wanted}", file, 1, hint)
    for name in names:
        if name.lower() in _HOST_COLUMNS:
            return name
    raise _error(
        "no column says what the hosts are called",
        file,
        1,
        "call one `host`, `name` or `hostname`, or name it with `host_column`",
    )


def _add(
    tree: Tree, cells: Mapping[str, str], host: str, groups: Sequence[str], origin: Origin
) -> None:
    name = cells.get(host, "")
    if not name:
        raise _error(f"the column {host} is empty", origin.file, origin.line)
    scope = LineScope()
    found = [
        safe_group_name(word)
        for column in groups
        for word in cells.get(column, "").replace(",", " ").split()
    ]
    for column, cell in cells.items():
        if cell and column != host and column not in groups:
            scope.set(column, cell, cell, origin)
    for group in found or ["ungrouped"]:
        member = tree.add_host(name, group, origin.file, lambda: origin)
    if scope.values:
        member.scopes.append(scope)


def columns_of(options: Mapping[str, Any]) -> Columns:
    """The columns that a plugin's file names."""
    groups = options.get("group_columns", Columns().groups)
    return Columns(
        options.get("host_column"),
        (groups,) if isinstance(groups, str) else tuple(groups),
        options.get("delimiter"),
    )


def path_of(options: Mapping[str, Any], file: str) -> Path:
    """The table that a plugin's file names, beside it unless absolute."""
    return Path(file).parent / str(options["path"])


def _error(message: str, file: str, line: int, hint: str | None = None) -> LoadError:
    return LoadError(message, origin=Origin(file, line, 1), hint=hint)
