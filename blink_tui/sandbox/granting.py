"""Granting and withdrawing permissions over HTTP, so that a foreign client can prepare its cases (PROTOCOL 2).

Every operation is done at once; that of EU entities is not simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from blink_tui.sandbox.access_requests import (
    AuthorizationScope,
    Description,
    FirmOrPeppol,
    InvoiceScope,
    NipIdentifier,
    OwnerScope,
    SubjectIdentifier,
    TargetIdentifier,
    UnitIdentifier,
)
from blink_tui.sandbox.calls import Call, Handler, Operation, Reply, json_reply
from blink_tui.sandbox.clock import DAY
from blink_tui.sandbox.errors import gone, invalid, no_access
from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.grants import ENFORCEMENT, Grant, GrantKind, PermissionOperation
from blink_tui.sandbox.references import new_reference
from blink_tui.sandbox.sessions import BearerKind, Status
from blink_tui.sandbox.subjects import Subject
from blink_tui.sandbox.wire import Wire, decode

_DONE = Status(200, "Operacja zakończona sukcesem")
_MISMATCH = Status(410, "Podane identyfikatory są niezgodne lub pozostają w niewłaściwej relacji")
_NO_SUCH_ROLE = Status(430, "Kontekst identyfikatora nie odpowiada wymaganej roli lub uprawnieniom")
_STATUS_LIFE = 30 * DAY

_FirstName = Annotated[str, Meta(min_length=2, max_length=30)]
_LastName = Annotated[str, Meta(min_length=2, max_length=81)]


class PersonName(Wire):
    """Somebody by name."""

    first_name: _FirstName
    last_name: _LastName


class PersonWithIdentifier(PersonName):
    """Somebody by name, whose certificate does not tell his NIP or PESEL."""

    identifier: SubjectIdentifier


class IdDocument(Wire):
    """A document of identity."""

    type: Annotated[str, Meta(max_length=20)]
    number: Annotated[str, Meta(max_length=20)]
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]


class PersonWithDocument(PersonName):
    """Somebody who has neither NIP nor PESEL."""

    birth_date: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
    id_document: IdDocument


class PersonDetails(Wire):
    """Who is authorised, in one of three ways."""

    subject_details_type: Literal[
        "PersonByIdentifier", "PersonByFingerprintWithIdentifier", "PersonByFingerprintWithoutIdentifier"
    ]
    person_by_id: PersonName | None = None
    person_by_fp_with_id: PersonWithIdentifier | None = None
    person_by_fp_no_id: PersonWithDocument | None = None

    def published(self) -> dict[str, Any]:
        """The contract's subjectPersonDetails. Raises ApiError 400/21405 when the named way is not filled in."""
        person = {
            "PersonByIdentifier": self.person_by_id,
            "PersonByFingerprintWithIdentifier": self.person_by_fp_with_id,
            "PersonByFingerprintWithoutIdentifier": self.person_by_fp_no_id,
        }[self.subject_details_type]
        if person is None:
            raise invalid(f"subjectDetails: {self.subject_details_type}")
        told: dict[str, Any] = msgspec.to_builtins(person)
        identifier = {"personIdentifier": told.pop("identifier")} if "identifier" in told else {}
        return {"subjectDetailsType": self.subject_details_type, **told, **identifier}


class EntityDetails(Wire):
    """Which firm is authorised."""

    full_name: Annotated[str, Meta(min_length=5, max_length=90)]

    def published(self) -> dict[str, Any]:
        """The contract's subjectEntityDetails."""
        return {"subjectDetailsType": "EntityByIdentifier", "fullName": self.full_name}


class PersonGrant(Wire):
    """`POST /permissions/persons/grants`."""

    subject_identifier: SubjectIdentifier
    permissions: Annotated[list[OwnerScope], Meta(min_length=1)]
    description: Description
    subject_details: PersonDetails


class EntityScope(Wire):
    """One permission, and whether it may be passed on."""

    type: InvoiceScope
    can_delegate: bool = False


class EntityGrant(Wire):
    """`POST /permissions/entities/grants`."""

    subject_identifier: NipIdentifier
    permissions: Annotated[list[EntityScope], Meta(min_length=1)]
    description: Description
    subject_details: EntityDetails


class AuthorizationGrant(Wire):
    """`POST /permissions/authorizations/grants`."""

    subject_identifier: FirmOrPeppol
    permission: AuthorizationScope
    description: Description
    subject_details: EntityDetails


class IndirectGrant(Wire):
    """`POST /permissions/indirect/grants`."""

    subject_identifier: SubjectIdentifier
    permissions: Annotated[list[InvoiceScope], Meta(min_length=1)]
    description: Description
    subject_details: PersonDetails
    target_identifier: TargetIdentifier | None = None


class SubunitGrant(Wire):
    """`POST /permissions/subunits/grants`."""

    subject_identifier: SubjectIdentifier
    context_identifier: UnitIdentifier
    description: Description
    subject_details: PersonDetails
    subunit_name: Description | None = None


def _grant(
    call: Call,
    kind: GrantKind,
    authorized: SubjectIdentifier | NipIdentifier | FirmOrPeppol,
    scope: str,
    **more: Any,
) -> None:
    """Put a permission in force; by default it holds where it was granted."""
    context = call.session.context
    grant = Grant(
        kind=kind,
        granted_in=context,
        authorized=(authorized.type, authorized.value),
        scope=scope,
        author=_caller(call),
        start=call.now,
        **({"context": context} | more),
    )
    call.sandbox.grants.add(grant)


def _caller(call: Call) -> Subject:
    if call.session.subject is None:
        raise no_access()
    return call.session.subject


def _finished(call: Call, outcome: Status = _DONE) -> Reply:
    """The reference number of an operation that is over already."""
    operation = PermissionOperation(new_reference("PO", call.now), call.session.context, call.now, outcome)
    call.sandbox.grants.keep(operation)
    return json_reply({"referenceNumber": operation.reference}, 202)


async def grant_to_person(call: Call) -> Reply:
    """`POST /permissions/persons/grants`."""
    order = decode(call.body, PersonGrant)
    person = order.subject_details.published()
    if ENFORCEMENT in order.permissions and not call.sandbox.people.can_enforce(call.session.context[1]):
        return _finished(call, _NO_SUCH_ROLE)
    for scope in order.permissions:
        _grant(call, "person", order.subject_identifier, scope, description=order.description, person=person)
    return _finished(call)


async def grant_to_entity(call: Call) -> Reply:
    """`POST /permissions/entities/grants`."""
    order = decode(call.body, EntityGrant)
    for permission in order.permissions:
        _grant(
            call,
            "entity",
            order.subject_identifier,
            permission.type,
            description=order.description,
            can_delegate=permission.can_delegate,
            entity=order.subject_details.published(),
        )
    return _finished(call)


async def grant_authorization(call: Call) -> Reply:
    """`POST /permissions/authorizations/grants`."""
    order = decode(call.body, AuthorizationGrant)
    _grant(
        call,
        "authorization",
        order.subject_identifier,
        order.permission,
        description=order.description,
        entity=order.subject_details.published(),
    )
    return _finished(call)


async def grant_indirectly(call: Call) -> Reply:
    """`POST /permissions/indirect/grants`: for one client he must have let his permission be passed on."""
    order = decode(call.body, IndirectGrant)
    person = order.subject_details.published()
    target = _target(order.target_identifier)
    if target is not None and not call.sandbox.grants.delegable(target, call.session.context):
        return _finished(call, _MISMATCH)
    for scope in order.permissions:
        _grant(
            call,
            "indirect",
            order.subject_identifier,
            scope,
            description=order.description,
            person=person,
            context=target,
        )
    return _finished(call)


def _target(identifier: TargetIdentifier | None) -> Context | None:
    if identifier is None or identifier.type == "AllPartners":
        return None
    if identifier.value is None:
        raise invalid("targetIdentifier.value: null")
    return identifier.type, identifier.value


async def grant_to_unit(call: Call) -> Reply:
    """`POST /permissions/subunits/grants`: an administrator for a unit of this firm or a member of its group."""
    order = decode(call.body, SubunitGrant)
    person = order.subject_details.published()
    nip, unit = call.session.context[1], order.context_identifier
    if unit.type == "InternalId":
        if order.subunit_name is None:
            raise invalid("subunitName: null")
        if unit.value != _with_check_digit(unit.value[:-1]):
            raise invalid(f"contextIdentifier: {unit.value}")
        fits = unit.value.startswith(f"{nip}-")
    else:
        fits = any(member.nip == unit.value for member in call.sandbox.people.members(nip))
    if not fits:
        return _finished(call, _MISMATCH)
    _grant(
        call,
        "subunit",
        order.subject_identifier,
        "CredentialsManage",
        description=order.description,
        person=person,
        context=(unit.type, unit.value),
        unit_name=order.subunit_name,
    )
    return _finished(call)


def _with_check_digit(text: str) -> str:
    """An internal id without its last digit, with the right one: weights 1 and 3 by turns, modulo 10."""
    digits = [int(digit) for digit in text if digit.isdigit()]
    return f"{text}{sum(digit * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10}"


async def withdraw(call: Call) -> Reply:
    """`DELETE /permissions/common/grants/{permissionId}`."""
    return _withdraw(call, lambda grant: grant.kind != "authorization")


async def withdraw_authorization(call: Call) -> Reply:
    """`DELETE /permissions/authorizations/grants/{permissionId}`."""
    return _withdraw(call, lambda grant: grant.kind == "authorization")


def _withdraw(call: Call, fits: Callable[[Grant], bool]) -> Reply:
    grant = call.sandbox.grants.find(call.reference())
    if grant is None or not fits(grant) or call.session.context not in (grant.granted_in, grant.context):
        return _finished(call, _MISMATCH)
    call.sandbox.grants.remove(lambda each: each is grant)
    return _finished(call)


async def permission_operation(call: Call) -> Reply:
    """`GET /permissions/operations/{referenceNumber}`."""
    operation = call.sandbox.grants.find_operation(call.reference())
    if operation is None or operation.context != call.session.context:
        raise no_access()
    if call.now - operation.started > _STATUS_LIFE:
        raise gone()
    return json_reply({"status": operation.outcome.published()})


_ACCESS = frozenset({BearerKind.ACCESS})
_MANAGE = ("CredentialsManage",)


def _operation(
    path: str, handler: Handler, permissions: tuple[str, ...] = _MANAGE, method: str = "POST"
) -> Operation:
    return Operation(method, f"/permissions/{path}", handler, "other", _ACCESS, permissions)


OPERATIONS = (
    _operation("persons/grants", grant_to_person),
    _operation("entities/grants", grant_to_entity),
    _operation("authorizations/grants", grant_authorization),
    _operation("indirect/grants", grant_indirectly),
    _operation("subunits/grants", grant_to_unit, ("SubunitManage",)),
    _operation(
        "common/grants/{reference}", withdraw, (*_MANAGE, "VatUeManage", "SubunitManage"), method="DELETE"
    ),
    _operation("authorizations/grants/{reference}", withdraw_authorization, method="DELETE"),
    _operation("operations/{reference}", permission_operation, (), method="GET"),
)
