"""Documents: stored once per firm and KSeF number, read back, moved from status to status."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from blink_tui.buffer import amounts, coding_states, errors, history, meanwhile, statuses, storing, xml_codec
from blink_tui.buffer.database import Database
from blink_tui.buffer.preparing import NOTHING, Prepared, prepare
from blink_tui.buffer.records import Account, Document, MarkMove, StoredInvoice, StoreResult
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed, places, sliced
from blink_tui.i18n import N_, Message
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, datetime_of, instant_key, instant_of
from blink_tui.model.documents import Direction, Party, Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.values import KsefNumber

_SELECT = """
    SELECT d.id, d.firm_id, f.nip, d.ksef_number,
        (SELECT group_concat(r.role) FROM document_role r WHERE r.document_id = d.id),
        d.direction, d.status, d.previous, d.form, d.kind, d.invoice_number, d.issue_date, d.received_date, d.stored,
        d.seller_type, d.seller_value, d.seller_name, d.buyer_type, d.buyer_value, d.buyer_name,
        d.net, d.vat, d.gross, d.currency, x.sha256, d.due_date, d.problem, d.derived_version,
        d.attention, d.version
    FROM document d JOIN firm f ON f.id = d.firm_id JOIN invoice_xml x ON x.ksef_number = d.ksef_number
    WHERE {where}
"""


_ACCOUNTS = """
    SELECT d.ksef_number, x.sha256, d.stored, d.gross, d.currency, d.vat_month, d.direction
    FROM document d JOIN document_role r ON r.document_id = d.id JOIN invoice_xml x ON x.ksef_number = d.ksef_number
    WHERE d.firm_id = ? AND r.role = ? {some}
"""


_DAY = timedelta(days=1)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _document(row: Row) -> Document:
    id_, firm_id, nip, number, roles, direction, status, previous, form, kind, invoice_number = row[:11]
    issue_date, received_date, stored = row[11:14]
    net, vat, gross, currency, sha256, due_date, problem, derived_version, attention, version = row[20:]
    return Document(
        id=id_,
        firm_id=firm_id,
        firm_nip=nip,
        ksef_number=number,
        roles=frozenset(map(Role, roles.split(","))),
        direction=Direction(direction),
        status=Status(status),
        previous=Status(previous) if previous else None,
        form=form,
        kind=kind,
        invoice_number=invoice_number,
        issue_date=_day(issue_date),
        received_date=_day(received_date),
        stored=stored,
        seller=Party(*row[14:17]),
        buyer=Party(*row[17:20]),
        net=amounts.to_amount(net),
        vat=amounts.to_amount(vat),
        gross=amounts.to_amount(gross),
        currency=currency,
        sha256=sha256,
        due_date=_day(due_date),
        problem=problem,
        derived_version=derived_version,
        attention=attention,
        version=version,
    )


class Documents:
    """The documents of all firms."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def store(
        self,
        firm: Firm,
        role: Role,
        items: Sequence[StoredInvoice] | Prepared,
        *,
        move: MarkMove | None = None,
        finish_export: int | None = None,
    ) -> StoreResult:
        """Store verified documents of one role in one transaction, with the move of its mark and the end of its export.

        A document that the firm has already gains the role; its direction is derived again unless set by hand. Each
        new document gets an event `fetched`. Meant for chunks of up to a thousand, which a worker process may have
        prepared. Raises BlinkError(HASH_CONFLICT), and nothing of the call is stored, when a KSeF number comes with
        other bytes than before.
        """
        if not isinstance(items, Prepared):
            items = await asyncio.to_thread(prepare, firm, role, items) if items else NOTHING
        async with self._database.transaction() as session:
            return await storing.store(
                session,
                firm,
                role,
                items,
                at=instant_of(self._clock.now()),
                move=move,
                finish_export=finish_export,
            )

    async def find(self, ksef_number: KsefNumber, firm_id: int | None = None) -> list[Document]:
        """The documents with a KSeF number: one for each firm that has it, or of one firm."""
        where = "d.ksef_number = ?" if firm_id is None else "d.ksef_number = ? AND d.firm_id = ?"
        values = (ksef_number,) if firm_id is None else (ksef_number, firm_id)
        rows = await self._database.reader.rows(composed(_SELECT, where=where), values)
        return [_document(row) for row in rows]

    async def held(self, firm_id: int, role: Role, numbers: Sequence[KsefNumber]) -> set[KsefNumber]:
        """Which of these numbers a firm has in a role."""
        found: set[KsefNumber] = set()
        for some in sliced(numbers):
            sql = composed(
                "SELECT d.ksef_number FROM document d JOIN document_role r ON r.document_id = d.id"
                " WHERE r.role = ? AND d.firm_id = ? AND d.ksef_number IN ({places})",
                places=places(len(some)),
            )
            found.update(row[0] for row in await self._database.reader.rows(sql, (role, firm_id, *some)))
        return found

    async def stored_between(
        self, firm_id: int, role: Role, since: Instant, until: Instant
    ) -> dict[KsefNumber, Account]:
        """What the buffer says of a firm's documents in a role that KSeF stored in [since, until), by number."""
        first, last = (
            f"{datetime_of(end) + slack:%Y-%m-%d}" for end, slack in ((since, -_DAY), (until, 2 * _DAY))
        )
        some = "AND d.stored >= ? AND d.stored < ?"  # instants are kept as KSeF wrote them, with any offset
        found = await self._accounts(some, (firm_id, role, first, last))
        low, high = instant_key(since), instant_key(until)
        return {
            number: account
            for number, account in found.items()
            if account.stored and low <= instant_key(account.stored) < high
        }

    async def accounts(
        self, firm_id: int, role: Role, numbers: Sequence[KsefNumber]
    ) -> dict[KsefNumber, Account]:
        """What the buffer says of some documents of a firm in a role; those that it lacks are left out."""
        found: dict[KsefNumber, Account] = {}
        for some in sliced(numbers):
            within = composed("AND d.ksef_number IN ({places})", places=places(len(some)))
            found |= await self._accounts(within, (firm_id, role, *some))
        return found

    async def _accounts(self, some: str, values: Sequence[object]) -> dict[KsefNumber, Account]:
        rows = await self._database.reader.rows(composed(_ACCOUNTS, some=some), values)
        return {
            number: Account(sha256, stored, amounts.to_amount(gross), currency, month, Direction(direction))
            for number, sha256, stored, gross, currency, month, direction in rows
        }

    async def get(self, document_id: int) -> Document:
        """Raises BlinkError(DOCUMENT_UNKNOWN)."""
        return (await self.get_many([document_id]))[0]

    async def get_many(self, ids: Sequence[int]) -> list[Document]:
        """Documents in the order asked for. Raises BlinkError(DOCUMENT_UNKNOWN)."""
        found: dict[int, Document] = {}
        for some in sliced(ids):
            where = composed("d.id IN ({places})", places=places(len(some)))
            rows = await self._database.reader.rows(composed(_SELECT, where=where), some)
            found.update((row[0], _document(row)) for row in rows)
        for id_ in ids:
            if id_ not in found:
                raise BlinkError(errors.DOCUMENT_UNKNOWN, document=id_)
        return [found[id_] for id_ in ids]

    async def xml(self, ksef_number: KsefNumber) -> bytes:
        """The invoice's bytes as KSeF sent them. Raises BlinkError: DOCUMENT_UNKNOWN, DAMAGED."""
        row = await self._database.reader.row(
            "SELECT body, dictionary, sha256 FROM invoice_xml WHERE ksef_number = ?", (ksef_number,)
        )
        if row is None:
            raise BlinkError(errors.DOCUMENT_UNKNOWN, document=ksef_number)
        return await asyncio.to_thread(_verified, ksef_number, *row)

    async def change_status(
        self,
        ids: Sequence[int],
        to: Status,
        *,
        who: str,
        reason: str | None = None,
        versions: Mapping[int, int] | None = None,
    ) -> int:
        """Give documents a status; returns how many. Each change is an event in its firm's chain.

        `versions` are those that were looked at. More than 1,000 are done in several transactions, and what is done
        stays done when the call is cancelled or one of the later ones is refused. Raises BlinkError:
        STATUS_NOT_ALLOWED, CHANGED_MEANWHILE, DOCUMENT_UNKNOWN.
        """
        wanted = list(dict.fromkeys(ids))
        for some in sliced(wanted, statuses.CHUNK):
            async with self._database.transaction() as session:
                documents = await statuses.standings(session, some)
                at = instant_of(self._clock.now())
                await statuses.change(
                    session, documents, to, at=at, who=who, reason=reason, versions=versions
                )
                if to is Status.FETCHED:
                    released = [one.id for one in documents if one.status not in statuses.ASIDE]
                    await coding_states.release(session, released)
        return len(wanted)

    async def set_direction(
        self, document_id: int, version: int, direction: Direction, *, who: str, reason: str
    ) -> None:
        """Set a direction by hand; it is no longer derived.

        Raises BlinkError: CHANGED_MEANWHILE, DIRECTION_CODED for a document that is coded so, DOCUMENT_UNKNOWN.
        """
        async with self._database.transaction() as session:
            document = (await statuses.standings(session, [document_id]))[0]
            if document.version != version:
                raise await meanwhile.of_document(session, document_id, document.ksef_number)
            row = await session.row("SELECT direction FROM document WHERE id = ?", (document_id,))
            coded = "SELECT 1 FROM coding WHERE document_id = ? AND state = 'coded'"
            if await session.row(coded, (document_id,)):
                raise BlinkError(errors.DIRECTION_CODED, ksef_number=document.ksef_number)
            await session.run(
                "UPDATE document SET direction = ?, direction_by = ?, derived_version = 0, proposed = 0,"
                " version = version + 1 WHERE id = ?",
                (direction, who, document_id),
            )
            happening = history.Happening(
                document.id,
                document.ksef_number,
                document.sha256,
                "direction",
                row[0] if row else None,
                direction.value,
            )
            at = instant_of(self._clock.now())
            await history.append(session, document.firm_id, [happening], at=at, who=who, reason=reason)

    async def totals(self) -> dict[int, int]:
        """How many documents each firm has; firms without any are left out."""
        rows = await self._database.reader.rows("SELECT firm_id, count(*) FROM document GROUP BY firm_id")
        return dict(rows)

    async def total(self, firm_id: int | None = None) -> int:
        """How many documents there are, of one firm or of all."""
        where = "" if firm_id is None else "WHERE firm_id = ?"
        row = await self._database.reader.row(
            composed("SELECT count(*) FROM document {where}", where=where),
            () if firm_id is None else (firm_id,),
        )
        return int(row[0]) if row else 0


def _verified(ksef_number: KsefNumber, body: bytes, dictionary: int, sha256: bytes) -> bytes:
    xml = xml_codec.decompress(body, dictionary)
    if hashlib.sha256(xml).digest() != sha256:
        what = Message(
            N_("the bytes of {ksef_number} do not agree with KSeF's hash"), {"ksef_number": ksef_number}
        )
        raise BlinkError(errors.DAMAGED, what=what)
    return xml
