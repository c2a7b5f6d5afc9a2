"""Text of an invoice is only ever text: in no rendering does it steer, draw, fetch, run or name anything."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from datetime import date
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from blink_tui.i18n import set_language
from blink_tui.invoices import read_invoice
from blink_tui.invoices.page_dates import arrival_of
from blink_tui.invoices.qr import QR_HOSTS
from blink_tui.invoices.render_html import render_html
from blink_tui.invoices.render_pdf import Printed, render_pdf
from blink_tui.invoices.render_text import render_text
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import Invoice
from tests.invoices.documents import faktura, line
from tests.invoices.test_everything_shown import full_invoice

EVIL = {
    "typst": '#panic("x") #read("/etc/passwd") $x^2$ *b* @ref <end> \\u{41} // no',
    "textual": "[@click=app.quit]x[/] [link=file:///etc/passwd]y[/link] [bold",
    "escapes": "\x9b31mA\x9d0;title\x9cB",
    "direction": "abc\u202eexe.fdp\u202c\u2066x\u2069\u200b",
    "html": "<script>alert(1)</script><img src=http://x/y>&amp;\"'",
    "place": "../../../etc/passwd.pdf",
    "glyphs": "漢🦊",
}
"""Texts that would do something where they were taken for more; escape bytes that XML lets through."""

_ATTACHMENT = (
    "</Fa><Zalacznik><BlokDanych><ZNaglowek>{t}</ZNaglowek><MetaDane><ZKlucz>{t}</ZKlucz><ZWartosc>{t}</ZWartosc>"
    "</MetaDane><Tekst><Akapit>{t}</Akapit></Tekst><Tabela><TNaglowek><Kol Typ='txt'><NKom>{t}</NKom></Kol>"
    "</TNaglowek><Wiersz><WKom>{t}</WKom></Wiersz></Tabela></BlokDanych></Zalacznik></Faktura>"
)
_everywhere = pytest.mark.parametrize("text", EVIL.values(), ids=EVIL)


@pytest.fixture(autouse=True)
def _english() -> None:
    set_language("en")


def _xml(text: str) -> bytes:
    safe = escape(text)
    more = f"<DodatkowyOpis><Klucz>{safe}</Klucz><Wartosc>{safe}</Wartosc></DodatkowyOpis>"
    whole = faktura(seller=safe, lines=line(1, safe), more=more)
    whole = whole.replace("FV/1/2026", safe)
    return whole.replace("</Fa></Faktura>", _ATTACHMENT.format(t=safe)).encode()


def _invoice(text: str) -> Invoice:
    return read_invoice(_xml(text))


def _shown(text: str) -> str:
    """What is left of a text when everything is gone that steers."""
    return "".join(char for char in text if char.isprintable())


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _value in attrs)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@_everywhere
def test_the_terminal_gets_letters(text: str) -> None:
    shown = render_text(_invoice(text), arrival=arrival_of(Direction.PURCHASE, date(2026, 3, 2)), width=2000)
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert shown.count(_shown(text)) >= 9


@_everywhere
def test_a_page_gets_letters(text: str) -> None:
    page = _Page()
    page.feed(render_html(_invoice(text)))
    assert page.tags <= {
        "html", "head", "meta", "title", "style", "body", "section",
        "h1", "h2", "h3", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "p", "br",
    }  # fmt: skip
    assert page.attributes <= {"lang", "charset", "http-equiv", "content", "id", "class"}
    assert "".join(page.words).count(_shown(text)) >= 9


@_everywhere
def test_paper_gets_letters_and_boxes(text: str, tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="the extra pdf is not installed")
    xml = _xml(text)
    number = "5265877635-20250826-0100001AF629-AF"
    printed = Printed(invoice=read_invoice(xml), xml=xml, ksef_number=number, qr_host=QR_HOSTS["test"])
    pdf = render_pdf([printed])
    path = tmp_path / "invoice.pdf"
    path.write_bytes(pdf.content)
    assert set(pdf.replaced) == (set(text) if text == EVIL["glyphs"] else set())
    wanted = _shown(text).translate(dict.fromkeys(map(ord, pdf.replaced), "□"))
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    made = subprocess.run([reader, path, "-"], check=True, capture_output=True).stdout.decode()
    assert "".join(made.split()).count("".join(wanted.split())) >= 7
    detached = subprocess.run(["pdfdetach", "-list", path], check=True, capture_output=True).stdout.decode()
    assert detached.split() == ["1", "embedded", "files", "1:", f"{number}.xml"]


def test_no_field_of_any_form_reaches_a_rendering_uncleaned() -> None:
    """Every text of the model, whatever reader filled it."""
    evil = _poisoned(full_invoice())
    text, html = render_text(evil, width=100_000), render_html(evil)
    assert not {"\x9b", "\u202e"} & set(text + html)
    assert "<b>Żółw1007" in text
    assert "<b>" not in html


def _poisoned(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _poisoned(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    if isinstance(value, tuple):
        return tuple(_poisoned(part) for part in value)
    return f"\x9b\u202e<b>{value}" if isinstance(value, str) else value
