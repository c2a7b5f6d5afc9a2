"""ksef-client's command line, unpatched, works against `blink sandbox`."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.foreign.books import digest, new_invoices, sales, sellers
from tests.foreign.world import BASE, Firm, World
from tests.sandbox.signing import PrivateKey, identity, rsa_key

pytestmark = pytest.mark.proof

Ksef = Callable[..., dict[str, Any]]

STORED = ["--date-type", "PermanentStorage", "--subject-type", "Subject1"]
DOWNLOADS = 2
"""Enough: every start of the client costs more than a second."""
SOON = ["--poll-interval", "0.2"]


@pytest.fixture(scope="module")
def firm(abroad: World) -> Firm:
    """The firm with the most sales."""
    return sellers(abroad)[0]


@pytest.fixture(scope="module")
def ksef(abroad: World, ksef_client: Path, firm: Firm, tmp_path_factory: pytest.TempPathFactory) -> Ksef:
    """The client with a profile for the firm."""
    return set_up(abroad, ksef_client, firm, tmp_path_factory.mktemp("home"))


def set_up(abroad: World, ksef_client: Path, firm: Firm, home: Path) -> Ksef:
    """Runs one command of a client with a profile for a firm, kept in a folder; gives the data of its answer."""
    # Where a desktop has a keyring, the client would leave its tokens there.
    own = {
        "KSEF_CLI_ALLOW_INSECURE_TOKEN_STORE": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }

    def run(*words: str, **more: str) -> dict[str, Any]:
        ended = abroad.run([ksef_client / "ksef", "--json", *words], home=home, more=own | more)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        data: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])["data"]
        return data

    context = ["--context-type", "nip", "--context-value", firm.nip]
    run("init", "--name", "sandbox", "--base-url", BASE, *context, "--non-interactive", "--set-active")
    return run


@pytest.fixture(scope="module")
def logged_in(ksef: Ksef, firm: Firm) -> Ksef:
    """The same after a login with the firm's token."""
    ksef("auth", "login-token", *SOON, KSEF_TOKEN=firm.token)
    return ksef


def test_token_login_and_refresh(ksef: Ksef, firm: Firm) -> None:
    entered = ksef("auth", "login-token", *SOON, KSEF_TOKEN=firm.token)
    refreshed = ksef("auth", "refresh")
    assert refreshed["access_valid_until"] > entered["access_valid_until"]
    assert ksef("auth", "status")["auth_method"] == "token"


def enter_by_seal(ksef: Ksef, firm: Firm, folder: Path, key: PrivateKey | None = None) -> dict[str, Any]:
    """Log in with a self-made certificate of the firm."""
    now = datetime.now(UTC)
    sealed = identity(
        f"VATPL-{firm.nip}", key=key, begins=now - timedelta(days=1), ends=now + timedelta(days=1)
    )
    certificate, private = folder / "seal.pem", folder / "seal.key"
    certificate.write_bytes(sealed.certificate.public_bytes(Encoding.PEM))
    private.write_bytes(sealed.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return ksef("auth", "login-xades", "--cert-pem", str(certificate), "--key-pem", str(private), *SOON)


@pytest.mark.parametrize("key", [None, rsa_key()], ids=["ec", "rsa"])
def test_login_by_signature(ksef: Ksef, firm: Firm, tmp_path: Path, key: PrivateKey | None) -> None:
    entered = enter_by_seal(ksef, firm, tmp_path, key)
    refreshed = ksef("auth", "refresh")
    assert refreshed["access_valid_until"] > entered["access_valid_until"]
    assert ksef("invoice", "list", *STORED)["count"] == len(sales(firm.nip))


def test_list_and_download(logged_in: Ksef, firm: Firm, tmp_path: Path) -> None:
    listed = logged_in("invoice", "list", *STORED, "--page-size", "250")["items"]
    known = sales(firm.nip)
    assert len({row["ksefNumber"] for row in listed}) == len(known)
    for row in listed[:DOWNLOADS]:
        file = tmp_path / f"{row['ksefNumber']}.xml"
        logged_in(
            "invoice", "download", "--ksef-number", row["ksefNumber"], "--out", str(file), "--as", "bytes"
        )
        found = digest(file.read_bytes())
        assert found == b64decode(row["invoiceHash"]).hex()
        assert found in known


@pytest.mark.parametrize("compression", ["zip", "targz"])
def test_export(logged_in: Ksef, firm: Firm, tmp_path: Path, compression: str) -> None:
    told = logged_in(
        "export", "run", *STORED, *SOON, "--compression", compression, "--out", str(tmp_path / "out")
    )
    assert told["compression_type"].lower() == compression
    found = sorted(digest(file.read_bytes()) for file in (tmp_path / "out").rglob("*.xml"))
    assert found == sales(firm.nip)
    assert told["metadata_count"] == len(found)


def test_sending(abroad: World, ksef_client: Path, tmp_path: Path) -> None:
    firm = sellers(abroad)[3]  # nobody else counts its sales
    ksef = set_up(abroad, ksef_client, firm, tmp_path)
    enter_by_seal(ksef, firm, tmp_path)
    invoice, *others = new_invoices(firm.nip, 3)
    file, receipt, fetched = tmp_path / "new.xml", tmp_path / "upo.xml", tmp_path / "fetched.xml"
    file.write_bytes(invoice)
    wanted = ["--wait-status", "--wait-upo", *SOON, "--save-upo"]
    number = ksef("send", "online", "--invoice", str(file), *wanted, str(receipt))["ksef_number"]
    assert number in receipt.read_text(encoding="utf-8")
    ksef("invoice", "download", "--ksef-number", number, "--out", str(fetched), "--as", "bytes")
    assert fetched.read_bytes() == invoice

    folder, receipt = tmp_path / "others", tmp_path / "upo-of-others.xml"
    folder.mkdir()
    for place, other in enumerate(others):
        (folder / f"{place}.xml").write_bytes(other)
    ksef("send", "batch", "--dir", str(folder), *wanted, str(receipt))
    assert receipt.read_text(encoding="utf-8").count("</NumerKSeFDokumentu>") == len(others)
