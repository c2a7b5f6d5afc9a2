"""Sending: online and batch sessions, what becomes of each invoice, receipts."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from random import Random
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

from blink_tui.model.values import ksef_number_check_sum_is_right
from blink_tui.sandbox import RunningSandbox, VirtualClock, running_sandbox
from blink_tui.sandbox.generator import Generator, Namer
from blink_tui.sandbox.packages import tar_gz
from tests.sandbox.caller import TLS, Caller, code_of, fetch
from tests.sandbox.conftest import NOON, Connect, relaxed
from tests.sandbox.contract import SHARED

FORM = {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"}
UPO_SCHEMA = SHARED / "ksef" / "xsd" / "UPO" / "upo-v4-3.xsd"


@pytest.fixture(scope="module")
def post() -> Iterator[RunningSandbox]:
    """A sandbox to which both of its firms may send."""
    with running_sandbox(relaxed(documents=0, firms=2), VirtualClock(NOON)) as sandbox:
        for token in sandbox.state.tokens.values():
            token.permissions = ("InvoiceRead", "InvoiceWrite")
        yield sandbox


@lru_cache
def generator_of(nip: str) -> Generator:
    """One for all tests: its invoices have numbers of their own."""
    return Generator("sent", [Namer(Random(nip)).company("Nadawca", nip)], sales=1.0)


class Sender:
    """A caller with a key of his own and an endless supply of invoices."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.http = caller.http
        self.key, self.iv = os.urandom(32), os.urandom(16)
        self.generator = generator_of(caller.sandbox.firms[0].nip)

    def invoice(self) -> bytes:
        """One of the firm's own sales."""
        return self.generator.invoice(date(2026, 3, 31), "plain").xml

    def encryption(self) -> dict[str, str]:
        """The key as an order carries it."""
        return {
            "encryptedSymmetricKey": self.caller.seal("SymmetricKeyEncryption", self.key),
            "initializationVector": base64.b64encode(self.iv).decode(),
        }

    def sealed(self, data: bytes) -> bytes:
        """Data under the key."""
        padder = padding.PKCS7(128).padder()
        encryptor = Cipher(algorithms.AES256(self.key), modes.CBC(self.iv)).encryptor()
        padded = padder.update(data) + padder.finalize()
        return encryptor.update(padded) + encryptor.finalize()

    def open(self, **changes: Any) -> str:
        """An online session."""
        answer = self.http.post(
            "/sessions/online", json={"formCode": FORM, "encryption": self.encryption()} | changes
        )
        assert answer.status_code == 201, answer.text
        reference: str = answer.json()["referenceNumber"]
        return reference

    def send(self, session: str, xml: bytes, **changes: Any) -> httpx.Response:
        """One invoice."""
        encrypted = self.sealed(xml)
        body = {
            "invoiceHash": sha(xml),
            "invoiceSize": len(xml),
            "encryptedInvoiceHash": sha(encrypted),
            "encryptedInvoiceSize": len(encrypted),
            "encryptedInvoiceContent": base64.b64encode(encrypted).decode(),
        }
        return self.http.post(f"/sessions/online/{session}/invoices", json=body | changes)

    def sent(self, session: str, xml: bytes, **changes: Any) -> dict[str, Any]:
        """What becomes of one invoice."""
        answer = self.send(session, xml, **changes)
        assert answer.status_code == 202, answer.text
        self.caller.sandbox.state.clock.advance(1)
        path = f"/sessions/{session}/invoices/{answer.json()['referenceNumber']}"
        told: dict[str, Any] = self.http.get(path).json()
        return told

    def status(self, session: str) -> dict[str, Any]:
        """Where a session stands."""
        body: dict[str, Any] = self.http.get(f"/sessions/{session}").json()
        return body

    def close(self, session: str, kind: str = "online") -> None:
        """End a session."""
        assert self.http.post(f"/sessions/{kind}/{session}/close").status_code == 204

    def batch(self, archive: bytes, parts: int = 2, **changes: Any) -> str:
        """A batch session with everything uploaded."""
        cut = -(-len(archive) // parts)
        pieces = [self.sealed(archive[place : place + cut]) for place in range(0, len(archive), cut)]
        file = {
            "fileSize": len(archive),
            "fileHash": sha(archive),
            "fileParts": [
                {"ordinalNumber": number, "fileSize": len(piece), "fileHash": sha(piece)}
                for number, piece in enumerate(pieces, start=1)
            ],
        }
        order = {"formCode": FORM, "batchFile": file | changes, "encryption": self.encryption()}
        answer = self.http.post("/sessions/batch", json=order)
        assert answer.status_code == 201, answer.text
        body = answer.json()
        with httpx.Client(verify=TLS) as http:
            for upload, piece in zip(body["partUploadRequests"], pieces, strict=True):
                put = http.request(upload["method"], upload["url"], content=piece, headers=upload["headers"])
                assert put.status_code == 201
        reference: str = body["referenceNumber"]
        return reference


def sha(data: bytes) -> str:
    """Base64 SHA-256."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


@pytest.fixture
def sender(post: RunningSandbox, connect: Connect) -> Sender:
    """Logged in as the first firm."""
    caller = connect(post)
    caller.login(post.firms[0])
    return Sender(caller)


def test_invoice_gets_a_number_and_is_there_for_both_parties(
    sender: Sender, post: RunningSandbox, connect: Connect
) -> None:
    xml = sender.invoice()
    session = sender.open()
    assert sender.status(session)["status"]["code"] == 100
    answer = sender.send(session, xml)
    reference = answer.json()["referenceNumber"]
    early = sender.http.get(f"/sessions/{session}/invoices/{reference}").json()
    assert early["status"]["code"] == 100
    sender.close(session)
    assert sender.status(session)["status"]["code"] == 170
    post.state.clock.advance(1)
    told = sender.http.get(f"/sessions/{session}/invoices/{reference}").json()
    assert told["status"] == {"code": 200, "description": "Sukces"}
    assert ksef_number_check_sum_is_right(told["ksefNumber"])
    assert sender.http.get(f"/invoices/ksef/{told['ksefNumber']}").content == xml
    counts = sender.status(session)
    assert (counts["status"]["code"], counts["invoiceCount"], counts["successfulInvoiceCount"]) == (200, 1, 1)
    document = post.state.documents.by_number[told["ksefNumber"]]
    viewers = {subject for (_, subject), shelf in post.state.documents.shelves.items() if document in shelf}
    assert viewers >= {"Subject1", "Subject2"}


def test_receipts_follow_the_official_schema(sender: Sender, post: RunningSandbox) -> None:
    session = sender.open()
    told = sender.sent(session, sender.invoice())
    sender.close(session)
    page = sender.status(session)["upo"]["pages"][0]
    paths = [
        f"/sessions/{session}/upo/{page['referenceNumber']}",
        f"/sessions/{session}/invoices/ksef/{told['ksefNumber']}/upo",
        f"/sessions/{session}/invoices/{told['referenceNumber']}/upo",
    ]
    receipts = [sender.http.get(path) for path in paths]
    receipts += [fetch(page["downloadUrl"]), fetch(told["upoDownloadUrl"])]
    schema = etree.XMLSchema(etree.parse(UPO_SCHEMA)) if UPO_SCHEMA.is_file() else None
    for receipt in receipts:
        assert receipt.headers["x-ms-meta-hash"] == sha(receipt.content)
        tree = etree.fromstring(receipt.content)
        assert told["ksefNumber"] in [element.text for element in tree.iter("{*}NumerKSeFDokumentu")]
        if schema is not None:
            schema.assertValid(tree)
    assert fetch(page["downloadUrl"].replace("sig=", "sig=0")).status_code == 403
    assert code_of(sender.http.get(paths[0][:-1] + "X")) == 21178
    post.state.clock.advance(3 * 86_400 + 1)
    assert fetch(page["downloadUrl"]).status_code == 403


def test_each_refusal_of_an_invoice_has_its_status(sender: Sender, post: RunningSandbox) -> None:
    session = sender.open()
    xml = sender.invoice()
    first = sender.sent(session, xml)
    again = sender.sent(session, xml)
    assert again["status"]["code"] == 440
    assert again["status"]["extensions"] == {
        "originalSessionReferenceNumber": session,
        "originalKsefNumber": first["ksefNumber"],
    }
    other = Namer(Random(3)).company()
    foreign = Generator(1, [other], sales=1.0).invoice(date(2026, 3, 31), "plain").xml
    cases: list[tuple[bytes, dict[str, Any], int]] = [
        (foreign, {}, 410),
        (b"<Faktura>", {}, 430),
        (b"<Umowa/>", {}, 430),
        (b"plain text", {}, 430),
        (sender.invoice(), {"invoiceHash": sha(b"")}, 430),
        (sender.invoice(), {"invoiceSize": 1}, 430),
        (sender.invoice() + b" " * 1_000_000, {}, 430),
        (sender.invoice().replace(b'wersjaSchemy="1-0E"', b'wersjaSchemy="2-0E"'), {}, 450),
    ]
    for content, changes, code in cases:
        assert sender.sent(session, content, **changes)["status"]["code"] == code, content[:60]
    sender.key, key = os.urandom(32), sender.key
    assert sender.sent(session, sender.invoice())["status"]["code"] == 435
    sender.key = key
    failed = sender.http.get(f"/sessions/{session}/invoices/failed", params={"pageSize": 100}).json()
    assert len(failed["invoices"]) == len(cases) + 2
    everything = sender.http.get(f"/sessions/{session}/invoices").json()
    assert len(everything["invoices"]) == 10
    rest = sender.http.get(
        f"/sessions/{session}/invoices", headers={"x-continuation-token": everything["continuationToken"]}
    ).json()
    assert len(rest["invoices"]) == len(cases) + 3 - 10
    assert code_of(sender.http.get(f"/sessions/{session}/invoices/{again['referenceNumber']}/upo")) == 21178


def test_attachment_needs_consent(sender: Sender, post: RunningSandbox) -> None:
    session = sender.open()
    before, end, after = sender.invoice().rpartition(b"</")
    with_attachment = before + b"<Zalacznik/>" + end + after
    assert sender.sent(session, with_attachment)["status"]["code"] == 415
    post.state.people.attachments[post.firms[0].nip] = None
    assert sender.sent(session, with_attachment)["status"]["code"] == 200
    del post.state.people.attachments[post.firms[0].nip]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"encryptedInvoiceSize": 1}, 21402),
        ({"encryptedInvoiceHash": sha(b"")}, 21403),
        ({"encryptedInvoiceContent": "%"}, 21405),
        ({"invoiceSize": 0}, 21405),
    ],
)
def test_wrong_orders_are_refused_at_once(sender: Sender, changes: dict[str, Any], code: int) -> None:
    assert code_of(sender.send(sender.open(), sender.invoice(), **changes)) == code


def test_session_that_came_to_nothing(sender: Sender) -> None:
    empty = sender.open()
    sender.close(empty)
    assert sender.status(empty)["status"]["code"] == 440
    assert code_of(sender.http.post(f"/sessions/online/{empty}/close")) == 21180
    assert code_of(sender.send(empty, sender.invoice())) == 21180
    useless = sender.open()
    sender.sent(useless, b"<odd/>")
    sender.close(useless)
    assert sender.status(useless)["status"]["code"] == 445
    keyless = sender.open(encryption=sender.encryption() | {"encryptedSymmetricKey": sha(b"")})
    assert sender.status(keyless)["status"]["code"] == 415


def test_session_ends_by_itself(sender: Sender, post: RunningSandbox) -> None:
    session = sender.open()
    sender.sent(session, sender.invoice())
    post.state.clock.advance(12 * 3_600)
    sender.caller.login(post.firms[0])
    assert sender.status(session)["status"]["code"] == 200
    assert code_of(sender.send(session, sender.invoice())) == 21180


def test_number_of_invoices_is_limited(sender: Sender) -> None:
    limits = sender.http.get("/limits/context").json()
    limits["onlineSession"]["maxInvoices"] = 1
    sender.http.post("/testdata/limits/context/session", json=limits)
    session = sender.open()
    sender.sent(session, sender.invoice())
    assert code_of(sender.send(session, sender.invoice())) == 21155
    sender.http.delete("/testdata/limits/context/session")


def test_sessions_of_others_do_not_exist(sender: Sender, post: RunningSandbox, connect: Connect) -> None:
    session = sender.open()
    other = connect(post)
    other.login(post.firms[1])
    assert code_of(other.http.get(f"/sessions/{session}")) == 21173
    assert code_of(other.http.post(f"/sessions/batch/{session}/close")) == 21173
    assert code_of(sender.http.post(f"/sessions/batch/{session}/close")) == 21173
    assert other.http.get("/sessions", params={"sessionType": "Online"}).json()["sessions"] == []


def test_sessions_are_listed(sender: Sender, post: RunningSandbox) -> None:
    session = sender.open()
    sender.sent(session, sender.invoice())
    chosen = {"sessionType": "Online", "referenceNumber": session}
    (row,) = sender.http.get("/sessions", params=chosen).json()["sessions"]
    assert (row["totalInvoiceCount"], row["successfulInvoiceCount"]) == (1, 1)
    for wrong in (
        {},
        {"sessionType": "Fax"},
        chosen | {"statuses": "Lost"},
        chosen | {"dateCreatedFrom": "x"},
    ):
        assert code_of(sender.http.get("/sessions", params=wrong)) == 21405
    for none in ({"statuses": "Failed"}, {"dateCreatedTo": "2026-01-01T00:00:00Z"}, {"sessionType": "Batch"}):
        assert sender.http.get("/sessions", params=chosen | none).json()["sessions"] == []


def test_reading_is_not_enough_to_send(sender: Sender, post: RunningSandbox) -> None:
    token = post.state.tokens[post.firms[0].token]
    token.permissions = ("InvoiceRead",)
    sender.caller.login(post.firms[0])
    refused = sender.http.post("/sessions/online", json={"formCode": FORM, "encryption": sender.encryption()})
    assert (refused.status_code, refused.json()["reasonCode"]) == (403, "missing-permissions")
    token.permissions = ("InvoiceRead", "InvoiceWrite")


def test_unknown_form_is_refused(sender: Sender) -> None:
    order = {"formCode": FORM | {"systemCode": "FA (1)"}, "encryption": sender.encryption()}
    assert code_of(sender.http.post("/sessions/online", json=order)) == 21405


def zipped(files: dict[str, bytes]) -> bytes:
    """A ZIP of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_batch_is_taken_file_by_file(sender: Sender, post: RunningSandbox) -> None:
    files = {f"{place}.xml": sender.invoice() for place in range(3)} | {"odd.xml": b"<odd/>"}
    session = sender.batch(zipped(files))
    assert sender.status(session)["status"]["code"] == 100
    sender.close(session, "batch")
    post.state.clock.advance(1)
    status = sender.status(session)
    assert (status["status"]["code"], status["successfulInvoiceCount"], status["failedInvoiceCount"]) == (
        200,
        3,
        1,
    )
    rows = sender.http.get(f"/sessions/{session}/invoices").json()["invoices"]
    assert [row["invoiceFileName"] for row in rows] == list(files)
    for row in rows[:3]:
        assert sender.http.get(f"/invoices/ksef/{row['ksefNumber']}").content == files[row["invoiceFileName"]]


def test_batch_as_tar(sender: Sender, post: RunningSandbox) -> None:
    archive = tar_gz((), sender.invoice())
    session = sender.batch(archive, compressionType="TarGz")
    sender.close(session, "batch")
    post.state.clock.advance(1)
    assert sender.status(session)["successfulInvoiceCount"] == 1


def test_each_refusal_of_a_batch_has_its_status(sender: Sender) -> None:
    archive = zipped({"1.xml": sender.invoice()})
    wrong_hash = sender.batch(archive, fileHash=sha(b""))
    broken = sender.batch(b"no archive at all")
    sender.iv = os.urandom(16)
    for session, code in ((wrong_hash, 405), (broken, 430)):
        sender.close(session, "batch")
        assert sender.status(session)["status"]["code"] == code
    missing = sender.batch(archive)
    sender.caller.sandbox.state.sending.find(missing).batch.parts.clear()  # type: ignore[union-attr] # it is there
    sender.close(missing, "batch")
    assert sender.status(missing)["status"]["code"] == 405
