"""What all tests share: property tests try the same examples on every checking machine.

At a desk hypothesis looks for new ones each time; what it finds there becomes an example.
"""

from __future__ import annotations

import os
import signal

from hypothesis import settings

settings.register_profile("checking", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("checking")


# A run in the background of a script ignores these, and so would all programs that tests begin:
# those that press Ctrl-C would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
for number in (signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)
