"""Platforms as data: what a device's command line looks like, one YAML file each."""

from runner.platforms.judging import (
    LONGEST_PROMPT,
    error_in,
    is_read_only,
    mode_of,
    redact,
    without_volatile,
)
from runner.platforms.loader import canonical, load, names

__all__ = [
    "LONGEST_PROMPT",
    "canonical",
    "error_in",
    "is_read_only",
    "load",
    "mode_of",
    "names",
    "redact",
    "without_volatile",
]
