"""`blink books chart`, `contractors`, `dimensions`, `rates`: what codings choose from, typed in or imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.books import books_of, change_books, today
from blink_tui.cli.context import firm_named, system_user
from blink_tui.cli.lists import ColumnsOption, DryRun, FileArgument, read_list, show_columns, show_rows
from blink_tui.cli.options import AsJson
from blink_tui.i18n import _, ngettext
from blink_tui.model.book_lists import read_accounts, read_contractors, read_dimensions, with_roles
from blink_tui.model.books import ROLES, Account, BookKind, Books
from blink_tui.model.books_change import STARTER_ROLES, BooksChange, checked_roles, starter_chart
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.rate_tables import read_rates

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import Firm

chart = typer.Typer(help=_("Chart of accounts of a firm."), no_args_is_help=True)
contractors = typer.Typer(help=_("Contractors that the ledger knows."), no_args_is_help=True)
dimensions = typer.Typer(help=_("Places of costs, projects and other dimensions."), no_args_is_help=True)
rates = typer.Typer(help=_("Exchange rates of the National Bank."), no_args_is_help=True)

FirmOption = Annotated[str, typer.Option("--firm", metavar="NIP", help=_("NIP or internal id of the firm."))]
FirmsNeeded = Annotated[
    list[str], typer.Option("--firm", metavar="NIP", help=_("NIP or internal id; may be repeated."))
]

_LISTED = 200


@chart.command(
    help=_(
        "A starter chart by roles, to be mapped to the firm's own accounts. "
        "Example: blink books chart start --firm 5265877635"
    )
)
def start(context: typer.Context, firms: FirmsNeeded, json: AsJson = False) -> None:
    options.run(_start(options.profile(context), firms, as_json=json))


@chart.command(
    "import",
    help=_(
        "Take a chart out of CSV or XLSX, as the ledger exports it; in the place of the one that is there. "
        "Example: blink books chart import plan-kont.xlsx --firm 5265877635 --dry-run"
    ),
)
def import_chart(
    context: typer.Context,
    file: FileArgument,
    firms: FirmsNeeded,
    columns: ColumnsOption = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    listed = read_list(file, columns or [], read_accounts, as_json=json)
    if not json:
        show_columns(listed)
        show_rows((_("Account"), _("Name")), [(one.number, one.name) for one in listed.items])
    options.run(_import_chart(options.profile(context), firms, listed.items, dry_run=dry_run, as_json=json))


@chart.command("list", help=_("Accounts of a firm. Example: blink books chart list usługi --firm 5265877635"))
def list_chart(
    context: typer.Context,
    firm: FirmOption,
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help=_("Part of a number or name."))] = "",
    json: AsJson = False,
) -> None:
    options.run(_list_chart(options.profile(context), firm, text, as_json=json))


@chart.command(
    "map",
    help=_(
        "Which of the firm's accounts stands for which role; without any, all roles. "
        'Example: blink books chart map --firm 5265877635 services=402-01 "payable=202-{nip}"'
    ),
)
def map_roles(
    context: typer.Context,
    firms: FirmsNeeded,
    roles: Annotated[list[str] | None, typer.Argument(metavar="[ROLE=ACCOUNT…]")] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help=_("Also accounts that the chart has not."))
    ] = False,
    json: AsJson = False,
) -> None:
    change = BooksChange(roles=checked_roles(roles or []))
    options.run(_map(options.profile(context), firms, change, anyway=anyway, as_json=json))


@contractors.command(
    "import",
    help=_(
        "Take contractors with their symbols and own accounts out of CSV or XLSX. "
        "Example: blink books contractors import kontrahenci.csv --firm 5265877635"
    ),
)
def import_contractors(
    context: typer.Context,
    file: FileArgument,
    firms: FirmsNeeded,
    columns: ColumnsOption = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    listed = read_list(file, columns or [], read_contractors, as_json=json)
    if not json:
        show_columns(listed)
        head = (_("NIP"), _("Name"), _("Symbol"), _("Payable"), _("Receivable"))
        show_rows(head, [(one.nip, one.name, one.code, one.payable, one.receivable) for one in listed.items])

    async def keep(buffer: Buffer, firm: Firm) -> None:
        await buffer.charts.keep_contractors(firm.id, listed.items, who=system_user())

    options.run(
        _keep(options.profile(context), firms, len(listed.items), keep, dry_run=dry_run, as_json=json)
    )


@dimensions.command(
    "import",
    help=_(
        "Take the values of dimensions out of CSV or XLSX. "
        "Example: blink books dimensions import mpk.csv --dimension mpk --firm 5265877635"
    ),
)
def import_dimensions(
    context: typer.Context,
    file: FileArgument,
    firms: FirmsNeeded,
    dimension: Annotated[
        str, typer.Option(help=_("Dimension of lines that name none, such as mpk or project."))
    ] = "",
    columns: ColumnsOption = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    listed = read_list(
        file,
        columns or [],
        lambda lines, named: read_dimensions(lines, named, dimension=dimension),
        as_json=json,
    )
    if not json:
        show_columns(listed)
        head = (_("Dimension"), _("Code"), _("Name"))
        show_rows(head, [(one.dimension, one.code, one.name) for one in listed.items])

    async def keep(buffer: Buffer, firm: Firm) -> None:
        await buffer.charts.keep_dimensions(firm.id, listed.items, who=system_user())

    options.run(
        _keep(options.profile(context), firms, len(listed.items), keep, dry_run=dry_run, as_json=json)
    )


@rates.command(
    "import",
    help=_(
        "Take exchange rates out of the National Bank's archive of table A (CSV). "
        "Example: blink books rates import archiwum_tab_a_2026.csv"
    ),
)
def import_rates(
    context: typer.Context,
    file: FileArgument,
    columns: ColumnsOption = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    listed = read_list(file, columns or [], read_rates, as_json=json)
    if not json:
        head = (_("Currency"), _("Day"), _("Rate"), _("Table"))
        show_rows(
            head, [(one.currency, one.day.isoformat(), str(one.rate), one.table) for one in listed.items]
        )
    if not dry_run:
        options.run(_keep_rates(options.profile(context), listed.items))
    _told(len(listed.items), [], dry_run=dry_run, as_json=json)


async def _keep_rates(profile: Profile, items: Sequence[Any]) -> None:
    async with profile.open_buffer() as buffer:
        await buffer.rates.keep(items)


async def _keep(
    profile: Profile,
    texts: Sequence[str],
    count: int,
    keep: Callable[[Buffer, Firm], Any],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    async with profile.open_buffer() as buffer:
        firms = await options.chosen_firms(buffer, list(texts))
        for firm in firms:
            await books_of(buffer, firm)
        if not dry_run:
            for firm in firms:
                await keep(buffer, firm)
    _told(count, firms, dry_run=dry_run, as_json=as_json)


def _told(count: int, firms: Sequence[Firm], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        output.say_json({"rows": count, "firms": [firm.context_value for firm in firms], "dry_run": dry_run})
        return
    text = (
        ngettext("{n} line would be taken.", "{n} lines would be taken.", count)
        if dry_run
        else ngettext("{n} line taken.", "{n} lines taken.", count)
    )
    output.say(text.format(n=count))


async def _import_chart(
    profile: Profile, texts: Sequence[str], accounts: Sequence[Account], *, dry_run: bool, as_json: bool
) -> None:
    async def keep(buffer: Buffer, firm: Firm) -> None:
        await buffer.charts.keep_accounts(firm.id, accounts, who=system_user())

    await _keep(profile, texts, len(accounts), keep, dry_run=dry_run, as_json=as_json)
    async with profile.open_buffer() as buffer:
        for firm in await options.chosen_firms(buffer, list(texts)):
            _warn_of_roles(firm, await books_of(buffer, firm), accounts)


def _warn_of_roles(firm: Firm, books: Books, accounts: Sequence[Account]) -> None:
    missing = [f"{role}={pattern}" for role, pattern in with_roles(books.roles, accounts)]
    if missing:
        text = _("{firm}: the chart lacks the accounts of these roles: {roles}. See: blink books chart map")
        output.warn(text.format(firm=firm.context_value, roles=", ".join(missing)))


async def _start(profile: Profile, texts: Sequence[str], *, as_json: bool) -> None:
    starter = starter_chart()
    async with profile.open_buffer() as buffer:
        firms = await options.chosen_firms(buffer, list(texts))
        books = {firm.id: await _ledger(buffer, firm) for firm in firms}
        for firm in firms:
            kept = await buffer.charts.accounts(firm.id)
            own = {account.number for account in kept}
            added = [account for account in starter if account.number not in own]
            await buffer.charts.keep_accounts(firm.id, [*kept, *added], who=system_user())
            unmapped = {
                role: account for role, account in STARTER_ROLES.items() if role not in books[firm.id].roles
            }
            await change_books(buffer, firm, BooksChange(roles=unmapped))
    _told(len(starter), firms, dry_run=False, as_json=as_json)


async def _ledger(buffer: Buffer, firm: Firm) -> Books:
    books = await books_of(buffer, firm)
    if books.kind is not BookKind.LEDGER:
        problem = _("Only full books have a chart of accounts; firm {firm} keeps others.")
        raise BlinkError(USAGE, problem=problem.format(firm=firm.context_value))
    return books


async def _list_chart(profile: Profile, firm_text: str, text: str, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, firm_text)
        if text:
            accounts = await buffer.charts.find_accounts(firm.id, text, _LISTED)
        else:
            accounts = await buffer.charts.accounts(firm.id)
    if as_json:
        output.say_json([{"number": one.number, "name": one.name, "open": one.open} for one in accounts])
    elif not accounts:
        output.say(_("No accounts. Begin with: blink books chart start, or import"))
    else:
        rows = [(one.number, one.name, "" if one.open else _("closed")) for one in accounts]
        output.say(output.table((_("Account"), _("Name"), ""), rows))


async def _map(
    profile: Profile, texts: Sequence[str], change: BooksChange, *, anyway: bool, as_json: bool
) -> None:
    async with profile.open_buffer() as buffer:
        firms = await options.chosen_firms(buffer, list(texts))
        changed = {}
        for firm in firms:
            books = await _ledger(buffer, firm)
            missing = list(with_roles(change.roles, await buffer.charts.accounts(firm.id)))
            if missing and not anyway:
                problem = _(
                    "The chart of {firm} has no account {account}; add --anyway, or import the chart."
                )
                raise BlinkError(
                    USAGE, problem=problem.format(firm=firm.context_value, account=missing[0][1])
                )
            changed[firm.id] = change.applied(books, today())
        for firm in firms if change.roles else ():
            await change_books(buffer, firm, change)
    if as_json:
        output.say_json(
            [{"firm": firm.context_value, "roles": dict(changed[firm.id].roles)} for firm in firms]
        )
        return
    head = (_("Firm"), _("Role"), _("Account"), _("For"))
    rows = [
        (firm.context_value, role.name, changed[firm.id].roles.get(role.name, "–"), _(role.meaning))
        for firm in firms
        for role in ROLES.values()
    ]
    output.say(output.table(head, rows))
