"""`blink doc`: the documents of the buffer."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import doc_code, doc_decide, doc_files, doc_history, options, output, questions
from blink_tui.cli.choice import HolderOption, WordsOption, the_document
from blink_tui.cli.context import firm_named
from blink_tui.cli.filters import wanted as wanted_filter
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import _
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.documents import Direction, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.filtering.terms import HasFinding
from blink_tui.model.findings import Severity
from blink_tui.model.text import clean
from blink_tui.model.words import DIRECTION_WORDS, STATUS_WORDS

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer, Document, GridFilter
    from blink_tui.cli.context import Profile
    from blink_tui.invoices.printing import Original
    from blink_tui.model.documents import Party

app = typer.Typer(help=_("Documents of the buffer."), no_args_is_help=True)


class Format(StrEnum):
    """Shapes in which a list is printed."""

    TEXT = "text"
    TSV = "tsv"
    JSON = "json"


class AttentionChoice(StrEnum):
    """Severities as the command line names them."""

    NOTE = "note"
    WARNING = "warning"
    ALARM = "alarm"


class ShowFormat(StrEnum):
    """Shapes in which one document is shown."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"


@app.command(
    "list",
    help=_(
        'List documents, newest first. Example: blink doc list --filter "zolw kwota:>1000 od:2026-03" --limit 20'
    ),
)
def list_documents(
    context: typer.Context,
    firms: FirmsOption = None,
    words: WordsOption = "",
    status: Annotated[Status | None, typer.Option(help=_("Only documents in this status."))] = None,
    direction: Annotated[Direction | None, typer.Option(help=_("Only sales or purchases."))] = None,
    unreadable: Annotated[
        bool, typer.Option("--unreadable", help=_("Only those that this program cannot read."))
    ] = False,
    attention: Annotated[
        AttentionChoice | None, typer.Option(help=_("Only those with something found, at least so grave."))
    ] = None,
    finding: Annotated[
        str | None,
        typer.Option(metavar="ID", help=_("Only those with this finding, such as account-new.")),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help=_("At most so many."))] = None,
    form: Annotated[Format, typer.Option("--format", help=_("Shape of the list."))] = Format.TEXT,
    json: AsJson = False,
) -> None:
    from blink_tui.buffer import GridFilter

    shape = Format.JSON if json else form
    wanted = GridFilter(
        direction=direction,
        statuses=(status,) if status else None,
        unreadable=unreadable,
        attention=Severity[attention.name] if attention else None,
        finding=finding,
    )
    options.run(_list(options.profile(context), firms or [], words, wanted, limit, shape))


@app.command(
    help=_("Show one document with lines, VAT and dates. Example: blink doc show KSEF-NUMBER --format html")
)
def show(
    context: typer.Context,
    number: str,
    firm: HolderOption = None,
    form: Annotated[ShowFormat, typer.Option("--format", help=_("How it is shown."))] = ShowFormat.TEXT,
    json: AsJson = False,
) -> None:
    shape = ShowFormat.JSON if json else form
    options.run(_show(options.profile(context), number, firm, shape))


app.command(
    "pdf",
    help=_(
        "Write documents as PDF/A-3 with their XML inside. Example: blink doc pdf --filter zolw --out ./pdf"
    ),
)(doc_files.pdf)
app.command(
    "xml",
    help=_("Write the invoice's XML exactly as received. Example: blink doc xml KSEF-NUMBER > invoice.xml"),
)(doc_files.xml)


app.command(
    "code",
    help=_(
        "Code documents by their proposals, or by a scheme of your choice. "
        "Example: blink doc code KSEF-NUMBER --scheme zakup-uslugi --param account=402-01"
    ),
)(doc_code.code)
app.command(
    "why",
    help=_(
        "Why a document is proposed so: rule, fields, runner-up, months. Example: blink doc why KSEF-NUMBER"
    ),
)(doc_code.why)
app.command(
    "pay",
    help=_(
        "Note a payment that VAT follows (cash method, VAT RR). "
        "Example: blink doc pay KSEF-NUMBER --on 2026-11-20 --amount 615,00"
    ),
)(doc_code.pay)
app.command(
    "history",
    help=_(
        "What happened to a document, who did it and by which rule. Example: blink doc history KSEF-NUMBER"
    ),
)(doc_history.history)
app.command(
    "approve",
    help=_("Approve documents for the hand-over. Example: blink doc approve KSEF-NUMBER"),
)(doc_decide.approve)
app.command(
    "book",
    help=_(
        "Confirm that documents stand in the books: handed over, or booked by another source. "
        "Example: blink doc book KSEF-NUMBER --reference KP/7"
    ),
)(doc_decide.book)
app.command(
    "query",
    help=_(
        'Set documents aside with a question. Example: blink doc query KSEF-NUMBER --question "whose car?"'
    ),
)(doc_decide.query)
app.command(
    "answers",
    help=_(
        "Take the client's answers by their numbers, out of a reply as it came. "
        "Example: blink doc answers reply.txt --firm 5265877635 --return"
    ),
)(questions.answers)
app.command(
    "exclude",
    help=_(
        "Do not book documents, with a reason and who decided. Example: blink doc exclude KSEF-NUMBER --reason private"
    ),
)(doc_decide.exclude)
app.command(
    "reopen",
    help=_('Put documents back to decide anew. Example: blink doc reopen KSEF-NUMBER --reason "wrong month"'),
)(doc_decide.reopen)
app.command(
    "undo", help=_("Take your last decision back, or an earlier one. Example: blink doc undo --list")
)(doc_decide.undo)


async def _list(
    profile: Profile,
    texts: list[str],
    words: str,
    wanted: GridFilter,
    limit: int | None,
    shape: Format,
) -> None:
    from blink_tui.cli.coding_text import brief_json
    from blink_tui.cli.listing import pages

    async with profile.open_buffer() as buffer:
        firms = tuple([(await firm_named(buffer, text)).id for text in texts])
        wanted = replace(wanted, firm_ids=firms or None, query=await wanted_filter(buffer, words))
        shown: list[Document] = []
        async for page in pages(buffer, wanted, limit):
            if shape is Format.JSON:
                briefs = await buffer.briefs.of(document.id for document in page)
                for document in page:
                    output.say_json(document_json(document) | brief_json(briefs.get(document.id)))
            elif shape is Format.TSV:
                for document in page:
                    output.say("\t".join(_cells(document)))
            else:
                shown += page
        await _warn_of_unknown(buffer, wanted)
    if shape is not Format.TEXT:
        return
    if not shown:
        output.say(_("No documents. Fetch some: blink sync"))
        return
    output.say(output.table(_head(), (_cells(document) for document in shown)))


async def _warn_of_unknown(buffer: Buffer, wanted: GridFilter) -> None:
    """A mistyped id would look like good news."""
    asked = [wanted.finding] if wanted.finding is not None else []
    begun = [
        term.criterion.beginning
        for term in wanted.query.terms
        if isinstance(term.criterion, HasFinding) and not term.negated
    ]
    if not (asked or begun):
        return
    known = await buffer.findings.counts()
    missing = [one for one in asked if one not in known]
    missing += [one for one in begun if not any(kind.startswith(one) for kind in known)]
    for finding in missing:
        text = _("Nothing was found of the kind {finding}. What was found: {known}")
        output.warn(text.format(finding=clean(finding), known=", ".join(sorted(known)) or "–"))


async def _show(profile: Profile, number: str, firm: str | None, shape: ShowFormat) -> None:
    from blink_tui.cli.coding_text import kept_json, kept_lines
    from blink_tui.cli.press import original_of

    async with profile.open_buffer() as buffer:
        document = await the_document(buffer, number, firm)
        original = await original_of(buffer, document)
        books = await buffer.books.get(document.firm_id)
        kept = await buffer.codings.get(document.id)
        proposal = await buffer.codings.proposal(document.id)
    if isinstance(original, BlinkError):
        raise original
    if shape is ShowFormat.JSON:
        told = document_json(document) | {"version": document.version}
        output.say_json(told | kept_json(books, kept, proposal))
    elif shape is ShowFormat.HTML:
        output.say(_html(original).removesuffix("\n"))
    else:
        for label, value in _facts(document):
            output.say(f"{label:22} {value}")
        for line in kept_lines(books, kept, proposal):
            output.say(line)
        output.say()
        output.say(_text_of(original).removesuffix("\n"))


def _html(original: Original) -> str:
    """The invoice as a page. Raises BlinkError: invoice-unreadable, invoice-form-unknown."""
    from blink_tui.invoices.printing import printed
    from blink_tui.invoices.render_html import render_html

    shown = printed(original, _today())
    return render_html(
        shown.invoice, ksef_number=shown.ksef_number, findings=shown.findings, arrival=shown.arrival
    )


def _text_of(original: Original) -> str:
    """The invoice itself, with what its checks found; the reason where it cannot be read."""
    from blink_tui.invoices.printing import printed
    from blink_tui.invoices.render_text import render_text

    try:
        shown = printed(original, _today())
    except BlinkError as error:
        return "\n".join(output.failure_lines(error))
    return render_text(
        shown.invoice,
        ksef_number=shown.ksef_number,
        findings=shown.findings,
        arrival=shown.arrival,
        width=max(60, min(120, shutil.get_terminal_size((80, 24)).columns)),
    )


def _today() -> date:
    return warsaw_day(instant_of(datetime.now(UTC)))


def document_json(document: Document) -> dict[str, Any]:
    """A document as scripts read it: one object a line of `doc list --json`."""
    return {
        "ksef_number": document.ksef_number,
        "firm": document.firm_nip,
        "roles": sorted(document.roles),
        "direction": document.direction,
        "status": document.status,
        "form": document.form,
        "kind": document.kind,
        "invoice_number": document.invoice_number,
        "issue_date": document.issue_date.isoformat() if document.issue_date else None,
        "received_date": document.received_date.isoformat() if document.received_date else None,
        "seller": _party_json(document.seller),
        "buyer": _party_json(document.buyer),
        "net": _text(document.net),
        "vat": _text(document.vat),
        "gross": _text(document.gross),
        "currency": document.currency,
        "attention": Severity(document.attention).name.lower() if document.attention else None,
        "problem": document.problem,
        "sha256": document.sha256.hex(),
    }


def _party_json(party: Party) -> dict[str, str | None]:
    return {"nip": party.id_value if party.id_type == "Nip" else None, "name": party.name}


def _text(amount: object) -> str | None:
    return None if amount is None else str(amount)


def _head() -> tuple[str, ...]:
    return (
        _("KSeF number"), _("Firm"), _("Direction"), _("Status"), _("Number"), _("Issued"),
        _("Received"), _("Contractor"), _("Gross"), "",
    )  # fmt: skip


def _cells(document: Document) -> tuple[str, ...]:
    other = document.buyer if document.direction is Direction.SALE else document.seller
    return tuple(
        clean(cell)
        for cell in (
            document.ksef_number,
            document.firm_nip,
            _(DIRECTION_WORDS[document.direction]),
            _(STATUS_WORDS[document.status]),
            document.invoice_number,
            document.issue_date.isoformat() if document.issue_date else "",
            document.received_date.isoformat() if document.received_date else "",
            (other.name or other.id_value or "")[:40],
            output.amount(document.gross),
            document.currency,
        )
    )


def _facts(document: Document) -> list[tuple[str, str]]:
    """What the buffer knows of a document and its content does not say."""
    facts = (
        (_("KSeF number"), document.ksef_number),
        (_("Firm"), document.firm_nip),
        (_("Direction"), _(DIRECTION_WORDS[document.direction])),
        (_("Status"), _(STATUS_WORDS[document.status])),
        (_("Received"), document.received_date),
        (_("VAT in PLN"), output.amount(document.vat) if document.currency != "PLN" else None),
    )
    return [(label, clean(str(value))) for label, value in facts if value]
