"""TLS of the sandbox: given certificate files, or self-made ones beside the authority that vouches for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from blink_tui.sandbox.options import SandboxOptions, UnusableOptionsError

CA_FILE = "ca.pem"
"""What `SSL_CERT_FILE` of a caller is to name."""
_CERTIFICATE_FILE = "sandbox.pem"
_KEY_FILE = "sandbox-key.pem"
_DAYS = 365


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What the server needs."""

    certificate: Path
    key: Path


def tls_files(options: SandboxOptions) -> TlsFiles | None:
    """The files to serve with; None without TLS. Raises OSError and UnusableOptionsError."""
    if options.tls_host is None:
        return None
    if options.tls_cert is not None and options.tls_key is not None:
        return TlsFiles(options.tls_cert, options.tls_key)
    if options.tls_dir is None:
        raise UnusableOptionsError("TLS needs a certificate with its key, or a folder for self-made ones")
    return make_files(options.tls_dir, options.tls_host)


def make_files(folder: Path, host: str) -> TlsFiles:
    """A new authority and a certificate for a host name and the loopback address, as files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = _name("KSeF sandbox authority")
    names: list[x509.GeneralName] = [
        x509.DNSName(host),
        x509.DNSName("localhost"),
        x509.IPAddress(ip_address("127.0.0.1")),
    ]
    authority = (
        _builder(authority_name, authority_name, authority_key.public_key(), authority_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    certificate = (
        _builder(_name(host), authority_name, key.public_key(), authority_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    files = TlsFiles(folder / _CERTIFICATE_FILE, folder / _KEY_FILE)
    (folder / CA_FILE).write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files.key.touch(mode=0o600)
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    issuer_public: ec.EllipticCurvePublicKey,
    now: datetime,
) -> x509.CertificateBuilder:
    """A certificate with everything that strict verification asks for."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_public), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
