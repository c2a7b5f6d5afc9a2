"""One DOKUMENT of a MAGIK_EKSPORT (FORMATS 1.4 to 1.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from blink_tui.i18n import N_
from blink_tui.ledger import facts
from blink_tui.ledger.document import LedgerDocument, grosze
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.exporters import wapro_xml as xml
from blink_tui.ledger.exporters.common import AMENDS, NOT_DEDUCTED, registered, tell_rates
from blink_tui.ledger.exporters.wapro_settings import NOTHING, document_type, said
from blink_tui.ledger.owed import FORMS, issued, owed
from blink_tui.ledger.texts import CUT_NUMBERS, YES, Texts
from blink_tui.model.books import BookKind
from blink_tui.model.coding import ZERO, BookEntry, Coding, net_accounts
from blink_tui.model.invoice import InvoiceLine

_CODES = {
    "0 KR": "0", "0 WDT": "0", "0 EX": "0", "zw": "ZW", "np I": "NP", "np II": "NP", "oo": "NP", facts.OSS: "NP",
    facts.MARGIN: "NP", facts.GROSS: "NP", "ryczałt taxi": "4", "RR": "7",
}  # fmt: skip
"""Rate group → KOD_VAT, where it is not the group's own name."""
_UNSURE = frozenset({"0 WDT", "0 EX", "np II", "oo", facts.OSS, facts.MARGIN, "ryczałt taxi"})
"""What KOD_VAT does not tell apart from others."""
_PAYMENT_IDS = {1: 1, 2: 2, 4: 7, 5: 8, 6: 3}
"""Form of payment as FA(3) numbers it → ID_FORMY_PLAT; vouchers and mobile payments have none."""
_OLD_COLUMNS = 2
"""How much smaller a KPiR column's number was before 2026 (FORMATS 9)."""
_NIL = "0.00"
_NO_RATE = "0.00000000"
_ONE_RATE = "1.00000000"


class Written:
    """A document on its way into the file."""

    def __init__(self, document: LedgerDocument, frame: Frame, texts: Texts) -> None:
        self._document, self._frame, self._texts = document, frame, texts
        self._invoice, self._coding = document.invoice, document.coding
        self._amounts = registered(document, said(frame, NOT_DEDUCTED.name), "WAPRO", texts)
        self._rate = document.exchange_rate
        self._in_pln = self._invoice.currency == "PLN"
        self._tax_day = xml.clarion(facts.tax_day(document))
        self._sold = facts.sold_on(self._invoice) or issued(document)
        self._accounts = _net_accounts(document, frame)
        may_cut = said(frame, CUT_NUMBERS) == YES
        self.number = texts.number(self._invoice.number, "NUMER", 30, may_cut=may_cut)
        """As the file has it."""

    def parts(self) -> tuple[str, str]:
        """What stands before the contractor's id, and what after it."""
        self._warn()
        head = {
            "number": xml.escaped(self.number),
            "original": xml.escaped(self._original()),
            "id": self._document.id,
        }
        values = self._fields() | self._kinds() | self._sums() | self._free()
        return xml.DOCUMENT % head, xml.DOCUMENT_REST % values

    def _text(self, text: str | None, field: str, limit: int = 0) -> str:
        return xml.escaped(self._texts.of(text, field, limit)) if text else ""

    def _original(self) -> str:
        originals = self._invoice.corrected
        if not originals:
            return ""
        number = self._texts.of(originals[0].number, "NR_DOK_ORYG", 30)
        if len(originals) > 1:
            self._texts.tell(
                "several-originals",
                N_("{field}: the correction is of {count} documents, only {number} is named."),
                field="NR_DOK_ORYG", count=str(len(originals)), number=number,
            )  # fmt: skip
        return number

    def _fields(self) -> dict[str, object]:
        document, invoice, frame = self._document, self._invoice, self._frame
        mark = AMENDS if document.amends else ""
        description = facts.described(document, self._texts, "OPIS", 50, mark=mark)
        kind = self._coding.document_type or document_type(frame, invoice, sale=document.sale)
        return {
            "side": "S" if document.sale else "Z",
            "warehouse_id": self._text(said(frame, "warehouse_id"), "ID_MAGAZYNU"),
            "warehouse": self._text(said(frame, "warehouse"), "SYMBOL_MAGAZYNU", 10),
            "prices": "Netto" if facts.from_net(invoice) else "Brutto",
            "type": self._text(kind, "TYP_DOKUMENTU"),
            "description": xml.escaped(description),
            "currency": self._text(invoice.currency, "SYM_WAL", 3),
            "account": facts.domestic_account(invoice),
            "payment": self._payment(),
            "pln": self._in_pln,
            "ksef": self._ksef(),
            "split_payment": self._split_payment(),
            "procedures": self._text(
                " ".join(facts.procedures_of(document)), "RODZAJ_TRANSAKCJI_HANDLOWEJ", 255
            ),
            "issued": xml.clarion(issued(document)),
            "sold": xml.clarion(self._sold),
            "received": xml.clarion(document.received),
            "due": xml.clarion(owed(document).due),
            "lines": self._lines(),
            "vat": "".join(self._vat_rows()),
        }

    def _kinds(self) -> dict[str, object]:
        invoice = self._invoice
        kind = invoice.kind
        return {
            "correction": invoice.is_correction,
            "advance": kind == "ZAL",
            "settlement": kind == "ROZ",
            "advance_correction": kind == "KOR_ZAL",
            "settlement_correction": kind == "KOR_ROZ",
            "triangular": bool(invoice.notes.triangular),
            "cash_method": invoice.cash_method,
            "reverse": any(row.rate == "oo" for row in self._amounts),
            "receipt": invoice.receipt_follows,
            "split": invoice.split_payment,
        }

    def _payment(self) -> str:
        payment = self._invoice.payment
        if payment.form is None:
            return xml.PAYMENT % self._text(payment.other_form, "FORMA_PLATNOSCI", 50)
        text = xml.PAYMENT % FORMS.get(payment.form, "")
        number = _PAYMENT_IDS.get(payment.form)
        return text if number is None else text + xml.PAYMENT_ID % number

    def _ksef(self) -> str:
        document = self._document
        if not document.ksef_number:
            return ""
        number = self._text(document.ksef_number, "KSEF_ID", 36)
        if document.received_at is None:
            return xml.KSEF % (number, xml.clarion(document.received), "")
        day, time = xml.clarion_moment(document.received_at)
        return xml.KSEF % (number, day, xml.KSEF_TIME % time)

    def _split_payment(self) -> str:
        if not self._invoice.split_payment:
            return xml.NOT_SPLIT
        return xml.SPLIT % {
            "number": xml.escaped(self.number),
            "nip": self._text(self._invoice.seller.nip, "PP_NIP"),
            "vat": xml.money(self._document.vat),
        }

    def _sums(self) -> dict[str, object]:
        """WARTOSCI_NAGLOWKA: only the side that the document is on (FORMATS 1.5)."""
        rows = self._amounts
        net = sum((row.net + row.rest for row in rows), ZERO)
        gross = net + sum((row.vat for row in rows), ZERO)
        net_currency = sum((row.net_currency + row.rest for row in rows), ZERO)
        gross_currency = net_currency + sum((row.vat_currency for row in rows), ZERO)
        amount = owed(self._document).amount
        sums = xml.money(net), xml.money(gross)
        currency = (_NIL, _NIL) if self._in_pln else (xml.money(net_currency), xml.money(gross_currency))
        nothing = (_NIL, _NIL)
        sold, bought = (sums, nothing) if self._document.sale else (nothing, sums)
        return {
            "net_sold": sold[0],
            "gross_sold": sold[1],
            "net_sold_currency": currency[0],
            "gross_sold_currency": currency[1],
            "net_bought": bought[0],
            "gross_bought": bought[1],
            "owed": xml.money(facts.owed_pln(self._document, amount, gross)),
            "owed_currency": _NIL if self._in_pln else xml.money(amount),
            "rate": _NO_RATE if self._in_pln else xml.rate(self._rate),
        }

    def _vat_rows(self) -> Iterator[str]:
        coded = self._coding.vat_rate
        rate_day = xml.clarion(coded.day if coded is not None and coded.day is not None else self._sold)
        rate = _ONE_RATE if self._in_pln else xml.rate(self._rate)
        for row in self._amounts:
            yield xml.VAT_ROW % {
                "code": self._code(row.rate),
                "net": xml.money(row.net),
                "vat": xml.money(row.vat),
                "net_currency": _NIL if self._in_pln else xml.money(row.net_currency),
                "vat_currency": _NIL if self._in_pln else xml.money(row.vat_currency),
                "rest": xml.money(row.rest),
                "margin": row.margin,
                "day": self._tax_day,
                "rate_day": rate_day,
                "rate": rate,
                "reverse": row.rate == "oo",
            }

    def _code(self, rate: str) -> str:
        return _CODES.get(rate) or self._text(rate, "KOD_VAT", 3)

    def _lines(self) -> str:
        if said(self._frame, "lines") != YES:
            return ""
        rows = "".join(self._line(line) for line in self._invoice.lines)
        return f"<POZYCJE_DOKUMENTU>\n{rows}</POZYCJE_DOKUMENTU>\n"

    def _line(self, line: InvoiceLine) -> str:
        net, gross = _amounts_of(line)
        rate = line.exchange_rate if line.exchange_rate and not self._in_pln else self._rate
        pln = xml.money(grosze(net * rate)), xml.money(grosze(gross * rate))
        currency = (_NIL, _NIL) if self._in_pln else (xml.money(net), xml.money(gross))
        nothing = (_NIL, _NIL)
        sale = self._document.sale
        return xml.LINE % {
            "kind": "P" if sale else "R",
            "code": self._code(line.rate or ""),
            "name": self._text(line.name, "OPIS_POZYCJI", 250),
            "currency": self._text(self._invoice.currency, "SYM_WAL", 3),
            "pln": self._in_pln,
            "cn": self._text(line.cn, "KOD_CN", 10),
            "day": self._tax_day,
            **_pair("bought", nothing if sale else pln),
            **_pair("", pln if sale else nothing),
            **_pair("currency", currency if sale else nothing),
            **_pair("bought_currency", nothing if sale else currency),
        }

    def _free(self) -> dict[str, object]:
        """WYROZNIK and POLE1 to POLE3."""
        found: dict[str, object] = {
            name: self._said(said(self._frame, name), name.upper(), limit)
            for name, limit in (("wyroznik", 30), ("pole1", 0), ("pole2", 0), ("pole3", 0))
        }
        return found | {"wyroznik": self._text(AMENDS, "WYROZNIK")} if self._document.amends else found

    def _said(self, what: str, field: str, limit: int) -> str:
        if what == "opis":
            return xml.escaped(facts.described(self._document, self._texts, field, limit))
        return self._text(self._content(what), field, limit)

    def _content(self, what: str) -> str:
        if what == NOTHING:
            return ""
        if what == "kolumna":
            return self._column()
        if what.startswith("konto"):
            place = int(what.removeprefix("konto") or 1)
            return self._accounts[place - 1] if len(self._accounts) >= place else ""
        return _OTHER[what](self._document)

    def _column(self) -> str:
        entries = self._coding.entries
        if not entries:
            return ""
        column = max(entries, key=_size).column
        if entries[0].book is not BookKind.KPIR or said(self._frame, "kpir_numbering") != "old":
            return column
        return str(int(column) - _OLD_COLUMNS) if column.isdigit() else column

    def _warn(self) -> None:
        """What of the document the format does not carry, or not surely."""
        tell_rates(self._document, self._texts)
        unsure = {facts.MARGIN if row.margin else row.rate for row in self._amounts} & _UNSURE
        for rate in sorted(unsure):
            self._texts.tell(
                "wapro-rate-unsure",
                N_("Rate {rate} has no code of its own in WAPRO: check its register there."),
                rate=rate,
            )
        self._warn_coding(self._coding)

    def _warn_coding(self, coding: Coding) -> None:
        months = {row.month for row in coding.rows}
        if len(months) > 1:
            self._texts.tell(
                "wapro-several-months",
                N_("The VAT belongs to several months ({months}); the file has the first day alone."),
                months=", ".join(sorted(str(month) for month in months if month)),
            )
        columns = sorted({entry.column for entry in coding.entries})
        if len(columns) > 1:
            self._texts.tell(
                "wapro-several-columns",
                N_("Columns {columns}: only that of the largest amount goes."),
                columns=", ".join(columns),
            )
        if len(self._accounts) > 1:
            self._texts.tell(
                "wapro-several-accounts",
                N_("Accounts {accounts}: they go without their amounts, WAPRO's scheme divides the sum."),
                accounts=", ".join(self._accounts),
            )


def _net_accounts(document: LedgerDocument, frame: Frame) -> tuple[str, ...]:
    books = frame.books
    if books is None or books.kind is not BookKind.LEDGER:
        return ()
    return net_accounts(document.coding, books)


def _pair(name: str, amounts: tuple[str, str]) -> dict[str, str]:
    ending = f"_{name}" if name else ""
    return {f"net{ending}": amounts[0], f"gross{ending}": amounts[1]}


def _size(entry: BookEntry) -> Decimal:
    return abs(entry.amount)


def _amounts_of(line: InvoiceLine) -> tuple[Decimal, Decimal]:
    """Net and gross of a row in the invoice's currency; of one before a correction with the sign turned."""
    share = facts.per_cent(line.rate or "") / 100
    net, gross = line.net, line.gross
    if net is None:
        net = grosze((gross or ZERO) / (1 + share))
    if gross is None:
        gross = net + (line.vat if line.vat is not None else grosze(net * share))
    return (-net, -gross) if line.before else (net, gross)


def _dimension(name: str) -> Callable[[LedgerDocument], str]:
    def first(document: LedgerDocument) -> str:
        pairs = (pair for line in document.coding.lines for pair in line.dimensions)
        return next((code for dimension, code in pairs if dimension == name), "")

    return first


def _other_side(document: LedgerDocument) -> str:
    """The account of the largest line opposite the cost or revenue."""
    net = document.coding.net_line
    lines = [line for line in document.coding.lines if net is not None and line.side is not net.side]
    return max(lines, key=lambda line: abs(line.amount)).account if lines else ""


def _vat_month(document: LedgerDocument) -> str:
    month = document.coding.periods.vat
    return str(month) if month else ""


_OTHER: Mapping[str, Callable[[LedgerDocument], str]] = {
    "rozrachunki": _other_side,
    "kategoria": lambda document: document.coding.category,
    "rejestr": lambda document: document.coding.register,
    "miesiac-vat": _vat_month,
    "mpk": _dimension("mpk"),
    "projekt": _dimension("project"),
    "ksef": lambda document: document.ksef_number,
}
