"""Work of a worker process: a downloaded package becomes verified rows for the store.

Nothing is yielded before the whole package has been checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from blink_tui.buffer.records import StoredInvoice
from blink_tui.buffer.xml_codec import compress
from blink_tui.ksef.packages import METADATA_NAME, decode_package_metadata, read_package
from blink_tui.ksef.wire import ExportPart
from blink_tui.model.documents import DocumentHeader
from blink_tui.model.mismatches import Disagreement
from blink_tui.model.values import Sha256
from blink_tui.sync.verify import check_package

BATCH = 250
"""Rows sent at once: what keeps the receiving side's pauses short."""


@dataclass(frozen=True, slots=True)
class PackageJob:
    """A package as it lies on disk: encrypted parts in order, and what opens and checks them."""

    files: tuple[Path, ...]
    parts: tuple[ExportPart, ...]
    key: bytes
    iv: bytes
    announced: int
    """invoiceCount of the export's status."""
    accepted: frozenset[Disagreement] = frozenset()
    """What a person accepted although it disagrees."""


def unpack(job: PackageJob) -> Iterator[list[StoredInvoice]]:
    """Decrypt, inflate, verify and compress a package; yields its documents in batches.

    Raises BlinkError: a damaged part, an unsafe archive, or a package that contradicts itself.
    """
    hashes: dict[str, Sha256] = {}
    bodies: dict[str, tuple[bytes, int, int]] = {}
    metadata = b""
    for name, content in read_package(job.files, job.parts, job.key, job.iv):
        if name == METADATA_NAME:
            metadata = content
            continue
        number = name.removesuffix(".xml")
        hashes[number] = Sha256(hashlib.sha256(content).digest())
        bodies[number] = (*compress(content), len(content))
    headers, bad = decode_package_metadata(metadata)
    problems = (record.problem for record in bad)
    whole = check_package(job.announced, headers, hashes, problems, job.accepted)
    yield from _batches([StoredInvoice(header, *bodies.pop(header.ksef_number)) for header in whole])


def single_invoice(
    header: DocumentHeader, content: bytes, accepted: Collection[Disagreement] = ()
) -> StoredInvoice:
    """A document that was downloaded by itself. Raises BlinkError(PACKAGE_DISAGREES) as `check_package` does."""
    files: dict[str, Sha256] = {header.ksef_number: Sha256(hashlib.sha256(content).digest())}
    (whole,) = check_package(1, [header], files, (), accepted)
    return StoredInvoice(whole, *compress(content), len(content))


def _batches(rows: Sequence[StoredInvoice]) -> Iterator[list[StoredInvoice]]:
    for start in range(0, len(rows), BATCH):
        yield list(rows[start : start + BATCH])
