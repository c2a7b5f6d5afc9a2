"""JPK_V7M(3) and JPK_V7K(3): VAT registers of a month, with the declaration where they are whole (FORMATS 6.2, 6.5).

What the buffer holds is a part of the books: the file is named and begins accordingly, and has no declaration.
Complete, it holds the books' other rows as well and is the whole return. Nothing is ever sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from blink_tui.i18n import N_
from blink_tui.invoices.periods import dates_of
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Files, Frame, Kind, Piece, Setting, Span
from blink_tui.ledger.exporters import jpk_parts as parts
from blink_tui.ledger.exporters.jpk_declaration import Declaration, declaration_element
from blink_tui.ledger.exporters.jpk_parts import Form, amount_element, element, grosze, money
from blink_tui.ledger.settings import require
from blink_tui.ledger.texts import Texts
from blink_tui.model.book_rows import BookRegister, BookRow
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month

_TYPES = "http://crd.gov.pl/xml/schematy/dziedzinowe/mf/2022/09/13/eD/DefinicjeTypy/"
RECEIPT = "FP"
"""Mark of an invoice to a receipt: a row, in no sum."""

_GTU = tuple(f"GTU_{number:02}" for number in range(1, 14))
_PROCEDURES = (
    "WSTO_EE", "IED", "TP", "TT_WNT", "TT_D", "MR_T", "MR_UZ", "I_42", "I_63", "B_SPV", "B_SPV_DOSTAWA",
    "B_MPV_PROWIZJA",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Register:
    """How one of the two registers is written, in the order of its elements."""

    row: str
    place: str
    number: str
    name: str
    evidence: str
    issued: str
    other_day: str
    """Written only where it differs from the issue."""
    kind: str
    kinds: tuple[str, ...]
    """Kinds of document; a row has one at most."""
    marks: tuple[str, ...]
    fields: tuple[tuple[str, ...], ...]
    """Amounts; those of a pair always stand together."""
    control: str
    count: str
    tax: str
    plus: tuple[str, ...]
    """Fields of the tax that the control sum adds up."""
    minus: tuple[str, ...] = ()


_SALES: Final = _Register(
    row="SprzedazWiersz", place="LpSprzedazy", number="NrKontrahenta", name="NazwaKontrahenta",
    evidence="DowodSprzedazy", issued="DataWystawienia", other_day="DataSprzedazy",
    kind="TypDokumentu", kinds=(RECEIPT, "RO", "WEW"), marks=(*_GTU, *_PROCEDURES),
    fields=(
        ("K_10",), ("K_11",), ("K_12",), ("K_13",), ("K_14",), ("K_15", "K_16"), ("K_17", "K_18"),
        ("K_19", "K_20"), ("K_21",), ("K_22",), ("K_23", "K_24"), ("K_25", "K_26"), ("K_27", "K_28"),
        ("K_29", "K_30"), ("K_31", "K_32"), ("K_33",), ("K_34",), ("K_35",), ("K_36",), ("K_360",),
        ("SprzedazVAT_Marza",),
    ),
    control="SprzedazCtrl", count="LiczbaWierszySprzedazy", tax="PodatekNalezny",
    plus=("K_16", "K_18", "K_20", "K_24", "K_26", "K_28", "K_30", "K_32", "K_33", "K_34"),
    minus=("K_35", "K_36", "K_360"),
)  # fmt: skip
_PURCHASES: Final = _Register(
    row="ZakupWiersz", place="LpZakupu", number="NrDostawcy", name="NazwaDostawcy",
    evidence="DowodZakupu", issued="DataZakupu", other_day="DataWplywu",
    kind="DokumentZakupu", kinds=("MK", "VAT_RR", "WEW"), marks=("IMP",),
    fields=(
        ("K_40", "K_41"), ("K_42", "K_43"), ("K_44",), ("K_45",), ("K_46",), ("K_47",), ("ZakupVAT_Marza",),
    ),
    control="ZakupCtrl", count="LiczbaWierszyZakupow", tax="PodatekNaliczony",
    plus=("K_41", "K_43", "K_44", "K_45", "K_46", "K_47"),
)  # fmt: skip
_REGISTERS: Mapping[Direction, _Register] = {Direction.SALE: _SALES, Direction.PURCHASE: _PURCHASES}
_OF_BOOKS = {BookRegister.SALES: Direction.SALE, BookRegister.PURCHASES: Direction.PURCHASE}
_ALL_MARKS = frozenset((*_SALES.kinds, *_SALES.marks, *_PURCHASES.kinds, *_PURCHASES.marks))
_LIMITS = {
    "NrKontrahenta": parts.ID_LIMIT, "NazwaKontrahenta": parts.NAME_LIMIT, "DowodSprzedazy": parts.TEXT_LIMIT,
}  # fmt: skip
_CORRECTED_BASE = "KorektaPodstawyOpodt"


class _Row(NamedTuple):
    """One row on its way: all of it but its place in the register."""

    register: Direction
    month: Month
    in_sums: bool
    content: bytes
    amounts: tuple[tuple[str, int], ...]
    """Fields and grosze."""


class _Head(NamedTuple):
    """What a row says of its document, cleaned and cut."""

    country: str
    contractor: str
    name: str
    number: str
    issued: date
    other_day: date | None
    ksef_number: str
    mark: str
    """`OFF`, `BFK` or `DI` of a row without a number of KSeF's."""


def _content(register: _Register, head: _Head, marks: Iterable[str], amounts: Mapping[str, int]) -> bytes:
    """A row's elements after its place, in the schema's order."""
    found = frozenset(marks)
    number = element("NrKSeF", head.ksef_number) if head.ksef_number else f"<{head.mark}>1</{head.mark}>"
    out = [
        element("KodKrajuNadaniaTIN", head.country),
        element(register.number, head.contractor),
        element(register.name, head.name),
        element(register.evidence, head.number),
        f"<{register.issued}>{head.issued}</{register.issued}>",
    ]
    if head.other_day is not None and head.other_day != head.issued:
        out.append(f"<{register.other_day}>{head.other_day}</{register.other_day}>")
    out.append(number)
    if found:
        kind = next((one for one in register.kinds if one in found), "")
        out.append(element(register.kind, kind))
        out += [f"<{one}>1</{one}>" for one in register.marks if one in found]
    for group in register.fields:
        if any(name in amounts for name in group):
            out += [amount_element(name, amounts.get(name, 0)) for name in group]
    return "".join(out).encode()


def _told(texts: Texts, document: LedgerDocument) -> _Head:
    party = document.party
    country, contractor = parts.tax_id(party)
    dates = dates_of(document.invoice, document.coding.choices.receipt or document.received)
    return _Head(
        country,
        texts.of(contractor, "NrKontrahenta", parts.ID_LIMIT),
        texts.of(party.name, "NazwaKontrahenta", parts.NAME_LIMIT) or parts.NOBODY,
        texts.number(document.invoice.number, "DowodSprzedazy", parts.TEXT_LIMIT, may_cut=False)
        or parts.NOBODY,
        dates.issue,
        dates.tax_point,
        document.ksef_number,
        "BFK",
    )


def _rows(document: LedgerDocument, months: tuple[Month, ...], texts: Texts) -> Iterator[_Row]:
    """A document's rows of some months; those of one register, month and marks are one."""
    joined: dict[tuple[Direction, Month, tuple[str, ...]], Counter[str]] = {}
    for row in document.coding.rows:
        if row.month is not None and row.month in months and row.register in _REGISTERS:
            amounts = joined.setdefault((row.register, row.month, tuple(sorted(row.marks))), Counter())
            for name, amount in row.amounts:
                amounts[name] += grosze(amount)
    if not joined:
        return
    head = _told(texts, document)
    receipt = document.coding.choices.receipt or document.received
    for (direction, month, marks), amounts in joined.items():
        for mark in marks:
            if mark not in _ALL_MARKS:
                texts.tell("jpk-mark-unknown", N_("JPK_V7 has no mark {mark}; it was left out."), mark=mark)
        own = head if direction is Direction.SALE else head._replace(other_day=receipt)
        content = _content(_REGISTERS[direction], own, marks, amounts)
        yield _Row(direction, month, RECEIPT not in marks, content, tuple(amounts.items()))


class _Writer:
    """Keeps rows on disk until the sums before them are known."""

    def __init__(self, form: V7, frame: Frame, files: Files) -> None:
        self._form, self._frame, self._files = form, frame, files
        self._month = form.month_of(frame)
        parts.checked_frame(form.form, frame)
        self._typed = Declaration(form.form, frame.options) if form.declares(frame) else None
        self._spools = {direction: parts.Spool() for direction in _REGISTERS}
        self._control: Counter[str] = Counter()
        """Grosze by field, of the month's rows."""
        self._declared: Counter[str] = Counter()
        """Of all months of the declaration."""

    def add(self, piece: Piece) -> None:
        for row in piece.body:
            self._take(row)

    def _take(self, row: _Row) -> None:
        if row.in_sums:
            self._declared.update(dict(row.amounts))
        if row.month != self._month:
            return
        if row.in_sums:
            self._control.update(dict(row.amounts))
        register, spool = _REGISTERS[row.register], self._spools[row.register]
        start = f"<{register.row}><{register.place}>{spool.count + 1}</{register.place}>"
        spool.add(start.encode() + row.content + f"</{register.row}>\n".encode())

    def close(self) -> None:
        if self._frame.complete:
            for rest in self._frame.rest:
                if rest.register in _OF_BOOKS and rest.month in self._frame.months:
                    self._take(_rest_row(rest, rest.month, self._form.form))
        with parts.delivered(self._form.form, self._frame, self._files) as out:
            out.write((self._form.header(self._frame, self._month) + parts.taxpayer(self._frame)).encode())
            if self._typed is not None:
                fields = self._typed.fields(self._declared)
                quarter = (self._month.number + 2) // 3 if self._form.quarterly else None
                out.write(declaration_element(fields, quarter).encode())
            out.write(b"<Ewidencja>\n")
            for direction, register in _REGISTERS.items():
                self._spools[direction].pour(out)
                out.write(self._control_element(direction, register).encode())
            out.write(b"</Ewidencja>\n")

    def _control_element(self, direction: Direction, register: _Register) -> str:
        tax = sum(self._control[name] for name in register.plus)
        tax -= sum(self._control[name] for name in register.minus)
        count = self._spools[direction].count
        return (
            f"<{register.control}><{register.count}>{count}</{register.count}>"
            f"<{register.tax}>{money(tax)}</{register.tax}></{register.control}>\n"
        )


def _rest_row(row: BookRow, month: Month, form: Form) -> _Row:
    """A row of the books beside the buffer, as it stood there. Raises BlinkError(REST_UNUSABLE)."""
    direction = _OF_BOOKS[row.register]
    register = _REGISTERS[direction]
    fields = {name for group in register.fields for name in group}
    amounts = {name: grosze(amount) for name, amount in row.amounts if name in fields}
    issued = row.issued or row.day
    if issued is None:
        raise parts.rest_unusable(row, form, N_("its day of issue"))
    if not amounts:
        raise parts.rest_unusable(row, form, N_("its fields of JPK_V7 (K_…)"))
    if _CORRECTED_BASE in row.marks:
        raise parts.rest_unusable(row, form, N_("the day of payment of its corrected base"))
    if not (row.ksef_number or row.mark):
        raise parts.rest_unusable(row, form, N_("why it has no number of KSeF's (OFF, BFK, DI)"))
    country = {parts.GREECE: parts.GREECE_IN_VAT, "PL": ""}.get(row.country, row.country)
    head = _Head(
        country, row.contractor or parts.NOBODY, row.name or parts.NOBODY, row.number or parts.NOBODY,
        issued, row.day, row.ksef_number, row.mark,
    )  # fmt: skip
    content = _content(register, head, row.marks, amounts)
    return _Row(direction, month, RECEIPT not in row.marks, content, tuple(amounts.items()))


@dataclass(slots=True, eq=False)
class V7:
    """The monthly form, or the one of those who settle by quarters: records monthly, the declaration once."""

    id: str
    name: str
    form: Form
    quarterly: bool
    kind: Kind = Kind.REPORT
    span: Span = Span.VAT
    needs_books: bool = True
    header_only: bool = True
    settings: tuple[Setting, ...] = ()
    limits: Mapping[str, int] = field(default_factory=_LIMITS.copy)

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        texts = Texts()
        body = tuple(_rows(document, frame.months, texts))
        if not body:
            return None
        number = document.ksef_number or f"{document.party.identifier} {document.invoice.number}"
        return Piece(document.id, document.ksef_number, number, body, texts.warnings)

    def writer(self, frame: Frame, files: Files) -> _Writer:
        """Raises BlinkError: settings or a schema that are missing, months that the form does not cover."""
        require(self, frame.settings, frame.nip)
        return _Writer(self, frame, files)

    def month_of(self, frame: Frame) -> Month:
        """The month whose records the file holds. Raises BlinkError(MONTHS_WRONG).

        The quarter's last month of a whole V7K needs all three: its declaration adds them up.
        """
        months = frame.months
        closing = (
            self.quarterly and frame.complete and bool(months) and months[-1] == months[-1].end_of_quarter
        )
        wanted = _quarter_of(months[-1]) if closing else months[-1:]
        if not months or months != wanted:
            raise parts.months_wrong(
                self.form, frame,
                N_("all three months of the quarter, whose declaration it holds") if closing else N_("one month"),
            )  # fmt: skip
        return months[-1]

    def declares(self, frame: Frame) -> bool:
        """A declaration is written: the books are whole, and a V7K is of its quarter's last month."""
        return frame.complete and (not self.quarterly or len(frame.months) > 1)

    def header(self, frame: Frame, month: Month) -> str:
        """Naglowek."""
        return (
            "<Naglowek>\n" + self.form.code_element
            + f"<DataWytworzeniaJPK>{parts.made(frame)}</DataWytworzeniaJPK>\n"
            f"<NazwaSystemu>{parts.system_name()}</NazwaSystemu>\n"
            f'<CelZlozenia poz="P_7">{parts.purpose(frame, self.form)}</CelZlozenia>\n'
            f"<KodUrzedu>{frame.settings['tax_office']}</KodUrzedu>\n"
            f"<Rok>{month.year}</Rok>\n<Miesiac>{month.number}</Miesiac>\n</Naglowek>\n"
        )  # fmt: skip


def _quarter_of(month: Month) -> tuple[Month, ...]:
    last = month.end_of_quarter
    return last.plus(-2), last.plus(-1), last


V7M = V7(
    id="jpk_v7m",
    name="JPK_V7M(3)",
    form=Form("JPK_V7M (3)", "1-0E", "JPK_VAT", 3, "http://crd.gov.pl/wzor/2025/12/19/14090/", _TYPES),
    quarterly=False,
)
V7K = V7(
    id="jpk_v7k",
    name="JPK_V7K(3)",
    form=Form("JPK_V7K (3)", "1-0E", "JPK_VAT", 3, "http://crd.gov.pl/wzor/2025/12/19/14089/", _TYPES),
    quarterly=True,
)
EXPORTERS = (V7M, V7K)
