"""Which host a file belongs to in this run."""

from __future__ import annotations


class Claims:
    """The first host to write a path owns it for the run; another host may not write there."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def claim(self, path: str, host: str) -> str | None:
        """None if `path` is `host`'s, else the sentence that says whose it is."""
        owner = self._owners.setdefault(path, host)
        if owner == host:
            return None
        return (
            f"{host} and {owner} both write {path}; the file is {owner}'s, "
            f"what {host} printed was not kept (put {{{{ inventory_hostname }}}} into the path)"
        )
