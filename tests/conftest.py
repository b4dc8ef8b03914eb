"""What all tests share: property tests try the same examples everywhere, however busy the machine.

`pytest --hypothesis-profile=searching` looks for new ones; what it finds becomes an example.
"""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, and nothing about playrun.
_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("searching", _UNHURRIED)
settings.register_profile("checking", _UNHURRIED, derandomize=True, database=None)
settings.load_profile("checking")


# A run in the background of a script ignores these, and so would all programs that tests begin:
# those that press Ctrl-C would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
for number in (signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)
