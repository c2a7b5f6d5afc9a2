"""`blink restore`: a profile out of a backup, and what a person answers for afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.backup import shown_work
from blink_tui.cli.context import profile_of, system_user
from blink_tui.cli.options import AsJson, FirmsOption, chosen_firms
from blink_tui.cli.passphrases import PassphraseFileOption, passphrase_of
from blink_tui.i18n import _, ngettext
from blink_tui.model.errors import USAGE, BlinkError, ExitCode

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile
    from blink_tui.ops.restore import Outcome


def restore(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=_("The backup."))] = None,
    into: Annotated[
        str | None,
        typer.Option(metavar="PROFILE", help=_("The profile that it becomes; else the chosen one.")),
    ] = None,
    passphrase_file: PassphraseFileOption = None,
    aside: Annotated[
        bool, typer.Option("--aside", help=_("Move what the profile holds into a folder within it first."))
    ] = False,
    journal: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help=_("A journal of hand-overs (handed-over.log) that was saved elsewhere.")
        ),
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help=_("Answer for it that nothing will be handed over twice."))
    ] = False,
    salvage: Annotated[
        bool,
        typer.Option("--salvage", help=_("Without a backup: take out of a damaged buffer what can be read.")),
    ] = False,
    firms: FirmsOption = None,
    reason: Annotated[str | None, typer.Option(help=_("Why you can answer for it; stays for good."))] = None,
    json: AsJson = False,
) -> None:
    profile = options.profile(context)
    if confirm:
        if file is not None:
            raise BlinkError(USAGE, problem=_("--confirm goes without a file."))
        count = options.run(_confirm(profile, firms or [], reason or ""))
        _tell_confirmed(count, as_json=json)
        return
    if salvage:
        raise typer.Exit(_salvaged(profile, file, as_json=json))
    if file is None:
        raise BlinkError(USAGE, problem=_("Name the backup. See which there are: blink backup list"))
    if firms or reason is not None:
        raise BlinkError(USAGE, problem=_("--firm and --reason go with --confirm."))
    if into is not None:
        profile = profile_of(into, profile.folder.parent)
    outcome = options.run(_restore(profile, file, passphrase_file, journal, aside=aside))
    if json:
        output.say_json(_json(profile, outcome))
    else:
        _tell(profile, outcome)


def _salvaged(profile: Profile, file: Path | None, *, as_json: bool) -> int:
    from blink_tui.model.clock import SystemClock
    from blink_tui.ops.salvaging import salvage_profile

    if file is not None:
        raise BlinkError(USAGE, problem=_("--salvage goes without a file."))
    with shown_work() as work:
        done = options.run(salvage_profile(profile, who=system_user(), clock=SystemClock(), work=work))
    found = done.salvaged
    if as_json:
        output.say_json(
            {
                "rows": found.rows,
                "torn_tables": list(found.torn),
                "rows_left_out": found.left_out,
                "damaged_documents": list(found.invoices),
                "touched": [{"firm": firm, "sentence": str(broken.message)} for firm, broken in done.broken],
                "moved_to": str(done.moved_to),
            }
        )
        return int(ExitCode.DONE)
    output.say(
        _("Rows taken over: {rows}. The damaged buffer is in {folder}.").format(
            rows=found.rows, folder=done.moved_to
        )
    )
    if found.torn:
        output.warn(_("Not all could be read of: {tables}").format(tables=", ".join(found.torn)))
    if found.left_out:
        text = _("Left out, because what they belong to is gone: {tables}")
        output.warn(
            text.format(tables=", ".join(f"{table} ({count})" for table, count in found.left_out.items()))
        )
    if found.invoices:
        output.warn(
            _("Documents with damaged bytes: {numbers}").format(numbers=", ".join(found.invoices[:20]))
        )
    for firm, broken in done.broken:
        output.warn(f"{firm}: {broken.message}")
    if found.documents_lost:
        output.warn(
            _(
                "Documents are gone; they are fetched again, as fetched ones. Nothing is handed over until you answer"
                " for it: blink restore --confirm --firm NIP --reason REASON"
            )
        )
    output.say(_("Now: blink sync, then blink reindex, then blink doctor --audit"))
    return int(ExitCode.DONE)


async def _restore(
    profile: Profile, file: Path, passphrase_file: Path | None, journal: Path | None, *, aside: bool
) -> Outcome:
    from blink_tui.model.clock import SystemClock
    from blink_tui.ops.restore import restore as restored

    with shown_work() as work:
        return await restored(
            file,
            profile,
            who=system_user(),
            clock=SystemClock(),
            passphrase=passphrase_of(passphrase_file),
            journal=journal,
            aside=aside,
            work=work,
        )


async def _confirm(profile: Profile, texts: list[str], reason: str) -> int:
    from blink_tui.ops.restore import confirm

    async with profile.open_buffer() as buffer:
        firms = await chosen_firms(buffer, texts)
        return await confirm(buffer, [firm.id for firm in firms], who=system_user(), reason=reason)


def _tell_confirmed(count: int, *, as_json: bool) -> None:
    if as_json:
        output.say_json({"firms": count})
        return
    text = ngettext(
        "{n} firm is handed over again. Its chain of events names you and the reason.",
        "{n} firms are handed over again. Their chains of events name you and the reason.",
        count,
    )
    output.say(text.format(n=count))


def _tell(profile: Profile, outcome: Outcome) -> None:
    made = output.moment(outcome.verified.head.made_at)
    blink = profile.command
    output.say(_("Restored into {folder}, as it was on {made}.").format(folder=profile.folder, made=made))
    if outcome.moved_to is not None:
        output.say(_("What was there is now in {folder}.").format(folder=outcome.moved_to))
    for firm, broken in outcome.verified.broken:
        output.warn(f"{firm}: {broken.message}")
    if outcome.learned:
        text = ngettext(
            "The journal tells of {n} hand-over after the backup; its documents are not handed over again.",
            "The journal tells of {n} hand-overs after the backup; their documents are not handed over again.",
            len(outcome.learned),
        )
        output.say(text.format(n=len(outcome.learned)))
        output.say(_("Documents marked as handed over again: {n}.").format(n=outcome.marked))
    if outcome.cancelled:
        output.say(_("Batches cancelled after the backup, and so again: {n}.").format(n=outcome.cancelled))
    for told, error in outcome.refused:
        text = _("Batch {n} was cancelled after the backup; now it cannot be: {why}")
        output.warn(text.format(n=told.number, why=error))
    if not outcome.known:
        output.warn(
            _(
                "It is not known what was handed over after the backup: nothing is, until the books are read back"
                " ({blink} books import) and you answer for it: {blink} restore --confirm --firm NIP --reason REASON"
            ).format(blink=blink)
        )
    output.say(_("What came since is fetched again: {blink} sync").format(blink=blink))


def _json(profile: Profile, outcome: Outcome) -> dict[str, Any]:
    return {
        "profile": profile.name,
        "folder": str(profile.folder),
        "made_at": outcome.verified.head.made_at,
        "hand_overs_known": outcome.known,
        "hand_overs_learned": len(outcome.learned),
        "documents_marked": outcome.marked,
        "cancelled_again": outcome.cancelled,
        "not_cancelled": [{"batch": told.number, "message": str(error)} for told, error in outcome.refused],
        "moved_to": str(outcome.moved_to) if outcome.moved_to else None,
        "touched": [
            {"firm": firm, "sentence": str(broken.message)} for firm, broken in outcome.verified.broken
        ],
    }
