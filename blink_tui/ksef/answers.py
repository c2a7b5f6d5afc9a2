"""From an answer of KSeF, or the lack of one, to the error that it means; pure.

Reads problem details, the shapes of servers before 2.9, and what proxies answer in KSeF's place (PROTOCOL 1).
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec

from blink_tui.ksef import errors
from blink_tui.ksef.handshake import kind_of_handshake
from blink_tui.ksef.operations import (
    AUTHORIZATIONS,
    COLLECTIVE_INVOICES,
    COLLECTIVES,
    COLLECTIVES_OF_INVOICE,
    ENTITY_GRANTS,
    ENTITY_ROLES,
    EXPORT,
    EXPORT_STATUS,
    INVOICE,
    LOGIN_STATUS,
    PERSONAL_GRANTS,
    REDEEM,
    UNIT_ROLES,
    Context,
    Operation,
)
from blink_tui.ksef.proxies import PROXY_UNREACHABLE, proxy_shown
from blink_tui.ksef.wire import StatusInfo, WireStruct
from blink_tui.model.errors import BlinkError, ErrorKind
from blink_tui.model.text import clean

_WAIT_UNTOLD = 60
"""Seconds to wait after a 429 that does not say how long: KSeF's middle window (PROTOCOL 5)."""
_LONGEST_CAUSE = 500

_BY_CODE: dict[int, ErrorKind] = {
    21111: errors.CHALLENGE_REFUSED,
    21115: errors.CERTIFICATE_REFUSED,
    21117: errors.SUBJECT_IMPOSSIBLE,
    9101: errors.SIGNATURE_REFUSED,
    9102: errors.SIGNATURE_REFUSED,
    9103: errors.SIGNATURE_REFUSED,
    9104: errors.SIGNATURE_REFUSED,
    9105: errors.SIGNATURE_REFUSED,
    21406: errors.SIGNATURE_REFUSED,
    21401: errors.LOGIN_FORM_REFUSED,
    21405: errors.REQUEST_REFUSED,
    21001: errors.REQUEST_REFUSED,
    21470: errors.KEY_UNKNOWN,
    21304: errors.SESSION_ENDED,
    21308: errors.HOLDER_DECEASED,
    21164: errors.DOCUMENT_UNKNOWN,
    21165: errors.DOCUMENT_NOT_YET,
    21175: errors.EXPORT_UNKNOWN,
    21181: errors.ROLE_IMPOSSIBLE,
    21182: errors.EXPORTS_RUNNING,
    21183: errors.NOTHING_NEW,
}
_SESSION_REFUSED = 21301

_BY_REASON: dict[str, ErrorKind] = {
    "missing-permissions": errors.MISSING_PERMISSION,
    "ip-not-allowed": errors.IP_NOT_ALLOWED,
    "insufficient-resource-access": errors.RESOURCE_NOT_ALLOWED,
    "auth-method-not-allowed": errors.METHOD_NOT_ALLOWED,
    "security-service-blocked": errors.SECURITY_BLOCKED,
    "context-type-not-allowed": errors.CONTEXT_TYPE_NOT_ALLOWED,
}

_TELL_GRANTS = (PERSONAL_GRANTS, ENTITY_GRANTS, ENTITY_ROLES, UNIT_ROLES, AUTHORIZATIONS)
_TELL_COLLECTIVES = (COLLECTIVES, COLLECTIVE_INVOICES, COLLECTIVES_OF_INVOICE)

_LOGIN_DETAILS: tuple[tuple[str, ErrorKind], ...] = (
    ("nieprawidłowe wyzwanie", errors.CHALLENGE_REFUSED),
    ("nieprawidłowy czas tokena", errors.TOKEN_TIME_REFUSED),
    ("nieprawidłowe szyfrowanie tokena", errors.TOKEN_ENCRYPTION_REFUSED),
    ("nieprawidłowe kodowanie tokena", errors.TOKEN_MALFORMED),
    ("nieprawidłowy token", errors.TOKEN_UNKNOWN),
    ("token unieważniony", errors.TOKEN_REVOKED),
    ("token nieaktywny", errors.TOKEN_INACTIVE),
    ("token nie może być użyty w kontekście", errors.TOKEN_OTHER_FIRM),
    ("nieważny certyfikat", errors.CERTIFICATE_INVALID),
    ("błąd weryfikacji łańcucha", errors.CERTIFICATE_CHAIN),
    ("niezaufany łańcuch", errors.CERTIFICATE_UNTRUSTED),
    ("certyfikat odwołany", errors.CERTIFICATE_REVOKED),
    ("certyfikat zawieszony", errors.CERTIFICATE_SUSPENDED),
    ("niepoprawny certyfikat", errors.CERTIFICATE_REFUSED),
)
"""How the details of a failed login begin, in lower case (PROTOCOL 2)."""

_BY_LOGIN_STATUS: dict[int, ErrorKind] = {
    415: errors.NO_RIGHTS,
    425: errors.SESSION_REVOKED,
    450: errors.TOKEN_REFUSED,
    460: errors.CERTIFICATE_REFUSED,
    470: errors.HOLDER_DECEASED,
    480: errors.CONTEXT_BLOCKED,
}


class _ApiError(WireStruct):
    code: int | None = None
    description: str | None = None
    details: list[str] | None = None


class _OldDetail(WireStruct):
    exception_code: int | None = None
    exception_description: str | None = None
    details: list[str] | None = None


class _OldException(WireStruct):
    exception_detail_list: list[_OldDetail] | None = None
    service_code: str | None = None
    reference_number: str | None = None


class _Body(WireStruct):
    """Problem details and both old shapes in one: their fields do not collide but for `status`."""

    title: str | None = None
    detail: str | None = None
    status: Any = None
    errors: list[_ApiError] | None = None
    reason_code: str | None = None
    security: dict[str, Any] | None = None
    trace_id: str | None = None
    exception: _OldException | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal as KSeF said it, whatever its shape."""

    status: int
    """HTTP status."""
    codes: tuple[int, ...]
    details: tuple[str, ...]
    """Descriptions and details in the order written."""
    reason: str | None
    trace_id: str | None
    foreign: bool
    """The body is not KSeF's: a page of a proxy, a firewall, a login page."""

    @property
    def cause(self) -> str:
        """One line with KSeF's codes, for the person who looks deeper."""
        parts = [f"HTTP {self.status}", *map(str, self.codes), *((self.reason,) if self.reason else ())]
        text = clean(" ".join(parts) + "".join(f"; {detail}" for detail in self.details))
        return text[:_LONGEST_CAUSE]


def read_problem(status: int, headers: Mapping[str, str], body: bytes) -> Problem:
    """Understand the body of a refusal; never raises."""
    if looks_foreign(headers, body):
        return Problem(status, (), (), None, None, foreign=True)
    try:
        shape = msgspec.json.decode(body, type=_Body)
    except (ValueError, RecursionError):
        text = body[:200].decode(errors="replace")
        return Problem(status, (), (text,) if text else (), None, None, foreign=False)
    old = shape.exception or _OldException()
    return Problem(
        status=status,
        codes=tuple(_codes(shape, old)),
        details=tuple(_details(shape, old)),
        reason=shape.reason_code,
        trace_id=shape.trace_id or old.service_code or old.reference_number,
        foreign=False,
    )


def looks_foreign(headers: Mapping[str, str], body: bytes) -> bool:
    """True for a web page where KSeF would have answered JSON, XML or nothing."""
    return "html" in headers.get("content-type", "").lower() or body[:64].lstrip().lower().startswith(
        (b"<!doctype", b"<html")
    )


def _codes(shape: _Body, old: _OldException) -> Iterator[int]:
    yield from (error.code for error in shape.errors or () if error.code is not None)
    yield from (
        detail.exception_code
        for detail in old.exception_detail_list or ()
        if detail.exception_code is not None
    )


def _details(shape: _Body, old: _OldException) -> Iterator[str]:
    for error in shape.errors or ():
        yield from (error.description or "", *(error.details or ()))
    for detail in old.exception_detail_list or ():
        yield from (detail.exception_description or "", *(detail.details or ()))
    if isinstance(shape.status, dict):  # the old 429
        yield from (str(text) for text in shape.status.get("details") or ())
    if shape.detail:
        yield shape.detail
    if shape.security:
        yield msgspec.json.encode(shape.security).decode()


def error_of_answer(
    status: int, headers: Mapping[str, str], body: bytes, operation: Operation, context: Context
) -> BlinkError:
    """The error that a refusal (HTTP 300 and above) of an operation means for a firm."""
    problem = read_problem(status, headers, body)
    kind = _kind(problem, operation)
    if status == 429:
        wait = _wait(headers, problem.details)
        return errors.AskedToWaitError(
            errors.LIMITS,
            _WAIT_UNTOLD if wait is None else wait,
            firm=context.value,
            cause=problem.cause,
            trace_id=problem.trace_id,
        )
    if kind is errors.SERVER_AWAY and (wait := _wait(headers, ())) is not None:
        return errors.AskedToWaitError(
            errors.SERVER_PAUSED, wait, firm=context.value, cause=problem.cause, trace_id=problem.trace_id
        )
    return BlinkError(kind, firm=context.value, cause=problem.cause, trace_id=problem.trace_id)


def _kind(problem: Problem, operation: Operation) -> ErrorKind:
    if problem.status >= 500:
        return _server_kind(problem.status, operation)
    if problem.foreign or problem.status == 407:
        return errors.PROXY_ANSWERED
    if problem.status < 400:
        return errors.REDIRECTED
    for code in problem.codes:
        if code == _SESSION_REFUSED:
            return _session_kind(problem.details, operation)
        if code in _BY_CODE:
            return _BY_CODE[code]
    return _kind_of_status(problem, operation)


def _server_kind(status: int, operation: Operation) -> ErrorKind:
    if operation is EXPORT:
        return errors.EXPORT_UNCERTAIN
    return errors.SERVER_AWAY if status in (502, 503, 504) else errors.SERVER_FAILED


def _kind_of_status(problem: Problem, operation: Operation) -> ErrorKind:
    match problem.status:
        case 401:
            return errors.SESSION_ENDED
        case 403 if problem.reason == "missing-permissions" and operation in _TELL_GRANTS:
            return errors.GRANTS_HIDDEN
        case 403:
            return _BY_REASON.get(problem.reason or "", errors.ACCESS_DENIED)
        case 404 if operation in _TELL_COLLECTIVES:
            return errors.COLLECTIVES_NOT_OFFERED
        case 404:
            return errors.WRONG_ADDRESS
        case 410 if operation is INVOICE:
            return errors.DOCUMENT_GONE
        case 410 if operation is EXPORT_STATUS:
            return errors.EXPORT_GONE
        case 410 if operation is LOGIN_STATUS:
            return errors.LOGIN_NOT_READY
        case 450:
            return errors.LOGIN_NOT_READY
        case _:
            return errors.REQUEST_REFUSED


def _session_kind(details: tuple[str, ...], operation: Operation) -> ErrorKind:
    """What 21301 means at redeem and refresh: it is told only by its text (PROTOCOL 2)."""
    text = " ".join(details).lower()
    for sign, kind in (
        ("(480)", errors.CONTEXT_BLOCKED),
        ("(425)", errors.SESSION_REVOKED),
        ("unieważniony", errors.TOKEN_REVOKED),
    ):
        if sign in text:
            return kind
    if operation is REDEEM and "już pobrane" not in text:
        return errors.LOGIN_NOT_READY
    return errors.SESSION_ENDED


def error_of_login(status: StatusInfo, context: Context, owner: object) -> BlinkError:
    """The error that the final status of a failed login means; `owner` is whose the token is, if known."""
    kind = _login_kind(status)
    cause = clean(
        f"{status.code} {status.description or ''}" + "".join(f"; {d}" for d in status.details or ())
    )
    values: dict[str, Any] = {"owner": owner} if kind is errors.TOKEN_OTHER_FIRM else {}
    return BlinkError(kind, firm=context.value, cause=cause[:_LONGEST_CAUSE], **values)


def _login_kind(status: StatusInfo) -> ErrorKind:
    for detail in status.details or ():
        for beginning, kind in _LOGIN_DETAILS:
            if detail.strip().lower().startswith(beginning):
                return kind
    if status.code in _BY_LOGIN_STATUS:
        return _BY_LOGIN_STATUS[status.code]
    return errors.SERVER_FAILED if status.code >= 500 else errors.LOGIN_REFUSED


def _wait(headers: Mapping[str, str], details: tuple[str, ...]) -> int | None:
    """Whole seconds to wait: `Retry-After` as seconds or as a date, else what the text says (\"po 30 sekundach\")."""
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return int(told)
    try:
        until, now = parsedate_to_datetime(told), parsedate_to_datetime(headers.get("date", ""))
        return max(0, round((until - now).total_seconds()))
    except (TypeError, ValueError):
        pass
    match = re.search(r"po (\d{1,6}) sekund", " ".join(details))
    return int(match.group(1)) if match else None


_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def error_of_network(
    failure: httpx.HTTPError, operation: Operation, context: Context, proxy: str | None = None
) -> BlinkError:
    """The error that the lack of an answer means; an order that may have arrived is uncertain (PROTOCOL 4).

    `proxy` is the one that the request went through: whatever connects or not is then that one.
    """
    cause = clean(f"{type(failure).__name__}: {failure}")[:_LONGEST_CAUSE]
    kind = _network_kind(failure, operation)
    if proxy is not None and kind in (errors.UNREACHABLE, errors.HOST_UNKNOWN):
        return BlinkError(PROXY_UNREACHABLE, firm=context.value, cause=cause, proxy=proxy_shown(proxy))
    return BlinkError(kind, firm=context.value, cause=cause)


def _network_kind(failure: httpx.HTTPError, operation: Operation) -> ErrorKind:
    if operation is EXPORT and not isinstance(failure, _NEVER_SENT):
        return errors.EXPORT_UNCERTAIN
    if isinstance(failure, httpx.DecodingError):
        return errors.ANSWER_UNREADABLE
    below = list(_chain(failure))
    unsafe = next((error for error in below if isinstance(error, ssl.SSLError)), None)
    if unsafe is not None:
        return kind_of_handshake(unsafe)
    if any(isinstance(error, socket.gaierror) for error in below):
        return errors.HOST_UNKNOWN
    if isinstance(failure, httpx.TimeoutException):
        return errors.TIMED_OUT
    if isinstance(failure, httpx.ProxyError):
        return errors.PROXY_ANSWERED
    return errors.UNREACHABLE if isinstance(failure, httpx.ConnectError) else errors.CONNECTION_LOST


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
