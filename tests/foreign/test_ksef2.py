"""ksef2's SDK, unpatched, works against `blink sandbox`; its strict models check our answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.books import digest, new_invoices, sales, sellers
from tests.foreign.world import Firm, World

pytestmark = pytest.mark.proof

Findings = dict[str, dict[str, Any]]

_DRIVER = Path(__file__).with_name("drive_ksef2.py")


@pytest.fixture(scope="module")
def firm(abroad: World) -> Firm:
    """A firm with sales; the busiest is another client's."""
    return sellers(abroad)[1]


@pytest.fixture(scope="module")
def office(abroad: World) -> Firm:
    """Whom the firm gives rights."""
    return sellers(abroad)[2]


@pytest.fixture(scope="module")
def findings(
    abroad: World, ksef2: Path, firm: Firm, office: Firm, tmp_path_factory: pytest.TempPathFactory
) -> Findings:
    """What the SDK found, by step."""
    given = {"nip": firm.nip, "token": firm.token, "office": office.nip}
    task = json.dumps(given | {"invoices": [xml.decode() for xml in sent(firm)]})
    ended = abroad.run([ksef2 / "python", _DRIVER], home=tmp_path_factory.mktemp("home"), told=task)
    assert ended.returncode == 0, ended.stderr
    found: Findings = json.loads(ended.stdout)
    return found


def sent(firm: Firm) -> list[bytes]:
    """What the SDK sends."""
    return new_invoices(firm.nip, 3)


def step(findings: Findings, name: str) -> dict[str, Any]:
    """The findings of one step, which must not have failed."""
    found = findings[name]
    assert "failed" not in found, found["failed"]
    return found


def test_public_lists(findings: Findings) -> None:
    found = step(findings, "public")
    assert found["usages"] == ["ksef_token_encryption", "symmetric_key_encryption"]
    assert found["peppol"] > 0


def test_invoices_one_by_one_and_in_packages(findings: Findings, firm: Firm) -> None:
    found = step(findings, "invoices")
    downloaded = found["downloaded"]
    assert sorted(downloaded.values()) == sales(firm.nip)
    assert found["listed"] == list(downloaded)
    for compression in ("zip", "tar_gz"):
        assert found[compression]["files"] == downloaded
        assert sorted(found[compression]["metadata"]) == sorted(downloaded)


def test_limits(findings: Findings) -> None:
    found = step(findings, "limits")
    assert found["rates"]["invoice_metadata"] == {"per_second": 8, "per_minute": 16, "per_hour": 20}
    assert found["context"]["online_session"]["max_invoices"] > 0
    assert found["subject"]["certificate"]["max_certificates"] > 0


def test_token_from_its_making_to_its_end(findings: Findings) -> None:
    assert step(findings, "tokens") == {"active": "active", "own": ["active"], "revoked": "revoked"}


def test_certificate_from_its_request_to_its_end(findings: Findings) -> None:
    found = step(findings, "certificates")
    assert found == {"same": True, "before": "active", "after": "revoked", "can_request": True}


def test_permissions_granted_found_and_withdrawn(findings: Findings, office: Firm) -> None:
    found = step(findings, "permissions")
    assert found["authorizations"] == [office.nip]
    assert found["left"] == 0


def test_subjects_made_for_tests(findings: Findings, firm: Firm) -> None:
    assert firm.nip in step(findings, "testdata")["contexts"]


def test_collective_identifiers(findings: Findings) -> None:
    found = step(findings, "collective")
    assert found["members"]
    assert set(found["holders"]) <= set(found["numbers"])


def test_sending_alone_and_in_one_file(findings: Findings, firm: Firm) -> None:
    found = step(findings, "sending")
    assert found["fetched"] == sorted(digest(xml) for xml in sent(firm))
    assert found["in_receipt"]
    assert found["successful"] == 2
    assert found["receipts"] == 1


def test_open_logins(findings: Findings) -> None:
    found = step(findings, "sessions")
    assert found["current"] == 1
    assert found["count"] > 1
