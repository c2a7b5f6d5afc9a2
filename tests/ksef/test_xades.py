"""Signatures are judged by programs that are not ours: xmlsec1, OpenSSL and the official schemas."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.exceptions import InvalidSignature
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESSigner, XAdESVerifier

from blink_tui.ksef.certificates import CertificateCredential, SubjectType, load_certificate
from blink_tui.ksef.operations import Context
from blink_tui.ksef.xades import login_request, signed
from tests.ksef.certs import credential
from tests.ksef.old_server import CHALLENGE, NIP

AT = datetime(2026, 5, 14, 12, 0, 0, 123000, tzinfo=UTC)
DS = "{http://www.w3.org/2000/09/xmldsig#}"
SCHEMAS = Path(__file__).parents[2].parent / "shared" / "ksef" / "xsd" / "auth"
KINDS = ["RSA-2048", "P-256", "P-384"]


def document(one: CertificateCredential, version: str = "2.0") -> bytes:
    return signed(login_request(CHALLENGE, Context("Nip", NIP), one.subject_type, version), one, AT)


@pytest.fixture(scope="module")
def pss(tmp_path_factory: pytest.TempPathFactory) -> CertificateCredential:
    """A certificate whose key is for PSS alone; only OpenSSL makes such."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("pss")
    for command in (
        "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss.key",
        "req -x509 -new -key pss.key -subj /CN=PSS -days 9 -out pss.crt",
    ):
        subprocess.run(["openssl", *command.split()], check=True, capture_output=True, cwd=folder)
    return load_certificate((folder / "pss.crt").read_bytes(), (folder / "pss.key").read_bytes())


def xmlsec_accepts(content: bytes, one: CertificateCredential, folder: Path) -> bool:
    if shutil.which("xmlsec1") is None:
        pytest.skip("xmlsec1 is not installed")
    own, xml = folder / "own.pem", folder / "signed.xml"
    own.write_bytes(one.certificate.public_bytes(Encoding.PEM))
    xml.write_bytes(content)
    ids = ["--id-attr:Id", "SignedProperties", "--id-attr:Id", "KeyInfo"]
    done = subprocess.run(
        ["xmlsec1", "--verify", *ids, "--pubkey-cert-pem", own, xml], capture_output=True, check=False
    )
    return done.returncode == 0


@pytest.mark.parametrize("version", ["2.0", "2.1"])
@pytest.mark.parametrize("kind", KINDS)
def test_another_program_accepts_our_signatures(kind: str, version: str, tmp_path: Path) -> None:
    one = credential(kind)
    assert xmlsec_accepts(document(one, version), one, tmp_path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (NIP.encode(), b"1111111111"),
        (CHALLENGE.encode(), b"20260514-CR-226FB7B000-3ACF9BE4C0-11"),
        (b"2026-05-14T12:00:00Z", b"2026-05-14T12:00:01Z"),
        (b"<SubjectIdentifierType>", b"<SubjectIdentifierType >"),
    ],
)
def test_a_spoiled_document_fails(kind: str, written: bytes, instead: bytes, tmp_path: Path) -> None:
    one = credential(kind)
    content = document(one)
    assert content.count(written) == 1
    harmless = written.startswith(b"<")  # the same document written otherwise
    assert xmlsec_accepts(content.replace(written, instead), one, tmp_path) is harmless


def test_the_key_of_another_fails(tmp_path: Path) -> None:
    assert not xmlsec_accepts(document(credential("P-256")), credential("P-384"), tmp_path)


def test_a_key_for_pss_signs_as_such(pss: CertificateCredential, tmp_path: Path) -> None:
    """xmlsec1 of today knows no PSS: OpenSSL judges the signature, signxml the references."""
    assert pss.info.pss
    content = document(pss)
    root = etree.fromstring(content)
    info = root.find(f"{DS}Signature/{DS}SignedInfo")
    value = root.findtext(f"{DS}Signature/{DS}SignatureValue")
    assert info is not None
    assert value is not None
    assert info.find(f"{DS}SignatureMethod").get("Algorithm") == SignatureMethod.SHA256_RSA_MGF1.value  # type: ignore[union-attr] # None fails the test, too
    (tmp_path / "info").write_bytes(etree.tostring(info, method="c14n"))
    (tmp_path / "value").write_bytes(b64decode(value))
    (tmp_path / "own.pem").write_bytes(pss.certificate.public_bytes(Encoding.PEM))
    public = subprocess.run(
        ["openssl", "x509", "-in", tmp_path / "own.pem", "-pubkey", "-noout"], check=True, capture_output=True
    )
    (tmp_path / "public.pem").write_bytes(public.stdout)
    options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]
    subprocess.run(
        [
            "openssl", "dgst", "-sha256", *options, "-verify", tmp_path / "public.pem",
            "-signature", tmp_path / "value", tmp_path / "info",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    methods = frozenset({SignatureMethod.SHA256_RSA_MGF1})
    config = XAdESSignatureConfiguration(signature_methods=methods)
    XAdESVerifier().verify(content, x509_cert=pss.certificate, expect_config=config)
    with pytest.raises(InvalidSignature):
        XAdESVerifier().verify(
            content.replace(NIP.encode(), b"1111111111"), x509_cert=pss.certificate, expect_config=config
        )


@pytest.mark.parametrize(
    ("canonicalisation", "accepted"),
    [
        (CanonicalizationMethod.CANONICAL_XML_1_1, True),
        (CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0, False),
    ],
)
def test_why_canonicalisation_is_left_at_its_default(
    canonicalisation: CanonicalizationMethod, accepted: bool, tmp_path: Path
) -> None:
    """The day this fails for the exclusive one, signxml has mended it."""
    one = credential("RSA-2048")
    request = login_request(CHALLENGE, Context("Nip", NIP), one.subject_type, "2.0")
    signer = XAdESSigner(c14n_algorithm=canonicalisation)
    root = signer.sign(request, key=one.signing_key(), cert=[one.certificate])
    assert xmlsec_accepts(etree.tostring(root), one, tmp_path) is accepted


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_signature_holds(kind: str) -> None:
    one = credential(kind)
    content = document(one)
    assert content.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<AuthTokenRequest ")
    root = etree.fromstring(content)
    assert b"KeyValue" not in content
    assert b"PRIVATE" not in content
    assert one.key.reveal() not in content
    assert [node.text for node in root.iter("{http://uri.etsi.org/01903/v1.3.2#}SigningTime")] == [
        "2026-05-14T12:00:00Z"
    ]
    signature = root.findtext(f"{DS}Signature/{DS}SignatureValue")
    assert signature is not None
    size = {"RSA-2048": 256, "P-256": 2 * 32, "P-384": 2 * 48}[kind]  # R‖S, each as long as the curve
    assert len(b64decode(signature)) == size
    algorithms = {node.get("Algorithm") for node in root.iter(f"{DS}DigestMethod")}
    assert algorithms == {"http://www.w3.org/2001/04/xmlenc#sha256"}


def official_schema(file: Path) -> etree.XMLSchema:
    """Its patterns are written for .NET: anchors and word bounds are no part of XSD's expressions."""
    tree = etree.parse(file)
    for pattern in tree.iter("{http://www.w3.org/2001/XMLSchema}pattern"):
        pattern.set("value", pattern.get("value", "").removeprefix("^").removesuffix("$").replace(r"\b", ""))
    return etree.XMLSchema(tree)


@pytest.mark.parametrize("version", ["2.0", "2.1"])
@pytest.mark.parametrize("subject_type", list(SubjectType))
@pytest.mark.parametrize(
    "context",
    [
        Context("Nip", NIP),
        Context("InternalId", f"{NIP}-12345"),
        Context("NipVatUe", f"{NIP}-DE123456789"),
        Context("PeppolId", "PPL123456"),
    ],
)
def test_requests_keep_to_the_official_schemas(
    version: str, subject_type: SubjectType, context: Context
) -> None:
    file = SCHEMAS / f"schemat_auth_v{version.replace('.', '-')}.xsd"
    if not file.is_file():
        pytest.skip("the official schemas are not here")
    schema = official_schema(file)
    one = credential()
    root = etree.fromstring(signed(login_request(CHALLENGE, context, subject_type, version), one, AT))
    signature = root.find(f"{DS}Signature")
    assert signature is not None
    root.remove(signature)
    schema.assertValid(root)
    root[1][0].text = "1"
    assert not schema.validate(root)
