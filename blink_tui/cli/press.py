"""PDFs of the buffer's documents, made in a worker process: what one of them breaks there is that one's failure."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import date
from typing import TYPE_CHECKING

from blink_tui.buffer.deriving import HISTORY
from blink_tui.i18n import language
from blink_tui.invoices.page_chain import Beside
from blink_tui.invoices.printing import Attempt, Original, print_each, print_together
from blink_tui.invoices.render_pdf import PDF_FAILED, Pdf
from blink_tui.model.errors import BlinkError
from blink_tui.sync.errors import WORKER_DIED
from blink_tui.sync.workers import Worker

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer, Document

_CHUNK = 100
"""Documents of one worker process: typst gives memory back only at its end."""


class Press:
    """Prints documents of a buffer as of a Warsaw day; `hosts` tells the QR codes' host for a firm's id."""

    def __init__(self, buffer: Buffer, hosts: Mapping[int, str | None], today: date) -> None:
        self._buffer = buffer
        self._hosts = hosts
        self._today = today

    async def each(
        self, documents: AsyncIterator[Document]
    ) -> AsyncGenerator[tuple[Document, Attempt], None]:
        """Each document with its own file, or with why there is none. Raises BlinkError (pdf-missing)."""
        async for some in _chunks(documents):
            async with aclosing(self._chunk(some)) as attempts:
                async for attempt in attempts:
                    yield attempt

    async def together(
        self, documents: AsyncIterator[Document]
    ) -> tuple[Pdf | None, list[tuple[Document, BlinkError | None]]]:
        """One file of all documents that can be printed, and of each the reason that keeps it out, or None.

        Raises BlinkError (pdf-missing, pdf-failed, worker-died).
        """
        found = [(document, await self._original(document)) for document in [one async for one in documents]]
        async with Worker() as worker:
            calls = worker.stream(print_together, _readable(found), self._today, language())
            [(pdf, errors)] = [answer async for answer in calls]
        reasons = iter(errors)
        return pdf, [
            (document, original if isinstance(original, BlinkError) else next(reasons))
            for document, original in found
        ]

    async def _chunk(self, documents: Sequence[Document]) -> AsyncGenerator[tuple[Document, Attempt], None]:
        found = [(document, await self._original(document)) for document in documents]
        async with aclosing(self._pressed(_readable(found))) as pressed:
            for document, original in found:
                if isinstance(original, BlinkError):
                    yield document, Attempt(None, original)
                else:
                    yield document, await anext(pressed)

    async def _pressed(self, originals: Sequence[Original]) -> AsyncGenerator[Attempt, None]:
        """A result for each; where the process dies the document in hand has failed, and another one goes on."""
        done = 0
        while done < len(originals):
            try:
                async with (
                    Worker() as worker,
                    aclosing(worker.stream(print_each, originals[done:], self._today, language())) as results,
                ):
                    async for result in results:
                        done += 1
                        yield result
            except BlinkError as error:
                if error.kind is not WORKER_DIED:
                    raise
                done += 1
                number = originals[done - 1].ksef_number
                yield Attempt(None, BlinkError(PDF_FAILED, title=number, cause=error.cause))

    async def _original(self, document: Document) -> Original | BlinkError:
        return await original_of(self._buffer, document, self._hosts.get(document.firm_id))


async def original_of(buffer: Buffer, document: Document, host: str | None = None) -> Original | BlinkError:
    """A document with its bytes and what the buffer knows beside them, or why these cannot be had."""
    try:
        xml = await buffer.documents.xml(document.ksef_number)
    except BlinkError as error:
        return error
    return Original(
        xml=xml,
        ksef_number=document.ksef_number,
        firm_nip=document.firm_nip,
        direction=document.direction,
        received=document.received_date,
        qr_host=host,
        history=await buffer.findings.of(document.id, HISTORY),
        beside=Beside(
            document_id=document.id,
            web=await buffer.webs.around([document.id]),
            collective=tuple(await buffer.collective.of_invoice(document.ksef_number)),
        ),
    )


def _readable(found: Iterable[tuple[Document, Original | BlinkError]]) -> list[Original]:
    return [original for _document, original in found if isinstance(original, Original)]


async def _chunks(documents: AsyncIterator[Document]) -> AsyncIterator[list[Document]]:
    some: list[Document] = []
    async for document in documents:
        some.append(document)
        if len(some) == _CHUNK:
            yield some
            some = []
    if some:
        yield some
