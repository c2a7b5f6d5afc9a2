from __future__ import annotations

import json
from base64 import b64encode
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from blink_tui.ksef.metadata import BadRecord, decode_package_metadata, decode_records
from blink_tui.model.dates import Instant
from blink_tui.model.documents import DocumentHeader, Party
from blink_tui.model.values import KsefNumber, Sha256
from tests.ksef.old_server import NIP, metadata_record

NUMBER = "5265877635-20260513-0100001AF629-AF"


def decoded(*records: object) -> tuple[list[DocumentHeader], list[BadRecord]]:
    return decode_records([msgspec.Raw(json.dumps(record).encode()) for record in records])


def header(**changes: object) -> DocumentHeader:
    (header,), bad = decoded(metadata_record(**changes))
    assert bad == []
    return header


def test_a_whole_record() -> None:
    assert header() == DocumentHeader(
        ksef_number=KsefNumber(NUMBER),
        sha256=Sha256(bytes(32)),
        invoice_number="FV/1",
        issue_date=date(2026, 5, 12),
        received=Instant("2026-05-13T09:22:56.3881234+00:00"),
        stored=Instant("2026-05-13T09:23:01.388123+00:00"),
        seller=Party("Nip", NIP, "Żółw i Syn"),
        buyer=Party("Nip", "1111111111", None),
        net=Decimal("35260.63"),
        vat=Decimal("8109.94"),
        gross=Decimal("43370.57"),
        currency="PLN",
        form="FA (3)",
        kind="Vat",
        offline=True,
        self_invoicing=False,
        has_attachment=True,
        third_parties=((Party("InternalId", "5265877635-12345", "Oddział"), 4),),
    )


def test_a_null_amount_empties_only_itself() -> None:
    headers, bad = decoded(metadata_record(netAmount=None), metadata_record(vatAmount=None, grossAmount=0.1))
    assert bad == []
    assert [(one.net, one.vat, one.gross) for one in headers] == [
        (None, Decimal("8109.94"), Decimal("43370.57")),
        (Decimal("35260.63"), None, Decimal("0.1")),
    ]


def test_unknown_values_stay_text_and_unknown_fields_are_ignored() -> None:
    new = header(invoiceType="KorPefOf2027", invoicingMode="Satellite", currency="XXX", novelty={"a": [1]})
    assert (new.kind, new.offline, new.currency) == ("KorPefOf2027", False, "XXX")


@pytest.mark.parametrize("missing", ["buyer", "seller", "formCode", "thirdSubjects", "permanentStorageDate"])
def test_what_may_be_missing(missing: str) -> None:
    record = metadata_record()
    del record[missing]
    (without,), bad = decoded(record)
    assert bad == []
    assert header(**{missing: None}) == without


def test_amounts_beyond_reason_are_left_out() -> None:
    record = json.dumps(metadata_record()).replace("35260.63", "1e999999").encode()
    (one,), _ = decode_records([msgspec.Raw(record)])
    assert one.net is None


@pytest.mark.parametrize(
    "change",
    [{"seller": "text"}, {"netAmount": "many"}, {"thirdSubjects": {}}, {"hasAttachment": "yes"}],
)
def test_a_field_of_another_shape_loses_no_document(change: dict[str, object]) -> None:
    one = header(**change)
    assert (one.ksef_number, one.sha256) == (NUMBER, bytes(32))


@pytest.mark.parametrize("text", ["yesterday", "2026-13-45", ""])
def test_dates_that_are_none(text: str) -> None:
    one = header(issueDate=text, acquisitionDate=text, permanentStorageDate=text)
    assert (one.issue_date, one.received, one.stored) == (None, None, None)


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"invoiceHash": None}, NUMBER),
        ({"invoiceHash": "AAAA"}, NUMBER),
        ({"invoiceHash": "not base64 !"}, NUMBER),
        ({"ksefNumber": "../../etc/passwd"}, "../../etc/passwd"),
        ({"ksefNumber": 7}, None),
    ],
)
def test_a_record_that_names_no_document_fails_alone(change: dict[str, object], number: str | None) -> None:
    headers, bad = decoded(metadata_record(), metadata_record(**change), metadata_record())
    assert len(headers) == 2
    assert [record.ksef_number for record in bad] == [number]
    assert bad[0].problem


def test_records_that_are_not_even_objects() -> None:
    headers, bad = decoded([], "text", None)
    assert headers == []
    assert len(bad) == 3


def test_number_of_ksef_1() -> None:
    old = "5265877635-20220513-0100AF-001629-AF"
    assert header(ksefNumber=old).ksef_number == old


def test_the_list_of_a_package() -> None:
    digest = b64encode(bytes(range(32))).decode()
    content = json.dumps({"invoices": [metadata_record(invoiceHash=digest)], "more": 1}).encode()
    (one,), bad = decode_package_metadata(content)
    assert (one.sha256, bad) == (bytes(range(32)), [])


def test_dates_are_kept_as_written() -> None:
    one = header(acquisitionDate="2026-05-13T11:22:56", permanentStorageDate="2026-05-13T09:23:01.388123Z")
    assert (one.received, one.stored) == ("2026-05-13T11:22:56", "2026-05-13T09:23:01.388123Z")


def test_a_surrogate_without_its_pair_loses_no_package() -> None:
    content = json.dumps({"invoices": [metadata_record(), metadata_record(invoiceNumber="?")]})
    (first, second), bad = decode_package_metadata(content.replace('"?"', r'"\udfff"').encode())
    assert (first.invoice_number, second.invoice_number, bad) == ("FV/1", "\ufffd", [])


def test_what_is_no_list_stays_none() -> None:
    for content in (b"", rb'{"invoices": ["\ud800"', rb'{"invoices": 1, "x": "\ud800"}'):
        with pytest.raises(ValueError):
            decode_package_metadata(content)


@pytest.mark.parametrize(
    "written",
    [
        "2026-05-13T09:22:56.3881234+00:00", "2026-05-13T23:59:59Z", "2026-05-13T09:22:56.123456789Z",
        "2024-02-29T00:00:00Z", "2026-05-13T09:22:56.388+02:00", "2026-05-13T09:22:56", "2026-05-13t09:22:56z",
    ],
)  # fmt: skip
def test_an_instant_stays_as_written(written: str) -> None:
    assert header(acquisitionDate=written).received == written


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-29T09:22:56Z", "2026-05-13T24:22:56Z", "2026-05-13T09:60:56Z", "2026-05-13T09:22:60+00:00",
        "2026-05-13T09:22:56Z\n", "2026-05-13 09:22:56Z", "2026-05-13T09:22:56.1234567890Z", "٢٠٢٦-05-13T09:22:56Z",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_left_out(written: str) -> None:
    assert header(acquisitionDate=written).received is None
