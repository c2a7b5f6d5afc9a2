"""Filling a sandbox: documents with numbers and stamps, firms with tokens.

Everything follows from the seed, the invoices and the anchor day alone, so that two runs are equal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from blink_tui.model.dates import warsaw
from blink_tui.model.values import crc8
from blink_tui.sandbox.clock import DAY, SECOND, datetime_of, day_of, start_of_day
from blink_tui.sandbox.documents import Stamps, make_document
from blink_tui.sandbox.facts import Context, InvoiceFacts, UnreadableInvoiceError
from blink_tui.sandbox.metadata import read_invoice
from blink_tui.sandbox.state import Firm, Sandbox
from blink_tui.sandbox.tokens import make_token

SPAN_DAYS = 10
"""Over how many days before the anchor the documents were stored."""

_TOKEN_AGE = timedelta(days=30)


def seed(sandbox: Sandbox) -> None:
    """Fill a sandbox as its options say."""
    options = sandbox.options
    anchor = options.as_of or day_of(sandbox.clock.now())
    if options.invoices is None:
        raise NotImplementedError
    files = sorted(options.invoices.rglob("*.xml"))
    seed_documents(sandbox, _readable(sandbox, options.invoices, files), anchor)


def _readable(sandbox: Sandbox, folder: Path, files: Iterable[Path]) -> list[tuple[bytes, InvoiceFacts]]:
    """The invoices of a folder; what cannot be read is left out and named."""
    invoices = []
    for file in files:
        try:
            xml = file.read_bytes()
            invoices.append((xml, read_invoice(xml)))
        except (OSError, UnreadableInvoiceError) as error:
            sandbox.problems.append(f"{file.relative_to(folder)}: {error}")
    return invoices


def seed_documents(sandbox: Sandbox, invoices: list[tuple[bytes, InvoiceFacts]], anchor: date) -> None:
    """Number, stamp and store invoices, and give every party a token."""
    hashes: dict[str, str] = {}
    stamps = stamp_times(sandbox.options.seed, len(invoices), anchor)
    for (xml, facts), times in zip(invoices, stamps, strict=True):
        number = ksef_number(sandbox.options.seed, facts.seller.value or "", times, hashes)
        corrected = hashes.get(facts.corrected) if facts.corrected else None
        document = make_document(xml, facts, number, times, corrected)
        sandbox.documents.add(document, facts)
        hashes[number] = document.hash
    add_firms(sandbox, (facts for _, facts in invoices), anchor)


def stamp_times(seed: int, count: int, anchor: date) -> Iterator[Stamps]:
    """When each of so many documents came in: ascending, over the days before the anchor, at odd instants."""
    random = Random(f"stamps {seed}")  # noqa: S311 - reproducible on purpose
    end = start_of_day(anchor)
    start = end - SPAN_DAYS * DAY
    step = (end - start) // max(count, 1)
    for place in range(count):
        stored = start + place * step + random.randrange(step)
        acquired = stored - random.randrange(2 * SECOND, 20 * SECOND)
        yield Stamps(acquired - random.randrange(SECOND, 10 * SECOND), acquired, stored)


def ksef_number(seed: int, seller: str, stamps: Stamps, taken: Iterable[str]) -> str:
    """A KSeF number with a right check sum that nothing else has (PROTOCOL 4)."""
    day = datetime_of(stamps.acquired).astimezone(warsaw()).date()
    attempt = 0
    while True:
        digest = hashlib.sha256(f"{seed} {seller} {stamps.stored} {attempt}".encode()).hexdigest()
        body = f"{seller}-{day:%Y%m%d}-{digest[:12].upper()}"
        number = f"{body}-{crc8(body.encode()):02X}"
        if number not in taken:
            return number
        attempt += 1


def add_firms(sandbox: Sandbox, invoices: Iterable[InvoiceFacts], anchor: date) -> None:
    """One firm with a token for every NIP that is a party, in the order of NIPs."""
    names: dict[str, str] = {}
    for facts in invoices:
        for nip, name in facts.parties():
            names[nip] = names.get(nip) or name or ""
    for nip, name in sorted(names.items()):
        add_firm(sandbox, nip, name, anchor)


def add_firm(sandbox: Sandbox, nip: str, name: str, anchor: date) -> None:
    """A firm with its token."""
    context: Context = ("Nip", nip)
    token = make_token(sandbox.options.seed, context, anchor - _TOKEN_AGE)
    sandbox.tokens[token.secret] = token
    sandbox.firms.append(Firm(nip, name, token.secret))
