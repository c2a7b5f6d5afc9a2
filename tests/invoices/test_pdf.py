"""PDF: pages that can be read, the original attached, the code that leads to KSeF, and hostile text as letters."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from blink_tui.i18n import set_language
from blink_tui.invoices import read_invoice
from blink_tui.invoices.printing import Original, print_each, print_together
from blink_tui.invoices.qr import QR_HOSTS, invoice_link, qr_svg
from blink_tui.invoices.render_pdf import Pdf, Printed, render_pdf
from blink_tui.model.documents import Direction
from tests.invoices.documents import faktura, line

pytest.importorskip("typst", reason="the extra pdf is not installed")
pytest.importorskip("segno", reason="the extra pdf is not installed")

_NUMBER = "5265877635-20250826-0100001AF629-AF"


@pytest.fixture(autouse=True)
def _english() -> None:
    set_language("en")


def _printed(xml: bytes) -> Printed:
    return Printed(invoice=read_invoice(xml), xml=xml, ksef_number=_NUMBER, qr_host=QR_HOSTS["test"])


def _tool(name: str, *arguments: str | Path) -> bytes:
    """What a tool of poppler says; skips where it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} (poppler-utils) is not installed")
    return subprocess.run([found, *arguments], check=True, capture_output=True).stdout


def _text(pdf: Pdf, folder: Path) -> str:
    path = folder / "invoice.pdf"
    path.write_bytes(pdf.content)
    return " ".join(_tool("pdftotext", "-layout", path, "-").decode().split())


def test_a_link_is_made_as_documented() -> None:
    """The shape of PROTOCOL 4: host, NIP, day, month, year, Base64URL without padding."""
    link = invoice_link(QR_HOSTS["test"], "1111111111", date(2026, 2, 1), bytes(range(32)))
    assert (
        link
        == "https://qr-test.ksef.mf.gov.pl/invoice/1111111111/01-02-2026/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    )
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", link.rpartition("/")[2])


def test_every_digest_fits_a_url() -> None:
    link = invoice_link("https://h", "1111111111", date(2026, 1, 1), b"\xff\xfb" * 16)
    assert set("-_") <= set(link)
    assert not set("+=") & set(link)


def test_the_page_has_text_number_and_polish_letters(tmp_path: Path) -> None:
    pdf = render_pdf([_printed(faktura().encode())])
    text = _text(pdf, tmp_path)
    assert pdf.replaced == ""
    for shown in ("FV/1/2026", _NUMBER, "Zażółć Gęślą", "Źdźbła", "123,00 PLN", "Jaźń"):
        assert shown in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-2"])
def test_the_original_is_attached_byte_for_byte(encoding: str, tmp_path: Path) -> None:
    declared = "UTF-8" if encoding.startswith("utf-8") else encoding
    xml = faktura().replace("UTF-8", declared).replace("\n", "\r\n").encode(encoding)
    path = tmp_path / "invoice.pdf"
    path.write_bytes(render_pdf([_printed(xml)]).content)
    assert b"PDF/A" in path.read_bytes() or b"pdfaid" in path.read_bytes()
    _tool("pdfdetach", "-saveall", "-o", tmp_path, path)
    assert (tmp_path / f"{_NUMBER}.xml").read_bytes() == xml


def test_it_is_pdf_a_3b() -> None:
    content = render_pdf([_printed(faktura().encode())]).content
    assert re.search(rb"<pdfaid:part>3</pdfaid:part>", content)
    assert re.search(rb"<pdfaid:conformance>B</pdfaid:conformance>", content)


def test_several_documents_make_one_file(tmp_path: Path) -> None:
    one, two = faktura().encode(), faktura().replace("FV/1/2026", "FV/2/2026").encode()
    second = Printed(invoice=read_invoice(two), xml=two)
    text = _text(render_pdf([_printed(one), second]), tmp_path)
    assert "FV/1/2026" in text
    assert "FV/2/2026" in text
    listed = _tool("pdfdetach", "-list", tmp_path / "invoice.pdf").decode()
    assert _NUMBER in listed
    assert sha256(two).hexdigest()[:16] in listed


def test_an_invoice_of_two_firms_is_attached_once(tmp_path: Path) -> None:
    twice = render_pdf([_printed(faktura().encode())] * 2)
    assert len(_text_of_pages(twice, tmp_path)) == 2
    assert _tool("pdfdetach", "-list", tmp_path / "invoice.pdf").decode().split()[0] == "1"


def test_the_same_invoice_gives_the_same_bytes() -> None:
    assert render_pdf([_printed(faktura().encode())]) == render_pdf([_printed(faktura().encode())])


def test_a_glyph_that_no_font_has_becomes_a_box_and_a_note(tmp_path: Path) -> None:
    pdf = render_pdf([_printed(faktura(seller="Firma 漢 🦊 Ελλάς Жук").encode())])
    text = _text(pdf, tmp_path)
    assert set("漢🦊") <= set(pdf.replaced)
    assert "Firma □ □ Ελλάς Жук" in text
    assert "cannot be printed" in text


def test_source_and_markup_in_text_are_letters(tmp_path: Path) -> None:
    evil = '#panic("x") $x^2$ *b* _i_ = h `c` @ref \\u{41} #read("/etc/hostname") [a] {"b"} // no'
    pdf = render_pdf([_printed(faktura(seller=evil.replace('"', "&quot;"), lines=line(1, evil)).encode())])
    text = _text(pdf, tmp_path)
    assert '#panic("x") $x^2$ *b* _i_ = h `c` @ref \\u{41} #read("/etc/hostname")' in text


def test_long_words_are_broken_and_stay_on_paper(tmp_path: Path) -> None:
    pdf = render_pdf([_printed(faktura(seller="W" * 10_000, lines=line(1, "Wx" * 500)).encode())])
    path = tmp_path / "invoice.pdf"
    path.write_bytes(pdf.content)
    words = re.findall(r'xMax="([\d.]+)"', _tool("pdftotext", "-bbox", path, "-").decode())
    paper = 595.28
    assert max(map(float, words)) < paper
    text = "".join(_text(pdf, tmp_path).split())
    assert text.count("W") >= 2 * 10_000 + 500
    assert "\u200b" not in text


def test_every_page_says_whose_it_is_and_which_of_how_many(tmp_path: Path) -> None:
    long = faktura(lines="".join(line(number, f"Towar {number}") for number in range(1, 200)))
    pdf = render_pdf([_printed(long.encode()), _printed(faktura().replace("FV/1", "FV/2").encode())])
    pages = _text_of_pages(pdf, tmp_path)
    last = len(pages) - 1
    for number, page in enumerate(pages[:last], 1):
        assert f"page {number} of {last}" in page
        assert f"Invoice FV/1/2026 · {_NUMBER}" in page
        assert ("No. Name Quantity" in page) == ("Towar" in page), "heads stand on every page of a table"
    assert "page 1 of 1" in pages[last]
    assert "Invoice FV/2/2026" in pages[last]


def _text_of_pages(pdf: Pdf, folder: Path) -> list[str]:
    path = folder / "invoice.pdf"
    path.write_bytes(pdf.content)
    pages = _tool("pdftotext", "-layout", path, "-").decode().split("\f")[:-1]
    return [" ".join(page.split()) for page in pages]


def test_a_table_of_twenty_columns_lies_on_a_turned_page(tmp_path: Path) -> None:
    heads = "".join(f'<Kol Typ="txt"><NKom>Kolumna {n}</NKom></Kol>' for n in range(20))
    row = "".join(f"<WKom>wartość numer {n}</WKom>" for n in range(20))
    attachment = (
        f"</Fa><Zalacznik><BlokDanych><Tabela><TNaglowek>{heads}</TNaglowek><Wiersz>{row}</Wiersz>"
        "</Tabela></BlokDanych></Zalacznik></Faktura>"
    )
    pdf = render_pdf([_printed(faktura().replace("</Fa></Faktura>", attachment).encode())])
    path = tmp_path / "invoice.pdf"
    path.write_bytes(pdf.content)
    boxes = _tool("pdftotext", "-bbox", path, "-").decode()
    sizes = re.findall(r'<page width="([\d.]+)" height="([\d.]+)">', boxes)
    assert [float(width) > float(height) for width, height in sizes] == [False, True]
    assert max(map(float, re.findall(r'xMax="([\d.]+)"', boxes))) < float(sizes[1][0])


def _original(xml: bytes) -> Original:
    received = date(2026, 3, 2)
    return Original(
        xml=xml,
        ksef_number=_NUMBER,
        firm_nip="5252344078",
        direction=Direction.PURCHASE,
        received=received,
        qr_host=QR_HOSTS["test"],
    )


def test_what_cannot_be_read_keeps_no_other_from_paper(tmp_path: Path) -> None:
    xmls = [faktura().replace("FV/1/2026", f"FV/{n}/2026").encode() for n in range(3)]
    xmls[1] = b"<Faktura>"
    first, broken, last = print_each([_original(xml) for xml in xmls], date(2026, 3, 3), "en")
    assert first.pdf is not None
    assert broken.error is not None
    assert last.pdf is not None
    assert "FV/0/2026" in _text(first.pdf, tmp_path)
    assert "FV/2/2026" in _text(last.pdf, tmp_path)


def test_many_in_one_file_leave_out_what_cannot_be_read(tmp_path: Path) -> None:
    xmls = [b"<Faktura>", faktura().encode()]
    [(pdf, errors)] = print_together([_original(xml) for xml in xmls], date(2026, 3, 3), "en")
    assert [error is None for error in errors] == [False, True]
    assert pdf is not None
    assert "FV/1/2026" in _text(pdf, tmp_path)
    [(nothing, _errors)] = print_together([_original(b"<Faktura>")], date(2026, 3, 3), "en")
    assert nothing is None


def test_the_code_holds_the_link() -> None:
    """Read back by an independent reader where one is installed."""
    link = invoice_link(QR_HOSTS["prod"], "5265877635", date(2026, 3, 2), sha256(b"x").digest())
    assert qr_svg(link).startswith("<svg")
    assert qr_svg(link) != qr_svg(link + "x")
