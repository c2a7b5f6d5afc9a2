"""Which of the chosen documents may be approved, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from blink_tui.buffer import GridRow
from blink_tui.i18n import ngettext
from blink_tui.model.documents import Status
from blink_tui.tui.sums import sum_lines as sum_lines  # noqa: PLC0414 - still asked for here by the list
from blink_tui.tui.words import number

_APPROVABLE = frozenset({Status.FETCHED, Status.CODED})
_GONE = frozenset({Status.EXPORTED, Status.BOOKED})


@dataclass(frozen=True, slots=True)
class Approval:
    """What an approval would do."""

    versions: Mapping[int, int]
    """Documents to approve, each with the version that was looked at."""
    sums: Sequence[tuple[str, int, Decimal]]
    """Currency, documents, gross."""
    gone: int
    """Documents that are in the books or on the way there."""
    settled: int
    """Documents that are approved already, or set aside with a reason."""

    @property
    def refusal(self) -> str:
        """What is left out and why, in a sentence; empty when nothing is."""
        parts = []
        if self.gone:
            parts.append(
                ngettext(
                    "{count} document is handed over to the books or booked and stays as it is.",
                    "{count} documents are handed over to the books or booked and stay as they are.",
                    self.gone,
                ).format(count=number(self.gone))
            )
        if self.settled:
            parts.append(
                ngettext(
                    "{count} document is approved already or was set aside with a reason.",
                    "{count} documents are approved already or were set aside with a reason.",
                    self.settled,
                ).format(count=number(self.settled))
            )
        return " ".join(parts)


def approval_of(rows: Iterable[GridRow]) -> Approval:
    """Sort the chosen documents out."""
    versions: dict[int, int] = {}
    sums: dict[str, tuple[int, Decimal]] = {}
    gone = settled = 0
    for row in rows:
        if row.status in _APPROVABLE:
            versions[row.id] = row.version
            count, total = sums.get(row.currency, (0, Decimal(0)))
            sums[row.currency] = (count + 1, total + (row.gross or 0))
        elif row.status in _GONE:
            gone += 1
        else:
            settled += 1
    listed = [(currency, count, total) for currency, (count, total) in sorted(sums.items())]
    return Approval(versions, listed, gone, settled)
