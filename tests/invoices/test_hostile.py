"""Bytes made to hurt: only our own errors come out, and nothing is expanded, fetched or believed."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blink_tui.invoices import UNKNOWN_FORM, UNREADABLE, Depth, read_invoice
from blink_tui.invoices.xml import MAX_BYTES
from blink_tui.model.errors import BlinkError
from blink_tui.model.text import clean
from tests.invoices.documents import faktura


def _refused(xml: bytes) -> BlinkError:
    with pytest.raises(BlinkError) as caught:
        read_invoice(xml)
    return caught.value


def test_billion_laughs_is_refused_without_expanding() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    before = f'<?xml version="1.0"?><!DOCTYPE Faktura [<!ENTITY l0 "{"ha" * 50}">{entities}]>'
    xml = faktura(before=before, seller="&l9;").encode()
    tracemalloc.start()
    assert _refused(xml).kind is UNREADABLE
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not for invoices")
    before = f'<?xml version="1.0"?><!DOCTYPE Faktura [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    error = _refused(faktura(before=before, seller="&x;").encode())
    assert error.kind is UNREADABLE
    assert "not for invoices" not in f"{error} {error.cause}"


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE Faktura>",
        '<!DOCTYPE Faktura SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE Faktura PUBLIC "-//X//Y" "file:///etc/hostname">',
        '<!DOCTYPE Faktura [<!ATTLIST Faktura a CDATA "b">]>',
        '<!DOCTYPE Faktura [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    ],
)
def test_a_document_type_is_refused(doctype: str) -> None:
    assert _refused(faktura(before=f'<?xml version="1.0"?>{doctype}').encode()).kind is UNREADABLE


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE Faktura SYSTEM "file://{path}">',
        '<!DOCTYPE Faktura SYSTEM "{path}">',
        '<!DOCTYPE Faktura PUBLIC "-//X//Y" "file://{path}" [<!ENTITY a "b">]>',
        '<!DOCTYPE Faktura [<!ENTITY % p SYSTEM "file://{path}"> %p;]>',
        '<!DOCTYPE Faktura [<!ENTITY p SYSTEM "file://{path}">]>',
    ],
)
def test_a_document_type_opens_no_file(doctype: str, tmp_path: Path) -> None:
    """Whoever opens a pipe without a writer waits for ever."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    invoice = tmp_path / "invoice.xml"
    before = f'<?xml version="1.0"?>{doctype.format(path=pipe)}'
    invoice.write_text(faktura(before=before, seller="&p;" if "ENTITY p " in doctype else "x"))
    done = subprocess.run(
        [sys.executable, "-c", _READ_ONE, str(invoice)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "invoice-unreadable"


_READ_ONE = """
import sys
from pathlib import Path
from blink_tui.invoices import Depth, read_invoice
from blink_tui.model.errors import BlinkError
try:
    read_invoice(Path(sys.argv[1]).read_bytes())
except BlinkError as error:
    print(error.kind.code)
"""


def test_what_the_parser_quotes_is_short_and_harmless() -> None:
    """Names of elements may hold zero-width characters and be as long as the file."""
    for name in ("a\u200c" * 5, "ą" * 100_000):
        cause = _refused(f"<a><{name}>".encode()).cause or ""
        assert 0 < len(cause) <= 200
        assert cause.isprintable()
    form = str(_refused(faktura(form="FA \x9b31m \u202e" + "x" * 100_000).encode()))
    assert len(form) < 300
    assert form.isprintable()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_document_type_in_another_encoding_is_refused(encoding: str) -> None:
    before = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE Faktura [<!ENTITY a "b">]>'
    assert _refused(faktura(before=before, seller="&a;").encode(encoding)).kind is UNREADABLE


def test_deep_nesting_is_refused() -> None:
    deep = "<x>" * 100_000 + "</x>" * 100_000
    assert _refused(faktura(more=deep).encode()).kind is UNREADABLE


def test_too_many_bytes_are_not_parsed() -> None:
    assert _refused(b"<" + b"a" * MAX_BYTES).kind is UNREADABLE


_MANY_LINES = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))
from blink_tui.invoices import Depth, read_invoice
from tests.invoices.documents import faktura, line
invoice = read_invoice(faktura(lines="".join(line(number) for number in range(100_000))).encode())
print(len(invoice.lines), sum(row.net for row in invoice.lines))
"""


def test_a_hundred_thousand_lines_are_read_in_bounded_memory() -> None:
    """In a process that may hold 600 MB of addresses; a real invoice has at most 10,000 rows."""
    done = subprocess.run(
        [sys.executable, "-c", _MANY_LINES], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split() == ["100000", "10000000.00"]


@pytest.mark.parametrize(
    "number",
    [
        "1E999999999", "1e5", "NaN", "Infinity", "-Infinity", "sNaN", "1_000", "0x10", "1,5", "--1", "+", ".",
        "١٢٣", "１２", "9" * 400, "1." + "0" * 400, "1 000",
    ],
)  # fmt: skip
def test_an_absurd_number_is_refused_by_name(number: str) -> None:
    error = _refused(faktura(total=number).encode())
    assert error.kind is UNREADABLE
    assert error.cause
    assert error.cause.startswith("P_15: ")
    assert len(error.cause) < 200


@pytest.mark.parametrize(
    ("number", "value"), [("-0.00", "-0.00"), ("00012.50", "12.50"), ("+1", "1"), (".5", "0.5")]
)
def test_a_number_keeps_its_decimals(number: str, value: str) -> None:
    read = read_invoice(faktura(total=number).encode()).total
    assert str(read) == value


@pytest.mark.parametrize(
    "day", ["2026-02-30", "2026-W01-1", "20260302", "2026-3-2", "yesterday", "0000-01-01", "2026-03-02x"]
)
def test_an_impossible_day_is_refused(day: str) -> None:
    xml = faktura().replace("<P_1>2026-03-02</P_1>", f"<P_1>{day}</P_1>").encode()
    assert _refused(xml).kind is UNREADABLE


@pytest.mark.parametrize("day", ["2026-03-02Z", "2026-03-02+01:00", "2026-03-02T00:00:00", " 2026-03-02 "])
def test_a_day_with_an_offset_is_that_day(day: str) -> None:
    xml = faktura().replace("<P_1>2026-03-02</P_1>", f"<P_1>{day}</P_1>").encode()
    assert str(read_invoice(xml).issue_date) == "2026-03-02"


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x08", "\ufffe"])
def test_a_character_that_xml_forbids_is_refused(char: str) -> None:
    assert _refused(faktura(seller=f"A{char}B").encode()).kind is UNREADABLE
    assert _refused(faktura(seller=f"A&#{ord(char)};B").encode()).kind is UNREADABLE


def test_escape_sequences_and_markup_are_plain_text() -> None:
    """C1 controls are allowed in XML: the model keeps them, what is shown has none; markup is only letters."""
    evil = "\x9b31mRed [@click=app.quit]x[/] [bold]y[/bold]"
    read = read_invoice(faktura(seller=evil).encode()).seller.name
    assert read == evil
    assert clean(read) == "31mRed [@click=app.quit]x[/] [bold]y[/bold]"


def test_bidirectional_text_is_kept_and_shown_without_its_controls() -> None:
    evil = "Firma \u202egro.live\u202c\u200b"
    read = read_invoice(faktura(seller=evil).encode()).seller.name
    assert read == evil
    assert clean(read) == "Firma gro.live"


@pytest.mark.parametrize("form", ["FA (4)", "FA (1)", "FA_RR (2)", "PEF (3)", "", "FA(3)", "JPK_FA (4)"])
def test_an_unknown_form_is_named(form: str) -> None:
    error = _refused(faktura(form=form).encode())
    assert error.kind is UNKNOWN_FORM


@pytest.mark.parametrize("xml", [b"<a/>", b"<Invoice/>", b'<CreditNote xmlns="urn:x"/>', b"<Faktura/>"])
def test_another_document_is_an_unknown_form(xml: bytes) -> None:
    assert _refused(xml).kind is UNKNOWN_FORM


def test_a_newer_version_of_a_known_schema_is_read_and_marked() -> None:
    newer = read_invoice(faktura(version="1-1E", more="<Nowosc>7</Nowosc>").encode())
    assert newer.newer_schema
    assert newer.schema_version == "1-1E"
    assert newer.number == "FV/1/2026"
    assert not read_invoice(faktura().encode()).newer_schema


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b" ",
        b"\x00",
        b"{}",
        b"%PDF-1.7",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"<a",
        b"<a>&b;</a>",
        b"<a><b></a></b>",
    ],
)
def test_what_is_no_xml_is_unreadable(xml: bytes) -> None:
    assert _refused(xml).kind is UNREADABLE


@pytest.mark.parametrize("encoding", ["utf-7", "cp037", "x-unknown", "UTF-32", "\u0105"])
def test_a_false_encoding_is_an_error_of_ours_or_none(encoding: str) -> None:
    xml = faktura(before=f'<?xml version="1.0" encoding="{encoding}"?>').encode()
    try:
        read_invoice(xml)
    except BlinkError as error:
        assert error.kind in (UNREADABLE, UNKNOWN_FORM)  # noqa: PT017 - either outcome is right


@given(data=st.binary(max_size=400))
def test_random_bytes_are_unreadable(data: bytes) -> None:
    assert _refused(data).kind in (UNREADABLE, UNKNOWN_FORM)


@given(data=st.data())
def test_a_damaged_document_gives_an_invoice_or_our_error(data: st.DataObject) -> None:
    xml = bytearray(faktura().encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(xml) - 1))
        end = data.draw(st.integers(start, min(len(xml), start + 30)))
        xml[start:end] = data.draw(st.binary(max_size=20))
        if not xml:
            break
    for depth in Depth:
        try:
            read_invoice(bytes(xml), depth)
        except BlinkError as error:
            assert error.kind in (UNREADABLE, UNKNOWN_FORM)  # noqa: PT017 - either outcome is right
