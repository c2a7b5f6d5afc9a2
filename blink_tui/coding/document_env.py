"""Values of the documented fields, read out of the facts of one document, each when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from blink_tui.coding import field_words as words
from blink_tui.coding.facts import Facts
from blink_tui.coding.field_words import RATE_GROUPS
from blink_tui.coding.language_types import Env, Value
from blink_tui.coding.row_env import RowEnv, amount
from blink_tui.model.books import VatStatus
from blink_tui.model.coding import ZERO
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import Invoice, InvoiceLine, InvoiceParty, Remark
from blink_tui.model.matching import account_key
from blink_tui.model.text import folded

ONE: Final = Decimal(1)
_PLN = "PLN"


class DocumentEnv:
    """What expressions read of one document. Values are computed once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._values: dict[str, Value] = {}
        self._lines: tuple[RowEnv, ...] | None = None

    def value(self, name: str) -> Value:
        """Value of a field of the catalogue, by its own name."""
        try:
            return self._values[name]
        except KeyError:
            value = self._values[name] = _VALUES[name](self.facts)
            return value

    def keyed(self, name: str, key: str) -> Value:
        """Value of a field of the VAT table under a rate, or of a remark under its key."""
        place = f"{name}[{key}"
        try:
            return self._values[place]
        except KeyError:
            value = self._values[place] = _KEYED[name](self.facts.invoice, key)
            return value

    @property
    def lines(self) -> Sequence[Env]:
        """The rows, in order."""
        if self._lines is None:
            remarks: dict[int, list[Remark]] = {}
            for remark in self.facts.invoice.remarks:
                if remark.line is not None:
                    remarks.setdefault(remark.line, []).append(remark)
            self._lines = tuple(
                RowEnv(line, remarks.get(line.number, ()) if line.number is not None else ())
                for line in self.facts.invoice.lines
            )
        return self._lines


def contractor(facts: Facts) -> InvoiceParty:
    """The other side."""
    return facts.invoice.buyer if facts.direction is Direction.SALE else facts.invoice.seller


def country(party: InvoiceParty) -> str:
    """Two letters: of its tax number before that of its address; PL for a NIP without either."""
    found = party.eu_country or party.id_country or party.country or ("PL" if party.nip else "")
    return found.strip().upper()


def group_of(invoice: Invoice, rate: str) -> str:
    """Group of the VAT table for a rate as a table writes it."""
    if invoice.form.startswith("FA_RR"):
        return "RR"
    return RATE_GROUPS.get(folded(rate), rate)


def _table(invoice: Invoice, key: str, part: Callable[..., Decimal | None]) -> Decimal:
    return sum((part(row) or ZERO for row in invoice.vat_table if group_of(invoice, row.rate) == key), ZERO)


def _remark(invoice: Invoice, key: str) -> str:
    wanted = " ".join(folded(key).split())
    found = (one.value for one in invoice.remarks if " ".join(folded(one.key).split()) == wanted)
    return next(found, "")


_KEYED: Final[Mapping[str, Callable[[Invoice, str], Value]]] = {
    "netto": lambda invoice, key: _table(invoice, key, lambda row: row.net),
    "vat": lambda invoice, key: _table(invoice, key, lambda row: row.vat),
    "brutto": lambda invoice, key: _table(invoice, key, lambda row: row.net + (row.vat or ZERO)),
    "opis": _remark,
}


def texts(found: Iterable[str | None]) -> tuple[str, ...]:
    """Those that say something, each once."""
    return tuple(dict.fromkeys(text for text in found if text))


def _told(remark: Remark) -> str:
    return f"{remark.key}: {remark.value}"


def _total(invoice: Invoice) -> Decimal:
    return invoice.total if invoice.total is not None else invoice.net + invoice.vat


def exchange_rate(invoice: Invoice) -> Decimal:
    """The rate that an invoice gives; 1 in PLN, 0 where it gives none, or several."""
    if invoice.currency == _PLN:
        return ONE
    if invoice.exchange_rate is not None:
        return invoice.exchange_rate
    rates = {line.exchange_rate for line in invoice.lines if line.exchange_rate is not None}
    return rates.pop() if len(rates) == 1 else ZERO


def _total_pln(facts: Facts) -> Decimal:
    """Good enough to compare with a limit; what is booked is converted by `coding.amounts`."""
    invoice = facts.invoice
    rate = exchange_rate(invoice)
    if not rate:
        tables = (facts.rates or {}).get(invoice.currency, ())
        day = invoice.issue_date or facts.received or facts.today
        rate = next((table.rate for table in reversed(tables) if table.day < day), ZERO)
    return _total(invoice) * rate


def _status(facts: Facts) -> VatStatus:
    invoice = facts.invoice
    if facts.direction is Direction.SALE:
        day = invoice.sale_date or invoice.issue_date
    else:
        day = facts.received or invoice.issue_date
    return facts.books.vat_on(day or facts.today)


def _form(invoice: Invoice) -> str:
    return invoice.form.split(" ")[0].removesuffix("_KOR")


def _day_of(period: tuple[date | None, date | None] | None, end: int) -> date | None:
    return period[end] if period else None


def _days_to_pay(invoice: Invoice) -> Decimal:
    due = invoice.payment.due
    return Decimal((due[0] - invoice.issue_date).days) if due and invoice.issue_date else ZERO


def _payment_form(invoice: Invoice) -> str:
    form = invoice.payment.form
    return words.PAYMENT_FORM_WORDS.get(form, "") if form else invoice.payment.other_form or ""


def _margins(invoice: Invoice) -> tuple[str, ...]:
    notes = invoice.notes
    marked = (notes.margin_travel, notes.margin_used_goods, notes.margin_art, notes.margin_antiques)
    return tuple(word for word, holds in zip(words.MARGIN_WORDS, marked, strict=True) if holds)


def _current(invoice: Invoice) -> list[InvoiceLine]:
    return [line for line in invoice.lines if not line.before]


def _third_roles(parties: Iterable[InvoiceParty]) -> tuple[str, ...]:
    return texts(words.THIRD_ROLE_WORDS.get(party.role or 0) for party in parties)


def _content(invoice: Invoice) -> tuple[str, ...]:
    names = (line.name for line in invoice.lines)
    return texts((*names, *map(_told, invoice.remarks), *invoice.footer))


_DOCUMENT: Final[dict[str, Callable[[Facts], Value]]] = {
    "kierunek": lambda f: words.DIRECTION_WORDS[f.direction],
    "rodzaj": lambda f: f.invoice.kind,
    "formularz": lambda f: _form(f.invoice),
    "numer": lambda f: f.invoice.number,
    "numer_ksef": lambda f: f.ksef_number,
    "korekta": lambda f: f.invoice.is_correction,
    "korekta_minus": lambda f: f.invoice.is_correction and f.invoice.net + f.invoice.vat < ZERO,
    "offline": lambda f: f.offline,
    "miejsce": lambda f: f.invoice.issue_place or "",
    "zalacznik": lambda f: bool(f.invoice.attachment),
    "nasze_role": lambda f: tuple(word for role, word in words.ROLE_WORDS.items() if role in f.roles),
}
_PARTIES: Final[dict[str, Callable[[Facts], Value]]] = {
    "kontrahent.nip": lambda f: contractor(f).nip or "",
    "kontrahent.numer": lambda f: contractor(f).identifier or "",
    "kontrahent.nazwa": lambda f: contractor(f).name or "",
    "kontrahent.kraj": lambda f: country(contractor(f)),
    "kontrahent.unijny": lambda f: country(contractor(f)) in words.EU,
    "kontrahent.zagraniczny": lambda f: country(contractor(f)) not in ("", "PL"),
    "kontrahent.osoba": lambda f: not contractor(f).identifier,
    "kontrahent.znany": lambda f: f.contractor is not None,
    "kontrahent.kod": lambda f: f.contractor.code if f.contractor else "",
    "sprzedawca.nip": lambda f: f.invoice.seller.nip or "",
    "sprzedawca.nazwa": lambda f: f.invoice.seller.name or "",
    "sprzedawca.kraj": lambda f: country(f.invoice.seller),
    "sprzedawca.adres": lambda f: " ".join(f.invoice.seller.address),
    "sprzedawca.nasz": lambda f: f.invoice.seller.nip == f.firm_nip,
    "nabywca.nip": lambda f: f.invoice.buyer.nip or "",
    "nabywca.nazwa": lambda f: f.invoice.buyer.name or "",
    "nabywca.kraj": lambda f: country(f.invoice.buyer),
    "nabywca.adres": lambda f: " ".join(f.invoice.buyer.address),
    "nabywca.klient": lambda f: f.invoice.buyer.customer_number or "",
    "nabywca.nasz": lambda f: f.invoice.buyer.nip == f.firm_nip,
    "nabywca.jst": lambda f: f.invoice.buyer.local_government is True,
    "nabywca.gv": lambda f: f.invoice.buyer.vat_group is True,
    "podmiot3.nazwa": lambda f: texts(party.name for party in f.invoice.third_parties),
    "podmiot3.nip": lambda f: texts(
        number for party in f.invoice.third_parties for number in (party.nip, party.internal_id)
    ),
    "podmiot3.rola": lambda f: _third_roles(f.invoice.third_parties),
    "podmiot3.nasza_rola": lambda f: _third_roles(
        party
        for party in f.invoice.third_parties
        if f.firm_nip in (party.nip, (party.internal_id or "")[:10])
    ),
}
_AMOUNTS: Final[dict[str, Callable[[Facts], Value]]] = {
    "netto": lambda f: f.invoice.net,
    "vat": lambda f: f.invoice.vat,
    "brutto": lambda f: f.invoice.net + f.invoice.vat,
    "stawki": lambda f: texts(group_of(f.invoice, row.rate) for row in f.invoice.vat_table),
    "razem": lambda f: _total(f.invoice),
    "razem_pln": _total_pln,
    "do_zaplaty": lambda f: f.invoice.to_pay if f.invoice.to_pay is not None else _total(f.invoice),
    "waluta": lambda f: f.invoice.currency,
    "kurs": lambda f: exchange_rate(f.invoice),
    "obciazenia": lambda f: amount(f.invoice.settlement.charges_total) if f.invoice.settlement else ZERO,
    "odliczenia": lambda f: amount(f.invoice.settlement.deductions_total) if f.invoice.settlement else ZERO,
    "liczba_wierszy": lambda f: Decimal(len(_current(f.invoice))),
}
_DATES: Final[dict[str, Callable[[Facts], Value]]] = {
    "data_wystawienia": lambda f: f.invoice.issue_date,
    "data_sprzedazy": lambda f: f.invoice.sale_date,
    "okres_od": lambda f: _day_of(f.invoice.period, 0),
    "okres_do": lambda f: _day_of(f.invoice.period, 1),
    "data_otrzymania": lambda f: f.received,
    "termin": lambda f: min(f.invoice.payment.due, default=None),
    "data_zaplaty": lambda f: f.invoice.payment.paid_on,
    "dni_na_zaplate": lambda f: _days_to_pay(f.invoice),
}
_MARKS: Final[dict[str, Callable[[Facts], Value]]] = {
    "mpp": lambda f: f.invoice.split_payment,
    "mk": lambda f: f.invoice.cash_method,
    "samofakturowanie": lambda f: f.invoice.self_billing,
    "odwrotne": lambda f: f.invoice.reverse_charge,
    "fp": lambda f: f.invoice.receipt_follows,
    "tp": lambda f: f.invoice.related_parties,
    "zwolnienie": lambda f: f.invoice.notes.exempt,
    "podstawa_zwolnienia": lambda f: f.invoice.notes.exemption_basis or "",
    "marza": lambda f: f.invoice.notes.margin,
    "rodzaj_marzy": lambda f: _margins(f.invoice),
    "trojstronna": lambda f: f.invoice.notes.triangular is True,
    "nowy_srodek_transportu": lambda f: f.invoice.notes.new_vehicles,
    "zwrot_akcyzy": lambda f: f.invoice.excise_refund,
    "gtu": lambda f: texts(line.gtu for line in f.invoice.lines),
    "procedury": lambda f: texts(line.procedure for line in f.invoice.lines),
    "zal15": lambda f: any(line.annex_15 for line in f.invoice.lines),
}
_PAYMENT: Final[dict[str, Callable[[Facts], Value]]] = {
    "forma_platnosci": lambda f: _payment_form(f.invoice),
    "zaplacono": lambda f: f.invoice.payment.paid,
    "zaplacono_czesc": lambda f: f.invoice.payment.part_paid is not None or bool(f.invoice.payment.parts),
    "rachunki": lambda f: texts(map(account_key, f.invoice.payment.accounts)),
    "faktoring": lambda f: bool(f.invoice.payment.factor_accounts),
    "skonto": lambda f: " ".join(texts((f.invoice.payment.discount, f.invoice.payment.discount_terms))),
}
_LINKS: Final[dict[str, Callable[[Facts], Value]]] = {
    "przyczyna_korekty": lambda f: f.invoice.correction_reason or "",
    "typ_korekty": lambda f: Decimal(f.invoice.correction_type or 0),
    "korygowane": lambda f: texts(one.number for one in f.invoice.corrected),
    "korygowane_spoza_ksef": lambda f: any(one.outside_ksef for one in f.invoice.corrected),
    "faktury_zaliczkowe": lambda f: texts(
        one.number or one.ksef_number for one in f.invoice.advance_invoices
    ),
    "wplaty_zaliczek": lambda f: sum((one.amount or ZERO for one in f.invoice.advances), ZERO),
    "zamowienie.wartosc": lambda f: amount(f.invoice.order.value) if f.invoice.order else ZERO,
    "zamowienie.nazwy": lambda f: (
        texts(line.name for line in f.invoice.order.lines) if f.invoice.order else ()
    ),
    "umowy": lambda f: texts(one.number for one in f.invoice.terms.contracts) if f.invoice.terms else (),
    "zamowienia": lambda f: texts(one.number for one in f.invoice.terms.orders) if f.invoice.terms else (),
    "wz": lambda f: f.invoice.delivery_notes,
}
_TEXTS: Final[dict[str, Callable[[Facts], Value]]] = {
    "nazwy": lambda f: texts(line.name for line in f.invoice.lines),
    "tresc": lambda f: _content(f.invoice),
    "opisy": lambda f: texts(map(_told, f.invoice.remarks)),
    "stopka": lambda f: texts(f.invoice.footer),
}
_FIRM: Final[dict[str, Callable[[Facts], Value]]] = {
    "firma.nip": lambda f: f.firm_nip,
    "firma.rodzaj": lambda f: words.FIRM_KIND_WORDS[f.firm_kind],
    "firma.etykiety": lambda f: f.labels,
    "firma.ksiegi": lambda f: words.BOOK_WORDS[f.books.kind],
    "firma.program": lambda f: f.books.program,
    "firma.vat": lambda f: words.VAT_WORDS[_status(f).kind],
    "firma.kasowa": lambda f: _status(f).cash_method,
    "firma.proporcja": lambda f: ONE if _status(f).proportion is None else amount(_status(f).proportion),
    "firma.samochody": lambda f: words.CAR_WORDS[f.books.cars],
}
_HISTORY: Final[dict[str, Callable[[Facts], Value]]] = {
    "wczesniejsze": lambda f: Decimal(f.past.documents),
    "oryginal.jest": lambda f: bool(f.originals),
    "oryginal.stan": lambda f: texts(words.STATUS_WORDS[one.status] for one in f.originals),
    "oryginal.schemat": lambda f: texts(one.scheme for one in f.originals),
    "uwagi": lambda f: tuple(sorted(f.findings)),
}
_VALUES: Final[Mapping[str, Callable[[Facts], Value]]] = {
    **_DOCUMENT, **_PARTIES, **_AMOUNTS, **_DATES, **_MARKS, **_PAYMENT, **_LINKS, **_TEXTS, **_FIRM, **_HISTORY,
}  # fmt: skip
