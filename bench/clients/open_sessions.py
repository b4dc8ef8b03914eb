"""Opens a session to every device with playrun's connections, and says what one takes of memory.

A thread for each, as in a run. Prints kilobytes a session: the difference that the sessions
make to the process's own memory, after one was opened to load what is loaded once; first as
they are after login, then after each of them has shown its configuration.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from common import job

sys.path.insert(0, str(Path(__file__).parents[1]))
from measuring import resident

from runner import platforms
from runner.connections.api import Target, Timeouts
from runner.connections.connector import DeviceConnector
from runner.connections.lockout import ThreadGate
from runner.values import Secret

devices, _, _ = job()
transport = sys.argv[4]
connector = DeviceConnector(ThreadGate())
asked, over = threading.Event(), threading.Event()
opened, answered = threading.Semaphore(0), threading.Semaphore(0)
failures: list[BaseException] = []


def hold(number: int) -> None:
    """Logs in, runs a command, and keeps the session."""
    device = devices[number]
    target = Target(
        host=device["name"],
        address=device["host"],
        platform=platforms.load("cisco_ios"),
        transport="telnet" if transport == "telnet" else "ssh",
        port=device["port"],
        user=device["user"],
        password=Secret(device["password"]),
        become=True,
        become_password=Secret(device["enable"]),
        host_key_checking="off",
        ssh_config_file="",
        timeouts=Timeouts(connect=60.0, login=120.0),
    )
    try:
        session = connector.connect(target)
        opened.release()
        asked.wait()
        session.command("show running-config")
        answered.release()
        over.wait()
        session.close()
    except BaseException as error:
        failures.append(error)
        opened.release()
        answered.release()
        raise


def begin(number: int) -> threading.Thread:
    """The thread of one session."""
    thread = threading.Thread(target=hold, args=(number,), daemon=True)
    thread.start()
    return thread


threading.stack_size(512 * 1024)
begin(0)
opened.acquire()
before = resident("self")
threads = [begin(number) for number in range(1, len(devices))]
for _ in threads:
    opened.acquire()
if failures:
    raise SystemExit(f"{len(failures)} sessions failed: {failures[0]}")
print((resident("self") - before) / len(threads))
asked.set()
for _ in devices:
    answered.acquire()
print((resident("self") - before) / len(threads))
over.set()
for thread in threads:
    thread.join(30.0)
