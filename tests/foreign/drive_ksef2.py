"""Walks through ksef2's SDK; run by the interpreter of an environment that has it, never imported.

Reads a task from standard input: `nip` and `token` of a firm, `office` (a NIP that is to get rights), `invoices` (three
of the firm in XML, to send). Prints what it found as one JSON document. The SDK's models refuse every answer that is
not as the contract has it, so a step that comes to its end has had right answers.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from ksef2 import Client, Environment  # type: ignore[import-not-found]  # only in that environment
from ksef2.models import (  # type: ignore[import-not-found]  # only in that environment
    AuthContextIdentifier,
    AuthorizationPermissionsQuery,
    BatchInvoice,
    CollectiveIdentifiersQuery,
    EntityPermissionsQuery,
    EuEntityPermissionsQuery,
    FormSchema,
    Identifier,
    InvoicesFilter,
    Permission,
    PersonalPermissionsQuery,
    PersonPermissionsQuery,
    SubordinateEntityRolesQuery,
    SubunitPermissionsQuery,
)

Task = dict[str, Any]
Findings = dict[str, Any]

_SOON = {"timeout": 20.0, "poll_interval": 0.1}
_MONTH = timedelta(days=30)
_OIDS = {
    "common_name": NameOID.COMMON_NAME,
    "iso_country_code": NameOID.COUNTRY_NAME,
    "name": NameOID.GIVEN_NAME,
    "surname": NameOID.SURNAME,
    "serial_number": NameOID.SERIAL_NUMBER,
    "organization_name": NameOID.ORGANIZATION_NAME,
    "organization_identifier": NameOID.ORGANIZATION_IDENTIFIER,
}


def main() -> None:
    """Log in twice, do every step; print the findings under the names of the steps."""
    task: Task = json.load(sys.stdin)
    with Client(Environment.TEST) as client:
        by_token = client.authentication.with_token(ksef_token=task["token"], nip=task["nip"], **_SOON)
        by_seal = client.authentication.with_test_certificate(nip=task["nip"], **_SOON)
        steps: dict[str, Callable[[], Findings]] = {
            "public": lambda: public(client),
            "invoices": lambda: invoices(by_token),
            "limits": lambda: limits(by_token),
            "tokens": lambda: tokens(client, by_seal, task),
            "certificates": lambda: certificates(by_seal),
            "permissions": lambda: permissions(by_seal, task),
            "testdata": lambda: testdata(client, by_seal, task),
            "collective": lambda: collective(by_token),
            "sending": lambda: sending(by_seal, task["invoices"]),
            "sessions": lambda: sessions(by_seal),
        }
        json.dump({name: attempt(step) for name, step in steps.items()}, sys.stdout)


def attempt(step: Callable[[], Findings]) -> Findings:
    """What a step found, or how it failed: the others are of interest all the same."""
    try:
        return step()
    except Exception:  # whatever the SDK says belongs into the report
        return {"failed": traceback.format_exc()}


def public(client: Any) -> Findings:
    """What needs no login."""
    keys = client.encryption.get_certificates()
    return {
        "usages": sorted({use for key in keys for use in key.usage}),
        "peppol": len(list(client.peppol.list())),
    }


def invoices(firm: Any) -> Findings:
    """Metadata, one download after another, and both kinds of package."""
    filters = InvoicesFilter(
        role="seller", date_type="permanent_storage", date_from=datetime.now(UTC) - _MONTH
    )
    rows = list(firm.invoices.search(filters))
    return {
        "listed": [row.ksef_number for row in rows],
        "downloaded": {row.ksef_number: digest(firm.invoices.download(row.ksef_number)) for row in rows},
        "zip": exported(firm, filters, "zip"),
        "tar_gz": exported(firm, filters, "tar_gz"),
    }


def exported(firm: Any, filters: InvoicesFilter, compression: str) -> Findings:
    """A package: digests by KSeF number, and the numbers in its metadata."""
    package = firm.invoices.export(filters, compression_type=compression).wait(**_SOON)
    return {
        "files": {name.removesuffix(".xml"): digest(xml) for name, xml in package.invoices()},
        "metadata": [row.ksef_number for row in package.metadata],
    }


def limits(firm: Any) -> Findings:
    """The three kinds of limits."""
    return {
        "context": firm.limits.get_context_limits().model_dump(mode="json"),
        "subject": firm.limits.get_subject_limits().model_dump(mode="json"),
        "rates": firm.limits.get_api_rate_limits().model_dump(mode="json"),
    }


def tokens(client: Any, owner: Any, task: Task) -> Findings:
    """A token made, used, listed and revoked."""
    made = owner.tokens.generate(permissions=["invoice_read"], description="Odczyt faktur")
    active = made.wait(**_SOON)
    holder = client.authentication.with_token(ksef_token=made.token, nip=task["nip"], **_SOON)
    own = [each.status for each in holder.tokens.list()]
    owner.tokens.revoke(reference_number=made.reference_number)
    return {
        "active": active.status,
        "own": own,
        "revoked": owner.tokens.get_status(reference_number=made.reference_number).status,
    }


def certificates(owner: Any) -> Findings:
    """A certificate enrolled, fetched, listed and revoked."""
    names = owner.certificates.get_enrollment_data().model_dump()
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(_OIDS[name], names[name]) for name in _OIDS if names.get(name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    enrolled = owner.certificates.enroll(
        certificate_name="Logowanie",
        certificate_type="authentication",
        csr=base64.b64encode(request.public_bytes(Encoding.DER)).decode(),
    ).wait(**_SOON)
    serial = enrolled.certificate_serial_number
    fetched = owner.certificates.retrieve(certificate_serial_numbers=[serial]).certificates[0]
    before = {each.serial_number: each.status for each in owner.certificates.list()}
    owner.certificates.revoke(certificate_serial_number=serial, reason="superseded")
    after = {each.serial_number: each.status for each in owner.certificates.list()}
    limit = owner.certificates.get_limits()
    return {
        "same": fetched.serial_number == serial,
        "before": before[serial],
        "after": after[serial],
        "can_request": limit.can_request,
    }


def permissions(owner: Any, task: Task) -> Findings:
    """Rights granted to another firm, found by every query, withdrawn."""
    granted = owner.permissions.grant_entity(
        subject_value=task["office"],
        permissions=["invoice_read"],
        description="Obsługa faktur",
        entity_name="Biuro Próbne",
    )
    granted.wait(**_SOON)
    owner.permissions.grant_authorization(
        subject_type="nip",
        subject_value=task["office"],
        permission="self_invoicing",
        description="Samofakturowanie",
        entity_name="Biuro Próbne",
    ).wait(**_SOON)
    queries = owner.permissions
    given = list(queries.list_persons(PersonPermissionsQuery(query_type="in_context")))
    authorized = list(queries.list_authorizations(AuthorizationPermissionsQuery(query_type="granted")))
    found = {
        "persons": len(given),
        "authorizations": [each.authorized_entity_value for each in authorized],
        "entities": len(list(queries.list_entities(EntityPermissionsQuery()))),
        "personal": len(list(queries.list_personal(PersonalPermissionsQuery()))),
        "roles": len(list(queries.list_entity_roles())),
        "subordinate": len(list(queries.list_subordinate_entities(SubordinateEntityRolesQuery()))),
        "subunits": len(list(queries.list_subunits(SubunitPermissionsQuery()))),
        "eu": len(list(queries.list_eu_entities(EuEntityPermissionsQuery()))),
        "attachments": queries.get_attachment_permission_status().model_dump(mode="json"),
    }
    queries.revoke_authorization(permission_id=authorized[0].id).wait(**_SOON)
    left = len(list(queries.list_authorizations(AuthorizationPermissionsQuery(query_type="granted"))))
    return found | {"left": left}


def testdata(client: Any, owner: Any, task: Task) -> Findings:
    """Test subjects and rights, and a blocked context."""
    client.testdata.grant_permissions(
        permissions=[Permission(type="invoice_read", description="Obsługa faktur")],
        grant_to=Identifier(type="nip", value=task["office"]),
        in_context_of=Identifier(type="nip", value=task["nip"]),
    )
    office = client.authentication.with_test_certificate(nip=task["office"], **_SOON)
    contexts = [each.context_value for each in office.permissions.list_entities(EntityPermissionsQuery())]
    blocked = AuthContextIdentifier(type="nip", value=task["office"])
    owner.testdata.block_context(context=blocked)
    owner.testdata.unblock_context(context=blocked)
    return {"contexts": contexts}


def collective(firm: Any) -> Findings:
    """Collective identifiers and the invoices under them."""
    now = datetime.now(UTC)
    asked = CollectiveIdentifiersQuery(date_created_from=now - _MONTH, date_created_to=now)
    numbers = [each.collective_identifier_number for each in firm.collective_identifiers.list(asked)]
    members = [each.ksef_number for each in firm.collective_identifiers.list_invoices(numbers)]
    holders = [
        each.collective_identifier_number for each in firm.collective_identifiers.list_for_invoice(members[0])
    ]
    return {"numbers": numbers, "members": members, "holders": holders}


def sending(owner: Any, texts: list[str]) -> Findings:
    """The first invoice sent by itself, the others in one file; all of them fetched again, with their receipts."""
    alone, *others = (text.encode() for text in texts)
    with owner.online_session(form_code=FormSchema.FA3) as online:
        submission = online.send_invoice(alone)
        status = submission.wait(**_SOON)
        receipt = submission.download_upo()
    prepared = owner.batch.prepare(
        [BatchInvoice(file_name=f"{place}.xml", content=xml) for place, xml in enumerate(others)]
    )
    with owner.batch_session(prepared_batch=prepared) as batch:
        batch.upload_parts()
    ended = batch.wait(**_SOON)
    rows = batch.list_invoices(page_size=10).invoices
    numbers = [status.ksef_number, *(row.ksef_number for row in rows)]
    return {
        "fetched": sorted(digest(owner.invoices.download(number, timeout=20.0)) for number in numbers),
        "in_receipt": status.ksef_number in receipt.decode(),
        "successful": ended.successful_invoice_count,
        "receipts": len(batch.download_upo()),
    }


def sessions(owner: Any) -> Findings:
    """The open logins."""
    found = list(owner.sessions.list())
    owner.sessions.terminate_current()
    return {"current": sum(each.is_current for each in found), "count": len(found)}


def digest(xml: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(xml).hexdigest()


if __name__ == "__main__":
    main()
