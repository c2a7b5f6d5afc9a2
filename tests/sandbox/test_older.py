"""The shapes and rules of a server of 2.6."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator

import pytest

from blink_tui.sandbox import RunningSandbox, VirtualClock, running_sandbox
from tests.sandbox.caller import Caller, bearer, code_of
from tests.sandbox.conftest import NOON, Connect, relaxed


@pytest.fixture(scope="module")
def old() -> Iterator[RunningSandbox]:
    """A server of 2.6 with limits."""
    options = relaxed(api="2.6", firms=1, sales=0.0, documents=20, limits=True)
    with running_sandbox(options, VirtualClock(NOON)) as sandbox:
        yield sandbox


@pytest.fixture
def caller(old: RunningSandbox, connect: Connect) -> Caller:
    """Logged in without naming a key."""
    someone = connect(old)
    someone.judging = False  # the contract is of 2.9
    old.state.clock.advance(3_600)
    key = someone.http.get("/security/public-key-certificates").json()[0]
    assert set(key) == {"certificate", "validFrom", "validTo", "usage"}
    firm = old.firms[0]
    begun = someone.begin(firm.token, firm.nip, under=key | {"publicKeyId": None})
    tokens = someone.http.post("/auth/token/redeem", headers=someone.operation(begun)).json()
    someone.http.headers.update(bearer(tokens["accessToken"]["token"]))
    return someone


def test_package_does_not_tell_its_compression_and_is_a_zip(old: RunningSandbox, caller: Caller) -> None:
    encryption = {
        "encryptedSymmetricKey": caller.seal("SymmetricKeyEncryption", os.urandom(32)),
        "initializationVector": base64.b64encode(os.urandom(16)).decode(),
    }
    body = {
        "encryption": encryption,
        "compressionType": "TarGz",
        "filters": {
            "subjectType": "Subject2",
            "dateRange": {"dateType": "PermanentStorage", "from": "2026-03-01T00:00:00Z"},
        },
    }
    ordered = caller.http.post("/invoices/exports", json=body)
    status = caller.ready(ordered.json()["referenceNumber"], pause=lambda: old.state.clock.advance(1.1))
    package = status["package"]
    assert "compressionType" not in package
    assert package["parts"][0]["partName"].endswith(".zip.aes")


def test_groups_of_later_versions_are_missing(caller: Caller) -> None:
    told = caller.http.get("/rate-limits").json()
    assert {"global", "collectiveIdentifier"} & set(told) == set()
    assert told["invoiceMetadata"]["perSecond"] == 8


def test_address_has_no_limit_for_everything(caller: Caller) -> None:
    codes = [caller.http.post("/auth/challenge").status_code for _ in range(59)]
    codes += [caller.http.get("/security/public-key-certificates").status_code for _ in range(30)]
    assert set(codes) == {200}


def test_operations_of_later_versions_are_not_there(caller: Caller) -> None:
    assert caller.http.post("/collective-identifiers/query", json={}).status_code == 404


def test_time_without_offset_is_warsaws(caller: Caller) -> None:
    free = {"restrictToPermanentStorageHwmDate": False}
    dates = {"from": "2026-03-28T00:00:00", "to": "2026-03-31T01:30:00"}
    mine = caller.query("Subject2", {"dateRange": dates | free}, pageSize=250).json()
    dates = {"from": "2026-03-27T23:00:00Z", "to": "2026-03-30T23:30:00Z"}
    assert mine == caller.query("Subject2", {"dateRange": dates | free}, pageSize=250).json()
    assert mine["invoices"]


def test_range_is_three_months(caller: Caller) -> None:
    fits = {"from": "2025-11-30T00:00:00Z", "to": "2026-02-28T00:00:00Z"}
    assert caller.query(filters={"dateRange": fits}).status_code == 200
    longer = fits | {"to": "2026-02-28T00:00:00.001Z"}
    assert code_of(caller.query(filters={"dateRange": longer})) == 21405
