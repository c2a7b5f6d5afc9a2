"""Synthetic FA(3) invoices: any number of them, the same for the same seed, valid and with sums that agree."""

from __future__ import annotations

from blink_tui.sandbox.generator.facts import facts_of
from blink_tui.sandbox.generator.invoices import Generated, Generator
from blink_tui.sandbox.generator.names import Company, Namer
from blink_tui.sandbox.generator.series import Series

__all__ = ["Company", "Generated", "Generator", "Namer", "Series", "facts_of"]
