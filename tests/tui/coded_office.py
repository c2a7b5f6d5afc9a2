"""The small office with books: a chart of accounts, places of costs, and a proposal for every document."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from blink_tui.buffer import Buffer
from blink_tui.i18n import _
from blink_tui.model.books import (
    ROLES,
    Account,
    BookKind,
    Books,
    CodingLevel,
    DimensionValue,
    VatKind,
    VatStatus,
)
from blink_tui.model.firms import Firm
from blink_tui.sync.compare import compare_pending
from blink_tui.sync.proposing import propose_pending
from tests.tui.office import open_office

TODAY = date(2026, 11, 20)
BOOKS = Books(
    kind=BookKind.LEDGER,
    level=CodingLevel.FULL,
    program="optima",
    vat=(VatStatus(date(2026, 1, 1), VatKind.MONTHLY),),
)
WAPRO = Books(
    kind=BookKind.LEDGER,
    level=CodingLevel.DESCRIPTION,
    program="wapro",
    vat=(VatStatus(date(2026, 1, 1), VatKind.MONTHLY),),
)
_MORE = (
    ("202", "Rozrachunki z dostawcami"), ("201", "Rozrachunki z odbiorcami"), ("402-01", "Usługi transportowe"),
    ("402-02", "Usługi księgowe i doradcze"), ("402-03", "Usługi telekomunikacyjne"), ("409-01", "Reklama"),
    ("409-02", "Podróże służbowe"), ("401-01", "Materiały biurowe"), ("401-02", "Paliwo"),
)  # fmt: skip


def chart(size: int = 0) -> list[Account]:
    """The starter accounts and some analytic ones; more of them where a size is wanted."""
    names = {role.account: _(role.meaning) for role in ROLES.values() if "{" not in role.account} | dict(
        _MORE
    )
    found = [Account(number, name) for number, name in names.items()]
    extra = (
        Account(f"501-{number:04}", f"Koszty działu {number}") for number in range(max(0, size - len(found)))
    )
    return [*found, *extra]


async def keep_books(buffer: Buffer, firm: Firm, books: Books = BOOKS, *, accounts: int = 0) -> None:
    """Set up a firm's books and let its documents have their proposals."""
    await buffer.books.save(firm.id, books, who="anna", version=None)
    await buffer.charts.keep_accounts(firm.id, chart(accounts), who="anna")
    places = [DimensionValue("mpk", "01", "Biuro"), DimensionValue("mpk", "02", "Magazyn w Łodzi")]
    await buffer.charts.keep_dimensions(firm.id, places, who="anna")
    await compare_pending(buffer, TODAY)
    await propose_pending(buffer, TODAY)


async def open_coded_office(buffer: Buffer, documents: int, *, accounts: int = 0) -> list[Firm]:
    """Two firms as `open_office` makes them, the first one with books."""
    firms = await open_office(buffer, documents)
    await keep_books(buffer, firms[0], accounts=accounts)
    return firms


def four_eyes(books: Books = BOOKS) -> Books:
    """The same books where whoever coded does not approve."""
    from dataclasses import replace

    return replace(books, four_eyes_from=Decimal(0))
