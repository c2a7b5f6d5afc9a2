"""One document in Symfonia's format 3.0: Dokument with its postings, register entries and settlement (FORMATS 4)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from blink_tui.i18n import N_
from blink_tui.ledger.document import LedgerDocument, grosze
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.exporters.common import AMENDS, tell_margin, tell_unknown_rate
from blink_tui.ledger.exporters.symfonia_settings import BY_CODE, CODED, said
from blink_tui.ledger.facts import Partner, described, sold_on, tax_day
from blink_tui.ledger.marks import SPLIT_PAYMENT, marks
from blink_tui.ledger.owed import FORMS, gross, issued, owed
from blink_tui.ledger.positions import Part, books_rate, parts, percent, settled, table
from blink_tui.ledger.texts import Texts
from blink_tui.model.books import ROLES
from blink_tui.model.coding import KIND_MARKS, ZERO, Identity, PostingLine, RegisterRow, Side
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month

CODEC = "cp1250"
_SYNTAX = str.maketrans("{}=", "():")
"""What opens, closes and assigns, and what stands for it in a value."""
_SIDES = {Side.DEBIT: "WN", Side.CREDIT: "MA"}
_EXEMPT = "zw"


class Values:
    """Texts that can stand after `name =`: of one line, in the file's alphabet, without the signs of its syntax."""

    def __init__(self) -> None:
        self.texts = Texts(codec=CODEC)

    def of(self, text: str | None, field: str) -> str:
        """A text as it stands in the file, each change told."""
        found = self.texts.of(text, field)
        plain = found.translate(_SYNTAX)
        if plain != found:
            self.texts.tell(
                "symfonia-signs",
                N_("{field}: signs of the format's syntax were replaced: “{text}” became “{found}”."),
                field=field, text=found[:60], found=plain[:60],
            )  # fmt: skip
        return plain


class Card:
    """The other side: its id, its symbol, and its record among the contractors."""

    def __init__(self, partner: Partner, frame: Frame, values: Values) -> None:
        where = partner.place
        self.name = values.of(partner.name, "nazwa")
        self.street, self.town = values.of(where.street, "ulica"), values.of(where.town, "miejscowosc")
        self.nip = values.of(partner.bare, "nip")
        self.code = values.of(partner.code or partner.number, "kod") or _sum(f"{self.name} {where.line}")
        by_code = said(frame, "contractor_id") == BY_CODE and partner.code
        self.id = self.code if by_code else values.of(partner.number, "id") or self.code
        self.country = values.of(partner.country, "krajKod")
        self.postal_code = values.of(where.postal_code, "kodpocz")
        self._partner = partner

    @property
    def record(self) -> str:
        """Kontrahent."""
        return (
            f"Kontrahent{{\n\tid ={self.id}\n\tinfo =N\n\tkod ={self.code}\n\tnazwa ={self.name}\n"
            f"\tmiejscowosc ={self.town}\n\tulica ={self.street}\n\tkodpocz ={self.postal_code}\n\tnip ={self.nip}\n"
            f"\tVIES ={int(self._partner.union)}\n\tkrajKod ={self.country}\n\tosfiz ={int(not self.nip)}\n"
            f"\tkraj{{\n\t\tsymbol ={self.country}\n\t}}\n}}\n"
        )

    @property
    def fields(self) -> str:
        """What a document repeats of it."""
        return (
            f"\tDane Nabywcy{{\n\t\tkhid ={self.id}\n\t\tkhkod ={self.code}\n\t\tkhnazwa ={self.name}\n"
            f"\t\tkhulica ={self.street}\n\t\tkhmiasto ={self.town}\n\t\tkhkodpocz ={self.postal_code}\n"
            f"\t\tkhnip ={self.nip}\n\t\tkhKrajKod ={self.country}\n\t}}\n"
        )


def _sum(whole: str) -> str:
    """A number that tells apart who has none."""
    return str(zlib.crc32(whole.encode()))


class Document:
    """A document's record; what it cannot carry is told in the values' texts."""

    def __init__(self, document: LedgerDocument, card: Card, frame: Frame, values: Values) -> None:
        self._document, self._card, self._frame, self._values = document, card, frame, values
        self._invoice, self._coding, self._sale = document.invoice, document.coding, document.sale
        self._owed = owed(document)
        self._marks = marks(document)
        self.number = values.of(self._invoice.number, "kod")
        mark = f"{AMENDS}:" if document.amends else ""
        self._plain = described(document, values.texts, "opis FK").translate(_SYNTAX)
        self._description = f"{mark} {self._plain}".strip()
        self._settlements = tuple(self._settling())
        tell_unknown_rate(document, values.texts)
        self._tell()
        self._check()

    def _tell(self) -> None:
        """What somebody has to see to in Symfonia."""
        texts, coding = self._values.texts, self._coding
        if coding.identity is Identity.MARGIN:
            tell_margin(self._document, "Symfonia", texts)
        if coding.identity is Identity.SELF_ASSESSED:
            texts.tell(
                "symfonia-own-tax",
                N_(
                    "The buyer settles the tax: it goes to both registers, check in Symfonia whether it took it so."
                ),
            )
        if not settled(self._document):
            texts.tell(
                "symfonia-payments",
                N_("Tax of it waits for payments: when they come, enter it in Symfonia's register by hand."),
            )
        goods = [mark for mark in self._marks if mark not in {*KIND_MARKS, SPLIT_PAYMENT}]
        if goods:
            texts.tell(
                "symfonia-marks",
                N_("Symfonia's format has no fields for the marks {marks}: add them there."),
                marks=" ".join(goods),
            )  # fmt: skip

    def _check(self) -> None:
        """Symfonia takes balanced postings, and nothing else."""
        texts, coding = self._values.texts, self._coding
        if coding.difference:
            texts.tell(
                "symfonia-unbalanced",
                N_("Debit {debit} and credit {credit} differ: Symfonia takes balanced postings only."),
                blocks=True, debit=f"{coding.debit:.2f}", credit=f"{coding.credit:.2f}",
            )  # fmt: skip
        elif not coding.lines and self._posted:
            texts.tell(
                "symfonia-no-postings",
                N_(
                    "It has no postings, and Symfonia takes nothing without them: it is for firms with full books."
                ),
                blocks=True,
            )

    @property
    def _posted(self) -> bool:
        """It has postings in full books: all but documents to receipts and those of zero have."""
        document = self._document
        return "FP" not in self._marks and bool(document.net or document.vat or self._owed.amount)

    @property
    def text(self) -> str:
        """Dokument."""
        postings = "".join(self._posting(place, line) for place, line in enumerate(self._coding.lines, 1))
        of = table(self._document)
        entries = "".join(
            self._entry(row, part) for row in self._coding.rows if row.month for part in parts(row, of)
        )
        return (
            f"Dokument{{\n{self._head()}{self._days()}{self._correction()}{self._card.fields}{postings}{entries}"
            f"{self._settlement()}}}\n"
        )

    @property
    def symbol(self) -> str:
        """Its type in Symfonia."""
        if self._invoice.is_correction:
            return self._said("sale_correction" if self._sale else "purchase_correction")
        return self._said("sale_symbol" if self._sale else "purchase_symbol")

    def _said(self, name: str) -> str:
        return self._values.of(said(self._frame, name), name)

    def _head(self) -> str:
        document = self._document
        net, vat = self._amounts()
        total, rate = net + vat, books_rate(document)
        whole = self._owed.amount == gross(document)
        to_pay = total if whole else grosze(self._owed.amount * rate)
        form = FORMS.get(self._owed.form or 0) or self._said("payment_form")
        text = " ".join(filter(None, (self._description, self._values.of(document.ksef_number, "opis FK"))))
        handled = "FVS" if self._sale else "FVZ"
        kind = next((mark for mark in self._marks if mark in KIND_MARKS), "")
        return (
            f"\trodzaj_dok ={'sprzedaży' if self._sale else 'zakupu'}\n\tobsluguj jak ={handled}\n"
            f"\tsymbol FK ={self.symbol}\n\tkod ={self.number}\n\tFK nazwa ={self.number}\n"
            f"{_line('kod_obcy', '' if self._sale else self.number)}\topis FK ={text}\n"
            f"\tkwota ={total:.2f}\n\tnetto ={net:.2f}\n\tvat ={vat:.2f}\n{self._currency(rate)}"
            f"\tdozaplaty ={to_pay:.2f}\n\twdozaplaty ={self._owed.amount:.2f}\n\tplattermin ={self._owed.due}\n"
            f"\tmppFlags ={int(SPLIT_PAYMENT in self._marks)}\n\tforma_platnosci ={form}\n"
            f"\trejestr_platnosci ={self._said('payments_register')}\n{_line('JPK_V7', kind)}"
        )

    def _amounts(self) -> tuple[Decimal, Decimal]:
        """Net by the rate of the books and tax, of the invoice as the seller wrote it."""
        document = self._document
        if self._invoice.currency == "PLN":
            rows = table(document)
            return sum((row.net for row in rows), ZERO), sum((row.vat for row in rows), ZERO)
        rate = books_rate(document)
        return grosze(self._invoice.net * rate), document.vat

    def _currency(self, rate: Decimal) -> str:
        invoice = self._invoice
        if invoice.currency == "PLN":
            return ""
        return (
            f"\twaluta ={self._values.of(invoice.currency, 'waluta')}\n\tkurs ={rate:.6f}\n"
            f"\twalnetto ={invoice.net:.2f}\n\twalbrutto ={gross(self._document):.2f}\n"
        )

    def _days(self) -> str:
        document = self._document
        day, sold = issued(document), sold_on(self._invoice) or issued(document)
        if self._sale:
            return f"\tdataWystawienia ={day}\n\tdataSprzedazy ={sold}\n"
        return f"\tdataWystawieniaObca ={day}\n\tdataZakupu ={sold}\n\tdatawpl ={document.received}\n"

    def _correction(self) -> str:
        """The first of the documents that it corrects; the others are told."""
        corrected = self._invoice.corrected
        if not self._invoice.is_correction or not corrected:
            return ""
        numbers = [self._values.of(one.number or one.ksef_number, "NazwaKor") for one in corrected]
        if len(numbers) > 1:
            self._values.texts.tell(
                "several-originals",
                N_("It corrects several documents and names one, {number}; the others are: {others}."),
                number=numbers[0], others=", ".join(numbers[1:]),
            )  # fmt: skip
        return _line("NazwaKor", numbers[0]) + _line("DataKor", corrected[0].issue_date)

    def _posting(self, place: int, line: PostingLine) -> str:
        own = line.description not in ("", self._coding.description)
        text = self._values.of(line.description, "opis") if own else self._plain
        return (
            f"\tZapis{{\n\t\tstrona ={_SIDES[line.side]}\n\t\tkwota ={line.amount:.2f}\n"
            f"\t\tkonto ={self._values.of(line.account, 'konto')}\n\t\tIdDlaRozliczen ={place}\n\t\tpozycja =0\n"
            f"\t\tZapisRownolegly =0\n\t\tNumerDok ={self.number}\n\t\topis ={text}\n\t}}\n"
        )

    def _entry(self, row: RegisterRow, part: Part) -> str:
        sold = row.register is Direction.SALE
        names = (
            ("sales_register", "sales_register_name")
            if sold
            else ("purchases_register", "purchases_register_name")
        )
        short, name = map(self._said, names)
        if said(self._frame, "registers") == CODED and self._coding.register:
            short = name = self._values.of(self._coding.register, "Skrot")
        month = row.month or Month.of(tax_day(self._document))
        return (
            f"\tRejestr{{\n\t\tSkrot ={short}\n\t\tNazwa ={name}\n\t\tABC =1\n"
            f"\t\tdatarej ={_within(tax_day(self._document), month)}\n\t\tokres ={month.first_day}\n"
            f"\t\tstawka ={self._rate(part)}\n\t\tbrutto ={part.net + part.vat:.2f}\n\t\tnetto ={part.net:.2f}\n"
            f"\t\tVAT ={part.vat:.2f}\n\t}}\n"
        )

    def _rate(self, part: Part) -> str:
        found = percent(part.rate, part.net, part.vat)
        if found is not None:
            return f"{found:.2f}"
        word = self._said("exempt" if part.rate == _EXEMPT else "untaxed")
        self._values.texts.tell(
            "symfonia-rate",
            N_(
                "The format has no sure way to write the rate {rate}: “{word}” was put; check in Symfonia how it took"
                " it."
            ),
            rate=part.rate, word=word,
        )  # fmt: skip
        return word

    def _settling(self) -> Iterator[tuple[int, PostingLine]]:
        """Lines on the account of the other side, with their places."""
        side, role = (Side.DEBIT, "receivable") if self._sale else (Side.CREDIT, "payable")
        books, known = self._frame.books, self._document.contractor
        pattern = books.roles.get(role, ROLES[role].account) if books else ROLES[role].account
        own = (known.receivable if self._sale else known.payable) if known else ""
        for place, line in enumerate(self._coding.lines, 1):
            if line.side is side and (
                line.account == own or line.account.startswith(pattern.partition("{")[0])
            ):
                yield place, line

    def _settlement(self) -> str:
        """What is to be paid of each line of the other side's account."""
        if not self._settlements and self._owed.amount and self._coding.lines:
            self._values.texts.tell(
                "symfonia-no-settlement",
                N_(
                    "None of its postings is on an account of the contractor: there is no settlement in the file."
                ),
            )
        return "".join(
            f"\tTransakcja{{\n\t\tIdDlaRozliczen ={place}\n\t\tkwota ={line.amount:.2f}\n"
            f"\t\ttermin ={self._owed.due}\n\t}}\n"
            for place, line in self._settlements
        )


def _line(name: str, value: object) -> str:
    """A field of a document; nothing of nothing."""
    return f"\t{name} ={value}\n" if value else ""


def _within(day: date, month: Month) -> date:
    """The day, or the nearest one of a month."""
    return min(max(day, month.first_day), month.last_day)
