"""Exports under way: ordered, prepared in the background, told of, and the signed links to their parts."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from blink_tui.sandbox.clock import DAY, seconds, text_of
from blink_tui.sandbox.documents import Document
from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.faults import Fault
from blink_tui.sandbox.keys import sha256_base64
from blink_tui.sandbox.options import SandboxOptions
from blink_tui.sandbox.packages import MAX_BYTES, EncryptedPart, Package, PackageShop, encrypt
from blink_tui.sandbox.queries import Selection, Window

RUNNING_AT_ONCE = 10
STATUS_LIFE = 7 * DAY
"""How long the status of an export can be asked for."""

_DROPPED = Package(0, 0, ())
_EXTENSIONS = {"Zip": "zip", "TarGz": "tar.gz"}

_DESCRIPTIONS = {
    100: "Eksport faktur w toku",
    200: "Eksport faktur zakończony sukcesem",
    210: "Eksport faktur wygasł i nie jest już dostępny do pobrania",
    415: "Błąd odszyfrowania dostarczonego klucza",
    420: "Zakres filtrowania wykracza poza dostępny zakres danych",
    500: "Nieznany błąd (500)",
    550: "Operacja została anulowana przez system",
}


@dataclass(slots=True)
class Export:
    """One order for a package."""

    reference: str
    context: Context
    created: int
    ready_at: int
    compression: str
    window: Window
    key: bytes = b""
    iv: bytes = b""
    failure: tuple[int, str | None] | None = None
    """Status code and detail of an order that came to nothing."""
    truncated_at: Document | None = None
    """The last document of a truncated package."""
    package: Package | None = None
    encrypted: tuple[EncryptedPart, ...] = ()
    faults: tuple[Fault, ...] = ()
    """What shall be wrong with the package."""

    def part_name(self, number: int) -> str:
        """File name of a part; numbers begin at 1."""
        return f"{self.reference}-{number:03d}.{_EXTENSIONS[self.compression]}.aes"

    def finished(self, now: int) -> bool:
        """No longer at status 100."""
        return now >= self.ready_at and (self.package is not None or self.failure is not None)

    async def encrypted_part(self, number: int) -> tuple[bytes, str]:
        """Bytes and hash of a part under the caller's key. Raises LookupError."""
        if self.package is None or not 1 <= number <= len(self.package.parts):
            raise LookupError(number)
        data = self.package.parts[number - 1].data
        return await asyncio.to_thread(encrypt, data, self.key, self.iv), self.encrypted[number - 1].hash


class ExportDesk:
    """All exports of a sandbox."""

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._shop = PackageShop(options.part_size, options.package_digits)
        self._exports: dict[str, Export] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._secret = secrets.token_bytes(32)

    @property
    def building(self) -> bool:
        """Work on a package goes on, which takes its time whatever the clock says."""
        return bool(self._tasks)

    def running(self, context: Context, now: int) -> int:
        """How many exports of a context are at status 100."""
        return sum(
            export.context == context and not export.finished(now) for export in self._exports.values()
        )

    def told(self, now: int, context: str | None) -> list[dict[str, Any]]:
        """Every export of a context, or of all, as the sandbox tells of its contents."""
        return [
            {
                "referenceNumber": export.reference,
                "context": export.context[1],
                "created": text_of(export.created, 7),
                "finished": export.finished(now),
                "failure": export.failure and export.failure[0],
                "invoiceCount": export.package and export.package.count,
            }
            for export in self._exports.values()
            if context in (None, export.context[1])
        ]

    def find(self, reference: str) -> Export | None:
        """An export by its reference number."""
        return self._exports.get(reference)

    def add(self, export: Export, selection: Selection | None = None, only_metadata: bool = False) -> None:
        """Take an order; one with a selection is prepared in the background."""
        self._exports[export.reference] = export
        if selection is None:
            return
        documents = self._cut(selection)
        if len(documents) < len(selection):
            export.truncated_at = documents[-1]
        task = asyncio.create_task(self._prepare(export, documents, only_metadata))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _cut(self, selection: Selection) -> Sequence[Document]:
        """As many documents as a package holds, in number and in compressed bytes; at least one."""
        documents = selection.rows(0, min(len(selection), self._options.max_package))
        size = 0
        for place, document in enumerate(documents):
            size += len(document.packed)
            if size > MAX_BYTES and place > 0:
                return documents[:place]
        return documents

    async def _prepare(self, export: Export, documents: Sequence[Document], only_metadata: bool) -> None:
        package = await asyncio.to_thread(
            self._shop.package, documents, export.compression, only_metadata, export.faults
        )
        export.encrypted = await asyncio.to_thread(_encrypted_parts, package, export.key, export.iv)
        export.package = package

    def status(self, export: Export, base: str, now: int) -> dict[str, Any]:
        """`GET /invoices/exports/{referenceNumber}`: the status, and fresh links once it is ready."""
        if not export.finished(now):
            return _status(100)
        if export.failure is not None:
            return {**_status(*export.failure), "completedDate": text_of(export.ready_at)}
        expires = export.ready_at + seconds(self._options.package_life)
        if now >= expires or any(fault.do == "expire" for fault in export.faults):
            export.package, export.encrypted = _DROPPED, ()
            return {**_status(210), "completedDate": text_of(export.ready_at)}
        return {
            **_status(200),
            "completedDate": text_of(export.ready_at),
            "packageExpirationDate": text_of(expires),
            "package": self._package(export, base, min(now + seconds(self._options.link_life), expires)),
        }

    def _package(self, export: Export, base: str, expires: int) -> dict[str, Any]:
        package = export.package or _DROPPED
        body: dict[str, Any] = {
            "invoiceCount": package.count,
            "size": package.size,
            "parts": [
                {
                    "ordinalNumber": number,
                    "partName": export.part_name(number),
                    "method": "GET",
                    "url": self._link(export, number, base, expires),
                    "partSize": len(part.data),
                    "partHash": part.hash,
                    "encryptedPartSize": encrypted.size,
                    "encryptedPartHash": encrypted.hash,
                    "expirationDate": text_of(expires),
                }
                for number, (part, encrypted) in enumerate(
                    zip(package.parts, export.encrypted, strict=True), start=1
                )
            ],
            "isTruncated": export.truncated_at is not None,
            "compressionType": export.compression,
        }
        if export.window.mark is not None:
            body["permanentStorageHwmDate"] = text_of(export.window.mark, self._options.digits)
        return body | _last_date(export, self._options.digits)

    def _link(self, export: Export, number: int, base: str, expires: int) -> str:
        name = export.part_name(number)
        signature = self._signature(export.reference, number, expires)
        return f"{base}/storage/{export.reference.lower()}/invoice-part/{name}?se={expires}&sig={signature}"

    def _signature(self, reference: str, number: int, expires: int) -> str:
        signed = f"{reference}/{number}/{expires}".encode()
        return hmac.new(self._secret, signed, hashlib.sha256).hexdigest()

    def by_link(self, name: str, expires: str, signature: str, now: int) -> tuple[Export, int] | None:
        """The part of a link; None when its signature is wrong or its time is over."""
        reference, number = name[:36], name[37:].partition(".")[0]
        if not (expires.isdigit() and number.isdigit() and expires.isascii() and number.isascii()):
            return None
        right = self._signature(reference, int(number), int(expires))
        export = self._exports.get(reference)
        if export is None or not hmac.compare_digest(right, signature.encode("ascii", "replace").decode()):
            return None
        return (export, int(number)) if now < int(expires) else None


def _encrypted_parts(package: Package, key: bytes, iv: bytes) -> tuple[EncryptedPart, ...]:
    sealed = []
    for part in package.parts:
        data = encrypt(part.data, key, iv)
        sealed.append(EncryptedPart(len(data), sha256_base64(data)))
    return tuple(sealed)


def _status(code: int, detail: str | None = None) -> dict[str, Any]:
    status: dict[str, Any] = {"code": code, "description": _DESCRIPTIONS[code]}
    if detail is not None:
        status["details"] = [detail]
    return {"status": status}


def _last_date(export: Export, digits: int) -> dict[str, str]:
    """The date of the last document of a truncated package, in the field of the date asked by."""
    last = export.truncated_at
    if last is None:
        return {}
    if export.window.date_type == "Issue":
        return {"lastIssueDate": text_of(last.issue_day)[:10]}
    if export.window.date_type == "Invoicing":
        return {"lastInvoicingDate": text_of(last.stamps.invoicing, digits)}
    return {"lastPermanentStorageDate": text_of(last.stamps.stored, digits)}
