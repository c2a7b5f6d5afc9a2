"""What documents become in the books: the program's proposals, people's drafts, and what was coded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from blink_tui.buffer import errors, history, meanwhile, statuses
from blink_tui.buffer.bodies import dumped, loaded
from blink_tui.buffer.database import Database
from blink_tui.buffer.gists import COLUMNS, gist_of
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed, places
from blink_tui.i18n import Message
from blink_tui.model.clock import Clock
from blink_tui.model.coding import Candidate, Coding, Problem, Proposal
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.documents import Direction, Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month
from blink_tui.model.values import KsefNumber
from blink_tui.model.words import STATUS_WORDS

CONTRACTOR = "coalesce(CASE d.direction WHEN 'sale' THEN d.buyer_value ELSE d.seller_value END, '')"
"""Number of the other side of a document `d`."""
TRAIT = (
    "document_trait t ON t.firm_id = d.firm_id AND t.seller = coalesce(d.seller_value, '')"
    " AND t.received_date = d.received_date AND t.document_id = d.id"
)
"""Joins what a document `d` is compared by."""
_MANY = 100
_ABOUT = """
    SELECT d.id, d.firm_id, coalesce(b.stamp, 0), d.version, d.ksef_number, x.body, x.dictionary, d.direction,
        (SELECT group_concat(r.role) FROM document_role r WHERE r.document_id = d.id),
        d.received_date, d.offline, d.currency, {contractor}, coalesce(t.text_key, ''),
        (SELECT group_concat(f.kind) FROM document_finding f WHERE f.document_id = d.id),
        CASE d.direction WHEN 'sale' THEN (SELECT count(*) FROM (
            SELECT 1 FROM coding c WHERE c.firm_id = d.firm_id AND c.direction = 'sale' AND c.contractor = {contractor}
                AND c.state = 'coded' LIMIT {many}
        )) ELSE (SELECT count(*) FROM (
            SELECT 1 FROM document_trait o WHERE o.firm_id = d.firm_id AND o.seller = coalesce(d.seller_value, '')
                AND (o.received_date, o.document_id) < (d.received_date, d.id) LIMIT {many}
        )) END
    FROM {source} JOIN invoice_xml x ON x.ksef_number = d.ksef_number LEFT JOIN {trait}
"""
_WAITING = """
    books b CROSS JOIN document d INDEXED BY document_to_propose
        ON d.firm_id = b.firm_id AND d.proposed < b.stamp AND d.status = 'fetched' AND d.compared > 0
        AND (?1 IS NULL OR b.firm_id IN (SELECT value FROM json_each(?1)))
"""
_SOME = "json_each(?) p CROSS JOIN document d ON d.id = p.value LEFT JOIN books b ON b.firm_id = d.firm_id"
_PROPOSE = composed(
    "INSERT OR REPLACE INTO proposal (document_id, why, automatic, {columns}) VALUES ({places})",
    columns=COLUMNS,
    places=places(3 + len(COLUMNS.split(", "))),
)
_CODE_ALONE = """
    SELECT d.id, d.version FROM proposal p INDEXED BY proposal_automatic CROSS JOIN document d ON d.id = p.document_id
    JOIN books b ON b.firm_id = d.firm_id AND b.stamp = d.proposed
    WHERE p.automatic = 1 AND p.complete = 1 AND d.status = 'fetched'
        AND NOT EXISTS (SELECT 1 FROM coding c WHERE c.document_id = d.id)
        AND NOT EXISTS (SELECT 1 FROM document_event e WHERE e.document_id = d.id AND e.what = 'status')
    LIMIT ?
"""
DRAFT = composed(
    """
    INSERT INTO coding (
        document_id, firm_id, direction, contractor, text_key, state, month_before, at, who, {columns}
    )
    SELECT d.id, d.firm_id, d.direction, {contractor}, coalesce(CAST(t.text_key AS TEXT), ''), 'draft', d.vat_month,
        ?, ?, {places}
    FROM document d LEFT JOIN {trait} WHERE d.id = ?
    ON CONFLICT DO UPDATE SET ({columns}, direction, contractor, text_key, at, who, version) =
        ({news}, excluded.direction, excluded.contractor, excluded.text_key, excluded.at, excluded.who, version + 1)
    """,
    contractor=CONTRACTOR,
    trait=TRAIT,
    columns=COLUMNS,
    places=places(len(COLUMNS.split(", "))),
    news=", ".join(f"excluded.{name}" for name in COLUMNS.split(", ")),
)
"""Puts down a coding as a document's draft: time, who, values of `COLUMNS`, the document."""


class CodingState(StrEnum):
    """Whether a coding holds."""

    DRAFT = "draft"
    CODED = "coded"


@dataclass(frozen=True, slots=True)
class KeptCoding:
    """A document's coding as it stands."""

    state: CodingState
    coding: Coding
    at: Instant
    who: str
    """Who coded it, or saved the draft last."""
    version: int
    """Grows whenever it is saved."""
    month_before: Month | None
    """Month of the document's VAT as it is without the coding."""


class ToPropose(NamedTuple):
    """A document of a firm with what a proposal needs to know of it."""

    document_id: int
    firm_id: int
    stamp: int
    """What the proposal rests on; handed back with it, so that one that was overtaken is made anew."""
    version: int
    ksef_number: KsefNumber
    body: bytes
    dictionary: int
    direction: Direction
    roles: frozenset[Role]
    received_date: str
    """Warsaw day; empty where KSeF did not tell it."""
    offline: bool
    currency: str
    contractor: str
    """Number of the other side, empty where it has none: what was learned goes by it."""
    text_key: str
    findings: frozenset[str]
    past: int
    """Earlier documents of the seller, coded ones to the buyer for a sale; no more than a hundred are counted."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal to be kept."""

    document_id: int
    stamp: int
    """`ToPropose.stamp`."""
    proposal: Proposal | None
    """None: nothing can be proposed, since it cannot be read or is for information only."""


@dataclass(frozen=True, slots=True)
class PreparedProposals:
    """Proposals as rows, so that a worker process does the work and little crosses its pipe."""

    stamps: list[Row]
    proposals: list[Row]
    nothing: list[Row]

    def __len__(self) -> int:
        """How many documents."""
        return len(self.stamps)


@dataclass(frozen=True, slots=True)
class Settled:
    """How a document is or would be coded, for those that correct or settle it."""

    ksef_number: KsefNumber
    status: Status
    vat_month: Month | None
    scheme: str
    """Empty: it is not coded."""
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Why:
    """A proposal without its coding."""

    candidates: tuple[Candidate, ...]
    automatic: bool
    held_back: tuple[Problem, ...]


class Codings:
    """By document."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, document_id: int) -> KeptCoding | None:
        """A document's draft or coding."""
        row = await self._database.reader.row(
            "SELECT state, body, at, who, version, month_before FROM coding WHERE document_id = ?",
            (document_id,),
        )
        if row is None:
            return None
        state, body, at, who, version, month = row
        before = Month.parse(month) if month else None
        return KeptCoding(CodingState(state), loaded(Coding, body), at, who, version, before)

    async def proposal(self, document_id: int) -> Proposal | None:
        """What the program would do with a document; None while it has not been asked, or for nothing."""
        row = await self._database.reader.row(
            "SELECT body, why FROM proposal WHERE document_id = ?", (document_id,)
        )
        return _proposal(*row) if row else None

    async def to_propose(self, firm_ids: Collection[int] | None, limit: int) -> list[ToPropose]:
        """Fetched documents of firms with books, read and compared, that have no proposal or one that was overtaken."""
        firms = None if firm_ids is None else json.dumps(sorted(firm_ids))
        rows = await self._database.reader.rows(_about(_WAITING) + " LIMIT ?2", (firms, limit))
        return [_to_propose(row) for row in rows]

    async def count_to_propose(self, firm_ids: Collection[int] | None = None) -> int:
        """How many documents `to_propose` has still to give."""
        firms = None if firm_ids is None else json.dumps(sorted(firm_ids))
        row = await self._database.reader.row(
            composed("SELECT count(*) FROM {source}", source=_WAITING), (firms,)
        )
        return int(row[0]) if row else 0

    async def about(self, ids: Iterable[int]) -> list[ToPropose]:
        """The same of any documents, whatever their status and whether their firm has books."""
        rows = await self._database.reader.rows(_about(_SOME), (json.dumps(list(ids)),))
        return [_to_propose(row) for row in rows]

    async def save_proposals(self, rows: PreparedProposals | Sequence[Proposed]) -> None:
        """Keep proposals in one transaction, in the place of earlier ones; a worker process may have prepared them.

        One that was made for what has been read or compared anew since is left out: the document still waits.
        """
        if not isinstance(rows, PreparedProposals):
            rows = await asyncio.to_thread(prepare_proposals, rows)
        async with self._database.transaction() as session:
            await session.run_many(
                "UPDATE document SET proposed = ? WHERE id = ? AND compared > 0", rows.stamps
            )
            await session.run_many(_PROPOSE, rows.proposals)
            await session.run_many("DELETE FROM proposal WHERE document_id = ?", rows.nothing)

    async def to_code_alone(self, limit: int) -> dict[int, int]:
        """Documents, with their versions, whose proposals may be coded without a person and are still to be tried.

        Nothing that a person has decided on, or has a draft of: what was reopened is not coded again unasked.
        """
        return dict(await self._database.reader.rows(_CODE_ALONE, (limit,)))

    async def tried_alone(self, ids: Iterable[int]) -> None:
        """These were coded without a person, or refused: they are not tried again with the same proposal."""
        async with self._database.transaction() as session:
            await session.run(
                "UPDATE proposal SET automatic = 0 WHERE document_id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(ids)),),
            )

    async def propose_again(self, firm_ids: Collection[int] | None = None) -> None:
        """Let every fetched document of some firms, or of all, wait for a new proposal."""
        firms = None if firm_ids is None else json.dumps(sorted(firm_ids))
        async with self._database.transaction() as session:
            await session.run(
                "UPDATE books SET stamp = stamp + 1"
                " WHERE ?1 IS NULL OR firm_id IN (SELECT value FROM json_each(?1))",
                (firms,),
            )

    async def save_draft(self, document_id: int, version: int, coding: Coding, *, who: str) -> int:
        """Keep a draft; `version` is the document's that was looked at. Returns the document's new version.

        Raises BlinkError: CHANGED_MEANWHILE, NOT_TO_CODE for a document that is not fetched, DOCUMENT_UNKNOWN.
        """
        gist = await asyncio.to_thread(gist_of, coding)
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            document, before = await _to_code(session, document_id, version)
            if before == gist.body:
                return version
            await session.run(DRAFT, (at, who, *gist, document_id))
            await _note(session, document, before, gist.body, at, who)
            return version + 1

    async def drop_draft(self, document_id: int, version: int, *, who: str) -> int:
        """Forget a draft, so that the proposal counts again. Returns and raises as `save_draft`."""
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            document, before = await _to_code(session, document_id, version)
            if before is None:
                return version
            await session.run("DELETE FROM coding WHERE document_id = ?", (document_id,))
            await _note(session, document, before, "", at, who)
            return version + 1

    async def last_of_seller(self, firm_id: int, seller: str, direction: Direction) -> Coding | None:
        """How a firm's document of a seller (to a buyer, for a sale) was coded last."""
        row = await self._database.reader.row(
            "SELECT body FROM coding WHERE firm_id = ? AND direction = ? AND contractor = ? AND state = 'coded'"
            " ORDER BY at DESC LIMIT 1",
            (firm_id, direction, seller),
        )
        return loaded(Coding, row[0]) if row else None

    async def settled(self, ids: Iterable[int]) -> dict[int, Settled]:
        """How documents stand that others correct or settle."""
        rows = await self._database.reader.rows(
            "SELECT d.id, d.ksef_number, d.status, d.vat_month, coalesce(c.scheme, ''), coalesce(c.parameters, '{}')"
            " FROM json_each(?) p CROSS JOIN document d ON d.id = p.value"
            " LEFT JOIN coding c ON c.document_id = d.id AND c.state = 'coded'",
            (json.dumps(list(ids)),),
        )
        return {
            id_: Settled(
                number,
                Status(status),
                Month.parse(month) if month else None,
                scheme,
                loaded(dict[str, str], parameters),
            )
            for id_, number, status, month, scheme, parameters in rows
        }


def _about(source: str) -> str:
    return composed(_ABOUT, source=source, contractor=CONTRACTOR, trait=TRAIT, many=str(_MANY))


def _to_propose(row: Row) -> ToPropose:
    id_, firm_id, stamp, version, number, body, dictionary, direction, roles, received, offline = row[:11]
    currency, contractor, text_key, findings, past = row[11:]
    return ToPropose(
        id_,
        firm_id,
        stamp,
        version,
        number,
        body,
        dictionary,
        Direction(direction),
        frozenset(map(Role, roles.split(","))),
        received,
        bool(offline),
        currency,
        contractor,
        str(text_key),
        frozenset((findings or "").split(",")) - {""},
        past,
    )


def _proposal(body: str, why: str) -> Proposal:
    reasons = loaded(_Why, why)
    return Proposal(
        coding=loaded(Coding, body),
        candidates=reasons.candidates,
        automatic=reasons.automatic,
        held_back=reasons.held_back,
    )


def prepare_proposals(rows: Iterable[Proposed]) -> PreparedProposals:
    """The rows of proposals; all the work that keeping them takes."""
    prepared = PreparedProposals([], [], [])
    for one in rows:
        prepared.stamps.append((one.stamp, one.document_id))
        if (proposal := one.proposal) is None:
            prepared.nothing.append((one.document_id,))
            continue
        why = dumped(_Why(proposal.candidates, proposal.automatic, proposal.held_back))
        gist = gist_of(proposal.coding)
        prepared.proposals.append((one.document_id, why, int(proposal.automatic), *gist))
    return prepared


async def _to_code(session: Session, document_id: int, version: int) -> tuple[statuses.Standing, str | None]:
    """A document that may get a draft, and the body of the one that it has."""
    document = (await statuses.standings(session, [document_id]))[0]
    if document.version != version:
        raise await meanwhile.of_document(session, document_id, document.ksef_number)
    if document.status is not Status.FETCHED:
        status = Message(STATUS_WORDS[document.status])
        raise BlinkError(errors.NOT_TO_CODE, ksef_number=document.ksef_number, status=status)
    row = await session.row("SELECT body FROM coding WHERE document_id = ?", (document_id,))
    return document, row[0] if row else None


async def _note(
    session: Session, document: statuses.Standing, before: str | None, after: str, at: Instant, who: str
) -> None:
    """The document has changed: its version, and an event with the coding before and after."""
    await session.run("UPDATE document SET version = version + 1 WHERE id = ?", (document.id,))
    happening = history.Happening(document.id, document.ksef_number, document.sha256, "coding", before, after)
    await history.append(session, document.firm_id, [happening], at=at, who=who)
