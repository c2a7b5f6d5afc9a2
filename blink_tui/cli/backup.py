"""`blink backup`: backups of the profile, made, checked and listed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.bar import Bars
from blink_tui.cli.options import AsJson
from blink_tui.cli.passphrases import PassphraseFileOption, new_passphrase, passphrase_of
from blink_tui.i18n import _, ngettext
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.settings import BACKUP_ENCRYPT, BACKUP_FOLDER, BACKUP_KEEP
from blink_tui.model.telling import size_words

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.buffer.snapshot import Work
    from blink_tui.cli.context import Profile
    from blink_tui.model.secret import Secret
    from blink_tui.ops.backup import Backup, Made, Verified

app = typer.Typer(help=_("Backups of the profile."), invoke_without_command=True)
_STEPS = 1000


@app.callback(
    help=_(
        "Write a backup while everything goes on, and open it again to see that it is whole. Without --to it goes to"
        " the folder that is set, else to the profile's own. Example: blink backup --to /mnt/backup --encrypt --keep 30"
    )
)
def backup(
    context: typer.Context,
    to: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER|FILE", help=_("A folder, or a file ending in .blink-backup.")),
    ] = None,
    encrypt: Annotated[bool, typer.Option("--encrypt", help=_("Encrypt it with a passphrase."))] = False,
    passphrase_file: PassphraseFileOption = None,
    without_vault: Annotated[
        bool,
        typer.Option("--without-vault", help=_("Leave out the tokens and certificates, sealed as they are.")),
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=1000, help=_("How many stay in the folder; else what backup.keep says.")
        ),
    ] = None,
    remember: Annotated[
        bool,
        typer.Option("--remember", help=_("Keep the passphrase in the vault, for nightly backups.")),
    ] = False,
    json: AsJson = False,
) -> None:
    if context.invoked_subcommand is not None:
        return
    if passphrase_file is not None and not encrypt:
        raise BlinkError(USAGE, problem=_("--passphrase-file goes with --encrypt."))
    if remember and not encrypt:
        raise BlinkError(USAGE, problem=_("--remember goes with --encrypt."))
    secret = new_passphrase(passphrase_file) if encrypt else None
    profile = options.profile(context)
    made = options.run(_make(profile, to, secret, keep, with_vault=not without_vault, remember=remember))
    if json:
        output.say_json(
            _json(made.backup) | _content(made.verified) | {"removed": [str(one) for one in made.removed]}
        )
    else:
        _tell(made)


@app.command(
    help=_(
        "Open a backup and prove that it is whole. "
        "Example: blink backup verify blink-default-20261130T013000Z.blink-backup"
    )
)
def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The backup."))],
    passphrase_file: PassphraseFileOption = None,
    json: AsJson = False,
) -> None:
    from blink_tui.ops.backup import verify as verified
    from blink_tui.ops.restore import require_readable

    require_readable(file)
    profile = options.profile(context)
    with shown_work() as work:
        found = options.run(verified(file, profile.work_folder, passphrase_of(passphrase_file), work))
    if json:
        output.say_json({"file": str(file), "sound": True} | _content(found))
    else:
        output.say(_("The backup {file} is whole.").format(file=file))
        _tell_content(found)


@app.command("list", help=_("The backups in a folder. Example: blink backup list --in /mnt/backup"))
def list_backups(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option("--in", metavar="FOLDER", help=_("Else the folder that is set, or the profile's.")),
    ] = None,
    json: AsJson = False,
) -> None:
    from blink_tui.ops.backup import backups

    profile = options.profile(context)
    where = folder or options.run(_folder(profile))
    found = backups(where)
    if json:
        output.say_json([_json(one) for one in found])
    elif not found:
        output.say(_("There is no backup in {folder}.").format(folder=where))
    else:
        head = (_("Taken"), _("Profile"), _("Size"), _("Encrypted"), _("File"))
        rows = [
            (
                output.moment(one.made_at),
                one.profile,
                size_words(one.size),
                _("yes") if one.encrypted else _("no"),
                one.path.name,
            )
            for one in found
        ]
        output.say(output.table(head, rows))


async def _folder(profile: Profile) -> Path:
    """Where backups go. The profile's own folder where there is no buffer to ask, or it is damaged."""
    if not profile.buffer_path.exists():
        return profile.backup_folder
    async with profile.open_buffer() as buffer:
        return await buffer.settings.value(BACKUP_FOLDER) or profile.backup_folder


async def _make(
    profile: Profile,
    to: Path | None,
    secret: Secret | None,
    keep: int | None,
    *,
    with_vault: bool,
    remember: bool,
) -> Made:
    from blink_tui.ops.backup import make

    async with profile.open_buffer() as buffer:
        if remember and secret is not None:
            await _remember(profile, buffer, secret)
        settings = buffer.settings
        kept = await settings.value(BACKUP_KEEP)
        where = to or await settings.value(BACKUP_FOLDER) or profile.backup_folder
        with shown_work() as work:
            return await make(
                buffer,
                profile,
                where.expanduser().absolute(),
                now=datetime.now(UTC),
                passphrase=secret,
                with_vault=with_vault,
                keep=keep or kept,
                work=work,
            )


async def _remember(profile: Profile, buffer: Buffer, secret: Secret) -> None:
    import asyncio

    from blink_tui.ops.backup import PASSPHRASE

    vault = await asyncio.to_thread(profile.open_vault)
    await asyncio.to_thread(vault.put, PASSPHRASE, secret)
    await buffer.settings.set(BACKUP_ENCRYPT.key, "yes")


@contextmanager
def shown_work() -> Iterator[Work]:
    """Work whose stages are shown, each as a bar of its own."""
    from blink_tui.buffer.snapshot import Work

    labels = {
        "copy": _("Copying"),
        "bytes": _("Packing and reading"),
        "documents": _("Checking"),
        "tables": _("Taking over"),
    }
    with Bars() as bars:
        shown = ""

        def told(stage: str, done: int, total: int) -> None:
            nonlocal shown
            if stage != shown:
                shown = stage
                bars.begin(labels[stage], _STEPS, counted=False)
            bars.reach(_STEPS * done // max(total, 1))

        yield Work(told)


def _tell(made: Made) -> None:
    kept = made.backup
    output.say(
        _("Backup written and checked: {file} ({size}).").format(file=kept.path, size=size_words(kept.size))
    )
    _tell_content(made.verified)
    if made.removed:
        output.say(
            ngettext(
                "{n} older backup was removed.", "{n} older backups were removed.", len(made.removed)
            ).format(n=len(made.removed))
        )
    if not kept.encrypted:
        output.say(
            _("It is not encrypted: whoever has the file can read every invoice. See: blink backup --help")
        )


def _tell_content(found: Verified) -> None:
    held = found.manifest.holding
    text = _("Made {made}; firms: {firms}, documents: {documents}, entries in the chains: {events}.")
    made = output.moment(found.head.made_at)
    output.say(text.format(made=made, firms=held.firms, documents=held.documents, events=held.events))
    for firm, broken in found.broken:
        output.warn(f"{firm}: {broken.message}")


def _json(one: Backup) -> dict[str, Any]:
    return {
        "file": str(one.path),
        "made_at": one.made_at,
        "size": one.size,
        "encrypted": one.encrypted,
        "profile": one.profile,
    }


def _content(found: Verified) -> dict[str, Any]:
    held = found.manifest.holding
    return {
        "program": found.head.program,
        "schema": held.schema,
        "firms": held.firms,
        "documents": held.documents,
        "invoices": held.invoices,
        "events": held.events,
        "batches": held.batches,
        "files": {one.name: one.sha256 for one in found.manifest.files},
        "chains": [
            {"firm": one.firm, "env": one.env, "entries": one.length, "head": one.head} for one in held.chains
        ],
        "touched": [{"firm": firm, "sentence": str(broken.message)} for firm, broken in found.broken],
    }
