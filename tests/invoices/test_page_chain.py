"""What stands on a page of the documents beside one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from blink_tui.i18n import set_language
from blink_tui.invoices import read_invoice
from blink_tui.invoices.page_chain import Beside
from blink_tui.invoices.page_dates import arrival_of
from blink_tui.invoices.render_text import render_tabs
from blink_tui.model.chains import Edge, Link, LinkKind, Member, Web
from blink_tui.model.collective import Collective, PaidUnder, Payment
from blink_tui.model.collective import Member as Paid
from blink_tui.model.documents import Direction, Status
from blink_tui.model.values import CollectiveNumber, KsefNumber
from tests.invoices.documents import faktura

_IZ = CollectiveNumber("5265877635-IZ202609-65ED02180000-00")


def _member(document_id: int, kind: str, gross: str) -> Member:
    return Member(
        document_id=document_id, firm_id=1, ksef_number=KsefNumber(f"K{document_id}"),
        invoice_number=f"FV/{document_id}", kind=kind, issued=f"2026-03-{document_id:02}", gross=Decimal(gross),
        currency="PLN", status=Status.FETCHED, buyer=None,
    )  # fmt: skip


def _links(document_id: int) -> list[str]:
    """Lines of the tab of links, runs of spaces made one."""
    members = {
        1: _member(1, "Vat", "123.00"),
        2: _member(2, "Kor", "-23.00"),
        3: _member(3, "KorZal", "-5.00"),
    }
    members[4] = _member(4, "Roz", "50.00")
    edges = (
        Edge(Link(LinkKind.CORRECTS, "K1", "FV/1", "2026-03-01"), 2, 1),
        Edge(Link(LinkKind.CORRECTS, "K1", "FV/1", "2026-03-01"), 3, 1),
        Edge(Link(LinkKind.CORRECTS, "K77", "FV/77", "2026-01-31"), 3, None),
        Edge(Link(LinkKind.SETTLES, "K1", "", ""), 4, 1),
    )
    paid = Paid(_IZ, KsefNumber("K1"), Payment(Decimal("100.00"), "PLN"))
    collective = (PaidUnder(Collective(_IZ, None, 2, (1,), whole=True), paid),)
    beside = Beside(document_id=document_id, web=Web(members, edges), collective=collective)
    invoice = read_invoice(faktura().encode())
    received = invoice.issue_date
    tabs = render_tabs(invoice, arrival=arrival_of(Direction.PURCHASE, received, beside), width=120)
    return [" ".join(line.split()) for tab in tabs if tab.id == "links" for line in tab.lines]


def test_a_chain_shows_its_balance_and_where_one_is_in_it() -> None:
    set_language("en")
    lines = _links(2)
    assert "K1 FV/1 123,00 123,00" in lines
    assert "> K2 FV/2 -23,00 100,00" in lines
    assert "K3 FV/3 -5,00" in lines  # it corrects K77 as well, so that its amount is not all of this invoice
    assert "Invoice and its corrections, PLN" in lines
    assert "K77 FV/77 2026-01-31" in lines


def test_settlements_and_identifiers_stand_beside() -> None:
    set_language("en")
    lines = _links(1)
    assert "2026-03-04 K4 FV/4 50,00" in lines
    assert f"{_IZ} 100,00 PLN" in lines
    assert not any("K77" in line and line.startswith(">") for line in lines)


def test_a_ksef_number_stays_whole_on_a_narrow_terminal() -> None:
    set_language("pl")
    number = KsefNumber("5265877635-20250826-0100001AF629-AF")
    members = {
        one: replace(_member(one, kind, gross), ksef_number=number, invoice_number="1/KOR/11/26")
        for one, kind, gross in ((1, "Vat", "12345.00"), (2, "Kor", "-345.00"))
    }
    web = Web(members, (Edge(Link(LinkKind.CORRECTS, number, "", ""), 2, 1),))
    invoice = read_invoice(faktura().encode())
    arrival = arrival_of(Direction.PURCHASE, invoice.issue_date, Beside(document_id=2, web=web))
    tabs = render_tabs(invoice, arrival=arrival, width=78)
    shown = [line for tab in tabs if tab.id == "links" for line in tab.lines]
    assert sum(number in line for line in shown) == 2
