"""`blink notify rules`: what goes to whom, at once or in the digest, and when nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from blink_tui.cli import options, output
from blink_tui.cli.notify import (
    KindsOption,
    LanguageOption,
    NameArgument,
    RuledFirmsOption,
    checked_language,
    rules_for,
    shown,
)
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.findings import Severity
from blink_tui.model.notices import How, NoticeKind, Target, parse_digest, parse_quiet

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile

T = TypeVar("T")


class Least(StrEnum):
    """Severities as the command line names them."""

    NOTE = "note"
    WARNING = "warning"
    ALARM = "alarm"


class Days(StrEnum):
    """Days on which something is sent."""

    ALL = "all"
    WORKING = "working"


HOW_WORDS = {
    How.NOW: N_("at once"),
    How.DIGEST: N_("in the digest"),
    How.NEVER: N_("never"),
    How.USUAL: N_("as usual"),
}
KIND_WORDS = {
    NoticeKind.DOCUMENTS: N_("new documents"),
    NoticeKind.CREDENTIAL: N_("refused access"),
    NoticeKind.EXPIRY: N_("end of access"),
    NoticeKind.STOPPED: N_("firms that stand still"),
    NoticeKind.SUSPICIOUS: N_("suspicious invoices"),
    NoticeKind.LIMITS: N_("KSeF's request limits"),
    NoticeKind.OUTAGE: N_("failures of KSeF"),
    NoticeKind.CHORE: N_("backups and other chores that fail"),
    NoticeKind.DELIVERY: N_("notices that do not arrive elsewhere"),
}


def rules(
    context: typer.Context,
    name: NameArgument,
    kinds: KindsOption = None,
    firms: RuledFirmsOption = None,
    how: Annotated[
        How | None,
        typer.Option("--how", help=_("How to tell what --for and --firm name; usual is by its kind.")),
    ] = None,
    afresh: Annotated[
        bool, typer.Option("--afresh", help=_("Forget its rules first; without others it is told nothing."))
    ] = False,
    digest: Annotated[
        str | None,
        typer.Option(
            metavar="HH:MM|Nh", help=_("When the digest is made: daily at a time, or every N hours.")
        ),
    ] = None,
    least: Annotated[Least | None, typer.Option(help=_("The least severity that is told."))] = None,
    quiet: Annotated[
        str | None,
        typer.Option(metavar="HH:MM-HH:MM|none", help=_("Hours in which nothing is sent; it waits.")),
    ] = None,
    days: Annotated[Days | None, typer.Option(help=_("Days on which something is sent."))] = None,
    tongue: LanguageOption = None,
    json: AsJson = False,
) -> None:
    if how is None and (kinds or firms):
        raise BlinkError(USAGE, problem=_("Say with --how how that is to be told."))
    if how is How.NOW and kinds == [NoticeKind.DOCUMENTS]:
        raise BlinkError(
            USAGE, problem=_("New documents come in the digest. To hear of them often: --digest 1h")
        )

    def changed(target: Target) -> Target:
        return replace(
            target,
            language=checked_language(tongue) if tongue else target.language,
            digest=_parsed("--digest", digest, parse_digest) or target.digest,
            least=Severity[least.name] if least else target.least,
            quiet=target.quiet if quiet is None else _parsed("--quiet", quiet, parse_quiet),
            working_days=target.working_days if days is None else days is Days.WORKING,
        )

    work = _rules(
        options.profile(context), name, changed, kinds or [], firms or [], how, afresh=afresh, as_json=json
    )
    options.run(work)


def _parsed(option: str, text: str | None, parse: Callable[[str], T]) -> T | None:
    """The value of what was typed; None for nothing. Raises BlinkError (usage)."""
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError:
        problem = _("{option} does not take this: {text}. See: blink notify rules --help")
        raise BlinkError(USAGE, problem=problem.format(option=option, text=text)) from None


async def _rules(
    profile: Profile,
    name: str,
    changed: Callable[[Target], Target],
    kinds: Sequence[NoticeKind],
    firms: Sequence[str],
    how: How | None,
    *,
    afresh: bool,
    as_json: bool,
) -> None:
    async with profile.open_buffer() as buffer:
        before = await buffer.notice_targets.get(name)
        after = changed(before)
        new = await rules_for(buffer, kinds, firms, how) if how is not None else []
        if after != before:
            await buffer.notice_targets.change(after)
        if new or afresh:
            await buffer.notice_targets.set_rules(name, new, afresh=afresh)
        (told,) = await shown(buffer, [await buffer.notice_targets.get(name)])
    if as_json:
        output.say_json(told)
    else:
        _show(told)


def _show(told: dict[str, Any]) -> None:
    head = (_("Firm"), _("What about"), _("How"))
    rows = [
        (
            rule["firm"] or _("all firms"),
            _(KIND_WORDS[rule["kind"]]) if rule["kind"] else _("everything"),
            _(HOW_WORDS[rule["how"]]),
        )
        for rule in told["rules"]
    ]
    output.say(output.table(head, rows) if rows else _("No rules: it is told nothing."))
    texts = (
        _("Digest: {digest}; the least that is told: {least}; language: {language}"),
        _("Nothing is sent: {quiet}; days: {days}"),
    )
    words = {Days.ALL: _("all days"), Days.WORKING: _("working days")}
    least = {Least.NOTE: _("note"), Least.WARNING: _("warning"), Least.ALARM: _("alarm")}
    filled = told | {
        "quiet": told["quiet"] or _("never"),
        "days": words[Days(told["days"])],
        "least": least[Least(told["least"])],
    }
    for text in texts:
        output.say(text.format(**filled))
