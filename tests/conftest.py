"""What all tests share: property tests try the same examples on every checking machine.

At a desk hypothesis looks for new ones each time; what it finds there becomes an example.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("checking", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("checking")
