"""What was registered before a change of the schema is there after it."""

from __future__ import annotations

from pathlib import Path

from blink_tui.buffer import GridFilter, history, open_buffer, schema
from blink_tui.buffer.database import Database, open_database
from blink_tui.buffer.decisions import Every
from blink_tui.buffer.documents import Documents
from blink_tui.buffer.preparing import INSERT, INSERT_XML
from blink_tui.model.dates import Instant
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import FirmKind, Role, Status
from blink_tui.model.filtering import parse_filter
from blink_tui.model.firms import ContextType, CredentialState, CredentialUse, Firm
from tests.buffer.bookkeeping import books, proposed
from tests.buffer.factory import NIP, StillClock, invoice


async def _registered(database: Database) -> Firm:
    """A firm as earlier versions of the program registered it."""
    async with database.transaction() as session:
        await session.run(
            "INSERT INTO firm (nip, context_type, context_value, name, env, kind, ledger_format)"
            " VALUES (?1, 'Nip', ?1, 'A', 'test', 'taxpayer', 'csv')",
            (NIP,),
        )
        await history.start(session, 1, "Nip", NIP)
    return Firm(
        id=1, nip=NIP, context_type=ContextType.NIP, context_value=NIP, name="A", env="test",
        kind=FirmKind.TAXPAYER, ledger_format="csv", first_day=None, enabled=True, paused=False, version=1,
    )  # fmt: skip


async def test_a_credentials_state_goes_to_each_of_its_firms(path: Path) -> None:
    scripts = schema.scripts()
    change = next(place for place, script in enumerate(scripts) if "ADD COLUMN linked" in script)
    async with open_database(path, read_only=False) as database:
        await schema.migrate(database, scripts[:change])
        async with database.transaction() as session:
            for number in (1, 2):
                await session.run(
                    "INSERT INTO firm (nip, context_type, context_value, name, env, kind, ledger_format)"
                    " VALUES (?, 'Nip', ?, 'A', 'test', 'taxpayer', 'csv')",
                    (f"{number:010}", f"{number:010}"),
                )
            for name, state, at, problem in (
                ("old", "refused", "2026-05-01T00:00:00Z", "token-revoked"),
                ("new", "accepted", "2026-05-02T00:00:00Z", None),
            ):
                await session.run(
                    "INSERT INTO credential (kind, vault_name, label, state, checked_at, problem)"
                    " VALUES ('token', ?, ?, ?, ?, ?)",
                    (name, name, state, at, problem),
                )
            await session.run_many(
                "INSERT INTO credential_firm (credential_id, firm_id) VALUES (?, ?)", [(1, 1), (2, 1), (2, 2)]
            )
    async with open_buffer(path) as buffer:
        old, new = await buffer.credentials.list()
        assert old.uses == (
            CredentialUse(1, CredentialState.REFUSED, "token-revoked", {}, Instant("2026-05-01T00:00:00Z")),
        )
        assert [use.firm_id for use in new.uses] == [1, 2]
        assert {(use.state, use.checked_at, use.accepted_at) for use in new.uses} == {
            (CredentialState.ACCEPTED, "2026-05-02T00:00:00Z", "2026-05-02T00:00:00Z")
        }
        assert {firm: held.id for firm, held in (await buffer.credentials.by_firm()).items()} == {1: 2, 2: 2}


async def test_texts_that_were_there_are_found_by_their_letters(path: Path) -> None:
    scripts = schema.scripts()
    change = next(place for place, script in enumerate(scripts) if "document_words" in script)
    async with open_database(path, read_only=False) as database:
        await schema.migrate(database, scripts[:change])
        async with database.transaction() as session:
            await session.run(
                "INSERT INTO firm (nip, context_type, context_value, name, env, kind, ledger_format)"
                " VALUES ('1111111111', 'Nip', '1111111111', 'A', 'test', 'taxpayer', 'csv')"
            )
            await session.run_many(INSERT_XML, [(f"n{number}", b"", b"", 0, 0) for number in (1, 2)])
            row = [
                "purchase",
                "FA (3)",
                "Vat",
                "FV",
                "",
                None,
                "",
                None,
                "Nip",
                "1",
                "A",
                "a",
                "Nip",
                "2",
                "B",
            ]
            await session.run_many(
                INSERT, [(1, f"n{number}", *row, 0, 0, 0, 0, "PLN", 0, 0, 0) for number in (1, 2)]
            )
            await session.run_many(
                "INSERT INTO document_search (document_id, text) VALUES (?, ?)",
                [(1, "fv/1 zolw"), (2, "fv/2 slon")],
            )
    async with open_buffer(path) as buffer:
        (firm,) = await buffer.firms.list()
        assert (firm.accountant, firm.labels) == ("", ())
        for text, ids in (("zolw", [1]), ("slon", [2]), ("fv/", [1, 2]), ("zo", [1])):
            rows = await buffer.grid.first(GridFilter(query=parse_filter(text)), "id", False, 9)
            assert [row.id for row in rows] == ids


async def test_documents_of_every_state_go_on_where_they_were_before_there_was_coding(path: Path) -> None:
    scripts = schema.scripts()
    change = next(place for place, script in enumerate(scripts) if "CREATE TABLE coding" in script)
    clock = StillClock()
    ways: list[tuple[Status, ...]] = [
        (),
        (Status.CODED,),
        (Status.APPROVED,),
        (Status.BOOKED,),
        (Status.QUERIED,),
        (Status.APPROVED, Status.EXCLUDED),
        (Status.CODED, Status.QUERIED),
    ]
    async with open_database(path, read_only=False) as database:
        await schema.migrate(database, scripts[:change])
        firm = await _registered(database)
        documents = Documents(database, clock)
        ids = range(1, len(ways) + 1)
        await documents.store(firm, Role.BUYER, [invoice(id_) for id_ in ids])
        for id_, way in zip(ids, ways, strict=True):
            for status in way:
                await documents.change_status([id_], status, who="anna", reason="?")
        before = await documents.get_many(ids)
        async with database.transaction() as session:
            await session.run(
                "INSERT INTO decision (at, who, action, documents) VALUES ('', 'anna', 'approve', 1)"
            )
            await session.run(
                "INSERT INTO decision_document"
                " (decision_id, document_id, status, version_before, version_after) VALUES (1, 3, 'fetched', 1, 2)"
            )
    async with open_buffer(path, clock=clock) as buffer:
        assert await buffer.documents.get_many(ids) == before
        assert (await buffer.history.verify(firm.id)).broken is None
        await buffer.books.save(firm.id, books(), who="anna", version=None)
        async with buffer._database.transaction() as session:
            await session.run("UPDATE document SET compared = 1, derived_version = 1")
        assert [one.document_id for one in await buffer.codings.to_propose(None, 99)] == [1]
        assert (await buffer.decisions.undo(1, who="anna")).done == 1
        returned = await buffer.decisions.decide({5: 2, 6: 3, 7: 3}, Decision(Action.RETURN), who="anna")
        reopened = await buffer.decisions.decide({2: 2, 6: 4}, Decision(Action.REOPEN, "?"), who="anna")
        assert (returned.done, reopened.done) == (3, 2)
        now = {one.id: (one.status, one.previous) for one in await buffer.documents.get_many(ids)}
        assert now == {
            1: (Status.FETCHED, None),
            2: (Status.FETCHED, None),
            3: (Status.FETCHED, None),
            4: (Status.BOOKED, None),
            5: (Status.FETCHED, None),
            6: (Status.FETCHED, None),
            7: (Status.CODED, None),
        }
        await proposed(buffer, [1, 2, 6])
        coded = await buffer.decisions.decide(Every(GridFilter()), Decision(Action.CODE), who="anna")
        assert coded.done == 3
        assert (await buffer.history.verify(firm.id)).broken is None


async def test_a_batch_of_one_file_is_one_of_several_files_now(path: Path) -> None:
    scripts = schema.scripts()
    change = next(place for place, script in enumerate(scripts) if "CREATE TABLE batch_file" in script)
    async with open_database(path, read_only=False) as database:
        await schema.migrate(database, scripts[:change])
        firm = await _registered(database)
        async with database.transaction() as session:
            await session.run(
                "INSERT INTO batch (firm_id, format, file, temp, sha256, who, state, made_at, documents, chain_head)"
                " VALUES (?, 'csv', '/x/a.csv', '/x/.a.csv.part', zeroblob(32), 'anna', 'placing', '', 0, x'00')",
                (firm.id,),
            )
    async with open_buffer(path, clock=StillClock()) as buffer:
        (batch,) = await buffer.batches.unsettled()
        (file,) = batch.files
        assert (file.file, file.temp, file.sha256, file.size) == (
            "/x/a.csv",
            "/x/.a.csv.part",
            bytes(32),
            None,
        )
        assert (batch.amends, batch.cancelled) == (False, False)
        assert await buffer.batches.settings(batch.id) == "{}"
