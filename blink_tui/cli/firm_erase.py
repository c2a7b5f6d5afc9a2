"""`blink firm erase` and `blink firm list --erased`: the end of a firm, and what is left of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.bar import bar
from blink_tui.cli.context import firm_named, system_user
from blink_tui.cli.firm_retention import warsaw_today
from blink_tui.cli.options import AsJson
from blink_tui.i18n import _, ngettext
from blink_tui.model.errors import USAGE, BlinkError

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.buffer.tombstones import Tombstone
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import Firm
    from blink_tui.ops.erasing import Erased, Plan

_FILES_SHOWN = 5


def erase(
    context: typer.Context,
    firm: Annotated[
        str | None, typer.Option("--firm", metavar="NIP", help=_("NIP or internal id of the firm."))
    ] = None,
    protocol: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER|HASH",
            help=_("Protocol by which its documents were handed over, before their time is over."),
        ),
    ] = None,
    reason: Annotated[str, typer.Option(help=_("Why; it stays with the entry of the erasing."))] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Tell what would be erased, and erase nothing."))
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help=_("Without typing the NIP; only together with --protocol."))
    ] = False,
    compact: Annotated[
        bool,
        typer.Option(
            "--compact",
            help=_(
                "Write the buffer's file anew, for bytes of erased firms that it may still hold; others wait."
            ),
        ),
    ] = False,
    past_retention: Annotated[bool, typer.Option("--past-retention", hidden=True)] = False,
    json: AsJson = False,
) -> None:
    if past_retention:
        problem = _(
            "Single documents are not erased: the chain of a firm's events proves what happened to each, and could not"
            " be proved without them. A firm is erased whole. See: docs/rodo.md"
        )
        raise BlinkError(USAGE, problem=problem)
    profile = options.profile(context)
    if compact:
        options.run(_compact(profile, as_json=json))
        return
    if firm is None:
        raise BlinkError(USAGE, problem=_("Say which firm: --firm NIP"))
    try:
        options.run(_erase(profile, firm, protocol, reason.strip(), dry_run=dry_run, yes=yes, as_json=json))
    except KeyboardInterrupt:
        output.warn(
            _("Interrupted. If it was begun, it goes on with: blink firm erase --firm {firm}").format(
                firm=firm
            )
        )
        raise


async def _erase(
    profile: Profile, text: str, protocol: str | None, reason: str, *, dry_run: bool, yes: bool, as_json: bool
) -> None:
    from blink_tui.model.clock import SystemClock
    from blink_tui.ops.erasing import erase as erase_firm
    from blink_tui.ops.erasing import plan

    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, text)
        begun = await buffer.eraser.begun(firm.id)
        decided = None if begun else await plan(buffer, firm, warsaw_today(), protocol)
        if dry_run:
            _show_plan(firm, decided, begun.left if begun else 0, as_json=as_json)
            return
        if decided is not None:
            if not reason and decided.protocol is None:
                raise BlinkError(USAGE, problem=_('Say why: --reason "contract ended"'))
            _show_plan(firm, decided, 0, as_json=False, to_stderr=True)
        if begun is None:
            _confirm(firm, yes=yes, protocol=protocol)
        vault = profile.open_vault() if profile.vault_path.exists() else None
        left = begun.left if begun else decided.documents if decided else 0
        with bar(_("Erasing"), left) as told:
            erased = await erase_firm(
                buffer,
                profile,
                vault,
                SystemClock(),
                firm,
                decided,
                who=system_user(),
                reason=reason,
                told=told,
            )
    _show_erased(profile, firm, erased, as_json=as_json)


def _confirm(firm: Firm, *, yes: bool, protocol: str | None) -> None:
    """Let a person type the NIP. Raises BlinkError (usage) where nobody can, or something else was typed."""
    if yes and protocol is not None:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise BlinkError(
            USAGE, problem=_("Erasing cannot be taken back: on a terminal, or with --protocol and --yes.")
        )
    typed = typer.prompt(
        _("This cannot be taken back. Type {nip} to erase {firm}").format(
            nip=firm.context_value, firm=firm.name
        ),
        err=True,
    )
    if typed.strip() != firm.context_value:
        raise BlinkError(
            USAGE, problem=_("That was not {nip}. Nothing was erased.").format(nip=firm.context_value)
        )


def _show_plan(
    firm: Firm, decided: Plan | None, left: int, *, as_json: bool, to_stderr: bool = False
) -> None:
    if as_json:
        output.say_json(_plan_json(firm, decided, left))
        return
    say = output.warn if to_stderr else output.say
    if decided is None:
        say(
            _("The erasing of {firm} was begun; documents that are left: {n}.").format(firm=firm.name, n=left)
        )
        return
    say(
        ngettext(
            "{firm}: {n} document, with its events, codings and everything else of the firm.",
            "{firm}: {n} documents, with their events, codings and everything else of the firm.",
            decided.documents,
        ).format(firm=firm.name, n=decided.documents)
    )
    if decided.shared:
        say(
            ngettext(
                "{n} of them is another firm's document, too, and stays there.",
                "{n} of them are another firm's documents, too, and stay there.",
                decided.shared,
            ).format(n=decided.shared)
        )
    if decided.protocol is not None:
        say(_("Handed over with protocol {number}.").format(number=decided.protocol.number))


def _plan_json(firm: Firm, decided: Plan | None, left: int) -> dict[str, Any]:
    return {
        "firm": firm.context_value,
        "begun": decided is None,
        "documents": decided.documents if decided else left,
        "shared": decided.shared if decided else None,
        "credentials": decided.credentials if decided else None,
        "protocol": decided.protocol.number if decided and decided.protocol else None,
    }


def _show_erased(profile: Profile, firm: Firm, erased: Erased, *, as_json: bool) -> None:
    if as_json:
        output.say_json(
            {
                **stone_json(erased.stone),
                "scrubbed": erased.scrubbed,
                "named_by_others": erased.named_by_others,
                "files": [str(path) for path in erased.files],
                "copies": [str(path) for path in erased.copies],
                "backup": _newest_backup(profile),
            }
        )
        return
    output.say(
        _("Erased: {firm}. Entry {seq} of the erased firms, hash {hash}.").format(
            firm=firm.name, seq=erased.stone.seq, hash=erased.stone.hash.hex()[:16]
        )
    )
    for sentence in _remains(profile, erased):
        output.say(sentence)


def _remains(profile: Profile, erased: Erased) -> list[str]:
    """What still holds something of the firm, and what to do about it."""
    from blink_tui.ops.backup import last_made

    newest = last_made(profile)
    found = [
        _("Backups that you copied elsewhere, and any of before today, still hold it until you delete them.")
    ]
    if newest is not None:
        found = [
            _(
                "Backups still hold it until newer ones take their place; the newest is of {at}: {folder}"
            ).format(at=output.moment(newest.made_at), folder=newest.path.parent)
        ]
    if erased.copies:
        found.append(_("Copies of the whole buffer still hold it. Delete them when they are not needed:"))
        found += [f"  {path}" for path in erased.copies]
    if not erased.scrubbed:
        found.append(
            _(
                "Its bytes may still stand in free places of the file. When nobody works: blink firm erase --compact"
            )
        )
        if erased.why_not is not None:
            found.append(f"  ({erased.why_not})")
    if erased.named_by_others:
        found.append(
            ngettext(
                "{n} document of another firm names its NIP and stays.",
                "{n} documents of other firms name its NIP and stay.",
                erased.named_by_others,
            ).format(n=erased.named_by_others)
        )
    if erased.files:
        found.append(_("Files that were handed over were not touched and still stand:"))
        found += [f"  {path}" for path in erased.files[:_FILES_SHOWN]]
        if len(erased.files) > _FILES_SHOWN:
            found.append(_("  and {n} more").format(n=len(erased.files) - _FILES_SHOWN))
    return found


def _newest_backup(profile: Profile) -> dict[str, str] | None:
    from blink_tui.ops.backup import last_made

    newest = last_made(profile)
    return None if newest is None else {"made_at": newest.made_at, "path": str(newest.path)}


async def _compact(profile: Profile, *, as_json: bool) -> None:
    from blink_tui.ops.erasing import compact

    async with profile.open_buffer() as buffer:
        firms = await compact(buffer)
    if as_json:
        output.say_json({"firms": firms})
    else:
        output.say(
            _("The buffer's file was written anew; erased firms that this was still due for: {n}.").format(
                n=firms
            )
        )


# What is left


async def show_stones(buffer: Buffer, texts: Sequence[str], *, as_json: bool) -> None:
    """The list of erased firms, or those of contexts that somebody knows."""
    from blink_tui.model.firms import ContextType

    stones = await buffer.tombstones.all()
    if texts:
        found = [
            stone
            for text in texts
            for type_ in ContextType
            for stone in await buffer.tombstones.of(type_, text)
        ]
        stones = sorted(found, key=lambda stone: stone.seq)
    wrong = await buffer.tombstones.wrong()
    if as_json:
        output.say_json({"sound": wrong is None, "erased": [stone_json(stone) for stone in stones]})
    elif not stones:
        output.say(_("No firm was erased."))
    else:
        head = (
            _("No."),
            _("When"),
            _("Who"),
            _("Documents"),
            _("Entries"),
            _("Protocol"),
            _("Reason"),
            _("Hash"),
        )
        output.say(output.table(head, [_stone_row(stone) for stone in stones]))
    if wrong is not None:
        output.warn(str(wrong))


def _stone_row(stone: Tombstone) -> tuple[str, ...]:
    return (
        str(stone.seq),
        output.moment(stone.at),
        stone.who,
        str(stone.documents),
        str(stone.length),
        str(stone.protocol or "–"),
        stone.reason,
        stone.hash.hex()[:16],
    )


def stone_json(stone: Tombstone) -> dict[str, Any]:
    """An erased firm as scripts read it."""
    return {
        "seq": stone.seq,
        "at": stone.at,
        "who": stone.who,
        "reason": stone.reason,
        "protocol": stone.protocol,
        "package": stone.package.hex() if stone.package else None,
        "documents": stone.documents,
        "entries": stone.length,
        "head": stone.head.hex(),
        "hash": stone.hash.hex(),
    }
