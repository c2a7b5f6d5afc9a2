"""`blink close`: how far each firm is with a month, its page, and signing it off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import system_user
from blink_tui.cli.files import STDOUT
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.cli.period import MonthOption
from blink_tui.i18n import _, ngettext
from blink_tui.model.errors import USAGE, BlinkError, ExitCode
from blink_tui.model.months import Month
from blink_tui.model.text import clean
from blink_tui.model.typed import checked_month

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.buffer.closing_pages import KeptPage
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import Firm
    from blink_tui.sync.closing import FirmMonth
    from blink_tui.sync.closing_page import ClosingPage, FirmClosing
    from blink_tui.sync.signing import SignedPage

_PAGES = (".html", ".txt")


def close(
    context: typer.Context,
    month: MonthOption,
    firms: FirmsOption = None,
    sign: Annotated[
        bool, typer.Option("--sign", help=_("Sign the month off and lock it, for the firms named."))
    ] = False,
    reason: Annotated[
        str, typer.Option(help=_("Why it is signed although something is open."), show_default=False)
    ] = "",
    page: Annotated[
        str | None,
        typer.Option(
            "--print",
            metavar="FILE|DIR|-",
            help=_("Write the page of each firm: .html, .txt, a folder, or -."),
        ),
    ] = None,
    number: Annotated[
        int | None,
        typer.Option(
            "--page",
            metavar="NUMBER",
            help=_(
                "Print the page of this signing, 1 being the first, also of a month that was opened again since. "
                "Example: blink close --month 2026-10 --firm 5265877635 --page 1 --print first.html"
            ),
            show_default=False,
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    if sign and not firms:
        raise BlinkError(USAGE, problem=_("Name the firms whose month is signed off: --firm"))
    if number is not None and (page is None or len(firms or []) != 1):
        raise BlinkError(
            USAGE, problem=_("A page of an earlier signing needs one firm and a file: --firm, --print")
        )
    wanted = _Wanted(checked_month(month), firms or [], sign, reason, page, number, json)
    raise typer.Exit(options.run(_close(options.profile(context), wanted)))


class _Wanted:
    """What was typed."""

    def __init__(
        self,
        month: Month,
        firms: Sequence[str],
        sign: bool,
        reason: str,
        page: str | None,
        number: int | None,
        as_json: bool,
    ) -> None:
        self.month = month
        self.firms = firms
        self.sign = sign
        self.reason = reason
        self.page = page
        self.number = number
        self.as_json = as_json


async def _close(profile: Profile, wanted: _Wanted) -> int:
    async with profile.open_buffer() as buffer:
        firms = await options.chosen_firms(buffer, list(wanted.firms))
        code = ExitCode.DONE
        if wanted.sign:
            code = await _sign(buffer, firms, wanted)
        if wanted.page is not None:
            await _print(buffer, firms, wanted, wanted.page)
        elif not wanted.sign:
            await _show(buffer, firms, wanted)
    return code


async def _sign(buffer: Buffer, firms: Sequence[Firm], wanted: _Wanted) -> ExitCode:
    from blink_tui.sync.signing import sign_off

    signed, failures = [], []
    for firm in firms:
        try:
            await sign_off(
                buffer, firm, wanted.month, who=system_user(), now=datetime.now(UTC), reason=wanted.reason
            )
        except BlinkError as error:
            error.firm = firm.context_value
            failures.append(error)
        else:
            signed.append(firm.context_value)
    if len(failures) == 1 and not signed:
        raise failures[0]
    if wanted.as_json:
        told = [output.failure_json(error)["error"] for error in failures]
        output.say_json({"month": str(wanted.month), "signed": signed, "failures": told})
    else:
        for failure in failures:
            output.warn("\n".join(output.failure_lines(failure)))
        text = ngettext("{month} signed off for {n} firm.", "{month} signed off for {n} firms.", len(signed))
        output.say(text.format(month=wanted.month, n=len(signed)))
    if not failures:
        return ExitCode.DONE
    return ExitCode.PARTLY_FAILED if signed else ExitCode.FAILED


async def _print(buffer: Buffer, firms: Sequence[Firm], wanted: _Wanted, out: str) -> None:
    """Pages as they were signed, where they were; else as the month stands now."""
    from blink_tui.sync.files import place
    from blink_tui.sync.signing import printed, printed_again

    single = _single_file(out, len(firms))
    for firm in firms:
        if wanted.number is not None:
            made: SignedPage | ClosingPage = await printed_again(buffer, firm, wanted.month, wanted.number)
        else:
            made = await printed(buffer, firm, wanted.month, who=system_user(), now=datetime.now(UTC))
        if out == STDOUT:
            output.say(made.text.removesuffix("\n"))
            continue
        file = single or Path(out) / f"{firm.context_value}-{wanted.month}.html"
        place(file, (made.text if file.suffix.lower() == ".txt" else made.html).encode())
        if not wanted.as_json:
            output.warn(_("Written: {path}").format(path=file))


def _single_file(out: str, firms: int) -> Path | None:
    """The one file that is meant; None for stdout and for a folder. Raises BlinkError (usage)."""
    path = Path(out)
    if out == STDOUT or path.suffix.lower() not in _PAGES or path.is_dir():
        return None
    if firms != 1:
        problem = _("Several files need a folder, and this is none: {out}").format(out=out)
        raise BlinkError(USAGE, problem=problem)
    return path


async def _show(buffer: Buffer, firms: Sequence[Firm], wanted: _Wanted) -> None:
    from blink_tui.sync.closing import read_month
    from blink_tui.sync.closing_page import read_closing

    now = datetime.now(UTC)
    if len(wanted.firms) == 1:
        closing = await read_closing(buffer, firms[0], wanted.month, now)
        pages = await buffer.closing.pages(firms[0].id, wanted.month)
        _show_one(closing, pages, as_json=wanted.as_json)
        return
    chosen = {firm.id for firm in firms}
    months = [one for one in await read_month(buffer, wanted.month, now) if one.firm.id in chosen]
    if wanted.as_json:
        output.say_json({"month": str(wanted.month), "firms": [_month_json(one) for one in months]})
        return
    head = (_("Firm"), _("Name"), _("Documents"), _("Left"), _("Without month"), _("State"))
    output.say(output.table(head, [_row(one) for one in months]))
    ready = sum(one.ready for one in months)
    output.say(_("Ready to be signed off: {ready} of {all}.").format(ready=ready, all=len(months)))


def _row(one: FirmMonth) -> tuple[str, ...]:
    return (
        one.firm.context_value,
        one.firm.name,
        str(one.documents),
        str(one.left),
        str(one.without_month),
        _state(one),
    )


def _state(one: FirmMonth) -> str:
    if one.lock is not None:
        text = _("closed by {who}").format(who=clean(one.lock.who))
        if one.after:
            text += ", " + ngettext("{n} came after", "{n} came after", one.after).format(n=one.after)
        return text
    if not one.covered:
        return _("not fetched whole")
    return _("ready") if one.ready else _("open")


def _month_json(one: FirmMonth) -> dict[str, Any]:
    return {
        "firm": one.firm.context_value,
        "documents": one.documents,
        "left": one.left,
        "without_month": one.without_month,
        "covered": one.covered,
        "ready": one.ready,
        "closed": one.closed,
        "closed_by": one.lock.who if one.lock else None,
        "after": one.after,
        "late": {"purchases": _late(one, sale=False), "sales": _late(one, sale=True)},
        "missing_sellers": [seller.seller for seller in one.missing],
        "deadlines": [{"duty": due.duty, "day": due.day.isoformat()} for due in one.deadlines],
    }


def _late(one: FirmMonth, *, sale: bool) -> int:
    from blink_tui.model.documents import Direction

    return one.late(Direction.SALE if sale else Direction.PURCHASE)


def _show_one(closing: FirmClosing, pages: Sequence[KeptPage], *, as_json: bool) -> None:
    if as_json:
        points = [
            {"about": point.about, "text": point.text, "open": point.open, "absolute": point.absolute}
            for point in closing.points
        ]
        registers = {
            register: {field: f"{amount:.2f}" for field, amount in sums.items()}
            for register, sums in closing.sums.items()
        }
        books = {
            register: {field: f"{amount:.2f}" for field, amount in sums.items()}
            for register, sums in closing.found.there.items()
        }
        told = {
            "points": points,
            "registers": registers,
            "books": books,
            "chain_head": closing.chain_head.hex(),
        }
        told["pages"] = [
            {"number": number, "at": one.at, "who": one.who, "sha256": one.sha256, "in_force": one.in_force}
            for number, one in enumerate(pages, 1)
        ]
        output.say_json(_month_json(closing.found) | told)
        return
    from blink_tui.sync.closing_points import shown

    for point in closing.points:
        output.say(f"{'!' if point.open else '·'} {point.text}")
    for register, sums in closing.sums.items():
        from blink_tui.model.words import DIRECTION_WORDS

        amounts = "  ".join(f"{field} {output.amount(amount)}" for field, amount in sums.items())
        output.say(f"  {_(DIRECTION_WORDS[register])}: {amounts}")
    for number, one in enumerate(pages, 1):
        text = (
            _("signed page {number}: {who}, {at}")
            if one.in_force
            else _("signed page {number}: {who}, {at}; the month was opened again since")
        )
        output.say("  " + text.format(number=number, who=clean(one.who), at=shown(one.at)))
