"""In which order hosts walk what each of them includes, so that they walk the same together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def ranked(asked: Iterable[Sequence[str]]) -> list[tuple[int, ...]]:
    """For each host's keys their places in the order of all, as Ansible merges them.

    Hosts in play order: a key that is in the order already, and not yet taken by this host,
    is shared; any other is put at the end. So a host may walk its items in another order
    than it named them.
    """
    places: dict[str, list[int]] = {}
    count = 0
    found = []
    for keys in asked:
        seen: dict[str, int] = {}
        ranks = []
        for key in keys:
            known = places.setdefault(key, [])
            nth = seen.get(key, 0)
            seen[key] = nth + 1
            if nth == len(known):
                known.append(count)
                count += 1
            ranks.append(known[nth])
        found.append(tuple(ranks))
    return found
