"""Values to YAML as PyYAML writes it, character for character.

Ansible's `to_yaml` and `to_nice_yaml` are what PyYAML makes of a value, with PyYAML's options, and
what they wrote stands in people's repositories: quotes and folded lines must not change. For YAML
that only has to be read back there is `dump`.
"""

from __future__ import annotations

from typing import Any


def emit(value: Any, **options: Any) -> str:
    """`value`, of plain containers and scalars, as YAML; `options` are those of PyYAML's `dump`.

    Raises ValueError for a value or an option that cannot be served.
    """
    import yaml

    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    try:
        text = yaml.dump(value, Dumper=dumper, allow_unicode=True, **options)
    except (yaml.YAMLError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(text, str):
        raise ValueError("the option `encoding` makes bytes of it: leave it out")
    return text
