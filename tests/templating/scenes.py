"""Values for tests: text of the user's with a place, and variables over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.templating import Templar, Variables
from runner.values import Origin, Source

HERE = Origin("site.yml", 3, 7)


def written(value: Any, origin: Origin = HERE) -> Any:
    """`value` as if the user had written it: every string a Source."""
    if isinstance(value, str):
        return Source(value, origin)
    if isinstance(value, dict):
        return {written(key, origin): written(item, origin) for key, item in value.items()}
    if isinstance(value, list):
        return [written(item, origin) for item in value]
    return value


def variables(
    templar: Templar,
    own: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> Variables:
    """Variables the user wrote, under values that are data."""
    return Variables(templar).with_layer(written(dict(own or {}))).with_data(dict(data or {}))


def rendered(templar: Templar, text: Any, own: Mapping[str, Any] | None = None, **data: Any) -> Any:
    """What the user's `text` gives with the user's variables `own` and the data."""
    return templar.render(written(text), variables(templar, own, data))
