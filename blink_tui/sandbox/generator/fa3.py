"""Drafts written as FA(3) XML in the order of the official schema.

Writing text is ten times as fast as building a tree. Parties and annotations, which come again and again,
are written once for each style and kept as lines.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from blink_tui.sandbox.generator.amounts import divided, exchange, money, quantity
from blink_tui.sandbox.generator.layout import NO, YES, Style, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blink_tui.sandbox.generator.amounts import Line
    from blink_tui.sandbox.generator.draft import Draft, Third
    from blink_tui.sandbox.generator.names import Company

NAMESPACE = "http://crd.gov.pl/wzor/2025/06/25/13775/"

_BLOCKS = 1_024
"""Written blocks kept of each sort."""


def write(draft: Draft, style: Style) -> bytes:
    """The invoice as UTF-8 XML."""
    out = Writer(style)
    declared = f' xmlns:{style.prefix[:-1]}="{NAMESPACE}"' if style.prefix else f' xmlns="{NAMESPACE}"'
    with out.element("Faktura", declared):
        _header(out, draft, style)
        out.block(_seller(draft.seller, any(row.suffix == "6_2" for row in draft.table), style))
        roles = {third.role for third in draft.thirds}
        out.block(_buyer(draft.buyer, draft.kind == "UPR", draft.consumer, 8 in roles, 10 in roles, style))
        for third in draft.thirds:
            _third(out, third)
        if draft.authorized is not None:
            _authorized(out, draft.authorized)
        with out.element("Fa"):
            _fa(out, draft, style)
        out.block(_footer(draft.seller, style))
    return out.result()


def _header(out: Writer, draft: Draft, style: Style) -> None:
    with out.element("Naglowek"):
        name = style.prefix + "KodFormularza"
        out.raw(f'<{name} kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</{name}>')
        out.leaf("WariantFormularza", "3")
        out.leaf("DataWytworzeniaFa", f"{draft.issued.isoformat()}T08:00:00Z")
        out.leaf("SystemInfo", style.producer)


def _address(out: Writer, company: Company) -> None:
    with out.element("Adres"):
        out.leaf("KodKraju", company.country)
        out.leaf("AdresL1", company.street)
        out.leaf("AdresL2", company.town)


def _contact(out: Writer, company: Company, email: str = "Email", phone: str = "Telefon") -> None:
    if company.email:
        with out.element("DaneKontaktowe"):
            out.leaf(email, company.email)
            out.leaf(phone, company.phone)


@lru_cache(maxsize=_BLOCKS)
def _seller(seller: Company, to_union: bool, style: Style) -> tuple[str, ...]:
    out = Writer(style, 1)
    with out.element("Podmiot1"):
        if to_union:
            out.leaf("PrefiksPodatnika", "PL")
        with out.element("DaneIdentyfikacyjne"):
            out.leaf("NIP", seller.nip)
            out.leaf("Nazwa", seller.name)
        _address(out, seller)
        _contact(out, seller)
    return out.lines()


@lru_cache(maxsize=_BLOCKS)
def _buyer(
    buyer: Company, simplified: bool, consumer: bool, unit: bool, group_member: bool, style: Style
) -> tuple[str, ...]:
    out = Writer(style, 1)
    with out.element("Podmiot2"):
        with out.element("DaneIdentyfikacyjne"):
            _identifier(out, buyer, consumer)
            if not simplified:
                out.leaf("Nazwa", buyer.name)
        if not simplified:
            _address(out, buyer)
            _contact(out, buyer)
        out.flag("JST", unit)
        out.flag("GV", group_member)
    return out.lines()


def _identifier(out: Writer, company: Company, consumer: bool) -> None:
    if consumer:
        out.leaf("BrakID", YES)
    elif company.nip:
        out.leaf("NIP", company.nip)
    elif company.in_union:
        out.leaf("KodUE", company.country)
        out.leaf("NrVatUE", company.foreign_id)
    else:
        out.leaf("KodKraju", company.country)
        out.leaf("NrID", company.foreign_id)


def _third(out: Writer, third: Third) -> None:
    with out.element("Podmiot3"):
        with out.element("DaneIdentyfikacyjne"):
            if third.unit:
                out.leaf("IDWew", third.unit)
            else:
                out.leaf("NIP", third.company.nip)
            out.leaf("Nazwa", third.company.name)
        _address(out, third.company)
        out.leaf("Rola", str(third.role))


def _authorized(out: Writer, company: Company) -> None:
    with out.element("PodmiotUpowazniony"):
        with out.element("DaneIdentyfikacyjne"):
            out.leaf("NIP", company.nip)
            out.leaf("Nazwa", company.name)
        _address(out, company)
        _contact(out, company, "EmailPU", "TelefonPU")
        out.leaf("RolaPU", "2")


def _fa(out: Writer, draft: Draft, style: Style) -> None:
    out.leaf("KodWaluty", draft.currency)
    out.leaf("P_1", draft.issued.isoformat())
    if draft.kind != "UPR":
        out.leaf("P_1M", draft.seller.town[7:])
    out.leaf("P_2", draft.number)
    _when_sold(out, draft)
    _table(out, draft)
    out.leaf("P_15", money(draft.total))
    out.block(
        _annotations(
            draft.cash_method,
            draft.self_billing,
            draft.reverse_charge,
            draft.split_payment,
            draft.exemption,
            style,
        )
    )
    out.leaf("RodzajFaktury", draft.kind)
    _correction(out, draft)
    if draft.note:
        with out.element("DodatkowyOpis"):
            out.leaf("Klucz", "Uwagi")
            out.leaf("Wartosc", draft.note)
    _advances(out, draft)
    for place, line in _numbered(draft.lines):
        _line(out, draft, place, line)
    if draft.kind != "UPR":
        _payment(out, draft)
    if draft.order_number:
        with out.element("WarunkiTransakcji"), out.element("Zamowienia"):
            out.leaf("NrZamowienia", draft.order_number)
    if draft.ordered:
        _order(out, draft)


def _when_sold(out: Writer, draft: Draft) -> None:
    if draft.period is not None:
        with out.element("OkresFa"):
            out.leaf("P_6_Od", draft.period[0].isoformat())
            out.leaf("P_6_Do", draft.period[1].isoformat())
    elif draft.sold is not None:
        out.leaf("P_6", draft.sold.isoformat())


def _advances(out: Writer, draft: Draft) -> None:
    for advance in draft.advances:
        with out.element("FakturaZaliczkowa"):
            if advance.ksef_number:
                out.leaf("NrKSeFFaZaliczkowej", advance.ksef_number)
            else:
                out.leaf("NrKSeFZN", YES)
                out.leaf("NrFaZaliczkowej", advance.number)


def _table(out: Writer, draft: Draft) -> None:
    for row in draft.table:
        out.leaf(f"P_13_{row.suffix}", money(row.net))
        if row.vat is not None:
            out.leaf(f"P_14_{row.suffix}", money(row.vat))
            if draft.exchange:
                out.leaf(f"P_14_{row.suffix}W", money(divided(row.vat * draft.exchange, 10_000)))


@lru_cache(maxsize=_BLOCKS)
def _annotations(
    cash: bool, self_billing: bool, reverse: bool, split: bool, exemption: str, style: Style
) -> tuple[str, ...]:
    out = Writer(style, 2)
    with out.element("Adnotacje"):
        out.flag("P_16", cash)
        out.flag("P_17", self_billing)
        out.flag("P_18", reverse)
        out.flag("P_18A", split)
        with out.element("Zwolnienie"):
            if exemption:
                out.leaf("P_19", YES)
                out.leaf("P_19A", exemption)
            else:
                out.leaf("P_19N", YES)
        with out.element("NoweSrodkiTransportu"):
            out.leaf("P_22N", YES)
        out.leaf("P_23", NO)
        with out.element("PMarzy"):
            out.leaf("P_PMarzyN", YES)
    return out.lines()


def _correction(out: Writer, draft: Draft) -> None:
    correction = draft.correction
    if correction is None:
        return
    out.leaf("PrzyczynaKorekty", correction.reason)
    out.leaf("TypKorekty", str(correction.type))
    with out.element("DaneFaKorygowanej"):
        out.leaf("DataWystFaKorygowanej", correction.original.issued.isoformat())
        out.leaf("NrFaKorygowanej", correction.original.number)
        if correction.original.ksef_number:
            out.leaf("NrKSeF", YES)
            out.leaf("NrKSeFFaKorygowanej", correction.original.ksef_number)
        else:
            out.leaf("NrKSeFN", YES)
    if correction.advance_before is not None:
        out.leaf("P_15ZK", money(correction.advance_before))


def _numbered(lines: tuple[Line, ...]) -> Iterator[tuple[int, Line]]:
    """Rows with their numbers: what stood before a correction shares the number of what stands after it."""
    place = 0
    previous_was_before = False
    for line in lines:
        if not previous_was_before:
            place += 1
        previous_was_before = line.before
        yield place, line


def _line(out: Writer, draft: Draft, place: int, line: Line) -> None:
    with out.element("FaWiersz"):
        out.leaf("NrWierszaFa", str(place))
        out.leaf("P_7", line.name)
        if draft.kind == "UPR":
            out.leaf("P_12", line.rate)
        else:
            out.maybe("PKWiU", line.pkwiu)
            out.leaf("P_8A", line.unit)
            out.leaf("P_8B", quantity(line.quantity))
            out.leaf("P_9A", money(line.price))
            out.leaf("P_11", money(line.net))
            out.leaf("P_12", line.rate)
            if line.annex_15 and draft.split_payment:
                out.leaf("P_12_Zal_15", YES)
            out.maybe("GTU", line.gtu)
            if draft.exchange:
                out.leaf("KursWaluty", exchange(draft.exchange))
        if line.before:
            out.leaf("StanPrzed", YES)


def _payment(out: Writer, draft: Draft) -> None:
    payment = draft.payment
    with out.element("Platnosc"):
        if payment.paid_on is not None:
            out.leaf("Zaplacono", YES)
            out.leaf("DataZaplaty", payment.paid_on.isoformat())
        if payment.due is not None:
            with out.element("TerminPlatnosci"):
                out.leaf("Termin", payment.due.isoformat())
        out.leaf("FormaPlatnosci", str(payment.form))
        if payment.form == 6:
            owner = next((third.company for third in draft.thirds if third.role == 1), draft.seller)
            with out.element("RachunekBankowyFaktora" if payment.to_factor else "RachunekBankowy"):
                out.leaf("NrRB", owner.account)
                out.leaf("NazwaBanku", owner.bank)
                out.leaf("OpisRachunku", draft.currency)


def _order(out: Writer, draft: Draft) -> None:
    with out.element("Zamowienie"):
        out.leaf("WartoscZamowienia", money(draft.order_value))
        for place, line in _numbered(draft.ordered):
            with out.element("ZamowienieWiersz"):
                out.leaf("NrWierszaZam", str(place))
                out.leaf("P_7Z", line.name)
                out.leaf("P_8AZ", line.unit)
                out.leaf("P_8BZ", quantity(line.quantity))
                out.leaf("P_9AZ", money(line.price))
                out.leaf("P_11NettoZ", money(line.net))
                out.leaf("P_11VatZ", money(_tax(line)))
                out.leaf("P_12Z", line.rate)
                if line.before:
                    out.leaf("StanPrzedZ", YES)


def _tax(line: Line) -> int:
    return divided(line.net * int(line.rate), 100) if line.rate.isdigit() else 0


@lru_cache(maxsize=_BLOCKS)
def _footer(seller: Company, style: Style) -> tuple[str, ...]:
    out = Writer(style, 1)
    with out.element("Stopka"):
        with out.element("Informacje"):
            out.leaf("StopkaFaktury", "Dokument wymyślony do prób; żaden z podmiotów nie istnieje.")
        with out.element("Rejestry"):
            if not seller.person:
                out.leaf("KRS", seller.krs)
            out.leaf("REGON", seller.regon)
    return out.lines()
