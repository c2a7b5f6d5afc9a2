"""Refusals in the shapes of the contract: problem details when asked for, the old shape otherwise (PROTOCOL 1).

The Polish texts are the real server's and part of the protocol, so they are not translated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import msgspec

from blink_tui.sandbox.clock import text_of

_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    410: "Gone",
    429: "Too Many Requests",
}

_DESCRIPTIONS = {
    21001: "Nieczytelna treść.",
    21111: "Nieprawidłowe wyzwanie autoryzacyjne.",
    21164: "Faktura o podanym identyfikatorze nie istnieje.",
    21165: "Faktura o podanym numerze KSeF nie jest jeszcze dostępna.",
    21175: "Wynik zapytania o podanym identyfikatorze nie istnieje.",
    21181: "Nieprawidłowe żądanie eksportu faktur.",
    21182: "Osiągnięto limit trwających eksportów.",
    21183: "Zakres filtrowania wykracza poza dostępny zakres danych.",
    21301: "Brak autoryzacji.",
    21304: "Brak uwierzytelnienia.",
    21405: "Błąd walidacji danych wejściowych.",
    21470: "Przesłany identyfikator klucza jest nieznany lub wskazuje na wycofany klucz.",
}


class ApiError(Exception):
    """A refusal: HTTP status, what the contract adds to it, headers.

    `fields` go into the problem details (`reasonCode`, `security`); `codes` are KSeF's own with their details.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        codes: tuple[tuple[int, str | None], ...] = (),
        fields: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.codes = codes
        self.fields = fields or {}
        self.headers = headers or {}


def bad_request(code: int, detail: str | None = None) -> ApiError:
    """HTTP 400 with one of KSeF's codes and its detail."""
    return ApiError(400, "Żądanie jest nieprawidłowe.", codes=((code, detail),))


def invalid(detail: str) -> ApiError:
    """HTTP 400/21405: the input breaks a rule of the contract."""
    return bad_request(21405, detail)


def unauthorized() -> ApiError:
    """HTTP 401: no bearer token, an unknown one or one past its time."""
    return ApiError(401, "Wymagane jest uwierzytelnienie.")


def forbidden(reason: str, detail: str, **security: Any) -> ApiError:
    """HTTP 403 with a reason code (PROTOCOL 2)."""
    return ApiError(403, detail, fields={"reasonCode": reason, "security": security or None})


def gone() -> ApiError:
    """HTTP 410: the operation is past its time."""
    return ApiError(410, "Operacja wygasła i nie jest już dostępna.")


def too_many(limit: int, unit: str, retry_after: int) -> ApiError:
    """HTTP 429 with `Retry-After` in seconds."""
    detail = f"Przekroczono limit {limit} żądań na {unit}. Spróbuj ponownie po {retry_after} sekundach."
    return ApiError(429, detail, headers={"Retry-After": str(retry_after)})


@dataclass(frozen=True, slots=True)
class Rendered:
    """A refusal as it goes over the wire."""

    status: int
    media_type: str
    body: bytes
    headers: Mapping[str, str]


def render(error: ApiError, *, path: str, now: int, problem_details: bool) -> Rendered:
    """The body in the shape that the caller asked for.

    Of the old shapes only those of 400 and 429 exist in the contract; everything else is problem details.
    """
    old = None if problem_details else _old_shape(error, now)
    body = _problem(error, path, now) if old is None else old
    media = "application/problem+json" if old is None else "application/json"
    return Rendered(error.status, media, msgspec.json.encode(body), error.headers)


def _listed(error: ApiError) -> list[tuple[int, str, list[str]]]:
    return [(code, _DESCRIPTIONS[code], [detail] if detail else []) for code, detail in error.codes]


def _problem(error: ApiError, path: str, now: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "title": _TITLES[error.status],
        "status": error.status,
        "instance": path,
        "detail": error.detail,
        "timestamp": text_of(now),
        "traceId": uuid4().hex,
        **error.fields,
    }
    if error.status == 400:
        body["errors"] = [
            {"code": code, "description": text, "details": details} for code, text, details in _listed(error)
        ]
    return body


def _old_shape(error: ApiError, now: int) -> dict[str, Any] | None:
    if error.status == 429:
        return {"status": {"code": 429, "description": _TITLES[429], "details": [error.detail]}}
    if error.status != 400:
        return None
    trace = uuid4().hex
    return {
        "exception": {
            "exceptionDetailList": [
                {"exceptionCode": code, "exceptionDescription": text, "details": details}
                for code, text, details in _listed(error)
            ],
            "serviceCode": f"00-{trace}-{trace[:16]}-00",
            "serviceCtx": "srvSANDBOX",
            "serviceName": "Undefined",
            "timestamp": text_of(now),
        }
    }
