"""What goes wrong in a template, told with file, line and column of the user's text."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from runner.errors import PlayrunError, RenderError, nearest
from runner.templating import advice
from runner.templating.wrong_types import in_words
from runner.values import Origin, near


class Signal(BaseException):
    """A message to the engine out of the middle of a rendering; passes through unchanged.

    Not an `Exception`, so neither `default`, nor `is defined`, nor a filter can swallow it.
    """


class UndefinedVariable(RenderError):
    """A template used a value that is not there."""


class TemplateFault(Exception):
    """A filter, test, lookup or result is wrong; becomes a RenderError with its place."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UndefinedUse(UndefinedError):
    """An undefined value was used. `name` is the variable or attribute that is missing."""

    def __init__(self, message: str, name: str | None, known: Iterable[str] | None) -> None:
        super().__init__(message)
        self.name = name
        self.known = known
        """Names that are there instead; None: those of the variables."""


def located(origin: Origin | None, line: int | None) -> Origin | None:
    """The place `line` lines (from 1) into the text that starts at `origin`."""
    if origin is None or line is None or line <= 1:
        return origin
    return Origin(origin.file, origin.line + line - 1, 1)


def template_place(tb: TracebackType | None, origin: Origin | None) -> Origin | None:
    """Where in the user's text the innermost template frame of a traceback stands."""
    place = origin
    while tb is not None:
        template = tb.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            line = template.get_corresponding_lineno(tb.tb_lineno) + template.lines_before
            in_file = template.filename not in (None, "<template>")
            place = Origin(near(template.filename), line, 1) if in_file else located(origin, line)
        tb = tb.tb_next
    return place


def render_error(
    error: Exception, origin: Origin | None, variables: Iterable[str] = ()
) -> PlayrunError:
    """`error` as one line for the user. A PlayrunError (an inner rendering's) is kept."""
    if isinstance(error, PlayrunError):
        return error
    if isinstance(error, TemplateSyntaxError):
        return _syntax_error(error, origin)
    place = template_place(error.__traceback__, origin)
    if isinstance(error, UndefinedUse):
        return _undefined(error, place, variables)
    if isinstance(error, UndefinedError):
        return UndefinedVariable(error.message or "a value is undefined", origin=place)
    if isinstance(error, TemplateFault):
        return RenderError(error.message, origin=place, hint=error.hint)
    told = in_words(error)
    if told is not None:
        return RenderError(told[0], origin=place, hint=told[1])
    return RenderError(_words(error), origin=place)


def _syntax_error(error: TemplateSyntaxError, origin: Origin | None) -> RenderError:
    file = near(error.filename) if error.filename else "<template>"
    if file != "<template>" and (origin is None or file != origin.file):
        place: Origin | None = Origin(file, error.lineno, 1)
    else:
        place = located(origin, error.lineno)
    message, hint = advice.on_syntax(error.message or "syntax error")
    return RenderError(f"not a valid template: {message}", origin=place, hint=hint)


def _undefined(
    error: UndefinedUse, place: Origin | None, variables: Iterable[str]
) -> UndefinedVariable:
    known = variables if error.known is None else error.known
    if error.known is None:
        hint = advice.on_undefined(error.name)
    else:
        hint = advice.on_facts(error.name, list(error.known))
    if hint is not None:
        return UndefinedVariable(str(error), origin=place, hint=hint)
    close = nearest(error.name, [k for k in known if isinstance(k, str)]) if error.name else None
    hint = f"did you mean '{close}'?" if close else None
    if hint is None and error.known is not None:
        hint = advice.on_missing(error.name, list(error.known))
    return UndefinedVariable(str(error), origin=place, hint=hint)


def _words(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template file '{error.name}'"
    if isinstance(error, SecurityError):
        return f"not allowed in a template: {error}"
    if isinstance(error, RecursionError):
        return "the template calls itself without end"
    if isinstance(error, TemplateError):
        return f"the template failed: {error.message or error}"
    if isinstance(error, KeyError):
        return f"the template failed: there is no key {error}"
    return f"the template failed: {error or type(error).__name__}"
