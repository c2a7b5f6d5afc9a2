"""The books of a firm from any screen: set up where there are none, else what of them is to be worked on."""

from __future__ import annotations

from functools import partial

from blink_tui.i18n import _
from blink_tui.model.books import BookKind, Books
from blink_tui.model.books_change import remarks_on
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.tui.books_form import books_fields, save_books
from blink_tui.tui.screens.accounts import ChartWindow, RolesWindow
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import Choose
from blink_tui.tui.screens.forms import FormWindow

_BOOKS, _ROLES, _CHART, _RULES = "books", "roles", "chart", "rules"


def open_books(screen: ConsoleScreen, firm: Firm) -> None:
    """A form where a firm has no books yet, else a choice of what is to be worked on."""

    async def read() -> tuple[Books | None, int | None]:
        buffer = screen.console.buffer
        version = await buffer.books.version(firm.id)
        return await buffer.books.get(firm.id), version

    def choose(found: tuple[Books | None, int | None]) -> None:
        books, version = found
        if books is None:
            _form(screen, firm, None, None)
            return
        choices = [(_("Books: kind, VAT, cars, who books what"), _BOOKS)]
        if books.kind is BookKind.LEDGER:
            choices += [(_("Accounts by role"), _ROLES), (_("Chart of accounts"), _CHART)]
        choices.append((_("Rules and schemes of the firm"), _RULES))
        title = _("Books of {firm}").format(firm=clean(firm.name))
        screen.console.push_screen(
            Choose(title, choices), lambda what: _work_on(screen, firm, books, version, what)
        )

    screen.ask(read, choose, "books")


def _work_on(screen: ConsoleScreen, firm: Firm, books: Books, version: int | None, what: str | None) -> None:
    if what == _BOOKS:
        _form(screen, firm, books, version)
    elif what == _ROLES:
        screen.console.push_screen(RolesWindow(firm))
    elif what == _CHART:
        screen.console.push_screen(ChartWindow(firm))
    elif what == _RULES:
        open_rules(screen, firm)


def open_rules(screen: ConsoleScreen, firm: Firm | None) -> None:
    """The rules and schemes of a firm, or of the office."""
    from blink_tui.tui.screens.rules import RulesWindow  # with the whole language of conditions

    screen.console.push_screen(RulesWindow(firm))


def _form(screen: ConsoleScreen, firm: Firm, books: Books | None, version: int | None) -> None:
    console = screen.console
    new = _("From now on its documents are coded; they get proposals with the next fetch.")
    form: FormWindow[Books] = FormWindow(
        f"books.{firm.id}",
        _("Books of {firm}").format(firm=clean(firm.name)),
        books_fields(books, console.today),
        partial(save_books, console.buffer, firm, books, version, console.who, console.today),
        intro=new if books is None else _("Documents that are not coded yet get new proposals."),
    )

    def told(saved: Books | None) -> None:
        if saved is None:
            return
        remarks = remarks_on(saved)
        if remarks:
            console.tell("\n".join(f"~ {one}" for one in remarks), severity="warning")
        else:
            console.tell(_("Saved: books of {firm}").format(firm=clean(firm.name)))
        screen.reload()
        if books is None and saved.kind is BookKind.LEDGER:
            console.push_screen(RolesWindow(firm))

    console.push_screen(form, told)
