"""The pages of one document: everything is there, nothing is wider than the pane, nothing controls the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from blink_tui.buffer import Buffer
from blink_tui.model.firms import Firm
from blink_tui.tui.detail import TITLES, XML_PAGE, Content, page, read_content


@pytest.fixture
async def content(buffer: Buffer, firms: list[Firm]) -> Content:
    return await read_content(buffer, 1)


def shown(content: Content, index: int, width: int = 78) -> list[str]:
    return ["".join(text for text, _tone in line) for line in page(content, index, width)]


@pytest.mark.parametrize("index", range(len(TITLES)))
@pytest.mark.parametrize("width", [58, 78, 118])
async def test_no_line_is_wider_than_the_pane(content: Content, index: int, width: int) -> None:
    lines = shown(content, index, width)
    assert lines
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize(
    ("index", "wanted"),
    [
        (0, ["KSeF number", "split payment (MPP)", "+ fetched", "due 2026-"]),
        (1, ["Usługa księgowa", "szt.", "23"]),
        (2, ["Together", "Due altogether", "23"]),
        (3, ["bank transfer", "11222233334444555566667777"]),
        (4, ["ul. Lipowa 7, 90-001 Łódź, PL", "NIP or other id"]),
        (XML_PAGE, ["  <Naglowek>", 'kodSystemowy="FA (3)"']),
    ],
)
async def test_pages_tell_what_the_invoice_says(content: Content, index: int, wanted: list[str]) -> None:
    text = "\n".join(shown(content, index))
    assert [part for part in wanted if part not in text] == []


async def test_an_unreadable_document_says_why_on_every_page(content: Content) -> None:
    broken = replace(content, invoice=None, problem="The file is no XML.", xml=b"\x00\x1b[2Jnothing <")
    for index in range(XML_PAGE):
        assert "The file is no XML." in "\n".join(shown(broken, index))
    assert shown(broken, XML_PAGE) == [" [2Jnothing <"]


async def test_entities_are_not_expanded(content: Content) -> None:
    xml = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert "root:" not in "\n".join(shown(replace(content, xml=xml), XML_PAGE))


async def test_a_long_xml_is_cut_with_a_word(content: Content) -> None:
    lines = shown(replace(content, xml=b"<a>" + b"x " * 100_000), XML_PAGE)
    assert "Only the beginning is shown" in lines[-1]
    assert len(lines) < 2000
