"""One login on a simulated device: prompts, lines, output, and what goes wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from runner.lab.device import Device
from runner.lab.filters import FilterError, run_pipes, split_pipes
from runner.lab.grammar import Match, Mismatch
from runner.lab.profile import Behaviour, Mode
from runner.lab.terminal import Line, Terminal

_BUSY_TEXT = "The quick brown fox reports {n} packets, 0 errors, on an interface nobody owns\n"
_PIECE = 64 * 1024
_KEYS = {"interrupt": "^C", "end": "^Z", "logout": "^D"}


class HangUp(Exception):
    """The session is over."""


@dataclass(slots=True)
class Place:
    """Where a session stands: a mode, and the configuration lines that led there."""

    mode: str
    path: tuple[str, ...] = ()


class Session:
    """A command line. Verbs (see `verbs.py`) act on it."""

    def __init__(self, device: Device, terminal: Terminal, verbs: Mapping[str, Verb]) -> None:
        self.device = device
        self.profile = device.profile
        self.terminal = terminal
        self.verbs = verbs
        privileged = device.spec.privileged
        self.places = [Place(self.profile.privileged if privileged else self.profile.start)]
        self.page = device.spec.paging
        self.line = ""
        """The line being carried out, as typed."""
        self.pipes: list[str] = []
        """What stands behind the line's command, after each `|`."""
        self.shown = 0
        """Lines shown since the last prompt or page."""
        self.skipping = False
        """The reader left the pager: the rest of the output is not shown."""
        self.work: dict[str, object] = {}
        """What verbs keep between lines (a candidate configuration)."""

    @property
    def place(self) -> Place:
        """Where the session stands now."""
        return self.places[-1]

    @property
    def mode(self) -> Mode:
        """The mode the session is in."""
        return self.profile.modes[self.place.mode]

    def say(self, text: str, more: Mapping[str, str] | None = None) -> str:
        """`text` with facts of the device and of this session filled in."""
        own = {"line": self.line, **self._whereabouts(), **(more or {})}
        own.setdefault("privilege", "15" if self.place.mode == self.profile.privileged else "1")
        return self.device.say(text, own)

    def _whereabouts(self) -> dict[str, str]:
        path = self.place.path
        last = path[-1].rsplit(" ", 1)[-1] if path else ""
        digits = last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-")
        return {
            "path": "".join(f" {step}" for step in path),
            "menu": ("/" if path else "") + "/".join(path),
            "last": last,
            "short": last[:2] + digits,
        }

    def prompt(self) -> str:
        """The prompt of the mode."""
        return self.say(self.mode.prompt)

    async def run(self) -> None:
        """Serves the client until either side hangs up."""
        wrong = self.device.spec.misbehaviour
        await self.pause(self.device.spec.delays.login)
        if wrong.close_after_login:
            raise HangUp
        self.terminal.write(self.say(self.profile.login.message))
        if self.device.spec.motd:
            self.terminal.write(self.device.spec.motd.rstrip("\n") + "\n")
        start = wrong.half_a_line
        while True:
            start = await self._turn(start)

    async def _turn(self, start: str) -> str:
        """One prompt, one line; gives back what stays on the line (after the help key)."""
        self.terminal.write(self.prompt() + start)
        line = await self.terminal.read_line(start=start, help_key=self.profile.help_key)
        if line.end == "enter":
            await self.execute(line.text)
            await self.pause(self.device.spec.delays.line)
            return ""
        return self._other_end(line)

    def _other_end(self, line: Line) -> str:
        if line.end == "eof":
            raise HangUp
        if line.end == "help":
            self.terminal.write(self._help(line.text))
            return line.text
        if line.end == "logout" and not line.text and self.profile.logout_key:
            raise HangUp
        self.terminal.write(_KEYS[line.end] + "\n")
        if line.end == "end" and self.mode.fallback == "config_line":
            del self.places[1:]
        return ""

    def _help(self, partial: str) -> str:
        grammar = self.profile.commands[self.place.mode]
        words = grammar.completions(partial)
        lines = self.profile.lines.get(self.place.mode)
        words += lines.completions(partial) if lines else []
        return "".join(f"  {word}\n" for word in words) or "% Unrecognized command\n"

    async def execute(self, text: str) -> None:
        """Carries out one typed line."""
        self.line = text.strip()
        self.shown = 0
        self.skipping = False
        if not self.line or self.line.startswith("!"):
            return
        if await self._misbehaves():
            return
        command, self.pipes = self._split(self.line)
        grammar = self.profile.commands[self.place.mode]
        found = grammar.match(command)
        if isinstance(found, Mismatch) and self.mode.fallback:
            await self.verbs[self.mode.fallback](self, Match(Behaviour(), self.line, {}))
        elif isinstance(found, Mismatch):
            self.terminal.write(self.complaint(found))
        else:
            await self.behave(found)

    def _split(self, line: str) -> tuple[str, list[str]]:
        word = line.split()[0].lower()
        if len(word) > 1 and any(known.startswith(word) for known in self.profile.pipe_after):
            return split_pipes(line, chained=self.profile.pipes_chained)
        return line, []

    async def behave(self, match: Match[Behaviour]) -> None:
        """Prints and does what a command is said to do."""
        behaviour = match.value
        structured = behaviour.options.get(_STRUCTURED.get("".join(self.pipes[:1]), ""))
        if structured is not None:
            del self.pipes[0]
            await self.output(self.say(structured, match.args))
        elif behaviour.do:
            await self.verbs[behaviour.do](self, match)
        else:
            await self.output(self.say(behaviour.text, match.args))

    def complaint(self, found: Mismatch) -> str:
        """What the device says about a wrong line."""
        text: str = getattr(self.profile.errors, found.fault)
        caret = " " * (len(self.prompt().rpartition("\n")[2]) + found.column)
        return self.say(text, {"caret": caret, "word": found.word, "column": str(found.column + 1)})

    async def output(self, text: str) -> None:
        """Prints a command's output: filtered, disturbed and paged."""
        if self.pipes:
            try:
                text = run_pipes(text, self.pipes, self.profile.pipes)
            except FilterError as error:
                text = str(error)
        await self.paged(self._disturbed(text))

    def _disturbed(self, text: str) -> str:
        wrong = self.device.spec.misbehaviour
        if not wrong.syslog and not wrong.false_prompts:
            return text
        lines = text.splitlines(keepends=True)
        if wrong.false_prompts:
            prompt = self.prompt().strip().splitlines()[-1]
            for index, decoy in enumerate((prompt, f"{prompt} show version", "Router#", "<lab>")):
                lines.insert(min(len(lines), 2 * index + 1), decoy + "\n")
        if wrong.syslog:
            message = self.say(self.profile.syslog) + "\n"
            for index in range(len(lines) - len(lines) % wrong.syslog, 0, -wrong.syslog):
                lines.insert(index, message)
            lines.append(message)
        return "".join(lines)

    async def paged(self, text: str) -> None:
        """Prints text, stopping at every page while paging is on."""
        if not self.page or not self.terminal.tty:
            self.terminal.write(text)
            return
        for line in text.splitlines(keepends=True):
            if self.skipping:
                return
            if self.shown >= self.page - 1:
                await self._more()
            if not self.skipping:
                self.terminal.write(line)
                self.shown += 1

    async def _more(self) -> None:
        pager = self.profile.pager
        self.terminal.write(pager.prompt)
        key = await self.terminal.read_key()
        if key == "":
            raise HangUp
        self.terminal.write(pager.erase)
        if key in ("q", "Q", "\x03"):
            self.skipping = True
        self.shown = self.page - 2 if key in "\r\n" else 0

    async def pause(self, seconds: float) -> None:
        """Waits, having sent what is queued."""
        if seconds > 0:
            await self.terminal.flush()
            await asyncio.sleep(seconds)

    async def ask(self, question: str, *, echo: bool = True) -> str:
        """Asks for a line. Raises HangUp when the client goes."""
        await self.pause(self.device.spec.delays.line)
        self.terminal.write(question)
        line = await self.terminal.read_line(echo=echo)
        if line.end == "eof":
            raise HangUp
        return "\x03" if line.end == "interrupt" else line.text

    async def ask_key(self, question: str) -> str:
        """Asks for a single key. Raises HangUp when the client goes."""
        await self.pause(self.device.spec.delays.line)
        self.terminal.write(question)
        key = await self.terminal.read_key()
        if key == "":
            raise HangUp
        self.terminal.write("\n" if key in "\r\n" else f"{key}\n")
        return key

    async def _misbehaves(self) -> bool:
        """Does what the topology says is wrong with this line; whether that was all."""
        wrong = self.device.spec.misbehaviour
        if _among(self.line, wrong.hang_on):
            await self.terminal.gone()
            raise HangUp
        if _among(self.line, wrong.drop_on):
            await self.terminal.flush()
            self.terminal.wire.abort()
            raise HangUp
        if _among(self.line, wrong.unknown):
            self.terminal.write(self.complaint(Mismatch("invalid", 0, self.line.split()[0])))
            return True
        for command, question in wrong.questions.items():
            if _among(self.line, (command,)):
                await self.ask(question)
        for command, seconds in wrong.slow_commands.items():
            if _among(self.line, (command,)):
                await self.pause(seconds)
        for command, size in wrong.outputs.items():
            if _among(self.line, (command,)):
                await self.flood(size)
                return True
        return False

    async def flood(self, size: int) -> None:
        """Prints so many bytes of invented lines, no faster than the client reads."""
        lines = "".join(_BUSY_TEXT.format(n=n) for n in range(_PIECE // len(_BUSY_TEXT)))
        left = size
        while left > 0 and not self.skipping:
            piece = lines.encode()[:left].decode()
            left -= len(piece) + piece.count("\n")
            await self.paged(piece)
            await self.terminal.flush()
            await asyncio.sleep(0)
        self.terminal.write("\n")


_STRUCTURED = {"json": "json", "json-pretty": "json", "display json": "json", "display xml": "xml"}
"""The pipes that ask for a structure, and which one."""

Verb = Callable[[Session, Match[Behaviour]], Awaitable[None]]
"""What a command does beyond printing."""


def _among(line: str, commands: Sequence[str]) -> bool:
    return any(line == command or line.startswith(command + " ") for command in commands)
