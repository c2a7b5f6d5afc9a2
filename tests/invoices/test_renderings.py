"""Renderings: everything of an invoice is there, laid out, cleaned and escaped."""

from __future__ import annotations

from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from blink_tui.i18n import set_language
from blink_tui.invoices import read_invoice
from blink_tui.invoices.checks import Context, check
from blink_tui.invoices.page import sections
from blink_tui.invoices.page_dates import arrival_of
from blink_tui.invoices.render_html import render_html
from blink_tui.invoices.render_text import render_tabs, render_text
from blink_tui.invoices.words import exact, money
from blink_tui.model.dates import parse_instant, warsaw_day
from blink_tui.model.documents import Direction
from blink_tui.model.wrapping import cells, wrapped
from tests.invoices.documents import faktura, line
from tests.invoices.samples import named, sample_files

_TODAY = Context(today=warsaw_day(parse_instant("2026-03-10T10:00:00Z")))
_FILES = pytest.mark.parametrize("path", sample_files(), ids=named)
_EVIL = "\x9b31mA\u202eB<script>alert(1)</script>&amp;[@click=app.quit]x[/] =1+1 #panic() $x$ *y*"


@pytest.fixture(autouse=True)
def _english() -> None:
    set_language("en")


class _Page(HTMLParser):
    """Tags and texts of a page as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@_FILES
@pytest.mark.parametrize("width", [80, 120])
def test_text_keeps_to_its_width(path: Path, width: int) -> None:
    invoice = read_invoice(path.read_bytes())
    text = render_text(invoice, findings=check(invoice, _TODAY), width=width)
    assert max(map(cells, text.splitlines())) <= width
    assert text.isprintable() or set(text) - {"\n"} == {char for char in text if char.isprintable()}


@_FILES
def test_html_is_whole_and_has_every_text(path: Path) -> None:
    invoice = read_invoice(path.read_bytes())
    page = _Page()
    page.feed(render_html(invoice, findings=check(invoice, _TODAY)))
    assert page.open == []
    words = "\n".join(page.words)
    for name in (
        invoice.number,
        invoice.seller.name,
        invoice.buyer.name,
        *(row.name for row in invoice.lines),
    ):
        assert " ".join((name or "").split()) in " ".join(words.split())


def test_tabs_come_in_the_consoles_order() -> None:
    tabs = render_tabs(read_invoice(faktura().encode()))
    assert [tab.id for tab in tabs] == ["summary", "lines", "vat", "payment", "parties", "checks", "links"]


def test_columns_are_aligned_though_letters_differ_in_bytes() -> None:
    rows = line(1, "Zażółć gęślą jaźń") + line(2, "plain") + line(3, "漢字の品")
    tab = render_tabs(read_invoice(faktura(lines=rows).encode()))[1]
    ends = {cells(text[: text.rindex("100,00")]) for text in tab.lines[1:]}
    assert len(ends) == 1
    assert tab.lines[0].startswith("No.  Name")


def test_evil_text_is_only_letters() -> None:
    escaped = _EVIL.replace("&", "&amp;").replace("<", "&lt;")
    invoice = read_invoice(faktura(seller=escaped, lines=line(1, escaped)).encode())
    assert invoice.seller.name == _EVIL
    text = render_text(invoice)
    assert "\x9b" not in text
    assert "\u202e" not in text
    assert "[@click=app.quit]x[/]" in text.replace("\n", " ")
    html = render_html(invoice)
    page = _Page()
    page.feed(html)
    assert "script" not in page.tags
    assert "<script>alert(1)</script>&amp;" in "".join(page.words)
    assert "\u202e" not in html


def test_html_asks_for_nothing() -> None:
    page = _Page()
    html = render_html(read_invoice(faktura().encode()))
    page.feed(html)
    assert not page.tags & {"script", "img", "link", "iframe", "object", "form", "a"}
    assert "default-src 'none'" in html


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("a b c", 3, ["a b", "c"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("漢字漢字", 3, ["漢", "字", "漢", "字"]),
        ("zażółć gęślą", 6, ["zażółć", "gęślą"]),
    ],
)
def test_words_are_wrapped_by_cells(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(text, width) == lines


@pytest.mark.parametrize(
    ("direction", "month", "why"),
    [
        (Direction.SALE, "2026-02", "Tax point 2026-02-28 (date of sale)."),
        (Direction.PURCHASE, "2026-04", "the later of both decides. Deducted from 2026-04, in 2026-07"),
        (Direction.NONE, "", "For information only"),
    ],
)
def test_the_dates_say_the_month_and_why(direction: Direction, month: str, why: str) -> None:
    received = warsaw_day(parse_instant("2026-03-31T22:00:00Z"))
    text = render_text(read_invoice(faktura().encode()), arrival=arrival_of(direction, received), width=400)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "Received 2026-04-01" in lines
    assert "Tax point 2026-02-28 (date of sale)" in lines
    assert (f"VAT month {month}" in lines) == bool(month)
    assert why in text


def test_rows_with_several_dates_of_sale_are_pointed_at() -> None:
    dated = line(1).replace("<P_7>", "<P_6A>2026-02-01</P_6A><P_7>") + line(2).replace(
        "<P_7>", "<P_6A>2026-02-03</P_6A><P_7>"
    )
    invoice = read_invoice(faktura(lines=dated).replace("<P_6>2026-02-28</P_6>", "").encode())
    text = render_text(invoice, arrival=arrival_of(Direction.PURCHASE, _TODAY.today), width=400)
    assert "2026-02-03 (latest date of sale of the rows)" in text
    assert "The rows have different dates of sale" in text


def test_numbers_are_never_broken_over_lines() -> None:
    """An amount whose groups of digits stand on two lines is read as another one."""
    rows = line(1, "Młotek " * 20).replace("<P_11>100.00", "<P_11>12345678.90")
    for width in range(40, 120):
        text = render_text(read_invoice(faktura(lines=rows).encode()), width=width)
        assert "12 345 678,90" in text


def test_every_section_of_a_rich_invoice_holds_something() -> None:
    more = (
        "<DodatkowyOpis><NrWiersza>1</NrWiersza><Klucz>k</Klucz><Wartosc>w</Wartosc></DodatkowyOpis>"
        "<Rozliczenie><Odliczenia><Kwota>3.00</Kwota><Powod>kaucja</Powod></Odliczenia>"
        "<DoZaplaty>120.00</DoZaplaty></Rozliczenie>"
        "<Platnosc><TerminPlatnosci><TerminOpis><Ilosc>14</Ilosc><Jednostka>dni</Jednostka>"
        "<ZdarzeniePoczatkowe>dostawa</ZdarzeniePoczatkowe></TerminOpis></TerminPlatnosci></Platnosc>"
    )
    invoice = read_invoice(faktura(more=more).encode())
    made = {part.id: part.blocks for part in sections(invoice, findings=check(invoice, _TODAY))}
    assert all(made.values())
    text = render_text(invoice)
    for shown in ("120,00 PLN", "14 dni dostawa", "kaucja", "taken off"):
        assert shown in text


def test_polish_is_the_default_language_of_what_is_not_translated_here() -> None:
    set_language("pl")
    assert "FV/1/2026" in render_text(read_invoice(faktura().encode()))


@pytest.mark.parametrize(
    ("value", "amount", "number"),
    [
        ("0", "0,00", "0"),
        ("-1234567.5", "-1 234 567,50", "-1 234 567,5"),
        ("100", "100,00", "100"),
        ("0.12345600", "0,12345600", "0,123456"),
        ("1" * 40 + ".10", None, " ".join(["1", *["111"] * 13]) + ",1"),
    ],
)
def test_numbers_are_shown_as_written_and_never_rounded(value: str, amount: str | None, number: str) -> None:
    if amount is not None:
        assert money(Decimal(value)) == amount
    assert exact(Decimal(value)) == number


def test_a_table_that_is_too_wide_is_shown_field_by_field() -> None:
    heads = "".join(f'<Kol Typ="txt"><NKom>Nagłówek kolumny {n}</NKom></Kol>' for n in range(12))
    cells_of_row = "".join(f"<WKom>wartość {n}</WKom>" for n in range(12))
    attachment = (
        f"</Fa><Zalacznik><BlokDanych><Tabela><TNaglowek>{heads}</TNaglowek><Wiersz>{cells_of_row}</Wiersz>"
        "</Tabela></BlokDanych></Zalacznik></Faktura>"
    )
    text = render_text(read_invoice(faktura().replace("</Fa></Faktura>", attachment).encode()))
    assert "Nagłówek kolumny 11  wartość 11" in text
