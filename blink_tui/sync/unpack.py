"""Work of a worker process: a downloaded package becomes rows for the store, each document proven by KSeF's hash.

Inflating and compressing go side by side in two threads. The list of a package stands at its end, so until it was
read documents are held compressed; from then on they leave in batches, and the store works while the list is decoded.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Raw

from blink_tui.buffer.preparing import Prepared, prepare
from blink_tui.buffer.records import StoredInvoice
from blink_tui.buffer.xml_codec import compress, compress_many
from blink_tui.ksef.packages import METADATA_NAME, decode_records, package_records, read_package
from blink_tui.ksef.wire import ExportPart
from blink_tui.model.documents import DocumentHeader, Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.mismatches import Disagreement
from blink_tui.model.values import Sha256
from blink_tui.sync.verify import check_package, proven

BATCH = 2000
"""Documents that leave at once: a transaction of the store, some 50 ms."""
_FIRST = 500
"""As many at first, and twice as many each time, so that the store begins at once and is kept busy."""
_TOGETHER = 1024 * 1024
"""Bytes of XML hashed and compressed in one go."""
_AHEAD = 3
"""How many times as much may wait for that."""


@dataclass(frozen=True, slots=True)
class PackageJob:
    """A package as it lies on disk: encrypted parts in order, and what opens and checks them."""

    files: tuple[Path, ...]
    parts: tuple[ExportPart, ...]
    key: bytes = field(repr=False)
    iv: bytes
    announced: int
    """invoiceCount of the export's status."""
    accepted: frozenset[Disagreement] = frozenset()
    """What a person accepted although it disagrees."""


@dataclass(frozen=True, slots=True)
class _File:
    """One XML file of a package: its hash and what the store keeps of it."""

    sha256: Sha256
    body: bytes
    dictionary: int
    size: int


def prepared(job: PackageJob, firm: Firm, role: Role) -> Iterator[tuple[Prepared, bool]]:
    """What `unpack` yields, ready for the store of a firm and role."""
    for batch, whole in unpack(job):
        yield prepare(firm, role, batch), whole


def unpack(job: PackageJob) -> Iterator[tuple[list[StoredInvoice], bool]]:
    """Decrypt, inflate, verify and compress a package; yields every document whose bytes agree with its list.

    True comes with the last batch, once the package is proven whole. Raises BlinkError: a damaged part, an unsafe
    archive, or a package that contradicts itself, after all that is right in it.
    """
    files, metadata = _packed(job)
    hashes = {number: file.sha256 for number, file in files.items()}
    headers: list[DocumentHeader] = []
    problems: list[str] = []
    batch: list[StoredInvoice] = []
    for place, some in enumerate(_growing(package_records(metadata))):
        if place:
            yield batch, False
        listed, bad = decode_records(some)
        headers += listed
        problems += [record.problem for record in bad]
        batch = list(_proven(listed, files, job.accepted))
    try:
        check_package(job.announced, headers, hashes, problems, job.accepted)
    except BlinkError:
        yield batch, False
        raise
    yield batch, True


def single_invoice(
    header: DocumentHeader, content: bytes, accepted: Collection[Disagreement] = ()
) -> StoredInvoice:
    """A document that was downloaded by itself. Raises BlinkError(PACKAGE_DISAGREES) as `check_package` does."""
    files: dict[str, Sha256] = {header.ksef_number: Sha256(hashlib.sha256(content).digest())}
    (whole,) = check_package(1, [header], files, (), accepted)
    return StoredInvoice(whole, *compress(content), len(content))


def _packed(job: PackageJob) -> tuple[dict[str, _File], bytes]:
    """The XML files of a package by KSeF number, and its list as it came."""
    files: dict[str, _File] = {}
    metadata = b""
    with ThreadPoolExecutor(1, "blink-pack") as thread:
        packing: deque[Future[dict[str, _File]]] = deque()
        together: list[tuple[str, Sha256, bytes]] = []
        size = 0
        for name, content in read_package(job.files, job.parts, job.key, job.iv):
            if name == METADATA_NAME:
                metadata = content
                continue
            sha256 = Sha256(hashlib.sha256(content).digest())
            together.append((name.removesuffix(".xml"), sha256, content))
            size += len(content)
            if size >= _TOGETHER:
                packing.append(thread.submit(_pack, together))
                together, size = [], 0
                if len(packing) > _AHEAD:
                    files |= packing.popleft().result()
        packing.append(thread.submit(_pack, together))
        for one in packing:
            files |= one.result()
    return files, metadata


def _growing(records: Sequence[Raw]) -> Iterator[Sequence[Raw]]:
    """The records in slices, of which there is at least one."""
    start, size = 0, _FIRST
    while start == 0 or start < len(records):
        yield records[start : start + size]
        start, size = start + size, min(2 * size, BATCH)


def _pack(together: Sequence[tuple[str, Sha256, bytes]]) -> dict[str, _File]:
    bodies = compress_many([content for _, _, content in together])
    return {
        number: _File(sha256, *body, len(content))
        for (number, sha256, content), body in zip(together, bodies, strict=True)
    }


def _proven(
    listed: Iterable[DocumentHeader], files: dict[str, _File], accepted: Collection[Disagreement]
) -> Iterator[StoredInvoice]:
    """The documents whose bytes have the hash that the list gives, or that was accepted; each comes once."""
    for header in listed:
        file = files.get(header.ksef_number)
        whole = proven(header, file.sha256, accepted) if file else None
        if file is not None and whole is not None:
            del files[header.ksef_number]
            yield StoredInvoice(whole, file.body, file.dictionary, file.size)
