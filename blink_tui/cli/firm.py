"""`blink firm`: whose invoices are fetched."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named
from blink_tui.cli.firm_erase import show_stones
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import _
from blink_tui.model.documents import FirmKind
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.firms import ContextType, Firm, env_shown
from blink_tui.model.typed import (
    checked_accountant,
    checked_env,
    checked_labels,
    checked_nip,
    checked_start,
    nip_remark,
)
from blink_tui.model.values import Nip

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile

app = typer.Typer(help=_("Firms whose invoices are fetched."), no_args_is_help=True)

NipOption = Annotated[str, typer.Option("--nip", help=_("The firm's NIP, ten digits."))]
EnvOption = Annotated[
    str | None, typer.Option("--env", help=_("prod, demo, test, or the address of another KSeF."))
]
NameOption = Annotated[str | None, typer.Option("--name", help=_("Name to show."))]
ContextOption = Annotated[
    str | None, typer.Option("--internal-id", help=_("Internal id, for a unit of the firm (NIP-NNNNN)."))
]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="YYYY-MM-DD|14d",
        help=_("First day to fetch, or days ago; else the previous month's first."),
    ),
]
AccountantOption = Annotated[
    str | None,
    typer.Option(
        "--accountant", metavar="USER", help=_('Who keeps its books: a user of the system; "" for none.')
    ),
]
LabelsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--label", help=_('Label; may be repeated, and takes the place of earlier ones; "" for none.')
    ),
]


class Kind(StrEnum):
    """Kinds of firms as the command line names them."""

    TAXPAYER = "taxpayer"
    LOCAL_GOVERNMENT_UNIT = "local-government-unit"
    VAT_GROUP_MEMBER = "vat-group-member"
    BRANCH = "branch"


@app.command(help=_("Add a firm. Example: blink firm add --nip 5265877635 --env test"))
def add(
    context: typer.Context,
    nip: NipOption,
    env: EnvOption = "prod",
    name: NameOption = None,
    internal_id: ContextOption = None,
    kind: Annotated[Kind, typer.Option(help=_("What the firm is for VAT."))] = Kind.TAXPAYER,
    first_day: SinceOption = None,
    accountant: AccountantOption = None,
    labels: LabelsOption = None,
    json: AsJson = False,
) -> None:
    options.run(
        _add(
            options.profile(context),
            nip=checked_nip(nip),
            env=checked_env(env or "prod"),
            name=name,
            internal_id=internal_id,
            kind=FirmKind(kind.value.replace("-", "_")),
            first_day=checked_start(first_day, datetime.now(UTC)) if first_day else None,
            accountant=checked_accountant(accountant or ""),
            labels=checked_labels(labels or []),
            as_json=json,
        )
    )


@app.command("list", help=_("List the firms. Example: blink firm list"))
def list_firms(
    context: typer.Context,
    erased: Annotated[
        bool, typer.Option("--erased", help=_("Firms that were erased; with --firm whether those were."))
    ] = False,
    firms: FirmsOption = None,
    json: AsJson = False,
) -> None:
    options.run(_list(options.profile(context), firms or [], erased=erased, as_json=json))


@app.command(help=_("Change a firm; what was fetched stays. Example: blink firm edit 5265877635 --env prod"))
def edit(
    context: typer.Context,
    nip: Annotated[str, typer.Argument(metavar="NIP", help=_("NIP or internal id of the firm."))],
    env: EnvOption = None,
    name: NameOption = None,
    first_day: SinceOption = None,
    accountant: AccountantOption = None,
    labels: LabelsOption = None,
    json: AsJson = False,
) -> None:
    changes: dict[str, Any] = {}
    if env is not None:
        changes["env"] = checked_env(env)
    if name is not None:
        changes["name"] = name
    if first_day is not None:
        changes["first_day"] = checked_start(first_day, datetime.now(UTC))
    if accountant is not None:
        changes["accountant"] = checked_accountant(accountant)
    if labels is not None:
        changes["labels"] = checked_labels(labels)
    if not changes:
        problem = _("Say what to change: --env, --name, --from, --accountant or --label.")
        raise BlinkError(USAGE, problem=problem)
    options.run(_edit(options.profile(context), nip, changes, as_json=json))


@app.command(help=_("Stop fetching for a firm; its documents stay. Example: blink firm disable 5265877635"))
def disable(
    context: typer.Context,
    nip: Annotated[str, typer.Argument(metavar="NIP", help=_("NIP or internal id of the firm."))],
    undo: Annotated[bool, typer.Option("--undo", help=_("Fetch for it again."))] = False,
    json: AsJson = False,
) -> None:
    options.run(_set_enabled(options.profile(context), nip, enabled=undo, as_json=json))


async def _add(
    profile: Profile,
    *,
    nip: Nip,
    env: str,
    name: str | None,
    internal_id: str | None,
    kind: FirmKind,
    first_day: date | None,
    accountant: str,
    labels: tuple[str, ...],
    as_json: bool,
) -> None:
    async with profile.open_buffer() as buffer:
        firm = await buffer.firms.add(
            nip,
            name=name or nip,
            env=env,
            kind=kind,
            context_type=ContextType.INTERNAL_ID if internal_id else ContextType.NIP,
            context_value=internal_id or nip,
            first_day=first_day,
            accountant=accountant,
            labels=labels,
        )
    if remark := nip_remark(nip):
        output.warn(remark)
    if as_json:
        output.say_json(firm_json(firm))
        return
    output.say(
        _("Added {firm}. Next: blink credential add --firm {id}").format(
            firm=firm.name, id=firm.context_value
        )
    )


async def _list(profile: Profile, texts: list[str], *, erased: bool, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        if erased:
            await show_stones(buffer, texts, as_json=as_json)
            return
        firms = await options.chosen_firms(buffer, texts)
        going = await buffer.eraser.all_begun()
    if as_json:
        output.say_json([firm_json(firm) for firm in firms])
    elif not firms:
        output.say(_("No firms yet. Add the first: blink firm add --nip NIP"))
    else:
        head = (_("NIP"), _("Name"), _("KSeF"), _("Fetching"), _("Accountant"), _("Labels"))
        rows = [
            (
                firm.context_value,
                firm.name,
                env_shown(firm.env),
                _("being erased") if firm.id in going else _("yes") if firm.enabled else _("no"),
                firm.accountant,
                ", ".join(firm.labels),
            )
            for firm in firms
        ]
        output.say(output.table(head, rows))


async def _edit(profile: Profile, text: str, changes: dict[str, Any], *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, text)
        firm = await buffer.firms.edit(firm.id, firm.version, **changes)
    _show_one(firm, as_json=as_json)


async def _set_enabled(profile: Profile, text: str, *, enabled: bool, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, text)
        firm = await buffer.firms.set_enabled(firm.id, firm.version, enabled)
    _show_one(firm, as_json=as_json)


def _show_one(firm: Firm, *, as_json: bool) -> None:
    if as_json:
        output.say_json(firm_json(firm))
    else:
        output.say(_("Saved: {firm}, {env}.").format(firm=firm.name, env=env_shown(firm.env)))


def firm_json(firm: Firm) -> dict[str, Any]:
    """A firm as scripts read it."""
    return {
        "nip": firm.nip,
        "context": {"type": firm.context_type, "value": firm.context_value},
        "name": firm.name,
        "env": firm.env,
        "kind": firm.kind,
        "ledger_format": firm.ledger_format,
        "enabled": firm.enabled,
        "accountant": firm.accountant or None,
        "labels": list(firm.labels),
    }
