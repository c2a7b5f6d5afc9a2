"""`blink books import`, `compare`, `answer`: books that another program keeps, read back and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.bar import bar
from blink_tui.cli.books_lists import FirmOption
from blink_tui.cli.choice import the_document
from blink_tui.cli.context import firm_named, system_user
from blink_tui.cli.options import AsJson
from blink_tui.i18n import _, ngettext
from blink_tui.model.book_row_words import ANSWER_WORDS, REGISTER_WORDS
from blink_tui.model.book_rows import Answer, BookRegister
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.months import Month
from blink_tui.model.text import clean
from blink_tui.model.typed import checked_month

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile
    from blink_tui.ledger.comparing import Finding
    from blink_tui.ledger.readback.tables import TableMap
    from blink_tui.sync.reading_back import ComparedBooks, ReadBack

_SHOWN = 50
"""Findings of one kind that are listed for people; programs get all of them."""
_SHORT = 5_000
"""Rows that are compared before a bar could be read."""
_MAP_LARGEST = 64 * 1024


class Format(StrEnum):
    """How a comparison is printed."""

    TEXT = "text"
    TSV = "tsv"
    JSON = "json"


class Said(StrEnum):
    """What can be answered; the last takes an answer back."""

    SAME = "same"
    ANOTHER = "another"
    DOUBLED = "doubled"
    BACK = "back"


MonthWanted = Annotated[
    str | None, typer.Option("--month", metavar="YYYY-MM", help=_("Which month."), show_default=False)
]


def import_books(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", exists=True, dir_okay=False, readable=True, help=_("JPK (XML), CSV or XLSX.")
        ),
    ],
    firm: FirmOption,
    columns: Annotated[
        Path | None,
        typer.Option(
            "--map",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help=_("TOML that names the register and the columns of a table."),
        ),
    ] = None,
    register: Annotated[BookRegister | None, typer.Option(help=_("Which book a table is."))] = None,
    month: MonthWanted = None,
    filed: Annotated[bool, typer.Option("--filed", help=_("It was sent to the tax office."))] = False,
    json: AsJson = False,
) -> None:
    wanted = checked_month(month) if month else None
    named = _table_map(columns, register, wanted)
    options.run(_import(options.profile(context), firm, file, named, wanted, filed=filed, as_json=json))


def compare(
    context: typer.Context,
    firm: FirmOption,
    month: MonthWanted = None,
    form: Annotated[Format, typer.Option("--format", help=_("text, tsv or json."))] = Format.TEXT,
    json: AsJson = False,
) -> None:
    wanted = checked_month(month) if month else None
    options.run(_compare(options.profile(context), firm, wanted, Format.JSON if json else form))


def answer_row(
    context: typer.Context,
    number: Annotated[
        str, typer.Argument(metavar="KSEF-NUMBER", help=_("The document that is asked about."))
    ],
    said: Annotated[Said, typer.Argument(metavar="same|another|doubled|back", help=_("What is answered."))],
    firm: FirmOption,
    reason: Annotated[str, typer.Option(help=_("What it rests on."), show_default=False)] = "",
    json: AsJson = False,
) -> None:
    options.run(_answer(options.profile(context), firm, number, said, reason, as_json=json))


def confirm(
    context: typer.Context,
    firm: FirmOption,
    month: MonthWanted = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Show what would be done."))] = False,
    json: AsJson = False,
) -> None:
    wanted = checked_month(month) if month else None
    options.run(_confirm(options.profile(context), firm, wanted, dry_run=dry_run, as_json=json))


def _table_map(file: Path | None, register: BookRegister | None, month: Month | None) -> TableMap:
    from dataclasses import replace

    from blink_tui.ledger.readback.tables import TableMap, read_map

    if file is None:
        return TableMap(register, month)
    if file.stat().st_size > _MAP_LARGEST:
        raise BlinkError(USAGE, problem=_("The map {file} is too large.").format(file=file.name))
    found = read_map(file.read_text(encoding="utf-8", errors="replace"))
    return replace(found, register=register or found.register, month=month)


async def _import(
    profile: Profile,
    firm_text: str,
    file: Path,
    named: TableMap,
    month: Month | None,
    *,
    filed: bool,
    as_json: bool,
) -> None:
    from blink_tui.sync.reading_back import import_books, measured

    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, firm_text)
        about = measured(file)
        with bar(_("Reading the books"), about.rows) as told:
            done = await import_books(
                buffer, firm, file, about.sha256,
                who=system_user(), named=named, month=month, filed=filed, told=told,
            )  # fmt: skip
    if as_json:
        output.say_json(_import_json(done))
        return
    head = done.head
    books = ", ".join(_(REGISTER_WORDS[one]) for one in head.registers)
    months = str(head.first) if head.first == head.last else f"{head.first} – {head.last}"
    output.say(
        _("Read back: {books}, {months}, rows: {rows}.").format(books=books, months=months, rows=done.rows)
    )
    text = ngettext(
        "{n} document stands in them and is booked now.",
        "{n} documents stand in them and are booked now.",
        done.booked,
    )
    output.say(text.format(n=done.booked))
    _say_findings(done.findings)


def _import_json(done: ReadBack) -> dict[str, Any]:
    head = done.head
    return {
        "import": done.import_id,
        "source": head.source,
        "version": head.version,
        "first_month": str(head.first),
        "last_month": str(head.last),
        "rows": done.rows,
        "booked": done.booked,
        "findings": [_finding_json(one) for one in done.findings],
    }


async def _compare(profile: Profile, firm_text: str, month: Month | None, form: Format) -> None:
    from blink_tui.sync.reading_back import compare_books

    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, firm_text)
        about = sum(one.rows for one in await buffer.book_rows.imports(firm.id))
        with bar(_("Comparing the books"), about if about > _SHORT else 0) as told:
            compared = await compare_books(buffer, firm, (month, month) if month else None, told)
    if form is Format.JSON:
        output.say_json(_compared_json(compared))
    elif form is Format.TSV:
        for one in compared.findings:
            output.say("\t".join(_cells(one)))
    else:
        _say_compared(compared, month)


def _say_compared(compared: ComparedBooks, month: Month | None) -> None:
    if not compared.imports:
        output.say(_("No books were read back for this. First: blink books import FILE --firm NIP"))
        return
    for one in compared.imports:
        output.say(
            _("{file}: {source}, {first} – {last}, rows: {rows}").format(
                file=clean(one.file), source=one.source, first=one.first, last=one.last, rows=one.rows
            )
        )
    if month is not None:
        _say_sums(compared)
    _say_findings(compared.findings)
    if compared.outside:
        output.say(_("Rows outside KSeF, without a document here: {n}.").format(n=compared.outside))


def _say_sums(compared: ComparedBooks) -> None:
    head = (_("Register"), _("Field"), _("Here, PLN"), _("In the books, PLN"))
    rows = [
        (
            _(REGISTER_WORDS[sums.register]),
            field,
            output.amount(sums.here.get(field)),
            output.amount(sums.there.get(field)),
        )
        for sums in compared.sums
        for field in dict.fromkeys((*sums.there, *sums.here))
    ]
    if rows:
        output.say(output.table(head, rows))


def _say_findings(findings: Sequence[Finding]) -> None:
    from blink_tui.ledger.comparing import TITLES

    if not findings:
        output.say(_("Nothing differs."))
    for kind, title in TITLES.items():
        some = [one for one in findings if one.kind is kind]
        if some:
            output.say(f"\n{_(title)}: {len(some)}")
            output.say("\n".join(_lines(some[:_SHOWN])))
        if len(some) > _SHOWN:
            output.say(_("… and more lines: {n}").format(n=len(some) - _SHOWN))


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Each difference, and what to do once for those that follow one another with the same."""
    batch: int | None = None
    todo = ""
    for one in findings:
        if one.batch_id != batch and one.batch_id is not None:
            yield "  " + _("batch {batch}").format(batch=one.batch_id)
        batch = one.batch_id
        number = f"  {one.held.ksef_number}" if one.held else ""
        book = f" · {_(REGISTER_WORDS[one.book])}" if one.book else ""
        yield clean(f"  {one.month or ''}  {one.what}{number}{book}")
        if str(one.todo) != todo:
            todo = str(one.todo)
            yield clean(f"      → {todo}")


def _cells(one: Finding) -> Iterator[str]:
    yield from (one.kind.value, str(one.month or ""), one.book.value if one.book else "")
    yield clean(one.ksef_number)
    yield from (clean(str(one.what)), clean(str(one.todo)))


def _finding_json(one: Finding) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": one.kind,
        "month": str(one.month) if one.month else None,
        "register": one.book,
        "what": clean(str(one.what)),
        "todo": clean(str(one.todo)),
        "ksef_number": clean(one.ksef_number) or None,
        "number": clean(one.held.number if one.held else one.row.number if one.row else ""),
        "batch": one.batch_id,
    }
    if one.row is not None:
        found["row"] = {
            "position": one.row.position,
            "number": clean(one.row.number),
            "ksef_number": clean(one.row.ksef_number),
            "mark": one.row.mark,
            "contractor": clean(one.row.contractor),
            "gross": None if one.row.gross is None else f"{one.row.gross:.2f}",
        }
    return found


def _compared_json(compared: ComparedBooks) -> dict[str, Any]:
    return {
        "firm": compared.firm.context_value,
        "imports": [
            {
                "import": one.id,
                "file": one.file,
                "source": one.source,
                "first_month": str(one.first),
                "last_month": str(one.last),
                "filed": one.filed,
                "rows": one.rows,
                "at": one.at,
                "who": one.who,
            }
            for one in compared.imports
        ],
        "sums": {
            sums.register.value: {
                "here": {field: f"{amount:.2f}" for field, amount in sums.here.items()},
                "books": {field: f"{amount:.2f}" for field, amount in sums.there.items()},
            }
            for sums in compared.sums
        },
        "outside": compared.outside,
        "findings": [_finding_json(one) for one in compared.findings],
    }


async def _answer(
    profile: Profile, firm_text: str, number: str, said: Said, reason: str, *, as_json: bool
) -> None:
    from blink_tui.sync.reading_back import answer, take_back

    async with profile.open_buffer() as buffer:
        document = await the_document(buffer, number, firm_text)
        if said is Said.BACK:
            done = int(await take_back(buffer, document, who=system_user()))
            text = (
                _("Taken back; the document is asked about again.")
                if done
                else _("There was nothing to take back.")
            )
        else:
            today = warsaw_day(instant_of(datetime.now(UTC)))
            done = await answer(
                buffer, document, Answer(said.value), who=system_user(), day=today, reason=reason
            )
            text = _("Kept: {answer}.").format(answer=_(ANSWER_WORDS[Answer(said.value)]))
        status = (await buffer.documents.get_many([document.id]))[0].status
    if as_json:
        output.say_json({"ksef_number": document.ksef_number, "answer": said, "rows": done, "status": status})
    else:
        output.say(text)


async def _confirm(
    profile: Profile, firm_text: str, month: Month | None, *, dry_run: bool, as_json: bool
) -> None:
    from blink_tui.sync.reading_back import confirm, confirmable

    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, firm_text)
        asked = await confirmable(buffer, firm, (month, month) if month else None)
        booked = 0
        if not dry_run:
            with bar(_("Booking"), len(asked)) as told:
                booked = await confirm(buffer, firm, asked, who=system_user(), told=told)
    if as_json:
        numbers = [one.ksef_number for one in asked]
        output.say_json({"documents": numbers, "booked": booked, "dry_run": dry_run})
        return
    if dry_run:
        rows = [(str(one.row.month or ""), one.row.number, one.row.name, one.ksef_number) for one in asked]
        output.say(output.table((_("Month"), _("Number"), _("Name"), _("KSeF number")), rows))
    text = ngettext(
        "{n} document that was handed over stands in the books.",
        "{n} documents that were handed over stand in the books.",
        len(asked),
    )
    output.say(text.format(n=len(asked)))
