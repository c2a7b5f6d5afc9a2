"""A dry run of changed rules on history: which documents would be treated otherwise, and how."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date

from blink_tui.buffer import Buffer, GridFilter
from blink_tui.coding.rulebook import Rulebook
from blink_tui.model.clock import Clock
from blink_tui.model.coding import Problem
from blink_tui.model.documents import Status
from blink_tui.model.rulebook import EntryKind, RulebookEntry
from blink_tui.sync.proposing_work import Batch, Change, try_batch
from blink_tui.sync.surroundings import around, by_firm, firm_sides, rates_for
from blink_tui.sync.workers import Worker

LOOKED_AT = (Status.FETCHED, Status.CODED)
"""Documents that a change of the rules can still reach."""

_ROUND = 2000
_BATCH = 250
