"""The pages of one document: everything is there, nothing is wider than the pane, nothing controls the terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from rich.cells import cell_len

from blink_tui.buffer import Buffer
from blink_tui.invoices.page_dates import arrival_of
from blink_tui.invoices.render_text import render_tabs
from blink_tui.model.documents import Role
from blink_tui.model.firms import Firm
from blink_tui.tui.detail import SUMMARY, XML, Content, Page, pages, read_content

TODAY = date(2026, 11, 22)


@pytest.fixture
async def content(buffer: Buffer, firms: list[Firm]) -> Content:
    return await read_content(buffer, 1, TODAY)


def shown(page: Page) -> list[str]:
    return ["".join(text for text, _tone in line) for line in page.lines]


def by_id(content: Content, width: int = 78) -> dict[str, Page]:
    return {page.id: page for page in pages(content, width)}


@pytest.mark.parametrize("width", [58, 78, 118])
async def test_no_line_is_wider_than_the_pane(content: Content, width: int) -> None:
    for page in pages(content, width):
        lines = shown(page)
        assert lines
        assert max(map(cell_len, lines)) < width


async def test_the_invoice_is_shown_as_it_is_rendered_everywhere(content: Content) -> None:
    assert content.invoice is not None
    found = by_id(content)
    tabs = render_tabs(
        content.invoice,
        ksef_number=content.document.ksef_number,
        findings=content.findings,
        arrival=arrival_of(content.document.direction, content.document.received_date),
        width=76,
    )
    assert "dates" in found
    assert [*found] == [*(tab.id for tab in tabs), XML]
    for tab in tabs:
        assert not tab.lines or shown(found[tab.id])[-len(tab.lines) :] == [" " + line for line in tab.lines]
        assert found[tab.id].title == tab.title


async def test_the_summary_begins_with_what_only_the_buffer_knows(content: Content) -> None:
    first = shown(by_id(content)[SUMMARY])[0]
    document = replace(content.document, roles=frozenset({Role.SELLER, Role.THIRD_PARTY}), problem=None)
    assert "+ fetched" in first
    assert f"received {content.document.received_date}" in first
    assert (
        "(as seller, third party (Podmiot 3))"
        in shown(by_id(replace(content, document=document), 118)[SUMMARY])[0]
    )


async def test_what_the_checks_found_marks_their_page(content: Content) -> None:
    page = by_id(content)["checks"]
    assert page.alarm
    assert "check digit of NIP" in "\n".join(shown(page))
    assert not by_id(replace(content, findings=()))["checks"].alarm


async def test_the_xml_is_indented_for_reading(content: Content) -> None:
    lines = shown(by_id(content, 60)[XML])
    text = "\n".join(lines)
    start = lines.index("   <Naglowek>")
    form = lines[start + 1 : lines.index("     <WariantFormularza>3</WariantFormularza>")]
    assert len(form) > 1
    assert all(line.startswith("     ") and line[5] != " " for line in form), "wrapped under itself"
    assert 'kodSystemowy="FA (3)"' in text


async def test_an_unreadable_document_shows_what_ksef_says_of_it_and_why(content: Content) -> None:
    broken = replace(content, invoice=None, problem="The file is no XML.", xml=b"\x00\x1b[2Jnothing <")
    found = by_id(broken)
    assert [*found] == [SUMMARY, XML]
    text = "\n".join(shown(found[SUMMARY]))
    assert "! The file is no XML." in text
    assert content.document.ksef_number in text
    assert content.document.invoice_number in text
    assert shown(found[XML]) == [" [2Jnothing <"]


async def test_entities_are_not_expanded(content: Content) -> None:
    xml = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert "root:" not in "\n".join(shown(by_id(replace(content, xml=xml))[XML]))


async def test_a_long_xml_is_cut_with_a_word(content: Content) -> None:
    lines = shown(by_id(replace(content, xml=b"<a>" + b"x " * 100_000))[XML])
    assert "Only the beginning is shown" in lines[-1]
    assert len(lines) < 2000
