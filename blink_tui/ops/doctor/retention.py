"""How long documents are kept: what is past its time, firms that are half erased, and whether their list is whole."""

from __future__ import annotations

from blink_tui.i18n import N_, Message
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.ops.doctor.check import Around, Check, Finding, Level, note, ok, warning
from blink_tui.ops.doctor.database import NOT_LOOKED_AT
from blink_tui.ops.retention import past_firms


async def _retention(around: Around) -> list[Finding]:
    buffer = around.buffer
    if buffer is None:
        return [note(NOT_LOOKED_AT)] if around.refusal else []
    found = []
    wrong = await buffer.tombstones.wrong()
    if wrong is not None:
        found.append(
            Finding(Level.FAILURE, wrong, Message(N_("Keep the file, and compare it with a backup.")))
        )
    going = await buffer.eraser.all_begun()
    for firm in around.firms:
        if firm.id in going:
            advice = N_("Go on with it: blink firm erase --firm {firm}")
            found.append(
                warning(N_("The erasing of {firm} was begun and not ended."), advice, firm=firm.context_value)
            )
    if await buffer.tombstones.unscrubbed():
        found.append(
            warning(
                N_("Bytes of erased firms may still stand in free places of the database."),
                N_("When nobody works: blink firm erase --compact"),
            )
        )
    past = await past_firms(buffer, around.firms, warsaw_day(instant_of(around.clock.now())))
    if past:
        found.append(
            note(
                N_("Documents that need not be kept any more: {documents}, firms: {firms}."),
                N_("Nothing is erased by itself. See: blink firm retention"),
                documents=sum(one.documents for one in past),
                firms=len(past),
            )
        )
    return found or [ok(N_("Nothing is kept beyond its time, and no firm is half erased."))]


RETENTION = Check(
    "retention",
    N_("Keeping of documents"),
    N_("Documents are kept longer than the law asks for, or an erasing is not ended. See docs/rodo.md."),
    _retention,
)
