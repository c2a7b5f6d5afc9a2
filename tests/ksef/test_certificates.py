from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat

from blink_tui.ksef import certificate_errors as errors
from blink_tui.ksef.certificates import (
    CertificateCredential,
    SubjectType,
    load_certificate,
    load_pkcs12,
    problem_of,
)
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.secret import Secret
from tests.ksef.certs import (
    JANUARY,
    NEXT_JANUARY,
    certificate,
    credential,
    key,
    key_file,
    name,
    p12_file,
    pem,
    usage,
)

NOW = datetime(2026, 5, 14, 12, tzinfo=UTC)
PASSPHRASE = Secret("zażółć gęślą")
QUALIFIED = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), b"\x30\x00")


def refused(kind: ErrorKind, certificate: bytes, key: bytes, passphrase: Secret | None = None) -> BlinkError:
    with pytest.raises(BlinkError) as caught:
        load_certificate(certificate, key, passphrase)
    assert caught.value.kind is kind
    return caught.value


@pytest.mark.parametrize("kind", ["RSA-2048", "P-256", "P-384"])
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_two_files(kind: str, encoding: Encoding, passphrase: Secret | None) -> None:
    private = key(kind)
    one = certificate(private)
    locked = key_file(private, passphrase.reveal() if passphrase else None, encoding)
    loaded = load_certificate(one.public_bytes(encoding), locked, passphrase)
    assert loaded.certificate == one
    assert loaded.signing_key().public_key() == private.public_key()


@pytest.mark.parametrize("kind", ["RSA-2048", "P-256"])
def test_keys_as_openssl_used_to_write_them(kind: str) -> None:
    private = key(kind)
    old = key_file(private, PASSPHRASE.reveal(), shape=PrivateFormat.TraditionalOpenSSL)
    assert b"Proc-Type: 4,ENCRYPTED" in old
    one = pem(certificate(private))
    assert load_certificate(one, old, PASSPHRASE).signing_key().public_key() == private.public_key()
    refused(errors.PASSPHRASE_WRONG, one, old, Secret("wrong"))


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_one_file_with_both(passphrase: Secret | None) -> None:
    private = key("RSA-2048")
    one = certificate(private)
    content = p12_file(private, one, passphrase.reveal() if passphrase else None)
    assert load_pkcs12(content, passphrase) == load_certificate(pem(one), key_file(private))


def test_of_a_chain_the_certificate_of_the_key_is_taken() -> None:
    issuer, own = certificate(key("P-384")), certificate(key())
    assert load_certificate(pem(issuer) + pem(own), key_file(key())).certificate == own


def test_a_passphrase_that_is_not_needed_does_no_harm() -> None:
    load_certificate(pem(certificate(key())), key_file(key()), PASSPHRASE)


@pytest.mark.parametrize(
    "content", [b"", b"junk", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate(content: bytes) -> None:
    error = refused(errors.NOT_A_CERTIFICATE, content, key_file(key()))
    assert error.kind.exit_code is ExitCode.USAGE


def test_files_given_the_wrong_way_round() -> None:
    refused(errors.NOT_A_CERTIFICATE, key_file(key()), pem(certificate(key())))
    refused(errors.NOT_A_KEY, pem(certificate(key())), pem(certificate(key())))


@pytest.mark.parametrize(
    "content", [b"", b"junk", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_what_is_no_key(content: bytes, passphrase: Secret | None) -> None:
    refused(errors.NOT_A_KEY, pem(certificate(key())), content, passphrase)


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_passphrases(encoding: Encoding) -> None:
    locked = key_file(key(), PASSPHRASE.reveal(), encoding)
    for passphrase, kind in (
        (None, errors.PASSPHRASE_MISSING),
        (Secret("wrong"), errors.PASSPHRASE_WRONG),
        (Secret(""), errors.PASSPHRASE_WRONG),
    ):
        error = refused(kind, pem(certificate(key())), locked, passphrase)
        assert error.kind.exit_code is ExitCode.USAGE


def test_a_key_of_another_certificate() -> None:
    error = refused(errors.KEY_OF_ANOTHER, pem(certificate(key())), key_file(key("P-384")))
    assert "Biuro Żółw" in str(error)


def test_a_certificate_for_a_key_of_a_kind_unknown_here() -> None:
    """The first on a curve that nobody knows, the second for a key that KSeF does not take."""
    p256, nothing = bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d03017f")
    refused(
        errors.NOT_A_CERTIFICATE,
        certificate(key()).public_bytes(Encoding.DER).replace(p256, nothing),
        key_file(key()),
    )
    subject = name(COMMON_NAME="Edward")
    private = ed25519.Ed25519PrivateKey.generate()
    builder = x509.CertificateBuilder(subject, subject, private.public_key(), 1, JANUARY, NEXT_JANUARY)
    error = refused(errors.KEY_OF_ANOTHER, pem(builder.sign(private, None)), key_file(key()))
    assert "Edward" in str(error)


def test_a_key_of_a_kind_that_signs_nothing_here() -> None:
    error = refused(errors.KEY_UNFIT, pem(certificate(key())), key_file(ed25519.Ed25519PrivateKey.generate()))
    assert "Ed25519" in str(error)
    assert error.kind.exit_code is ExitCode.CREDENTIAL_REFUSED


@pytest.mark.parametrize(
    ("content", "passphrase", "kind"),
    [
        (b"", None, errors.NOT_PKCS12),
        (b"junk" * 20, PASSPHRASE, errors.NOT_PKCS12),
        (pem(certificate(key())), None, errors.NOT_PKCS12),
        (p12_file(key(), None, b"x"), Secret("x"), errors.NOT_PKCS12),
        (p12_file(key(), certificate(key()), b"x"), None, errors.PASSPHRASE_MISSING),
        (p12_file(key(), certificate(key()), b"x"), Secret("y"), errors.PASSPHRASE_WRONG),
    ],
    ids=lambda value: value.code if isinstance(value, ErrorKind) else "given",
)
def test_what_is_no_pkcs12_or_does_not_open(
    content: bytes, passphrase: Secret | None, kind: ErrorKind
) -> None:
    with pytest.raises(BlinkError) as caught:
        load_pkcs12(content, passphrase)
    assert caught.value.kind is kind


def test_what_a_certificate_says() -> None:
    info = credential("RSA-2048").info
    one = certificate(key("RSA-2048"))
    assert (info.name, info.serial, info.key, info.pss) == ("Biuro Żółw", "F1E2D", "RSA 2048", False)
    assert info.subject == "2.5.4.5=TINPL-1111111111,CN=Biuro Żółw" == info.issuer
    assert (info.valid_from, info.valid_to) == (JANUARY, NEXT_JANUARY)
    assert info.fingerprint == one.fingerprint(SHA256()).hex().upper()
    assert credential("P-384").info.key == "EC 384"


def test_a_certificate_without_a_common_name_goes_by_its_subject() -> None:
    assert credential(subject=name(ORGANIZATION_NAME="Biuro")).info.name == "O=Biuro"


def test_names_cannot_steer_a_terminal() -> None:
    assert credential(subject=name(COMMON_NAME="A\u202eB\x1b[31m")).info.name == "AB[31m"


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"SERIAL_NUMBER": "TINPL-1111111111"}, SubjectType.SUBJECT),
        ({"SERIAL_NUMBER": "PNOPL-11111111111"}, SubjectType.SUBJECT),
        ({"SERIAL_NUMBER": "NIP: 1111111111"}, SubjectType.SUBJECT),
        ({"ORGANIZATION_IDENTIFIER": "VATPL-1111111111"}, SubjectType.SUBJECT),
        ({"X500_UNIQUE_IDENTIFIER": "AB12"}, SubjectType.SUBJECT),
        ({"SERIAL_NUMBER": "PNODE-11111111111"}, SubjectType.FINGERPRINT),
        ({"SERIAL_NUMBER": "TINPL-111"}, SubjectType.FINGERPRINT),
        ({"ORGANIZATION_NAME": "NIP 1111111111"}, SubjectType.FINGERPRINT),
    ],
)
def test_how_ksef_is_to_find_the_holder(attributes: dict[str, str], expected: SubjectType) -> None:
    one = credential(subject=name(COMMON_NAME="X", COUNTRY_NAME="PL", **attributes))
    assert one.subject_type is expected


def test_a_good_certificate_has_no_problem() -> None:
    for one in (
        credential(),
        credential("RSA-2048"),
        credential("P-256", usage(signature=True, repudiation=False)),
        credential("P-256", usage(signature=True, repudiation=True)),
        credential("P-256", usage(signature=False, repudiation=True), QUALIFIED),
    ):
        assert problem_of(one.info, NOW) is None


def test_a_certificate_for_offline_invoices_does_not_log_in() -> None:
    problem = problem_of(credential("P-256", usage(signature=False, repudiation=True)).info, NOW)
    assert problem is not None
    assert problem.kind is errors.CERTIFICATE_OFFLINE
    assert problem.kind.exit_code is ExitCode.CREDENTIAL_REFUSED
    assert "Biuro Żółw" in str(problem)


@pytest.mark.parametrize(
    ("now", "kind", "day"),
    [
        (JANUARY - timedelta(seconds=1), errors.CERTIFICATE_NOT_YET, "2026-01-01"),
        (JANUARY, None, ""),
        (NEXT_JANUARY, None, ""),
        (NEXT_JANUARY + timedelta(seconds=1), errors.CERTIFICATE_EXPIRED, "2027-01-01"),
    ],
)
def test_days_of_a_certificate(now: datetime, kind: ErrorKind | None, day: str) -> None:
    problem = problem_of(credential().info, now)
    assert (problem.kind if problem else None) is kind
    assert problem is None or day in str(problem)


@pytest.mark.parametrize(("kind", "told"), [("RSA-1024", "RSA 1024"), ("P-192", "EC 192")])
def test_weak_keys(kind: str, told: str) -> None:
    problem = problem_of(credential(kind).info, NOW)
    assert problem is not None
    assert problem.kind is errors.KEY_UNFIT
    assert told in str(problem)


@pytest.mark.parametrize("kind", ["RSA-2048", "P-256"])
def test_one_secret_and_back(kind: str) -> None:
    one = replace(credential(kind), subject_type=SubjectType.FINGERPRINT)
    assert CertificateCredential.from_secret(one.to_secret()) == one


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"20260514-EC-2DFC46C000-3AC6D5877F-D4|nip-1111111111|ab",
        b'{"certificate": "AAAA", "key": "AAAA", "subject_type": "certificateSubject"}',
        credential().to_secret().reveal().replace(b"certificateSubject", b"novelty"),
        credential().to_secret().reveal().replace(b'"key":"', b'"key":"AAAA'),
    ],
    ids=lambda value: value.code if isinstance(value, ErrorKind) else "given",
)
def test_a_secret_that_is_no_certificate(kept: bytes) -> None:
    with pytest.raises(BlinkError) as caught:
        CertificateCredential.from_secret(Secret(kept))
    assert caught.value.kind is errors.NOT_A_BUNDLE


def test_the_key_does_not_print() -> None:
    private = key()
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    one = credential()
    shown = repr(one) + str(one) + repr(one.to_secret())
    assert repr(one.key.reveal())[2:-1] not in shown
    assert "key=***" in shown
    error = refused(
        errors.PASSPHRASE_WRONG, pem(certificate(private)), key_file(private, b"right"), Secret("wr0ng")
    )
    assert "wr0ng" not in f"{error} {error.cause} {error.__context__!r}"
