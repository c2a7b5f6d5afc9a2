"""A login that survives a restart: its refresh token as one secret for the vault, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from blink_tui.ksef.auth import Bearer, Login, Tokens
from blink_tui.model.secret import Secret

_ENDED = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)


class _Stored(msgspec.Struct):
    refresh: str
    until: Annotated[datetime, msgspec.Meta(tz=True)]
    ahead_s: float
    context: tuple[str, str]
    login: str

    def __repr__(self) -> str:
        return "***"


def to_secret(tokens: Tokens, login: Login) -> Secret:
    """The refresh token with its end, and with what it was got for; the access token is not worth keeping."""
    stored = _Stored(
        refresh=tokens.refresh.token.reveal_text(),
        until=tokens.refresh.until,
        ahead_s=tokens.ahead.total_seconds(),
        context=login.context,
        login=login.identity,
    )
    return Secret(msgspec.json.encode(stored))


def holder_of(stored: Secret) -> str | None:
    """Whose login it is (`auth.identity_of`); None for one of another version of the program."""
    try:
        return msgspec.json.decode(stored.reveal(), type=_Stored).login
    except ValueError:
        return None


def from_secret(stored: Secret, login: Login) -> Tokens | None:
    """Tokens whose access has ended, to be refreshed; None when they are another context's or credential's."""
    try:
        held = msgspec.json.decode(stored.reveal(), type=_Stored)
    except ValueError:  # of another version of the program: a new login costs less than an error
        return None
    if held.context != tuple(login.context) or held.login != login.identity:
        return None
    refresh = Bearer(Secret(held.refresh), held.until)
    return Tokens(Bearer(Secret(""), _ENDED), refresh, timedelta(seconds=held.ahead_s))
