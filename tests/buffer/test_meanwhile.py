"""Who comes second is told who changed what, and writes nothing over."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import date

import pytest

from blink_tui.buffer import Buffer
from blink_tui.model.books import Account
from blink_tui.model.documents import Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.rulebook import EntryKind
from tests.buffer.bookkeeping import books
from tests.buffer.factory import invoice


async def told(work: Awaitable[object]) -> str:
    with pytest.raises(BlinkError) as refused:
        await work
    assert refused.value.kind.code == "changed-meanwhile"
    return str(refused.value)


async def test_a_document_s_second_decider_is_told_who_did_what(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)])
    seen = {1: (await buffer.documents.get(1)).version}
    await buffer.documents.change_status([1], Status.QUERIED, who="anna", reason="?")
    second = buffer.documents.change_status([1], Status.FETCHED, who="piotr", versions=seen)
    assert "was changed meanwhile by anna: to be cleared up" in await told(second)


async def test_firms_and_books_name_what_was_changed(buffer: Buffer, firm: Firm) -> None:
    await buffer.firms.edit(firm.id, firm.version, first_day=date(2026, 1, 1))
    assert f"{firm.name} was changed meanwhile by someone else" in await told(
        buffer.firms.edit(firm.id, firm.version, accountant="ola")
    )
    await buffer.books.save(firm.id, books(), who="anna", version=None)
    assert "The firm's books was changed meanwhile by anna" in await told(
        buffer.books.save(firm.id, books(), who="piotr", version=None)
    )


async def test_a_rule_is_saved_over_the_version_that_was_looked_at(buffer: Buffer, firm: Firm) -> None:
    rule = EntryKind.RULE
    await buffer.rules.save(firm.id, [(rule, "a", "1")], who="anna", seen=0)
    assert "a was changed meanwhile by anna" in await told(
        buffer.rules.save(firm.id, [(rule, "a", "2")], who="piotr", seen=0)
    )
    await buffer.rules.save(firm.id, [(rule, "a", "2")], who="piotr", seen=1)
    await buffer.rules.save(firm.id, [(rule, "a", "")], who="piotr", seen=2)
    assert "by piotr" in await told(buffer.rules.save(firm.id, [(rule, "a", "3")], who="anna", seen=2))
    await buffer.rules.save(firm.id, [(rule, "a", "3")], who="anna", seen=0)  # out of use: as a new one


async def test_accounts_of_a_colleague_are_not_lost(buffer: Buffer, firm: Firm) -> None:
    own, other = Account("402", "Usługi"), Account("401", "Materiały")
    await buffer.charts.keep_accounts(firm.id, [other], who="anna", seen=[])
    assert "by anna" in await told(buffer.charts.keep_accounts(firm.id, [own], who="piotr", seen=[]))
    await buffer.charts.keep_accounts(firm.id, [own, other], who="piotr", seen=[other])
    assert {one.number for one in await buffer.charts.accounts(firm.id)} == {"401", "402"}


async def test_export_settings_of_two_people_stand_beside_each_other(buffer: Buffer, firm: Firm) -> None:
    settings = buffer.export_settings
    await settings.save(firm.id, "csv", {"a": "1"}, who="anna", seen={})
    await settings.save(firm.id, "csv", {"b": "2"}, who="piotr", seen={})
    assert await settings.own(firm.id, "csv") == {"a": "1", "b": "2"}
    assert "by piotr" in await told(settings.save(firm.id, "csv", {"a": "3"}, who="ewa", seen={}))
    await settings.save(firm.id, "csv", {"a": "3"}, who="ewa", seen={"a": "1"})
    assert await settings.own(firm.id, "csv") == {"a": "3", "b": "2"}


async def test_a_setting_is_changed_from_what_it_said(buffer: Buffer) -> None:
    await buffer.settings.change("tokens.end", "none", seen=None)
    await told(buffer.settings.change("tokens.end", "2027-01-31", seen=None))
    await buffer.settings.change("tokens.end", "2027-01-31", seen="none")
    assert await buffer.settings.get("tokens.end") == "2027-01-31"
