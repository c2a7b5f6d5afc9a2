"""Documents that belong together: corrections with their originals, settlements with their advances.

A `Web` is what the buffer knows around some documents; what follows from it is worked out here, without I/O.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from blink_tui.model.documents import Status
from blink_tui.model.values import KsefNumber


class LinkKind(StrEnum):
    """What a document does to another one."""

    CORRECTS = "corrects"
    SETTLES = "settles"
    """A settlement names the advance invoices that it takes off."""


@dataclass(frozen=True, slots=True)
class Link:
    """A reference of one document to another, as its XML makes it."""

    kind: LinkKind
    to_ksef: str | None
    """KSeF number of the other; None where it was issued outside KSeF or none is given."""
    to_number: str
    """The other's own number as written; empty where only the KSeF number is given."""
    issued: str
    """The other's day of issue, ISO; empty where it is not given."""
    was_buyer: str | None = None
    """NIP of the buyer as the original named it, where the correction changes it."""


@dataclass(frozen=True, slots=True)
class Member:
    """A document of a chain; amounts in its currency, those of a correction are differences."""

    document_id: int
    firm_id: int
    ksef_number: KsefNumber
    invoice_number: str
    kind: str
    """As KSeF's list names it."""
    issued: str
    """ISO day; empty where unknown."""
    gross: Decimal | None
    currency: str
    status: Status
    buyer: str | None
    """NIP or other number of the buyer."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A link between two documents that the buffer holds, or to one that it lacks."""

    link: Link
    source: int
    """Id of the document that names the other."""
    target: int | None
    """Id of the document that is named; None where the firm's buffer does not hold it."""


@dataclass(frozen=True, slots=True)
class Move:
    """A correction, of whichever firm, that gives an invoice another buyer."""

    original: KsefNumber
    correction: KsefNumber
    was: str
    """NIP of the buyer before."""
    buyer: str | None
    """NIP of the buyer from then on."""


@dataclass(frozen=True)
class Web:
    """Documents of one firm with every link among them."""

    members: Mapping[int, Member] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()

    def of(self, document_id: int, kind: LinkKind) -> Iterator[Edge]:
        """Links that a document itself makes."""
        return (edge for edge in self._from.get(document_id, ()) if edge.link.kind is kind)

    def to(self, document_id: int, kind: LinkKind) -> Iterator[Edge]:
        """Links that others make to a document."""
        return (edge for edge in self._to.get(document_id, ()) if edge.link.kind is kind)

    def neighbours(self, document_id: int) -> set[int]:
        """Documents that this one names or that name it."""
        named = {edge.target for edge in self._from.get(document_id, ()) if edge.target is not None}
        return named | {edge.source for edge in self._to.get(document_id, ())}

    @cached_property
    def _from(self) -> Mapping[int, Sequence[Edge]]:
        found: dict[int, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.source].append(edge)
        return found

    @cached_property
    def _to(self) -> Mapping[int, Sequence[Edge]]:
        found: dict[int, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            if edge.target is not None:
                found[edge.target].append(edge)
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """A document of a chain with what is left after it."""

    member: Member
    balance: Decimal | None
    """Sum of the gross amounts up to and with this one; None where an amount is unknown or in another currency."""


def steps(members: Sequence[Member]) -> tuple[Step, ...]:
    """The running balance over an original and its corrections, in the order they were issued."""
    ordered = sorted(members, key=lambda member: (member.issued, member.document_id))
    balance: Decimal | None = Decimal(0)
    made = []
    for member in ordered:
        alike = member.currency == ordered[0].currency
        balance = (
            balance + member.gross if balance is not None and member.gross is not None and alike else None
        )
        made.append(Step(member, balance))
    return tuple(made)


def chain_of(web: Web, document_id: int) -> tuple[Member, ...]:
    """The documents that corrections join to this one, itself among them."""
    seen: set[int] = set()
    waiting = [document_id]
    while waiting:
        one = waiting.pop()
        if one in seen or one not in web.members:
            continue
        seen.add(one)
        waiting += [edge.target for edge in web.of(one, LinkKind.CORRECTS) if edge.target is not None]
        waiting += [edge.source for edge in web.to(one, LinkKind.CORRECTS)]
    return tuple(web.members[one] for one in seen)
