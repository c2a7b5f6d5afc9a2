"""Operations on exports: order a package, ask for it, download its parts."""

from __future__ import annotations

import base64

from blink_tui.sandbox.calls import Call, Reply, json_reply
from blink_tui.sandbox.clock import seconds
from blink_tui.sandbox.errors import bad_request, gone, invalid
from blink_tui.sandbox.exports import RUNNING_AT_ONCE, STATUS_LIFE, Export
from blink_tui.sandbox.invoices import BEYOND_MARK
from blink_tui.sandbox.keys import SYMMETRIC_USAGE
from blink_tui.sandbox.options import SandboxOptions
from blink_tui.sandbox.queries import select, window_of
from blink_tui.sandbox.references import new_reference
from blink_tui.sandbox.wire import Encryption, ExportOrder, decode

_NEVER = 1 << 62
_KEY_SIZE = 32
_IV_SIZE = 16

FAILURES = {
    420: BEYOND_MARK,
    550: "Przetwarzanie zostało przerwane z przyczyn wewnętrznych systemu. Spróbuj ponownie",
}
"""Details of failed exports."""

LINK_REFUSED = (
    b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code>'
    b"<Message>Server failed to authenticate the request.</Message></Error>"
)


async def order_export(call: Call) -> Reply:
    """`POST /invoices/exports`."""
    sandbox, session = call.sandbox, call.session
    order = decode(call.body, ExportOrder)
    subject_type = order.filters.subject_type
    if session.context[0] == "InternalId" and subject_type in ("Subject1", "Subject2"):
        raise bad_request(
            21181,
            f"Nie można wyeksportować paczki faktur dla wybranego podmiotu ({subject_type}) "
            f"i zalogowanego identyfikatora kontekstu ({session.context[0]}).",
        )
    window = window_of(order.filters, call.now, sandbox.high_water_mark(), sandbox.options)
    key, iv = session_key(call, order.encryption)
    if sandbox.exports.running(session.context, call.now) >= RUNNING_AT_ONCE:
        raise bad_request(
            21182,
            "Dla uwierzytelnionego podmiotu w bieżącym kontekście osiągnięto maksymalny limit "
            f"{RUNNING_AT_ONCE} równoczesnych eksportów faktur. Spróbuj ponownie później.",
        )
    export = Export(
        reference=new_reference("EH", call.now),
        context=session.context,
        created=call.now,
        ready_at=call.now + seconds(sandbox.options.export_delay),
        compression=_compression(order, sandbox.options),
        window=window,
        iv=iv,
        faults=call.faults,
    )
    for fault in call.faults:
        if fault.do == "hang":
            export.ready_at = _NEVER if fault.seconds is None else call.now + seconds(fault.seconds)
        elif fault.do == "fail":
            export.failure = fault.status, fault.detail or FAILURES.get(fault.status)
    if export.failure is not None:
        sandbox.exports.add(export)
    elif key is None:
        export.failure = 415, None
        sandbox.exports.add(export)
    elif window.beyond_mark:
        export.failure = 420, BEYOND_MARK
        sandbox.exports.add(export)
    else:
        export.key = key
        shelf = sandbox.documents.shelf(session.context, subject_type)
        sandbox.exports.add(export, select(shelf, order.filters, window, call.now), order.only_metadata)
    return json_reply({"referenceNumber": export.reference}, 201)


def _compression(order: ExportOrder, options: SandboxOptions) -> str:
    """How the package is made; before 2.8 there was no choice."""
    return "Zip" if options.api == "2.6" else order.compression_type or "Zip"


def session_key(call: Call, encryption: Encryption) -> tuple[bytes | None, bytes]:
    """The caller's AES key, None when it does not decrypt, and initialisation vector."""
    server_key = call.sandbox.keys.find(SYMMETRIC_USAGE, encryption.public_key_id)
    if server_key is None:
        raise bad_request(21470, f"Klucz o identyfikatorze {encryption.public_key_id} nie jest wspierany.")
    try:
        iv = base64.b64decode(encryption.initialization_vector, validate=True)
    except ValueError as error:
        raise invalid("encryption.initializationVector") from error
    if len(iv) != _IV_SIZE:
        raise invalid(f"encryption.initializationVector: {len(iv)} B")
    try:
        key = server_key.decrypt(encryption.encrypted_symmetric_key)
    except ValueError as error:
        raise invalid("encryption.encryptedSymmetricKey") from error
    return (key if key is not None and len(key) == _KEY_SIZE else None), iv


async def export_status(call: Call) -> Reply:
    """`GET /invoices/exports/{referenceNumber}`."""
    reference = call.params["reference"]
    if len(reference) != 36:
        raise invalid(f"referenceNumber: {reference}")
    export = call.sandbox.exports.find(reference)
    if export is None or export.context != call.session.context:
        raise bad_request(21175)
    if call.now - export.created > STATUS_LIFE:
        raise gone()
    return json_reply(call.sandbox.exports.status(export, call.sandbox.base, call.now))


async def download_part(call: Call) -> Reply:
    """A part by its signed link: no token, no limits, like the storage behind the real KSeF."""
    found = call.sandbox.exports.by_link(
        call.params["name"], call.query.get("se", ""), call.query.get("sig", ""), call.now
    )
    if found is None:
        return Reply(403, LINK_REFUSED, "application/xml")
    export, number = found
    try:
        data, digest = await export.encrypted_part(number)
    except LookupError:
        return Reply(404, b"", "application/xml")
    return Reply(200, data, "application/octet-stream", {"x-ms-meta-hash": digest})
