"""Identities that log in by signature, and a small signer of their requests made for these tests alone."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID
from lxml import etree

from tests.sandbox.caller import Caller, bearer

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
"""When the tests' clock starts."""
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
PSS_SHA256 = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

DOCUMENT = """<?xml version="1.0" encoding="utf-8"?>
<AuthTokenRequest xmlns="http://ksef.mf.gov.pl/auth/token/{version}">
  <Challenge>{challenge}</Challenge>
  <ContextIdentifier><{kind}>{value}</{kind}></ContextIdentifier>
  <SubjectIdentifierType>{by}</SubjectIdentifierType>{policy}
</AuthTokenRequest>"""


@cache
def rsa_key(size: int = 2048, number: int = 0) -> rsa.RSAPrivateKey:
    """A key made once in a run."""
    return rsa.generate_private_key(65537, size)


@dataclass(frozen=True)
class Identity:
    """A certificate with its key."""

    key: PrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """Its SHA-256 in capitals."""
        return hashlib.sha256(self.der).hexdigest().upper()


def identity(
    organization: str | None = None,
    *,
    serial: str | None = None,
    key: PrivateKey | None = None,
    begins: datetime = NOON - timedelta(days=1),
    ends: datetime = NOON + timedelta(days=30),
    issuer: x509.Name | None = None,
    signer: PrivateKey | None = None,
) -> Identity:
    """A self-made certificate of a firm (`VATPL-…`) or a person (`PNOPL-…`, `TINPL-…`), by default on a new EC key."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    parts = [(NameOID.COUNTRY_NAME, "PL"), (NameOID.COMMON_NAME, "Próba")]
    if organization is not None:
        parts += [(NameOID.ORGANIZATION_NAME, "Próba"), (NameOID.ORGANIZATION_IDENTIFIER, organization)]
    if serial is not None:
        parts += [(NameOID.GIVEN_NAME, "Zofia"), (NameOID.SURNAME, "Próbna"), (NameOID.SERIAL_NUMBER, serial)]
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer or name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    return Identity(key, builder.sign(signer or key, hashes.SHA256()))


def seal(nip: str, **more: Any) -> Identity:
    """A firm's certificate."""
    return identity(f"VATPL-{nip}", **more)


def person(pesel: str, **more: Any) -> Identity:
    """A person's certificate."""
    return identity(serial=f"PNOPL-{pesel}", **more)


@dataclass(frozen=True)
class Manner:
    """How to sign; the faults that no honest signer makes are here, too."""

    method: str | None = None
    """By default what suits the key."""
    form: str = EXCLUSIVE
    properties_type: str | None = PROPERTIES_TYPE
    signs_properties: bool = True
    signs_document: bool = True
    transforms: tuple[str, ...] = field(default=("http://www.w3.org/2000/09/xmldsig#enveloped-signature",))
    values: Literal["plain", "der", "padded"] = "plain"
    """ECDSA values as `R‖S`, as OpenSSL gives them, or with S a byte too long."""


PLAIN = Manner()


def sign(document: str, who: Identity, manner: Manner = PLAIN) -> bytes:
    """The document with an enveloped XAdES-BES signature."""
    root = etree.fromstring(document.encode())
    method = manner.method or (RSA_SHA256 if isinstance(who.key, rsa.RSAPrivateKey) else ECDSA_SHA256)
    references = ""
    if manner.signs_document:
        data = etree.tostring(root.getroottree(), method="c14n", exclusive=manner.form == EXCLUSIVE)
        references += _reference("", None, (*manner.transforms, manner.form), data)
    root.append(etree.fromstring(_template(who)))
    signature = root[-1]
    namespaces = {"ds": "http://www.w3.org/2000/09/xmldsig#", "xades": "http://uri.etsi.org/01903/v1.3.2#"}
    if manner.signs_properties:
        properties = signature.find(".//xades:SignedProperties", namespaces)
        assert properties is not None
        data = _canonical(properties, manner.form)
        references += _reference("#properties", manner.properties_type, (manner.form,), data)
    head = f'<ds:CanonicalizationMethod Algorithm="{manner.form}"/><ds:SignatureMethod Algorithm="{method}"/>'
    signed_info = etree.fromstring(
        f'<ds:SignedInfo xmlns:ds="{namespaces["ds"]}">{head}{references}</ds:SignedInfo>'
    )
    signature.insert(0, signed_info)
    value = _sign(_canonical(signature[0], manner.form), who.key, method, manner.values)
    holder = signature.find("ds:SignatureValue", namespaces)
    assert holder is not None
    holder.text = base64.b64encode(value).decode()
    return etree.tostring(root.getroottree(), encoding="utf-8", xml_declaration=True)


def _canonical(element: etree._Element, form: str) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=form == EXCLUSIVE, with_comments=False)


def _reference(uri: str, kind: str | None, transforms: tuple[str, ...], data: bytes) -> str:
    typed = f' Type="{kind}"' if kind else ""
    listed = "".join(f'<ds:Transform Algorithm="{each}"/>' for each in transforms)
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    return (
        f'<ds:Reference URI="{uri}"{typed}><ds:Transforms>{listed}</ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>'
    )


def _template(who: Identity) -> str:
    certificate = base64.b64encode(who.der).decode()
    digest = base64.b64encode(hashlib.sha256(who.der).digest()).decode()
    return (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="signature"><ds:SignatureValue/>'
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        '<ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#signature">'
        '<xades:SignedProperties Id="properties"><xades:SignedSignatureProperties>'
        "<xades:SigningTime>2026-03-31T12:00:00Z</xades:SigningTime><xades:SigningCertificate><xades:Cert>"
        f'<xades:CertDigest><ds:DigestMethod Algorithm="{SHA256}"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></xades:CertDigest>"
        "</xades:Cert></xades:SigningCertificate></xades:SignedSignatureProperties></xades:SignedProperties>"
        "</xades:QualifyingProperties></ds:Object></ds:Signature>"
    )


def _sign(data: bytes, key: PrivateKey, method: str, values: str) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        return key.sign(data, pss if method == PSS_SHA256 else padding.PKCS1v15(), hashes.SHA256())
    der = key.sign(data, ec.ECDSA(hashes.SHA256()))
    size = (key.curve.key_size + 7) // 8
    r, s = decode_dss_signature(der)
    return der if values == "der" else r.to_bytes(size) + s.to_bytes(size + (values == "padded"))


def document(challenge: str, context: tuple[str, str], **changes: str) -> str:
    """A request as text; `by`, `policy` and `version` can be changed."""
    fields = {"version": "2.1", "by": "certificateSubject", "policy": ""} | changes
    return DOCUMENT.format(challenge=challenge, kind=context[0], value=context[1], **fields)


def post(caller: Caller, body: bytes, **params: str) -> httpx.Response:
    """Hand in a signed document."""
    return caller.http.post(
        "/auth/xades-signature", content=body, headers={"Content-Type": "application/xml"}, params=params
    )


def begin(caller: Caller, who: Identity, context: tuple[str, str], **changes: str) -> httpx.Response:
    """Challenge and login by signature."""
    challenge = caller.http.post("/auth/challenge").json()["challenge"]
    return post(caller, sign(document(challenge, context, **changes), who))


def outcome(caller: Caller, begun: httpx.Response) -> tuple[int, str | None]:
    """Code and only detail of a login's status."""
    assert begun.status_code == 202, begun.text
    status = caller.status(begun)
    (detail,) = status.get("details") or [None]
    return status["code"], detail


def log_in(caller: Caller, who: Identity, context: tuple[str, str], **changes: str) -> dict[str, Any]:
    """Both tokens; the access token goes with every request from now on."""
    begun = begin(caller, who, context, **changes)
    assert outcome(caller, begun) == (200, None)
    tokens: dict[str, Any] = caller.http.post("/auth/token/redeem", headers=caller.operation(begun)).json()
    caller.http.headers.update(bearer(tokens["accessToken"]["token"]))
    return tokens


def refresh(caller: Caller, tokens: dict[str, Any]) -> httpx.Response:
    """A new access token, if there is one."""
    return caller.http.post("/auth/token/refresh", headers=bearer(tokens["refreshToken"]["token"]))


def reason(response: httpx.Response) -> tuple[str, dict[str, Any] | None]:
    """Why a request is forbidden."""
    assert response.status_code == 403, response.text
    body = response.json()
    return body["reasonCode"], body["security"]
