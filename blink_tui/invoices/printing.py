"""Stored documents read, checked and printed: what a command or a worker process does for each of many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from blink_tui.i18n import set_language
from blink_tui.invoices import read_invoice
from blink_tui.invoices.checks import Context, Finding, check, gravest_first
from blink_tui.invoices.errors import UNREADABLE
from blink_tui.invoices.page_chain import Beside
from blink_tui.invoices.page_dates import arrival_of
from blink_tui.invoices.render_pdf import Pdf, Printed, render_pdf, require_pdf
from blink_tui.model.documents import Direction
from blink_tui.model.errors import BlinkError


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A document as the buffer keeps it."""

    xml: bytes
    ksef_number: str
    firm_nip: str
    direction: Direction
    received: date | None
    """Warsaw day of receipt, where KSeF told it."""
    qr_host: str | None = None
    """Host of the environment's links; None prints no code."""
    history: tuple[Finding, ...] = ()
    """What the buffer found beside the content."""
    beside: Beside | None = None
    """The documents that are joined to it."""


class Attempt(NamedTuple):
    """A document's own file, or why there is none: exactly one of both."""

    pdf: Pdf | None
    error: BlinkError | None = None


def printed(original: Original, today: date) -> Printed:
    """Read and check a document as of a Warsaw day, ready for any rendering.

    Raises BlinkError: invoice-unreadable, invoice-form-unknown.
    """
    invoice = read_invoice(original.xml)
    context = Context(
        today=today,
        firm_nip=original.firm_nip,
        ksef_number=original.ksef_number,
        received=original.received,
    )
    return Printed(
        invoice=invoice,
        xml=original.xml,
        ksef_number=original.ksef_number,
        qr_host=original.qr_host,
        findings=gravest_first((*check(invoice, context), *original.history)),
        arrival=arrival_of(original.direction, original.received, original.beside),
    )


def print_each(originals: Sequence[Original], today: date, language: str) -> Iterator[Attempt]:
    """A file of each document, in order, or why there is none. Raises BlinkError (pdf-missing)."""
    set_language(language)
    require_pdf()
    for original in originals:
        read = _attempted(original, today)
        if isinstance(read, BlinkError):
            yield Attempt(None, read)
            continue
        try:
            yield Attempt(render_pdf([read]))
        except BlinkError as error:
            yield Attempt(None, error)


def print_together(
    originals: Sequence[Original], today: date, language: str
) -> Iterator[tuple[Pdf | None, tuple[BlinkError | None, ...]]]:
    """Once: a file of all that can be read, if anything can, and for each document the error that keeps it out.

    Raises BlinkError (pdf-missing, pdf-failed).
    """
    set_language(language)
    require_pdf()
    read = [_attempted(original, today) for original in originals]
    readable = [one for one in read if isinstance(one, Printed)]
    errors = tuple(one if isinstance(one, BlinkError) else None for one in read)
    yield render_pdf(readable) if readable else None, errors


def _attempted(original: Original, today: date) -> Printed | BlinkError:
    """One bad document must not keep the others from paper, however it is bad."""
    try:
        return printed(original, today)
    except BlinkError as error:
        return error
    except Exception as error:
        return BlinkError(UNREADABLE, cause=repr(error))
