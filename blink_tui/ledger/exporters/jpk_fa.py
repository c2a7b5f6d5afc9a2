"""JPK_FA(4): the invoices that a firm issued, from the invoices themselves (FORMATS 6.6); see `jpk_fa_parts`.

Each invoice, its rows and its order go into three lists that follow one another, each with its sums.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from blink_tui.i18n import N_
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Files, Frame, Kind, Piece, Setting, Span
from blink_tui.ledger.exporters import jpk_parts as parts
from blink_tui.ledger.exporters.jpk_fa_parts import Sold, sold_of
from blink_tui.ledger.exporters.jpk_parts import Form, amount_element, element
from blink_tui.ledger.settings import require
from blink_tui.ledger.texts import Texts
from blink_tui.model.book_rows import INTERNAL, BookRegister
from blink_tui.model.documents import Direction
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.months import Month

FORM = Form(
    "JPK_FA (4)", "1-0", "JPK_FA", 4, "http://jpk.mf.gov.pl/wzor/2022/02/17/02171/",
    "http://crd.gov.pl/xml/schematy/dziedzinowe/mf/2018/08/24/eD/DefinicjeTypy/",
)  # fmt: skip
OTHERS_SOLD = ErrorKind(
    "jpk-fa-not-whole",
    ExitCode.FAILED,
    N_(
        "The books hold {count} rows of sales that are not in the buffer. Their invoices' rows are not known here,"
        " so {form} would not be whole."
    ),
)
_HOUSE = re.compile(
    r"(?P<street>.*?)\s*\b(?P<house>\d+\s?[A-Za-z]?)(?:\s*(?:/|m\.?)\s*(?P<flat>\w+))?", re.ASCII
)


def _address(settings: Mapping[str, str]) -> str:
    """AdresPodmiotu; the number of the house ends the street unless it is told apart."""
    street, house, flat = settings.get("street", ""), settings.get("house", ""), settings.get("flat", "")
    found = None if house else _HOUSE.fullmatch(street)
    if found is not None:
        street, house, flat = found["street"], found["house"], flat or found["flat"] or ""
    fields = (
        ("KodKraju", "PL", 2), ("Wojewodztwo", settings.get("province", ""), 36),
        ("Powiat", settings.get("county", ""), 36), ("Gmina", settings.get("commune", ""), 36),
        ("Ulica", street, 65), ("NrDomu", house or "-", 9), ("NrLokalu", flat, 10),
        ("Miejscowosc", settings.get("city", ""), 56), ("KodPocztowy", settings.get("postal_code", ""), 8),
    )  # fmt: skip
    inside = "".join(element(f"etd:{tag}", text[:limit].strip()) for tag, text, limit in fields)
    return f"<AdresPodmiotu>{inside}</AdresPodmiotu>\n"


class _Writer:
    """Three spools, for rows and orders stand behind the invoices' sums."""

    def __init__(self, frame: Frame, files: Files) -> None:
        self._frame, self._files = frame, files
        parts.checked_frame(FORM, frame)
        _refuse_others(frame)
        self._header = parts.span_header(FORM, frame, ("1",))
        self._invoices, self._rows, self._orders = parts.Spool(), parts.Spool(), parts.Spool()
        self._total = self._net = self._ordered = 0
        self._last = ""

    def add(self, piece: Piece) -> None:
        sold: Sold = piece.body
        self._last = sold.number
        self._invoices.add(sold.invoice)
        self._total += sold.total
        for row in sold.rows:
            self._rows.add(row)
        self._net += sold.net
        if sold.order:
            self._orders.add(sold.order)
            self._ordered += sold.ordered

    def close(self) -> None:
        if not self._invoices.count:
            return  # the schema wants an invoice at least
        if not self._rows.count:  # it wants a row as well, which advances do not have
            self._rows.add(f"<FakturaWiersz>{element('P_2B', self._last)}</FakturaWiersz>\n".encode())
        settings = self._frame.settings
        name = settings.get("full_name") or f"{settings['first_name']} {settings['last_name']}"
        who = element("NIP", self._frame.nip) + element("PelnaNazwa", name[:240])
        with parts.delivered(FORM, self._frame, self._files) as out:
            out.write(
                (
                    f"{self._header}<Podmiot1>\n<IdentyfikatorPodmiotu>{who}</IdentyfikatorPodmiotu>\n"
                    f"{_address(settings)}</Podmiot1>\n"
                ).encode()
            )
            self._invoices.pour(out)
            out.write(_control("FakturaCtrl", "LiczbaFaktur", self._invoices, "WartoscFaktur", self._total))
            self._rows.pour(out)
            out.write(
                _control(
                    "FakturaWierszCtrl", "LiczbaWierszyFaktur", self._rows, "WartoscWierszyFaktur", self._net
                )
            )
            if self._orders.count:
                self._orders.pour(out)
                out.write(
                    _control(
                        "ZamowienieCtrl", "LiczbaZamowien", self._orders, "WartoscZamowien", self._ordered
                    )
                )


def _control(tag: str, count_tag: str, spool: parts.Spool, sum_tag: str, units: int) -> bytes:
    return (
        f"<{tag}><{count_tag}>{spool.count}</{count_tag}>{amount_element(sum_tag, units)}</{tag}>\n".encode()
    )


def _refuse_others(frame: Frame) -> None:
    """A whole file cannot be made where invoices were issued outside KSeF. Raises BlinkError(OTHERS_SOLD)."""
    months = frozenset(frame.months)
    others = [
        row
        for row in (frame.rest if frame.complete else ())
        if row.register is BookRegister.SALES
        and row.side is Direction.SALE
        and not INTERNAL & set(row.marks)
        and Month.of(row.issued or frame.months[0].first_day) in months
    ]
    if others:
        raise BlinkError(OTHERS_SOLD, count=len(others), form=FORM.system_code)


@dataclass(slots=True, eq=False)
class Fa:
    """On the tax office's request; of a span of issue."""

    id: str = "jpk_fa"
    name: str = "JPK_FA(4)"
    kind: Kind = Kind.REPORT
    span: Span = Span.ISSUE
    needs_books: bool = False
    settings: tuple[Setting, ...] = (
        Setting("province", N_("province of the firm's address"), example="mazowieckie", required=True),
        Setting("county", N_("county of the firm's address"), example="Warszawa", required=True),
        Setting("commune", N_("commune of the firm's address"), example="Warszawa", required=True),
        Setting("house", N_("number of the house, where the street does not end with it"), example="1A"),
        Setting("flat", N_("number of the flat"), example="5"),
    )
    limits: Mapping[str, int] = field(
        default_factory=lambda: dict.fromkeys(("P_2A", "P_3A", "P_3B", "P_7", "P_8A"), parts.TEXT_LIMIT)
    )

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        invoice = document.invoice
        issued = invoice.issue_date or document.received
        if not document.sale or invoice.form.startswith("FA_RR") or Month.of(issued) not in frame.months:
            return None
        texts = Texts()
        body = sold_of(invoice, issued, texts)
        number = parts.piece_number(document)
        return Piece(document.id, document.ksef_number, number, body, texts.warnings)

    def writer(self, frame: Frame, files: Files) -> _Writer:
        """Raises BlinkError: settings or a schema that are missing, months apart, sales outside the buffer."""
        require(self, frame.settings, frame.nip)
        return _Writer(frame, files)


EXPORTER = Fa()
