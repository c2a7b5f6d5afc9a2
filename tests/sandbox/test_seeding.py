"""Seeding: from folders of any forms and from the generator; two runs are equal."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from blink_tui.model.values import ksef_number_check_sum_is_right, nip_check_digit_is_right
from blink_tui.sandbox import SandboxOptions, VirtualClock
from blink_tui.sandbox.arrivals import Arrival
from blink_tui.sandbox.clock import DAY, SECOND, parse_ticks, start_of_day
from blink_tui.sandbox.metadata import read_invoice
from blink_tui.sandbox.seeding import seed
from blink_tui.sandbox.state import Sandbox
from tests.sandbox.caller import LONG_AGO, Caller
from tests.sandbox.conftest import Connect, Start
from tests.sandbox.contract import SHARED

SAMPLES = SHARED / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder of official samples is absent")

INVOICE = """<?xml version="1.0" encoding="UTF-8"?>\r
<p:Faktura xmlns:p="urn:anything"><p:Naglowek>
<p:KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</p:KodFormularza></p:Naglowek>
<p:Podmiot1><p:DaneIdentyfikacyjne>
  <p:NIP>5555555555</p:NIP><p:Nazwa>Żółw &amp; "Syn"</p:Nazwa>
</p:DaneIdentyfikacyjne></p:Podmiot1>
<p:Podmiot2><p:DaneIdentyfikacyjne>
  <p:KodUE>DE</p:KodUE><p:NrVatUE>123456789</p:NrVatUE>
</p:DaneIdentyfikacyjne></p:Podmiot2>
<p:Podmiot3><p:DaneIdentyfikacyjne>
  <p:IDWew>1111111111-00017</p:IDWew><p:Nazwa>Oddział</p:Nazwa>
</p:DaneIdentyfikacyjne><p:Rola>2</p:Rola></p:Podmiot3>
<p:Podmiot3><p:DaneIdentyfikacyjne><p:BrakID>1</p:BrakID></p:DaneIdentyfikacyjne>
<p:RolaInna>1</p:RolaInna></p:Podmiot3>
<p:PodmiotUpowazniony><p:DaneIdentyfikacyjne>
  <p:NIP>2222222222</p:NIP><p:Nazwa>Komornik</p:Nazwa>
</p:DaneIdentyfikacyjne><p:RolaPU>2</p:RolaPU></p:PodmiotUpowazniony>
<p:Fa><p:KodWaluty>EUR</p:KodWaluty><p:P_1>2026-03-20</p:P_1><p:P_2>A/1</p:P_2>
<p:P_13_1>100.00</p:P_13_1><p:P_14_1>23.00</p:P_14_1><p:P_14_1W>98.90</p:P_14_1W>
<p:P_13_7>10.50</p:P_13_7><p:P_15>133.50</p:P_15>
<p:Adnotacje><p:P_17>1</p:P_17></p:Adnotacje><p:RodzajFaktury>VAT</p:RodzajFaktury>
<p:Podmiot1K><p:DaneIdentyfikacyjne><p:NIP>3333333333</p:NIP></p:DaneIdentyfikacyjne></p:Podmiot1K></p:Fa>
<p:Zalacznik/></p:Faktura>
"""


def seeded(clock: VirtualClock, **options: Any) -> Sandbox:
    """A filled sandbox without a server."""
    sandbox = Sandbox(SandboxOptions(**options), clock)
    seed(sandbox)
    return sandbox


def content(sandbox: Sandbox) -> tuple[Any, ...]:
    """Everything that two runs must have in common."""
    documents = sandbox.documents.by_number.values()
    return (
        [(each.ksef_number, each.xml, each.metadata) for each in documents],
        [(firm.nip, firm.name, firm.token) for firm in sandbox.firms],
    )


@pytest.mark.parametrize("options", [{"documents": 80, "seed": 3}, {"demo": True}])
def test_two_runs_are_equal(clock: VirtualClock, options: dict[str, Any]) -> None:
    first = content(seeded(clock, **options))
    assert content(seeded(clock, **options)) == first
    later = VirtualClock(datetime(2026, 6, 1, tzinfo=UTC))
    assert content(seeded(later, **options)) != first
    assert content(seeded(later, as_of=date(2026, 3, 31), **options)) == first


def test_other_seed_is_another_world(clock: VirtualClock) -> None:
    one, two = seeded(clock, seed=1), seeded(clock, seed=2)
    assert not set(one.documents.by_number) & set(two.documents.by_number)
    assert not set(one.tokens) & set(two.tokens)


def test_documents_lie_in_the_ten_days_before_the_anchor(clock: VirtualClock) -> None:
    end = start_of_day(date(2026, 3, 31))
    stored = [each.stamps.stored for each in seeded(clock).documents.by_number.values()]
    assert len(stored) == 200
    assert end - 10 * DAY - 600 * SECOND <= min(stored) < end - 9 * DAY
    assert end - DAY < max(stored) < end - 599 * SECOND
    assert stored == sorted(set(stored))


def test_numbers_and_tokens_have_their_form(clock: VirtualClock) -> None:
    sandbox = seeded(clock)
    for document in sandbox.documents.by_number.values():
        assert len(document.ksef_number) == 35
        assert ksef_number_check_sum_is_right(document.ksef_number)
        assert f'"nip":"{document.ksef_number[:10]}"'.encode() in document.metadata
        assert document.stamps.invoicing < document.stamps.acquired < document.stamps.stored
    for firm in sandbox.firms:
        reference, context, secret = firm.token.split("|")
        assert (len(reference), reference[8:12]) == (36, "-EC-")
        assert context == f"nip-{firm.nip}"
        assert len(secret) == 64
        assert nip_check_digit_is_right(firm.nip)


def test_metadata_is_what_the_file_says(tmp_path: Path, start: Start, connect: Connect) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.xml").write_bytes(INVOICE.encode())
    sandbox = start(invoices=tmp_path)
    assert [(firm.nip, firm.name) for firm in sandbox.firms] == [
        ("1111111111", ""),
        ("2222222222", "Komornik"),
        ("5555555555", 'Żółw & "Syn"'),
    ]
    views = {"5555555555": "Subject1", "1111111111": "Subject3", "2222222222": "SubjectAuthorized"}
    for firm in sandbox.firms:
        caller = connect(sandbox)
        caller.login(firm)
        (row,) = caller.everything(views[firm.nip])
    instants = {name: row.pop(name) for name in ("invoicingDate", "acquisitionDate", "permanentStorageDate")}
    assert all(parse_ticks(instant) > parse_ticks(LONG_AGO) for instant in instants.values())
    number, digest = row.pop("ksefNumber"), row.pop("invoiceHash")
    answer = caller.http.get(f"/invoices/ksef/{number}")
    assert (answer.content, answer.headers["x-ms-meta-hash"]) == (INVOICE.encode(), digest)
    assert row == {
        "invoiceNumber": "A/1",
        "issueDate": "2026-03-20",
        "seller": {"nip": "5555555555", "name": 'Żółw & "Syn"'},
        "buyer": {"identifier": {"type": "VatUe", "value": "DE123456789"}, "name": None},
        "netAmount": 110.5,
        "grossAmount": 133.5,
        "vatAmount": 98.9,
        "currency": "EUR",
        "invoicingMode": "Offline",
        "invoiceType": "Vat",
        "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
        "isSelfInvoicing": True,
        "hasAttachment": True,
        "hashOfCorrectedInvoice": None,
        "thirdSubjects": [
            {"identifier": {"type": "InternalId", "value": "1111111111-00017"}, "name": "Oddział", "role": 2},
            {"identifier": {"type": "None", "value": None}, "name": None, "role": 0},
        ],
        "authorizedSubject": {"nip": "2222222222", "name": "Komornik", "role": 2},
    }


def test_what_cannot_be_read_is_left_out_and_named(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "a.xml").write_text("<broken")
    (tmp_path / "b.xml").write_text("<Order/>")
    (tmp_path / "c.xml").write_text(INVOICE.replace("<p:P_15>133.50</p:P_15>", ""))
    (tmp_path / "d.xml").write_text(INVOICE.replace("5555555555", "not a NIP"))
    (tmp_path / "e.xml").write_text(INVOICE)
    (tmp_path / "f.txt").write_text(INVOICE)
    sandbox = seeded(clock, invoices=tmp_path)
    assert [problem.partition(":")[0] for problem in sandbox.problems] == ["a.xml", "b.xml", "c.xml", "d.xml"]
    assert len(sandbox.documents.by_number) == 1


def test_missing_folder_is_an_error(tmp_path: Path, clock: VirtualClock) -> None:
    with pytest.raises(NotADirectoryError):
        seeded(clock, invoices=tmp_path / "nowhere")


def test_correction_names_the_hash_of_what_it_corrects(clock: VirtualClock) -> None:
    documents = seeded(clock, documents=150).documents.by_number
    linked = [each for each in documents.values() if b'"hashOfCorrectedInvoice":null' not in each.metadata]
    assert linked
    hashes = {each.hash for each in documents.values()}
    for document in linked:
        _, _, rest = document.metadata.partition(b'"hashOfCorrectedInvoice":"')
        assert rest[:44].decode() in hashes


def subjects(sandbox: Sandbox, nip: str) -> dict[str, int]:
    """How many documents a NIP sees under each subject."""
    return {
        subject: len(shelf)
        for (context, subject), shelf in sandbox.documents.shelves.items()
        if context == ("Nip", nip)
    }


@needs_samples
def test_official_samples(clock: VirtualClock) -> None:
    sandbox = seeded(clock, invoices=SAMPLES / "fa3")
    assert sandbox.problems == []
    firms = {firm.nip for firm in sandbox.firms}
    assert {"9999999999", "1111111111", "5265877635", "3333333333", "2222222222"} <= firms
    assert "6666666666" not in firms  # a carrier is no party
    sold = subjects(sandbox, "9999999999")["Subject1"] + subjects(sandbox, "5265877635")["Subject1"]
    assert sold == len(list((SAMPLES / "fa3").glob("*.xml"))) == len(sandbox.documents.by_number)
    assert set(subjects(sandbox, "1111111111")) == {"Subject2"}
    assert set(subjects(sandbox, "3333333333")) == set(subjects(sandbox, "2222222222")) == {"Subject3"}


@needs_samples
def test_samples_of_every_form_are_served_as_they_are(start: Start, connect: Connect) -> None:
    sandbox = start(invoices=SAMPLES)
    assert sandbox.state.problems == []
    files = {file.read_bytes() for file in SAMPLES.rglob("*.xml")}
    served: set[bytes] = set()
    forms: set[str] = set()
    for firm in sandbox.firms:
        caller = connect(sandbox)
        caller.login(firm)
        forms |= {row["formCode"]["systemCode"] for row in caller.everything("Subject1")}
        served |= set(export_all(caller))
    assert served == files
    assert forms == {"FA (2)", "FA (3)", "FA_RR (1)", "PEF (3)", "PEF_KOR (3)"}


def export_all(caller: Caller) -> list[bytes]:
    """The bytes of everything that the caller's context sees."""
    return [
        xml
        for subject in ("Subject1", "Subject2", "Subject3", "SubjectAuthorized")
        for xml in caller.export(subject).files.values()
    ]


def test_no_seller_of_the_demo_gives_a_number_twice(clock: VirtualClock) -> None:
    sandbox = seeded(clock, demo=True)
    for firm in (None, sandbox.firms[0].nip):
        sandbox.arrivals.take(Arrival(firm=firm, role="seller", generate=20))
    facts = [read_invoice(document.xml) for document in sandbox.documents.by_number.values()]
    given = Counter((each.seller.value, each.kind, each.number) for each in facts)
    assert [key for key, count in given.items() if count > 1] == []
