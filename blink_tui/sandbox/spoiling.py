"""Answers as faults make them: refusals in place of the right answer, and right answers altered.

Amounts keep their digits: JSON is read with exact decimals and written with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import msgspec

from blink_tui.sandbox.calls import Reply
from blink_tui.sandbox.documents import Document
from blink_tui.sandbox.errors import ApiError
from blink_tui.sandbox.faults import Fault
from blink_tui.sandbox.keys import sha256_base64

_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")

Body = dict[str, Any]

_UNKNOWN = "futureField"
_LONG_PAST = "2020-01-01T00:00:00.000000+00:00"
_GATEWAY = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<h1>{0}</h1>\r\n</body>\r\n</html>\r\n"

_REASONS: dict[str, tuple[str, Body | None]] = {
    "missing-permissions": (
        "Brak wymaganych uprawnień do wykonania operacji w bieżącym kontekście.",
        {"requiredAnyOfPermissions": ["InvoiceRead"], "presentPermissions": []},
    ),
    "ip-not-allowed": (
        "Żądanie pochodzi z adresu IP innego niż wskazany podczas uwierzytelnienia.",
        {"clientIp": "192.0.2.7"},
    ),
    "insufficient-resource-access": ("Brak dostępu do wskazanego zasobu.", None),
    "auth-method-not-allowed": (
        "Ta operacja nie jest dostępna dla użytej metody uwierzytelnienia.",
        {"authenticationMethodCategory": "Token"},
    ),
    "security-service-blocked": (
        "Żądanie zostało zablokowane przez mechanizmy bezpieczeństwa.",
        {"incidentId": "20260331-SANDBOX-1", "clientIp": "192.0.2.7"},
    ),
    "context-type-not-allowed": (
        "Operacja nie jest dostępna dla uwierzytelnionego typu kontekstu.",
        {"contextIdentifierType": "Nip"},
    ),
}

_DETAILS = {
    400: "Żądanie jest nieprawidłowe.",
    401: "Wymagane jest uwierzytelnienie.",
    404: "Nie znaleziono zasobu.",
    410: "Operacja wygasła i nie jest już dostępna.",
    429: "Przekroczono limit żądań.",
    500: "Wystąpił nieoczekiwany błąd.",
    503: "Usługa jest chwilowo niedostępna.",
}


def answer_of(fault: Fault) -> Reply:
    """The answer that a fault gives. Raises it as ApiError where the contract has a shape for it."""
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.status in (502, 504):
        title = {502: "502 Bad Gateway", 504: "504 Gateway Time-out"}[fault.status]
        return Reply(fault.status, _GATEWAY.format(title).encode(), "text/html", headers)
    detail, fields = fault.detail or _DETAILS.get(fault.status, ""), {}
    codes: tuple[tuple[int, str | None], ...] = ()
    if fault.status == 403:
        text, security = _REASONS.get(fault.reason, (fault.reason, None))
        detail, fields = fault.detail or text, {"reasonCode": fault.reason, "security": security}
    elif fault.status == 400:
        detail, codes = _DETAILS[400], ((fault.code or 21405, fault.detail),)
    raise ApiError(fault.status, detail, codes=codes, fields=fields, headers=headers)


def spoil(reply: Reply, faults: tuple[Fault, ...]) -> Reply:
    """An answer as its faults leave it; refusals stay as they are."""
    if reply.status >= 300:
        return reply
    for fault in faults:
        if fault.do in _BYTES:
            reply = replace(reply, body=_BYTES[fault.do](reply.body))
        elif reply.media_type.endswith("json"):
            reply = replace(reply, body=spoil_json(reply.body, fault.do))
    return reply


def spoil_json(body: bytes, kind: str) -> bytes:
    """A JSON document after one kind of fault."""
    value = _decoder.decode(body)
    SHAPES[kind](value)
    return _encoder.encode(value)


def _repeat_document(body: Body) -> None:
    body["invoices"] = body["invoices"][:1] + body["invoices"]


def _null_amounts(body: Body) -> None:
    for row in body["invoices"]:
        row.update(netAmount=None, grossAmount=None, vatAmount=None)


def _unknown_values(body: Body) -> None:
    for row in body["invoices"]:
        row.update(invoiceType="VatFuture", invoicingMode="Deferred", currency="XFU")
        row["formCode"] = {"systemCode": "FA (9)", "schemaVersion": "9-0E", "value": "FA_FUTURE"}
        row["buyer"]["identifier"]["type"] = "Future"


def _unknown_fields(value: Any) -> None:
    """Something new in every object."""
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            _unknown_fields(inner)
    if isinstance(value, dict):
        value[_UNKNOWN] = {"values": [1, "dwa", None]}


def _truncated_without_date(body: Body) -> None:
    package = body.get("package")
    if package:
        package["isTruncated"] = True
        for name in ("lastPermanentStorageDate", "lastInvoicingDate", "lastIssueDate"):
            package.pop(name, None)


def _parts(body: Body) -> list[Body]:
    return list((body.get("package") or {}).get("parts", ()))


def _wrong_part_hash(body: Body) -> None:
    for part in _parts(body):
        part["encryptedPartHash"], part["partHash"] = part["partHash"], part["encryptedPartHash"]


def _expired_link(body: Body) -> None:
    for part in _parts(body):
        address, _, _ = part["url"].partition("?")
        part.update(url=f"{address}?se=1&sig=0", expirationDate=_LONG_PAST)


SHAPES: dict[str, Callable[[Any], None]] = {
    "repeat-document": _repeat_document,
    "null-amounts": _null_amounts,
    "unknown-values": _unknown_values,
    "unknown-fields": _unknown_fields,
    "truncated-without-date": _truncated_without_date,
    "wrong-part-hash": _wrong_part_hash,
    "expired-link": _expired_link,
}
"""Kinds of faults that alter JSON, in place."""


def _cut(body: bytes) -> bytes:
    return body[: -max(len(body) // 3, 1)]


def _damaged(body: bytes) -> bytes:
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 0xFF]) + body[middle + 1 :]


_BYTES: dict[str, Callable[[bytes], bytes]] = {"cut-part": _cut, "damaged-part": _damaged}


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into a package: its files and the rows of `_metadata.json`."""

    documents: Sequence[Document]
    rows: list[bytes]


def spoiled(content: Content, fault: Fault) -> Content:
    """The content after one fault; kinds that are not about content change nothing."""
    if not content.documents:
        return content
    if fault.do in SHAPES:
        body = spoil_json(b'{"invoices":[%s]}' % b",".join(content.rows), fault.do)
        return replace(content, rows=[bytes(row) for row in msgspec.json.decode(body, type=_Rows).invoices])
    numbers = [document.ksef_number for document in content.documents]
    struck = fault.ksef_number or min(numbers)
    if struck not in numbers:
        return content
    place = numbers.index(struck)
    rows = content.rows
    match fault.do:
        case "missing-file":
            return replace(content, documents=[*content.documents[:place], *content.documents[place + 1 :]])
        case "missing-entry":
            return replace(content, rows=rows[:place] + rows[place + 1 :])
        case "other-hash":
            row = _decoder.decode(rows[place]) | {"invoiceHash": sha256_base64(numbers[place].encode())}
            return replace(content, rows=[*rows[:place], _encoder.encode(row), *rows[place + 1 :]])
    return content


class _Rows(msgspec.Struct):
    invoices: list[msgspec.Raw]


def broken(archive: bytes) -> bytes:
    """An archive whose hash is right and whose content is not."""
    return _damaged(archive)
