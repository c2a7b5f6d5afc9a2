"""A test file of a format: made-up documents of a firm, coded by its books, written by the format's own exporter."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from blink_tui.buffer import Buffer
from blink_tui.coding.facts import Facts
from blink_tui.coding.propose import code
from blink_tui.i18n import N_
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Frame, Piece
from blink_tui.ledger.files import FolderFiles, place, stem, translated
from blink_tui.ledger.formats import exporter
from blink_tui.ledger.trial import MARK, TrialDocument, trial_documents
from blink_tui.ledger.writing import write
from blink_tui.model.books import VatKind
from blink_tui.model.coding import Choices, Coding
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.sync.exporting import Wanted, framed
from blink_tui.sync.proposing import seed_rulebook
from blink_tui.sync.proposing_work import FirmSide, compiled
from blink_tui.sync.surroundings import firm_sides

NOT_CODED = ErrorKind(
    "trial-not-coded",
    ExitCode.FAILED,
    N_("No test file: the document {number} cannot be coded by the books of the firm. {why}"),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """A test file that was written."""

    files: tuple[Path, ...]
    pieces: tuple[Piece, ...]
    """Of its documents, with their warnings."""


async def write_trial(
    buffer: Buffer, firm: Firm, form_id: str, folder: Path, *, who: str, now: datetime
) -> Trial:
    """Write a format's test file to a folder; nothing of it is kept in the buffer.

    Raises BlinkError: format-unknown, format-needs-books, export-settings-missing, NOT_CODED, folder-refused,
    folder-full.
    """
    form, today = exporter(form_id), warsaw_day(instant_of(now))
    frame = await framed(buffer, firm, form, Wanted(format=form_id, months=(Month.of(today),)), who, now)
    await seed_rulebook(buffer)
    side = (await firm_sides(buffer, {firm.id})).get(firm.id)
    exempt = side is not None and side.books.vat_on(today).kind is VatKind.EXEMPT
    made = trial_documents(firm.nip, frame.name, frame.settings, today, exempt=exempt)
    documents = [_document(number, one, side, now) for number, one in enumerate(made, 1)]
    files = FolderFiles(folder, stem(firm.nip, f"{MARK}-{form.id}", frame.months, now))
    return await asyncio.to_thread(_written, form, documents, frame, files, folder)


def _written(
    form: Exporter, documents: Sequence[LedgerDocument], frame: Frame, files: FolderFiles, folder: Path
) -> Trial:
    try:
        with translated(folder):
            pieces = write(form, documents, frame, files)
            place([one.naming for one in files.written])
    except BaseException:
        files.discard()
        raise
    return Trial(tuple(one.path for one in files.written), tuple(pieces))


def _document(number: int, made: TrialDocument, side: FirmSide | None, now: datetime) -> LedgerDocument:
    return LedgerDocument(
        id=number,
        ksef_number=made.ksef_number,
        direction=made.direction,
        received=warsaw_day(instant_of(now)),
        received_at=instant_of(now),
        invoice=made.invoice,
        coding=Coding() if side is None else _coded(made, side, now),
    )


def _coded(made: TrialDocument, side: FirmSide, now: datetime) -> Coding:
    """By the office's and the firm's own schemes. Raises BlinkError(NOT_CODED)."""
    today = warsaw_day(instant_of(now))
    facts = Facts(
        invoice=made.invoice,
        ksef_number=made.ksef_number,
        direction=made.direction,
        roles=frozenset({Role.SELLER if made.direction.value == "sale" else Role.BUYER}),
        received=today,
        firm_nip=side.nip,
        firm_kind=side.kind,
        books=side.books,
        today=today,
        labels=side.labels,
    )
    coding = code(facts, compiled(side.entries), Choices(scheme=made.scheme))
    if not coding.complete:
        why = " ".join(str(problem.message) for problem in coding.problems if problem.blocks)
        raise BlinkError(NOT_CODED, number=made.invoice.number, why=why)
    return coding
