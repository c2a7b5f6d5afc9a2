from __future__ import annotations

import ssl

import httpx
import pytest

from blink_tui.i18n import set_language
from blink_tui.ksef import certificate_errors, errors
from blink_tui.ksef.answers import error_of_answer, error_of_login, error_of_network, read_problem
from blink_tui.ksef.handshake import TLS_DATE, TLS_FAILED, TLS_ISSUER, TLS_NAME
from blink_tui.ksef.operations import (
    CERTIFICATE_LOGIN,
    CHALLENGE,
    ENTITY_GRANTS,
    EXPORT,
    EXPORT_STATUS,
    INVOICE,
    LOGIN_STATUS,
    METADATA,
    REDEEM,
    REFRESH,
    TOKEN_LOGIN,
    UNIT_ROLES,
    Context,
    Operation,
)
from blink_tui.ksef.proxies import PROXY_UNREACHABLE, proxy_of
from blink_tui.ksef.wire import StatusInfo
from blink_tui.model.errors import ErrorKind, ExitCode
from tests.ksef.old_server import NIP, old_error
from tests.ksef.peer import Reply

FIRM = Context("Nip", NIP)
REFUSED, LIMITS, AWAY = ExitCode.CREDENTIAL_REFUSED, ExitCode.LIMITS_EXHAUSTED, ExitCode.KSEF_UNAVAILABLE
HTML = {"content-type": "text/html"}


def problem(code: int, *details: str, description: str = "Błąd.") -> Reply:
    errors_ = [{"code": code, "description": description, "details": list(details)}]
    return Reply(400, {"title": "Bad Request", "status": 400, "errors": errors_, "traceId": "trace-1"})


def forbidden(reason: str) -> Reply:
    return Reply(403, {"title": "Forbidden", "status": 403, "detail": "Brak.", "reasonCode": reason})


@pytest.mark.parametrize(
    ("operation", "reply", "kind", "exit_code"),
    [
        (TOKEN_LOGIN, problem(21111), errors.CHALLENGE_REFUSED, AWAY),
        (TOKEN_LOGIN, problem(21115), errors.CERTIFICATE_REFUSED, REFUSED),
        (TOKEN_LOGIN, problem(21117), errors.SUBJECT_IMPOSSIBLE, REFUSED),
        (TOKEN_LOGIN, problem(21406), errors.SIGNATURE_REFUSED, REFUSED),
        (TOKEN_LOGIN, problem(9101), errors.SIGNATURE_REFUSED, REFUSED),
        (TOKEN_LOGIN, problem(9105), errors.SIGNATURE_REFUSED, REFUSED),
        (CERTIFICATE_LOGIN, problem(21115), errors.CERTIFICATE_REFUSED, REFUSED),
        (CERTIFICATE_LOGIN, problem(21117), errors.SUBJECT_IMPOSSIBLE, REFUSED),
        (CERTIFICATE_LOGIN, problem(21401), errors.LOGIN_FORM_REFUSED, ExitCode.FAILED),
        (CERTIFICATE_LOGIN, problem(21406), errors.SIGNATURE_REFUSED, REFUSED),
        (CERTIFICATE_LOGIN, problem(9101), errors.SIGNATURE_REFUSED, REFUSED),
        (CERTIFICATE_LOGIN, problem(9102), errors.SIGNATURE_REFUSED, REFUSED),
        (CERTIFICATE_LOGIN, problem(9103), errors.SIGNATURE_REFUSED, REFUSED),
        (CERTIFICATE_LOGIN, problem(9104), errors.SIGNATURE_REFUSED, REFUSED),
        (CERTIFICATE_LOGIN, problem(9105), errors.SIGNATURE_REFUSED, REFUSED),
        (CERTIFICATE_LOGIN, old_error(400, 9105, "Nieprawidłowy podpis."), errors.SIGNATURE_REFUSED, REFUSED),
        (TOKEN_LOGIN, problem(21470), errors.KEY_UNKNOWN, AWAY),
        (EXPORT, problem(21470), errors.KEY_UNKNOWN, AWAY),
        (EXPORT, problem(21181), errors.ROLE_IMPOSSIBLE, ExitCode.FAILED),
        (EXPORT, problem(21182), errors.EXPORTS_RUNNING, LIMITS),
        (EXPORT, problem(21405), errors.REQUEST_REFUSED, ExitCode.FAILED),
        (METADATA, problem(21183), errors.NOTHING_NEW, ExitCode.DONE),
        (METADATA, problem(99999), errors.REQUEST_REFUSED, ExitCode.FAILED),
        (INVOICE, problem(21164), errors.DOCUMENT_UNKNOWN, ExitCode.FAILED),
        (INVOICE, problem(21165), errors.DOCUMENT_NOT_YET, AWAY),
        (EXPORT_STATUS, problem(21175), errors.EXPORT_UNKNOWN, ExitCode.FAILED),
        (REFRESH, problem(21304), errors.SESSION_ENDED, REFUSED),
        (REFRESH, problem(21308), errors.HOLDER_DECEASED, REFUSED),
        (REFRESH, problem(21301, "Token KSeF został unieważniony."), errors.TOKEN_REVOKED, REFUSED),
        (
            REFRESH,
            problem(21301, "Status uwierzytelniania (425) nie pozwala"),
            errors.SESSION_REVOKED,
            REFUSED,
        ),
        (
            REFRESH,
            problem(21301, "Status uwierzytelniania (480) nie pozwala"),
            errors.CONTEXT_BLOCKED,
            REFUSED,
        ),
        (REFRESH, problem(21301), errors.SESSION_ENDED, REFUSED),
        (REDEEM, problem(21301, "Status uwierzytelniania (100) nie pozwala"), errors.LOGIN_NOT_READY, AWAY),
        (REDEEM, problem(21301, "Tokeny … zostały już pobrane."), errors.SESSION_ENDED, REFUSED),
        (REDEEM, Reply(450), errors.LOGIN_NOT_READY, AWAY),
        (METADATA, old_error(400, 21183, "Zakres"), errors.NOTHING_NEW, ExitCode.DONE),
        (EXPORT, old_error(400, 21182, "Limit"), errors.EXPORTS_RUNNING, LIMITS),
        (
            REFRESH,
            old_error(400, 21301, "x", "Token KSeF został unieważniony."),
            errors.TOKEN_REVOKED,
            REFUSED,
        ),
        (METADATA, Reply(401), errors.SESSION_ENDED, REFUSED),
        (METADATA, Reply(401, {"title": "Unauthorized", "detail": "…"}), errors.SESSION_ENDED, REFUSED),
        (METADATA, forbidden("missing-permissions"), errors.MISSING_PERMISSION, REFUSED),
        (ENTITY_GRANTS, forbidden("missing-permissions"), errors.GRANTS_HIDDEN, REFUSED),
        (UNIT_ROLES, forbidden("ip-not-allowed"), errors.IP_NOT_ALLOWED, REFUSED),
        (METADATA, forbidden("ip-not-allowed"), errors.IP_NOT_ALLOWED, REFUSED),
        (METADATA, forbidden("insufficient-resource-access"), errors.RESOURCE_NOT_ALLOWED, REFUSED),
        (METADATA, forbidden("auth-method-not-allowed"), errors.METHOD_NOT_ALLOWED, REFUSED),
        (METADATA, forbidden("security-service-blocked"), errors.SECURITY_BLOCKED, REFUSED),
        (METADATA, forbidden("context-type-not-allowed"), errors.CONTEXT_TYPE_NOT_ALLOWED, REFUSED),
        (METADATA, forbidden("something-of-2027"), errors.ACCESS_DENIED, REFUSED),
        (METADATA, Reply(403), errors.ACCESS_DENIED, REFUSED),
        (METADATA, Reply(403, b"<html>blocked by policy", HTML), errors.PROXY_ANSWERED, AWAY),
        (METADATA, Reply(407), errors.PROXY_ANSWERED, AWAY),
        (CHALLENGE, Reply(302), errors.REDIRECTED, AWAY),
        (CHALLENGE, Reply(404), errors.WRONG_ADDRESS, ExitCode.FAILED),
        (CHALLENGE, Reply(404, b"  <!DOCTYPE html>", {}), errors.PROXY_ANSWERED, AWAY),
        (INVOICE, Reply(410), errors.DOCUMENT_GONE, ExitCode.FAILED),
        (EXPORT_STATUS, Reply(410, {"title": "Gone", "status": 410}), errors.EXPORT_GONE, ExitCode.FAILED),
        (LOGIN_STATUS, Reply(410), errors.LOGIN_NOT_READY, AWAY),
        (METADATA, Reply(418), errors.REQUEST_REFUSED, ExitCode.FAILED),
        (METADATA, Reply(500), errors.SERVER_FAILED, AWAY),
        (METADATA, Reply(502, b"<html>", HTML), errors.SERVER_AWAY, AWAY),
        (METADATA, Reply(503, b"", {"retry-after": "90"}), errors.SERVER_PAUSED, AWAY),
        (EXPORT, Reply(500), errors.EXPORT_UNCERTAIN, AWAY),
        (EXPORT, Reply(502, b"<html>", HTML), errors.EXPORT_UNCERTAIN, AWAY),
        (EXPORT, Reply(429), errors.LIMITS, LIMITS),
        (EXPORT, Reply(400, b"\xff{"), errors.REQUEST_REFUSED, ExitCode.FAILED),
        (EXPORT, Reply(400, {"errors": "not a list"}), errors.REQUEST_REFUSED, ExitCode.FAILED),
    ],
)
def test_what_a_refusal_means(
    operation: Operation, reply: Reply, kind: ErrorKind, exit_code: ExitCode
) -> None:
    error = error_of_answer(reply.status, reply.headers, reply.content(), operation, FIRM)
    assert error.kind is kind
    assert error.kind.exit_code is exit_code
    assert error.cause is not None
    assert str(reply.status) in error.cause


@pytest.mark.parametrize(
    ("code", "detail", "kind"),
    [
        (415, "Brak przypisanych uprawnień", errors.NO_RIGHTS),
        (425, "Uwierzytelnienie i powiązane refresh tokeny zostały unieważnione", errors.SESSION_REVOKED),
        (450, "Nieprawidłowe wyzwanie autoryzacyjne", errors.CHALLENGE_REFUSED),
        (450, "Nieprawidłowy token", errors.TOKEN_UNKNOWN),
        (450, "Nieprawidłowy czas tokena", errors.TOKEN_TIME_REFUSED),
        (450, "Token unieważniony.", errors.TOKEN_REVOKED),
        (450, "Token nieaktywny", errors.TOKEN_INACTIVE),
        (450, "Nieprawidłowe szyfrowanie tokena", errors.TOKEN_ENCRYPTION_REFUSED),
        (450, "Nieprawidłowe kodowanie tokena.", errors.TOKEN_MALFORMED),
        (450, "Token nie może być użyty w kontekście Nip: 1111111111.", errors.TOKEN_OTHER_FIRM),
        (450, "Coś nowego", errors.TOKEN_REFUSED),
        (460, "Nieważny certyfikat", errors.CERTIFICATE_INVALID),
        (460, "Błąd weryfikacji łańcucha certyfikatów", errors.CERTIFICATE_CHAIN),
        (460, "Niezaufany łańcuch certyfikatów", errors.CERTIFICATE_UNTRUSTED),
        (460, "Certyfikat odwołany", errors.CERTIFICATE_REVOKED),
        (460, "Certyfikat zawieszony", errors.CERTIFICATE_SUSPENDED),
        (460, "Niepoprawny certyfikat", errors.CERTIFICATE_REFUSED),
        (400, "Nieważny certyfikat.", errors.CERTIFICATE_INVALID),
        (460, "Coś nowego", errors.CERTIFICATE_REFUSED),
        (470, "Próba wykorzystania metod autoryzacyjnych osoby zmarłej", errors.HOLDER_DECEASED),
        (480, "Podejrzenie incydentu bezpieczeństwa.", errors.CONTEXT_BLOCKED),
        (500, "", errors.SERVER_FAILED),
        (550, "Spróbuj ponownie", errors.SERVER_FAILED),
        (499, "Coś nowego", errors.LOGIN_REFUSED),
    ],
)
def test_why_a_login_failed(code: int, detail: str, kind: ErrorKind) -> None:
    error = error_of_login(StatusInfo(code, "Niepowodzenie", [detail]), FIRM, "1111111111")
    assert error.kind is kind
    assert error.cause == f"{code} Niepowodzenie; {detail}"
    assert error.firm == NIP


def test_every_sentence_can_be_said_and_names_the_firm_where_it_is_about_one() -> None:
    set_language("en")
    try:
        kinds = [kind for kind in vars(errors).values() if isinstance(kind, ErrorKind)]
        of_certificates = [kind for kind in vars(certificate_errors).values() if isinstance(kind, ErrorKind)]
        values = {
            "owner": "1111111111",
            "seconds": 30,
            "host": "example.com",
            "address": "http://example.com",
        }
        said = [kind.text.format(firm=NIP, **values) for kind in kinds]
    finally:
        set_language("pl")
    nameless = {"insecure-address", "package-damaged", "package-unsafe", "latarnia-silent"}
    assert {kind.code for kind, text in zip(kinds, said, strict=True) if NIP not in text} == nameless
    assert not any("{firm}" in kind.text for kind in of_certificates)  # one certificate serves many firms
    assert len({kind.code for kind in (*kinds, *of_certificates)}) == len(kinds) + len(of_certificates)
    assert all(
        text.endswith(".") or ": blink " in text for text in said
    )  # a command is copied without a full stop


@pytest.mark.parametrize(
    ("headers", "body", "wait"),
    [
        ({"retry-after": "2680"}, b"", 2680),
        ({"retry-after": "0"}, b"", 0),
        (
            {"retry-after": "Thu, 14 May 2026 12:01:30 GMT", "date": "Thu, 14 May 2026 12:00:00 GMT"},
            b"",
            90,
        ),
        ({}, '{"detail": "Przekroczono limit. Spróbuj ponownie po 30 sekundach."}'.encode(), 30),
        ({}, b'{"status": {"code": 429, "details": ["Spr\xc3\xb3buj ponownie po 31 sekundach."]}}', 31),
        ({"retry-after": "soon"}, b"", 60),
        ({}, b'{"status": {"code": 429, "details": null}}', 60),
    ],
)
def test_how_long_limits_ask_to_wait(headers: dict[str, str], body: bytes, wait: int) -> None:
    error = error_of_answer(429, headers, body, METADATA, FIRM)
    assert isinstance(error, errors.AskedToWaitError)
    assert error.retry_after == wait
    assert error.kind is errors.LIMITS


def test_a_problem_tells_codes_reason_and_trace() -> None:
    reply = problem(21405, "Zły zakres.\u202e", description="Błąd walidacji.")
    told = read_problem(400, {}, reply.content())
    assert told.codes == (21405,)
    assert told.trace_id == "trace-1"
    assert told.cause == "HTTP 400 21405; Błąd walidacji.; Zły zakres."
    old = read_problem(400, {}, old_error(400, 21405, "Błąd.", "x").content())
    assert (old.codes, old.details, old.trace_id) == ((21405,), ("Błąd.", "x"), "00-trace-00")


def test_missing_permissions_are_in_the_cause() -> None:
    body = {"reasonCode": "missing-permissions", "security": {"requiredAnyOfPermissions": ["InvoiceRead"]}}
    error = error_of_answer(403, {}, Reply(403, body).content(), METADATA, FIRM)
    assert error.cause is not None
    assert "InvoiceRead" in error.cause


def test_a_proxy_that_refuses_is_not_ksef() -> None:
    error = error_of_network(httpx.ProxyError("403 Forbidden"), METADATA, FIRM)
    assert error.kind is errors.PROXY_ANSWERED
    assert error.cause == "ProxyError: 403 Forbidden"


def test_what_does_not_answer_is_the_proxy_where_there_is_one() -> None:
    failure = httpx.ConnectError("refused")
    assert error_of_network(failure, METADATA, FIRM).kind is errors.UNREACHABLE
    error = error_of_network(failure, METADATA, FIRM, "http://anna:secret@proxy.test:3128/")
    assert error.kind is PROXY_UNREACHABLE
    assert error.kind.exit_code is ExitCode.KSEF_UNAVAILABLE
    assert "http://proxy.test:3128 " in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("code", "kind"),
    [(9, TLS_DATE), (10, TLS_DATE), (18, TLS_ISSUER), (20, TLS_ISSUER), (62, TLS_NAME), (1, TLS_FAILED)],
)
def test_an_unsafe_connection_says_why(code: int, kind: ErrorKind) -> None:
    unsafe = ssl.SSLCertVerificationError(1, "certificate verify failed")
    unsafe.verify_code = code
    failure = httpx.ConnectError("tls")
    failure.__cause__ = unsafe
    assert error_of_network(failure, METADATA, FIRM, "http://proxy.test:3128").kind is kind


def test_proxies_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    api = httpx.URL("https://ksef.test/v2")
    assert proxy_of(api) is None
    monkeypatch.setenv("ALL_PROXY", "http://all.test:1")
    assert proxy_of(api) == "http://all.test:1"
    monkeypatch.setenv("HTTPS_PROXY", "http://https.test:2")
    assert proxy_of(api) == "http://https.test:2"
    monkeypatch.setenv("NO_PROXY", "ksef.test")
    assert proxy_of(api) is None
