"""Who granted rights to whom: what KSeF tells a login of its own rights and of those given to its context (PROTOCOL 2).

Records are read one by one; one that cannot be read is left out, so that it hides no other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from blink_tui.ksef.access import Access
from blink_tui.ksef.operations import (
    AUTHORIZATIONS,
    ENTITY_GRANTS,
    ENTITY_ROLES,
    PERSONAL_GRANTS,
    UNIT_ROLES,
    Context,
    Operation,
)
from blink_tui.ksef.wire import WireStruct, readable_instant
from blink_tui.model.dates import Instant

_T = TypeVar("_T")

_PAGE_SIZE = 100

ALL_PARTNERS = "AllPartners"
"""Type of a target that means every context that granted rights to the one in between."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A right to a context."""

    context: Context
    """Whose documents the right is for; of type ALL_PARTNERS for all that `through` may see."""
    scope: str
    """`InvoiceRead`, `InvoiceWrite`, `SelfInvoicing` … or what KSeF may add."""
    since: Instant | None
    can_delegate: bool
    through: Context | None = None
    """Who passed the right on, where it was not granted directly."""
    active: bool = True


@dataclass(frozen=True, slots=True)
class EntityRole:
    """A tie between two entities: a local government and its unit, a VAT group and its member."""

    role: str
    """`LocalGovernmentSubUnit`, `VatGroupSubUnit` … or what KSeF may add."""
    context: Context | None
    """The other entity; None for a role that needs none."""
    since: Instant | None


@dataclass(frozen=True, slots=True)
class OwnRights:
    """What `personal/grants` tells of the login itself."""

    grants: tuple[Grant, ...]
    owner_scopes: frozenset[str]
    """Rights as the owner of the context; empty before 2.9 even for an owner."""


class _Identifier(WireStruct):
    type: str
    value: str | None = None

    @property
    def context(self) -> Context:
        return Context(self.type, self.value or "")


class _Permission(WireStruct):
    permission_scope: str
    context_identifier: _Identifier | None = None
    target_identifier: _Identifier | None = None
    permission_state: str = "Active"
    start_date: str | None = None
    can_delegate: bool = False


class _Role(WireStruct):
    role: str
    parent_entity_identifier: _Identifier | None = None
    subordinate_entity_identifier: _Identifier | None = None
    start_date: str | None = None


class _Authorization(WireStruct):
    authorization_scope: str
    authorizing_entity_identifier: _Identifier
    start_date: str | None = None


class _Page(WireStruct):
    has_more: bool = False
    permissions: tuple[msgspec.Raw, ...] = ()
    roles: tuple[msgspec.Raw, ...] = ()
    authorization_grants: tuple[msgspec.Raw, ...] = ()
    owner_permissions: list[str] | None = None


async def own_rights(access: Access) -> OwnRights:
    """What the login may do here and elsewhere, as far as KSeF tells: an owner may be told nothing at all."""
    grants: list[Grant] = []
    owner: frozenset[str] = frozenset()
    async for page in _pages(access, PERSONAL_GRANTS):
        owner |= frozenset(page.owner_permissions or ())
        grants += [_personal(item, access.context) for item in _readable(page.permissions, _Permission)]
    return OwnRights(tuple(grants), owner)


def _personal(item: _Permission, here: Context) -> Grant:
    giver = item.context_identifier.context if item.context_identifier else here
    target = item.target_identifier.context if item.target_identifier else None
    return Grant(
        context=target or giver,
        scope=item.permission_scope,
        since=readable_instant(item.start_date),
        can_delegate=item.can_delegate,
        through=giver if target else None,
        active=item.permission_state == "Active",
    )


def scopes_here(rights: OwnRights, here: Context) -> frozenset[str]:
    """What the rights allow in one context, directly, passed on, or as its owner; pure."""
    return rights.owner_scopes | {
        grant.scope
        for grant in rights.grants
        if grant.active
        and (grant.context == here or (grant.context.type == ALL_PARTNERS and grant.through != here))
    }


async def grants_to_entity(access: Access) -> tuple[Grant, ...]:
    """Rights that others granted to the context logged in to: the clients of an office."""
    grants: list[Grant] = []
    async for page in _pages(access, ENTITY_GRANTS):
        grants += [
            Grant(
                item.context_identifier.context,
                item.permission_scope,
                readable_instant(item.start_date),
                item.can_delegate,
            )
            for item in _readable(page.permissions, _Permission)
            if item.context_identifier
        ]
    return tuple(grants)


async def authorizations(access: Access) -> tuple[Grant, ...]:
    """Who let the context logged in to invoice in their name: self-billing, VAT RR, a tax representative."""
    grants: list[Grant] = []
    async for page in _pages(access, AUTHORIZATIONS, {"queryType": "Received"}):
        grants += [
            Grant(
                item.authorizing_entity_identifier.context,
                item.authorization_scope,
                readable_instant(item.start_date),
                can_delegate=False,
            )
            for item in _readable(page.authorization_grants, _Authorization)
        ]
    return tuple(grants)


async def own_roles(access: Access) -> tuple[EntityRole, ...]:
    """What the context logged in to is, and for whom: a VAT group, a unit of a local government …"""
    roles: list[EntityRole] = []
    async for page in _pages(access, ENTITY_ROLES):
        roles += [_role(item, item.parent_entity_identifier) for item in _readable(page.roles, _Role)]
    return tuple(roles)


async def units(access: Access) -> tuple[EntityRole, ...]:
    """Units of the local government, or members of the VAT group, logged in to."""
    roles: list[EntityRole] = []
    async for page in _pages(access, UNIT_ROLES):
        roles += [_role(item, item.subordinate_entity_identifier) for item in _readable(page.roles, _Role)]
    return tuple(roles)


def _role(item: _Role, other: _Identifier | None) -> EntityRole:
    return EntityRole(item.role, other.context if other else None, readable_instant(item.start_date))


def _readable(records: Iterable[msgspec.Raw], shape: type[_T]) -> list[_T]:
    items = []
    for record in records:
        try:
            items.append(msgspec.json.decode(record, type=shape))
        except ValueError:  # the next record may be good
            continue
    return items


async def _pages(
    access: Access, operation: Operation, body: dict[str, object] | None = None
) -> AsyncIterator[_Page]:
    """Every page of a list, in order."""
    number, more = 0, True
    while more:
        page = await _page(access, operation, number, body or {})
        yield page
        more = page.has_more and bool(page.permissions or page.roles or page.authorization_grants)
        number += 1


async def _page(access: Access, operation: Operation, number: int, body: dict[str, object]) -> _Page:
    request: dict[str, object] = {"params": {"pageOffset": number, "pageSize": _PAGE_SIZE}}
    if operation.method == "POST":
        request["body"] = body
    return await access.fetch_patiently(_Page, operation, **request)
