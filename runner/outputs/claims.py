"""Which host a file belongs to in this run."""

from __future__ import annotations

from runner.names import twin_key


class Claims:
    """The first host to write a path owns it for the run; another host may not write there.

    Paths that differ only in case, or in how Unicode spells a letter, are one: on some file
    systems they are, and a reader takes them for one anyway.
    """

    def __init__(self) -> None:
        self._owners: dict[str, tuple[str, str]] = {}

    def claim(self, path: str, host: str) -> str | None:
        """None if `path` is `host`'s, else the sentence that says whose it is."""
        owner, first = self._owners.setdefault(twin_key(path), (host, path))
        if owner == host:
            return None
        which = path if path == first else f"{path} and {first} (as good as one name)"
        return (
            f"{host} and {owner} both write {which}; the file is {owner}'s, "
            f"what {host} printed was not kept (put {{{{ inventory_hostname }}}} into the path)"
        )
