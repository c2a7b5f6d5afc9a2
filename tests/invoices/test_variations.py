"""One invoice, written in the many ways that programs write it, is read as one and the same."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.invoices import UNREADABLE, Depth, read_invoice
from blink_tui.model.errors import BlinkError
from blink_tui.model.invoice import Invoice, InvoiceLine, InvoiceParty
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
    assert _header_of(invoice) == read_invoice(xml, Depth.HEADER)


def _header_of(invoice: Invoice) -> Invoice:
    """What is left of an invoice of which the header is read."""

    def bare(party: InvoiceParty) -> InvoiceParty:
        return replace(party, seat=None, mailing=None, contacts=())

    days = tuple(InvoiceLine(sale_date=line.sale_date) for line in invoice.lines)
    return replace(invoice, lines=days, seller=bare(invoice.seller), buyer=bare(invoice.buyer))


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
    read = read_invoice(declared.encode(encoding))
    assert replace(read, unread=()) == read_invoice(faktura().encode())
    assert read.unread == ((("Fa/P_2", "not this"),) if "foreign" in ways else ())


_SPLIT = {
    "comment": "12<!-- x -->3.00",
    "comments": "<!-- 9 -->1<!-- x -->2<!----><!-- 8 -->3.00<!-- 7 -->",
    "instruction": "12<?x 9?>3.00",
    "cdata": "12<![CDATA[3.]]>00",
    "references": "12&#51;&#x2E;0&#48;",
    "all": "<!-- 4 -->1<![CDATA[2]]><?p 5?>&#51;<!-- 6 -->.<![CDATA[]]>00",
}


@pytest.mark.parametrize("written", _SPLIT.values(), ids=_SPLIT)
def test_a_split_number_is_read_whole(written: str) -> None:
    """Never as the number that stands before the first comment."""
    for depth in Depth:
        assert read_invoice(faktura(total=written).encode(), depth).total == Decimal("123.00")


@pytest.mark.parametrize("within", ["<x/>", "<x>9</x>", '<x xmlns="urn:other"/>', "<P_15>9</P_15>"])
def test_a_number_with_elements_in_it_is_refused(within: str) -> None:
    """Its first text alone would be another number."""
    for field in ("P_15", "P_2", "P_1", "P_13_1", "P_9A", "P_7", "AdresL1"):
        xml = re.sub(f"<{field}>(.)", rf"<{field}>\1{within}", faktura(), count=1)
        with pytest.raises(BlinkError) as caught:
            read_invoice(xml.encode())
        assert (caught.value.kind, caught.value.cause) == (UNREADABLE, f"{field}: 'elements within'")


def test_what_no_field_holds_is_told() -> None:
    """New fields, a second value for one field, elements of a foreign namespace: each with its path."""
    more = (
        "<Nowe a='1'>x<Pole>y</Pole>z</Nowe><P_2>FV/2</P_2>"
        "<Platnosc><TerminPlatnosci><Strefa>CET</Strefa></TerminPlatnosci></Platnosc>"
        '<FaWiersz><P_7>a</P_7><P_7>b</P_7><Cena xmlns="urn:other">5</Cena></FaWiersz>'
        "<Rozliczenie><DoZaplaty>1</DoZaplaty></Rozliczenie><Rozliczenie><DoZaplaty>2</DoZaplaty></Rozliczenie>"
    )
    read = read_invoice(faktura(more=more).encode())
    assert read.unread == (
        ("Fa/Nowe", "x"),
        ("Fa/Nowe@a", "1"),
        ("Fa/Nowe/Pole", "y"),
        ("Fa/Nowe", "z"),
        ("Fa/P_2", "FV/2"),
        ("Fa/Platnosc/TerminPlatnosci/Strefa", "CET"),
        ("Fa/FaWiersz/P_7", "b"),
        ("Fa/FaWiersz/Cena", "5"),
        ("Fa/Rozliczenie/DoZaplaty", "2"),
    )
    assert (read.number, read.lines[1].name, read.to_pay) == ("FV/1/2026", "a", Decimal(1))


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read_invoice(codecs.BOM_UTF8 + faktura().encode()) == read_invoice(faktura().encode())


def test_lines_are_kept_in_order_though_their_numbers_repeat() -> None:
    rows = read_invoice(faktura(lines=line(1, "a") + line(1, "b") + line(0, "c")).encode()).lines
    assert [(row.number, row.name) for row in rows] == [(1, "a"), (1, "b"), (0, "c")]


def test_all_rates_and_hundreds_of_lines_in_one_document() -> None:
    """Prefixed, indented, with CRLF and a byte order mark; the sums are counted here anew."""
    table: dict[str, tuple[str, str | None, str | None]] = {
        group: (f"{place * 100}.10", f"{place}.01" if group in "12345" else None, None)
        for place, group in enumerate(_RATES, 1)
    }
    xml = faktura(vat=_xml(table), lines="".join(line(number, "Ł" * 200) for number in range(1, 601)))
    xml = _WAYS["crlf"](_WAYS["indented"](_prefixed(xml)))
    invoice = read_invoice(codecs.BOM_UTF8 + xml.encode())
    assert len(invoice.vat_table) == 13
    assert invoice.net == sum(Decimal(net) for net, _, _ in table.values())
    assert invoice.vat == sum(Decimal(tax) for _, tax, _ in table.values() if tax)
    assert [row.number for row in invoice.lines] == list(range(1, 601))
    assert sum(row.net for row in invoice.lines if row.net) == 60_000
    assert invoice.unread == ()
