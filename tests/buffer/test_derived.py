from __future__ import annotations

from datetime import date
from decimal import Decimal

from blink_tui.buffer import Buffer, DerivedRow, GridFilter, xml_codec
from blink_tui.model.documents import Role
from blink_tui.model.filtering import parse_filter
from blink_tui.model.firms import Firm
from blink_tui.model.invoice import VatAmount
from tests.buffer.factory import invoice, ksef_number, xml_of

TABLE = (
    VatAmount(rate="23", net=Decimal("100.00"), vat=Decimal("23.00"), vat_pln=Decimal("99.01")),
    VatAmount(rate="zw", net=Decimal("-0.01")),
)


async def test_documents_wait_until_they_are_derived_by_this_version(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(n) for n in (1, 2, 3)])
    waiting = await buffer.derived.pending(version=1, limit=2)
    assert [(one.document_id, one.ksef_number) for one in waiting] == [
        (1, ksef_number(1)),
        (2, ksef_number(2)),
    ]
    assert [xml_codec.decompress(w.body, w.dictionary) for w in waiting] == [xml_of(1), xml_of(2)]
    await buffer.derived.save(
        [DerivedRow(1, 1, None, "", None, ()), DerivedRow(2, 1, None, "", "no form", ())]
    )
    assert [w.document_id for w in await buffer.derived.pending(1, 10)] == [3]
    assert [w.document_id for w in await buffer.derived.pending(2, 10)] == [3, 1, 2]
    assert [(await buffer.documents.get(n)).problem for n in (1, 2)] == [None, "no form"]


async def test_what_is_derived_can_be_derived_again(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)])
    await buffer.derived.save([DerivedRow(1, 1, date(2026, 9, 30), "zolw", None, TABLE)])
    assert await buffer.derived.vat_table(1) == list(TABLE)
    document = await buffer.documents.get(1)
    assert (document.due_date, document.derived_version, document.version) == (date(2026, 9, 30), 1, 1)
    await buffer.derived.save([DerivedRow(1, 2, None, "slon", None, TABLE[1:])])
    assert await buffer.derived.vat_table(1) == list(TABLE[1:])
    assert (await buffer.documents.get(1)).due_date is None
    assert [await buffer.grid.count(GridFilter(query=parse_filter(text))) for text in ("zolw", "słoń")] == [
        0,
        1,
    ]


async def test_an_inexact_vat_amount_is_a_problem_and_holds_nothing_up(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1), invoice(2)])
    bad = VatAmount(rate="23", net=Decimal("0.001"))
    await buffer.derived.save(
        [DerivedRow(1, 1, None, "", None, (bad,)), DerivedRow(2, 1, None, "", None, TABLE)]
    )
    assert (await buffer.documents.get(1)).problem == "An amount of the VAT table has more than two decimals."
    assert (await buffer.derived.vat_table(1), await buffer.derived.vat_table(2)) == ([], list(TABLE))
    assert await buffer.derived.pending(1, 10) == []
