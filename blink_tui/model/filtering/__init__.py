"""The filter language of the grid and the command line: text → values, without I/O.

Words, `"phrases"`, `field:value`, each turned round by `-` or `!` before it; all of them must hold.
"""

from blink_tui.model.filtering.completing import Suggestion, complete
from blink_tui.model.filtering.fields import FIELDS, Field
from blink_tui.model.filtering.parsing import parse_filter
from blink_tui.model.filtering.terms import EVERYTHING, Filter, FilterError, Term

__all__ = [
    "EVERYTHING",
    "FIELDS",
    "Field",
    "Filter",
    "FilterError",
    "Suggestion",
    "Term",
    "complete",
    "parse_filter",
]
