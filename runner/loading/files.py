"""Files of the user's, read whole. What cannot be read is a `LoadError` that says why."""

from __future__ import annotations

from pathlib import Path

from runner.errors import LoadError
from runner.values import Origin, at_home
from runner.yaml.documents import MAX_BYTES


def read_file(path: Path | str, *, what: str = "file", origin: Origin | None = None) -> bytes:
    """The bytes of a file. `origin` is where it is named, `what` what it was to be.

    A leading `~` is the home folder. Raises LoadError for what is missing, unreadable, a
    folder, or too large.
    """
    path = at_home(path)
    try:
        if path.is_dir():
            raise _error(f"{what} {path} is a folder", origin)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _error(f"{what} {path} does not exist", origin) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise _error(f"cannot read {what} {path}: {reason}", origin) from None
    except ValueError:
        raise _error(f"{what} {str(path)!r} is no possible file name", origin) from None
    if len(data) > MAX_BYTES:
        raise _error(f"{what} {path} is larger than {MAX_BYTES >> 20} MB", origin)
    return data


def _error(message: str, origin: Origin | None) -> LoadError:
    return LoadError(message, origin=origin)
