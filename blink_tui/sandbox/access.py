"""Every operation about who may do what: sessions, tokens, certificates, permissions, test subjects."""

from __future__ import annotations

from blink_tui.sandbox import (
    auth,
    certificate_operations,
    granting,
    permission_queries,
    testdata,
    token_operations,
)
from blink_tui.sandbox.calls import Operation
from blink_tui.sandbox.sessions import BearerKind
from blink_tui.sandbox.xades_login import xades_login

_ACCESS = frozenset({BearerKind.ACCESS})
_AUTHENTICATION = frozenset({BearerKind.AUTHENTICATION})
_REFRESH = frozenset({BearerKind.REFRESH})

_LOGINS = (
    Operation("POST", "/auth/xades-signature", xades_login, "anonymous"),
    Operation("GET", "/auth/sessions", auth.list_sessions, "other", _ACCESS),
    Operation("DELETE", "/auth/sessions/current", auth.logout, "other", _ACCESS | _REFRESH),
    Operation("DELETE", "/auth/sessions/{reference}", auth.end_session, "other", _ACCESS),
    # After all other paths below /auth: it takes every one of them.
    Operation("GET", "/auth/{reference}", auth.login_status, "anonymous", _AUTHENTICATION),
)

_TOKENS = (
    Operation("GET", "/tokens", token_operations.list_tokens, "other", _ACCESS),
    Operation("GET", "/tokens/{reference}", token_operations.token_status, "other", _ACCESS),
    Operation("POST", "/tokens", token_operations.generate_token, "other", _ACCESS, signature_only=True),
    Operation("DELETE", "/tokens/{reference}", token_operations.revoke_token, "other", _ACCESS),
)

_CERTIFICATES = (
    Operation("GET", "/certificates/limits", certificate_operations.certificate_limits, "other", _ACCESS),
    Operation(
        "GET", "/certificates/enrollments/data", certificate_operations.enrollment_data, "other", _ACCESS
    ),
    Operation("POST", "/certificates/enrollments", certificate_operations.enroll, "other", _ACCESS),
    Operation(
        "GET",
        "/certificates/enrollments/{reference}",
        certificate_operations.enrollment_status,
        "other",
        _ACCESS,
    ),
    Operation(
        "POST", "/certificates/retrieve", certificate_operations.retrieve_certificates, "other", _ACCESS
    ),
    Operation("POST", "/certificates/query", certificate_operations.query_certificates, "other", _ACCESS),
    Operation(
        "POST",
        "/certificates/{serial}/revoke",
        certificate_operations.revoke_certificate,
        "other",
        _ACCESS,
        signature_only=True,
    ),
    Operation(
        "PUT", "/testdata/certificates/{serial}", certificate_operations.change_certificate, "other", _ACCESS
    ),
)

OPERATIONS = (
    *_LOGINS,
    *_TOKENS,
    *_CERTIFICATES,
    *permission_queries.OPERATIONS,
    *granting.OPERATIONS,
    *testdata.OPERATIONS,
)
