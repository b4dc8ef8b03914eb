"""Values that are not there: silent until used, then an error that names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from jinja2 import TemplateRuntimeError, Undefined
from jinja2.runtime import Macro
from jinja2.utils import missing

from runner.templating.failures import UndefinedUse, UndefinedVariable


class Missing(Undefined):
    """Strict when used, chainable: `a.b.c | default('x')` works without `a`.

    `_error` is set when a variable exists but its own template failed: using the value
    then raises that error. Only an UndefinedVariable counts as "not defined" for
    `default` and `is defined`; any other error is raised by them too.
    """

    __slots__ = ("_error",)
    _error: Exception | None

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: Any = None,
        exc: type[TemplateRuntimeError] = UndefinedUse,
    ) -> None:
        super().__init__(hint, obj, name, exc)
        self._error = None

    def _fail(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        if self._error is not None:
            raise self._error.with_traceback(None)
        raise self._undefined_exception(*self._reason())

    def _reason(self) -> tuple[Any, ...]:
        if not issubclass(self._undefined_exception, UndefinedUse):
            return (self._undefined_message,)
        if self._undefined_hint or self._undefined_obj is missing:
            message = self._undefined_hint or f"'{self._undefined_name}' is not defined"
            return (message, None if self._undefined_hint else self._undefined_name, None)
        return (_absent(self._undefined_obj, self._undefined_name), *self._names())

    def _names(self) -> tuple[str | None, Iterable[str]]:
        name, obj = self._undefined_name, self._undefined_obj
        return (name if isinstance(name, str) else None, obj if isinstance(obj, Mapping) else ())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, *_key: Any) -> Missing:  # type: ignore[override]
        return self

    __iter__ = __str__ = __repr__ = __len__ = __eq__ = __ne__ = __bool__ = __hash__ = _fail
    __contains__ = __call__ = __lt__ = __le__ = __gt__ = __ge__ = _fail
    __int__ = __float__ = __complex__ = __index__ = __neg__ = __pos__ = __abs__ = _fail
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _fail
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _fail
    __mod__ = __rmod__ = __pow__ = __rpow__ = _fail


def broken(error: Exception) -> Missing:
    """Stands for a value that could not be had because of `error`."""
    value = Missing()
    value._error = error
    return value


def is_defined(value: Any) -> bool:
    """The test `defined`. Raises the error of a variable that failed for another reason."""
    if not isinstance(value, Undefined):
        return True
    error = getattr(value, "_error", None)
    if error is not None and not isinstance(error, (UndefinedVariable, UndefinedUse)):
        raise error.with_traceback(None)
    return False


def forgiving(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter, test or `environment.call`, which gives an undefined value for one.

    What fails for another reason raises as ever. A macro takes undefined arguments.
    """

    def attempt(*args: Any, **kwargs: Any) -> Any:
        if not any(type(value) is Macro for value in args[:2]):
            for value in (*args, *kwargs.values()):
                if type(value) is Missing:
                    return value
        try:
            return function(*args, **kwargs)
        except (UndefinedUse, UndefinedVariable) as error:
            return broken(error)

    return attempt


def _absent(obj: Any, name: Any) -> str:
    if isinstance(obj, Mapping):
        return f"there is no '{name}' in the dictionary{_listed(obj)}"
    if isinstance(name, int):
        return f"there is no element {name}: the {_kind(obj)} has {_length(obj)}"
    return f"a {_kind(obj)} has no '{name}'"


_SHOWN = 8


def _listed(obj: Mapping[Any, Any]) -> str:
    keys = sorted(str(key) for key in obj)
    if not keys:
        return ", which is empty"
    more = ", …" if len(keys) > _SHOWN else ""
    return f" (it has {', '.join(keys[:_SHOWN])}{more})"


def _kind(obj: Any) -> str:
    names = {"str": "text", "list": "list", "int": "number", "float": "number", "bool": "boolean"}
    return "none" if obj is None else names.get(type(obj).__name__, type(obj).__name__)


def _length(obj: Any) -> str:
    try:
        return str(len(obj))
    except TypeError:
        return "none"
