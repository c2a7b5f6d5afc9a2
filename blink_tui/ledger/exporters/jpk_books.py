"""What the JPK of the two books by day share: rows in the order of days, kept on disk until all are known."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, NamedTuple

from blink_tui.i18n import N_
from blink_tui.invoices import Depth
from blink_tui.ledger import facts
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Files, Frame, Piece, Setting
from blink_tui.ledger.exporters import jpk_parts as parts
from blink_tui.ledger.exporters.jpk_parts import Form, element
from blink_tui.ledger.texts import YES, Texts
from blink_tui.model.book_rows import BookRegister, BookRow
from blink_tui.model.coding import BookEntry
from blink_tui.model.months import Month

_COUNTRY = "PL"
_LISTED = (
    "AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM "
    "FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT "
    "JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN "
    "MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT "
    "PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL "
    "TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XC XI XK XL YE YT ZA ZM ZW "
)
_COUNTRIES = frozenset(_LISTED.split())
"""Of both forms."""


CASH_PIT = Setting(
    "cash_pit", N_("income tax by the cash method (Kasowy_PIT)"), "nie", choices=("tak", "nie")
)
"""Of both books."""


class Entry(NamedTuple):
    """One row on its way: all of it but its place in the book."""

    day: date
    """By which the book is in order."""
    content: bytes
    amounts: tuple[tuple[str, int], ...]
    """Fields and grosze, for the sums."""


class InOrder(parts.Aside):
    """Rows by day, those of a day as they came; only their places are in memory."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self._tag = tag
        self._places: list[tuple[int, int, int]] = []
        """Day, beginning and length."""
        self._end = 0

    def __del__(self) -> None:
        """Of an export that was given up."""
        self._file.close()

    @property
    def count(self) -> int:
        """Rows so far."""
        return len(self._places)

    def add(self, day: date, content: bytes) -> None:
        """One more row, in any order of days."""
        self._places.append((day.toordinal(), self._end, len(content)))
        self._end += self._keep(content)

    def pour(self, out: BinaryIO) -> None:
        """All rows with their numbers."""
        self._places.sort()
        for number, (_day, start, length) in enumerate(self._places, 1):
            self._file.seek(start)
            row = self._file.read(length)
            out.write(f"<{self._tag}><K_1>{number}</K_1>".encode() + row + f"</{self._tag}>\n".encode())


class BookWriter:
    """Takes the rows of documents and of the books, and adds them up."""

    def __init__(self, form: Form, tag: str, frame: Frame, files: Files) -> None:
        """Raises BlinkError as `checked_frame` and `span_header` do."""
        self._frame, self._files = frame, files
        parts.checked_frame(form, frame)
        self._header = parts.span_header(form, frame, ("0", "1", "2"))
        self._rows = InOrder(tag)
        self._sums: Counter[str] = Counter()

    def add(self, piece: Piece) -> None:
        """The rows of a document."""
        for entry in piece.body:
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        self._sums.update(dict(entry.amounts))
        self._rows.add(entry.day, entry.content)


class BookReport(ABC):
    """What the forms of both tax books do with a document."""

    def depth(self, frame: Frame) -> Depth:
        """No rows of invoices go."""
        return Depth.OUTLINE

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        """A document's entries in the months asked for."""
        texts = Texts()
        return piece_of(document, self.entries(document, frame, texts), texts)

    @abstractmethod
    def entries(self, document: LedgerDocument, frame: Frame, texts: Texts) -> tuple[Entry, ...]:
        """As the form writes them."""


def piece_of(document: LedgerDocument, body: tuple[Entry, ...], texts: Texts) -> Piece | None:
    """A document's rows; None where there is neither one nor anything to tell."""
    if not body and not texts.warnings:
        return None
    return Piece(document.id, document.ksef_number, parts.piece_number(document), body, texts.warnings)


def entries_of(document: LedgerDocument, frame: Frame) -> list[BookEntry]:
    """A document's entries of the months asked for."""
    months = frozenset(frame.months)
    return [one for one in document.coding.entries if Month.of(one.day) in months]


def rest_of(register: BookRegister, frame: Frame, form: Form) -> Iterator[tuple[BookRow, date]]:
    """The book's rows beside the buffer of the months asked for, with their days.

    Raises BlinkError(REST_UNUSABLE) where a row has no day.
    """
    months = frozenset(frame.months)
    for row in frame.rest if frame.complete else ():
        if row.register is not register:
            continue
        day = row.day or row.issued
        if day is None:
            raise parts.rest_unusable(row, form, N_("its day"))
        if (row.month or Month.of(day)) in months:
            yield row, day


def party_elements(document: LedgerDocument, texts: Texts, country_tag: str, number_tag: str) -> str:
    """Country and number of the other side, nothing where it has none."""
    country, number = parts.tax_id(document.party)
    return _numbered(country_tag, country, number_tag, texts.of(number, number_tag, parts.ID_LIMIT))


def rest_party(row: BookRow, country_tag: str, number_tag: str) -> str:
    """The same of a row read back."""
    return _numbered(country_tag, row.country, number_tag, row.contractor or parts.NOBODY)


def _numbered(country_tag: str, country: str, number_tag: str, number: str) -> str:
    """These forms list countries by their own codes: Greece is GR, Poland is named."""
    if number == parts.NOBODY:
        return ""
    code = {parts.GREECE_IN_VAT: parts.GREECE}.get(country, country) or _COUNTRY
    return element(country_tag, code if code in _COUNTRIES else "") + element(number_tag, number)


def evidence_number(document: LedgerDocument, texts: Texts, tag: str) -> str:
    """The document's number as the book has it."""
    return texts.number(document.invoice.number, tag, parts.TEXT_LIMIT, may_cut=False) or parts.NOBODY


def described(document: LedgerDocument, texts: Texts, field: str, limit: int) -> str:
    """What it is about: as it was coded, else its first row's name, else its direction."""
    return facts.described(document, texts, field, limit) or ("Sprzedaż" if document.sale else "Zakup")


def mark(name: str, said: str | None) -> str:
    """A mark of the taxpayer, where the firm says so."""
    return f"<{name}>1</{name}>\n" if said == YES else ""
