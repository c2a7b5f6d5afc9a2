"""What waits for a decision, firm by firm: what wants a look first, then what has waited longest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from blink_tui.buffer import ToCode, Undecided
from blink_tui.model.documents import Direction
from blink_tui.model.firms import Firm


@dataclass(frozen=True, slots=True)
class Waiting:
    """A firm's undecided documents."""

    firm: Firm
    parts: tuple[Undecided, ...]
    """Those that are fetched."""
    to_code: ToCode | None = None
    """How far it is with coding them; None for a firm without books."""
    coded: int = 0
    """Documents that are coded and not approved."""

    def of(self, direction: Direction) -> int:
        """How many there are of a direction."""
        return sum(part.documents for part in self.parts if part.direction is direction)

    @property
    def documents(self) -> int:
        """All of them."""
        return sum(part.documents for part in self.parts)

    @property
    def warnings(self) -> int:
        """Those with a finding that wants a look, alarms included."""
        return sum(part.warnings for part in self.parts)

    @property
    def alarms(self) -> int:
        """Those that are probably wrong or not the firm's."""
        return sum(part.alarms for part in self.parts)

    @property
    def oldest(self) -> date | None:
        """The earliest day of receipt among them."""
        return min((part.oldest for part in self.parts if part.oldest is not None), default=None)

    def age(self, today: date) -> int | None:
        """For how many days the oldest has waited."""
        return None if self.oldest is None else max(0, (today - self.oldest).days)

    @property
    def sums(self) -> list[tuple[str, Decimal]]:
        """Gross by currency."""
        found: dict[str, Decimal] = {}
        for part in self.parts:
            found[part.currency] = found.get(part.currency, Decimal(0)) + part.gross
        return sorted(found.items())

    @property
    def urgency(self) -> tuple[bool, date, int, str]:
        """Sort key: alarms, then the longest wait, then the most documents."""
        return not self.alarms, self.oldest or date.max, -self.documents, self.firm.name.lower()


def waiting_of(
    undecided: Iterable[Undecided],
    firms: Sequence[Firm],
    to_code: Mapping[int, ToCode] | None = None,
    coded: Mapping[int, int] | None = None,
) -> list[Waiting]:
    """By firm what waits in it, the most urgent first; a firm in which nothing waits is left out."""
    parts: dict[int, list[Undecided]] = {}
    for part in undecided:
        parts.setdefault(part.firm_id, []).append(part)
    codings, waiting = to_code or {}, coded or {}
    found = (
        Waiting(firm, tuple(parts.get(firm.id, ())), codings.get(firm.id), waiting.get(firm.id, 0))
        for firm in firms
        if firm.id in parts or waiting.get(firm.id)
    )
    return sorted(found, key=lambda one: one.urgency)
