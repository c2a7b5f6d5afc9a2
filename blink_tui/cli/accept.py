"""`blink doc accept`: a person lets a role go on in spite of what KSeF's own accounts disagree on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named, system_user
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.words import ROLE_SHORT
from blink_tui.sync.problems import subject_words

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile
    from blink_tui.model.mismatches import Mismatch

NOT_IN_DISPUTE = ErrorKind(
    "not-in-dispute",
    ExitCode.USAGE,
    N_("KSeF's accounts of {subject} do not disagree for {firm}; nothing was accepted. {known}"),
)


def accept(
    context: typer.Context,
    subjects: Annotated[
        list[str],
        typer.Argument(metavar="SUBJECT…", help=_("KSeF numbers, or `package`, as blink status shows them.")),
    ],
    firm: Annotated[str, typer.Option("--firm", metavar="NIP", help=_("The firm whose role has stopped."))],
    reason: Annotated[str, typer.Option("--reason", help=_("Why, for the record."))],
    json: AsJson = False,
) -> None:
    if not reason.strip():
        raise BlinkError(USAGE, problem=_("--reason is empty; say why, for the record."))
    wanted = list(dict.fromkeys(subjects))
    options.run(_accept(options.profile(context), wanted, firm, reason.strip(), as_json=json))


async def _accept(profile: Profile, subjects: list[str], text: str, reason: str, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, text)
        known = await buffer.mismatches.of(firm.id)
        for subject in subjects:
            if not any(one.what.subject == subject for one in known):
                raise BlinkError(
                    NOT_IN_DISPUTE, firm=firm.context_value, subject=subject, known=_listed(known)
                )
        for subject in subjects:
            await buffer.mismatches.accept(firm.id, subject, who=system_user(), reason=reason)
        after = [one for one in await buffer.mismatches.of(firm.id) if one.what.subject in subjects]
    if as_json:
        output.say_json({"firm": firm.context_value, "accepted": [_json(one) for one in after]})
        return
    for one in after:
        output.say(
            _("Accepted: {what} ({role}), by {who}: {reason}").format(
                what=_told(one), role=_(ROLE_SHORT[one.role]), who=one.accepted_by, reason=one.reason
            )
        )
    output.say(_("The next pass goes on: blink sync --firm {firm}").format(firm=firm.context_value))


def _listed(known: Sequence[Mismatch]) -> str:
    """What could be accepted."""
    waiting = [_told(one) for one in known if one.accepted_by is None]
    if not waiting:
        return _("Nothing is in quarantine there.")
    return _("These do: {subjects}").format(subjects="; ".join(waiting))


def _told(one: Mismatch) -> str:
    """A disagreement with both its sides."""
    subject, listed, found = one.what
    name = f"{subject} ({subject_words(subject)})" if subject_words(subject) != subject else subject
    return _("{subject}: KSeF lists {listed}, the bytes have {found}").format(
        subject=name, listed=listed or _("nothing"), found=found or _("nothing")
    )


def _json(one: Mismatch) -> dict[str, Any]:
    subject, listed, found = one.what
    return {
        "subject": subject,
        "role": one.role,
        "listed": listed,
        "found": found,
        "accepted_by": one.accepted_by,
        "reason": one.reason,
    }
