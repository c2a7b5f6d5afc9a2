"""Faults of exports: packages, parts and links that are not as they should be."""

from __future__ import annotations

import base64
import hashlib
import zipfile
import zlib
from typing import Any

import httpx
import pytest

from blink_tui.sandbox import VirtualClock
from tests.sandbox.caller import Caller, decrypt, fetch, parts_of, unpack
from tests.sandbox.conftest import Connect, Start


@pytest.fixture
def caller(struck: Caller) -> Caller:
    return struck


def status_of(caller: Caller, order: httpx.Response) -> dict[str, Any]:
    return caller.ready(order.json()["referenceNumber"])


@pytest.mark.parametrize("code", [415, 420, 500, 550])
def test_export_fails(caller: Caller, code: int) -> None:
    caller.fault("fail", status=code)
    assert status_of(caller, caller.order("Subject2")[0])["status"]["code"] == code


def test_export_hangs_for_a_time_or_for_ever(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start()
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    caller.fault("hang", seconds=600)
    caller.fault("hang")
    answers = [caller.order("Subject2")[0].json()["referenceNumber"] for _ in range(2)]
    clock.advance(599)
    assert [code(caller, reference) for reference in answers] == [100, 100]
    clock.advance(1)
    assert caller.ready(answers[0])["status"]["code"] == 200
    clock.advance(6 * 86_400)
    caller.login(sandbox.firms[0])
    assert code(caller, answers[1]) == 100


def code(caller: Caller, reference: str) -> int:
    status: int = caller.http.get(f"/invoices/exports/{reference}").json()["status"]["code"]
    return status


def test_export_expires_at_once(caller: Caller) -> None:
    caller.fault("expire")
    assert status_of(caller, caller.order("Subject2")[0])["status"]["code"] == 210


def lowest(caller: Caller) -> str:
    rows = caller.query("Subject2", pageSize=250).json()["invoices"]
    return min(str(row["ksefNumber"]) for row in rows)


@pytest.mark.parametrize("only_metadata", [False, True])
def test_package_without_an_entry(caller: Caller, only_metadata: bool) -> None:
    right = caller.export("Subject2")
    caller.fault("missing-entry")
    archive = caller.export("Subject2", onlyMetadata=only_metadata)
    missing = {row["ksefNumber"] for row in right.metadata} - {row["ksefNumber"] for row in archive.metadata}
    assert missing == {lowest(caller)}
    assert archive.package["invoiceCount"] == len(right.metadata)
    assert set(archive.files) == (set() if only_metadata else set(right.files))


def test_package_without_a_named_file(caller: Caller) -> None:
    right = caller.export("Subject2")
    chosen = right.metadata[3]["ksefNumber"]
    caller.fault("missing-file", ksef_number=chosen)
    archive = caller.export("Subject2")
    assert set(right.files) - set(archive.files) == {f"{chosen}.xml"}
    assert archive.metadata == right.metadata
    caller.fault("missing-file", ksef_number="1111111111-20260301-000000000000-00")
    assert caller.export("Subject2").files == right.files


def test_package_with_another_hash(caller: Caller) -> None:
    caller.fault("other-hash")
    archive = caller.export("Subject2")
    wrong = [
        row["ksefNumber"]
        for row in archive.metadata
        if row["invoiceHash"] != sha(archive.files[f"{row['ksefNumber']}.xml"])
    ]
    assert wrong == [lowest(caller)]


def test_package_with_another_count(caller: Caller) -> None:
    caller.fault("wrong-count")
    archive = caller.export("Subject2")
    assert archive.package["invoiceCount"] == len(archive.metadata) + 1


def sha(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def test_archive_is_broken_though_its_hashes_agree(caller: Caller) -> None:
    caller.fault("broken-archive")
    answer, key, iv = caller.order("Subject2")
    (part,) = parts_of(caller, (answer, key, iv))
    plain = decrypt(fetch(part["url"]).content, key, iv)
    assert sha(plain) == part["partHash"]
    with pytest.raises((zipfile.BadZipFile, zlib.error, AssertionError)):
        unpack(plain, "Zip")


def test_part_announced_with_a_wrong_hash(caller: Caller) -> None:
    order = caller.order("Subject2")
    parts_of(caller, order)
    caller.fault("wrong-part-hash")
    (part,) = parts_of(caller, order)
    assert sha(fetch(part["url"]).content) != part["encryptedPartHash"]
    (part,) = parts_of(caller, order)
    assert sha(fetch(part["url"]).content) == part["encryptedPartHash"]


@pytest.mark.parametrize("do", ["cut-part", "damaged-part"])
def test_part_cut_or_damaged_on_its_way(caller: Caller, do: str) -> None:
    (part,) = parts_of(caller, caller.order("Subject2"))
    caller.fault(do, context=caller.sandbox.firms[0].nip)
    wrong, right = fetch(part["url"]).content, fetch(part["url"]).content
    assert sha(right) == part["encryptedPartHash"] != sha(wrong)
    assert (len(wrong) < len(right)) == (do == "cut-part")


def test_link_is_expired_and_fresh_ones_are_good(caller: Caller) -> None:
    order = caller.order("Subject2")
    parts_of(caller, order)
    caller.fault("expired-link")
    (stale,) = parts_of(caller, order)
    assert fetch(stale["url"]).status_code == 403
    (fresh,) = parts_of(caller, order)
    assert fetch(fresh["url"]).status_code == 200


def test_part_answers_403(caller: Caller) -> None:
    (part,) = parts_of(caller, caller.order("Subject2"))
    caller.fault("answer", operation="download_part", status=403)
    assert [fetch(part["url"]).status_code for _ in range(2)] == [403, 200]
