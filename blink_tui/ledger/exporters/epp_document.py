"""One document of an EDI++ file: its record of 62 fields and its VAT table (FORMATS 3.3, 3.4)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from blink_tui.i18n import N_
from blink_tui.ledger import facts
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.exporters import epp_records as epp
from blink_tui.ledger.exporters.common import AMENDS, NOT_DEDUCTED, registered, tell_rates
from blink_tui.ledger.exporters.epp_settings import said
from blink_tui.ledger.marks import marks
from blink_tui.ledger.owed import FORMS, deductible, issued, owed
from blink_tui.ledger.texts import CUT_NUMBERS, YES, Texts
from blink_tui.model.coding import ZERO
from blink_tui.model.months import Month

_RATES = {
    "0 KR": ("0", 0), "0 EX": ("ex", -2), "0 WDT": ("ue", -3), "zw": ("zw", -1), "np I": ("npo", -4),
    "np II": ("npo", -4), "oo": ("oo", -5), facts.OSS: ("npo", -4), facts.MARGIN: ("npo", -4),
    facts.GROSS: ("npo", -4), "RR": ("7", 7),
    "ryczałt taxi": ("4", 4),
}  # fmt: skip
"""Rate group → symbol and number; the others are per cents."""
_UNSURE = frozenset({facts.OSS, facts.MARGIN, "ryczałt taxi"})
_STATUSES = {"ZAL": 37, "KOR_ZAL": 38, "ROZ": 39, "UPR": 73}
_CASH_METHOD = 100
_SOLD_KINDS = {facts.OSS: "23", "0 WDT": "2", "0 EX": "1", "np I": "12", "oo": "6"}
_ASSESSED = {"K_23": "2", "K_25": "1", "K_27": "4", "K_31": "6"}
"""Base of a self-assessed tax → kind of transaction; K_29 (art. 28b) is the firm's choice."""


class Aux(NamedTuple):
    """A document's lines in the sections behind the documents."""

    done: str
    reason: str
    split: str
    marks: str
    recorded: str


class Written:
    """A document on its way into the file."""

    def __init__(self, document: LedgerDocument, frame: Frame, texts: Texts) -> None:
        self._document, self._frame, self._texts = document, frame, texts
        self._invoice = document.invoice
        self._amounts = registered(document, said(frame, NOT_DEDUCTED.name), "InsERT", texts)
        self._in_pln = self._invoice.currency == "PLN"
        self.partner = facts.partner_of(document)
        self.code = code_of(self.partner, texts)
        """Of the contractor."""
        may_cut = said(frame, CUT_NUMBERS) == YES
        self._type = self._document_type()
        self.number = texts.number(f"{self._type} {self._invoice.number}", *epp.PLACES[7], may_cut=may_cut)
        """Full number, by which the sections behind the documents name it."""

    def text(self) -> str:
        """Header and VAT table."""
        tell_rates(self._document, self._texts)
        unsure = {facts.MARGIN if row.margin else row.rate for row in self._amounts} & _UNSURE
        for rate in sorted(unsure):
            self._texts.tell(
                "epp-rate-unsure", N_("Rate {rate}: check its register in the program."), rate=rate
            )
        self._tell_month()
        header = epp.record("header", [*self._head(), *self._middle(), *self._tail()])
        return epp.document(header, "".join(self._rates()))

    def _tell_month(self) -> None:
        """The program takes the month of VAT from days, but for corrections, which say it (DATYUJECIAKOREKT)."""
        months = {row.month for row in self._document.coding.rows if row.month}
        if months and not self._invoice.is_correction and months != {Month.of(deductible(self._document))}:
            self._texts.tell(
                "epp-month-stays",
                N_(
                    "Its VAT belongs to {months}: set the month in the program, the file's days say another one."
                ),
                months=", ".join(sorted(map(str, months))),
            )

    def aux(self) -> Aux:
        """Lines of the sections behind the documents."""
        invoice, number = self._invoice, epp.quoted(self.number)
        reason = epp.quoted(self._texts.of(invoice.correction_reason, *epp.REASON))
        split = epp.logical(invoice.split_payment)
        return Aux(
            done=f"{number},{epp.day(facts.sold_on(invoice) or issued(self._document))}{epp.END}",
            reason=f"{number},1,{reason}{epp.END}" if invoice.is_correction and reason else "",
            split=f"{number},{split}{epp.END}",
            marks=epp.marks_record(self.number, marks(self._document)),
            recorded=f"{number},{self._recorded()}{epp.END}" if invoice.is_correction else "",
        )

    def _text(self, text: str | None, place: int) -> str:
        return epp.quoted(self._texts.of(text, *epp.PLACES[place]))

    def _document_type(self) -> str:
        invoice, sale = self._document.invoice, self._document.sale
        if invoice.form.startswith("FA_RR") and not sale and not invoice.is_correction:
            return said(self._frame, "farmer_type")
        if sale and any(row.rate == facts.MARGIN for row in invoice.vat_table):
            kind = said(self._frame, "margin_type")
        else:
            kind = "FS" if sale else "FZ"
        return f"K{kind}" if invoice.is_correction else kind

    def _head(self) -> Iterator[str]:
        """Fields 1 to 21: type, numbers, the other side, category."""
        document, invoice = self._document, self._invoice
        partner = self.partner
        original = invoice.corrected[0] if invoice.corrected else None
        yield from (epp.quoted(self._type), "1", "0", str(document.id))
        yield epp.NOTHING if document.sale else self._text(invoice.number, 5)
        yield from (epp.NOTHING, epp.quoted(self.number))
        yield self._original()
        yield epp.day(original.issue_date) if original else epp.NOTHING
        yield from (epp.NOTHING, epp.NOTHING, epp.quoted(self.code))
        yield epp.quoted(self._texts.of(partner.name, epp.PLACES[14][0])[:40].rstrip())
        yield self._text(partner.name, 14)
        yield self._text(partner.place.town, 15)
        yield self._text(partner.place.postal_code, 16)
        yield self._text(partner.place.street, 17)
        yield self._text(partner.number, 18)
        yield self._text(document.coding.category, 19)
        yield epp.NOTHING
        yield self._text(invoice.issue_place or said(self._frame, "city"), 21)

    def _original(self) -> str:
        originals = self._invoice.corrected
        if not originals or not originals[0].number:
            return epp.NOTHING
        kind = "FS" if self._document.sale else "FZ"
        number = self._texts.of(f"{kind} {originals[0].number}", *epp.PLACES[8])
        if len(originals) > 1:
            self._texts.tell(
                "several-originals",
                N_("{field}: the correction is of {count} documents, only {number} is named."),
                field=epp.PLACES[8][0], count=str(len(originals)), number=number,
            )  # fmt: skip
        return epp.quoted(number)

    def _middle(self) -> Iterator[str]:
        """Fields 22 to 46: days, sums, payment."""
        document, invoice = self._document, self._invoice
        net, vat = self._sums()
        due, paid = owed(document), facts.paid_part(invoice)
        yield epp.day(issued(document))
        yield epp.day(facts.sold_on(invoice) or issued(document))
        yield epp.day(document.received)
        yield from (str(len(self._amounts)), epp.logical(facts.from_net(invoice)), epp.NOTHING)
        yield from (epp.amount(net), epp.amount(vat), epp.amount(net + vat))
        yield from (epp.NIL, epp.NOTHING, epp.NIL)
        yield self._payment()
        yield from (epp.day(due.due), epp.amount(paid), epp.amount(due.amount - paid))
        yield from ("0", "0", "1", self._status())
        yield self._text(self._frame.who, 42)
        yield from (epp.NOTHING, epp.NOTHING, epp.NIL, epp.NIL)

    def _sums(self) -> tuple[Decimal, Decimal]:
        rows = [self._in_currency(row) for row in self._amounts]
        rest = sum((row.rest for row in self._amounts), ZERO)
        return sum((net for net, _ in rows), rest), sum((vat for _, vat in rows), ZERO)

    def _in_currency(self, row: facts.Amounts) -> tuple[Decimal, Decimal]:
        """Net and tax in the document's currency, as the format has them (FORMATS 3.4)."""
        return (row.net, row.vat) if self._in_pln else (row.net_currency, row.vat_currency)

    def _payment(self) -> str:
        payment = self._invoice.payment
        if payment.form is None:
            return self._text(payment.other_form, 34)
        return epp.quoted(FORMS.get(payment.form, ""))

    def _status(self) -> str:
        invoice = self._invoice
        return str(_STATUSES.get(invoice.kind, 0) + (_CASH_METHOD if invoice.cash_method else 0))

    def _tail(self) -> Iterator[str]:
        """Fields 47 to 62: currency, notes, kind of transaction, country."""
        document, partner = self._document, self.partner
        notes = f"KSeF: {document.ksef_number}" if document.ksef_number else ""
        mark = AMENDS if document.amends else ""
        if mark:
            notes = f"{mark}; {notes}"
        yield self._text(self._invoice.currency, 47)
        yield epp.amount(document.exchange_rate)
        yield self._text(notes, 49)
        yield epp.quoted(facts.described(document, self._texts, *epp.PLACES[50], mark=mark))
        yield epp.quoted(mark) if mark else epp.NOTHING
        yield from (epp.NOTHING, "0", "0", self._kind())
        yield from (epp.NOTHING, epp.NIL, epp.NOTHING, epp.NIL)
        yield self._text(country_name(partner.country), 60)
        yield epp.quoted(partner.country if partner.union else "")
        yield epp.logical(partner.union)

    def _kind(self) -> str:
        """Field 55: where the sale or purchase is taxed, and who settles it."""
        rates = [row.rate for row in self._invoice.vat_table]
        if not self._document.sale:
            return self._bought_kind()
        if self._invoice.notes.triangular:
            return "3"
        if "np II" in rates:
            return said(self._frame, "np_ii")
        return next((kind for rate, kind in _SOLD_KINDS.items() if rate in rates), "0")

    def _bought_kind(self) -> str:
        if not facts.self_assessed(self._document):
            return "0"
        fields = {name for row in self._document.coding.rows for name, _ in row.amounts}
        if "K_29" in fields:
            return said(self._frame, "import_kind")
        found = next((kind for field, kind in _ASSESSED.items() if field in fields), "")
        domestic = any(row.rate == "oo" for row in self._invoice.vat_table)
        return found or ("6" if domestic else said(self._frame, "import_kind"))

    def _rates(self) -> Iterator[str]:
        """Records of the VAT table."""
        for row in self._amounts:
            net, vat = self._in_currency(row)
            symbol, percent = _RATES.get(row.rate, (row.rate, None))
            typed = row.margin and row.rate != facts.MARGIN
            margin = (row.net, row.vat, row.gross, row.rest) if typed else (ZERO,) * 4
            sums = [epp.amount(one) for one in (net + row.rest, vat, net + row.rest + vat)]
            yield epp.record(
                "rate",
                [
                    epp.quoted(self._texts.of(symbol, *epp.SYMBOL)),
                    epp.amount(Decimal(percent) if percent is not None else facts.per_cent(row.rate)),
                    *sums,
                    *sums,
                    *[epp.NIL] * 6,
                    *(epp.amount(one) for one in margin),
                ],
            )

    def _recorded(self) -> str:
        """Kind and day of a correction's recording, by the firm's own month and not by the seller's (BOOKKEEPING 1)."""
        own, issue = facts.tax_day(self._document), issued(self._document)
        if Month.of(own) == Month.of(issue):
            return f"2,{epp.day(issue)}"
        days = [one.issue_date for one in self._invoice.corrected if one.issue_date is not None]
        same = next((day for day in days if Month.of(day) == Month.of(own)), None)
        return f"1,{epp.day(same)}" if same is not None else f"3,{epp.day(own)}"


def country_name(code: str) -> str:
    """In Polish where it is known, else the code."""
    return "Polska" if code == "PL" else facts.UNION.get(code, code)


def code_of(partner: facts.Partner, texts: Texts) -> str:
    """Code of a contractor: the ledger's own, else made of its number, or of its name where it has none."""
    if partner.code:
        return texts.of(partner.code, *epp.PLACES[12])
    if partner.number:
        code = texts.of(f"NIP{partner.number}" if partner.domestic else partner.number, epp.PLACES[12][0])
        if len(code) <= epp.PLACES[12][1]:
            return code
    return f"BLINK-{zlib.crc32(' '.join(partner.key).encode()):08X}"
