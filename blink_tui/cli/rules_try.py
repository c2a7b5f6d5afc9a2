"""`blink rules try`: what changed rules would do to documents that are there, before anything is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.bar import bar
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.cli.rules import FileArgument, edits_of, refuse_wrong, seeded, text_of
from blink_tui.i18n import _, ngettext
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.rulebook import OFFICE
from blink_tui.model.words import STATUS_WORDS

if TYPE_CHECKING:
    from blink_tui.buffer import Document
    from blink_tui.cli.context import Profile
    from blink_tui.sync.proposing_work import Change, Gist
    from blink_tui.sync.trying import Edit


def try_out(
    context: typer.Context,
    file: FileArgument,
    firms: FirmsOption = None,
    office: Annotated[
        bool, typer.Option("--office", help=_("As the office's rules, though firms are named."))
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help=_("List at most so many."))] = 100,
    json: AsJson = False,
) -> None:
    edits = edits_of(text_of(file))
    options.run(_try(options.profile(context), edits, firms or [], limit, office=office, as_json=json))


async def _try(
    profile: Profile, edits: Sequence[Edit], texts: Sequence[str], limit: int, *, office: bool, as_json: bool
) -> None:
    from blink_tui.sync.trying import count_tried, try_rules

    async with profile.open_buffer() as buffer:
        await seeded(buffer)
        firms = await options.chosen_firms(buffer, list(texts))
        at = firms[0].id if len(texts) == 1 and not office else OFFICE
        await refuse_wrong(buffer, edits, at)
        ids = [firm.id for firm in firms]
        with bar(_("Trying"), await count_tried(buffer, ids)) as told:
            tried = await try_rules(buffer, ids, edits, at, warsaw_day(instant_of(datetime.now(UTC))), told)
        shown = tried.changes[:limit]
        documents = await buffer.documents.get_many([change.document_id for change in shown])
    if as_json:
        changes = [_change_json(document, change) for document, change in zip(documents, shown, strict=True)]
        told_json = {"looked_at": tried.looked_at, "would_change": len(tried.changes), "changes": changes}
        output.say_json(told_json)
        return
    text = ngettext(
        "Would change {n} document of {all} fetched and coded.",
        "Would change {n} documents of {all} fetched and coded.",
        len(tried.changes),
    )
    output.say(text.format(n=len(tried.changes), all=tried.looked_at))
    if shown:
        head = (_("KSeF number"), _("Status"), _("Before"), _("After"))
        rows = [_change_row(document, change) for document, change in zip(documents, shown, strict=True)]
        output.say(output.table(head, rows))
    if len(tried.changes) > len(shown):
        output.say(_("… and more: {n}").format(n=len(tried.changes) - len(shown)))


def _change_row(document: Document, change: Change) -> tuple[str, ...]:
    before, after = _told_apart(change.before, change.after)
    return document.ksef_number, _(STATUS_WORDS[document.status]), before, after


def _told_apart(before: Gist, after: Gist) -> tuple[str, str]:
    """Both in words; beside the scheme only what differs."""
    shown: tuple[list[str], list[str]] = ([], [])
    for parts, one, other in ((shown[0], before, after), (shown[1], after, before)):
        parts.append(one.scheme or _("no scheme"))
        if one.accounts != other.accounts:
            parts.append(" ".join(account for account in one.accounts if account not in other.accounts))
        if one.column != other.column:
            parts.append(_("column {column}").format(column=one.column or "–"))
        if one.vat_month != other.vat_month:
            parts.append(_("VAT {month}").format(month=one.vat_month or "–"))
        if one.books_month != other.books_month:
            parts.append(_("books {month}").format(month=one.books_month or "–"))
        if one.complete != other.complete:
            parts.append(_("complete") if one.complete else _("incomplete"))
    return ", ".join(filter(None, shown[0])), ", ".join(filter(None, shown[1]))


def _change_json(document: Document, change: Change) -> dict[str, Any]:
    return {
        "ksef_number": document.ksef_number,
        "firm": document.firm_nip,
        "status": document.status,
        "before": _gist_json(change.before),
        "after": _gist_json(change.after),
    }


def _gist_json(gist: Gist) -> dict[str, Any]:
    return {
        "scheme": gist.scheme or None,
        "rule": gist.rule or None,
        "accounts": list(gist.accounts),
        "column": gist.column or None,
        "vat_month": gist.vat_month or None,
        "books_month": gist.books_month or None,
        "complete": gist.complete,
    }
