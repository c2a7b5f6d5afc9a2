"""Enveloped XAdES signatures: whose certificate signed a document (PROTOCOL 2).

Written apart from the library that signs for the client: canonical forms come from lxml, arithmetic from
cryptography, and what has to be signed is decided here. Everything is refused that is not plainly right.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from blink_tui.sandbox.errors import ApiError, bad_request

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
_PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"
_MORE_2001 = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
_INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_INCLUSIVE_1_1 = "http://www.w3.org/2006/12/xml-c14n11"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"

_CANONICAL = {
    # The two inclusive forms differ in xml:base and xml:id of ancestors alone, which the request cannot have.
    **dict.fromkeys((_INCLUSIVE, _INCLUSIVE_1_1), (False, False)),
    **{f"{form}#WithComments": (False, True) for form in (_INCLUSIVE, _INCLUSIVE_1_1)},
    _EXCLUSIVE: (True, False),
    f"{_EXCLUSIVE}WithComments": (True, True),
}
"""Canonical forms: exclusive, with comments."""
_DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    f"{_MORE_2001}sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_METHODS = {
    **{f"{_MORE_2001}rsa-{name}": ("rsa", hash_) for name, hash_ in _HASHES.items()},
    **{f"{_MORE_2007}{name}-rsa-MGF1": ("pss", hash_) for name, hash_ in _HASHES.items()},
    **{f"{_MORE_2001}ecdsa-{name}": ("ec", hash_) for name, hash_ in _HASHES.items()},
}
_SMALLEST_RSA = 2048
_SMALLEST_CURVE = 256

_PROFILE = "Format podpisu niezgodny z akceptowanymi profilami XAdES."
_ALGORITHM = "Podpis złożony z użyciem niewspieranego algorytmu kryptograficznego."
_NEGATIVE = "Podpis zweryfikowany negatywnie."


@dataclass(frozen=True, slots=True)
class Signed:
    """A document whose signature is right, and the certificate that made it."""

    root: etree._Element
    """The document without its signature."""
    certificate: x509.Certificate


def verify(document: bytes) -> Signed:
    """Check the one signature of a document.

    Raises ApiError 400: 21001 or 21217 for what is no text, 9101 for what is no XML, 9102 and 9103 for no signature or
    several, 21115 for a certificate that cannot be used, 9105 for everything wrong about the signature.
    """
    root = _parse(document)
    signature = _only_signature(root)
    properties = _signed_properties(signature)
    certificate = _signing_certificate(signature, properties)
    bare = _parse(document)
    _drop(_only_signature(bare))
    signed_info = _one(signature, f"{_DS}SignedInfo")
    _check_references(signed_info, bare, signature, properties)
    _check_value(signature, signed_info, certificate.public_key())
    return Signed(bare, certificate)


def _refused(detail: str) -> ApiError:
    return bad_request(9105, detail)


def _parse(document: bytes) -> etree._Element:
    if not document.strip():
        raise bad_request(21001)
    try:
        document.decode()
    except UnicodeDecodeError as error:
        raise bad_request(21217) from error
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise bad_request(9101, str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise bad_request(9101, "DOCTYPE")
    return root


def _only_signature(root: etree._Element) -> etree._Element:
    found = list(root.iter(f"{_DS}Signature"))
    if not found:
        raise bad_request(9102)
    if len(found) > 1:
        raise bad_request(9103)
    if found[0].getparent() is not root:
        raise _refused(_PROFILE)
    return found[0]


def _drop(element: etree._Element) -> None:
    """Take an element out, leaving the text behind it where it is."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        raise ValueError("the root cannot be dropped")
    if before is None:
        parent.text = (parent.text or "") + (element.tail or "")
    else:
        before.tail = (before.tail or "") + (element.tail or "")
    parent.remove(element)


def _one(parent: etree._Element, path: str) -> etree._Element:
    """The only element of a path. Raises ApiError 9105 for none or several."""
    found = parent.findall(path)
    if len(found) != 1:
        raise _refused(_PROFILE)
    return found[0]


def _signed_properties(signature: etree._Element) -> etree._Element:
    """What XAdES signs beside the document; it must name this signature."""
    qualifying = _one(signature, f"{_DS}Object/{_XADES}QualifyingProperties")
    if qualifying.get("Target") != f"#{signature.get('Id')}":
        raise _refused(_PROFILE)
    return _one(qualifying, f"{_XADES}SignedProperties")


def _binary(element: etree._Element) -> bytes:
    """The Base64 of an element. Raises ApiError 9105."""
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except ValueError as error:
        raise _refused(_PROFILE) from error


def _signing_certificate(signature: etree._Element, properties: etree._Element) -> x509.Certificate:
    """The certificate that the signed properties name by its digest, of those the signature brings along."""
    brought = signature.findall(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")
    named = [
        entry
        for version in ("SigningCertificate", "SigningCertificateV2")
        for entry in properties.findall(f"{_XADES}SignedSignatureProperties/{_XADES}{version}/{_XADES}Cert")
    ]
    if not brought:
        raise bad_request(21115)
    if not named:
        raise _refused(_PROFILE)
    digest = _one(named[0], f"{_XADES}CertDigest")
    for element in brought:
        der = _binary(element)
        if _digest_agrees(digest, der):
            return _usable(der, named[0])
    raise _refused("Skrót certyfikatu podpisującego nie zgadza się z certyfikatem w podpisie.")


def _usable(der: bytes, named: etree._Element) -> x509.Certificate:
    """A certificate with a key of a permitted kind and size. Raises ApiError 21115."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
        certificate.subject, certificate.issuer  # noqa: B018 - names are read late, and may be wrong, too
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise bad_request(21115, str(error)) from error
    serial = named.findtext(f"{_XADES}IssuerSerial/{_DS}X509SerialNumber")
    if serial is not None and serial.strip() != str(certificate.serial_number):
        raise _refused("Numer seryjny certyfikatu podpisującego nie zgadza się z certyfikatem w podpisie.")
    strong = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SMALLEST_RSA) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _SMALLEST_CURVE
    )
    if not strong:
        raise bad_request(21115, "Nieprawidłowy typ lub długość klucza.")
    return certificate


def _digest_agrees(holder: etree._Element, data: bytes) -> bool:
    """The data have the digest that an element states by DigestMethod and DigestValue."""
    name = _DIGESTS.get(_one(holder, f"{_DS}DigestMethod").get("Algorithm", ""))
    if name is None:
        raise _refused(_ALGORITHM)
    stated = _binary(_one(holder, f"{_DS}DigestValue"))
    return hmac.compare_digest(hashlib.new(name, data).digest(), stated)


def _check_references(
    signed_info: etree._Element,
    bare: etree._Element,
    signature: etree._Element,
    properties: etree._Element,
) -> None:
    """Every reference is right, and the document and the signed properties are among them."""
    covered: set[etree._Element] = set()
    for reference in signed_info.findall(f"{_DS}Reference"):
        uri = reference.get("URI")
        target = bare if uri == "" else _by_id(signature, uri or "")
        data = _referenced(reference, target, enveloped=target is bare)
        if not _digest_agrees(reference, data):
            raise _refused(f"Nieprawidłowa wartość skrótu dla referencji wskazującej na element „{uri}”.")
        if target is not properties or reference.get("Type") == _PROPERTIES_TYPE:
            covered.add(target)
    if not {bare, properties} <= covered:
        raise _refused(_PROFILE)


def _by_id(signature: etree._Element, uri: str) -> etree._Element:
    """The element of the signature that `#id` names; nothing else in the document may have the same id."""
    document = signature.getroottree().getroot()
    found = [element for element in document.iter("*") if uri == f"#{element.get('Id')}"]
    if len(found) != 1 or signature not in found[0].iterancestors():
        raise _refused(_PROFILE)
    return found[0]


def _referenced(reference: etree._Element, target: etree._Element, *, enveloped: bool) -> bytes:
    """The bytes that a reference digests; the document is taken without the signature that it envelops."""
    transforms = reference.findall(f"{_DS}Transforms/{_DS}Transform")
    leaves_out = [each for each in transforms if _leaves_signature_out(each)]
    rest = [each for each in transforms if each not in leaves_out]
    if len(rest) > 1 or bool(leaves_out) != enveloped:
        raise _refused(_PROFILE)
    # References by "" and "#id" are without comments whatever the form says (XML Signature 4.4.3.3).
    node = target.getroottree() if enveloped else target
    return _canonical(node, rest[0] if rest else None, comments=False)


def _leaves_signature_out(transform: etree._Element) -> bool:
    if transform.get("Algorithm") == _XPATH:
        expression = "".join((transform.findtext(f"{_DS}XPath") or "").split())
        return expression == "not(ancestor-or-self::ds:Signature)"
    return transform.get("Algorithm") == _ENVELOPED


def _canonical(
    node: etree._Element | etree._ElementTree, method: etree._Element | None, *, comments: bool
) -> bytes:
    form = _INCLUSIVE if method is None else method.get("Algorithm", "")
    if form not in _CANONICAL:
        raise _refused(_ALGORITHM)
    exclusive, with_comments = _CANONICAL[form]
    listed = None if method is None else method.find(f"{{{_EXCLUSIVE}}}InclusiveNamespaces")
    prefixes = None if listed is None else listed.get("PrefixList", "").split()
    try:
        return etree.tostring(
            node,
            method="c14n",
            exclusive=exclusive,
            with_comments=with_comments and comments,
            inclusive_ns_prefixes=prefixes,
        )
    except etree.C14NError as error:
        raise _refused(str(error)) from error


def _check_value(
    signature: etree._Element, signed_info: etree._Element, key: CertificatePublicKeyTypes
) -> None:
    data = _canonical(signed_info, _one(signed_info, f"{_DS}CanonicalizationMethod"), comments=True)
    algorithm = _one(signed_info, f"{_DS}SignatureMethod").get("Algorithm", "")
    if algorithm not in _METHODS:
        raise _refused(_ALGORITHM)
    kind, hash_ = _METHODS[algorithm]
    value = _binary(_one(signature, f"{_DS}SignatureValue"))
    try:
        if kind == "ec" and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_der(value, key.curve), data, ec.ECDSA(hash_))
        elif kind == "pss" and isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(hash_), padding.PSS.DIGEST_LENGTH)
            key.verify(value, data, pss, hash_)
        elif kind == "rsa" and isinstance(key, rsa.RSAPublicKey):
            key.verify(value, data, padding.PKCS1v15(), hash_)
        else:
            raise _refused(_NEGATIVE)
    except InvalidSignature as error:
        raise _refused(_NEGATIVE) from error


def _der(value: bytes, curve: ec.EllipticCurve) -> bytes:
    """`R‖S`, each as long as the field of the curve, in the form that cryptography takes."""
    size = (curve.key_size + 7) // 8
    if len(value) != 2 * size:
        raise _refused(_NEGATIVE)
    return encode_dss_signature(int.from_bytes(value[:size]), int.from_bytes(value[size:]))
