"""Exports: what is in a package, how it is cut and sealed, its links, and how an order can fail."""

from __future__ import annotations

import base64
import hashlib
import os
from datetime import date
from typing import Any

import httpx
import pytest

from blink_tui.sandbox import RunningSandbox, VirtualClock
from blink_tui.sandbox.clock import parse_ticks
from blink_tui.sandbox.tokens import make_token
from tests.sandbox.caller import Caller, bearer, code_of, decrypt, fetch
from tests.sandbox.conftest import Connect, Start


def sha(data: bytes) -> str:
    """Base64 SHA-256."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def bytes_of(sandbox: RunningSandbox) -> dict[str, bytes]:
    """Every document's XML by the file name it has in packages."""
    return {f"{number}.xml": document.xml for number, document in sandbox.state.documents.by_number.items()}


@pytest.mark.parametrize("compression", ["Zip", "TarGz"])
def test_package_holds_every_document_byte_for_byte(buyer: Caller, compression: str) -> None:
    archive = buyer.export("Subject2", compressionType=compression)
    assert archive.files == bytes_of(buyer.sandbox)
    assert archive.package["invoiceCount"] == 60
    assert archive.package["compressionType"] == compression
    assert archive.package["isTruncated"] is False
    assert len(archive.package["parts"]) > 2
    for row in archive.metadata:
        assert sha(archive.files[f"{row['ksefNumber']}.xml"]) == row["invoiceHash"]


def test_metadata_of_a_package_has_seven_digits(buyer: Caller) -> None:
    listed = buyer.everything("Subject2")
    packed = buyer.export("Subject2").metadata
    assert len(packed[0]["permanentStorageDate"]) == len(listed[0]["permanentStorageDate"]) + 1
    dates = ("invoicingDate", "acquisitionDate", "permanentStorageDate")
    for row in packed:
        for name in dates:
            row[name] = row[name][:26] + row[name][27:]
    assert packed == listed


def test_parts_tell_their_sizes_and_hashes(buyer: Caller) -> None:
    answer, key, iv = buyer.order("Subject2")
    package = buyer.ready(answer.json()["referenceNumber"])["package"]
    assert [part["ordinalNumber"] for part in package["parts"]] == list(range(1, len(package["parts"]) + 1))
    total = 0
    for part in package["parts"]:
        download = fetch(part["url"])
        assert download.headers["x-ms-meta-hash"] == part["encryptedPartHash"] == sha(download.content)
        assert len(download.content) == part["encryptedPartSize"]
        plain = decrypt(download.content, key, iv)
        assert (len(plain), sha(plain)) == (part["partSize"], part["partHash"])
        assert part["partSize"] <= 10_000
        total += part["partSize"]
    assert total == package["size"]


def test_metadata_alone(buyer: Caller) -> None:
    archive = buyer.export("Subject2", onlyMetadata=True)
    assert archive.files == {}
    assert len(archive.metadata) == archive.package["invoiceCount"] == 60


def test_nothing_to_export_is_a_package_without_documents(buyer: Caller) -> None:
    archive = buyer.export("SubjectAuthorized")
    assert (archive.files, archive.metadata, archive.package["invoiceCount"]) == ({}, [], 0)
    assert archive.package["permanentStorageHwmDate"] == "2026-03-31T11:58:00.000000+00:00"


def test_truncated_package_goes_on_from_its_last_date(start: Start, connect: Connect) -> None:
    sandbox = start(firms=1, sales=0.0, max_package=25)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    files: dict[str, bytes] = {}
    dates: dict[str, Any] = {}
    counts = []
    while True:
        archive = caller.export("Subject2", filters={"dateRange": dates})
        files |= archive.files
        counts.append(archive.package["invoiceCount"])
        if not archive.package["isTruncated"]:
            break
        last = archive.package["lastPermanentStorageDate"]
        assert parse_ticks(archive.metadata[-1]["permanentStorageDate"]) // 10 == parse_ticks(last) // 10
        dates = {"from": last}
    assert files == bytes_of(sandbox)
    assert counts == [25, 25, 12]  # the two documents on the seams come twice


def test_package_is_cut_by_its_bytes_too(buyer: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blink_tui.sandbox.exports.MAX_BYTES", 4_000)
    package = buyer.export("Subject2").package
    assert package["isTruncated"]
    assert 1 < package["invoiceCount"] < 20
    monkeypatch.setattr("blink_tui.sandbox.exports.MAX_BYTES", 1)
    assert buyer.export("Subject2").package["invoiceCount"] == 1


@pytest.mark.parametrize(
    ("date_type", "field"), [("Issue", "lastIssueDate"), ("Invoicing", "lastInvoicingDate")]
)
def test_truncation_tells_the_date_asked_by(
    start: Start, connect: Connect, date_type: str, field: str
) -> None:
    sandbox = start(firms=1, sales=0.0, max_package=10)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    package = caller.export("Subject2", filters={"dateRange": {"dateType": date_type}}).package
    assert package["isTruncated"]
    assert {name for name in package if name.startswith("last")} == {field}
    assert package.get("permanentStorageHwmDate") is None


def test_export_takes_its_time(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start(export_delay=5.0)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    reference = caller.order()[0].json()["referenceNumber"]
    busy = caller.http.get(f"/invoices/exports/{reference}").json()
    assert busy == {"status": {"code": 100, "description": "Eksport faktur w toku"}}
    clock.advance(5.0)
    assert caller.ready(reference)["status"]["code"] == 200


def test_link_is_signed_and_ends(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start(link_life=600.0)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    reference = caller.order()[0].json()["referenceNumber"]
    (part,) = caller.ready(reference)["package"]["parts"]
    link = part["url"]
    assert httpx.URL(link).path.startswith("/storage/")
    assert fetch(link).status_code == 200
    longer = str(httpx.URL(link).copy_merge_params({"se": str(clock.now() * 2)}))
    assert fetch(longer).status_code == 403
    assert fetch(link.replace("-001.", "-002.")).status_code == 403
    assert fetch(link[:-1] + "ż").status_code == 403
    clock.advance(599)
    assert fetch(link).status_code == 200
    clock.advance(1)
    assert fetch(link).status_code == 403
    fresh = caller.ready(reference)["package"]["parts"][0]["url"]
    assert fetch(fresh).status_code == 200


def test_package_ends_before_its_status_does(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start(package_life=3_600.0)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    reference = caller.order()[0].json()["referenceNumber"]
    link = caller.ready(reference)["package"]["parts"][0]["url"]
    clock.advance(3_600)
    caller.login(sandbox.firms[0])
    assert caller.ready(reference)["status"]["code"] == 210
    assert fetch(link).status_code == 403
    clock.advance(7 * 86_400)
    caller.login(sandbox.firms[0])
    assert caller.http.get(f"/invoices/exports/{reference}").status_code == 410


def test_order_beyond_the_mark_ends_in_420(caller: Caller) -> None:
    answer, _, _ = caller.order(filters={"dateRange": {"from": "2026-03-31T11:59:00Z"}})
    assert caller.ready(answer.json()["referenceNumber"])["status"]["code"] == 420


def test_key_that_does_not_decrypt_ends_in_415(caller: Caller) -> None:
    encryption = {
        "encryptedSymmetricKey": base64.b64encode(os.urandom(256)).decode(),
        "initializationVector": base64.b64encode(os.urandom(16)).decode(),
    }
    answer, _, _ = caller.order(encryption=encryption)
    assert caller.ready(answer.json()["referenceNumber"])["status"]["code"] == 415
    short = caller.seal("SymmetricKeyEncryption", os.urandom(16))
    answer, _, _ = caller.order(encryption=encryption | {"encryptedSymmetricKey": short})
    assert caller.ready(answer.json()["referenceNumber"])["status"]["code"] == 415


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"publicKeyId": "A" * 43 + "="}, 21470),
        ({"initializationVector": "c2hvcnQ="}, 21405),
        ({"initializationVector": "ż"}, 21405),
        ({"encryptedSymmetricKey": "ż"}, 21405),
    ],
)
def test_bad_encryption_is_refused_at_once(caller: Caller, change: dict[str, str], code: int) -> None:
    right = {
        "encryptedSymmetricKey": caller.seal("SymmetricKeyEncryption", os.urandom(32)),
        "initializationVector": base64.b64encode(os.urandom(16)).decode(),
    }
    assert code_of(caller.order(encryption=right | change)[0]) == code


def test_token_key_is_not_for_packages(caller: Caller) -> None:
    encryption = {
        "encryptedSymmetricKey": caller.seal("KsefTokenEncryption", os.urandom(32)),
        "initializationVector": base64.b64encode(os.urandom(16)).decode(),
        "publicKeyId": caller.key("KsefTokenEncryption")["publicKeyId"],
    }
    assert code_of(caller.order(encryption=encryption)[0]) == 21470


def test_ten_exports_run_at_once(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start(export_delay=60.0)
    caller, other = connect(sandbox), connect(sandbox)
    caller.login(sandbox.firms[0])
    other.login(sandbox.firms[1])
    references = [caller.order()[0].json()["referenceNumber"] for _ in range(10)]
    assert code_of(caller.order()[0]) == 21182
    assert other.order()[0].status_code == 201
    clock.advance(60)
    for reference in references:
        caller.ready(reference)
    assert caller.order()[0].status_code == 201


def test_units_cannot_export_sales_and_purchases(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start()
    unit = ("InternalId", f"{sandbox.firms[0].nip}-00001")
    token = make_token(7, unit, date(2026, 3, 1))
    sandbox.state.tokens[token.secret] = token
    caller = connect(sandbox)
    begun = caller.begin(token.secret, "", contextIdentifier={"type": unit[0], "value": unit[1]})
    tokens = caller.http.post("/auth/token/redeem", headers=caller.operation(begun)).json()
    caller.http.headers.update(bearer(tokens["accessToken"]["token"]))
    for subject in ("Subject1", "Subject2"):
        assert code_of(caller.order(subject)[0]) == 21181
    assert caller.order("Subject3")[0].status_code == 201


def test_exports_of_others_do_not_exist(start: Start, connect: Connect) -> None:
    sandbox = start()
    mine, other = connect(sandbox), connect(sandbox)
    mine.login(sandbox.firms[0])
    other.login(sandbox.firms[1])
    reference = mine.order()[0].json()["referenceNumber"]
    assert code_of(other.http.get(f"/invoices/exports/{reference}")) == 21175
    assert code_of(other.http.get("/invoices/exports/short")) == 21405


def test_same_documents_are_packed_once(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start(firms=1, sales=0.0)
    buyer = connect(sandbox)
    buyer.login(sandbox.firms[0])
    references = []
    for _ in range(2):
        references.append(buyer.order("Subject2")[0].json()["referenceNumber"])
        buyer.ready(references[-1])
        clock.advance(60)
    first, second = (buyer.sandbox.state.exports.find(reference) for reference in references)
    assert first is not None
    assert second is not None
    assert first.package is second.package
    assert first.encrypted != second.encrypted


def test_filters_are_those_of_queries(caller: Caller) -> None:
    listed = caller.query("Subject2", {"invoiceTypes": ["Vat"]}, pageSize=250).json()["invoices"]
    packed = caller.export("Subject2", filters={"invoiceTypes": ["Vat"]}).metadata
    assert [row["ksefNumber"] for row in packed] == [row["ksefNumber"] for row in listed]
