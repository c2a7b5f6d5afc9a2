"""`blink export list, show, again, cancel, amend`: batches that were handed over, and their way back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.bar import bar
from blink_tui.cli.choice import HolderOption, the_document
from blink_tui.cli.context import system_user
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.text import clean
from blink_tui.model.words import STATUS_WORDS

if TYPE_CHECKING:
    from blink_tui.buffer import Batch, Buffer
    from blink_tui.cli.context import Profile

NOT_IN_BATCH = ErrorKind("not-in-batch", ExitCode.USAGE, N_("Document {number} is not one of batch {batch}."))
STATES = {
    "placing": N_("waits for its folder"),
    "placed": N_("handed over"),
    "withdrawing": N_("cancelled"),
    "cancelled": N_("cancelled"),
}
BatchArgument = Annotated[int, typer.Argument(metavar="BATCH", help=_("Number of the batch."))]
ReasonOption = Annotated[str, typer.Option("--reason", help=_("Why; it is kept."))]


def list_batches(context: typer.Context, firms: FirmsOption = None, json: AsJson = False) -> None:
    options.run(_list(options.profile(context), firms or [], as_json=json))


def show(context: typer.Context, batch: BatchArgument, json: AsJson = False) -> None:
    options.run(_show(options.profile(context), batch, as_json=json))


def again(
    context: typer.Context,
    batch: BatchArgument,
    out: Annotated[Path, typer.Option(file_okay=False, help=_("Folder for the files."))],
    json: AsJson = False,
) -> None:
    options.run(_again(options.profile(context), batch, out.absolute(), as_json=json))


def cancel(
    context: typer.Context,
    batch: BatchArgument,
    reason: ReasonOption,
    imported: Annotated[
        bool | None, typer.Option("--imported/--not-imported", help=_("Whether the ledger has the file."))
    ] = None,
    documents: Annotated[
        list[str] | None,
        typer.Option("--document", metavar="KSEF-NUMBER", help=_("Of an imported batch: what to reopen.")),
    ] = None,
    json: AsJson = False,
) -> None:
    if imported is None:
        imported = bool(documents) or _asked_imported()
    if imported != bool(documents):
        problem = (
            _("The ledger has the file: name the documents that are to be reopened with --document.")
            if imported
            else _("A batch that was not imported is cancelled whole, without --document.")
        )
        raise BlinkError(USAGE, problem=problem)
    profile = options.profile(context)
    if imported:
        options.run(_amend(profile, documents or [], None, reason, batch=batch, as_json=json))
    else:
        options.run(_cancel(profile, batch, reason, as_json=json))


def amend(
    context: typer.Context,
    numbers: Annotated[list[str], typer.Argument(metavar="KSEF-NUMBER…", help=_("Documents to reopen."))],
    reason: ReasonOption,
    firm: HolderOption = None,
    json: AsJson = False,
) -> None:
    options.run(_amend(options.profile(context), numbers, firm, reason, as_json=json))


def _asked_imported() -> bool:
    """Ask whether the ledger has the file. Raises BlinkError (usage) where nobody can be asked."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        problem = _("Say whether the ledger program has imported the file: --not-imported or --imported.")
        raise BlinkError(USAGE, problem=problem)
    return typer.confirm(_("Has the ledger program imported the file already?"), err=True)


async def _cancel(profile: Profile, batch_id: int, reason: str, *, as_json: bool) -> None:
    from blink_tui.ledger.placing import recover, settle

    async with profile.open_buffer() as buffer:
        await recover(buffer)
        batch = await buffer.batches.cancel(batch_id, reason=reason, who=system_user())
        try:
            await settle(buffer, batch_id)
        except OSError as error:
            output.warn(
                _("Its files could not be taken away ({cause}); do not import them.").format(cause=error)
            )
    if as_json:
        output.say_json({"batch": batch_id, "documents": batch.documents, "state": "cancelled"})
        return
    text = ngettext(
        "Batch {batch} is cancelled; {n} document is approved again.",
        "Batch {batch} is cancelled; {n} documents are approved again.",
        batch.documents,
    )
    output.say(text.format(batch=batch_id, n=batch.documents))


async def _amend(
    profile: Profile,
    numbers: list[str],
    firm: str | None,
    reason: str,
    *,
    batch: int | None = None,
    as_json: bool,
) -> None:
    async with profile.open_buffer() as buffer:
        if batch is not None:
            firm = await _context(buffer, await buffer.batches.get(batch))
        found = [await the_document(buffer, number, firm) for number in dict.fromkeys(numbers)]
        inside = set(await buffer.batches.documents(batch)) if batch is not None else set()
        for one in found:
            if batch is not None and one.id not in inside:
                raise BlinkError(NOT_IN_BATCH, number=one.ksef_number, batch=batch)
        await buffer.batches.amend([one.id for one in found], reason=reason, who=system_user())
    if as_json:
        output.say_json({"amended": [one.ksef_number for one in found]})
        return
    text = ngettext(
        "{n} document is approved again and comes apart, to be put right in the books.",
        "{n} documents are approved again and come apart, to be put right in the books.",
        len(found),
    )
    output.say(text.format(n=len(found)))


async def _again(profile: Profile, batch_id: int, folder: Path, *, as_json: bool) -> None:
    from blink_tui.sync.exporting_again import again as write_again

    async with profile.open_buffer() as buffer:
        batch = await buffer.batches.get(batch_id)
        with bar(_("Writing"), batch.documents) as move:
            last = 0

            def told(done: int, _total: int) -> None:
                nonlocal last
                move(done - last)
                last = done

            paths = await write_again(buffer, batch_id, folder, told=told)
    if as_json:
        output.say_json({"batch": batch_id, "files": [str(path) for path in paths]})
        return
    for path in paths:
        output.say(clean(str(path)))
    output.say(_("The same as batch {batch}, byte for byte; nothing is marked anew.").format(batch=batch_id))


async def _list(profile: Profile, texts: list[str], *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firms = {firm.id: firm.context_value for firm in await options.chosen_firms(buffer, texts)}
        batches = [batch for batch in await buffer.batches.list() if batch.firm_id in firms]
    if as_json:
        output.say_json([_json(batch, firms[batch.firm_id]) for batch in batches])
        return
    head = ("#", _("Firm"), _("Format"), _("When"), _("Who"), _("Documents"), _("State"), _("File"))
    rows = [
        (
            str(batch.id),
            firms[batch.firm_id],
            batch.format,
            output.moment(batch.made_at),
            batch.who,
            str(batch.documents),
            _state(batch),
            _files(batch),
        )
        for batch in batches
    ]
    output.say(output.table(head, rows) if rows else _("Nothing was handed over yet."))


async def _show(profile: Profile, batch_id: int, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        batch = await buffer.batches.get(batch_id)
        firm = await _context(buffer, batch)
        documents = await buffer.documents.get_many(await buffer.batches.documents(batch_id))
    told = _json(batch, firm) | {
        "ksef_numbers": [one.ksef_number for one in documents],
        "chain_head": batch.chain_head.hex(),
    }
    if as_json:
        output.say_json(told)
        return
    output.say(f"#{batch.id}  {firm}  {batch.format}  {output.moment(batch.made_at)}  {clean(batch.who)}")
    output.say(_state(batch) + (f": {clean(batch.cancel_reason or '')}" if batch.cancelled else ""))
    for file in batch.files:
        output.say(f"  {clean(file.file)}  SHA-256 {file.sha256.hex()}")
    rows = [
        (
            one.ksef_number,
            clean(one.invoice_number),
            _party(one),
            output.amount(one.gross),
            _(STATUS_WORDS[one.status]),
        )
        for one in documents
    ]
    head = (_("KSeF number"), _("Number"), _("Contractor"), _("Gross"), _("Status"))
    output.say(output.table(head, rows))


def _party(document: Any) -> str:
    from blink_tui.model.documents import Direction

    party = document.buyer if document.direction is Direction.SALE else document.seller
    return clean(party.name or "")


def _state(batch: Batch) -> str:
    state = _(STATES[batch.state])
    return _("{state} (to be put right in the books)").format(state=state) if batch.amends else state


def _files(batch: Batch) -> str:
    """The first of them, and how many more there are."""
    names = [clean(Path(one.file).name) for one in batch.files]
    return " ".join(filter(None, (*names[:1], f"(+{len(names) - 1})" if len(names) > 1 else "")))


def _json(batch: Batch, firm: str) -> dict[str, Any]:
    return {
        "batch": batch.id,
        "firm": firm,
        "format": batch.format,
        "at": batch.made_at,
        "who": batch.who,
        "documents": batch.documents,
        "state": batch.state.value,
        "amends": batch.amends,
        "files": [{"file": one.file, "sha256": one.sha256.hex(), "size": one.size} for one in batch.files],
        "cancelled_at": batch.cancelled_at,
        "cancelled_by": batch.cancelled_by,
        "cancel_reason": batch.cancel_reason,
    }


async def _context(buffer: Buffer, batch: Batch) -> str:
    return (await buffer.firms.get(batch.firm_id)).context_value
