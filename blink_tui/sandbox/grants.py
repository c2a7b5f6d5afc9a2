"""Permissions: who may do what in which context, granted and withdrawn while the sandbox runs (PROTOCOL 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.people import People
from blink_tui.sandbox.sessions import Status
from blink_tui.sandbox.subjects import Subject, owner_of

OWNER_SCOPES = (
    "CredentialsManage",
    "CredentialsRead",
    "InvoiceWrite",
    "InvoiceRead",
    "Introspection",
    "SubunitManage",
    "CollectiveIdentifierManage",
)
"""What an owner may do; one who enforces has `EnforcementOperations` beside it."""
ENFORCEMENT = "EnforcementOperations"
INVOICE_SCOPES = ("InvoiceRead", "InvoiceWrite", "CollectiveIdentifierManage")
"""What a firm can be granted to handle the invoices of another."""

GrantKind = Literal["person", "entity", "indirect", "subunit", "eu", "authorization"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One permission."""

    kind: GrantKind
    """To a person; to a firm for handling invoices; by an office to its staff; to the administrator of a unit; to
    somebody of a EU entity; to a firm that issues invoices of its own on behalf of another."""
    granted_in: Context
    """Where it was granted, and can be withdrawn."""
    context: Context | None
    """Where it holds; None is every client of the office that granted it."""
    authorized: Subject
    scope: str
    author: Subject
    start: int
    description: str
    can_delegate: bool = False
    person: dict[str, Any] | None = None
    """Who is authorised, as the contract's subjectPersonDetails."""
    entity: dict[str, Any] | None = None
    """Who is authorised, as the contract's subjectEntityDetails."""
    unit_name: str | None = None
    """Name of the unit or of the EU entity."""
    id: str = field(default_factory=lambda: str(uuid4()))


@dataclass(frozen=True, slots=True)
class PermissionOperation:
    """A granting or a withdrawal that somebody asked for, with what became of it."""

    reference: str
    context: Context
    started: int
    outcome: Status


def _says(grant: Grant) -> tuple[object, ...]:
    """What there is only one permission for at a time."""
    return grant.kind, grant.granted_in, grant.context, grant.authorized, grant.scope


class GrantBook:
    """Every permission in force."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._grants: dict[str, Grant] = {}
        self._operations: dict[str, PermissionOperation] = {}

    def __iter__(self) -> Iterator[Grant]:
        return iter(list(self._grants.values()))

    def grant(
        self,
        context: Context,
        authorized: Subject,
        scope: str,
        start: int,
        *,
        kind: GrantKind = "person",
        description: str = "Uprawnienie piaskownicy",
        can_delegate: bool = False,
    ) -> Grant:
        """Grant a permission within its own context, in the name of the owner."""
        grant = Grant(
            kind=kind,
            granted_in=context,
            context=context,
            authorized=authorized,
            scope=scope,
            author=owner_of(context) or authorized,
            start=start,
            description=description,
            can_delegate=can_delegate,
        )
        self.add(grant)
        return grant

    def add(self, grant: Grant) -> None:
        """Put a permission in force; one that says the same ends by it."""
        self.remove(lambda old: _says(old) == _says(grant))
        self._grants[grant.id] = grant

    def find(self, grant_id: str) -> Grant | None:
        """A permission by its identifier."""
        return self._grants.get(grant_id)

    def keep(self, operation: PermissionOperation) -> None:
        """Keep what became of an operation."""
        self._operations[operation.reference] = operation

    def find_operation(self, reference: str) -> PermissionOperation | None:
        """An operation by its reference number."""
        return self._operations.get(reference)

    def remove(self, which: Callable[[Grant], bool]) -> None:
        """Withdraw permissions."""
        for grant in [each for each in self._grants.values() if which(each)]:
            del self._grants[grant.id]

    def owns(self, subject: Subject, context: Context) -> bool:
        """The subject is the owner of the context, by NIP or by the PESEL that belongs to it."""
        return owner_of(context) in self._people.aliases(subject)

    def owner_scopes(self, context: Context) -> tuple[str, ...]:
        """What the owner of a context may do."""
        enforces = self._people.can_enforce(context[1])
        return (*OWNER_SCOPES, ENFORCEMENT) if enforces else OWNER_SCOPES

    def rights(self, subject: Subject, context: Context) -> tuple[str, ...]:
        """What a subject may do in a context now; nothing means that it cannot log in."""
        found = dict.fromkeys(self.owner_scopes(context) if self.owns(subject, context) else ())
        found |= dict.fromkeys(grant.scope for grant in self._holding(subject, context))
        return tuple(found)

    def _holding(self, subject: Subject, context: Context) -> Iterator[Grant]:
        aliases = self._people.aliases(subject)
        for grant in self._grants.values():
            if grant.authorized not in aliases or grant.kind == "authorization":
                continue
            if grant.kind == "indirect":
                reaches = grant.context in (None, context)
                if reaches and self.delegable(context, grant.granted_in, grant.scope):
                    yield grant
            elif grant.context == context:
                yield grant

    def delegable(self, client: Context, office: Context, scope: str | None = None) -> bool:
        """The client lets the office pass a permission on to its staff."""
        return any(
            grant.kind == "entity"
            and grant.context == client
            and grant.authorized == office
            and grant.can_delegate
            and scope in (None, grant.scope)
            for grant in self._grants.values()
        )
