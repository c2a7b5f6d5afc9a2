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
    500: "Internal Server Error",
    503: "Service Unavailable",
}

_DESCRIPTIONS = {
    21001: "Nieczytelna treść.",
    21111: "Nieprawidłowe wyzwanie autoryzacyjne.",
    21164: "Faktura o podanym identyfikatorze nie istnieje.",
    21115: "Nieprawidłowy certyfikat.",
    21117: "Nieprawidłowy identyfikator podmiotu dla wskazanego typu kontekstu.",
    21165: "Faktura o podanym numerze KSeF nie jest jeszcze dostępna.",
    21175: "Wynik zapytania o podanym identyfikatorze nie istnieje.",
    21181: "Nieprawidłowe żądanie eksportu faktur.",
    21182: "Osiągnięto limit trwających eksportów.",
    21183: "Zakres filtrowania wykracza poza dostępny zakres danych.",
    21217: "Nieprawidłowe kodowanie znaków.",
    21301: "Brak autoryzacji.",
    21304: "Brak uwierzytelnienia.",
    21308: "Próba wykorzystania metod autoryzacyjnych osoby zmarłej.",
    21401: "Dokument nie jest zgodny ze schemą (xsd).",
    21405: "Błąd walidacji danych wejściowych.",
    21406: "Konflikt podpisu i typu uwierzytelnienia.",
    21418: "Przekazany token kontynuacji ma nieprawidłowy format.",
    21155: "Przekroczono dozwoloną liczbę faktur w sesji.",
    21173: "Brak sesji o wskazanym numerze referencyjnym.",
    21178: "Nie znaleziono UPO dla podanych kryteriów.",
    21180: "Status sesji nie pozwala na wykonanie operacji.",
    21402: "Nieprawidłowy rozmiar pliku.",
    21403: "Nieprawidłowy skrót pliku.",
    71001: "Faktura o podanym identyfikatorze nie istnieje.",
    71002: "Faktura jest już przypisana do maksymalnej liczby Identyfikatorów Zbiorczych.",
    71004: "Faktury mają różnych sprzedawców.",
    71005: "Powtórzony numer KSeF w żądaniu.",
    21470: "Przesłany identyfikator klucza jest nieznany lub wskazuje na wycofany klucz.",
    25001: "Brak możliwości pobrania danych do CSR dla wykorzystanego sposobu uwierzytelnienia.",
    25002: "Brak możliwości złożenia wniosku certyfikacyjnego dla wykorzystanego sposobu uwierzytelnienia.",
    25003: "Dane w CSR nie zgadzają się z danymi w użytym wektorze uwierzytelniającym.",
    25004: "Niepoprawny format CSR lub niepoprawny podpis CSR.",
    25005: "Wniosek certyfikacyjny o podanym numerze referencyjnym nie istnieje.",
    25006: "Osiągnięto limit możliwych do złożenia wniosków certyfikacyjnych.",
    25007: "Osiągnięto limit dopuszczalnej liczby posiadanych certyfikatów.",
    25008: "Certyfikat o podanym numerze seryjnym nie istnieje.",
    25009: "Nie można odwołać wskazanego certyfikatu, ponieważ jest już odwołany, zablokowany lub nieważny.",
    25010: "Nieprawidłowy typ lub długość klucza.",
    25011: "Nieprawidłowy algorytm podpisu CSR.",
    26001: "Nie można nadać tokenowi uprawnień których nie posiadasz.",
    26002: "Nie można wygenerować tokena dla obecnego typu kontekstu.",
    30001: "Podmiot lub uprawnienie już istnieje.",
    9101: "Nieprawidłowy dokument.",
    9102: "Brak podpisu.",
    9103: "Przekroczona liczba dozwolonych podpisów.",
    9105: "Nieprawidłowy podpis.",
}

_UNNAMED = "Żądanie nie może być zrealizowane."


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


def no_access() -> ApiError:
    """HTTP 403: the thing is not the caller's."""
    return forbidden("insufficient-resource-access", "Brak dostępu do wskazanego zasobu.")


def gone(detail: str = "Operacja wygasła i nie jest już dostępna.") -> ApiError:
    """HTTP 410: the operation or the document is past its time."""
    return ApiError(410, detail)


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
    return [
        (code, _DESCRIPTIONS.get(code, _UNNAMED), [detail] if detail else []) for code, detail in error.codes
    ]


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
