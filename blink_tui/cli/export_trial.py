"""`blink export test`: a file to try an import with before the first export."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blink_tui.cli import export_text, options, output
from blink_tui.cli.context import firm_named, system_user
from blink_tui.cli.export_settings import FirmOption
from blink_tui.cli.options import AsJson
from blink_tui.i18n import _
from blink_tui.model.text import clean

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile


def trial(
    context: typer.Context,
    firm: FirmOption,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help=_("The firm's own ledger where none is named.")),
    ] = None,
    out: Annotated[Path | None, typer.Option(file_okay=False, help=_("Folder for the files."))] = None,
    json: AsJson = False,
) -> None:
    profile = options.profile(context)
    folder = (out or profile.export_folder).absolute()
    options.run(_trial(profile, firm, form, folder, as_json=json))


async def _trial(profile: Profile, text: str, form: str | None, folder: Path, *, as_json: bool) -> None:
    from blink_tui.sync.exporting import ledger_of
    from blink_tui.sync.trial_export import write_trial

    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, text)
        form = form or ledger_of(firm, await buffer.books.get(firm.id))
        made = await write_trial(buffer, firm, form, folder, who=system_user(), now=datetime.now(UTC))
    if as_json:
        output.say_json(
            {
                "firm": firm.context_value,
                "format": form,
                "documents": len(made.pieces),
                "files": [str(path) for path in made.files],
                "warnings": [
                    {"number": piece.number, "message": str(warning.message)}
                    for piece in made.pieces
                    for warning in piece.warnings
                ],
            }
        )
        return
    for path in made.files:
        output.say(str(path))
    found = (note for piece in made.pieces for note in export_text.notes(clean(piece.number), piece.warnings))
    for line in export_text.grouped(found):
        output.warn(line)
    output.say(
        _(
            "Its documents are made up: import it into a test firm of the ledger program, or delete them there."
        )
    )
