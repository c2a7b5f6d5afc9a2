"""What cancelling a batch asks: whether its file was imported, which documents, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from blink_tui.buffer import Batch
from blink_tui.i18n import _, ngettext
from blink_tui.ledger.placing import settle
from blink_tui.model.text import clean
from blink_tui.sync.exporting_again import again
from blink_tui.tui.handing_words import program_of
from blink_tui.tui.screens.dialogs import Confirm
from blink_tui.tui.screens.imported import WasImported
from blink_tui.tui.screens.questions import AskText
from blink_tui.tui.under_way import teller, working
from blink_tui.tui.words import moment, number

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp


async def ask_to_cancel(console: ConsoleApp, batch: Batch, chosen: Sequence[int]) -> bool:
    """Cancel a batch that was never imported, or reopen chosen documents of one that was; true when it is done."""
    if batch.cancelled:
        console.tell(_("This batch is cancelled already."))
        return False
    imported = await console.push_screen_wait(_question(batch, len(chosen)))
    if imported is None:
        return False
    reason = await console.push_screen_wait(AskText(_("Why?"), _("one line; it stays with the documents")))
    if not reason:
        return False
    if not imported:
        await console.buffer.batches.cancel(batch.id, reason=reason, who=console.who)
        await _take_files_away(console, batch)
        text = ngettext(
            "Cancelled: {count} document is approved again.",
            "Cancelled: {count} documents are approved again.",
            batch.documents,
        )
        count = batch.documents
    else:
        await console.buffer.batches.amend(chosen, reason=reason, who=console.who)
        text = ngettext(
            "{count} document is reopened; it goes again as to be put right in the books.",
            "{count} documents are reopened; they go again as to be put right in the books.",
            len(chosen),
        )
        count = len(chosen)
    console.tell(text.format(count=number(count)))
    return True


async def _take_files_away(console: ConsoleApp, batch: Batch) -> None:
    """So that no program takes them any more; where the folder refuses, it is tried again at every start."""
    try:
        await settle(console.buffer, batch.id)
    except OSError as error:
        text = _("Its files could not be taken away; delete them: {cause}").format(cause=clean(str(error)))
        console.tell(text, severity="error")


async def ask_to_write_again(console: ConsoleApp, batch: Batch) -> bool:
    """Write a batch's files once more; nothing in the buffer is changed. Raises what `sync.exporting_again` does."""
    if batch.cancelled:
        console.tell(_("This batch is cancelled already."))
        return False
    folder = Path(batch.files[0].file).parent if batch.files else console.export_dir
    lines = [
        _("The same files, byte for byte, are written to {folder} once more.").format(
            folder=clean(str(folder))
        ),
        _("Import them only where the program lost the first ones."),
    ]
    if not await console.push_screen_wait(Confirm(_("Write the batch again?"), lines)):
        return False
    async with working(console, _("Writing again")) as window:
        told = teller(console, window)
        files = await again(console.buffer, batch.id, folder, told=told)
    console.tell(_("Written: {path}").format(path=", ".join(clean(str(one)) for one in files)))
    return True


def _question(batch: Batch, chosen: int) -> WasImported:
    never = ngettext(
        "No, it was never imported: {count} document goes back to approved and the batch is cancelled.",
        "No, it was never imported: all {count} documents go back to approved and the batch is cancelled.",
        batch.documents,
    )
    imported = ngettext(
        "Yes, it was imported: {count} document, marked or under the cursor, is reopened and goes again"
        " as “to be put right in the books”, never as new.",
        "Yes, it was imported: the {count} marked documents are reopened and go again"
        " as “to be put right in the books”, never as new.",
        chosen,
    )
    of = f"{program_of(batch.format)}, {moment(batch.made_at)}. "
    return WasImported(
        _("Was the file imported already?"),
        never.format(count=number(batch.documents)),
        imported.format(count=number(chosen)),
        of + _("Look into the program first: a document that goes twice stands in the books twice."),
    )
