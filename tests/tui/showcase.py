"""A synthetic office in the middle of its month, for pictures: something of everything that a screen can show."""

from __future__ import annotations

from datetime import date

from blink_tui.buffer import Buffer, GridFilter
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role, Status
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
from blink_tui.model.firms import CredentialKind, Firm
from blink_tui.model.values import Nip
from tests.tui.office import FIRMS, make, store

_MORE = (
    ("1234563218", "Stolarnia Dębowa Krzysztof Pająk"),
    ("5265877635", "Biuro Rachunkowe Liczydło s.c."),
    ("7251801126", "Gabinet Weterynaryjny Cztery Łapy"),
    ("9512345671", "Ogrodnictwo Malwa sp. z o.o."),
)
_NOW = Instant("2026-11-20T13:04:10.0000000Z")


async def open_showcase(buffer: Buffer) -> list[Firm]:
    """Six firms: documents in every status, one firm stopped, one never fetched, tokens and a certificate."""
    firms = [
        await buffer.firms.add(Nip(nip), name=name, env="prod", first_day=date(2026, 9, 1))
        for nip, name in (*FIRMS, *_MORE)
    ]
    for firm, documents in zip(firms[:5], (420, 96, 61, 34, 12), strict=True):
        await store(buffer, firm, make(firm, documents))
    await _decide(buffer, firms)
    await _grant(buffer, firms)
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
