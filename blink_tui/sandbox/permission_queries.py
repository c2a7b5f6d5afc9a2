"""`/permissions/query/*`: what was granted to whom, and what role a firm has (PROTOCOL 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from blink_tui.sandbox.access_requests import (
    AuthorizationsQuery,
    EntitiesQuery,
    EuEntitiesQuery,
    PersonalQuery,
    PersonsQuery,
    SubordinatesQuery,
    SubunitsQuery,
)
from blink_tui.sandbox.calls import Call, Handler, Operation, Reply, json_reply
from blink_tui.sandbox.clock import text_of
from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.grants import Grant
from blink_tui.sandbox.paging import numbered_page
from blink_tui.sandbox.people import EntityRole
from blink_tui.sandbox.sessions import BearerKind
from blink_tui.sandbox.subjects import Subject, published
from blink_tui.sandbox.wire import Wire, decode

_ACCESS = frozenset({BearerKind.ACCESS})
_READ = ("CredentialsManage", "CredentialsRead")
_ACTIVE = "Active"
"""The state of every permission: one that a client has emptied by his withdrawal looks active, too (PROTOCOL 2)."""


def _wanted(query: Wire, name: str, value: tuple[str, str] | None) -> bool:
    """An identifier is the one that a query asks for, if it asks for one."""
    asked = getattr(query, name)
    return asked is None or (asked.type, asked.value) == value


def _scope_wanted(scopes: Sequence[str] | None, scope: str) -> bool:
    return not scopes or scope in scopes


def _target(grant: Grant) -> tuple[str, str | None] | None:
    """Whose invoices an office's staff may handle."""
    if grant.kind != "indirect":
        return None
    return grant.context or ("AllPartners", None)


def _identifier(value: tuple[str, str | None] | None) -> dict[str, str | None] | None:
    return None if value is None else {"type": value[0], "value": value[1]}


def _common(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "permissionScope": grant.scope,
        "description": grant.description,
        "startDate": text_of(grant.start),
    }


def _page(
    call: Call, grants: Iterable[Grant], shape: Callable[[Grant], dict[str, Any]], **more: Any
) -> Reply:
    """The asked page of permissions, newest first."""
    ordered = sorted(grants, key=lambda grant: (-grant.start, grant.id))
    page, has_more = numbered_page(call, ordered)
    return json_reply({"permissions": [shape(each) for each in page], **more, "hasMore": has_more})


def _aliases(call: Call) -> frozenset[Subject]:
    subject = call.session.subject
    return call.sandbox.people.aliases(subject) if subject else frozenset()


async def personal_grants(call: Call) -> Reply:
    """`POST /permissions/query/personal/grants`: the caller's own; what the owner has by himself is apart."""
    query = decode(call.body, PersonalQuery)
    sandbox, context, aliases = call.sandbox, call.session.context, _aliases(call)
    subject = call.session.subject
    owns = subject is not None and sandbox.grants.owns(subject, context)
    found = [
        grant
        for grant in sandbox.grants
        if _is_personal(call, grant, aliases, owns)
        and _wanted(query, "context_identifier", grant.context)
        and _target_wanted(query, grant)
        and _scope_wanted(query.permission_types, grant.scope)
        and query.permission_state in (None, _ACTIVE)
    ]
    return _page(
        call,
        found,
        lambda grant: _personal(grant, subject),
        ownerPermissions=list(sandbox.grants.owner_scopes(context)) if owns else None,
    )


def _target_wanted(query: PersonalQuery | PersonsQuery, grant: Grant) -> bool:
    asked = query.target_identifier
    return asked is None or (asked.type, asked.value) == _target(grant)


def _is_personal(call: Call, grant: Grant, aliases: frozenset[Subject], owns: bool) -> bool:
    """The caller has this permission, here or by his firm."""
    context = call.session.context
    if grant.kind == "authorization":
        return False
    if grant.kind == "indirect":
        delegated = grant.context in (None, context) and call.sandbox.grants.delegable(
            context, grant.granted_in
        )
        return grant.authorized in aliases and (grant.granted_in == context or delegated)
    if grant.kind == "entity" and owns and grant.authorized == context:
        return True
    return grant.context == context and grant.authorized in aliases


def _personal(grant: Grant, subject: Subject | None) -> dict[str, Any]:
    other = grant.authorized != subject and grant.authorized[0] == "Nip"
    return {
        **_common(grant),
        "contextIdentifier": _identifier(grant.context) if grant.kind == "entity" else None,
        "authorizedIdentifier": _identifier(grant.authorized) if other else None,
        "targetIdentifier": _identifier(_target(grant)),
        "subjectPersonDetails": grant.person,
        "subjectEntityDetails": grant.entity,
        "permissionState": _ACTIVE,
        "canDelegate": grant.can_delegate,
    }


async def persons_grants(call: Call) -> Reply:
    """`POST /permissions/query/persons/grants`: in force in this context, or granted in it by the caller."""
    query = decode(call.body, PersonsQuery)
    context, aliases = call.session.context, _aliases(call)
    in_force = query.query_type == "PermissionsInCurrentContext"
    found = [
        grant
        for grant in call.sandbox.grants
        if grant.kind in ("person", "entity", "indirect", "subunit")
        and (_is_in_force(grant, context) if in_force else _was_granted(grant, context, aliases))
        and _wanted(query, "author_identifier", grant.author)
        and _wanted(query, "authorized_identifier", grant.authorized)
        and _wanted(query, "context_identifier", grant.context)
        and _target_wanted(query, grant)
        and _scope_wanted(query.permission_types, grant.scope)
        and query.permission_state in (None, _ACTIVE)
    ]
    return _page(call, found, lambda grant: _of_person(grant, context))


def _is_in_force(grant: Grant, context: Context) -> bool:
    return grant.granted_in == context if grant.kind == "indirect" else grant.context == context


def _was_granted(grant: Grant, context: Context, aliases: frozenset[Subject]) -> bool:
    return grant.granted_in == context and grant.author in aliases


def _of_person(grant: Grant, context: Context) -> dict[str, Any]:
    elsewhere = grant.kind == "subunit" and grant.context != context
    return {
        **_common(grant),
        "authorizedIdentifier": _identifier(grant.authorized),
        "contextIdentifier": _identifier(grant.context) if elsewhere else None,
        "targetIdentifier": _identifier(_target(grant)),
        "authorIdentifier": _identifier(grant.author),
        "subjectPersonDetails": grant.person,
        "subjectEntityDetails": grant.entity,
        "permissionState": _ACTIVE,
        "canDelegate": grant.can_delegate,
    }


async def subunits_grants(call: Call) -> Reply:
    """`POST /permissions/query/subunits/grants`: administrators that this firm gave its units."""
    query = decode(call.body, SubunitsQuery)
    found = [
        grant
        for grant in call.sandbox.grants
        if grant.kind == "subunit"
        and grant.granted_in == call.session.context
        and _wanted(query, "subunit_identifier", grant.context)
    ]
    return _page(call, found, _of_subunit)


def _of_subunit(grant: Grant) -> dict[str, Any]:
    return {
        **_common(grant),
        "authorizedIdentifier": _identifier(grant.authorized),
        "subunitIdentifier": _identifier(grant.context),
        "authorIdentifier": _identifier(grant.author),
        "subjectPersonDetails": grant.person,
        "subunitName": grant.unit_name,
    }


async def entities_grants(call: Call) -> Reply:
    """`POST /permissions/query/entities/grants`: whose invoices this firm may handle."""
    query = decode(call.body, EntitiesQuery)
    found = [
        grant
        for grant in call.sandbox.grants
        if grant.kind == "entity"
        and grant.authorized == call.session.context
        and _wanted(query, "context_identifier", grant.context)
    ]
    return _page(call, found, _of_entity)


def _of_entity(grant: Grant) -> dict[str, Any]:
    return {
        **_common(grant),
        "contextIdentifier": _identifier(grant.context),
        "canDelegate": grant.can_delegate,
    }


async def authorizations_grants(call: Call) -> Reply:
    """`POST /permissions/query/authorizations/grants`: who issues invoices on behalf of whom."""
    query = decode(call.body, AuthorizationsQuery)
    context = call.session.context
    granted = query.query_type == "Granted"
    found = [
        grant
        for grant in call.sandbox.grants
        if grant.kind == "authorization"
        and (grant.granted_in if granted else grant.authorized) == context
        and (granted or _wanted(query, "authorizing_identifier", grant.granted_in))
        and (not granted or _wanted(query, "authorized_identifier", grant.authorized))
        and _scope_wanted(query.permission_types, grant.scope)
    ]
    ordered = sorted(found, key=lambda grant: (-grant.start, grant.id))
    page, more = numbered_page(call, ordered)
    return json_reply({"authorizationGrants": [_of_authorization(each) for each in page], "hasMore": more})


def _of_authorization(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "authorIdentifier": _identifier(grant.author),
        "authorizedEntityIdentifier": published(grant.authorized),
        "authorizingEntityIdentifier": published(grant.granted_in),
        "authorizationScope": grant.scope,
        "description": grant.description,
        "subjectEntityDetails": grant.entity,
        "startDate": text_of(grant.start),
    }


async def eu_entities_grants(call: Call) -> Reply:
    """`POST /permissions/query/eu-entities/grants`: of a firm the administrators, of a EU entity everyone."""
    query = decode(call.body, EuEntitiesQuery)
    found = [
        grant
        for grant in call.sandbox.grants
        if grant.kind == "eu"
        and _belongs(grant, call.session.context)
        and query.vat_ue_identifier in (None, _vat_ue(grant))
        and (query.authorized_fingerprint_identifier or "") in grant.authorized[1]
        and _scope_wanted(query.permission_types, grant.scope)
    ]
    return _page(call, found, _of_eu_entity)


def _belongs(grant: Grant, context: Context) -> bool:
    if grant.context is None or context[0] == "NipVatUe":
        return grant.context == context
    return grant.granted_in == context


def _vat_ue(grant: Grant) -> str:
    return grant.context[1].partition("-")[2] if grant.context else ""


def _of_eu_entity(grant: Grant) -> dict[str, Any]:
    return {
        **_common(grant),
        "authorIdentifier": _identifier(grant.author),
        "vatUeIdentifier": _vat_ue(grant),
        "euEntityName": grant.unit_name,
        "authorizedFingerprintIdentifier": grant.authorized[1],
        "subjectPersonDetails": grant.person,
        "subjectEntityDetails": grant.entity,
    }


async def entity_roles(call: Call) -> Reply:
    """`GET /permissions/query/entities/roles`: of the firm of this context."""
    return _roles(call, call.sandbox.people.roles(call.session.context[1]), _own_role)


async def subordinate_roles(call: Call) -> Reply:
    """`POST /permissions/query/subordinate-entities/roles`: the members of the group of this context."""
    query = decode(call.body, SubordinatesQuery)
    members = call.sandbox.people.members(call.session.context[1])
    wanted = [role for role in members if _wanted(query, "subordinate_entity_identifier", ("Nip", role.nip))]
    return _roles(call, wanted, _member_role)


def _roles(call: Call, roles: Iterable[EntityRole], shape: Callable[[EntityRole], dict[str, Any]]) -> Reply:
    ordered = sorted(roles, key=lambda role: (-role.start, role.nip))
    page, more = numbered_page(call, ordered)
    common = [
        {"role": each.role, "description": each.description, "startDate": text_of(each.start)}
        for each in page
    ]
    return json_reply(
        {"roles": [shape(each) | rest for each, rest in zip(page, common, strict=True)], "hasMore": more}
    )


def _own_role(role: EntityRole) -> dict[str, Any]:
    return {"parentEntityIdentifier": _identifier(("Nip", role.parent)) if role.parent else None}


def _member_role(role: EntityRole) -> dict[str, Any]:
    return {"subordinateEntityIdentifier": _identifier(("Nip", role.nip))}


async def attachments_status(call: Call) -> Reply:
    """`GET /permissions/attachments/status`: of the firm of this context."""
    attachments = call.sandbox.people.attachments
    nip = call.session.context[1].partition("-")[0]
    end = attachments.get(nip)
    allowed = nip in attachments and (end is None or call.now < end)
    return json_reply({"isAttachmentAllowed": allowed, "revokedDate": None if end is None else text_of(end)})


def _query(
    path: str,
    handler: Handler,
    permissions: tuple[str, ...],
    contexts: tuple[str, ...] = (),
    method: str = "POST",
) -> Operation:
    return Operation(method, f"/permissions/{path}", handler, "other", _ACCESS, permissions, contexts)


_FIRM = ("Nip",)
_WITH_UNITS = (*_READ, "SubunitManage")

OPERATIONS = (
    _query("query/personal/grants", personal_grants, ()),
    _query("query/persons/grants", persons_grants, _WITH_UNITS),
    _query("query/subunits/grants", subunits_grants, _WITH_UNITS, _FIRM),
    _query("query/entities/grants", entities_grants, _READ, ("Nip", "InternalId")),
    _query("query/entities/roles", entity_roles, _READ, _FIRM, "GET"),
    _query("query/subordinate-entities/roles", subordinate_roles, _WITH_UNITS, _FIRM),
    _query(
        "query/authorizations/grants", authorizations_grants, (*_READ, "PefInvoiceWrite"), ("Nip", "PeppolId")
    ),
    _query("query/eu-entities/grants", eu_entities_grants, (*_READ, "VatUeManage"), ("Nip", "NipVatUe")),
    _query("attachments/status", attachments_status, _READ, method="GET"),
)
