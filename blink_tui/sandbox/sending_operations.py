"""Operations that send: sessions are opened, invoices or parts sent, sessions closed."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from msgspec import Meta

from blink_tui.sandbox.batches import process
from blink_tui.sandbox.calls import UNLIMITED, Call, Operation, Reply, json_reply
from blink_tui.sandbox.clock import text_of
from blink_tui.sandbox.errors import bad_request, invalid
from blink_tui.sandbox.facts import Form
from blink_tui.sandbox.keys import sha256_base64
from blink_tui.sandbox.orders import LINK_REFUSED, session_key
from blink_tui.sandbox.quotas import ContextLimits
from blink_tui.sandbox.reception import Claim, receive_encrypted
from blink_tui.sandbox.references import new_reference
from blink_tui.sandbox.sending import (
    KEY_REFUSED,
    LIFE,
    Batch,
    PartClaim,
    SendingSession,
)
from blink_tui.sandbox.sending_reports import admitted, session_of
from blink_tui.sandbox.sessions import BearerKind
from blink_tui.sandbox.wire import Encryption, Wire, decode

_ACCESS = frozenset({BearerKind.ACCESS})
_SEND = ("InvoiceWrite", "PefInvoiceWrite", "EnforcementOperations")
_SEND_BATCH = ("InvoiceWrite", "EnforcementOperations")

_FORMS = (
    Form("FA (2)", "1-0E", "FA"),
    Form("FA (3)", "1-0E", "FA"),
    Form("FA_RR (1)", "1-1E", "FA_RR"),
)
_ONLINE_FORMS = (*_FORMS, Form("PEF (3)", "2-1", "PEF"), Form("PEF_KOR (3)", "2-1", "PEF"))

Digest = Annotated[str, Meta(min_length=44, max_length=44)]
Size = Annotated[int, Meta(ge=1)]


class _FormCode(Wire):
    system_code: str
    schema_version: str
    value: str


class _OnlineOrder(Wire):
    form_code: _FormCode
    encryption: Encryption


class _FilePart(Wire):
    ordinal_number: Size
    file_size: Size
    file_hash: Digest


class _BatchFile(Wire):
    file_size: Annotated[int, Meta(ge=1, le=5_000_000_000)]
    file_hash: Digest
    file_parts: Annotated[list[_FilePart], Meta(min_length=1, max_length=50)]
    compression_type: Literal["Zip", "TarGz"] | None = None


class _BatchOrder(Wire):
    form_code: _FormCode
    batch_file: _BatchFile
    encryption: Encryption
    offline_mode: bool = False


class _Invoice(Wire):
    invoice_hash: Digest
    invoice_size: Size
    encrypted_invoice_hash: Digest
    encrypted_invoice_size: Size
    encrypted_invoice_content: str
    offline_mode: bool = False


async def open_online(call: Call) -> Reply:
    """`POST /sessions/online`."""
    order = decode(call.body, _OnlineOrder)
    session = _opened(call, "Online", "SO", order.form_code, order.encryption)
    body = {"referenceNumber": session.reference, "validUntil": text_of(session.valid_until)}
    return json_reply(body, 201)


async def open_batch(call: Call) -> Reply:
    """`POST /sessions/batch`: with a link to which each part is to be put."""
    order = decode(call.body, _BatchOrder)
    file = order.batch_file
    claims = {part.ordinal_number: PartClaim(part.file_size, part.file_hash) for part in file.file_parts}
    if set(claims) != set(range(1, len(file.file_parts) + 1)):
        raise invalid("batchFile.fileParts: ordinalNumber")
    session = _opened(call, "Batch", "SB", order.form_code, order.encryption)
    session.batch = Batch(
        file.file_size, file.file_hash, file.compression_type or "Zip", order.offline_mode, claims
    )
    sandbox = call.sandbox
    requests = [
        {
            "ordinalNumber": ordinal,
            "method": "PUT",
            "url": sandbox.sending.link(sandbox.base, session, f"batch-parts/{ordinal}", call.now)["url"],
            "headers": {"x-ms-blob-type": "BlockBlob"},
        }
        for ordinal in claims
    ]
    return json_reply({"referenceNumber": session.reference, "partUploadRequests": requests}, 201)


def _opened(
    call: Call, kind: str, letters: str, form_code: _FormCode, encryption: Encryption
) -> SendingSession:
    form = Form(form_code.system_code, form_code.schema_version, form_code.value)
    if form not in (_ONLINE_FORMS if kind == "Online" else _FORMS):
        raise invalid("Wskazany kod formularza nie jest wspierany.")
    key, iv = session_key(call, encryption)
    session = SendingSession(
        reference=new_reference(letters, call.now),
        kind=kind,
        context=call.session.context,
        token_reference=call.session.token.reference if call.session.token else None,
        form=form,
        key=key or b"",
        iv=iv,
        created=call.now,
        valid_until=call.now + LIFE,
        failure=None if key else KEY_REFUSED,
        upo_reference=new_reference("EU", call.now),
    )
    call.sandbox.sending.add(session)
    return session


async def send_invoice(call: Call) -> Reply:
    """`POST /sessions/online/{referenceNumber}/invoices`."""
    session = session_of(call, "Online")
    order = decode(call.body, _Invoice)
    if session.closed(call.now):
        status = session.status(call.now).code
        raise bad_request(21180, f"Status sesji {status} uniemożliwia wysyłkę faktur.")
    limits = call.sandbox.context_limits.get(session.context, ContextLimits())
    most = limits.online_session.max_invoices
    if len(session.invoices) >= most:
        raise bad_request(
            21155,
            f"Sesja o numerze referencyjnym {session.reference} osiągnęła dozwolony limit liczby faktur {most}.",
        )
    try:
        encrypted = base64.b64decode(order.encrypted_invoice_content, validate=True)
    except ValueError as error:
        raise invalid("encryptedInvoiceContent") from error
    if len(encrypted) != order.encrypted_invoice_size:
        raise bad_request(21402, "Długość treści nie zgadza się z rozmiarem pliku.")
    if sha256_base64(encrypted) != order.encrypted_invoice_hash:
        raise bad_request(21403, "Skrót treści nie zgadza się ze skrótem pliku.")
    claim = Claim(order.invoice_hash, order.invoice_size, order.offline_mode)
    sent = receive_encrypted(call.sandbox, session, claim, encrypted)
    return json_reply({"referenceNumber": sent.reference}, 202)


async def close_online(call: Call) -> Reply:
    """`POST /sessions/online/{referenceNumber}/close`."""
    _close(call, session_of(call, "Online"))
    return Reply(204)


async def close_batch(call: Call) -> Reply:
    """`POST /sessions/batch/{referenceNumber}/close`: the parts are all there."""
    session = session_of(call, "Batch")
    _close(call, session)
    if session.batch is not None:
        await process(call.sandbox, session, session.batch)
    return Reply(204)


def _close(call: Call, session: SendingSession) -> None:
    if session.closed(call.now):
        status = session.status(call.now).code
        raise bad_request(21180, f"Status sesji {status} uniemożliwia jej zamknięcie.")
    session.closed_at = call.now


async def upload_part(call: Call) -> Reply:
    """A part of a batch by its signed link."""
    session = call.sandbox.sending.find(call.params["folder"].upper())
    ordinal = call.params["ordinal"]
    if session is None or session.batch is None or not admitted(call) or session.closed(call.now):
        return Reply(403, LINK_REFUSED, "application/xml")
    session.batch.parts[int(ordinal)] = call.body
    return Reply(201)


OPERATIONS = (
    Operation("POST", "/sessions/online", open_online, "onlineSession", _ACCESS, _SEND),
    Operation("POST", "/sessions/online/{reference}/invoices", send_invoice, "invoiceSend", _ACCESS, _SEND),
    Operation(
        "POST", "/sessions/online/{reference}/close", close_online, "onlineSessionClose", _ACCESS, _SEND
    ),
    Operation("POST", "/sessions/batch", open_batch, "batchSession", _ACCESS, _SEND_BATCH),
    Operation(
        "POST", "/sessions/batch/{reference}/close", close_batch, "batchSessionClose", _ACCESS, _SEND_BATCH
    ),
)
STORAGE = (Operation("PUT", "/storage/{folder}/batch-parts/{ordinal:int}", upload_part, UNLIMITED),)
"""Behind signed links, outside the API."""
