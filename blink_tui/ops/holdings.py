"""What is held of a firm, or about one person, written into a package in open forms (art. 15 and 20 RODO)."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from blink_tui.buffer import Buffer
from blink_tui.buffer.holdings import HeldMonth, HeldTable, HeldXml
from blink_tui.buffer.retentions import Handover
from blink_tui.i18n import N_, _
from blink_tui.invoices.page_blocks import Section, fields, left, right, table, words
from blink_tui.invoices.render_html import html_page
from blink_tui.model.dates import instant_of
from blink_tui.model.documents import Direction
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.personal import PERSONAL
from blink_tui.model.secret import Secret
from blink_tui.model.telling import minute_words
from blink_tui.model.text import clean, folded, guarded
from blink_tui.model.values import parse_ksef_number
from blink_tui.model.words import DIRECTION_WORDS
from blink_tui.ops.package import Package, packing

CHANGED = ErrorKind(
    "changed-while-packing",
    ExitCode.FAILED,
    N_(
        "Something of {firm} changed while the package was made, so no protocol goes with it. Make it again: {path}"
    ),
)
SHORT_SEARCH = ErrorKind(
    "person-too-short", ExitCode.USAGE, N_("Name the person by at least {least} letters or digits: {text}")
)
_LEAST = 5
Told = Callable[[int], None]
"""Hears of documents that were written or looked through."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A package that was written."""

    path: Path
    sha256: bytes
    """Of its list of files."""
    documents: int
    files: int
    rows: dict[str, int]
    """By table; those without any are left out."""
    head: bytes
    """Of the firm's chain, by which it was made."""
    length: int
    months: tuple[HeldMonth, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What is held about one person."""

    rows: dict[str, int]
    """By table; those without any are left out."""
    invoices: tuple[tuple[str, tuple[str, ...]], ...]
    """KSeF numbers of invoices that name the person, each with the contexts of the firms that hold it."""


def package_name(firm: Firm, stamp: str) -> str:
    """What a package is called unless somebody names it."""
    return f"dane-{firm.context_value}-{stamp}.zip"


async def pack_firm(
    buffer: Buffer,
    firm: Firm,
    path: Path,
    now: datetime,
    *,
    who: str,
    password: Secret | None = None,
    told: Told = lambda count: None,
) -> Packed:
    """Write everything of a firm into a package. Raises BlinkError as `packing`."""
    head = await buffer.history.head(firm.id)
    length = await buffer.history.length(firm.id)
    months = tuple(await buffer.holdings.months(firm.id))
    counts: dict[str, int] = {}
    documents = 0
    with packing(path, password) as package:
        _write(package, "README.txt", _readme(firm).encode())
        async for some in buffer.holdings.xml(firm.id):
            await asyncio.to_thread(_write_xml, package, some)
            documents += len(some)
            told(len(some))
        for held in await buffer.holdings.tables():
            await _write_table(buffer, package, held, firm.id, counts)
        _write(package, "personal-data.csv", _personal(counts | {"invoice_xml": documents}))
        about = {
            "program": f"blink-tui {version('blink-tui')}",
            "made_at": instant_of(now),
            "made_by": who,
            "firm": {"nip": firm.nip, "context": firm.context_value, "name": firm.name, "env": firm.env},
            "documents": documents,
            "chain": {"length": length, "head": head.hex()},
            "rows": counts,
        }
        _write(package, "about.json", json.dumps(about, ensure_ascii=False, indent=1).encode())
    return Packed(path, package.sha256, documents, package.files, counts, head, length, months)


async def hand_over(buffer: Buffer, firm: Firm, packed: Packed, *, who: str) -> Handover:
    """Put down that a package was handed over. Raises BlinkError(CHANGED) where it does not hold all any more."""
    handover = await buffer.retentions.hand_over(firm.id, packed.head, packed.sha256, who=who)
    if handover is None or handover.documents != packed.documents:
        raise BlinkError(CHANGED, firm=firm.name, path=packed.path)
    return handover


def protocol_page(firm: Firm, packed: Packed, handover: Handover) -> str:
    """The protocol of a hand-over, to be printed and signed, in the language in force."""
    months = [
        (one.month or "–", str(DIRECTION_WORDS[Direction(one.direction)]), str(one.documents))
        for one in packed.months
    ]
    parts = (
        Section("parties", _("Parties"), (fields(
            (_("Number"), str(handover.number)),
            (_("Made"), minute_words(handover.at)),
            (_("Handed over by (office)"), "…" * 30),
            (_("Prepared by"), handover.who),
            (_("Taken over by"), f"{clean(firm.name)}, NIP {firm.nip}"),
        ),)),
        Section("what", _("What is handed over"), (fields(
            (_("Package"), packed.path.name),
            (_("Documents"), str(packed.documents)),
            (_("Files"), str(packed.files)),
            (_("SHA-256 of the list of files (SHA256SUMS)"), packed.sha256.hex()),
            (_("Entries of the chain of events"), str(packed.length)),
            (_("Head of the chain"), packed.head.hex()),
        ),)),
        Section("months", _("Documents by month of issue"), (
            table((left(_("Month")), left(_("Direction")), right(_("Documents"))), months),
        )),
        Section("terms", _("Statements"), (words(
            _("The package holds every document with its XML as KSeF sent it, and everything that the office's program"
              " held of the firm. Whoever takes it over keeps the documents until their time is over (art. 86 § 1 of"
              " the Ordynacja podatkowa, art. 112 of the VAT Act, art. 74 of the Accounting Act)."),
            _("Whoever takes it over can check it: sha256sum -c SHA256SUMS"),
        ),)),
        Section("signatures", _("Signatures"), (fields(
            (_("Handed over: date, signature"), "…" * 30),
            (_("Taken over: date, signature"), "…" * 30),
        ),)),
    )  # fmt: skip
    title = _("Protocol {number} of handing over documents: {firm}").format(
        number=handover.number, firm=clean(firm.name)
    )
    return html_page(title, parts)


# About one person


def checked_person(text: str) -> str:
    """What is looked for: a NIP or PESEL without dashes, or a folded name. Raises BlinkError(SHORT_SEARCH)."""
    bare = "".join(text.split()).replace("-", "")
    looked = bare if bare.isascii() and bare.isdigit() else folded(" ".join(text.split()))
    if len(looked) < _LEAST:
        raise BlinkError(SHORT_SEARCH, least=_LEAST, text=text)
    return looked


async def find_person(
    buffer: Buffer,
    text: str,
    path: Path | None = None,
    *,
    password: Secret | None = None,
    told: Told = lambda count: None,
) -> Found:
    """Everything held about a person, over all firms; written into a package where a path is given.

    Invoices are looked through as KSeF sent them, since a PESEL, an address or a name of a row stands there alone.
    Raises BlinkError as `packing`.
    """
    if path is None:
        return await _find(buffer, text, None, told)
    with packing(path, password) as package:
        found = await _find(buffer, text, package, told)
        lines = [("ksef_number", "firms"), *((number, " ".join(firms)) for number, firms in found.invoices)]
        _write(package, "invoices.csv", _csv(lines, mark=True))
        _write(package, "personal-data.csv", _personal(found.rows))
        return found


async def _find(buffer: Buffer, text: str, package: Package | None, told: Told) -> Found:
    counts: dict[str, int] = {}
    for held in await buffer.holdings.naming():
        await _write_table(buffer, package, held, text, counts)
    invoices: list[tuple[str, tuple[str, ...]]] = []
    async for looked, some in buffer.holdings.xml_naming(text):
        if package is not None:
            await asyncio.to_thread(_write_xml, package, some)
        invoices += [(one.ksef_number, tuple(await buffer.holdings.holders(one.ksef_number))) for one in some]
        told(looked)
    return Found(counts, tuple(invoices))


# Files


async def _write_table(
    buffer: Buffer, package: Package | None, held: HeldTable, first: object, counts: dict[str, int]
) -> None:
    """Write a table's rows and count them; no file for none."""
    with ExitStack() as opened:
        file = None
        async for rows in buffer.holdings.rows(held, first):
            counts[held.name] = counts.get(held.name, 0) + len(rows)
            if package is None:
                continue
            if file is None:
                file = opened.enter_context(package.file(f"tables/{held.name}.csv"))
                file.write(_csv([held.columns], mark=True))
            file.write(await asyncio.to_thread(_csv, rows))


def _write(package: Package, name: str, content: bytes) -> None:
    with package.file(name) as file:
        file.write(content)


def _write_xml(package: Package, some: Sequence[HeldXml]) -> None:
    for one in some:
        _write(package, f"xml/{_file_name(one.ksef_number)}.xml", one.xml)


def _file_name(ksef_number: str) -> str:
    """The number itself, as long as it is one."""
    try:
        return parse_ksef_number(ksef_number)
    except ValueError:
        return hashlib.sha256(ksef_number.encode()).hexdigest()


def _csv(rows: Iterable[Sequence[object]], *, mark: bool = False) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(
        [_cell(value) for value in row] for row in rows
    )
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8")


def _cell(value: object) -> object:
    """Texts that no spreadsheet takes for a formula; bytes in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    return guarded(value) if isinstance(value, str) else value


def _personal(counts: dict[str, int]) -> bytes:
    """Which columns may hold data of natural persons, of how many rows."""
    rows = [
        (name, column, _(whose), counts[name])
        for name, columns in PERSONAL.items()
        if name in counts
        for column, whose in columns.items()
    ]
    return _csv([("table", "column", "whose", "rows"), *rows], mark=True)


def _readme(firm: Firm) -> str:
    lines = (
        _("Everything that blink-tui holds of {firm} (NIP {nip}).").format(firm=clean(firm.name), nip=firm.nip),
        "",
        _("xml/: invoices, byte for byte as KSeF sent them."),
        _("tables/: what the program keeps, a CSV file for each table: documents, events with who did what and when,"
          " codings and why they were proposed so (proposal), rules, contractors, questions, settings, access to KSeF"
          " without its secrets. A text that begins like a formula has an apostrophe before it."),
        _("personal-data.csv: where data of natural persons may stand."),
        _("about.json: when it was made, how much there is, the head of the chain of events."),
        _("SHA256SUMS: proves all of it: sha256sum -c SHA256SUMS"),
    )  # fmt: skip
    return "\r\n".join(lines) + "\r\n"
