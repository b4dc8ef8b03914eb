"""`vars_prompt`: what a play asks the person at the terminal when it begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from runner.engine.world import World
from runner.errors import LoadError, PlayrunError
from runner.model import Play, Prompt
from runner.run.options import AskPerson
from runner.templating import TemplateFault, hashed
from runner.values import Secret, Source

_ATTEMPTS = 10


class _Waiting(NamedTuple):
    """A play that waits for its answers, as it was written, and the names whose values nobody
    knows before."""

    play: Play
    written: Play
    unknown: set[str]


class Prompting:
    """Asks the questions of plays; variables of -e are not asked for.

    `ask` is None when there is nobody: defaults count then, and `warnings` says so.
    """

    def __init__(self, world: World, ask: AskPerson | None) -> None:
        self._world = world
        self._ask = ask
        self._waiting: dict[int, _Waiting] = {}
        """By the identity of a play that waits for its answers."""
        self.warnings: list[str] = []

    def waiting(self, play: Play) -> Play:
        """A play as it can be planned before anything is asked: with the defaults."""
        return self._put_off(play, {each.name for each in self._open(play)})

    def unasked(self, play: Play) -> Play:
        """A play as listings show it, for which nobody is asked: its defaults count."""
        return self._put_off(play, {each.name for each in self._open(play) if each.default is None})

    def _put_off(self, play: Play, unknown: set[str]) -> Play:
        if not play.prompts:
            return play
        defaults = {
            each.name: each.default for each in self._open(play) if each.default is not None
        }
        waiting = play._replace(vars={**play.vars, **defaults}, serial=())
        self._waiting[id(waiting)] = _Waiting(waiting, play, unknown)
        return waiting

    def hides_hosts(self, play: Play) -> bool:
        """Whether the hosts of a play that waits cannot be told before its answers."""
        waiting = self._waiting.get(id(play))
        if waiting is None:
            return False
        return not waiting.unknown.isdisjoint(self._world.templar.names(play.hosts).variables)

    def answered(self, play: Play) -> Play:
        """A play, waiting or as written, with its answers among its variables. Raises LoadError."""
        waiting = self._waiting.get(id(play))
        play = play if waiting is None else waiting.written
        if not play.prompts:
            return play
        answers = {each.name: self._answer(each, play) for each in self._open(play)}
        return play._replace(vars={**play.vars, **answers}, prompts=())

    def _open(self, play: Play) -> list[Prompt]:
        return [each for each in play.prompts if each.name not in self._world.extra_vars]

    def _answer(self, prompt: Prompt, play: Play) -> Any:
        text = self._filled(prompt.text or prompt.name, play)
        default = None if prompt.default is None else self._filled(prompt.default, play)
        question = f"{text}: " if default is None else f"{text} [{default}]: "
        typed = self._typed(prompt, self._world.masks.mask(question))
        value = default if not typed and default is not None else str(typed)
        if prompt.encrypt:
            value = _hashed(value, prompt)
        if prompt.private and (typed or default):
            return Secret(value, self._world.masks)
        return value if prompt.unsafe else Source(value, play.origin)

    def _typed(self, prompt: Prompt, question: str) -> str | None:
        """What somebody types; None if there is nobody. Without a default that is the text
        `None` then, as in Ansible."""
        if self._ask is None:
            used = "its default is used" if prompt.default is not None else "it is the text `None`"
            self.warnings.append(
                f"nobody is there to ask for `{prompt.name}`: {used}; give it with -e"
            )
            return None
        asked = question
        for _ in range(_ATTEMPTS):
            typed = self._ask(asked, not prompt.private)
            if not prompt.confirm:
                return typed
            if self._ask(f"confirm {question}", not prompt.private) == typed:
                return typed
            asked = f"the two differ; once more\n{question}"
        raise LoadError(f"the values typed for `{prompt.name}` differ")

    def _filled(self, text: Any, play: Play) -> str:
        """A text with its templates rendered as far as what all hosts share tells them."""
        templar = self._world.templar
        variables: Mapping[str, Any] = templar.variables(play.vars, self._world.extra_vars)
        try:
            return templar.text(text, variables)  # type: ignore[arg-type]
        except PlayrunError:
            return str(text)


def _hashed(value: str, prompt: Prompt) -> str:
    """A password under the scheme that is asked for. Raises LoadError."""
    options = {"salt": prompt.salt, "salt_size": prompt.salt_size}
    try:
        return hashed(value, str(prompt.encrypt), options)
    except TemplateFault as error:
        message = f"`encrypt` of `{prompt.name}`: {error.message}"
        raise LoadError(message, hint=error.hint) from error
