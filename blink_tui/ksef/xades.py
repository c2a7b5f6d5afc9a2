"""The request by which a certificate logs in: AuthTokenRequest, signed enveloped as XAdES-BES (PROTOCOL 2).

Imports signxml, so it is imported itself only when a certificate logs in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.xades.xades import XAdESDataObjectFormat, XAdESSigner

from blink_tui.ksef.certificates import CertificateCredential, CertificateInfo, SubjectType
from blink_tui.ksef.operations import Context

_NAMESPACE = "http://ksef.mf.gov.pl/auth/token/{}"
_SIGNING_TIME = etree.QName("http://uri.etsi.org/01903/v1.3.2#", "SigningTime")


def login_request(
    challenge: str, context: Context, subject_type: SubjectType, version: str
) -> etree._Element:
    """AuthTokenRequest without a signature, of a version of its schema (`2.0` or `2.1`)."""
    namespace = _NAMESPACE.format(version)
    default: Any = {None: namespace}  # the stubs know no default namespace
    root = etree.Element(etree.QName(namespace, "AuthTokenRequest"), nsmap=default)

    def add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
        child = etree.SubElement(parent, etree.QName(namespace, name))
        child.text = text
        return child

    add(root, "Challenge", challenge)
    add(add(root, "ContextIdentifier"), context.type, context.value)
    add(root, "SubjectIdentifierType", subject_type)
    return root


def signed(request: etree._Element, credential: CertificateCredential, signed_at: datetime) -> bytes:
    """The request with its signature, in UTF-8; `signed_at` is by KSeF's clock, which judges it."""
    signer = _Signer(
        signed_at,
        signature_algorithm=_method(credential.info),
        digest_algorithm=DigestAlgorithm.SHA256,
        data_object_format=XAdESDataObjectFormat(Description="AuthTokenRequest", MimeType="text/xml"),
    )
    document = signer.sign(
        request,
        key=credential.signing_key(),
        cert=[credential.certificate],
        always_add_key_value=False,  # the certificate says it already, and says it rightly for PSS
    )
    return etree.tostring(document, encoding="utf-8", xml_declaration=True)


class _Signer(XAdESSigner):
    """Leaves canonicalisation at signxml's default: with the exclusive one its XAdES references do not verify."""

    def __init__(self, signed_at: datetime, **options: Any) -> None:
        super().__init__(**options)
        self._signed_at = signed_at

    def add_signing_time(
        self, signed_signature_properties: etree._Element, sig_root: object, signing_settings: object
    ) -> None:
        time = etree.SubElement(signed_signature_properties, _SIGNING_TIME, nsmap=self.namespaces)
        time.text = f"{self._signed_at:%Y-%m-%dT%H:%M:%SZ}"


def _method(info: CertificateInfo) -> SignatureMethod:
    if info.key.startswith("EC"):
        return SignatureMethod.ECDSA_SHA256
    return SignatureMethod.SHA256_RSA_MGF1 if info.pss else SignatureMethod.RSA_SHA256
