"""JPK_EWP(4): the ewidencja przychodów of a payer of the lump sum, of a year or some months of it (FORMATS 6.6, 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from blink_tui.i18n import N_
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Files, Frame, Kind, Setting, Span
from blink_tui.ledger.exporters import jpk_books as books
from blink_tui.ledger.exporters import jpk_parts as parts
from blink_tui.ledger.exporters.jpk_books import Entry
from blink_tui.ledger.exporters.jpk_parts import Form, amount_element, element, grosze
from blink_tui.ledger.settings import require
from blink_tui.ledger.texts import Texts
from blink_tui.model.book_rows import BookRegister, BookRow
from blink_tui.model.books import BookKind

FORM = Form(
    "JPK_EWP (4)", "1-0", "JPK_EWP", 4, "http://jpk.mf.gov.pl/wzor/2024/10/30/10301/",
    "http://crd.gov.pl/xml/schematy/dziedzinowe/mf/2022/01/05/eD/DefinicjeTypy/",
)  # fmt: skip
RATES = ("17", "15", "14", "12.5", "12", "10", "8.5", "5.5", "3")
"""Of the lump sum, per cent."""
_AMOUNT = "K_8"


def _row(entered: date, earned: date, start: str, amount: int, rate: str) -> Entry:
    content = (
        f"<K_2>{entered}</K_2><K_3>{earned}</K_3>{start}{amount_element(_AMOUNT, amount)}<K_9>{rate}</K_9>"
    )
    return Entry(entered, content.encode(), ((_AMOUNT, amount),))


def _entries(document: LedgerDocument, frame: Frame, texts: Texts) -> tuple[Entry, ...]:
    """A row for each day of revenue and rate, entered on the day of issue where that is later."""
    sums: dict[tuple[date, str], int] = {}
    for one in books.entries_of(document, frame):
        if one.book is not BookKind.LUMP_SUM:
            continue
        if one.column not in RATES:
            texts.tell(
                "lump-sum-rate-unknown",
                N_("There is no lump sum at {rate} %; the amount was left out."),
                blocks=True, rate=one.column,
            )  # fmt: skip
            continue
        key = (one.day, one.column)
        sums[key] = sums.get(key, 0) + grosze(one.amount)
    if not sums:
        return ()
    start = (
        element("K_4", books.evidence_number(document, texts, "K_4"))
        + element("K_5", document.ksef_number)
        + books.party_elements(document, texts, "K_6", "K_7")
    )
    issued = document.invoice.issue_date or document.received
    return tuple(_row(max(issued, day), day, start, amount, rate) for (day, rate), amount in sums.items())


def _rest_rows(row: BookRow, day: date) -> Iterator[Entry]:
    """A row of the books; an amount stands under its rate, or as K_8 with the rate among the marks."""
    rates = [mark for mark in row.marks if mark in RATES]
    start = (
        element("K_4", row.number or parts.NOBODY)
        + element("K_5", row.ksef_number)
        + books.rest_party(row, "K_6", "K_7")
    )
    for name, amount in row.amounts:
        rate = rates[0] if name == _AMOUNT and rates else name
        if rate in RATES:
            yield _row(row.entered or row.issued or day, day, start, grosze(amount), rate)


class _Writer(books.BookWriter):
    def __init__(self, frame: Frame, files: Files) -> None:
        super().__init__(FORM, "EWPWiersz", frame, files)

    def close(self) -> None:
        for row, day in books.rest_of(BookRegister.REVENUE, self._frame, FORM):
            entries = tuple(_rest_rows(row, day))
            if not entries:
                raise parts.rest_unusable(row, FORM, N_("its rate of the lump sum"))
            for entry in entries:
                self._take(entry)
        if not self._rows.count:
            return  # the schema wants a row at least
        marks = books.mark("Kasowy_PIT", self._frame.settings.get("cash_pit"))
        with parts.delivered(FORM, self._frame, self._files) as out:
            out.write((self._header + parts.taxpayer(self._frame, marks)).encode())
            self._rows.pour(out)
            control = amount_element("SumaPrzychodow", self._sums[_AMOUNT])
            out.write(
                f"<EWPCtrl><LiczbaWierszy>{self._rows.count}</LiczbaWierszy>{control}</EWPCtrl>\n".encode()
            )


@dataclass(slots=True, eq=False)
class Ewp(books.BookReport):
    """The register of a year; asked for fewer months, of those."""

    id: str = "jpk_ewp"
    name: str = "JPK_EWP(4)"
    kind: Kind = Kind.REPORT
    span: Span = Span.BOOKS
    needs_books: bool = True
    settings: tuple[Setting, ...] = (books.CASH_PIT,)
    limits: Mapping[str, int] = field(
        default_factory=lambda: {"K_4": parts.TEXT_LIMIT, "K_7": parts.ID_LIMIT}
    )

    def entries(self, document: LedgerDocument, frame: Frame, texts: Texts) -> tuple[books.Entry, ...]:
        return _entries(document, frame, texts)

    def writer(self, frame: Frame, files: Files) -> _Writer:
        """Raises BlinkError: settings or a schema that are missing, months apart."""
        require(self, frame.settings, frame.nip)
        return _Writer(frame, files)


EXPORTER = Ewp()
