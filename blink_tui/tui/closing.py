"""What the closing of a month asks: signing off, unlocking, a page into a file; over whatever screen is in view."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from blink_tui.i18n import _
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.text import clean
from blink_tui.sync.closing import FirmMonth
from blink_tui.sync.closing_page import ClosingPage
from blink_tui.sync.closing_points import Point, obstacles, points_of
from blink_tui.sync.files import place
from blink_tui.sync.signing import printed, sign_off
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import Confirm, TextWindow
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.widgets.form import Field, Filled, WrongFieldError
from blink_tui.tui.widgets.text import Paragraph

Then = Callable[[], None]
_HTML, _TEXT = ".html", ".txt"


def ask_to_sign(screen: ConsoleScreen, found: FirmMonth, then: Then) -> None:
    """Ask, with a reason where something is left, then sign the month off and lock it."""
    console = screen.console
    title = _("Sign off {month}: {firm}").format(month=found.month, firm=clean(found.firm.name))
    if found.closed:
        console.tell(_("This month is closed already. u unlocks it, with a reason."))
        return
    standing = obstacles(points_of(found, console.today))
    if any(one.absolute for one in standing):
        console.push_screen(TextWindow(title, _refused(standing)))
    elif standing:
        _ask_reason(screen, found, title, standing, then)
    else:
        lines = [
            _("Nothing is left in it. The page is kept as it is now, and the month is locked:"),
            _("nothing can be coded into it any more; what comes later is listed as after closing."),
        ]

        def sign(agreed: bool | None) -> None:
            if agreed:
                screen.ask(partial(_sign, screen, found, ""), _told(screen, then), "sign", exclusive=False)

        console.push_screen(Confirm(title, lines), sign)


def _refused(standing: tuple[Point, ...]) -> list[Paragraph]:
    absolute = [one for one in standing if one.absolute]
    rest = [one for one in standing if not one.absolute]
    found = [Paragraph(_("It cannot be signed off yet: the month may not be whole."), "head")]
    found += [Paragraph(one.text, "bad", "! ") for one in absolute]
    if rest:
        found += [Paragraph(""), Paragraph(_("Open besides, could be signed with a reason:"), "head")]
        found += [Paragraph(one.text, "warn", "! ") for one in rest]
    return found


def _ask_reason(
    screen: ConsoleScreen, found: FirmMonth, title: str, standing: tuple[Point, ...], then: Then
) -> None:
    field = Field(
        "reason",
        _("Reason"),
        _("Why it is signed all the same; it stays on the page."),
        check=_checked_reason,
    )

    async def submit(filled: Filled) -> ClosingPage:
        return await _sign(screen, found, filled.texts["reason"])

    intro = "\n".join([_("Something is left in this month:"), *(f"! {one.text}" for one in standing)])
    form: FormWindow[ClosingPage] = FormWindow(
        f"sign.{found.firm.id}.{found.month}", title, [field], submit, intro=intro
    )
    told = _told(screen, then)
    screen.console.push_screen(form, lambda page: told(page) if page is not None else None)


def _checked_reason(text: str) -> str:
    if not text.strip():
        raise BlinkError(USAGE, problem=_("Say why: the reason stays on the page."))
    return text.strip()


async def _sign(screen: ConsoleScreen, found: FirmMonth, reason: str) -> ClosingPage:
    console = screen.console
    return await sign_off(
        console.buffer, found.firm, found.month, who=console.who, now=console.now, reason=reason
    )


def _told(screen: ConsoleScreen, then: Then) -> Callable[[ClosingPage], None]:
    def tell(page: ClosingPage) -> None:
        screen.console.tell(_("Signed off and locked. {title}").format(title=page.title))
        then()

    return tell


def ask_to_unlock(screen: ConsoleScreen, found: FirmMonth, then: Then) -> None:
    """Ask why, then open the month again; the signed page is kept, without being in force."""
    console = screen.console
    if not found.closed:
        console.tell(_("This month is open."))
        return
    field = Field("reason", _("Reason"), _("It is told in the firm's history."), check=_checked_reason)

    async def submit(filled: Filled) -> bool:
        await console.buffer.locks.unlock(
            found.firm.id, found.month, who=console.who, reason=filled.texts["reason"].strip()
        )
        return True

    title = _("Unlock {month}: {firm}").format(month=found.month, firm=clean(found.firm.name))
    intro = _("Documents can be coded into it again. The signed page is kept, but no longer holds.")
    form: FormWindow[bool] = FormWindow(
        f"unlock.{found.firm.id}.{found.month}", title, [field], submit, intro=intro
    )
    console.push_screen(form, lambda done: then() if done else None)


def ask_to_print(screen: ConsoleScreen, found: FirmMonth) -> None:
    """Ask where to, then write the page: as signed where it was, else as the month stands now."""
    console = screen.console
    name = _("closing-{firm}-{month}").format(firm=found.firm.context_value, month=found.month) + _HTML
    fields = [
        Field(
            "path", _("File"), _("Ends with .html for a browser or with .txt."), str(console.export_dir / name),
            check=_checked_path,
        ),
    ]  # fmt: skip
    if found.lock is not None and found.lock.signed:
        choices = (("signed", _("as it was signed")), ("now", _("as it stands now")))
        fields.append(Field("which", _("Page"), choices=choices))

    async def submit(filled: Filled) -> Path:
        path = _checked_path(filled.texts["path"])
        page = await printed(
            console.buffer,
            found.firm,
            found.month,
            who=console.who,
            now=console.now,
            as_signed=filled.texts.get("which") != "now",
        )
        content = page.html if path.suffix.lower() == _HTML else page.text
        try:
            await asyncio.to_thread(place, path, content.encode())
        except BlinkError as error:
            raise WrongFieldError("path", error) from error
        return path

    title = _("Print the page of {month}: {firm}").format(month=found.month, firm=clean(found.firm.name))
    form: FormWindow[Path] = FormWindow(f"print.{found.firm.id}.{found.month}", title, fields, submit)

    def tell(path: Path | None) -> None:
        if path is not None:
            console.tell(_("Written: {path}").format(path=clean(str(path))))

    console.push_screen(form, tell)


def _checked_path(text: str) -> Path:
    path = Path(text.strip()).expanduser()
    if path.suffix.lower() not in (_HTML, _TEXT):
        raise BlinkError(USAGE, problem=_("The name of the file ends with .html or .txt."))
    return path
