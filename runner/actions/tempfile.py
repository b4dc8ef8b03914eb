"""`tempfile`: a new file or folder that nobody else has."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from runner.actions.api import Base, Call, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.attributes import described
from runner.actions.filesystem.places import destination, own
from runner.actions.filesystem.writing import why
from runner.errors import ActionFailed


class Tempfile(Base):
    """Makes a file (0600) or folder (0700) with a name of its own; `path` is in the result."""

    parameters: Mapping[str, Parameter] = {
        "state": Parameter(
            "text", default="file", choices=("file", "directory"), says="What to make."
        ),
        "path": Parameter("text", says="The folder it is made in; else the system's."),
        "prefix": Parameter("text", default="ansible.", says="How its name begins."),
        "suffix": Parameter("text", default="", says="How its name ends."),
    }

    def run(self, call: Call) -> Outcome:
        """Always changed."""
        args = Arguments(call, self.parameters)
        folder = destination(call, "path") if args.text("path") else None
        prefix, suffix = args.text("prefix"), args.text("suffix")
        if "/" in prefix + suffix:
            raise ActionFailed("`prefix` and `suffix` are parts of a name and hold no `/`")
        try:
            if args.text("state") == "directory":
                name = tempfile.mkdtemp(suffix, prefix, folder)
            else:
                handle, name = tempfile.mkstemp(suffix, prefix, folder)
                open(handle).close()  # noqa: PTH123  a descriptor, no path
        except OSError as error:
            raise ActionFailed(f"cannot make a file: {why(error)}") from error
        return Outcome(changed=True, values={"path": own(Path(name)), **described(Path(name))})
