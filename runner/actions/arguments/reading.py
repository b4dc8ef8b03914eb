"""An action's rendered arguments, each as the kind its parameter says."""

from __future__ import annotations

import json
from typing import Any

from runner.actions.api import Call, Parameter
from runner.errors import ActionFailed

_TRUE = frozenset({"true", "yes", "on", "1", "y", "t", "1.0"})
_FALSE = frozenset({"false", "no", "off", "0", "n", "f", "0.0"})


class Arguments:
    """Arguments by name; one that is not given has its parameter's default.

    Templates are judged only once they are rendered, so what the loader could not see is
    refused here: every method raises ActionFailed for a value that is not of its kind.
    """

    def __init__(self, call: Call, parameters: Any) -> None:
        self._call = call
        self._parameters = parameters

    def get(self, name: str) -> Any:
        """The value as it is."""
        value = self._call.args.get(name)
        if value is not None:
            return value
        parameter: Parameter = self._parameters[name]
        if parameter.required:
            raise ActionFailed(f"`{self._call.action}` needs the argument `{name}`")
        return parameter.default

    def has(self, name: str) -> bool:
        """Whether there is a value at all."""
        return self.get(name) is not None

    def given(self, name: str) -> bool:
        """Whether the task says it."""
        return self._call.args.get(name) is not None

    def knows(self, name: str) -> bool:
        """Whether the action has such a parameter."""
        return name in self._parameters

    def text(self, name: str) -> str:
        """A text; "" for nothing."""
        value = self.get(name)
        text = "" if value is None else self._as_text(name, value)
        choices = self._parameters[name].choices
        if text and choices and text not in choices:
            raise self._wrong(name, f"one of {', '.join(choices)}", value)
        return text

    def secret(self, name: str) -> str:
        """A text that is shown nowhere from now on, whoever repeats it."""
        text = self.text(name)
        self._call.hide(text)
        return text

    def _as_text(self, name: str, value: Any) -> str:
        if isinstance(value, (dict, list, tuple)):
            return json.dumps(value)
        return str(value)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.get(name)
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE or value is None:
            return False
        raise self._wrong(name, "true or false", value)

    def whole(self, name: str) -> int:
        """A whole number; 0 for nothing."""
        value = self.get(name)
        try:
            if isinstance(value, float) and not value.is_integer():
                raise ValueError
            return int(value if value is not None else 0)
        except (TypeError, ValueError):
            raise self._wrong(name, "a whole number", value) from None

    def seconds(self, name: str) -> float:
        """A number that may have a fraction; 0 for nothing."""
        value = self.get(name)
        try:
            return float(value if value is not None else 0)
        except (TypeError, ValueError):
            raise self._wrong(name, "a number", value) from None

    def texts(self, name: str) -> list[str]:
        """A list of texts; a text is split at its commas."""
        value = self.get(name)
        if value is None:
            return []
        if isinstance(value, str):
            return [part.strip() for part in value.split(",")]
        if isinstance(value, (list, tuple)):
            return [self._as_text(name, item) for item in value]
        if isinstance(value, (int, float)):
            return [str(value)]
        raise self._wrong(name, "a list", value)

    def mapping(self, name: str) -> dict[str, Any]:
        """A mapping; empty for nothing."""
        value = self.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._wrong(name, "a mapping", value)
        return value

    def _wrong(self, name: str, wanted: str, value: Any) -> ActionFailed:
        return ActionFailed(f"`{name}` of `{self._call.action}` must be {wanted}, not {value!r}")
