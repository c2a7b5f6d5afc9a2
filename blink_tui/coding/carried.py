"""What of a coding a ledger program really gets: "pójdzie do WAPRO: …" (FORMATS 10.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from blink_tui.i18n import N_, Message
from blink_tui.invoices.words import money
from blink_tui.model.books import BookKind, Books
from blink_tui.model.coding import KIND_MARKS, ZERO, Coding, Identity, net_accounts
from blink_tui.model.targets import Accounts, Target


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a coding and whether it travels."""

    message: Message
    goes: bool = True
    """False: it stays here, and somebody has to see to it in the program itself."""


def carried(coding: Coding, books: Books, target: Target) -> tuple[Part, ...]:
    """Parts of a coding in the order of the document, first what the program gets, then what it does not get."""
    parts = [*_head(coding, target), *_accounts(coding, books, target), *_book(coding, target)]
    return (*(part for part in parts if part.goes), *(part for part in parts if not part.goes))


def _part(text: str, *, goes: bool = True, **values: str) -> Part:
    return Part(Message(text, dict(values)), goes)


def _head(coding: Coding, target: Target) -> Iterator[Part]:
    if coding.document_type:
        yield _part(N_("document type {type}"), goes=target.document_type, type=coding.document_type)
    if coding.rows:
        yield from _registers(coding, target)
    yield from _marks(coding, target)
    if any(row.not_deducted for row in coding.rows) or coding.identity is Identity.NONE:
        goes = target.accounts is Accounts.ALL
        yield _part(N_("the part of VAT that is not deducted"), goes=goes)
    if coding.description and target.description:
        yield _part(N_("description “{description}”"), description=coding.description)
    if coding.category:
        yield _part(N_("category {category}"), goes=target.category, category=coding.category)


def _marks(coding: Coding, target: Target) -> Iterator[Part]:
    found = {mark for row in coding.rows for mark in row.marks}
    going = found if target.marks else found & KIND_MARKS
    for marks, goes in ((going, True), (found - going, False)):
        if marks:
            yield _part(N_("marks {marks}"), goes=goes, marks=" ".join(sorted(marks)))


def _registers(coding: Coding, target: Target) -> Iterator[Part]:
    months = sorted({row.month for row in coding.rows if row.month})
    month = ", ".join(map(str, months)) or "—"
    register = coding.register or "—"
    told = target.month and (target.months or len(months) < 2)
    if target.register == told:
        yield _part(
            N_("VAT register {register}, {month}"), goes=target.register, register=register, month=month
        )
        return
    yield _part(N_("VAT month {month}"), goes=told, month=month)
    yield _part(N_("VAT register {register}"), goes=target.register, register=register)


def _accounts(coding: Coding, books: Books, target: Target) -> Iterator[Part]:
    if books.kind is not BookKind.LEDGER or not coding.lines:
        return
    if target.accounts is Accounts.ALL:
        yield _part(N_("{count} posting lines, {sum}"), count=str(len(coding.lines)), sum=money(coding.debit))
    elif target.accounts is Accounts.NET and (net := net_accounts(coding, books)):
        yield _part(N_("net account {account}"), account=net[0])
        if net[1:]:
            yield _part(
                N_("accounts {accounts} without their amounts: its own scheme divides the sum"),
                goes=False,
                accounts=", ".join(net[1:]),
            )
        others = sorted({line.account for line in coding.lines} - {*net})
        yield _part(
            N_("accounts {accounts}: its own scheme adds them"), goes=False, accounts=", ".join(others)
        )
    else:
        yield _part(N_("accounts"), goes=False)
    if any(line.dimensions for line in coding.lines):
        yield _part(N_("dimensions"), goes=target.dimensions)


def _book(coding: Coding, target: Target) -> Iterator[Part]:
    if target.column and not target.column_amount:
        yield from _column_alone(coding)
        return
    for entry in coding.entries:
        text = (
            N_("column {column}: {amount}")
            if entry.book is BookKind.KPIR
            else N_("rate {column} %: {amount}")
        )
        yield _part(text, goes=target.column, column=entry.column, amount=money(entry.amount))


def _column_alone(coding: Coding) -> Iterator[Part]:
    """One column travels, that of the largest amount; an amount that is not the net one stays."""
    entries = sorted(coding.entries, key=lambda entry: -abs(entry.amount))
    for place, entry in enumerate(entries):
        text = N_("column {column}") if entry.book is BookKind.KPIR else N_("rate {column} %")
        yield _part(text, goes=not place, column=entry.column)
    amount = sum((entry.amount for entry in entries), ZERO)
    net = sum((row.net for row in coding.table), ZERO)
    if coding.identity is Identity.NONE:
        net += sum((row.vat for row in coding.table), ZERO)
    if entries and amount != net:
        yield _part(N_("the amount {amount} of the column"), goes=False, amount=money(amount))
