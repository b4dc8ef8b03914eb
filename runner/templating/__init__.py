"""Templates: text that the user wrote, filled in with values that are only ever data.

The only package that knows Jinja. `Templar` renders, `Variables` is what it renders with.
"""

from runner.templating.failures import Signal, TemplateFault, UndefinedVariable
from runner.templating.files import Opener, TemplateOptions, refuse_vaulted
from runner.templating.library.hashing import hashed
from runner.templating.names import Names
from runner.templating.results import OMIT
from runner.templating.seeking import LookupCall
from runner.templating.templar import Templar
from runner.templating.variables import Variables

__all__ = [
    "OMIT",
    "LookupCall",
    "Names",
    "Opener",
    "Signal",
    "Templar",
    "TemplateFault",
    "TemplateOptions",
    "UndefinedVariable",
    "Variables",
    "hashed",
    "refuse_vaulted",
]
