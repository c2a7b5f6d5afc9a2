"""Books, codings and proposals for the tests of the buffer; amounts are made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from blink_tui.buffer import Buffer
from blink_tui.buffer.codings import Proposed
from blink_tui.model.books import BookKind, Books, CodingLevel, VatKind, VatStatus
from blink_tui.model.coding import (
    Choices,
    Coding,
    Periods,
    PostingLine,
    Problem,
    Proposal,
    RegisterRow,
    RuleRef,
    Side,
)
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month

SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)


def books(**changes: Any) -> Books:
    """Full books, monthly VAT."""
    kept = Books(
        kind=BookKind.LEDGER,
        level=CodingLevel.FULL,
        vat=(VatStatus(date(2026, 1, 1), VatKind.MONTHLY),),
    )
    return replace(kept, **changes)


def coding(net: str = "100.00", *, month: Month = SEPTEMBER, **changes: Any) -> Coding:
    """A complete purchase of services with one register row."""
    amount = Decimal(net)
    tax = amount * Decimal("0.23")
    made = Coding(
        scheme=RuleRef("usługi", 1, "00000001"),
        rule=RuleRef("telefony", 3, "00000003"),
        choices=Choices(scheme="usługi", parameters={"account": "402-1"}),
        lines=(
            PostingLine(Side.DEBIT, "402-1", amount),
            PostingLine(Side.DEBIT, "223", tax),
            PostingLine(Side.CREDIT, "202-5265877635", amount + tax),
        ),
        rows=(RegisterRow(Direction.PURCHASE, month, (("K_42", amount), ("K_43", tax)), marks=("MK",)),),
        periods=Periods(vat=month, books=date(month.year, month.number, 15), cost=month),
    )
    return replace(made, **changes)


UNBALANCED = Problem("unbalanced", "Debit and credit differ.")


def proposal(made: Coding | None = None, *, automatic: bool = False) -> Proposal:
    return Proposal(coding=made or coding(), automatic=automatic)


async def proposed(buffer: Buffer, ids: list[int], made: Proposal | None = None) -> None:
    """Keep a proposal for documents as if they had been read, compared and proposed."""
    async with buffer._database.transaction() as session:
        await session.run_many(
            "UPDATE document SET derived_version = 1, compared = 1 WHERE id = ?", [(id_,) for id_ in ids]
        )
    stamps = {one.document_id: one.stamp for one in await buffer.codings.about(ids)}
    await buffer.codings.save_proposals([Proposed(id_, stamps[id_], made or proposal()) for id_ in ids])
