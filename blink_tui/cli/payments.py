"""`blink payments`: lists of what a firm has to pay, each document in one, and the register of VAT payers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named, system_user
from blink_tui.cli.lists import DryRun
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.modes import make_folder
from blink_tui.model.text import clean
from blink_tui.model.transfers import ACCOUNT_CHECK_WORDS
from blink_tui.model.typed import checked_day

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.buffer.payment_batches import PaymentBatch
    from blink_tui.cli.context import Profile
    from blink_tui.ledger.payable import Payments, Refused, Transfer
    from blink_tui.ledger.vat_register import Register
    from blink_tui.model.firms import Firm
    from blink_tui.sync.paying import Made

app = typer.Typer(
    help=_("Lists of payments for approved purchases, each document in one."), no_args_is_help=True
)

REGISTER_NOT_KEPT = ErrorKind(
    "register-not-kept",
    ExitCode.FAILED,
    N_(
        "The register was not kept; what was there before stays. See that {path} can be read and the disk has room."
    ),
)
_DAYS = 7
"""How far a list looks ahead unless told."""
_STATES = {
    "placing": N_("its file waits for its folder"),
    "placed": N_("written"),
    "withdrawing": N_("cancelled"),
    "cancelled": N_("cancelled"),
}


@app.command(
    help=_(
        "Make a list of what falls due, or only show it with --dry-run. Example: "
        "blink payments make --firm 5265877635 --until 2026-12-10 --out ./for-bank"
    )
)
def make(
    context: typer.Context,
    firm: Annotated[str, typer.Option("--firm", metavar="NIP", help=_("NIP or internal id of the firm."))],
    until: Annotated[
        str | None,
        typer.Option(metavar="DAY", help=_("Last due date; a week from today where none is named.")),
    ] = None,
    numbers: Annotated[
        list[str] | None,
        typer.Option("--document", metavar="KSEF-NUMBER", help=_("Just this document; may be repeated.")),
    ] = None,
    out: Annotated[Path | None, typer.Option(file_okay=False, help=_("Folder for the files."))] = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    profile = options.profile(context)
    folder = (out or profile.export_folder).absolute()
    last = checked_day(until)
    options.run(_make(profile, firm, last, numbers or [], folder, dry_run=dry_run, as_json=json))


@app.command(
    "list", help=_("Lists of payments that were made. Example: blink payments list --firm 5265877635")
)
def list_batches(context: typer.Context, firms: FirmsOption = None, json: AsJson = False) -> None:
    options.run(_list(options.profile(context), firms or [], as_json=json))


NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help=_("Number in blink payments list."))]


@app.command(help=_("What a list pays for. Example: blink payments show 3"))
def show(context: typer.Context, number: NumberArgument, json: AsJson = False) -> None:
    options.run(_show(options.profile(context), number, as_json=json))


@app.command(
    help=_(
        "Take a list back that was not given to the bank, with a reason; its documents may be paid by another. "
        'Example: blink payments cancel 3 --reason "wrong account"'
    )
)
def cancel(
    context: typer.Context,
    number: NumberArgument,
    reason: Annotated[str, typer.Option(help=_("Why it is taken back."), show_default=False)] = "",
    json: AsJson = False,
) -> None:
    if not reason.strip():
        raise BlinkError(USAGE, problem=_("Say why the list is taken back: --reason"))
    options.run(_cancel(options.profile(context), number, clean(reason), as_json=json))


@app.command(
    help=_(
        "Load the flat file of the register of VAT payers (podatki.gov.pl, unpacked), or tell which one is loaded. "
        "Example: blink payments register 20261130.json"
    )
)
def register(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", dir_okay=False, help=_("The day's file, JSON."))
    ] = None,
    json: AsJson = False,
) -> None:
    from blink_tui.ledger.vat_register import load
    from blink_tui.sync.paying import opened_register

    target = options.profile(context).vat_register_path
    try:
        if file is not None:
            make_folder(target.parent)
        found = opened_register(target) if file is None else load(file, target)
    except OSError as error:
        raise BlinkError(REGISTER_NOT_KEPT, cause=str(error), path=file or target) from error
    _tell_register(found, as_json=json)


def _tell_register(found: Register | None, *, as_json: bool) -> None:
    if as_json:
        active, exempt = found.counts if found else (0, 0)
        day = found.day.isoformat() if found else None
        output.say_json({"day": day, "active": active, "exempt": exempt})
    elif found is None:
        output.say(
            _("No register is loaded: accounts stay unchecked. Load one: blink payments register FILE")
        )
    else:
        text = _("Register of {day}: {active} accounts of active payers, {exempt} of exempt ones.")
        output.say(text.format(day=found.day, active=found.counts[0], exempt=found.counts[1]))


async def _make(
    profile: Profile,
    text: str,
    until: date | None,
    numbers: list[str],
    folder: Path,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    from blink_tui.sync import paying

    now = datetime.now(UTC)
    last = until or warsaw_day(instant_of(now)) + timedelta(days=_DAYS)
    made: list[Made] = []
    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, text)
        wanted = paying.Wanted(last, await _ids(buffer, firm, numbers) if numbers else None)
        register = profile.vat_register_path
        if dry_run:
            found = await paying.preview(buffer, firm, wanted, register=register, now=now)
        else:
            made, found = await paying.make(
                buffer, firm, wanted, folder, register=register, who=system_user(), now=now
            )
    if as_json:
        output.say_json(_made_json(firm, made, found, dry_run=dry_run))
    else:
        _tell(made, found)


async def _ids(buffer: Buffer, firm: Firm, numbers: list[str]) -> list[int]:
    from blink_tui.cli.choice import the_document

    return [(await the_document(buffer, number, firm.context_value)).id for number in dict.fromkeys(numbers)]


def _made_json(firm: Firm, made: list[Made], found: Payments, *, dry_run: bool) -> dict[str, Any]:
    return {
        "firm": firm.context_value,
        "dry_run": dry_run,
        "lists": [_batch_json(one.batch, firm.context_value) for one in made],
        "totals": {currency: str(total) for currency, total in found.totals().items()},
        "payments": [_transfer_json(one) for one in found.transfers],
        "refused": [_refused_json(one) for one in found.refused],
        "corrections": [_refused_json(one) for one in found.waiting],
    }


def _transfer_json(one: Transfer) -> dict[str, Any]:
    return {
        "ksef_number": one.ksef_number,
        "number": one.number,
        "recipient": one.recipient,
        "nip": one.nip,
        "account": one.account,
        "account_check": one.check,
        "checked_on": one.checked_on.isoformat() if one.checked_on else None,
        "amount": str(one.amount),
        "invoiced": str(one.invoiced),
        "currency": one.currency,
        "split": one.split,
        "vat": str(one.tax) if one.split else None,
        "title": one.title,
        "due": one.due.isoformat() if one.due else None,
        "corrections": [
            {"ksef_number": part.ksef_number, "number": part.number, "amount": str(part.amount)}
            for part in one.netted
        ],
        "remarks": list(one.remarks),
    }


def _refused_json(one: Refused) -> dict[str, Any]:
    return {
        "ksef_number": one.ksef_number,
        "number": one.number,
        "amount": None if one.amount is None else str(one.amount),
        "currency": one.currency,
        "reason": str(one.reason),
    }


def _tell(made: list[Made], found: Payments) -> None:
    from blink_tui.ledger.payable import REMARK_WORDS

    if found.transfers:
        head = (_("Due"), _("Recipient"), _("Document"), _("Account"), _("Amount"), "", _("Remarks"))
        rows = [
            (
                one.due.isoformat() if one.due else "–",
                one.recipient,
                one.number,
                one.account,
                output.amount(one.amount),
                one.currency + (" MPP" if one.split else ""),
                "; ".join(_(REMARK_WORDS[remark]) for remark in one.remarks),
            )
            for one in found.transfers
        ]
        output.say(output.table(head, rows))
    _tell_left(_("Not paid:"), found.refused)
    _tell_left(_("Corrections that lessen no payment here:"), found.waiting)
    for currency, total in found.totals().items():
        output.say(_("Together {total} {currency}.").format(total=output.amount(total), currency=currency))
    for one in made:
        output.say(_("List {number}: {path}").format(number=one.batch.id, path=one.path))
        if one.batch.state == "placing":
            output.warn(_("The file waits for its folder; it gets its name at the next start."))
    if not found.transfers:
        output.say(_("Nothing is to be paid."))


def _tell_left(title: str, left: tuple[Refused, ...]) -> None:
    if left:
        output.say(title)
        for one in left:
            amount = output.amount(one.amount)
            output.say(f"  {one.ksef_number}  {one.number}  {amount} {one.currency}  {one.reason}")


async def _list(profile: Profile, texts: list[str], *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firms = {firm.id: firm.context_value for firm in await options.chosen_firms(buffer, texts)}
        found = [one for one in await buffer.payment_batches.list() if one.firm_id in firms]
    if as_json:
        output.say_json([_batch_json(one, firms[one.firm_id]) for one in found])
    elif not found:
        output.say(_("No list of payments yet."))
    else:
        head = ("#", _("Firm"), _("When"), _("Who"), _("Documents"), _("Amount"), "", _("State"), _("File"))
        output.say(output.table(head, [_row(one, firms[one.firm_id]) for one in found]))


def _row(one: PaymentBatch, firm: str) -> tuple[str, ...]:
    total, state = output.amount(one.total), _(_STATES[one.state])
    when = output.moment(one.at)
    return str(one.id), firm, when, one.who, str(one.documents), total, one.currency, state, one.file.file


def _batch_json(one: PaymentBatch, firm: str) -> dict[str, Any]:
    return {
        "list": one.id,
        "firm": firm,
        "at": one.at,
        "who": one.who,
        "documents": one.documents,
        "total": str(one.total),
        "currency": one.currency,
        "state": one.state,
        "file": one.file.file,
        "sha256": one.file.sha256.hex(),
        "cancelled_at": one.cancelled_at,
        "cancelled_by": one.cancelled_by,
        "reason": one.cancel_reason,
    }


async def _show(profile: Profile, number: int, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        batch = await buffer.payment_batches.get(number)
        firm = await buffer.firms.get(batch.firm_id)
        found = await buffer.payment_batches.payments(number)
    if as_json:
        told = [
            {
                "ksef_number": one.ksef_number,
                "number": one.number,
                "recipient": one.recipient,
                "amount": str(one.amount),
                "account": one.account,
                "account_check": one.check,
                "checked_on": one.checked_on.isoformat() if one.checked_on else None,
                "title": one.title,
            }
            for one in found
        ]
        output.say_json(_batch_json(batch, firm.context_value) | {"payments": told})
        return
    output.say(f"#{number}  {firm.context_value}  {output.moment(batch.at)}  {clean(batch.who)}")
    count = ngettext("{n} document", "{n} documents", batch.documents).format(n=batch.documents)
    output.say(f"{_(_STATES[batch.state])}: {count}, {output.amount(batch.total)} {batch.currency}")
    output.say(f"  {clean(batch.file.file)}")
    if batch.cancel_reason:
        output.say(
            _("Cancelled by {who}: {reason}").format(who=batch.cancelled_by, reason=batch.cancel_reason)
        )
    head = (_("Document"), _("Recipient"), _("Amount"), _("Account"), _("Register"), _("Title"))
    rows = [
        (
            one.number,
            one.recipient,
            output.amount(one.amount),
            one.account,
            _(ACCOUNT_CHECK_WORDS[one.check]) + (f" {one.checked_on}" if one.checked_on else ""),
            one.title,
        )
        for one in found
    ]
    output.say(output.table(head, rows))


async def _cancel(profile: Profile, number: int, reason: str, *, as_json: bool) -> None:
    from blink_tui.sync import paying

    async with profile.open_buffer() as buffer:
        batch = await paying.cancel(buffer, number, reason=reason, who=system_user())
        firm = await buffer.firms.get(batch.firm_id)
    if as_json:
        output.say_json(_batch_json(batch, firm.context_value))
        return
    text = ngettext("{n} document may be paid anew.", "{n} documents may be paid anew.", batch.documents)
    output.say(text.format(n=batch.documents))
    if batch.state == "withdrawing":
        output.warn(_("The file could not be taken away: do not give it to the bank."))
    output.say(_("If the bank has the file already, take it back there."))
