"""What every JPK has: header, taxpayer, amounts, and its way into a file that says whether it is whole (FORMATS 6)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

from blink_tui.i18n import N_, Message
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Files, Frame
from blink_tui.ledger.files import translated
from blink_tui.ledger.schema_check import validated
from blink_tui.ledger.scratch import scratch
from blink_tui.model.book_rows import BookRow
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.invoice import InvoiceParty
from blink_tui.model.text import clean

PARTIAL = "CZESCIOWY-NIE-DO-WYSYLKI"
"""Part of the file's name as long as it holds the buffer's documents alone."""
PARTIAL_MARK = "PLIK CZĘŚCIOWY – NIE DO WYSYŁKI"
"""Begins the comment in front of it."""
_PARTIAL_NOTE = f"<!-- {PARTIAL_MARK}. Są tu tylko dokumenty z bufora (z KSeF), a nie całe księgi. -->\n"
NOBODY = "BRAK"
"""Stands where there is no number or name."""
NAME_LIMIT, TEXT_LIMIT, ID_LIMIT = 512, 256, 50
PURPOSE, SCHEMA = "purpose", "schema"
"""Options of all JPK: CelZlozenia, and the path of the official schema."""
GREECE, GREECE_IN_VAT = "GR", "EL"

MONTHS_WRONG = ErrorKind(
    "jpk-months", ExitCode.USAGE, N_("{form} is written for {wanted}; asked for: {given}.")
)
OPTION_WRONG = ErrorKind("jpk-option", ExitCode.USAGE, N_("{name} cannot be “{value}” in {form}: {problem}"))
SCHEMA_NEEDED = ErrorKind(
    "jpk-schema-needed",
    ExitCode.USAGE,
    N_(
        "A whole {form} is checked by its official schema before it gets its name: tell the schema's file (--schema)."
    ),
)
SCHEMA_REFUSES = ErrorKind(
    "jpk-refused-by-schema",
    ExitCode.FAILED,
    N_("The official schema refuses this {form}, so it was not written: {problems}"),
)
REST_UNUSABLE = ErrorKind(
    "jpk-rest-unusable",
    ExitCode.FAILED,
    N_(
        "The row {position} of the books, “{number}”, does not say {lacking}, so that {form} would not be whole."
        " Read back the books' own JPK of this month."
    ),
)


@dataclass(frozen=True, slots=True)
class Form:
    """A structure of JPK, as its header names it."""

    system_code: str
    version: str
    code: str
    variant: int
    namespace: str
    types: str
    """Namespace of the common types, `etd`."""

    @property
    def code_element(self) -> str:
        """KodFormularza and WariantFormularza."""
        return (
            f'<KodFormularza kodSystemowy="{self.system_code}" wersjaSchemy="{self.version}">{self.code}'
            "</KodFormularza>\n"
            f"<WariantFormularza>{self.variant}</WariantFormularza>\n"
        )


def element(tag: str, text: object) -> str:
    """An element with its text, nothing where the text is empty."""
    found = str(text)
    if not found:
        return ""
    return f"<{tag}>{escape(found)}</{tag}>"


def grosze(amount: Decimal) -> int:
    """An amount in whole grosze, half a grosz away from zero."""
    return int((amount * 100).to_integral_value(ROUND_HALF_UP))


def money(units: int) -> str:
    """Grosze as JPK writes them."""
    whole, part = divmod(abs(units), 100)
    return f"{'-' if units < 0 else ''}{whole}.{part:02}"


def amount_element(tag: str, units: int) -> str:
    """An amount of grosze in its element, zero as well."""
    return f"<{tag}>{money(units)}</{tag}>"


def made(frame: Frame) -> str:
    """DataWytworzeniaJPK."""
    return f"{frame.made.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def system_name() -> str:
    """NazwaSystemu."""
    return f"blink-tui {version('blink-tui')}"


def purpose(frame: Frame, form: Form, allowed: tuple[str, ...] = ("1", "2")) -> str:
    """CelZlozenia: 1 for the first time, 2 a correction, 0 at the office's request. Raises BlinkError."""
    found = frame.options.get(PURPOSE) or "1"
    if found not in allowed:
        raise option_wrong(form, PURPOSE, found, N_("it is one of {allowed}"), allowed=", ".join(allowed))
    return found


def option_wrong(form: Form, name: str, value: str, problem: str, **values: str) -> BlinkError:
    """What is to be raised where an option cannot stand so."""
    shown = clean(value)[:TEXT_LIMIT]
    return BlinkError(
        OPTION_WRONG, name=name, value=shown, form=form.system_code, problem=Message(problem, values)
    )


def span_header(form: Form, frame: Frame, allowed: tuple[str, ...]) -> str:
    """Naglowek of the forms that cover days from and to. Raises BlinkError."""
    months = frame.months
    if not months or any(one.plus(1) != other for one, other in pairwise(months)):
        raise months_wrong(form, frame, N_("months that follow one another, such as a year"))
    return (
        "<Naglowek>\n" + form.code_element
        + f"<CelZlozenia>{purpose(frame, form, allowed)}</CelZlozenia>\n"
        f"<DataWytworzeniaJPK>{made(frame)}</DataWytworzeniaJPK>\n"
        f"<DataOd>{months[0].first_day}</DataOd>\n<DataDo>{months[-1].last_day}</DataDo>\n"
        f"<KodUrzedu>{frame.settings['tax_office']}</KodUrzedu>\n</Naglowek>\n"
    )  # fmt: skip


def months_wrong(form: Form, frame: Frame, wanted: str) -> BlinkError:
    """What is to be raised where a form does not cover the months asked for."""
    given = ", ".join(map(str, frame.months)) or "–"
    return BlinkError(MONTHS_WRONG, form=form.system_code, wanted=Message(wanted), given=given)


def taxpayer(frame: Frame, marks: str = "") -> str:
    """Podmiot1: a person where a birth date is told, else what has a full name; `marks` are more elements of it."""
    settings = frame.settings
    phone = "".join(char for char in settings.get("phone", "") if char not in " ()-")
    contact = element("Email", settings.get("email", "")) + element("Telefon", phone)
    if settings.get("birth_date"):
        kind = "OsobaFizyczna"
        who = (
            element("etd:NIP", frame.nip)
            + element("etd:ImiePierwsze", settings["first_name"][:30])
            + element("etd:Nazwisko", settings["last_name"][:81])
            + element("etd:DataUrodzenia", settings["birth_date"])
        )
    else:
        kind = "OsobaNiefizyczna"
        who = element("NIP", frame.nip) + element("PelnaNazwa", settings["full_name"][:240])
    return f'<Podmiot1 rola="Podatnik">\n<{kind}>{who}{contact}</{kind}>\n{marks}</Podmiot1>\n'


def piece_number(document: LedgerDocument) -> str:
    """By what rows are told apart: numbers of several sellers may be alike, KSeF's never are."""
    return document.ksef_number or f"{document.party.identifier or NOBODY} {document.invoice.number}"


def rest_unusable(row: BookRow, form: Form, lacking: str) -> BlinkError:
    """What is to be raised where a row of the books cannot be written again."""
    return BlinkError(
        REST_UNUSABLE,
        position=row.position,
        number=clean(row.number),
        lacking=Message(lacking),
        form=form.system_code,
    )


def tax_id(party: InvoiceParty) -> tuple[str, str]:
    """Country (empty is Poland or not said) and number of a party, without the country before it; `BRAK` if none.

    Greece is EL, as in VAT; a unit of a taxpayer has its taxpayer's number.
    """
    country, number = "", party.nip or (party.internal_id or "")[:10]
    if not number and party.vat_ue:
        country, number = party.eu_country or "", party.vat_ue
    elif not number and party.other_id:
        country, number = party.id_country or "", party.other_id
    country = clean(country).strip().upper()
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        country = ""
    country = {GREECE: GREECE_IN_VAT, "PL": ""}.get(country, country)
    number = clean(number).strip()
    if party.vat_ue and country:
        number = number.removeprefix(country)
    return (country, number) if number else ("", NOBODY)


@contextmanager
def delivered(form: Form, frame: Frame, files: Files) -> Iterator[BinaryIO]:
    """Where a JPK is written, its first line already there.

    A partial one says so first and in its name. A whole one is judged by the official schema before it becomes a
    file of the export. Raises BlinkError(SCHEMA_REFUSES).
    """
    first = '<?xml version="1.0" encoding="UTF-8"?>\n'
    root = f'<JPK xmlns="{form.namespace}" xmlns:etd="{form.types}">\n'
    if not frame.complete:
        with files.create(PARTIAL, ".xml") as out:
            out.write((first + _PARTIAL_NOTE + root).encode())
            yield out
            out.write(b"</JPK>\n")
        return
    with tempfile.TemporaryFile() as draft:
        draft.write((first + root).encode())
        yield draft
        draft.write(b"</JPK>\n")
        draft.seek(0)
        problems = validated(draft, _schema_path(form, frame.options))
        if problems:
            raise BlinkError(SCHEMA_REFUSES, form=form.system_code, problems=" · ".join(problems))
        draft.seek(0)
        with files.create("", ".xml") as out:
            shutil.copyfileobj(draft, out)


def _schema_path(form: Form, options: Mapping[str, str]) -> Path:
    if not options.get(SCHEMA):
        raise BlinkError(SCHEMA_NEEDED, form=form.system_code)
    return Path(options[SCHEMA])


def checked_frame(form: Form, frame: Frame) -> None:
    """Refuse at once what would be refused after everything is read. Raises BlinkError(SCHEMA_NEEDED)."""
    if frame.complete:
        _schema_path(form, frame.options)


class Aside:
    """Bytes on disk, without a name, until what stands before them is known; gone with the object."""

    def __init__(self) -> None:
        self._file = scratch(self)

    def _keep(self, content: bytes) -> int:
        """Write bytes; returns how many. Raises BlinkError: folder-full, folder-refused."""
        with translated(Path(tempfile.gettempdir())):
            return self._file.write(content)


class Spool(Aside):
    """Pieces of XML in the order in which they came."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def add(self, content: bytes) -> None:
        """One more piece, after the others."""
        self._keep(content)
        self.count += 1

    def pour(self, out: BinaryIO) -> None:
        """All pieces."""
        self._file.seek(0)
        shutil.copyfileobj(self._file, out)
