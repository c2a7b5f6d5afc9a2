"""A certificate from files: what is refused before KSeF is asked."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.cli.conftest import Blink

NIP = "5265877635"


def write_certificate(folder: Path, *, days: int, passphrase: bytes | None = None) -> tuple[Path, Path]:
    """A self-made certificate that ends so many days from now, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Biuro Testowe")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(77)
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    cert_file, key_file = folder / "office.crt", folder / "office.key"
    cert_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return cert_file, key_file


@pytest.fixture
def silent(blink: Blink) -> Blink:
    """A home with a firm whose KSeF does not answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    blink("firm", "add", "--nip", NIP, "--env", f"http://127.0.0.1:{port}/v2")
    return blink


def test_a_certificate_is_kept_unchecked_while_ksef_is_silent(silent: Blink, tmp_path: Path) -> None:
    cert, key = write_certificate(tmp_path, days=100)
    words = ("credential", "add", "--firm", NIP, "--cert", str(cert), "--key", str(key), "--json")
    added = silent(*words).json
    assert (added["kind"], added["state"]) == ("certificate", "unchecked")
    assert "Biuro Testowe" in added["label"]
    assert b"PRIVATE KEY" not in (silent.home / "data" / "default" / "vault.blink").read_bytes()
    assert silent("sync", "--json", code=6).json["error"]["code"] == "ksef-unreachable"


def test_an_expired_certificate_is_refused_before_any_request(silent: Blink, tmp_path: Path) -> None:
    cert, key = write_certificate(tmp_path, days=-1)
    ended = silent(
        "credential", "add", "--firm", NIP, "--cert", str(cert), "--key", str(key), "--json", code=4
    )
    assert ended.json["error"]["code"] == "certificate-expired"
    assert silent("credential", "list", "--json").json == []


def test_an_encrypted_key_needs_its_passphrase(silent: Blink, tmp_path: Path) -> None:
    cert, key = write_certificate(tmp_path, days=100, passphrase=b"sezam")
    words = ("credential", "add", "--firm", NIP, "--cert", str(cert), "--key", str(key), "--json")
    assert "passphrase" in silent(*words, code=2).json["error"]["code"]
    (tmp_path / "wrong").write_text("nie to\n")
    assert (
        "passphrase"
        in silent(*words, "--passphrase-file", str(tmp_path / "wrong"), code=2).json["error"]["code"]
    )
    (tmp_path / "right").write_text("sezam\n")
    assert silent(*words, "--passphrase-file", str(tmp_path / "right")).json["state"] == "unchecked"


def test_a_certificate_without_its_key_is_wrong_use(silent: Blink, tmp_path: Path) -> None:
    cert, _key = write_certificate(tmp_path, days=100)
    assert "--key" in silent("credential", "add", "--firm", NIP, "--cert", str(cert), code=2).err
