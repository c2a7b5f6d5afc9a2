"""Batch sessions: parts that are uploaded, joined, unpacked and taken invoice by invoice."""

from __future__ import annotations

import asyncio
import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from blink_tui.sandbox.keys import sha256_base64
from blink_tui.sandbox.quotas import ContextLimits
from blink_tui.sandbox.reception import Claim, UndecryptableError, decrypted, receive
from blink_tui.sandbox.sending import (
    TOO_MANY,
    WRONG_ARCHIVE,
    WRONG_PART_KEY,
    WRONG_PARTS,
    Batch,
    SendingSession,
    explained,
)
from blink_tui.sandbox.sessions import Status

if TYPE_CHECKING:
    from blink_tui.sandbox.state import Sandbox

_AT_A_TIME = 50
"""Invoices taken before other requests have their turn."""
_NAME_LENGTH = 128


class _WrongBatchError(Exception):
    """The batch is refused as a whole."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.description)
        self.status = status


async def process(sandbox: Sandbox, session: SendingSession, batch: Batch) -> None:
    """Take all invoices of a closed batch, or let the session fail."""
    try:
        files = list(_files(_joined(session, batch), batch.compression))
    except _WrongBatchError as error:
        session.failure = error.status
        return
    finally:
        batch.parts.clear()
    limits = sandbox.context_limits.get(session.context, ContextLimits())
    if len(files) > limits.batch_session.max_invoices:
        session.failure = TOO_MANY
        return
    for place, (name, xml) in enumerate(files):
        claim = Claim(sha256_base64(xml), len(xml), batch.offline, name[-_NAME_LENGTH:])
        receive(sandbox, session, claim, xml)
        if place % _AT_A_TIME == 0:
            await asyncio.sleep(0)


def _joined(session: SendingSession, batch: Batch) -> bytes:
    pieces = []
    for ordinal, claim in sorted(batch.claims.items()):
        data = batch.parts.get(ordinal, b"")
        if (len(data), sha256_base64(data)) != (claim.size, claim.hash):
            raise _WrongBatchError(explained(WRONG_PARTS, f"Część {ordinal} jest niezgodna z deklaracją."))
        try:
            pieces.append(decrypted(data, session.key, session.iv))
        except UndecryptableError as error:
            raise _WrongBatchError(WRONG_PART_KEY) from error
    plain = b"".join(pieces)
    if (len(plain), sha256_base64(plain)) != (batch.size, batch.hash):
        raise _WrongBatchError(explained(WRONG_PARTS, "Paczka jest niezgodna z deklaracją."))
    return plain


def _files(archive: bytes, compression: str) -> Iterator[tuple[str, bytes]]:
    try:
        if compression == "Zip":
            with zipfile.ZipFile(io.BytesIO(archive)) as packed:
                for name in packed.namelist():
                    if not name.endswith("/"):
                        yield name, packed.read(name)
        else:
            with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
                for member in tar:
                    stream = tar.extractfile(member)
                    if stream is not None:
                        yield member.name, stream.read()
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise _WrongBatchError(WRONG_ARCHIVE) from error
