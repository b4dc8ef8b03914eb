"""Errors as a person reads them: what, where, the line, and what to do."""

from __future__ import annotations

from runner.errors import LoadError, PlayrunError, Problems


def explain(error: PlayrunError) -> str:
    """The text for stderr, ending in a newline."""
    if isinstance(error, Problems):
        parts = [explain(problem) for problem in error.problems]
        return "".join(parts) + f"playrun: {len(parts)} problems; nothing was run\n"
    where = f"{error.origin}: " if error.origin else ""
    text = f"playrun: {where}{error.message}\n"
    if isinstance(error, LoadError) and error.excerpt is not None:
        text += _excerpt(error)
    if error.hint:
        text += f"  → {error.hint}\n"
    return text


def _excerpt(error: LoadError) -> str:
    assert error.excerpt is not None
    line = error.excerpt.expandtabs(1)
    if error.origin is None:
        return f"    {line}\n"
    return f"    {line}\n    {' ' * (error.origin.column - 1)}^\n"
