"""The guided start: from an empty profile to a firm with a checked access, left and taken up again at any step."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from textual import events

from blink_tui.buffer import Buffer
from blink_tui.model.firms import CredentialState
from blink_tui.model.secret import Secret
from blink_tui.model.values import Nip
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.memory import Memory
from blink_tui.vault import KeyringSource, VaultState
from tests.tui.conftest import Desk, Wishes
from tests.tui.office import make, store

Start = Callable[[], AbstractAsyncContextManager[Desk]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxOptions(documents=6, firms=2, auth_delay=0)) as running:
        yield running


@pytest.fixture
def start(buffer: Buffer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts the console on an empty profile, as often as wanted."""
    monkeypatch.delenv("BLINK_VAULT_PASSPHRASE_FILE", raising=False)
    monkeypatch.setattr(KeyringSource, "answers", staticmethod(lambda: False))

    @asynccontextmanager
    async def started() -> AsyncIterator[Desk]:
        engine = Wishes()
        memory = Memory(tmp_path / "console-anna.json")
        app = ConsoleApp(buffer, engine, who="anna", export_dir=tmp_path, memory=memory)
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            yield Desk(app, pilot, buffer, engine, tmp_path)

    return started


async def paste(desk: Desk, text: str) -> None:
    assert desk.app.focused is not None
    desk.app.focused.post_message(events.Paste(text))
    await desk.pilot.pause()


async def to_the_access(desk: Desk, sandbox: RunningSandbox, nip: str) -> None:
    """The first three steps."""
    await desk.see("Guided start, step 1 of 4", "> NIP")
    await desk.press(*nip, "down", *"Alfa", "enter")
    await desk.see("step 2 of 4", "[production]")
    await desk.press("left", "down")
    await desk.see("> Its address")
    await paste(desk, sandbox.url)
    await desk.press("f10")
    await desk.see("step 3 of 4", "> First day")
    await desk.press("end", "ctrl+u", *"2026-09-01", "f10")
    await desk.see("step 4 of 4", "> Token", "invoices of Alfa")


async def secrets(desk: Desk, token: str) -> None:
    await paste(desk, token)
    await desk.press("down", "down")
    await paste(desk, "correct horse")
    await desk.press("down")
    await paste(desk, "correct horse")


async def test_four_steps_end_with_documents_in_the_grid(
    start: Start, sandbox: RunningSandbox, buffer: Buffer
) -> None:
    async with start() as desk:
        known = sandbox.firms[0]
        await to_the_access(desk, sandbox, known.nip)
        await secrets(desk, sandbox.firms[1].token)
        await desk.press("enter")
        await desk.see("! ", "was issued for")
        assert not await buffer.firms.list()
        assert desk.app.vault.state is VaultState.MISSING
        await desk.press("up", "up", "up", "end", "ctrl+u")
        await paste(desk, known.token)
        await desk.press("f10")
        await desk.see("[5Buffer]", "Alfa", "KSeF is asked for: Alfa.")
        (firm,) = await buffer.firms.list()
        assert (firm.nip, firm.env, firm.first_day) == (known.nip, sandbox.url, date(2026, 9, 1))
        held = await buffer.credentials.for_firm(firm.id)
        assert held is not None
        assert held.state is CredentialState.ACCEPTED
        assert desk.engine.asked == [(firm.id,)]
        assert desk.engine.vaults == 1
        assert not desk.app.memory.of("form.first-run")
        await store(buffer, firm, make(firm, 5))
        await desk.see("1/5")
        assert known.token not in desk.text
    async with start() as desk:
        await desk.see("[5Buffer]", "1/5")
        assert "Guided start" not in desk.text


@pytest.mark.proof
async def test_it_is_taken_up_where_it_was_left_after_a_kill_too(
    start: Start, sandbox: RunningSandbox, buffer: Buffer, tmp_path: Path
) -> None:
    async with start() as desk:
        await to_the_access(desk, sandbox, sandbox.firms[0].nip)
        await secrets(desk, sandbox.firms[0].token)
        await desk.until(lambda: '"step": "3"' in _file(tmp_path))  # as a kill would leave it
    kept = _file(tmp_path)
    assert sandbox.firms[0].token not in kept
    assert "correct horse" not in kept
    async with start() as desk:
        await desk.see("step 4 of 4", "> Token")
        await desk.press("escape")
        await desk.see("step 3 of 4", "2026-09-01")
        await desk.press("escape", "escape")
        await desk.see("step 1 of 4", sandbox.firms[0].nip, "Alfa")
        await desk.press("escape")
        await desk.see("[1Desk]")
        assert "Guided start" not in desk.text
        await desk.press("2", "n")
        await desk.see("step 1 of 4", "Alfa")
        await desk.press("ctrl+n")
        await desk.until(lambda: "Alfa" not in desk.text)
    assert not await buffer.firms.list()


async def test_a_kill_between_firm_and_access_is_mended_by_ending_it(
    start: Start, sandbox: RunningSandbox, buffer: Buffer, tmp_path: Path
) -> None:
    known = sandbox.firms[0]
    async with start() as desk:
        await to_the_access(desk, sandbox, known.nip)
        await desk.until(lambda: '"step": "3"' in _file(tmp_path))
    firm = await buffer.firms.add(Nip(known.nip), name="Alfa", env=sandbox.url)
    async with start() as desk:
        await desk.see("step 4 of 4", "> Token")
        await secrets(desk, known.token)
        await desk.press("f10")
        await desk.see("[5Buffer]", "Alfa")
        assert await buffer.credentials.for_firm(firm.id) is not None
        assert len(await buffer.firms.list()) == 1


async def test_invented_firms_are_told_of_and_language_is_switched_inside(start: Start) -> None:
    async with start() as desk:
        await desk.see("step 1 of 4", "> NIP")
        await desk.press("up", "right")
        text = await desk.see("End the program with Ctrl+Q, then type: blink demo")
        assert "NIP  " not in text.splitlines()[9]
        await desk.press("f10")
        await desk.see("step 1 of 4")
        await desk.press("left", "ctrl+l")
        await desk.see("Pierwsze kroki, krok 1 z 4", "> NIP")
        await desk.press("ctrl+q")
        await desk.until(lambda: desk.app.return_code == 0)


async def test_an_access_that_cannot_be_checked_now_is_kept_and_said(start: Start, buffer: Buffer) -> None:
    async with start() as desk:
        await desk.see("step 1 of 4", "> NIP")
        await desk.press(*"5265877635", "f10")
        await desk.see("step 2 of 4")
        await desk.press("left", "down")
        await paste(desk, "http://127.0.0.1:9")
        await desk.press("f10", "f10")
        await desk.see("step 4 of 4")
        desk.app.vault.open(Secret("x"))
        await paste(desk, "a-token")
        await desk.press("down", "down")
        await paste(desk, "x")
        await desk.press("down")
        await paste(desk, "x")
        await desk.press("f10")
        await desk.see("[5Buffer]", "KSeF could not be asked")
        assert desk.engine.asked == []


def _file(folder: Path) -> str:
    path = folder / "console-anna.json"
    return path.read_text() if path.exists() else ""
