"""What of a coding each ledger program can take (FORMATS 10.4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from blink_tui.model.books import CodingLevel


class Accounts(StrEnum):
    """Which accounts travel."""

    NONE = "none"
    NET = "net"
    """The account of the net amount alone; the program's own scheme adds the rest."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Target:
    """A ledger program."""

    id: str
    """As the command line names its format."""
    name: str
    level: CodingLevel
    """The most that it can take: asking for more is double work (BOOKKEEPING 3)."""
    accounts: Accounts
    column: bool = True
    """The KPiR column travels."""
    column_amount: bool = True
    """The column's amount travels; otherwise the program reckons it out of the VAT table."""
    category: bool = False
    description: bool = True
    dimensions: bool = False
    document_type: bool = True
    """As it was coded; otherwise the program has one of its own for each direction and kind."""
    register: bool = True
    """The VAT register's symbol travels."""
    marks: bool = True
    """Marks of goods and procedures travel; otherwise only what kind of document it is (`KIND_MARKS`)."""
    month: bool = True
    """The month of VAT travels; otherwise the program takes it from days of sale and receipt."""
    months: bool = False
    """Several months of one document travel: tax that follows payments."""


TARGETS: dict[str, Target] = {
    target.id: target
    for target in (
        Target("wapro", "WAPRO", CodingLevel.DESCRIPTION, Accounts.NET, column_amount=False, register=False),
        Target("optima", "Comarch Optima", CodingLevel.FULL, Accounts.ALL, category=True, document_type=False),
        Target(
            "epp", "InsERT (EDI++)", CodingLevel.DESCRIPTION, Accounts.NONE,
            column=False, category=True, document_type=False, register=False, month=False,
        ),
        Target(
            "symfonia", "Symfonia", CodingLevel.FULL, Accounts.ALL,
            column=False, document_type=False, register=False, marks=False, months=True,
        ),
        Target("csv", "CSV", CodingLevel.FULL, Accounts.ALL, dimensions=True, months=True),
    )
}  # fmt: skip
"""By id. Settings of a format may carry more: what the firm chose for WAPRO's free fields, the coding's register for
Symfonia."""
