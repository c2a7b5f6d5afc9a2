"""Certificates of KSeF over HTTP: ask for one, list, fetch, revoke; they belong to who logs in, in any context."""

from __future__ import annotations

import base64
import re

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from blink_tui.sandbox.access_requests import (
    CertificateChange,
    CertificateQuery,
    EnrollmentOrder,
    RetrieveOrder,
    RevokeOrder,
)
from blink_tui.sandbox.calls import Call, Reply, json_reply
from blink_tui.sandbox.certificates import ENROLLMENT_LIFE, ISSUED, KEY_TAKEN, Enrollment, IssuedCertificate
from blink_tui.sandbox.clock import seconds, text_of
from blink_tui.sandbox.errors import bad_request, gone, invalid, no_access
from blink_tui.sandbox.paging import numbered_page
from blink_tui.sandbox.references import new_reference
from blink_tui.sandbox.subjects import Subject, named_fields
from blink_tui.sandbox.wire import decode

_LARGEST_PAGE = 50
_SERIAL = re.compile("[0-9A-F]{16}")
_HASHES = (hashes.SHA1, hashes.SHA256, hashes.SHA384, hashes.SHA512)
_RSA_SIZE = 2048


def _caller(call: Call) -> Subject:
    if call.session.subject is None:
        raise no_access()
    return call.session.subject


def _mine(call: Call) -> list[IssuedCertificate]:
    aliases = call.sandbox.people.aliases(_caller(call))
    return [each for each in call.sandbox.certificates.held_by(aliases) if each.issued <= call.now]


def _left(call: Call) -> tuple[int, int]:
    """Requests and certificates that the caller may still have."""
    book, subject = call.sandbox.certificates, _caller(call)
    limits = book.limits_of(subject)
    aliases = call.sandbox.people.aliases(subject)
    asked = book.enrolled_by(aliases)
    active = sum(each.status(call.now) == "Active" for each in book.held_by(aliases))
    return max(limits.enrollments - asked, 0), max(limits.certificates - active, 0)


async def certificate_limits(call: Call) -> Reply:
    """`GET /certificates/limits`."""
    enrollments, certificates = _left(call)
    limits = call.sandbox.certificates.limits_of(_caller(call))
    return json_reply(
        {
            "canRequest": call.session.names is not None and enrollments > 0 and certificates > 0,
            "enrollment": {"remaining": enrollments, "limit": limits.enrollments},
            "certificate": {"remaining": certificates, "limit": limits.certificates},
        }
    )


async def enrollment_data(call: Call) -> Reply:
    """`GET /certificates/enrollments/data`: the name that a request must bear, that of the certificate in use."""
    names = call.session.names
    if names is None:
        raise bad_request(25001)
    return json_reply(
        {**names, "commonName": names["commonName"] or "", "countryName": names["countryName"] or ""}
    )


async def enroll(call: Call) -> Reply:
    """`POST /certificates/enrollments`."""
    order = decode(call.body, EnrollmentOrder)
    names = call.session.names
    if names is None:
        raise bad_request(25002)
    valid_from = call.now if order.valid_from is None else call.instant("validFrom", order.valid_from)
    request = _signing_request(order.csr)
    if named_fields(request.subject) != names:
        raise bad_request(25003)
    enrollments, certificates = _left(call)
    if enrollments == 0:
        raise bad_request(25006)
    if certificates == 0:
        raise bad_request(25007)
    sandbox, subject = call.sandbox, _caller(call)
    book = sandbox.certificates
    taken = book.key_is_taken(request, sandbox.people.aliases(subject))
    ready_at = call.now + seconds(sandbox.options.certificate_delay)
    issued = None
    if not taken:
        issued = book.issue(
            request,
            order.certificate_type,
            order.certificate_name,
            subject,
            call.now,
            ready_at,
            valid_from,
        )
    enrollment = Enrollment(
        reference=new_reference("CE", call.now),
        subject=subject,
        requested=call.now,
        ready_at=ready_at,
        outcome=KEY_TAKEN if issued is None else ISSUED,
        serial=None if issued is None else issued.serial,
    )
    book.keep(enrollment)
    return json_reply({"referenceNumber": enrollment.reference, "timestamp": text_of(call.now)}, 202)


def _signing_request(text: str) -> x509.CertificateSigningRequest:
    """The PKCS#10 request. Raises ApiError 400: 25004, 25010, 25011."""
    try:
        request = x509.load_der_x509_csr(base64.b64decode(text, validate=True))
        key = request.public_key()
        signed = request.is_signature_valid
        hash_ = request.signature_hash_algorithm
    except UnsupportedAlgorithm as error:
        raise bad_request(25011) from error
    except (ValueError, InvalidSignature) as error:
        raise bad_request(25004, str(error)) from error
    good_rsa = isinstance(key, rsa.RSAPublicKey) and key.key_size == _RSA_SIZE
    good_ec = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    if not (good_rsa or good_ec):
        raise bad_request(25010)
    if not isinstance(hash_, _HASHES):
        raise bad_request(25011)
    if not signed:
        raise bad_request(25004)
    return request


async def enrollment_status(call: Call) -> Reply:
    """`GET /certificates/enrollments/{referenceNumber}`."""
    enrollment = call.sandbox.certificates.find_enrollment(call.reference())
    if enrollment is None or enrollment.subject not in call.sandbox.people.aliases(_caller(call)):
        raise bad_request(25005)
    if call.now - enrollment.requested > ENROLLMENT_LIFE:
        raise gone()
    return json_reply(enrollment.published(call.now))


async def retrieve_certificates(call: Call) -> Reply:
    """`POST /certificates/retrieve`: those of the caller's among the asked."""
    order = decode(call.body, RetrieveOrder)
    mine = {each.serial: each for each in _mine(call)}
    found = [mine[serial] for serial in order.certificate_serial_numbers if serial in mine]
    return json_reply({"certificates": [each.retrieved() for each in found]})


async def query_certificates(call: Call) -> Reply:
    """`POST /certificates/query`: the caller's own, newest request first."""
    query = decode(call.body, CertificateQuery)
    after = None if query.expires_after is None else call.instant("expiresAfter", query.expires_after)
    found = [
        each
        for each in _mine(call)
        if query.certificate_serial_number in (None, each.serial)
        and (query.name or "") in each.name
        and query.type in (None, each.kind)
        and query.status in (None, each.status(call.now))
        and (after is None or each.valid_to > after)
    ]
    page, more = numbered_page(call, found, _LARGEST_PAGE)
    return json_reply({"certificates": [each.listed(call.now) for each in page], "hasMore": more})


def _named(call: Call) -> IssuedCertificate:
    """The caller's certificate of the path. Raises ApiError 400 or 403."""
    serial = call.params["serial"]
    if not _SERIAL.fullmatch(serial):
        raise invalid(f"certificateSerialNumber: {serial}")
    certificate = call.sandbox.certificates.find(serial)
    if certificate is None:
        raise bad_request(25008)
    if certificate.subject not in call.sandbox.people.aliases(_caller(call)):
        raise no_access()
    return certificate


async def revoke_certificate(call: Call) -> Reply:
    """`POST /certificates/{certificateSerialNumber}/revoke`."""
    certificate = _named(call)
    if call.body.strip():
        decode(call.body, RevokeOrder)
    if certificate.status(call.now) != "Active":
        raise bad_request(25009)
    certificate.revoked = True
    return Reply(204)


async def change_certificate(call: Call) -> Reply:
    """`PUT /testdata/certificates/{serialNumber}`: let a certificate end earlier."""
    certificate = _named(call)
    valid_to = call.instant("validTo", decode(call.body, CertificateChange).valid_to)
    if valid_to > certificate.valid_to:
        raise invalid(f"validTo: {text_of(valid_to)}")
    certificate.valid_to = valid_to
    return Reply(200)
