"""A dry run of changed rules on history: which documents would be treated otherwise, and how."""

from __future__ import annotations

from blink_tui.model.documents import Status

LOOKED_AT = (Status.FETCHED, Status.CODED)
"""Documents that a change of the rules can still reach."""

_ROUND = 2000
_BATCH = 250
