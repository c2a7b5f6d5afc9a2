"""The accounts of a firm: which is for what (roles), and the chart of them all; each list in a window."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from blink_tui.i18n import _, ngettext
from blink_tui.model.book_lists import LONGEST_NUMBER, LONGEST_TEXT, read_accounts
from blink_tui.model.books import ROLES, Account, AccountRole, Books
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.sheets import Remark, read_table
from blink_tui.model.text import clean
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import Choose, Confirm
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.screens.lists import ListWindow
from blink_tui.tui.widgets.form import Field, Filled, WrongFieldError
from blink_tui.tui.widgets.line import Line
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import fit, number

_NUMBER, _ACCOUNT, _STATE = 22, 20, 10
_LARGEST = 32 * 1024 * 1024
"""Bytes of a chart's file."""
_FAULTS = 8
"""Lines of a refused file that are told."""


class PickAccount(Choose[str]):
    """An account out of the chart, found by number or name; another one may be typed, `{nip}` included."""

    def __init__(self, title: str, accounts: Sequence[Account], current: str) -> None:
        choices = [(f"{one.number}  {clean(one.name)}", one.number) for one in accounts if one.open]
        super().__init__(title, choices)
        self._typed = current

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Line).value = self._typed

    def action_pick(self) -> None:
        """Close with the row under the cursor, or with what was typed where no account is called so."""
        typed = self.query_one(Line).value.strip()
        if self._shown and typed and typed not in [value for _label, value in self._shown]:
            super().action_pick()
        else:
            self.dismiss(typed)


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role with the account that the firm has for it."""

    role: AccountRole
    account: str
    """Empty where it has none."""
    name: str
    """Of the account in the chart; empty where the chart has none so called."""


class RolesWindow(ListWindow[RoleLine]):
    """Which account is for what: schemes name roles, each firm its own accounts."""

    BINDINGS = bindings("close", "starter", "narrow")

    def __init__(self, firm: Firm) -> None:
        super().__init__(_("Accounts by role · {firm}").format(firm=clean(firm.name)))
        self._firm = firm
        self._books: Books | None = None
        self._version: int | None = None
        self._accounts: Sequence[Account] = ()

    async def load(self) -> Sequence[RoleLine]:
        buffer = self.console.buffer
        self._version = await buffer.books.version(self._firm.id)
        self._books = await buffer.books.get(self._firm.id)
        self._accounts = await buffer.charts.accounts(self._firm.id)
        names = {one.number: one.name for one in self._accounts}
        roles = self._books.roles if self._books is not None else {}

        def line(role: AccountRole) -> RoleLine:
            account = roles.get(role.name, "")
            return RoleLine(role, account, names.get(account.removesuffix("-{nip}"), ""))

        return [line(role) for role in ROLES.values()]

    def head(self, width: int) -> str:
        return self._cells(width, _("Account for"), _("Ledger account"), _("Its name in the chart"))

    def row(self, item: RoleLine, width: int) -> tuple[str, str]:
        account = clean(item.account) or _("! none")
        text = self._cells(width, _(item.role.meaning), account, clean(item.name))
        return text, "plain" if item.account else "warn"

    @staticmethod
    def _cells(width: int, role: str, account: str, name: str) -> str:
        left = width - _ACCOUNT - 2
        return f"{fit(role, left // 2)} {fit(account, _ACCOUNT)} {fit(name, left - left // 2)}"

    def told(self, item: RoleLine) -> list[Paragraph]:
        usual = _("Schemes call it {role}; the starter chart has {account} for it.")
        found = [Paragraph(usual.format(role="{" + item.role.name + "}", account=item.role.account), "dim")]
        if "{nip}" in item.role.account:
            found.append(Paragraph(_("{nip} in an account is the NIP of the other party."), "dim"))
        return found

    def summary(self) -> str:
        given = sum(bool(one.account) for one in self.items)
        return _("{given} of {count} roles have an account").format(
            given=number(given), count=number(len(self.items))
        )

    def open_item(self, item: RoleLine) -> None:
        title = _("Account for: {role}").format(role=_(item.role.meaning))

        def keep(account: str | None) -> None:
            if account is not None and account != item.account:
                self.change(partial(self._keep, {item.role.name: account}))

        self.app.push_screen(PickAccount(title, self._accounts, item.account), keep)

    async def _keep(self, accounts: dict[str, str]) -> None:
        if self._books is None:
            return
        roles = {name: value for name, value in {**self._books.roles, **accounts}.items() if value}
        changed = replace(self._books, roles=roles)
        await self.console.buffer.books.save(
            self._firm.id, changed, who=self.console.who, version=self._version
        )

    def action_starter(self) -> None:
        """Give every role that has none the account of the starter chart."""
        empty = {one.role.name: one.role.account for one in self.items if not one.account}
        if not empty:
            self.console.tell(_("Every role has an account."))
            return
        lines = [
            ngettext("{count} role gets its account of the starter chart.",
                     "{count} roles get their accounts of the starter chart.", len(empty)
                     ).format(count=number(len(empty))),
            _("Accounts that were chosen stay."),
        ]  # fmt: skip

        def keep(agreed: bool | None) -> None:
            if agreed:
                self.change(partial(self._keep, empty))

        self.app.push_screen(Confirm(_("Take the starter chart?"), lines), keep)


class ChartWindow(ListWindow[Account]):
    """The chart of accounts of a firm."""

    BINDINGS = bindings("close", "add", "account-switch", "import-list", "starter", "narrow")

    def __init__(self, firm: Firm) -> None:
        super().__init__(_("Chart of accounts · {firm}").format(firm=clean(firm.name)))
        self._firm = firm

    async def load(self) -> Sequence[Account]:
        return await self.console.buffer.charts.accounts(self._firm.id)

    def head(self, width: int) -> str:
        return self._cells(width, _("Ledger account"), _("Name"), _("State"))

    def row(self, item: Account, width: int) -> tuple[str, str]:
        text = self._cells(width, clean(item.number), clean(item.name), "" if item.open else _("closed"))
        return text, "plain" if item.open else "dim"

    @staticmethod
    def _cells(width: int, account: str, name: str, state: str) -> str:
        left = width - _NUMBER - _STATE - 2
        return f"{fit(account, _NUMBER)} {fit(name, left)} {fit(state, _STATE)}"

    def summary(self) -> str:
        return ngettext("{count} account", "{count} accounts", len(self.items)).format(
            count=number(len(self.items))
        )

    def nothing(self) -> str:
        return _("No accounts yet. i reads them from a file, s takes the starter chart, Ins adds one.")

    def open_item(self, item: Account) -> None:
        self._form(item)

    def action_add(self) -> None:
        """A form for one more account."""
        self._form(None)

    def _form(self, account: Account | None) -> None:
        number_field = Field(
            "number", _("Ledger account"), _("As the ledger program writes it."), account.number if account else "",
            check=partial(_checked_text, most=LONGEST_NUMBER),
        )  # fmt: skip
        name_field = Field(
            "name", _("Name"), start=account.name if account else "",
            check=partial(_checked_text, most=LONGEST_TEXT),
        )  # fmt: skip
        fields = [name_field] if account else [number_field, name_field]
        title = _("Account {number}").format(number=clean(account.number)) if account else _("A new account")

        async def submit(filled: Filled) -> bool:
            name = clean(filled.texts["name"]).strip()
            if account is not None:
                await self._replace(account, replace(account, name=name))
                return True
            new = Account(clean(filled.texts["number"]).strip(), name)
            if any(one.number == new.number for one in self.items):
                problem = _("The chart has an account {number} already.").format(number=new.number)
                raise WrongFieldError("number", BlinkError(USAGE, problem=problem))
            await self._keep([*self.items, new])
            return True

        form: FormWindow[bool] = FormWindow(f"account.{self._firm.id}", title, fields, submit)
        self.app.push_screen(form, lambda done: self.reload() if done else None)

    async def _replace(self, old: Account, new: Account) -> None:
        await self._keep([new if one.number == old.number else one for one in self.items])

    async def _keep(self, accounts: Sequence[Account]) -> None:
        """The chart becomes these. Raises BlinkError(CHANGED_MEANWHILE) once, then the present one is what was seen."""
        charts, who = self.console.buffer.charts, self.console.who
        try:
            await charts.keep_accounts(self._firm.id, accounts, who=who, seen=self.items)
        except BlinkError:
            self.reload()
            raise

    def action_account_switch(self) -> None:
        """Close the account under the cursor, so that it is not offered any more, or open it again."""
        account = self.current
        if account is not None:
            self.change(partial(self._replace, account, replace(account, open=not account.open)))

    def action_starter(self) -> None:
        """Add the accounts of the starter chart that are not there."""
        known = {one.number for one in self.items}
        starter = {role.account.removesuffix("-{nip}"): _(role.meaning) for role in ROLES.values()}
        new = [Account(account, name) for account, name in starter.items() if account not in known]
        lines = [
            ngettext("{count} account of the starter chart is added.",
                     "{count} accounts of the starter chart are added.", len(new)).format(count=number(len(new))),
            _("What is there stays."),
        ]  # fmt: skip

        def keep(agreed: bool | None) -> None:
            if agreed:
                self.change(partial(self._keep, [*self.items, *new]))

        self.app.push_screen(Confirm(_("Take the starter chart?"), lines), keep)

    def action_import_list(self) -> None:
        """Read accounts from a file: those that are there get their names anew, the others are added."""
        field = Field(
            "path", _("File"), _("CSV, XLSX, XLS or ODS with columns for account and name."),
            str(Path.home()) + "/", check=_checked_file,
        )  # fmt: skip

        async def submit(filled: Filled) -> int:
            read = await asyncio.to_thread(_read_chart, _checked_file(filled.texts["path"]))
            merged = {one.number: one for one in (*self.items, *read)}
            await self._keep(list(merged.values()))
            return len(read)

        def told(count: int | None) -> None:
            if count is not None:
                text = ngettext("{count} account read", "{count} accounts read", count)
                self.console.tell(text.format(count=number(count)))
                self.reload()

        form: FormWindow[int] = FormWindow(
            f"chart.{self._firm.id}", _("Read accounts from a file"), [field], submit
        )
        self.app.push_screen(form, told)


def _read_chart(path: Path) -> Sequence[Account]:
    """The accounts of a file. Raises WrongFieldError with the first lines that cannot be taken."""
    try:
        content = path.read_bytes()
        listed = read_accounts(read_table(content))
    except OSError as error:
        problem = _("The file cannot be read.")
        raise WrongFieldError("path", BlinkError(USAGE, cause=str(error), problem=problem)) from error
    except BlinkError as error:
        raise WrongFieldError("path", error) from error
    if listed.problems:
        raise WrongFieldError("path", BlinkError(USAGE, problem=_refused(listed.problems)))
    return listed.items


def _refused(problems: Sequence[Remark]) -> str:
    told = [
        _("line {line}: {text}").format(line=one.line, text=clean(str(one.message)))
        for one in problems[:_FAULTS]
    ]
    more = len(problems) - len(told)
    rest = [_("and {count} more").format(count=number(more))] if more else []
    return _("Nothing was taken: {faults}").format(faults="; ".join([*told, *rest]))


def _checked_file(text: str) -> Path:
    path = Path(text.strip()).expanduser()
    if not path.is_file():
        raise BlinkError(USAGE, problem=_("There is no such file."))
    if path.stat().st_size > _LARGEST:
        raise BlinkError(USAGE, problem=_("The file is too large for a list."))
    return path


def _checked_text(text: str, most: int) -> str:
    bare = clean(text).strip()
    if not bare:
        raise BlinkError(USAGE, problem=_("This is needed."))
    if len(bare) > most:
        raise BlinkError(USAGE, problem=_("At most {most} characters.").format(most=most))
    return bare
