"""`blink firm retention`: until when the documents of firms are kept, and keeping them longer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import system_user
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import _
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.retention import checked_retention, why_kept

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile
    from blink_tui.ops.retention import Keeping


def warsaw_today() -> date:
    """The day by which documents are past their time or not."""
    return warsaw_day(instant_of(datetime.now(UTC)))


def retention(
    context: typer.Context,
    firms: FirmsOption = None,
    extra_years: Annotated[
        int | None, typer.Option("--extra-years", metavar="N", help=_("Keep documents so many years longer."))
    ] = None,
    hold: Annotated[
        bool, typer.Option("--hold", help=_("Keep everything until it is released: a dispute, art. 70 § 6."))
    ] = False,
    release: Annotated[bool, typer.Option("--release", help=_("Take --hold back."))] = False,
    reason: Annotated[str, typer.Option(help=_("Why longer than the law asks for."))] = "",
    json: AsJson = False,
) -> None:
    changes = extra_years is not None or hold or release
    if changes and not firms:
        raise BlinkError(USAGE, problem=_("Say which firm: --firm NIP"))
    if hold and release:
        raise BlinkError(USAGE, problem=_("--hold or --release, not both."))
    held = True if hold else False if release else None
    options.run(
        _retention(
            options.profile(context), firms or [], extra_years, held, reason, changes=changes, as_json=json
        )
    )


async def _retention(
    profile: Profile,
    texts: list[str],
    extra_years: int | None,
    held: bool | None,
    reason: str,
    *,
    changes: bool,
    as_json: bool,
) -> None:
    from blink_tui.ops.retention import keeping, past_firms

    today = warsaw_today()
    async with profile.open_buffer() as buffer:
        firms = await options.chosen_firms(buffer, texts)
        if changes:
            for firm in firms:
                before = await buffer.retentions.of(firm.id)
                wanted = checked_retention(
                    before.extra_years if extra_years is None else extra_years,
                    before.held if held is None else held,
                    reason or before.reason,
                )
                await buffer.retentions.save(firm.id, wanted, who=system_user())
        found = [await keeping(buffer, firm, today) for firm in firms]
        past = {one.firm.id: one.documents for one in await past_firms(buffer, firms, today)}
    if as_json:
        output.say_json([_keeping_json(one, past.get(one.firm.id, 0), today) for one in found])
        return
    head = (_("Firm"), _("Name"), _("Kept"), _("Last document"))
    output.say(output.table(head, [_keeping_row(one, past.get(one.firm.id, 0)) for one in found]))


def _keeping_row(one: Keeping, past: int) -> tuple[str, ...]:
    kept = (
        _("nothing to keep")
        if one.latest is None and not one.retention.held
        else str(why_kept(one.until, one.retention))
    )
    last = ""
    if one.latest is not None:
        last = f"{one.latest.ksef_number or 'JPK'} ({one.latest.month or '–'})"
    if past:
        kept = _("{kept}; past their time: {count}").format(kept=kept, count=past)
    return one.firm.context_value, one.firm.name, kept, last


def _keeping_json(one: Keeping, past: int, today: date) -> dict[str, Any]:
    return {
        "firm": one.firm.context_value,
        "until": one.until.isoformat() if one.until else None,
        "over": one.is_over(today),
        "extra_years": one.retention.extra_years,
        "held": one.retention.held,
        "reason": one.retention.reason,
        "last_document": one.latest.ksef_number if one.latest else None,
        "last_month": str(one.latest.month) if one.latest and one.latest.month else None,
        "past": past,
    }
