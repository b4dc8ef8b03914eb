"""`vars_prompt`: what a play asks the person at the terminal before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runner.engine.world import World
from runner.errors import LoadError, PlayrunError
from runner.model import Play, Prompt
from runner.run.options import AskPerson
from runner.templating import Templar
from runner.values import Secret, Source

_HASHED = Source("{{ typed | password_hash(scheme, salt=salt, salt_size=salt_size) }}")
_ATTEMPTS = 10


class Prompting:
    """Asks the questions of plays, each once; variables of -e are not asked for.

    `ask` is None when there is nobody: defaults count then, and `warnings` says so.
    """

    def __init__(self, world: World, ask: AskPerson | None) -> None:
        self._world = world
        self._ask = ask
        self._answers: dict[Prompt, Any] = {}
        self.warnings: list[str] = []

    def answered(self, plays: Sequence[Play]) -> tuple[Play, ...]:
        """The plays with the answers among their variables. Raises LoadError."""
        return tuple(self._answered(play) if play.prompts else play for play in plays)

    def _answered(self, play: Play) -> Play:
        answers = {
            prompt.name: self._answer(prompt, play)
            for prompt in play.prompts
            if prompt.name not in self._world.extra_vars
        }
        return play._replace(vars={**play.vars, **answers})

    def _answer(self, prompt: Prompt, play: Play) -> Any:
        text = self._filled(prompt.text or prompt.name, play)
        default = None if prompt.default is None else self._filled(prompt.default, play)
        typed = self._typed(prompt, f"{text} [{default}]: " if default else f"{text}: ")
        value = typed or default or ""
        if prompt.encrypt:
            value = _hashed(self._world.templar, value, prompt)
        return Secret(value, self._world.masks) if prompt.private else value

    def _typed(self, prompt: Prompt, question: str) -> str:
        if self._ask is None:
            self.warnings.append(
                f"nobody is there to ask for `{prompt.name}`: its default is used; give it with -e"
            )
            return ""
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


def _hashed(templar: Templar, value: str, prompt: Prompt) -> str:
    """A password as the filter `password_hash` gives it. Raises RenderError."""
    variables = templar.variables().child(
        typed=value,
        scheme=str(prompt.encrypt).removesuffix("_crypt"),
        salt=prompt.salt,
        salt_size=prompt.salt_size,
    )
    return templar.text(_HASHED, variables)
