"""Logging in by a signed document, and what a certificate is worth (PROTOCOL 2)."""

from __future__ import annotations

from cryptography import x509

from blink_tui.sandbox.auth import Claim, begin
from blink_tui.sandbox.auth_request import AuthTokenRequest, read_request
from blink_tui.sandbox.calls import Call, Reply
from blink_tui.sandbox.certificates import signed_by
from blink_tui.sandbox.clock import ticks_of
from blink_tui.sandbox.errors import bad_request, invalid
from blink_tui.sandbox.sessions import (
    ACCEPTED,
    INTERNAL,
    NO_RIGHTS,
    SEAL,
    SIGNATURE,
    Method,
    Status,
    refused_certificate,
)
from blink_tui.sandbox.subjects import Subject, fingerprint, is_seal, named_fields, subject_of
from blink_tui.sandbox.xml_signature import verify

_INVALID = refused_certificate("Nieważny certyfikat")
_CHAIN_BROKEN = refused_certificate("Błąd weryfikacji łańcucha certyfikatów")
_UNTRUSTED = refused_certificate("Niezaufany łańcuch certyfikatów")
_REVOKED = refused_certificate("Certyfikat odwołany")
_SUSPENDED = refused_certificate("Certyfikat zawieszony")
_WRONG = refused_certificate("Niepoprawny certyfikat")


async def xades_login(call: Call) -> Reply:
    """`POST /auth/xades-signature`: signature and document are judged at once, the certificate in the status."""
    sandbox = call.sandbox
    strict = _strict(call)
    signed = verify(call.body)
    request = read_request(signed.root)
    certificate = signed.certificate
    subject = _subject(request, certificate)
    if sandbox.sessions.take_challenge(request.challenge, call.now) is None:
        raise bad_request(21111)
    outcome = _worth(call, certificate, strict)
    rights = sandbox.grants.rights(subject, request.context)
    if outcome is ACCEPTED and not rights:
        outcome = NO_RIGHTS
    known = sandbox.certificates.of(certificate)
    if outcome is ACCEPTED and known is not None:
        known.last_use = call.now
    claim = Claim(
        context=request.context,
        subject=subject,
        method=_method(call, certificate),
        policy=request.policy,
        outcome=outcome,
        rights=rights,
        names=named_fields(certificate.subject),
    )
    return begin(call, claim)


def _strict(call: Call) -> bool:
    """Self-made certificates are refused: by the caller's wish or the sandbox's options."""
    text = call.query.get("verifyCertificateChain", "false").lower()
    if text not in ("true", "false"):
        raise invalid(f"verifyCertificateChain: {text}")
    return text == "true" or not call.sandbox.options.self_signed


def _subject(request: AuthTokenRequest, certificate: x509.Certificate) -> Subject:
    """Who logs in.

    Raises ApiError 400: 21406 when the certificate names nobody, 21117 when the context is not for such a subject.
    """
    subject = ("Fingerprint", fingerprint(certificate)) if request.by_fingerprint else subject_of(certificate)
    if subject is None:
        raise bad_request(21406)
    kind = request.context[0]
    if kind == "PeppolId" or (kind == "NipVatUe" and subject[0] != "Fingerprint"):
        raise bad_request(21117)
    return subject


def _method(call: Call, certificate: x509.Certificate) -> Method:
    if call.sandbox.certificates.authority.is_named_by(certificate):
        return INTERNAL
    return SEAL if is_seal(certificate) else SIGNATURE


def _worth(call: Call, certificate: x509.Certificate, strict: bool) -> Status:
    """Status 200, or 460 with what is wrong about the certificate."""
    if call.sandbox.certificates.authority.is_named_by(certificate):
        return _worth_of_own(call, certificate)
    if certificate.issuer != certificate.subject:
        return _UNTRUSTED
    if not signed_by(certificate, certificate):
        return _CHAIN_BROKEN
    if strict:
        return _UNTRUSTED
    valid = ticks_of(certificate.not_valid_before_utc) <= call.now < ticks_of(certificate.not_valid_after_utc)
    return ACCEPTED if valid else _INVALID


def _worth_of_own(call: Call, certificate: x509.Certificate) -> Status:
    """A certificate that the sandbox issued itself, by what it knows of it."""
    book = call.sandbox.certificates
    if not book.authority.issued(certificate):
        return _CHAIN_BROKEN
    known = book.of(certificate)
    if known is None or known.kind != "Authentication":
        return _WRONG
    if known.revoked:
        return _REVOKED
    if known.blocked:
        return _SUSPENDED
    return ACCEPTED if known.valid_from <= call.now < known.valid_to else _INVALID
