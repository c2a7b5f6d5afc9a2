"""JPK_V7M(3) and JPK_V7K(3): VAT registers of a month, with the declaration where they are whole (FORMATS 6.2, 6.5).

What the buffer holds is a part of the books: the file is named and begins accordingly, and has no declaration.
Complete, it holds the books' other rows as well and is the whole return. Nothing is ever sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from blink_tui.i18n import N_
from blink_tui.invoices import Depth
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Files, Frame, Kind, Piece, Setting, Span
from blink_tui.ledger.exporters import jpk_parts as parts
from blink_tui.ledger.exporters.jpk_declaration import Declaration, bad_debt_sums, declaration_element
from blink_tui.ledger.exporters.jpk_parts import Form, money
from blink_tui.ledger.exporters.jpk_v7_rows import OF_BOOKS, REGISTERS, Register, Row, row_of_books, rows_of
from blink_tui.ledger.settings import require
from blink_tui.ledger.texts import Texts
from blink_tui.model.books import Books, VatKind
from blink_tui.model.documents import Direction
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.months import Month

_TYPES = "http://crd.gov.pl/xml/schematy/dziedzinowe/mf/2022/09/13/eD/DefinicjeTypy/"

_SINCE = Month(2026, 2)
"""First month of this version of the forms."""
OTHER_FORM = ErrorKind(
    "jpk-other-form",
    ExitCode.USAGE,
    N_(
        "By its books the firm files {right} for {month}, not {form}. Choose that, or change how it settles VAT."
    ),
)
EXEMPT = ErrorKind(
    "jpk-exempt",
    ExitCode.USAGE,
    N_(
        "The firm is exempt from VAT in {month}, and nothing of it stands in a VAT register: there is no {form} to"
        " write."
    ),
)
_LIMITS = {
    "NrKontrahenta": parts.ID_LIMIT, "NazwaKontrahenta": parts.NAME_LIMIT, "DowodSprzedazy": parts.TEXT_LIMIT,
}  # fmt: skip


class _Writer:
    """Keeps rows on disk until the sums before them are known."""

    def __init__(self, form: V7, frame: Frame, files: Files) -> None:
        self._form, self._frame, self._files = form, frame, files
        self._month = form.month_of(frame)
        parts.checked_frame(form.form, frame)
        self._typed = form.declaration(frame)
        self._spools = {direction: parts.Spool() for direction in REGISTERS}
        self._control: Counter[str] = Counter()
        """Grosze by field, of the month's rows."""
        self._declared: Counter[str] = Counter()
        """Of all months of the declaration."""

    def add(self, piece: Piece) -> None:
        for row in piece.body:
            self._take(row)

    def _take(self, row: Row) -> None:
        if row.in_sums:
            self._declared.update(dict(row.amounts))
        if row.bad_debt:
            self._declared.update(bad_debt_sums(row.amounts))
        if row.month != self._month:
            return
        if row.in_sums:
            self._control.update(dict(row.amounts))
        register, spool = REGISTERS[row.register], self._spools[row.register]
        start = f"<{register.row}><{register.place}>{spool.count + 1}</{register.place}>"
        spool.add(start.encode() + row.content + f"</{register.row}>\n".encode())

    def close(self) -> None:
        if self._frame.complete:
            for rest in self._frame.rest:
                if rest.register in OF_BOOKS and rest.month in self._frame.months:
                    self._take(row_of_books(rest, rest.month, self._form.form))
        self._refuse_nothing()
        with parts.delivered(self._form.form, self._frame, self._files) as out:
            out.write((self._form.header(self._frame, self._month) + parts.taxpayer(self._frame)).encode())
            if self._typed is not None:
                fields = self._typed.fields(self._declared)
                quarter = (self._month.number + 2) // 3 if self._form.quarterly else None
                out.write(declaration_element(fields, quarter).encode())
            out.write(b"<Ewidencja>\n")
            for direction, register in REGISTERS.items():
                self._spools[direction].pour(out)
                out.write(self._control_element(direction, register).encode())
            out.write(b"</Ewidencja>\n")

    def _refuse_nothing(self) -> None:
        """A firm that is exempt and has no tax of others to settle files nothing. Raises BlinkError(EXEMPT)."""
        books, month = self._frame.books, self._month
        exempt = books is not None and books.vat_on(month.last_day).kind is VatKind.EXEMPT
        if exempt and not any(spool.count for spool in self._spools.values()):
            raise BlinkError(EXEMPT, form=self._form.name, month=month)

    def _control_element(self, direction: Direction, register: Register) -> str:
        tax = sum(self._control[name] for name in register.plus)
        tax -= sum(self._control[name] for name in register.minus)
        count = self._spools[direction].count
        return (
            f"<{register.control}><{register.count}>{count}</{register.count}>"
            f"<{register.tax}>{money(tax)}</{register.tax}></{register.control}>\n"
        )


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
    settings: tuple[Setting, ...] = ()
    limits: Mapping[str, int] = field(default_factory=_LIMITS.copy)

    def depth(self, frame: Frame) -> Depth:
        """Parties go by their numbers."""
        return Depth.HEADER

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        texts = Texts()
        body = tuple(rows_of(document, frame.months, texts))
        if not body:
            return None
        number = parts.piece_number(document)
        return Piece(document.id, document.ksef_number, number, body, texts.warnings)

    def writer(self, frame: Frame, files: Files) -> _Writer:
        """Raises BlinkError: settings or a schema that are missing, months or a firm that the form is not for."""
        require(self, frame.settings, frame.nip)
        if frame.complete and frame.books is not None and frame.months:
            self._refuse_others(frame.books, frame.months[-1])
        return _Writer(self, frame, files)

    def _refuse_others(self, books: Books, month: Month) -> None:
        """A whole return has the form that the firm settles by. Raises BlinkError(OTHER_FORM)."""
        kind = books.vat_on(month.last_day).kind
        if kind is VatKind.QUARTERLY and not self.quarterly:
            raise BlinkError(OTHER_FORM, form=self.name, month=month, right="JPK_V7K")
        if kind is VatKind.MONTHLY and self.quarterly:
            raise BlinkError(OTHER_FORM, form=self.name, month=month, right="JPK_V7M")

    def month_of(self, frame: Frame) -> Month:
        """The month whose records the file holds. Raises BlinkError(MONTHS_WRONG).

        The quarter's last month of a whole V7K needs all three: its declaration adds them up.
        """
        months = frame.months
        closing = (
            self.quarterly and frame.complete and bool(months) and months[-1] == months[-1].end_of_quarter
        )
        wanted = _quarter_of(months[-1]) if closing else months[-1:]
        if frame.complete and months and months[-1] < _SINCE:
            raise parts.months_wrong(self.form, frame, N_("months from 2026-02 on"))
        if not months or months != wanted:
            raise parts.months_wrong(
                self.form, frame,
                N_("all three months of the quarter, whose declaration it holds") if closing else N_("one month"),
            )  # fmt: skip
        return months[-1]

    def declaration(self, frame: Frame) -> Declaration | None:
        """What is typed for the declaration; None where there is none: of a part, or within a quarter.

        Raises BlinkError(OPTION_WRONG).
        """
        if frame.complete and (not self.quarterly or len(frame.months) > 1):
            return Declaration(self.form, frame.options)
        for name, text in frame.options.items():
            if name.startswith("P_"):
                raise parts.option_wrong(
                    self.form, name, text, N_("it belongs to the declaration, and this file has none")
                )
        return None

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
