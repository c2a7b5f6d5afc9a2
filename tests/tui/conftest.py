"""A real buffer with a small office, and a console over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.widgets import Input

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.firms import Firm
from blink_tui.tui.app import ConsoleApp
from tests.tui.ready import ReadyOffice, parsed_once


@dataclass
class Wishes:
    """An engine that keeps what it was asked for."""

    asked: list[Sequence[int] | None] = field(default_factory=list)
    vaults: int = 0
    busy: bool = False
    problem: BaseException | None = None

    def fetch_now(self, firm_ids: Sequence[int] | None = None) -> None:
        self.asked.append(firm_ids)

    def vault_opened(self) -> None:
        self.vaults += 1

    def stop(self, timeout: float = 5.0) -> bool:
        return True


@dataclass
class Desk:
    """A console that runs, and what is under it."""

    app: ConsoleApp
    pilot: Pilot[None]
    buffer: Buffer
    engine: Wishes
    folder: Path

    @property
    def text(self) -> str:
        """What stands on the screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    async def see(self, *wanted: str) -> str:
        """Wait until all of these stand on the screen; returns the screen."""
        await self.until(
            lambda: all(part in self.text for part in wanted), lambda: f"{wanted} not in\n{self.text}"
        )
        return self.text

    async def until(self, condition: Callable[[], bool], why: Callable[[], str] = lambda: "") -> None:
        """Wait for a condition, as long as a slow machine may need."""
        for _turn in range(500):
            await self.pilot.pause(0.01)
            if condition():
                return
        pytest.fail(why())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Put a text into the line in focus as a terminal pastes it: a key at a time takes long."""
        line = self.app.focused
        assert isinstance(line, Input)
        line.insert_text_at_cursor(text)
        await self.pilot.pause()


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "buffer.sqlite") as opened:
        yield opened


@pytest.fixture(scope="session")
def ready_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadyOffice]:
    with closing(ReadyOffice(tmp_path_factory.mktemp("office"), 300)) as ready:
        yield ready


@pytest.fixture(scope="session", autouse=True)
def _parsed_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Stylesheet, "_parse_rules", parsed_once())
        yield


@pytest.fixture
async def firms(buffer: Buffer, ready_office: ReadyOffice, tmp_path: Path) -> list[Firm]:
    """Two firms with 300 documents, 270 of them the first one's."""
    return await ready_office.put_into(buffer, tmp_path / "buffer.sqlite")


OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def open_desk(buffer: Buffer, firms: list[Firm], tmp_path: Path) -> OpenDesk:
    """Opens a console of a size over the office."""

    @asynccontextmanager
    async def opened(width: int = 80, height: int = 24) -> AsyncIterator[Desk]:
        engine = Wishes()
        folder = tmp_path / "out"
        app = ConsoleApp(buffer, engine, who="anna", export_dir=folder)
        async with app.run_test(size=(width, height), notifications=True) as pilot:
            desk = Desk(app, pilot, buffer, engine, folder)
            await desk.see("Piekarnia")
            yield desk

    return opened
