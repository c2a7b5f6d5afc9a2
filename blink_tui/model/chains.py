"""Documents that belong together: corrections with their originals, settlements with their advances.

A `Web` is what the buffer knows around some documents; what follows from it is worked out here, without I/O.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Step:
    """A document of a case with what is left after it."""

    member: Member
    balance: Decimal | None
    """Sum of the gross amounts up to and with this one; None where it cannot be told."""


@dataclass(frozen=True, slots=True)
class Case:
    """Documents that corrections join, in the order they were issued."""

    steps: tuple[Step, ...]

    @property
    def members(self) -> tuple[Member, ...]:
        """Its documents."""
        return tuple(step.member for step in self.steps)

    @property
    def balance(self) -> Decimal | None:
        """What all of them come to."""
        return self.steps[-1].balance if self.steps else None


def case_of(members: Iterable[Member], shared: Collection[int] = ()) -> Case:
    """A case with its running balance.

    `shared` are corrections of several originals at once: their amount is no single invoice's, so that nothing is told
    from there on; nor is it after an unknown amount or one in another currency.
    """
    ordered = sorted(members, key=lambda member: (member.issued, member.document_id))
    balance: Decimal | None = Decimal(0)
    made = []
    for member in ordered:
        told = member.currency == ordered[0].currency and member.document_id not in shared
        balance = (
            balance + member.gross if balance is not None and member.gross is not None and told else None
        )
        made.append(Step(member, balance))
    return Case(tuple(made))


_NO_CASE = Case(())


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

    def case(self, document_id: int) -> Case:
        """The case that a document is part of; empty where nothing is joined to it."""
        return self._cases.get(document_id, _NO_CASE)

    def neighbours(self, document_id: int) -> set[int]:
        """Documents that this one names or that name it."""
        named = {edge.target for edge in self._from.get(document_id, ()) if edge.target is not None}
        return named | {edge.source for edge in self._to.get(document_id, ())}

    def originals(self, document_id: int) -> set[int]:
        """Documents that this one corrects, and what they correct in turn."""
        return self._followed(
            document_id, lambda one: (edge.target for edge in self.of(one, LinkKind.CORRECTS))
        )

    def corrections(self, document_id: int) -> set[int]:
        """Documents that correct this one, and those that correct them."""
        return self._followed(
            document_id, lambda one: (edge.source for edge in self.to(one, LinkKind.CORRECTS))
        )

    def _followed(self, start: int, step: Callable[[int], Iterable[int | None]]) -> set[int]:
        seen: set[int] = set()
        waiting = [start]
        while waiting:
            for one in step(waiting.pop()):
                if one is not None and one != start and one in self.members and one not in seen:
                    seen.add(one)
                    waiting.append(one)
        return seen

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

    @cached_property
    def _cases(self) -> Mapping[int, Case]:
        """Every case once, by each of its documents."""
        found: dict[int, Case] = {}
        for start in self.members:
            if start not in found:
                ids = self._joined(start)
                shared = {one for one in ids if len(list(self.of(one, LinkKind.CORRECTS))) > 1}
                found |= dict.fromkeys(ids, case_of((self.members[one] for one in ids), shared))
        return found

    def _joined(self, start: int) -> set[int]:
        seen: set[int] = set()
        waiting = [start]
        while waiting:
            one = waiting.pop()
            if one not in seen and one in self.members:
                seen.add(one)
                waiting += [
                    edge.target for edge in self.of(one, LinkKind.CORRECTS) if edge.target is not None
                ]
                waiting += [edge.source for edge in self.to(one, LinkKind.CORRECTS)]
        return seen
