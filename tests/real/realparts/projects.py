"""A folder with a playbook and an inventory, and `playrun` run in it as a person would."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from realparts import daemons, routers
from realparts.routers import Router
from realparts.ssh import SshServer
from realparts.users import User

PLAYRUN = Path(sys.executable).parent / "playrun"
_LONGEST_RUN = 120


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run of `playrun` ended."""

    code: int
    out: str
    err: str

    @property
    def screen(self) -> str:
        return self.out + self.err


class Running:
    """A `playrun` that is still going; leaving the `with` block ends it in any case."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._kill()

    def interrupt(self) -> None:
        """What Ctrl-C does to the process."""
        self._process.send_signal(signal.SIGINT)

    def wait_until(self, what: str, ready: Callable[[], bool]) -> None:
        """Waits for something the run is to bring about; shows its screen if it ends first."""

        def ready_or_ended() -> bool:
            if self._process.poll() is not None:
                out, err = self._process.communicate()
                raise AssertionError(f"playrun ended before: {what}\n{out}\n{err}")
            return ready()

        daemons.wait_for(what, ready_or_ended)

    def finish(self) -> Ran:
        """Waits for the end. A run that never ends is a failure, and shows its screen."""
        try:
            out, err = self._process.communicate(timeout=_LONGEST_RUN)
        except subprocess.TimeoutExpired:
            out, err = self._kill()
            raise AssertionError(f"playrun never ended:\n{out}\n{err}") from None
        return Ran(self._process.returncode, out, err)

    def _kill(self) -> tuple[str, str]:
        for pid in [*daemons.children(self._process.pid), self._process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return self._process.communicate()


class Project:
    """A project folder: `site.yml`, `inventory.yml`, and the secrets in the environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self._hosts: dict[str, dict[str, object]] = {}
        self._secrets: dict[str, str] = {}

    def secret(self, name: str, value: str) -> str:
        """Puts a secret into the environment; the template that reads it."""
        self._secrets[name] = value
        return f"{{{{ lookup('env', '{name}') }}}}"

    def host(self, name: str, **variables: object) -> None:
        self._hosts[name] = variables
        # JSON is YAML, and needs no care with quotes.
        (self.folder / "inventory.yml").write_text(json.dumps({"all": {"hosts": self._hosts}}))

    def variables(self, name: str) -> dict[str, object]:
        """What the inventory says of a host."""
        return self._hosts[name]

    def ssh_host(self, name: str, server: SshServer, user: User, platform: str) -> None:
        self.host(
            name,
            ansible_host=server.address,
            ansible_port=server.port,
            ansible_user=user.name,
            ansible_password=self.secret(f"{user.name}_PASSWORD".upper(), user.password),
            ansible_network_os=platform,
            ansible_connection="network_cli",
        )

    def telnet_host(self, name: str, address: str, port: int, user: User, platform: str) -> None:
        self.host(
            name,
            ansible_host=address,
            ansible_port=port,
            ansible_user=user.name,
            ansible_password=self.secret(f"{user.name}_PASSWORD".upper(), user.password),
            ansible_network_os=platform,
            ansible_connection="telnet",
        )

    def vty_host(self, name: str, router: Router, daemon: str) -> None:
        self.host(
            name,
            ansible_host=router.address,
            ansible_port=routers.VTY_PORTS[daemon],
            ansible_password=self.secret("VTY_PASSWORD", routers.VTY_PASSWORD),
            ansible_become=True,
            ansible_become_password=self.secret("ENABLE_PASSWORD", routers.ENABLE_PASSWORD),
            ansible_network_os="frr",
            ansible_connection="telnet",
        )

    def playbook(self, text: str) -> None:
        (self.folder / "site.yml").write_text(text)

    def start(self, *arguments: str, pipe: str | None = None) -> Running:
        """Starts `playrun` with these arguments; `pipe` is a command that reads its screen."""
        command = [str(PLAYRUN), *arguments]
        if pipe is not None:
            command = ["bash", "-c", f'"$@" | {pipe}', "bash", *command]
        return Running(
            subprocess.Popen(
                command,
                cwd=self.folder,
                env={**daemons.CLEAN, "HOME": str(self.home), **self._secrets},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="surrogateescape",
                start_new_session=True,
            )
        )

    def run(self, *arguments: str, pipe: str | None = None) -> Ran:
        """Runs `playrun` to its end."""
        with self.start(*arguments, pipe=pipe) as running:
            return running.finish()

    def play(self, *options: str) -> Ran:
        """`playrun -i inventory.yml site.yml` with more options."""
        return self.run("-i", "inventory.yml", "site.yml", *options)

    def output(self, name: str) -> str:
        """A file of the output folder, byte for byte."""
        return (self.folder / "output" / name).read_bytes().decode(errors="surrogateescape")

    def record(self) -> str:
        """All that has been recorded of the run by now."""
        files = self.folder.glob(".playrun/runs/*/events.jsonl")
        return "".join(file.read_text(errors="replace") for file in files)

    def outputs(self) -> Sequence[str]:
        """Names of all files in the output folder, sorted."""
        root = self.folder / "output"
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    def everything_written(self) -> str:
        """All that the run left anywhere in the project, to look for secrets in."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return "\n".join(path.read_bytes().decode(errors="replace") for path in files)
