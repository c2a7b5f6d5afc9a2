"""What was registered before a change of the schema is there after it."""

from __future__ import annotations

from pathlib import Path

from blink_tui.buffer import GridFilter, open_buffer, schema
from blink_tui.buffer.database import open_database
from blink_tui.buffer.preparing import INSERT, INSERT_XML
from blink_tui.model.dates import Instant
from blink_tui.model.filtering import parse_filter
from blink_tui.model.firms import CredentialState, CredentialUse


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
