"""Who logs in: a subject by NIP, PESEL or fingerprint, read from a certificate."""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from blink_tui.sandbox.facts import Context

Subject = tuple[str, str]
"""Type (`Nip`, `Pesel`, `Fingerprint`) and value."""

_PERSON_NAME = re.compile(r"(PNOPL|PESEL|TINPL|NIP)\D*(\d+)", re.ASCII)
_SEAL_NAME = re.compile(r"VATPL\D*(\d{10})", re.ASCII)
_LENGTHS = {"Pesel": 11, "Nip": 10}

_FIELDS = {
    "commonName": NameOID.COMMON_NAME,
    "countryName": NameOID.COUNTRY_NAME,
    "givenName": NameOID.GIVEN_NAME,
    "surname": NameOID.SURNAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "uniqueIdentifier": NameOID.X500_UNIQUE_IDENTIFIER,
    "organizationName": NameOID.ORGANIZATION_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, hexadecimal in capitals."""
    return certificate.fingerprint(hashes.SHA256()).hex().upper()


def subject_of(certificate: x509.Certificate) -> Subject | None:
    """The NIP of a seal or the NIP or PESEL of a person; None when the certificate names neither."""
    seal = _SEAL_NAME.fullmatch(_value(certificate.subject, NameOID.ORGANIZATION_IDENTIFIER) or "")
    if seal:
        return "Nip", seal[1]
    person = _PERSON_NAME.fullmatch(_value(certificate.subject, NameOID.SERIAL_NUMBER) or "")
    if person is None:
        return None
    kind = "Pesel" if person[1] in ("PNOPL", "PESEL") else "Nip"
    return (kind, person[2]) if len(person[2]) == _LENGTHS[kind] else None


def is_seal(certificate: x509.Certificate) -> bool:
    """The certificate is an organisation's, not a person's."""
    return _value(certificate.subject, NameOID.ORGANIZATION_IDENTIFIER) is not None


def named_fields(name: x509.Name) -> dict[str, str | None]:
    """The parts of a name that a certificate of KSeF takes over, by the contract's names."""
    return {field: _value(name, oid) for field, oid in _FIELDS.items()}


def _value(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    found = name.get_attributes_for_oid(oid)
    if not found:
        return None
    value = found[0].value
    return value if isinstance(value, str) else value.hex()


def owner_of(context: Context) -> Subject | None:
    """The NIP whose holder owns a context: that of a firm, and of a unit within it."""
    kind, value = context
    return ("Nip", value.partition("-")[0]) if kind in ("Nip", "InternalId") else None


def published(identifier: Subject | Context) -> dict[str, str]:
    """An identifier as the contract writes it."""
    return {"type": identifier[0], "value": identifier[1]}
