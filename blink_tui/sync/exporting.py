"""Exports: documents are chosen, prepared in worker processes, written aside, marked in one transaction, then placed.

The order makes a kill at any moment harmless: documents are marked in the transaction that records their batch, and
a batch that was not placed is placed at the next occasion (`ledger.placing.recover`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from blink_tui.buffer import BatchFile, Buffer
from blink_tui.buffer.bodies import dumped
from blink_tui.buffer.outgoing import HeldBack
from blink_tui.i18n import N_, Message
from blink_tui.ledger import settings as firm_settings
from blink_tui.ledger.delivery import ZipFiles
from blink_tui.ledger.exporter import Exporter, Frame, Kind
from blink_tui.ledger.files import FolderFiles, place, stem, translated
from blink_tui.ledger.formats import exporter
from blink_tui.ledger.placing import recover, settle
from blink_tui.model.books import Books
from blink_tui.model.coding import Problem
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.secret import Secret
from blink_tui.sync.exporting_run import SHOWN, Counted, CountedFiles, Run, run
from blink_tui.sync.exporting_whole import rest_of
from blink_tui.sync.exporting_work import Refused, Sum, SumKey, Told

__all__ = ["Exported", "Preview", "Wanted", "export", "ledger_of", "preview", "recover"]

NEEDS_BOOKS = ErrorKind(
    "format-needs-books",
    ExitCode.FAILED,
    N_("{format} takes coded documents only, and the firm {firm} has no books set up."),
)
AMENDS = "DO-POPRAWY-W-KSIEGACH"
"""Part of the names of files with documents that the books have already."""

_TRIES = 2
_HELD_BACK = {
    HeldBack.NOT_APPROVED: Problem("not-approved", N_("It is not approved.")),
    HeldBack.ELSEWHERE: Problem("kept-elsewhere", N_("Another source books it, so it is never handed over.")),
    HeldBack.FOR_INFORMATION: Problem("for-information", N_("It is for information only and is not booked.")),
    HeldBack.STANDS: Problem(
        "in-the-books", N_("It stands in the books that were read back: mark it booked.")
    ),
    HeldBack.ASKED: Problem(
        "may-be-in-the-books",
        N_("It may stand in the books that were read back: answer whether it is the same document first."),
    ),
    HeldBack.HANDED_OVER: Problem(
        "handed-over-before",
        N_("It was handed over before the buffer was restored from a backup: it is only marked so again."),
    ),
}
_ANEW = frozenset(
    {
        "changed-meanwhile",
        "status-not-allowed",
        "amends-apart",
        "kept-elsewhere",
        "in-the-books-already",
        "book-question",
        "handed-over-before-restore",
    }
)
"""Codes of what changed between choosing documents and marking them."""

Progress = Callable[[int, int], None]
"""Hears how many documents are done, of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be exported."""

    format: str
    months: tuple[Month, ...] = ()
    """In order; empty: all there is."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Of this one export, and settings in the place of the firm's."""
    document_ids: Sequence[int] | None = None
    """Some documents alone."""
    complete: bool = False
    """Whole, with the rows of the books that were read back (`exporting_whole`)."""
    zip_password: Secret | None = None
    """The files go into one zip that it opens."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an export would write now."""

    documents: int
    amending: int
    """How many of them the books have already and are to put right."""
    sums: Mapping[SumKey, Sum]
    """By register and rate, in PLN."""
    warnings: tuple[Told, ...]
    refused: tuple[Refused, ...]
    files: tuple[Counted, ...]
    """With the names that they would have now."""
    marks: bool
    """The documents would be marked: it is the firm's own ledger format."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    files: tuple[Path, ...]
    documents: int
    batch_ids: tuple[int, ...]
    """One for new documents, one for those that the books are to put right; none of a report."""
    warnings: tuple[Told, ...]
    refused: tuple[Refused, ...]
    marks: bool
    unplaced: str | None = None
    """Why the marked files have not their names yet; they get them at the next start."""
    failure: BlinkError | None = None
    """Why documents that the books are to put right were not written, after the new ones were handed over."""

    @property
    def batch_id(self) -> int | None:
        """The first batch, if it marked anything."""
        return self.batch_ids[0] if self.batch_ids else None


@dataclass(frozen=True, slots=True)
class _Job:
    """Documents that go into the same files."""

    firm: Firm
    form: Exporter
    frame: Frame
    marks: bool
    amends: bool
    ids: Sequence[int]
    versions: Mapping[int, int] = field(default_factory=dict)
    """Of documents that are to be marked."""
    held_back: Mapping[int, HeldBack] = field(default_factory=dict)
    zip_password: Secret | None = None

    def files(self, folder: Path, used: Collection[str]) -> FolderFiles | ZipFiles:
        """What its exporter writes into; `used` are paths of earlier files."""
        if self.zip_password is None:
            return FolderFiles(folder, self.stem, used)
        return ZipFiles(folder, self.stem, self.zip_password, self.frame.made, used)

    @property
    def stem(self) -> str:
        """How its files' names begin."""
        name = stem(self.firm.nip, self.form.id, self.frame.months, self.frame.made)
        return f"{name}-{AMENDS}" if self.amends else name


def ledger_of(firm: Firm, books: Books | None) -> str:
    """Id of the format that marks a firm's documents exported."""
    return books.program if books is not None else firm.ledger_format


async def preview(
    buffer: Buffer, firm: Firm, wanted: Wanted, *, who: str, now: datetime, told: Progress | None = None
) -> Preview:
    """What `export` would do now, written nowhere. Raises as `export` does before it writes."""
    jobs = [
        job
        for amends in (False, True)
        if (job := await _job(buffer, firm, wanted, who, now, amends=amends)) is not None
    ]
    runs, files = [], []
    for job in jobs:
        counted = CountedFiles(job.stem)
        runs.append(
            await run(buffer, job.form, job.frame, job.ids, counted, told=told, summed=True, marks=job.marks)
        )
        files += counted.written
    return Preview(
        documents=sum(len(one.written) for one in runs),
        amending=sum(len(one.written) for job, one in zip(jobs, runs, strict=True) if job.amends),
        sums=_joined(runs),
        warnings=tuple(told for one in runs for told in one.warnings),
        refused=(
            *await _refusals(buffer, jobs[0].held_back),
            *(refusal for one in runs for refusal in one.refused),
        ),
        files=tuple(files),
        marks=jobs[0].marks,
    )


async def export(
    buffer: Buffer,
    firm: Firm,
    wanted: Wanted,
    folder: Path,
    *,
    who: str,
    now: datetime,
    told: Progress | None = None,
) -> Exported:
    """Write documents of a firm to new files in a folder; the firm's own ledger format marks them exported, once.

    What cannot be written is refused document by document and stays as it is; the others go. Documents that the books
    have already go into files and a batch of their own. When documents change meanwhile, it begins anew once.
    Raises BlinkError: format-unknown, format-needs-books, export-settings-missing, folder-refused, folder-full, or
    what the buffer raises; then nothing is marked, and nothing is left of its files.
    """
    await recover(buffer)
    if wanted.format == ledger_of(firm, await buffer.books.get(firm.id)):
        await buffer.restored.mark(firm.id, who=who)
    found = await _anew(buffer, firm, wanted, folder, who, now, told, amends=False)
    assert found is not None  # noqa: S101 - there is always a job that does not amend
    try:
        more = await _anew(buffer, firm, wanted, folder, who, now, told, amends=True)
    except BlinkError as error:
        if not found.batch_ids:
            raise
        return replace(found, failure=error)
    return _with(found, more) if more is not None else found


async def _anew(
    buffer: Buffer,
    firm: Firm,
    wanted: Wanted,
    folder: Path,
    who: str,
    now: datetime,
    told: Progress | None,
    *,
    amends: bool,
) -> Exported | None:
    """Write one of the jobs, once more where documents change meanwhile."""
    tries = 0
    while True:
        tries += 1
        job = await _job(buffer, firm, wanted, who, now, amends=amends)
        if job is None:
            return None
        try:
            return await _written(buffer, job, folder, told)
        except BlinkError as error:
            if error.kind.code not in _ANEW or tries >= _TRIES:
                raise


async def framed(
    buffer: Buffer, firm: Firm, form: Exporter, wanted: Wanted, who: str, now: datetime
) -> Frame:
    """What all documents of an export share.

    Raises BlinkError: NEEDS_BOOKS, export-settings-missing, export-setting-unknown, export-setting-wrong.
    """
    books = await buffer.books.get(firm.id)
    if form.needs_books and books is None:
        raise BlinkError(NEEDS_BOOKS, firm=firm.nip, format=Message(form.name))
    firm_settings.check_options(form, wanted.options)
    told = {**await buffer.export_settings.of(firm.id, form.id), **wanted.options}
    firm_settings.require(form, told, firm.nip)
    return Frame(
        nip=firm.nip,
        name=told.get("full_name") or firm.name,
        books=books,
        settings=firm_settings.filled(form, told),
        options=dict(wanted.options),
        months=tuple(wanted.months),
        made=now,
        who=who,
        rest=await rest_of(buffer, firm, form, wanted.months) if wanted.complete else (),
        complete=wanted.complete,
    )


async def _job(
    buffer: Buffer, firm: Firm, wanted: Wanted, who: str, now: datetime, *, amends: bool
) -> _Job | None:
    """What is to be written: new documents or all of a report, or those that amend; None where there are none."""
    form = exporter(wanted.format)
    frame = await framed(buffer, firm, form, wanted, who, now)
    marks = form.kind is Kind.LEDGER and form.id == ledger_of(firm, frame.books)
    job = _Job(firm, form, frame, marks, amends, (), zip_password=wanted.zip_password)
    if not marks:
        by = "ledger" if form.kind is Kind.LEDGER else form.span.value
        ids = await buffer.outgoing.reported(firm.id, wanted.months, by, wanted.document_ids)
        return None if amends else replace(job, ids=ids)
    await buffer.restored.require_known(firm.id)
    waiting = await buffer.outgoing.waiting(firm.id, wanted.months, wanted.document_ids)
    if amends and not waiting.amending:
        return None
    versions = waiting.amending if amends else waiting.new
    return replace(job, ids=list(versions), versions=versions, held_back={} if amends else waiting.held_back)


async def _refusals(buffer: Buffer, held_back: Mapping[int, HeldBack]) -> list[Refused]:
    documents = await buffer.documents.get_many(list(held_back)[:SHOWN])
    return [
        Refused(one.id, one.ksef_number, one.invoice_number, (_HELD_BACK[held_back[one.id]],))
        for one in documents
    ]


async def _written(buffer: Buffer, job: _Job, folder: Path, told: Progress | None) -> Exported:
    """Write a job's files, mark its documents where it marks, give the files their names."""
    files = job.files(folder, await buffer.batches.paths(job.stem))
    unplaced = None
    batch_ids: tuple[int, ...] = ()
    try:
        with translated(folder):  # a writer keeps its files open from one document to the next
            done = await run(buffer, job.form, job.frame, job.ids, files, told=told, marks=job.marks)
        await asyncio.to_thread(files.close)
        if job.marks and done.written:
            batch_ids = (await _marked(buffer, job, done, files),)
        elif not job.marks:
            await give_names(files, folder)
    except BaseException:
        files.discard()
        raise
    if batch_ids:
        try:
            await settle(buffer, batch_ids[0])
        except OSError as error:
            unplaced = str(error)
    paths = tuple(one.path for one in files.written)
    refused = (*await _refusals(buffer, job.held_back), *done.refused)
    return Exported(paths, len(done.written), batch_ids, tuple(done.warnings), refused, job.marks, unplaced)


async def _marked(buffer: Buffer, job: _Job, done: Run, files: FolderFiles | ZipFiles) -> int:
    packed = files.sums if isinstance(files, ZipFiles) else ""
    return await buffer.batches.begin(
        job.firm.id,
        job.form.id,
        done.written,
        [
            BatchFile(str(one.path), str(one.temporary), one.sha256, one.size, packed, one.folder)
            for one in files.written
        ],
        who=job.frame.who,
        settings=dumped(job.frame),
        amends=job.amends,
        versions=job.versions,
    )


async def give_names(files: FolderFiles | ZipFiles, folder: Path) -> None:
    """Give files that mark nothing their names."""
    with translated(folder):
        await asyncio.to_thread(place, [one.naming for one in files.written])


def _with(first: Exported, more: Exported) -> Exported:
    return Exported(
        (*first.files, *more.files),
        first.documents + more.documents,
        (*first.batch_ids, *more.batch_ids),
        (*first.warnings, *more.warnings),
        (*first.refused, *more.refused),
        more.marks,
        first.unplaced or more.unplaced,
    )


def _joined(runs: Sequence[Run]) -> dict[SumKey, Sum]:
    found: dict[SumKey, Sum] = {}
    for one in runs:
        for key, part in one.sums.items():
            found.setdefault(key, Sum()).add(part.documents, part.net, part.vat)
    return dict(sorted(found.items()))
