"""What the test environment lets anyone set: persons, groups, permissions, attachments, blocked contexts."""

from __future__ import annotations

from datetime import date

from blink_tui.sandbox.access_requests import (
    AttachmentRevocation,
    ContextBlock,
    NewPerson,
    NewSubject,
    NipHolder,
    SubjectRemoval,
    TestGrant,
    TestRevocation,
)
from blink_tui.sandbox.calls import Call, Operation, Reply
from blink_tui.sandbox.clock import start_of_day
from blink_tui.sandbox.errors import bad_request, invalid
from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.grants import INVOICE_SCOPES
from blink_tui.sandbox.people import Entity, Person
from blink_tui.sandbox.wire import decode

_DONE = Reply(200)


def _created(call: Call, nip: str, text: str | None) -> int:
    """When something was made, by its own account; a NIP's date only ever grows. Raises ApiError 400/21405."""
    people = call.sandbox.people
    created = call.now if text is None else call.instant("createdDate", text)
    if text is not None and created <= people.last_created.get(nip, created - 1):
        raise invalid(f"createdDate: {text}")
    people.last_created[nip] = created
    return created


async def create_subject(call: Call) -> Reply:
    """`POST /testdata/subject`: a group with its members, or an enforcement authority."""
    order = decode(call.body, NewSubject)
    entities = call.sandbox.people.entities
    if order.subject_nip in entities:
        raise bad_request(30001)
    entities[order.subject_nip] = Entity(
        nip=order.subject_nip,
        kind=order.subject_type,
        description=order.description,
        created=_created(call, order.subject_nip, order.created_date),
        members=tuple((unit.subject_nip, unit.description) for unit in order.subunits or ()),
    )
    return _DONE


async def remove_subject(call: Call) -> Reply:
    """`POST /testdata/subject/remove`: the members go with their group."""
    call.sandbox.people.entities.pop(decode(call.body, SubjectRemoval).subject_nip, None)
    return _DONE


async def create_person(call: Call) -> Reply:
    """`POST /testdata/person`: from now on the NIP and the PESEL are one subject, who owns the context of the NIP."""
    order = decode(call.body, NewPerson)
    persons = call.sandbox.people.persons
    if order.nip in persons or any(person.pesel == order.pesel for person in persons.values()):
        raise bad_request(30001)
    persons[order.nip] = Person(
        nip=order.nip,
        pesel=order.pesel,
        description=order.description,
        created=_created(call, order.nip, order.created_date),
        bailiff=order.is_bailiff,
        deceased=order.is_deceased,
    )
    return _DONE


async def remove_person(call: Call) -> Reply:
    """`POST /testdata/person/remove`: with all permissions."""
    person = call.sandbox.people.persons.pop(decode(call.body, NipHolder).nip, None)
    if person is not None:
        identifiers = {("Nip", person.nip), ("Pesel", person.pesel)}
        call.sandbox.grants.remove(lambda grant: grant.authorized in identifiers)
    return _DONE


async def grant_permissions(call: Call) -> Reply:
    """`POST /testdata/permissions`; to a firm, what concerns invoices is granted for handling them."""
    order = decode(call.body, TestGrant)
    context = ("Nip", order.context_identifier.value)
    authorized = (order.authorized_identifier.type, order.authorized_identifier.value)
    for permission in order.permissions:
        scope = permission.permission_type
        to_firm = authorized[0] == "Nip" and scope in INVOICE_SCOPES
        call.sandbox.grants.grant(
            context,
            authorized,
            scope,
            call.now,
            kind="entity" if to_firm else "person",
            description=permission.description,
        )
    return _DONE


async def revoke_permissions(call: Call) -> Reply:
    """`POST /testdata/permissions/revoke`: all that somebody has in a context."""
    order = decode(call.body, TestRevocation)
    context = ("Nip", order.context_identifier.value)
    authorized = (order.authorized_identifier.type, order.authorized_identifier.value)
    call.sandbox.grants.remove(lambda grant: (grant.context, grant.authorized) == (context, authorized))
    return _DONE


async def allow_attachments(call: Call) -> Reply:
    """`POST /testdata/attachment`."""
    call.sandbox.people.attachments[decode(call.body, NipHolder).nip] = None
    return _DONE


async def forbid_attachments(call: Call) -> Reply:
    """`POST /testdata/attachment/revoke`: at once, or at the start of a day to come."""
    order = decode(call.body, AttachmentRevocation)
    attachments = call.sandbox.people.attachments
    if order.expected_end_date is None:
        attachments.pop(order.nip, None)
        return _DONE
    try:
        end = start_of_day(date.fromisoformat(order.expected_end_date))
    except ValueError as error:
        raise invalid(f"expectedEndDate: {order.expected_end_date}") from error
    if order.nip in attachments:
        attachments[order.nip] = end
    return _DONE


def _context(call: Call) -> Context:
    identifier = decode(call.body, ContextBlock).context_identifier
    if identifier is None:
        raise invalid("contextIdentifier: null")
    return identifier.type, identifier.value


async def block_context(call: Call) -> Reply:
    """`POST /testdata/context/block`: logins end in status 480."""
    call.sandbox.people.blocked.add(_context(call))
    return _DONE


async def unblock_context(call: Call) -> Reply:
    """`POST /testdata/context/unblock`."""
    call.sandbox.people.blocked.discard(_context(call))
    return _DONE


OPERATIONS = tuple(
    Operation("POST", f"/testdata/{path}", handler, "other" if path.startswith("context/") else "anonymous")
    for path, handler in (
        ("subject", create_subject),
        ("subject/remove", remove_subject),
        ("person", create_person),
        ("person/remove", remove_person),
        ("permissions", grant_permissions),
        ("permissions/revoke", revoke_permissions),
        ("attachment", allow_attachments),
        ("attachment/revoke", forbid_attachments),
        ("context/block", block_context),
        ("context/unblock", unblock_context),
    )
)
