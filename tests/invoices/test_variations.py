"""One invoice, written in the many ways that programs write it, is read as one and the same."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.invoices import read_header, read_invoice
from blink_tui.model.invoice import Invoice, InvoiceParty
from tests.invoices.documents import NAMESPACE, SELLER_NAME, faktura, line

_RATES = {
    "1": "23", "2": "8", "3": "5", "4": "ryczałt taxi", "5": "OSS", "6_1": "0 KR", "6_2": "0 WDT",
    "6_3": "0 EX", "7": "zw", "8": "np I", "9": "np II", "10": "oo", "11": "marża",
}  # fmt: skip
_money = st.decimals(-(10**9), 10**9, places=2).map(str)
_words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="<>&\ufeff"),
    min_size=1,
).filter(lambda text: text == text.strip())


@st.composite
def _tables(draw: st.DrawFn) -> dict[str, tuple[str, str | None, str | None]]:
    """Groups of P_13/P_14: net, tax, tax in PLN."""
    groups = draw(st.lists(st.sampled_from(sorted(_RATES)), unique=True, min_size=1))
    return {
        group: (
            draw(_money),
            draw(st.none() | _money) if group in "12345" else None,
            draw(st.none() | _money) if group in "1234" else None,
        )
        for group in groups
    }


def _xml(table: dict[str, tuple[str, str | None, str | None]]) -> str:
    fields = []
    for group, (net, vat, pln) in table.items():
        fields.append(f"<P_13_{group}>{net}</P_13_{group}>")
        fields += [f"<P_14_{group}>{vat}</P_14_{group}>"] if vat is not None else []
        fields += [f"<P_14_{group}W>{pln}</P_14_{group}W>"] if pln is not None else []
    return "".join(fields)


@given(table=_tables(), name=_words, rows=st.integers(0, 12))
def test_what_is_written_is_read(
    table: dict[str, tuple[str, str | None, str | None]], name: str, rows: int
) -> None:
    xml = faktura(vat=_xml(table), seller=name, lines="".join(line(n, name) for n in range(rows))).encode()
    invoice = read_invoice(xml)
    assert {row.rate: (row.net, row.vat, row.vat_pln) for row in invoice.vat_table} == {
        _RATES[group]: tuple(None if text is None else Decimal(text) for text in amounts)
        for group, amounts in table.items()
    }
    assert invoice.seller.name == name
    assert [row.name for row in invoice.lines] == [name] * rows
    assert _header_of(invoice) == read_header(xml)


def _header_of(invoice: Invoice) -> Invoice:
    """What `read_header` leaves of an invoice."""

    def bare(party: InvoiceParty) -> InvoiceParty:
        return replace(party, seat=None, mailing=None, contacts=())

    return replace(invoice, lines=(), seller=bare(invoice.seller), buyer=bare(invoice.buyer))


def _prefixed(xml: str) -> str:
    """The same document with its namespace under a prefix."""
    return re.sub(r"<(/?)(?=[A-Za-z])", r"<\1tns:", xml).replace("xmlns=", "xmlns:tns=")


_WAYS: dict[str, Callable[[str], str]] = {
    "comments": lambda xml: xml.replace("<P_2>", "<!-- P_2 --><P_2>").replace(
        "FV/1", "FV<!-- in the midst -->/1"
    ),
    "cdata": lambda xml: xml.replace(SELLER_NAME, f"<![CDATA[{SELLER_NAME}]]>"),
    "part cdata": lambda xml: xml.replace("Odbiorca S.A.", "Od<![CDATA[biorca ]]>S.A<![CDATA[.]]>"),
    "instructions": lambda xml: xml.replace("<Fa>", "<?x y?><Fa>").replace("123.00", "123<?z?>.00"),
    "crlf": lambda xml: xml.replace("\n", "\r\n"),
    "indented": lambda xml: xml.replace("><", ">\n\t\t  <"),
    "spaces": lambda xml: xml.replace("123.00", "\n 123.00 \t").replace("FV/1/2026", " FV/1/2026 "),
    "references": lambda xml: xml.replace("Źdźbła", "&#377;d&#378;b&#x142;a"),
    "prefix": _prefixed,
    "foreign": lambda xml: xml.replace("<P_2>", '<P_2 xmlns="urn:other">not this</P_2><P_2>', 1),
    "schema location": lambda xml: xml.replace(
        "<Faktura ",
        f'<Faktura xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{NAMESPACE} x" ',
    ),
}


@settings(max_examples=200)
@given(
    ways=st.lists(st.sampled_from(sorted(_WAYS)), unique=True, max_size=5),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "iso-8859-2", "windows-1250"]),
)
def test_every_way_of_writing_is_read_alike(ways: list[str], encoding: str) -> None:
    xml = faktura()
    for way in sorted(ways, key=lambda way: way == "prefix"):
        xml = _WAYS[way](xml)
    declared = xml.replace("UTF-8", "UTF-8" if encoding.startswith("utf-8") else encoding)
    assert read_invoice(declared.encode(encoding)) == read_invoice(faktura().encode())


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read_invoice(codecs.BOM_UTF8 + faktura().encode()) == read_invoice(faktura().encode())


def test_lines_are_kept_in_order_though_their_numbers_repeat() -> None:
    rows = read_invoice(faktura(lines=line(1, "a") + line(1, "b") + line(0, "c")).encode()).lines
    assert [(row.number, row.name) for row in rows] == [(1, "a"), (1, "b"), (0, "c")]
