"""`blink export`: the hand-over to the ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named, system_user
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import _, ngettext
from blink_tui.model.documents import Status
from blink_tui.model.errors import USAGE, BlinkError

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer, Document
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import Firm

app = typer.Typer(help=_("Hand approved documents over to the ledger, once."), invoke_without_command=True)


@app.callback(
    help=_(
        "Hand approved documents over, once. Example: blink export --format csv --firm 5265877635 --out ./for-ledger"
    )
)
def export(
    context: typer.Context,
    form: Annotated[str | None, typer.Option("--format", help=_("Format of the file: csv."))] = None,
    firms: FirmsOption = None,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help=_("Only documents received in this month."))
    ] = None,
    out: Annotated[Path | None, typer.Option(file_okay=False, help=_("Folder for the files."))] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Only tell what would be handed over."))
    ] = False,
    json: AsJson = False,
) -> None:
    if context.invoked_subcommand is not None:
        return
    from blink_tui.ledger.handover import FORMAT_UNKNOWN, LEDGER_FORMATS

    if form not in LEDGER_FORMATS:
        raise BlinkError(FORMAT_UNKNOWN, format=form or "–", known=", ".join(LEDGER_FORMATS))
    options.run(
        _export(
            options.profile(context), firms or [], checked_month(month), out, dry_run=dry_run, as_json=json
        )
    )


@app.command("list", help=_("What was handed over. Example: blink export list"))
def list_batches(context: typer.Context, json: AsJson = False) -> None:
    options.run(_list(options.profile(context), as_json=json))


async def _export(
    profile: Profile, texts: list[str], month: date | None, out: Path | None, *, dry_run: bool, as_json: bool
) -> None:
    from blink_tui.ledger.handover import hand_over

    batches: list[dict[str, Any]] = []
    async with profile.open_buffer() as buffer:
        firms = [await firm_named(buffer, text) for text in texts] or await buffer.firms.list()
        for firm in firms:
            documents = await _approved(buffer, firm, month)
            batch: dict[str, Any] = {"firm": firm.context_value, "documents": len(documents)}
            if documents and not dry_run:
                done = await hand_over(
                    buffer, firm, documents, (out or profile.export_folder).absolute(), who=system_user()
                )
                batch |= {"file": str(done.path), "batch": done.batch_id}
            if documents:
                batches.append(batch)
    total = sum(batch["documents"] for batch in batches)
    if as_json:
        output.say_json({"documents": total, "dry_run": dry_run, "batches": batches})
        return
    for batch in batches:
        output.say(f"{batch['firm']}: {batch['documents']}  {batch.get('file', '')}")
    output.say(
        ngettext("{n} document.", "{n} documents.", total).format(n=total)
        if total
        else _("Nothing approved waits for the hand-over.")
    )


async def _approved(buffer: Buffer, firm: Firm, month: date | None) -> list[int]:
    """Approved documents of a firm, oldest first."""
    from blink_tui.buffer import GridFilter
    from blink_tui.cli.listing import matching

    wanted = GridFilter(firm_ids=(firm.id,), statuses=(Status.APPROVED,))
    found: list[Document] = [document async for document in matching(buffer, wanted)]
    return [
        document.id
        for document in sorted(found, key=lambda document: document.id)
        if month is None or (document.received_date and document.received_date.replace(day=1) == month)
    ]


async def _list(profile: Profile, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firms = {firm.id: firm.context_value for firm in await buffer.firms.list()}
        batches = [
            {
                "batch": batch.id,
                "firm": firms.get(batch.firm_id, ""),
                "format": batch.format,
                "at": batch.made_at,
                "who": batch.who,
                "documents": batch.documents,
                "file": batch.file,
                "sha256": batch.sha256.hex(),
            }
            for batch in await buffer.batches.list()
        ]
    if as_json:
        output.say_json(batches)
        return
    head = ("#", _("Firm"), _("When"), _("Who"), _("Documents"), _("File"))
    rows = [
        (
            str(batch["batch"]),
            str(batch["firm"]),
            output.moment(str(batch["at"])),
            str(batch["who"]),
            str(batch["documents"]),
            str(batch["file"]),
        )
        for batch in batches
    ]
    output.say(output.table(head, rows) if rows else _("Nothing was handed over yet."))


def checked_month(text: str | None) -> date | None:
    """First day of a month written as 2026-01. Raises BlinkError (usage)."""
    if text is None:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise BlinkError(
            USAGE, problem=_("A month is written as 2026-01; this is not: {text}").format(text=text)
        ) from None
