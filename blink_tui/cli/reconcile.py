"""`blink reconcile`: proof of completeness against KSeF's own list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.options import AsJson, FirmsOption, chosen_firms
from blink_tui.cli.sync import NO_FIRMS, exit_code, run_pass
from blink_tui.i18n import _
from blink_tui.model.dates import start_of_warsaw_day
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.typed import checked_month
from blink_tui.model.words import DIRECTION_WORDS, ROLE_SHORT

if TYPE_CHECKING:
    from blink_tui.buffer import Account, Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.model.values import KsefNumber
    from blink_tui.sync.engine import FirmOutcome, Outcome
    from blink_tui.sync.reconcile import Comparison
    from blink_tui.sync.summary import MonthTotal


def reconcile(
    context: typer.Context,
    firms: FirmsOption = None,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help=_("From this month's first day until now."))
    ] = None,
    json: AsJson = False,
) -> None:
    raise typer.Exit(
        options.run(
            _reconcile(
                options.profile(context),
                firms or [],
                checked_month(month).first_day if month else None,
                as_json=json,
            )
        )
    )


async def _reconcile(profile: Profile, texts: list[str], month: date | None, *, as_json: bool) -> int:
    from blink_tui.sync.engine import Wish

    async with profile.open_buffer() as buffer:
        firms = await chosen_firms(buffer, texts, enabled_only=True)
        if not firms:
            raise BlinkError(NO_FIRMS)
        since = start_of_warsaw_day(month) if month else None
        wish = Wish(reconcile=True, reconcile_since=since)
        outcome = await run_pass(profile, buffer, profile.open_vault(), firms, wish, stream=as_json)
        months = [await _months(buffer, firm) for firm in outcome.firms]
    if as_json:
        found = [_firm_json(firm, some) for firm, some in zip(outcome.firms, months, strict=True)]
        output.say_json({"firms": found})
    else:
        _show(outcome, months)
    code = exit_code(outcome)
    contradicted = any(one.different or one.unlisted for firm in outcome.firms for one in firm.comparisons)
    return int(ExitCode.FAILED) if contradicted and code == ExitCode.DONE else code


async def _months(buffer: Buffer, firm: FirmOutcome) -> list[MonthTotal]:
    """What the buffer holds in the spans compared, what was missing included, each document once."""
    from blink_tui.sync.summary import by_vat_month

    found: dict[KsefNumber, Account] = {}
    for one in firm.comparisons:
        found |= await buffer.documents.stored_between(firm.firm.id, one.role, one.since, one.until)
    return by_vat_month(found.values())


# For programs


def _firm_json(firm: FirmOutcome, months: list[MonthTotal]) -> dict[str, Any]:
    return {
        "firm": firm.firm.context_value,
        "name": firm.firm.name,
        "equal": not firm.errors and all(one.equal for one in firm.comparisons),
        "fetched": firm.new,
        "roles": [
            {
                "role": one.role,
                "since": one.since,
                "until": one.until,
                "listed": one.listed,
                "listed_sums": _sums_json(one.listed_sums),
                "held_sums": _sums_json(one.held_sums),
                "missing": [header.ksef_number for header in one.missing],
                "different": list(one.different),
                "unlisted": list(one.unlisted),
            }
            for one in _ordered(firm)
        ],
        "vat_months": [
            {
                "vat_month": one.vat_month or None,
                "direction": one.direction,
                "documents": one.documents,
                "gross": _sums_json(one.gross),
            }
            for one in months
        ],
        "errors": [output.failure_json(error)["error"] for error in firm.errors],
    }


def _sums_json(sums: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: str(amount) for currency, amount in sorted(sums.items())}


def _ordered(firm: FirmOutcome) -> list[Comparison]:
    return sorted(firm.comparisons, key=lambda one: list(Role).index(one.role))


# For people


def _show(outcome: Outcome, months: list[list[MonthTotal]]) -> None:
    for firm, some in zip(outcome.firms, months, strict=True):
        output.say(f"{firm.firm.name} ({firm.firm.context_value})")
        output.say(_compared(firm))
        differing = [one for one in _ordered(firm) if not one.equal]
        for one in differing:
            output.say(f"! {_(ROLE_SHORT[one.role])}: {_verdict(one)}")
        if firm.comparisons and not differing:
            output.say(_("Both sides are equal."))
        if some:
            output.say()
            output.say(_by_month(some))
        output.say()
    for firm in outcome.failed:
        for error in firm.errors:
            output.warn("\n".join(output.failure_lines(error)))


def _compared(firm: FirmOutcome) -> str:
    """A row for each role, and for each further currency, with the sums of both sides."""
    head = (
        _("Role"), _("Complete from"), _("Complete until"), _("Docs"), _("In KSeF"), _("In buffer"), "",
    )  # fmt: skip
    rows = []
    for one in _ordered(firm):
        currencies = sorted({*one.listed_sums, *one.held_sums}) or [""]
        facts = (
            _(ROLE_SHORT[one.role]),
            output.moment(one.since)[:10],
            output.moment(one.until),
            str(one.listed),
        )
        for place, currency in enumerate(currencies):
            sums = (output.amount(side.get(currency)) for side in (one.listed_sums, one.held_sums))
            rows.append((*(facts if place == 0 else ("",) * len(facts)), *sums, currency))
    return output.table(head, rows)


def _by_month(months: list[MonthTotal]) -> str:
    head = (_("VAT month"), _("Direction"), _("Documents"), _("Gross"), "")
    rows = []
    for one in months:
        facts = one.vat_month or _("not known"), _(DIRECTION_WORDS[one.direction]), str(one.documents)
        for place, (currency, gross) in enumerate(sorted(one.gross.items())):
            rows.append((*(facts if place == 0 else ("", "", "")), output.amount(gross), currency))
    return output.table(head, rows)


def _verdict(one: Comparison) -> str:
    parts = []
    if one.missing:
        parts.append(_("{n} were missing and have been fetched").format(n=len(one.missing)))
    if one.different:
        parts.append(
            _("{n} have other bytes: {numbers}").format(n=len(one.different), numbers=one.different[0])
        )
    if one.unlisted:
        parts.append(_("{n} are not listed: {numbers}").format(n=len(one.unlisted), numbers=one.unlisted[0]))
    return ", ".join(parts)
