"""A synthetic office in the middle of its month, for pictures: something of everything that a screen can show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from blink_tui.buffer import BatchFile, Buffer, GridFilter
from blink_tui.coding.shapes import Rule
from blink_tui.coding.toml import written
from blink_tui.i18n import _
from blink_tui.model.books import ROLES, BookKind, Books, CodingLevel, VatKind, VatStatus
from blink_tui.model.dates import Instant
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import Direction, Role, Status
from blink_tui.model.events import (
    DocumentsStored,
    ExportReady,
    ExportRequested,
    LoggedIn,
    MarkMoved,
    PassFailed,
    PassFinished,
    PassStarted,
    Waiting,
)
from blink_tui.model.filtering import parse_filter
from blink_tui.model.firms import CredentialKind, Firm
from blink_tui.model.months import Month
from blink_tui.model.rulebook import OFFICE, EntryKind
from blink_tui.model.values import Nip, Sha256
from blink_tui.sync.compare import compare_pending
from blink_tui.sync.proposing import propose_pending
from blink_tui.sync.signing import sign_off
from tests.tui.coded_office import BOOKS, TODAY, keep_books
from tests.tui.office import FIRMS, make, store

_MORE = (
    ("1234563218", "Stolarnia Dębowa Krzysztof Pająk"),
    ("5265877635", "Biuro Rachunkowe Liczydło s.c."),
    ("7251801126", "Gabinet Weterynaryjny Cztery Łapy"),
    ("9512345671", "Ogrodnictwo Malwa sp. z o.o."),
)
_BOOKS = {
    "1234563218": Books(kind=BookKind.KPIR, level=CodingLevel.DESCRIPTION, program="wapro",
                        vat=(VatStatus(date(2026, 1, 1), VatKind.QUARTERLY),)),
}  # fmt: skip
"""Books of firms that are not kept in full, by NIP."""
_SUM = Sha256(bytes(range(32)))
_NOW = Instant("2026-11-20T13:04:10.0000000Z")


async def open_showcase(buffer: Buffer) -> list[Firm]:
    """Six firms: documents in every status, one firm stopped, one never fetched, tokens and a certificate."""
    firms = [
        await buffer.firms.add(Nip(nip), name=name, env="prod", first_day=date(2026, 9, 1))
        for nip, name in (*FIRMS, *_MORE)
    ]
    for firm, documents in zip(firms[:5], (420, 96, 61, 34, 12), strict=True):
        await store(buffer, firm, make(firm, documents))
    await compare_pending(buffer, TODAY)
    for firm in firms[:4]:
        await keep_books(buffer, firm, _BOOKS.get(firm.nip, BOOKS))
        chart = [replace(one, name=_(one.name)) for one in await buffer.charts.accounts(firm.id)]
        await buffer.charts.keep_accounts(firm.id, chart, who="anna")
    await _keep_rules(buffer, firms)
    await _decide(buffer, firms)
    await _grant(buffer, firms)
    await _ask(buffer, firms[2])
    await _close(buffer, firms[1])
    await _hand_over(buffer, firms[0])
    await _tell(buffer, firms)
    return firms


async def _decide(buffer: Buffer, firms: list[Firm]) -> None:
    rows = await buffer.grid.first(GridFilter(firm_ids=(firms[0].id,)), "issue_date", False, 300)
    ids = [row.id for row in rows]
    change = buffer.documents.change_status
    await change(ids[:240], Status.APPROVED, who="anna")
    await change(ids[:90], Status.BOOKED, who="anna")
    await change(ids[250:262], Status.QUERIED, who="anna", reason="Czego dotyczy ta usługa?")
    purchases = [row.id for row in rows[262:300] if row.direction == "purchase"]
    await change(purchases[:7], Status.EXCLUDED, who="anna", reason="zakup prywatny")
    rows = await buffer.grid.first(GridFilter(firm_ids=(firms[1].id,)), "issue_date", False, 70)
    await change([row.id for row in rows], Status.APPROVED, who="piotr")


async def _hand_over(buffer: Buffer, firm: Firm) -> None:
    """A batch that is in its place, and one that was taken back."""
    told = {"source_id": "BLINK", "target_id": "KSIEG"}
    await buffer.export_settings.save(firm.id, "optima", told, who="anna")
    rows = await buffer.grid.first(
        GridFilter(firm_ids=(firm.id,), statuses=(Status.APPROVED,)), "id", False, 60
    )
    for place, some in enumerate((rows[:20], rows[20:60])):
        file = BatchFile(f"/srv/blink/export/{firm.nip}-optima-2026-{10 - place:02}.xml", "", _SUM, 48_210)
        ids = [row.id for row in some]
        batch = await buffer.batches.begin(firm.id, "optima", ids, [file], who="anna")
        async with buffer.batches.settling(batch):
            pass
        if not place:
            await buffer.batches.cancel(batch, reason="zły okres", who="anna")


async def _keep_rules(buffer: Buffer, firms: list[Firm]) -> None:
    roles = {role.name: role.account for role in list(ROLES.values())[:14]}
    books = await buffer.books.get(firms[0].id)
    assert books is not None
    version = await buffer.books.version(firms[0].id)
    await buffer.books.save(firms[0].id, replace(books, roles=roles), who="anna", version=version)
    own = (
        Rule(name="transport", title="Transport od Zażółć", direction=Direction.PURCHASE,
             condition='sprzedawca.nip = "6666666663"', scheme="zakup-uslugi", parameters={"account": "402-01"},
             automatic=True),
        Rule(name="doradztwo", title="Kancelaria, usługi doradcze", direction=Direction.PURCHASE,
             condition='sprzedawca.nip = "7777777774" i jest(wiersz.nazwa ~ "usług*")', scheme="zakup-uslugi",
             parameters={"account": "402-02"}),
    )  # fmt: skip
    for rule in own:
        await buffer.rules.save(OFFICE, [(EntryKind.RULE, rule.name, written([rule]))], who="anna")
    await propose_pending(buffer, TODAY)


async def _ask(buffer: Buffer, firm: Firm) -> None:
    """Questions of several ages; one is answered."""
    rows = await buffer.grid.first(
        GridFilter(firm_ids=(firm.id,), statuses=(Status.FETCHED,)), "id", False, 4
    )
    texts = ("Czego dotyczy ta usługa?", "Czy to zakup prywatny?", "Który samochód?", "Jaki projekt?")
    for row, text in zip(rows, texts, strict=True):
        await buffer.decisions.decide({row.id: row.version}, Decision(Action.QUERY, text), who="anna")
    async with buffer._database.transaction() as session:
        for number, day in enumerate(("2026-11-09", "2026-11-13", "2026-11-16", "2026-11-19"), 1):
            await session.run(
                "UPDATE question SET asked_at = ? WHERE firm_id = ? AND number = ?",
                (f"{day}T09:12:00.000000Z", firm.id, number),
            )
    await buffer.questions.answer(firm.id, {3: "Skoda z leasingu, jeździ nią szef"}, who="anna")


async def _close(buffer: Buffer, firm: Firm) -> None:
    """October of one firm is signed off, though a document of it is still in question."""
    rows = await buffer.grid.first(
        GridFilter(firm_ids=(firm.id,), query=parse_filter("miesiąc:2026-10")), "id", False, 500
    )
    await buffer.documents.change_status([row.id for row in rows], Status.BOOKED, who="piotr")
    now = datetime(2026, 11, 20, 12, 10, tzinfo=UTC)
    await sign_off(buffer, firm, Month(2026, 10), who="piotr", now=now, reason="zaległa faktura od klienta")


async def _grant(buffer: Buffer, firms: list[Firm]) -> None:
    certificate = await buffer.credentials.add(
        CredentialKind.CERTIFICATE, "certificate/1", "Biuro Rachunkowe Liczydło (01A4)",
        [firm.id for firm in firms[:4]], Instant("2026-12-02T22:59:59Z"),
    )  # fmt: skip
    for firm in firms[:3]:
        await buffer.credentials.note_accepted(certificate.id, firm.id, _NOW)
    await buffer.credentials.note_refused(certificate.id, firms[3].id, "no-right", {}, _NOW)
    token = await buffer.credentials.add(
        CredentialKind.TOKEN, "token/2", "20261002-EC-1234567890-ABCDEF-01", [firms[4].id], None
    )
    await buffer.credentials.note_accepted(token.id, firms[4].id, _NOW)


async def _tell(buffer: Buffer, firms: list[Firm]) -> None:
    for number, firm in enumerate(firms[:5]):
        run = f"20261120-{number}"
        told = [PassStarted(run=run, firm_id=firm.id), LoggedIn(run=run, firm_id=firm.id)]
        if number == 3:
            problem = "KSeF nie zna uprawnienia tego certyfikatu. Poproś firmę o nadanie go biuru."
            failed = PassFailed(run=run, firm_id=firm.id, code="no-right", problem=problem, cause="21301")
            await buffer.log.append([told[0], failed])
            continue
        await buffer.log.append([
            *told,
            ExportRequested(run=run, firm_id=firm.id, role=Role.BUYER, window_from="2026-11-20T12:45:00Z",
                            reference="20261120-EX-1"),
            ExportReady(run=run, firm_id=firm.id, role=Role.BUYER, reference="20261120-EX-1", documents=4 - number,
                        parts=1),
            DocumentsStored(run=run, firm_id=firm.id, role=Role.BUYER, seen=4 - number, new=4 - number),
            MarkMoved(run=run, firm_id=firm.id, role=Role.BUYER, until="2026-11-20T13:00:00Z"),
            PassFinished(run=run, firm_id=firm.id, new=4 - number),
        ])  # fmt: skip
    await buffer.log.append(
        [
            Waiting(
                run="20261120-9",
                firm_id=firms[0].id,
                until="2026-11-20T13:19:00Z",
                reason="Zapytania tej godziny dla firmy 1111111111 są wyczerpane.",
            )
        ]
    )
