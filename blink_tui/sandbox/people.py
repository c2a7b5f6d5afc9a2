"""What the tax office knows of subjects: persons with their NIP and PESEL, groups with their members, blocked ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.subjects import Subject

_HEAD_ROLES = {
    "EnforcementAuthority": "EnforcementAuthority",
    "VatGroup": "VatGroupUnit",
    "JST": "LocalGovernmentUnit",
}
_MEMBER_ROLES = {"VatGroup": "VatGroupSubUnit", "JST": "LocalGovernmentSubUnit"}


@dataclass(frozen=True, slots=True)
class Entity:
    """An enforcement authority, a VAT group or a unit of local government, with its members by NIP."""

    nip: str
    kind: str
    """`EnforcementAuthority`, `VatGroup`, `JST`."""
    description: str
    created: int
    members: tuple[tuple[str, str], ...] = ()
    """NIP and description of each."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person who runs a business: the NIP and the PESEL are one subject."""

    nip: str
    pesel: str
    description: str
    created: int
    bailiff: bool = False
    deceased: bool = False


@dataclass(frozen=True, slots=True)
class EntityRole:
    """A role of a firm, or of a member beneath its head."""

    nip: str
    role: str
    description: str
    start: int
    parent: str | None = None


@dataclass(slots=True)
class People:
    """Persons and entities by NIP, consents to attachments, contexts and addresses that are locked out."""

    persons: dict[str, Person] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)
    last_created: dict[str, int] = field(default_factory=dict)
    """When a NIP was last given a person or an entity, by its own account; survives a removal."""
    attachments: dict[str, int | None] = field(default_factory=dict)
    """NIPs that may send attachments, and until when."""
    blocked: set[Context] = field(default_factory=set)
    """Contexts that nobody can log in to (status 480)."""
    suspects: set[str] = field(default_factory=set)
    """Addresses whose requests the security service refuses (403, security-service-blocked)."""

    def aliases(self, subject: Subject) -> frozenset[Subject]:
        """A subject under all its identifiers: a person's NIP and PESEL are one."""
        return frozenset({subject}.union(*(_both(person) for person in self._persons(subject))))

    def is_deceased(self, subject: Subject) -> bool:
        """The subject is a person known to be dead."""
        return any(person.deceased for person in self._persons(subject))

    def _persons(self, subject: Subject) -> list[Person]:
        return [person for person in self.persons.values() if subject in _both(person)]

    def can_enforce(self, nip: str) -> bool:
        """A firm is a bailiff's or an enforcement authority."""
        return any(role.role in ("CourtBailiff", "EnforcementAuthority") for role in self.roles(nip))

    def roles(self, nip: str) -> Iterator[EntityRole]:
        """The roles of a firm, those it has as a member of a group included."""
        person = self.persons.get(nip)
        if person is not None and person.bailiff:
            yield EntityRole(nip, "CourtBailiff", person.description, person.created)
        entity = self.entities.get(nip)
        if entity is not None:
            yield EntityRole(nip, _HEAD_ROLES[entity.kind], entity.description, entity.created)
        for head in self.entities:
            yield from (role for role in self.members(head) if role.nip == nip)

    def members(self, head: str) -> Iterator[EntityRole]:
        """The roles of the members of a group."""
        entity = self.entities.get(head)
        if entity is None or entity.kind not in _MEMBER_ROLES:
            return
        for nip, description in entity.members:
            yield EntityRole(nip, _MEMBER_ROLES[entity.kind], description, entity.created, head)


def _both(person: Person) -> frozenset[Subject]:
    return frozenset({("Nip", person.nip), ("Pesel", person.pesel)})
