"""`blink books show`, `list`, `set`: how firms keep their books, many of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named, system_user
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import _, ngettext
from blink_tui.model.book_words import (
    BOOK_KIND_WORDS,
    CAR_WORDS,
    KEEPER_WORDS,
    LEVEL_WORDS,
    vat_words,
)
from blink_tui.model.books import ROLES, BookKind, Books, CarUse, CodingLevel, Keeper, VatKind
from blink_tui.model.books_change import (
    NO_BOOKS,
    BooksChange,
    VatChange,
    checked_program,
    checked_share,
    remarks_on,
)
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.targets import TARGETS
from blink_tui.model.text import clean
from blink_tui.model.typed import checked_amount, checked_day

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import Firm

app = typer.Typer(help=_("How firms keep their books: kind, VAT, chart of accounts."), no_args_is_help=True)

_NONE = "none"


@app.command("list", help=_("Books of every firm, one a line. Example: blink books list"))
def list_books(context: typer.Context, firms: FirmsOption = None, json: AsJson = False) -> None:
    options.run(_list(options.profile(context), firms or [], as_json=json))


@app.command(help=_("Books of one firm. Example: blink books show 5265877635"))
def show(
    context: typer.Context,
    firm: Annotated[str, typer.Argument(metavar="NIP", help=_("NIP or internal id of the firm."))],
    json: AsJson = False,
) -> None:
    options.run(_show(options.profile(context), firm, as_json=json))


@app.command(
    "set",
    help=_(
        "Set up or change the books of firms; from then on their documents are coded. "
        "Example: blink books set --firm 5265877635 --kind kpir --vat quarterly --since 2026-01-01"
    ),
)
def set_books(
    context: typer.Context,
    firms: FirmsOption = None,
    every: Annotated[bool, typer.Option("--all", help=_("For all firms that are fetched."))] = False,
    kind: Annotated[BookKind | None, typer.Option(help=_("Which books."))] = None,
    level: Annotated[CodingLevel | None, typer.Option(help=_("What makes a document coded."))] = None,
    program: Annotated[
        str | None, typer.Option(metavar="ID", help=_("The ledger program that gets the documents."))
    ] = None,
    vat: Annotated[VatKind | None, typer.Option(help=_("How VAT is settled."))] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help=_("From which day --vat and its options hold.")),
    ] = None,
    cash_method: Annotated[
        bool | None, typer.Option("--cash-method/--no-cash-method", help=_("Cash method of the firm itself."))
    ] = None,
    proportion: Annotated[
        str | None,
        typer.Option(metavar="PERCENT", help=_("Share of input tax that may be deducted; 100 for all.")),
    ] = None,
    vat_drop: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help=_("Drop the VAT status that begins on this day.")),
    ] = None,
    cars: Annotated[CarUse | None, typer.Option(help=_("Whose car its car costs are for."))] = None,
    sales: Annotated[Keeper | None, typer.Option(help=_("Who books sales."))] = None,
    purchases: Annotated[Keeper | None, typer.Option(help=_("Who books purchases."))] = None,
    four_eyes: Annotated[
        str | None,
        typer.Option(
            metavar="AMOUNT|none", help=_("Gross from which another person approves; 0 for every document.")
        ),
    ] = None,
    t_689: Annotated[
        bool | None,
        typer.Option("--t-689/--no-t-689", help=_("Deduct in the month of the tax point (T-689/24).")),
    ] = None,
    half_net: Annotated[
        bool | None,
        typer.Option("--half-net/--no-half-net", help=_("Half of a car's net in the register, too.")),
    ] = None,
    untaxed: Annotated[
        bool | None,
        typer.Option(
            "--untaxed-in-register/--no-untaxed-in-register", help=_("Purchases without VAT also in K_42.")
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    change = BooksChange(
        kind=kind,
        level=level,
        program=checked_program(program) if program is not None else None,
        vat=VatChange(
            since=checked_day(since),
            kind=vat,
            cash_method=cash_method,
            proportion=checked_share(proportion) if proportion is not None else None,
        ),
        vat_dropped=checked_day(vat_drop),
        cars=cars,
        sales=sales,
        purchases=purchases,
        four_eyes_from=_amount(four_eyes),
        no_four_eyes=four_eyes == _NONE,
        judgment_t_689=t_689,
        half_net=half_net,
        untaxed_in_register=untaxed,
    )
    if change == BooksChange():
        raise BlinkError(USAGE, problem=_("Say what to set, such as --kind or --vat."))
    if not (firms or every):
        raise BlinkError(USAGE, problem=_("Name the firms with --firm, or take --all."))
    options.run(_set(options.profile(context), firms or [], change, as_json=json))


async def books_of(buffer: Buffer, firm: Firm) -> Books:
    """The books of a firm. Raises BlinkError(NO_BOOKS)."""
    books = await buffer.books.get(firm.id)
    if books is None:
        raise BlinkError(NO_BOOKS, firm=firm.context_value)
    return books


async def change_books(buffer: Buffer, firm: Firm, change: BooksChange) -> Books:
    """Change the books of a firm as they are now. Raises BlinkError, also when somebody else changes them meanwhile."""
    version = await buffer.books.version(firm.id)
    changed = change.applied(await buffer.books.get(firm.id), today())
    await buffer.books.save(firm.id, changed, who=system_user(), version=version)
    return changed


def today() -> date:
    """The Warsaw day."""
    return warsaw_day(instant_of(datetime.now(UTC)))


def books_json(firm: Firm, books: Books | None) -> dict[str, Any]:
    """Books of a firm as scripts read them."""
    if books is None:
        return {"firm": firm.context_value, "books": None}
    vat = [
        {
            "since": one.since.isoformat(),
            "kind": one.kind,
            "cash_method": one.cash_method,
            "proportion": None if one.proportion is None else str(one.proportion),
        }
        for one in books.vat
    ]
    return {
        "firm": firm.context_value,
        "books": {
            "kind": books.kind,
            "level": books.level,
            "program": books.program,
            "vat": vat,
            "cars": books.cars,
            "sales": books.sales,
            "purchases": books.purchases,
            "four_eyes_from": None if books.four_eyes_from is None else str(books.four_eyes_from),
            "t_689": books.judgment_t_689,
            "half_net": books.half_net,
            "untaxed_in_register": books.untaxed_in_register,
            "roles": dict(books.roles),
        },
    }


async def _list(profile: Profile, texts: Sequence[str], *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firms = await options.chosen_firms(buffer, list(texts))
        kept = await buffer.books.all()
    if as_json:
        output.say_json([books_json(firm, kept.get(firm.id)) for firm in firms])
        return
    if not firms:
        output.say(_("No firms yet. Add the first: blink firm add --nip NIP"))
        return
    head = (_("Firm"), _("Name"), _("Books"), _("Program"), _("VAT"), _("Chart"))
    output.say(output.table(head, [_row(firm, kept.get(firm.id)) for firm in firms]))


def _row(firm: Firm, books: Books | None) -> tuple[str, ...]:
    if books is None:
        return firm.context_value, firm.name, _("none"), "", "", ""
    chart = f"{len(books.roles)}/{len(ROLES)}" if books.kind is BookKind.LEDGER else "–"
    return (
        firm.context_value,
        firm.name,
        _(BOOK_KIND_WORDS[books.kind]),
        TARGETS[books.program].name,
        vat_words(books.vat_on(today())),
        chart,
    )


async def _show(profile: Profile, text: str, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, text)
        books = await books_of(buffer, firm)
    if as_json:
        output.say_json(books_json(firm, books))
        return
    for label, value in _facts(firm, books):
        output.say(f"{label:30} {clean(value)}")
    for remark in remarks_on(books):
        output.warn(remark)
    if books.kind is BookKind.LEDGER:
        output.say()
        output.say(output.table((_("Role"), _("Account"), _("For")), _roles(books)))


def _facts(firm: Firm, books: Books) -> list[tuple[str, str]]:
    four_eyes = books.four_eyes_from
    facts = [
        (_("Firm"), f"{firm.name} ({firm.context_value})"),
        (_("Books"), _(BOOK_KIND_WORDS[books.kind])),
        (_("Coded when there is"), _(LEVEL_WORDS[books.level])),
        (_("Program"), TARGETS[books.program].name),
    ]
    facts += [(_("VAT since {day}").format(day=one.since), vat_words(one)) for one in books.vat]
    facts += [
        (_("Cars"), _(CAR_WORDS[books.cars])),
        (_("Sales"), _(KEEPER_WORDS[books.sales])),
        (_("Purchases"), _(KEEPER_WORDS[books.purchases])),
        (_("Four eyes from"), _("never") if four_eyes is None else output.amount(four_eyes)),
        (_("Month of the tax point (T-689/24)"), _yes(books.judgment_t_689)),
        (_("Half of a car's net in the register"), _yes(books.half_net)),
        (_("Purchases without VAT in K_42"), _yes(books.untaxed_in_register)),
    ]
    return facts


def _roles(books: Books) -> list[tuple[str, str, str]]:
    return [(role.name, books.roles.get(role.name, "–"), _(role.meaning)) for role in ROLES.values()]


async def _set(profile: Profile, texts: Sequence[str], change: BooksChange, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firms = await options.chosen_firms(buffer, list(texts), enabled_only=not texts)
        kept = await buffer.books.all()
        changed = {firm.id: _applied(change, firm, kept.get(firm.id)) for firm in firms}
        for firm in firms:
            await change_books(buffer, firm, change)
    if as_json:
        output.say_json([books_json(firm, changed[firm.id]) for firm in firms])
        return
    count = sum(changed[firm.id] != kept.get(firm.id) for firm in firms)
    output.say(ngettext("Books of {n} firm set.", "Books of {n} firms set.", count).format(n=count))
    for remark in dict.fromkeys(remark for books in changed.values() for remark in remarks_on(books)):
        output.warn(remark)
    if any(firm.id not in kept for firm in firms):
        output.say(_("Their documents get proposals with the next fetch, or now: blink reindex --rest"))


def _applied(change: BooksChange, firm: Firm, books: Books | None) -> Books:
    """The books as they become. Raises BlinkError that names the firm."""
    try:
        return change.applied(books, today())
    except BlinkError as error:
        error.firm = firm.context_value
        raise


def _amount(text: str | None) -> Decimal | None:
    if text is None or text == _NONE:
        return None
    return checked_amount(text)


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")
