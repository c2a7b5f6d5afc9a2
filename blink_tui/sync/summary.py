"""What a run amounts to: one exit code, and documents by VAT month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from blink_tui.buffer import Account
from blink_tui.model.documents import Direction
from blink_tui.model.errors import BlinkError, ExitCode


@dataclass(frozen=True, slots=True)
class MonthTotal:
    """Documents of one proposed VAT month and direction."""

    vat_month: str
    """YYYY-MM; empty while it is not known (BOOKKEEPING 5)."""
    direction: Direction
    documents: int
    gross: dict[str, Decimal]
    """By currency."""


def by_vat_month(accounts: Iterable[Account]) -> list[MonthTotal]:
    """Documents grouped by month and direction, in that order, those without a month first."""
    groups: dict[tuple[str, Direction], list[Account]] = {}
    for account in accounts:
        groups.setdefault((account.vat_month, account.direction), []).append(account)
    return [
        MonthTotal(month, direction, len(found), _gross(found))
        for (month, direction), found in sorted(groups.items())
    ]


def _gross(accounts: Iterable[Account]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for account in accounts:
        sums[account.currency] = sums.get(account.currency, Decimal(0)) + (account.gross or 0)
    return sums


def exit_code_for(errors_by_firm: Sequence[Sequence[BlinkError]]) -> ExitCode:
    """One exit code for many firms (DESIGN, "The command line").

    Nothing failed: 0. Some firms failed and others did not: 3. All failed by one cause: its code; else 1.
    """
    failed = [errors for errors in errors_by_firm if errors]
    if not failed:
        return ExitCode.DONE
    if len(failed) < len(errors_by_firm):
        return ExitCode.PARTLY_FAILED
    codes = {error.kind.exit_code for errors in failed for error in errors}
    return codes.pop() if len(codes) == 1 else ExitCode.FAILED
