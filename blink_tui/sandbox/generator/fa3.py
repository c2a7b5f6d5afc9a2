"""Drafts written as FA(3) XML in the order of the official schema.

Writing text is ten times as fast as building a tree; every text goes through the one place that escapes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from blink_tui.sandbox.generator.amounts import divided, exchange, money, quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blink_tui.sandbox.generator.amounts import Line
    from blink_tui.sandbox.generator.draft import Draft, Third
    from blink_tui.sandbox.generator.names import Company

NAMESPACE = "http://crd.gov.pl/wzor/2025/06/25/13775/"

_YES = "1"
_NO = "2"


@dataclass(frozen=True, slots=True)
class Style:
    """How a program that issues invoices lays out its XML."""

    producer: str
    indent: str = "\t"
    newline: str = "\n"
    prefix: str = ""


STYLES = (
    Style("Fakturomat 7.2"),
    Style("Źródło ERP", "  ", "\r\n"),
    Style("Kwitek Online", "", ""),
    Style("Bóbr & Synowie Handel", "    ", "\n", "tns:"),
)


class _Writer:
    """Collects lines of XML. As a context manager it closes the element opened last."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._lines: list[str] = []
        self._open: list[str] = []
        self._margin = ""

    def leaf(self, tag: str, text: str) -> None:
        if "&" in text or "<" in text or ">" in text:
            text = escape(text)
        name = self._style.prefix + tag
        self._lines.append(f"{self._margin}<{name}>{text}</{name}>")

    def maybe(self, tag: str, text: str | None) -> None:
        if text:
            self.leaf(tag, text)

    def flag(self, tag: str, yes: bool) -> None:
        """The schema's 1 for yes, 2 for no."""
        self.leaf(tag, _YES if yes else _NO)

    def element(self, tag: str, attributes: str = "") -> _Writer:
        """Open an element; `with` closes it."""
        name = self._style.prefix + tag
        self._lines.append(f"{self._margin}<{name}{attributes}>")
        self._open.append(name)
        self._margin = self._style.indent * len(self._open)
        return self

    def __enter__(self) -> None:
        """Everything is done by `element`."""

    def __exit__(self, *_error: object) -> None:
        name = self._open.pop()
        self._margin = self._style.indent * len(self._open)
        self._lines.append(f"{self._margin}</{name}>")

    def raw(self, text: str) -> None:
        self._lines.append(self._margin + text)

    def result(self) -> bytes:
        newline = self._style.newline
        body = newline.join(self._lines)
        return f'<?xml version="1.0" encoding="UTF-8"?>{newline}{body}{newline}'.encode()


def write(draft: Draft, style: Style) -> bytes:
    """The invoice as UTF-8 XML."""
    out = _Writer(style)
    declared = f' xmlns:{style.prefix[:-1]}="{NAMESPACE}"' if style.prefix else f' xmlns="{NAMESPACE}"'
    with out.element("Faktura", declared):
        _header(out, draft, style)
        _seller(out, draft)
        _buyer(out, draft)
        for third in draft.thirds:
            _third(out, third)
        if draft.authorized is not None:
            _authorized(out, draft.authorized)
        with out.element("Fa"):
            _fa(out, draft)
        _footer(out, draft.seller)
    return out.result()


def _header(out: _Writer, draft: Draft, style: Style) -> None:
    with out.element("Naglowek"):
        name = style.prefix + "KodFormularza"
        out.raw(f'<{name} kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</{name}>')
        out.leaf("WariantFormularza", "3")
        out.leaf("DataWytworzeniaFa", f"{draft.issued.isoformat()}T08:00:00Z")
        out.leaf("SystemInfo", style.producer)


def _address(out: _Writer, company: Company) -> None:
    with out.element("Adres"):
        out.leaf("KodKraju", company.country)
        out.leaf("AdresL1", company.street)
        out.leaf("AdresL2", company.town)


def _contact(out: _Writer, company: Company, email: str = "Email", phone: str = "Telefon") -> None:
    if company.email:
        with out.element("DaneKontaktowe"):
            out.leaf(email, company.email)
            out.leaf(phone, company.phone)


def _seller(out: _Writer, draft: Draft) -> None:
    with out.element("Podmiot1"):
        if any(row.suffix == "6_2" for row in draft.table):
            out.leaf("PrefiksPodatnika", "PL")
        with out.element("DaneIdentyfikacyjne"):
            out.leaf("NIP", draft.seller.nip)
            out.leaf("Nazwa", draft.seller.name)
        _address(out, draft.seller)
        _contact(out, draft.seller)


def _buyer(out: _Writer, draft: Draft) -> None:
    buyer = draft.buyer
    simplified = draft.kind == "UPR"
    with out.element("Podmiot2"):
        with out.element("DaneIdentyfikacyjne"):
            _identifier(out, buyer, draft.consumer)
            if not simplified:
                out.leaf("Nazwa", buyer.name)
        if not simplified:
            _address(out, buyer)
            _contact(out, buyer)
        out.flag("JST", any(third.role == 8 for third in draft.thirds))
        out.flag("GV", any(third.role == 10 for third in draft.thirds))


def _identifier(out: _Writer, company: Company, consumer: bool) -> None:
    if consumer:
        out.leaf("BrakID", _YES)
    elif company.nip:
        out.leaf("NIP", company.nip)
    elif company.in_union:
        out.leaf("KodUE", company.country)
        out.leaf("NrVatUE", company.foreign_id)
    else:
        out.leaf("KodKraju", company.country)
        out.leaf("NrID", company.foreign_id)


def _third(out: _Writer, third: Third) -> None:
    with out.element("Podmiot3"):
        with out.element("DaneIdentyfikacyjne"):
            if third.unit:
                out.leaf("IDWew", third.unit)
            else:
                out.leaf("NIP", third.company.nip)
            out.leaf("Nazwa", third.company.name)
        _address(out, third.company)
        out.leaf("Rola", str(third.role))


def _authorized(out: _Writer, company: Company) -> None:
    with out.element("PodmiotUpowazniony"):
        with out.element("DaneIdentyfikacyjne"):
            out.leaf("NIP", company.nip)
            out.leaf("Nazwa", company.name)
        _address(out, company)
        _contact(out, company, "EmailPU", "TelefonPU")
        out.leaf("RolaPU", "2")


def _fa(out: _Writer, draft: Draft) -> None:
    out.leaf("KodWaluty", draft.currency)
    out.leaf("P_1", draft.issued.isoformat())
    if draft.kind != "UPR":
        out.leaf("P_1M", draft.seller.town[7:])
    out.leaf("P_2", draft.number)
    _when_sold(out, draft)
    _table(out, draft)
    out.leaf("P_15", money(draft.total))
    _annotations(out, draft)
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


def _when_sold(out: _Writer, draft: Draft) -> None:
    if draft.period is not None:
        with out.element("OkresFa"):
            out.leaf("P_6_Od", draft.period[0].isoformat())
            out.leaf("P_6_Do", draft.period[1].isoformat())
    elif draft.sold is not None:
        out.leaf("P_6", draft.sold.isoformat())


def _advances(out: _Writer, draft: Draft) -> None:
    for advance in draft.advances:
        with out.element("FakturaZaliczkowa"):
            if advance.ksef_number:
                out.leaf("NrKSeFFaZaliczkowej", advance.ksef_number)
            else:
                out.leaf("NrKSeFZN", _YES)
                out.leaf("NrFaZaliczkowej", advance.number)


def _table(out: _Writer, draft: Draft) -> None:
    for row in draft.table:
        out.leaf(f"P_13_{row.suffix}", money(row.net))
        if row.vat is not None:
            out.leaf(f"P_14_{row.suffix}", money(row.vat))
            if draft.exchange:
                out.leaf(f"P_14_{row.suffix}W", money(divided(row.vat * draft.exchange, 10_000)))


def _annotations(out: _Writer, draft: Draft) -> None:
    with out.element("Adnotacje"):
        out.flag("P_16", draft.cash_method)
        out.flag("P_17", draft.self_billing)
        out.flag("P_18", draft.reverse_charge)
        out.flag("P_18A", draft.split_payment)
        with out.element("Zwolnienie"):
            if draft.exemption:
                out.leaf("P_19", _YES)
                out.leaf("P_19A", draft.exemption)
            else:
                out.leaf("P_19N", _YES)
        with out.element("NoweSrodkiTransportu"):
            out.leaf("P_22N", _YES)
        out.leaf("P_23", _NO)
        with out.element("PMarzy"):
            out.leaf("P_PMarzyN", _YES)


def _correction(out: _Writer, draft: Draft) -> None:
    correction = draft.correction
    if correction is None:
        return
    out.leaf("PrzyczynaKorekty", correction.reason)
    out.leaf("TypKorekty", str(correction.type))
    with out.element("DaneFaKorygowanej"):
        out.leaf("DataWystFaKorygowanej", correction.original.issued.isoformat())
        out.leaf("NrFaKorygowanej", correction.original.number)
        if correction.original.ksef_number:
            out.leaf("NrKSeF", _YES)
            out.leaf("NrKSeFFaKorygowanej", correction.original.ksef_number)
        else:
            out.leaf("NrKSeFN", _YES)
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


def _line(out: _Writer, draft: Draft, place: int, line: Line) -> None:
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
                out.leaf("P_12_Zal_15", _YES)
            out.maybe("GTU", line.gtu)
            if draft.exchange:
                out.leaf("KursWaluty", exchange(draft.exchange))
        if line.before:
            out.leaf("StanPrzed", _YES)


def _payment(out: _Writer, draft: Draft) -> None:
    payment = draft.payment
    with out.element("Platnosc"):
        if payment.paid_on is not None:
            out.leaf("Zaplacono", _YES)
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


def _order(out: _Writer, draft: Draft) -> None:
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
                    out.leaf("StanPrzedZ", _YES)


def _tax(line: Line) -> int:
    return divided(line.net * int(line.rate), 100) if line.rate.isdigit() else 0


def _footer(out: _Writer, seller: Company) -> None:
    with out.element("Stopka"):
        with out.element("Informacje"):
            out.leaf("StopkaFaktury", "Dokument wymyślony do prób; żaden z podmiotów nie istnieje.")
        with out.element("Rejestry"):
            if not seller.person:
                out.leaf("KRS", seller.krs)
            out.leaf("REGON", seller.regon)
