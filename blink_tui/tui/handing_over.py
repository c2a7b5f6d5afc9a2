"""Handing documents over from the console: look at every firm first, ask once, then write firm by firm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from blink_tui.i18n import _, ngettext
from blink_tui.ledger.delivery import folder_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.text import clean
from blink_tui.sync.exporting import Exported, Wanted, export, preview
from blink_tui.tui.handing import Waiting
from blink_tui.tui.leading import show_documents
from blink_tui.tui.looking import Looked
from blink_tui.tui.preview_lines import lines_of
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import TextWindow
from blink_tui.tui.screens.preview import PreviewWindow
from blink_tui.tui.screens.questions import Working
from blink_tui.tui.screens.run import RunWindow
from blink_tui.tui.under_way import teller, working
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import number

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp


async def hand_over(screen: ConsoleScreen, waiting: Sequence[Waiting], month: Month | None) -> None:
    """Look, ask, write; Esc at any time before leaves nothing changed."""
    console = screen.console
    looked = await _look(console, waiting, month)
    if len(waiting) == 1:
        if looked:
            await _for_one(console, looked[0])
    elif looked:
        window = RunWindow(looked)
        await console.push_screen_wait(window)
        if window.agreed:
            await _write_all(console, [one for one in looked if one.documents])


async def _look(console: ConsoleApp, waiting: Sequence[Waiting], month: Month | None) -> list[Looked]:
    """What each firm would get; none at all when a person stopped it."""
    found: list[Looked] = []
    async with working(console, _("Looking at what would be written")) as window:
        for place, one in enumerate(waiting):
            if window.stopping:
                return []
            found.append(
                await _look_at(console, one, month, _told_of(console, window, one.firm, place, len(waiting)))
            )
    return [] if window.stopping else found


async def _look_at(
    console: ConsoleApp, one: Waiting, month: Month | None, told: Callable[[int, int], None]
) -> Looked:
    """The documents are pinned: what is approved after the look is not written with what was seen."""
    buffer, firm = console.buffer, one.firm
    months = () if month is None else (month,)
    wanted = Wanted(format=one.format, months=months)
    try:
        waiting = await buffer.outgoing.waiting(firm.id, months)
        ids = [*waiting.new, *waiting.amending, *waiting.held_back]
        wanted = replace(wanted, document_ids=ids)
        folder = await folder_of(buffer, firm.id, console.export_dir, buffer.path.parent, firm.context_value)
        found = await preview(buffer, firm, wanted, who=console.who, now=console.now, told=told)
    except BlinkError as error:
        return Looked(firm, wanted, error=error)
    return Looked(firm, wanted, folder, found, one.coded)


async def _for_one(console: ConsoleApp, looked: Looked) -> None:
    if looked.error is not None:
        raise looked.error
    answer = await console.push_screen_wait(PreviewWindow(looked, lines_of(looked)))
    if answer is None:
        return
    if answer.ksef_number:
        await show_documents(console, looked.firm, answer.ksef_number)
    elif looked.documents:
        await _write_all(console, [looked])
    else:
        console.tell(_("Nothing of it can be written."))


async def _write_all(console: ConsoleApp, chosen: Sequence[Looked]) -> None:
    """Write firm by firm; one that fails does not keep the others, and nothing is begun after a stop."""
    told: list[Paragraph] = []
    async with working(console, _("Handing over")) as window:
        for place, one in enumerate(chosen):
            if window.stopping:
                told.append(_left(chosen[place:]))
                break
            told += await _write(console, one, _told_of(console, window, one.firm, place, len(chosen)))
    if len(chosen) == 1 and len(told) == 1 and told[0].tone == "plain":
        console.tell(told[0].text)
    else:
        done = any(one.tone == "plain" for one in told)
        await console.push_screen_wait(TextWindow(_("Handed over") if done else _("Not handed over"), told))


async def _write(console: ConsoleApp, one: Looked, told: Callable[[int, int], None]) -> list[Paragraph]:
    name = clean(one.firm.name)
    try:
        done = await export(
            console.buffer, one.firm, one.wanted, console.export_dir,
            who=console.who, now=console.now, told=told,
        )  # fmt: skip
    except BlinkError as error:
        cause = f" ({clean(error.cause)})" if error.cause else ""
        return [Paragraph(f"{name}: {clean(str(error))}{cause}", "bad", "! ")]
    return written(name, done)


def written(name: str, done: Exported) -> list[Paragraph]:
    """What was written for a firm, and what is left to look at."""
    text = ngettext(
        "{firm}: {count} document handed over: {path}",
        "{firm}: {count} documents handed over: {path}",
        done.documents,
    )
    paths = ", ".join(clean(str(one)) for one in done.files)
    found = [Paragraph(text.format(firm=name, count=number(done.documents), path=paths))]
    if done.unplaced is not None:
        text = _("Its files wait for their folder and get their names at the next start: {cause}")
        found.append(Paragraph(text.format(cause=clean(done.unplaced)), "bad", "! "))
    if done.failure is not None:
        found.append(Paragraph(clean(str(done.failure)), "bad", "! "))
    if done.refused:
        refused = ngettext(
            "{count} document was refused and stays approved.",
            "{count} documents were refused and stay approved.",
            len(done.refused),
        )
        found.append(Paragraph(refused.format(count=number(len(done.refused))), "warn", "! "))
    return found


def _left(rest: Sequence[Looked]) -> Paragraph:
    names = ", ".join(clean(one.firm.name) for one in rest)
    return Paragraph(_("Stopped. Not handed over: {firms}").format(firms=names), "warn", "! ")


def _told_of(
    console: ConsoleApp, window: Working, firm: Firm, place: int, firms: int
) -> Callable[[int, int], None]:
    return teller(console, window, f"{place + 1}/{firms} {clean(firm.name)}" if firms > 1 else "")
