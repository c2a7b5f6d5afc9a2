"""JPK_PKPIR(3): the podatkowa księga przychodów i rozchodów of a year, or of some months of it (FORMATS 6.6, 9).

Columns are those of 2026 with us and those before 2026 in the file: new = old + 2. Stock at the beginning and the end,
and stock-takings in between, are told with the export (`P_1`, `P_2`, `P_5`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from blink_tui.i18n import N_
from blink_tui.ledger.addresses import place_of
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Files, Frame, Kind, Setting, Span
from blink_tui.ledger.exporters import jpk_books as books
from blink_tui.ledger.exporters import jpk_parts as parts
from blink_tui.ledger.exporters.jpk_books import Entry
from blink_tui.ledger.exporters.jpk_parts import Form, amount_element, element, grosze, money
from blink_tui.ledger.settings import require
from blink_tui.ledger.texts import Texts
from blink_tui.model.book_rows import BookRegister
from blink_tui.model.books import BookKind

FORM = Form(
    "JPK_PKPIR (3)", "1-0", "JPK_PKPIR", 3, "http://jpk.mf.gov.pl/wzor/2024/10/30/10302/",
    "http://crd.gov.pl/xml/schematy/dziedzinowe/mf/2022/01/05/eD/DefinicjeTypy/",
)  # fmt: skip
COLUMNS = {
    "9": "K_7",
    "10": "K_8",
    "12": "K_10",
    "13": "K_11",
    "14": "K_12",
    "15": "K_13",
    "17": "K_15",
    "18": "K_16B",
}
"""Column of 2026 → field of the file, by the number before 2026."""
_REVENUE = ("K_7", "K_8")
_EXPENSES = ("K_12", "K_13")
_FIELDS = (
    "K_7", "K_8", "K_9", "K_9A", "K_10", "K_11", "K_12", "K_13", "K_14", "K_14A", "K_15", "K_16B", "K_17",
)  # fmt: skip
_OPENING, _CLOSING, _BETWEEN = "P_1", "P_2", "P_5"
_AMOUNT = re.compile(r"\d{1,14}(?:[.,]\d{1,2})?", re.ASCII)


def _entry(day: date, start: str, description: str, amounts: Mapping[str, int]) -> Entry:
    """A row, with both totals."""
    found = dict(amounts)
    for total, summands in (("K_9", _REVENUE), ("K_14", _EXPENSES)):
        if any(name in found for name in summands):
            found[total] = sum(found.get(name, 0) for name in summands)
    out = [f"<K_2>{day}</K_2>", start, element("K_6", description)]
    for name in _FIELDS:
        if name in found:
            out.append(element("K_16A", description) if name == "K_16B" else "")
            out.append(amount_element(name, found[name]))
    return Entry(day, "".join(out).encode(), tuple(found.items()))


def _entries(document: LedgerDocument, frame: Frame, texts: Texts) -> tuple[Entry, ...]:
    days: dict[date, Counter[str]] = {}
    for one in books.entries_of(document, frame):
        if one.book is BookKind.KPIR and one.column in COLUMNS:
            days.setdefault(one.day, Counter())[COLUMNS[one.column]] += grosze(one.amount)
        elif one.book is BookKind.KPIR:
            texts.tell(
                "kpir-column-unknown",
                N_("The KPiR has no column {column}; its amount was left out."),
                blocks=True, column=one.column,
            )  # fmt: skip
    if not days:
        return ()
    party, limit = document.party, parts.TEXT_LIMIT
    start = (
        element("K_3A", books.evidence_number(document, texts, "K_3A"))
        + element("K_3B", document.ksef_number)
        + books.party_elements(document, texts, "K_4A", "K_4B")
        + element("K_5A", texts.of(party.name, "K_5A", limit) or parts.NOBODY)
        + element("K_5B", texts.of(place_of(party).line, "K_5B", limit) or parts.NOBODY)
    )
    description = books.described(document, texts, "K_6", limit)
    return tuple(_entry(day, start, description, amounts) for day, amounts in days.items())


class _Writer(books.BookWriter):
    def __init__(self, frame: Frame, files: Files) -> None:
        super().__init__(FORM, "PKPIRWiersz", frame, files)
        self._opening, self._closing = self._stock(_OPENING), self._stock(_CLOSING)
        self._between = _between(frame.options.get(_BETWEEN, ""))

    def _stock(self, name: str) -> int:
        """A stock; a whole book wants it told, be it zero. Raises BlinkError(OPTION_WRONG)."""
        text = self._frame.options.get(name, "")
        if not (_AMOUNT.fullmatch(text) or (not text and not self._frame.complete)):
            raise parts.option_wrong(
                FORM, name, text, N_("it is the stock's value, such as 1234.50; 0 where there is none")
            )
        return grosze(Decimal(text.replace(",", ".") or "0"))

    def close(self) -> None:
        for row, day in books.rest_of(BookRegister.KPIR, self._frame, FORM):
            amounts = {name: grosze(amount) for name, amount in row.amounts if name in _FIELDS}
            if not amounts:
                raise parts.rest_unusable(row, FORM, N_("its columns (K_7 to K_16)"))
            start = (
                element("K_3A", row.number or parts.NOBODY) + element("K_3B", row.ksef_number)
                + books.rest_party(row, "K_4A", "K_4B")
                + element("K_5A", row.name or parts.NOBODY) + element("K_5B", row.address or parts.NOBODY)
            )  # fmt: skip
            self._take(_entry(day, start, row.description or parts.NOBODY, amounts))
        if not self._rows.count:
            return  # the schema wants a row at least
        with parts.delivered(FORM, self._frame, self._files) as out:
            settings = self._frame.settings
            marks = books.mark("Kasowy_PIT", settings.get("cash_pit")) + books.mark(
                "Rolnik_PIT", settings.get("farmer_pit")
            )
            out.write((self._header + parts.taxpayer(self._frame, marks) + self._info()).encode())
            self._rows.pour(out)
            out.write(self._control().encode())

    def _info(self) -> str:
        """Stock, costs and income of the span: costs are purchases less what is left of them, and expenses."""
        sums = self._sums
        costs = self._opening + sums["K_10"] + sums["K_11"] - self._closing
        costs += sums["K_14"] + sums["K_14A"]
        income = sums["K_9"] + sums["K_9A"] - costs
        values = {"P_1": self._opening, "P_2": self._closing, "P_3": costs, "P_4": income}
        stock = "".join(
            f"<PKPIRSpis><P_5A>{day}</P_5A><P_5B>{money(value)}</P_5B></PKPIRSpis>\n"
            for day, value in self._between
        )
        fields = "".join(amount_element(name, value) for name, value in values.items())
        return f"<PKPIRInfo>{fields}</PKPIRInfo>\n{stock}"

    def _control(self) -> str:
        farmers = amount_element("SumaPrzychodow2", self._sums["K_9A"]) if "K_9A" in self._sums else ""
        return (
            f"<PKPIRCtrl><LiczbaWierszy>{self._rows.count}</LiczbaWierszy>"
            f"{amount_element('SumaPrzychodow', self._sums['K_9'])}{farmers}</PKPIRCtrl>\n"
        )


def _between(text: str) -> list[tuple[date, int]]:
    """Stock-takings of the year: `2026-06-30=1234.50; 2026-09-30=900`. Raises BlinkError(OPTION_WRONG)."""
    found = []
    for part in filter(None, (one.strip() for one in text.split(";"))):
        day, _sign, value = (one.strip() for one in part.partition("="))
        try:
            if not _AMOUNT.fullmatch(value):
                raise ValueError(value)
            found.append((date.fromisoformat(day), grosze(Decimal(value.replace(",", ".")))))
        except ValueError:
            raise parts.option_wrong(
                FORM, _BETWEEN, part, N_("it is a day and the stock's value, such as 2026-06-30=1234.50")
            ) from None
    return sorted(found)


@dataclass(slots=True, eq=False)
class Pkpir(books.BookReport):
    """The book of a year; asked for fewer months, of those."""

    id: str = "jpk_pkpir"
    name: str = "JPK_PKPIR(3)"
    kind: Kind = Kind.REPORT
    span: Span = Span.BOOKS
    needs_books: bool = True
    settings: tuple[Setting, ...] = (
        books.CASH_PIT,
        Setting(
            "farmer_pit",
            N_("a farmer's firm, § 2(2) of the regulation (Rolnik_PIT)"),
            "nie",
            choices=("tak", "nie"),
        ),
    )
    limits: Mapping[str, int] = field(
        default_factory=lambda: {
            "K_3A": parts.TEXT_LIMIT, "K_4B": parts.ID_LIMIT, "K_5A": parts.TEXT_LIMIT,
            "K_5B": parts.TEXT_LIMIT, "K_6": parts.TEXT_LIMIT,
        }
    )  # fmt: skip

    def entries(self, document: LedgerDocument, frame: Frame, texts: Texts) -> tuple[books.Entry, ...]:
        return _entries(document, frame, texts)

    def writer(self, frame: Frame, files: Files) -> _Writer:
        """Raises BlinkError: settings or a schema that are missing, months apart, stock that is none."""
        require(self, frame.settings, frame.nip)
        return _Writer(frame, files)


EXPORTER = Pkpir()
