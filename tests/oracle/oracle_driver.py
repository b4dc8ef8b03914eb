"""Runs one program many times, each time in a fork: what is slow to import is imported once.

    python oracle_driver.py ansible|playrun

It reads jobs from standard input, one JSON object a line, and answers each with one line:

    {"id": 1, "argv": [...], "cwd": "...", "env": {...}, "timeout": 60, "fresh": false}
    {"id": 1, "code": 0, "seconds": 0.4, "timed_out": false}

What the program prints goes to `stdout` and `stderr` in `<cwd>/../`. `fresh` begins a new
interpreter, for programs whose settings are read when they are imported. No process of a job
outlives its answer. Nothing but the standard library is imported here, and the program.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

Program = Callable[[list[str]], None]
PR_SET_CHILD_SUBREAPER = 36
# No plugin is among them: Ansible loads those itself, and differently.
PRELOADED = {
    "ansible": """
        ansible.playbook.play ansible.executor.module_common ansible.plugins.strategy
        ansible.plugins.action ansible.plugins.connection ansible.plugins.callback
        ansible.plugins.inventory ansible.plugins.cache ansible.plugins.vars
        ansible.playbook.handler_task_include ansible.utils.hashing xml.dom.minidom tomllib
        multiprocessing.synchronize multiprocessing.popen_fork pty
        """,
    "playrun": """
        runner.cli.run runner.run.playbooks runner.run.setup runner.run.conduct
        runner.loading.playbook runner.loading.inventory.inventory runner.planning.plays
        runner.templating.templar runner.outputs.console runner.outputs.journal
        """,
}


def ansible(words: list[str]) -> None:
    """`ansible-playbook WORDS…`"""
    from ansible.cli.playbook import PlaybookCLI

    PlaybookCLI.cli_executor(["ansible-playbook", *words])


def playrun(words: list[str]) -> None:
    """`playrun WORDS…`"""
    from runner.cli.main import main

    main(words)


PROGRAMS: dict[str, Program] = {"ansible": ansible, "playrun": playrun}


def preload(side: str) -> Program:
    """Imports the program and what its runs are sure to import."""
    if side == "playrun":
        import runner.cli.main  # noqa: F401
    else:
        import ansible.cli.playbook  # noqa: F401
    for name in PRELOADED[side].split():
        importlib.import_module(name)
    return PROGRAMS[side]


def descendants(of: int) -> list[int]:
    """All processes below one, itself not, nearest first."""
    found: list[int] = []
    waiting = [of]
    while waiting:
        pid = waiting.pop()
        try:
            texts = [
                (task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()
            ]
        except OSError:
            continue
        children = [int(word) for text in texts for word in text.split()]
        found += children
        waiting += children
    return found


def sweep() -> None:
    """Ends whatever a job left: as subreaper we inherit what lost its parent."""
    for _ in range(100):
        left = descendants(os.getpid())
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        while _reaped():
            pass
        if not left:
            return
        time.sleep(0.01)


def _reaped() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def redirect(job: dict[str, Any]) -> None:
    """Puts this process where the job wants to run."""
    os.setsid()
    os.chdir(job["cwd"])
    os.environ.update(job["env"])
    beside = Path(job["cwd"]).parent
    for number, target, how in (
        (0, Path(os.devnull), os.O_RDONLY),
        (1, beside / "stdout", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, beside / "stderr", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        handle = os.open(target, how, 0o600)
        os.dup2(handle, number)
        os.close(handle)


def child(side: str, program: Program, job: dict[str, Any]) -> int:
    """The forked process: runs the program and says how it ended."""
    redirect(job)
    if job.get("fresh"):
        os.execv(sys.executable, [sys.executable, __file__, side, "--once", *job["argv"]])
    try:
        program(job["argv"])
    except SystemExit as ended:
        code = ended.code
        return code if isinstance(code, int) else int(code is not None)
    except BaseException:  # noqa: BLE001 a fork never goes back to its parent's work
        traceback.print_exc()
        return 250
    return 0


def run(side: str, program: Program, job: dict[str, Any]) -> dict[str, Any]:
    """Runs one job in a fork, and waits for its end or for its time to be up."""
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        code = 250
        try:
            code = child(side, program, job)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code & 255)
    handle = os.pidfd_open(pid)
    ready, _, _ = select.select([handle], [], [], job["timeout"])
    os.close(handle)
    if not ready:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    sweep()
    return {
        "id": job["id"],
        "code": os.waitstatus_to_exitcode(status),
        "seconds": round(time.monotonic() - began, 3),
        "timed_out": not ready,
    }


def serve(side: str) -> None:
    """Jobs in, answers out, until standard input ends."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    answers = os.fdopen(os.dup(1), "w")
    program = preload(side)
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        answers.write(json.dumps(run(side, program, json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    if "--once" in sys.argv[2:3]:
        PROGRAMS[sys.argv[1]](sys.argv[3:])
    else:
        serve(sys.argv[1])
