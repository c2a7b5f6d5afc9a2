"""Lists of payments: what a firm has to pay, previewed, written once, placed, taken back (BOOKKEEPING 7)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from blink_tui.buffer import BatchFile, Buffer
from blink_tui.buffer.payment_batches import Candidate, PaymentBatch
from blink_tui.buffer.xml_codec import decompress
from blink_tui.i18n import N_, Message
from blink_tui.invoices import read_invoice
from blink_tui.ledger import payments_csv
from blink_tui.ledger.files import FolderFiles
from blink_tui.ledger.payable import Payable, Payments, Refused, Terms, Transfer
from blink_tui.ledger.payment_settings import FORMAT, SETTINGS
from blink_tui.ledger.payments_list import payments
from blink_tui.ledger.placing import settle_payments
from blink_tui.ledger.vat_register import Register
from blink_tui.model.books import VatKind
from blink_tui.model.dates import instant_of, warsaw, warsaw_day
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.settings import PAYMENTS_KSEF_FROM
from blink_tui.model.transfers import PaidDocument
from blink_tui.model.values import KsefNumber, parse_ksef_number

PAYMENTS_OFF = ErrorKind(
    "payments-off",
    ExitCode.USAGE,
    N_(
        "The firm makes no lists of payments. Tell from which day on documents received are paid by them:"
        " blink export settings --firm {nip} --format payments --set since=2026-12-01, or in the console: Handing over"
        " to the books, settings, Payments."
    ),
)
UNREADABLE = Message(N_("it cannot be read"))
_DOUBLES = frozenset({"duplicate-number", "duplicate-amount"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be paid."""

    until: date
    """What falls due until this day; documents without a due date are among it."""
    document_ids: Sequence[int] | None = None
    """Just these, whenever they fall due."""


@dataclass(frozen=True, slots=True)
class Made:
    """A list that was made."""

    batch: PaymentBatch
    path: Path


@dataclass(frozen=True, slots=True)
class _Looked:
    """What would be paid, and what was looked at for it."""

    payments: Payments
    versions: dict[int, int]
    account: str


async def preview(buffer: Buffer, firm: Firm, wanted: Wanted, *, register: Path, now: datetime) -> Payments:
    """What a list would hold now, and what it would not, each with its reason; nothing is kept.

    `register` is the small file of the register of VAT payers, which need not be there.
    Raises BlinkError: PAYMENTS_OFF, NOT_A_REGISTER for a damaged one.
    """
    return (await _looked(buffer, firm, wanted, register, now)).payments


async def make(
    buffer: Buffer, firm: Firm, wanted: Wanted, folder: Path, *, register: Path, who: str, now: datetime
) -> tuple[list[Made], Payments]:
    """Write a list for each currency, record it and give its file its name; also tells what was left out.

    Raises BlinkError: as `preview`, FOLDER_REFUSED, FOLDER_FULL, and what `PaymentBatches.begin` raises, as when
    another process was faster: then nothing of that list is there.
    """
    looked = await _looked(buffer, firm, wanted, register, now)
    made = []
    for currency in looked.payments.totals():
        transfers = [one for one in looked.payments.transfers if one.currency == currency]
        made.append(await _made(buffer, firm, transfers, looked, folder, who=who, now=now))
    return made, looked.payments


async def cancel(buffer: Buffer, batch_id: int, *, reason: str, who: str) -> PaymentBatch:
    """Let a list's documents be paid by another, and take its file away where it still stands. Raises BlinkError."""
    await buffer.payment_batches.cancel(batch_id, reason=reason, who=who)
    with suppress(OSError):  # tried again at the next start
        await settle_payments(buffer, batch_id)
    return await buffer.payment_batches.get(batch_id)


async def _made(
    buffer: Buffer,
    firm: Firm,
    transfers: Sequence[Transfer],
    looked: _Looked,
    folder: Path,
    *,
    who: str,
    now: datetime,
) -> Made:
    stem = f"{firm.context_value}-przelewy-{transfers[0].currency}-{now.astimezone(warsaw()):%Y%m%d-%H%M%S}"
    files = FolderFiles(folder, stem, await buffer.payment_batches.paths(stem))
    try:
        await asyncio.to_thread(_write, transfers, looked.account, files)
        await asyncio.to_thread(files.close)
        (written,) = files.written
        file = BatchFile(
            str(written.path), str(written.temporary), written.sha256, written.size, folder=written.folder
        )
        batch_id = await buffer.payment_batches.begin(
            firm.id, list(paid(transfers)), file, who=who, versions=looked.versions
        )
    except BaseException:
        files.discard()
        raise
    with suppress(OSError):  # it is recorded, and placed at the next start
        await settle_payments(buffer, batch_id)
    return Made(await buffer.payment_batches.get(batch_id), written.path)


def _write(transfers: Sequence[Transfer], account: str, files: FolderFiles) -> None:
    with files.create("", ".csv") as file:
        payments_csv.write(transfers, account, file)


def paid(transfers: Iterable[Transfer]) -> Iterable[PaidDocument]:
    """Documents of transfers, corrections that lessen several of them once."""
    corrections: dict[int, PaidDocument] = {}
    for one in transfers:
        own = PaidDocument(
            document_id=one.document_id,
            amount=one.invoiced,
            currency=one.currency,
            account=one.account,
            check=one.check,
            checked_on=one.checked_on,
            title=one.title,
        )
        yield own
        for netted in one.netted:
            before = corrections.get(netted.document_id)
            corrections[netted.document_id] = replace(
                before or replace(own, document_id=netted.document_id, title="", pays_with=one.document_id),
                amount=netted.amount + (before.amount if before else Decimal(0)),
            )
    yield from corrections.values()


async def _looked(buffer: Buffer, firm: Firm, wanted: Wanted, register: Path, now: datetime) -> _Looked:
    told = await buffer.export_settings.own(firm.id, FORMAT)
    settings = {one.name: told.get(one.name) or one.usual for one in SETTINGS}
    if not settings["since"]:
        raise BlinkError(PAYMENTS_OFF, firm=firm.context_value, nip=firm.context_value)
    terms = await _terms(buffer, firm, settings, register, now)
    payables: list[Payable] = []
    unread: list[Refused] = []
    versions: dict[int, int] = {}
    since = date.fromisoformat(settings["since"])
    batches = buffer.payment_batches
    async for some in batches.candidates(firm.id, since=since, until=wanted.until, ids=wanted.document_ids):
        doubled = await _doubled(buffer, firm, some)
        for one in await asyncio.to_thread(_read, some, doubled):
            if isinstance(one, Payable):
                payables.append(one)
            else:
                unread.append(one)
        versions |= {one.id: one.version for one in some}
    found = await asyncio.to_thread(payments, payables, terms)
    return _Looked(replace(found, refused=(*found.refused, *unread)), versions, settings["account"])


async def _terms(buffer: Buffer, firm: Firm, settings: dict[str, str], path: Path, now: datetime) -> Terms:
    today = warsaw_day(instant_of(now))
    books = await buffer.books.get(firm.id)
    register = await asyncio.to_thread(opened_register, path)
    return Terms(
        nip=firm.nip,
        settings=settings,
        today=today,
        active=books is None or books.vat_on(today).kind is not VatKind.EXEMPT,
        ksef_from=await buffer.settings.value(PAYMENTS_KSEF_FROM),
        register_day=register.day if register else None,
        standing=register.standing if register else None,
    )


def opened_register(path: Path) -> Register | None:
    """The loaded register, None where there is none. Raises BlinkError(NOT_A_REGISTER)."""
    try:
        return Register(path)
    except FileNotFoundError:
        return None


async def _doubled(buffer: Buffer, firm: Firm, some: Sequence[Candidate]) -> set[int]:
    """Those of which a twin is not excluded."""
    twins = {one.id: _twins(one) for one in some}
    named = [number for numbers in twins.values() for number in numbers or ()]
    excluded = await buffer.payment_batches.excluded(firm.id, named)
    return {id_ for id_, numbers in twins.items() if numbers is None or set(numbers) - excluded}


def _twins(one: Candidate) -> list[KsefNumber] | None:
    """Numbers of documents that may be the same; None where a finding does not name all of them."""
    texts = [values.get("number", "") for kind, values in one.findings if kind in _DOUBLES]
    try:
        return [parse_ksef_number(number) for text in texts for number in text.split(", ")]
    except ValueError:
        return None


def _read(some: Sequence[Candidate], doubled: set[int]) -> list[Payable | Refused]:
    found: list[Payable | Refused] = []
    for one in some:
        try:
            invoice = read_invoice(decompress(one.body, one.dictionary))
        except BlinkError:
            found.append(Refused(one.id, one.ksef_number, "", None, "", UNREADABLE))
            continue
        found.append(
            Payable(
                document_id=one.id,
                ksef_number=one.ksef_number,
                direction=one.direction,
                status=one.status,
                invoice=invoice,
                findings=frozenset(kind for kind, _values in one.findings),
                doubled=one.id in doubled,
                asked=one.asked,
                listed_in=one.listed_in,
            )
        )
    return found
