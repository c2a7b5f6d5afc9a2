"""The firms: listed, narrowed, added, changed, switched off, paused; clients found in a real sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer
from blink_tui.model.documents import FirmKind
from blink_tui.model.firms import ContextType, Firm, NewFirm
from blink_tui.model.secret import Secret
from blink_tui.model.values import Nip
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.sync.clients import KsefClients
from blink_tui.sync.registration import register
from blink_tui.tui.firm_lines import read_firm_lines
from tests.cli.access_cases import OFFICE, permissions, seal
from tests.tui.conftest import OpenDesk


async def test_firms_are_listed_with_what_keeps_them_from_being_fetched(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    await buffer.firms.edit(firms[0].id, firms[0].version, env="http://127.0.0.1:8080/v2")
    for width, wide in ((80, False), (120, True)):
        async with open_desk(width=width) as desk:
            await desk.press("2")
            text = await desk.see("2 firms", "! 2 without access", ">!Piekarnia", "! http 127", "no access")
            assert ("every 15 min" in text) is wide
            await desk.press("down")
            await desk.see("Żółw i Synowie sp. z o.o. · 1111111111 · http://127.0.0.1:8080/v2 (INSECURE)")


async def test_a_firm_is_added_by_keys(open_desk: OpenDesk, buffer: Buffer) -> None:
    async with open_desk() as desk:
        await desk.press("2")
        await desk.see("2 firms")
        await desk.press("n")
        await desk.see("A new firm", "> NIP", "Internal id", "F10 Save")
        await desk.press(*"111", "-", *"111-11-11", "down", *"Drugi", "down", "right", "l", "f10")
        await desk.see("! The firm 1111111111 is already registered", "> NIP")
        await desk.press("end", "ctrl+u", *"5265877635")
        await desk.press("down", "down", "down", "ctrl+u", *"2026-09-01", "f10")
        await desk.see("3 firms", "Added Drugi", ">!Drugi")
        (firm,) = await buffer.firms.find("5265877635")
        assert (firm.name, firm.env, firm.first_day) == ("Drugi", "test", date(2026, 9, 1))


async def test_a_unit_has_the_context_of_its_internal_id(open_desk: OpenDesk, buffer: Buffer) -> None:
    async with open_desk() as desk:
        await desk.press("2", "insert")
        await desk.see("> NIP")
        await desk.press(*"5265877635", "up")
        await desk.press(*["down"] * 5, *"5265877635-1", "f10")
        await desk.see("! An internal id is a NIP")
        await desk.press(*"2345", "f10")
        await desk.see("3 firms")
        (firm,) = await buffer.firms.find("5265877635-12345")
        assert (firm.context_type, firm.nip, firm.kind) == (
            ContextType.INTERNAL_ID, "5265877635", FirmKind.TAXPAYER,
        )  # fmt: skip


async def test_a_firm_is_changed_and_someone_elses_change_is_not_overwritten(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        await desk.press("2")
        await desk.see(">!Piekarnia")
        await desk.press("e")
        await desk.see("> Name", "[test]", "What was fetched stays")
        await desk.press("end", *" bis", "up", "up", *["down"] * 5, *"ola", "down", *"vat, Pilne", "f10")
        await desk.see("Piekarnia „Pod Kasztanem” Anna Wójcik bis · 2222222222", "ola · #vat · #Pilne")
        await desk.press("f2")
        await desk.see("> Name")
        before = await buffer.firms.get(firms[1].id)
        await buffer.firms.edit(before.id, before.version, name="Inna")
        await desk.press("x", "f10")
        await desk.see("was changed meanwhile by someone else")
        assert (await buffer.firms.get(before.id)).name == "Inna"


async def test_switching_off_asks_and_pausing_does_not(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        await desk.press("2")
        await desk.see(">!Piekarnia")
        await desk.press("x")
        await desk.see("Switch it off?", "its documents stay")
        await desk.press("n")
        await desk.press("delete", "y")
        await desk.see("1 switched off", ">xPiekarnia", "off")
        assert not (await buffer.firms.get(firms[1].id)).enabled
        await desk.press("x", "enter", "p")
        await desk.until(lambda: "switched off" not in desk.text)

        async def paused() -> bool:
            firm = await buffer.firms.get(firms[1].id)
            return firm.paused and firm.enabled

        while not await paused():
            await desk.pilot.pause()


async def test_words_narrow_the_list_and_esc_shows_all_again(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("2")
        await desk.see("2 firms")
        await desk.press("f", *"ZOLW", "enter")
        text = await desk.see("1 with “ZOLW”", ">!Żółw")
        assert "Piekarnia" not in text
        await desk.press("enter")
        await desk.see("[5Buffer]", "Żółw i Synowie sp. z o.o. · All documents · 1/270")
        await desk.press("2", "f8", "end", "x")
        await desk.see("No firm is left.")
        await desk.press("escape")
        await desk.see("Piekarnia", "Żółw")
        await desk.press("b")
        await desk.see("my clients: 0", "No firm is left.")
        firm = desk.app.firm
        assert firm is not None
        await desk.buffer.firms.edit(firm.id, firm.version, accountant="anna")
        assert "Piekarnia" not in await desk.see("my clients: 1", "!Żółw", "kept by")
        await desk.press("b")
        await desk.see("Piekarnia", "Żółw")


async def test_thousands_of_firms_take_as_many_queries_as_two(
    buffer: Buffer, firms: list[Firm], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = buffer._database.reader
    asked: list[str] = []
    rows = reader.rows

    async def counted(sql, values=()):  # type: ignore[no-untyped-def]
        asked.append(str(sql))
        return await rows(sql, values)

    monkeypatch.setattr(reader, "rows", counted)
    await read_firm_lines(buffer)
    few = len(asked)
    many = [str(3_000_000_000 + number) for number in range(2000)]
    await buffer.firms.add_many([NewFirm(Nip(nip), ContextType.NIP, nip, nip, "test") for nip in many])
    asked.clear()
    assert len(await read_firm_lines(buffer)) == 2002
    assert len(asked) == few <= 3


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxOptions(documents=6, firms=3, auth_delay=0)) as running:
        yield running


async def test_clients_of_an_office_are_found_picked_and_added(
    open_desk: OpenDesk, buffer: Buffer, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    async with open_desk() as desk:
        await desk.press("2")
        await desk.see("2 firms")
        await desk.press("d")
        await desk.see("! Clients are found by the office's own certificate.")
        office = await buffer.firms.add(Nip(OFFICE), name="Biuro", env=sandbox.url)
        for known in sandbox.firms:
            permissions(sandbox, known.nip, "InvoiceRead")
        vault = desk.app.vault.open(Secret("correct horse"))
        async with KsefClients(tmp_path / "work") as clients:
            await register(buffer, vault, clients, [office], seal(OFFICE))
        await desk.see("3 firms")
        await desk.press("d")
        await desk.see("Which of them shall be added?", *(known.nip for known in sandbox.firms))
        await desk.press("space", "down", "space", "enter")
        await desk.see("2 firms added. F5 fetches.", "5 firms")
        added = [await buffer.firms.find(known.nip) for known in sandbox.firms]
        assert sorted(map(len, added)) == [0, 1, 1]
        held = await buffer.credentials.by_firm()
        assert all(found[0].id in held for found in added if found)
        await desk.press("f4")
        await desk.see("Which of them shall be added?")
        await desk.press("escape")
