"""What stands between a bearer token and an operation: every reason of a 403 before the work (PROTOCOL 2)."""

from __future__ import annotations

from uuid import uuid4

from blink_tui.sandbox.calls import Operation
from blink_tui.sandbox.errors import forbidden
from blink_tui.sandbox.people import People
from blink_tui.sandbox.sessions import Bearer, BearerKind


def admit(operation: Operation, bearer: Bearer, client_ip: str, people: People) -> None:
    """Let a bearer pass to an operation. Raises ApiError 403 with its reason code."""
    session = bearer.operation
    if client_ip in people.suspects:
        raise forbidden(
            "security-service-blocked",
            "Żądanie zostało zablokowane przez mechanizmy bezpieczeństwa.",
            incidentId=str(uuid4()),
            clientIp=client_ip,
        )
    if bearer.kind is BearerKind.ACCESS and not session.policy.admits(client_ip):
        raise forbidden(
            "ip-not-allowed",
            "Żądanie pochodzi z adresu IP innego niż wskazany podczas uwierzytelnienia.",
            clientIp=client_ip,
        )
    if operation.signature_only and session.token is not None:
        raise forbidden(
            "auth-method-not-allowed",
            "Ta operacja nie jest dostępna dla użytej metody uwierzytelnienia.",
            authenticationMethodCategory=session.method.category,
        )
    if operation.contexts and session.context[0] not in operation.contexts:
        raise forbidden(
            "context-type-not-allowed",
            "Operacja nie jest dostępna dla uwierzytelnionego typu kontekstu.",
            contextIdentifierType=session.context[0],
        )
    if operation.permissions and not set(operation.permissions) & set(bearer.permissions):
        raise forbidden(
            "missing-permissions",
            "Brak wymaganych uprawnień do wykonania operacji w bieżącym kontekście.",
            requiredAnyOfPermissions=list(operation.permissions),
            presentPermissions=list(bearer.permissions),
        )
