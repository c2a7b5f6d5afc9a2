"""A firm's access to KSeF, kept alive: refreshed before it ends, logged in anew where that may help."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, TypeVar

from blink_tui.ksef import errors, stored_login
from blink_tui.ksef.auth import LOGIN_AGAIN, Login, Tokens, renewed
from blink_tui.ksef.operations import LOGOUT, Operation
from blink_tui.ksef.transport import Answer, Transport
from blink_tui.model.clock import Clock
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret

_T = TypeVar("_T")

_LONGEST_WAIT = 60
"""Seconds that a list of many pages waits for its limits: the minute's window. A longer wait is the schedule's."""
_LACKING_RIGHTS = (errors.MISSING_PERMISSION, errors.GRANTS_HIDDEN)


class Access:
    """Sends the calls of one login.

    Every call raises BlinkError with a kind of `ksef.errors`; AskedToWaitError when KSeF's limits refuse.
    """

    def __init__(self, transport: Transport, login: Login, tokens: Tokens) -> None:
        self.context = login.context
        self._transport = transport
        self._login = login
        self._tokens = tokens
        self._renewing = asyncio.Lock()
        self._rights_are_new = False

    @property
    def clock(self) -> Clock:
        """What tells the time here."""
        return self._transport.clock

    def server_now(self) -> datetime:
        """The present by KSeF's clock, as far as the login told it."""
        return self.clock.now() + self._tokens.ahead

    def refresh_secret(self) -> Secret:
        """The login for the vault, so that `KsefClient.resume` needs no new one; changes only with a new login."""
        return stored_login.to_secret(self._tokens, self._login)

    async def renew(self) -> None:
        """Make sure of an access that outlives the next request."""
        await self._fresh_tokens()

    async def logout(self) -> None:
        """End the session in KSeF, stored or not; one that has ended already is no error."""
        try:
            await self._transport.call(LOGOUT, self.context, bearer=self._tokens.refresh.token)
        except BlinkError as error:
            if error.kind not in LOGIN_AGAIN:
                raise

    async def fetch(self, result: type[_T], operation: Operation, *values: str, **request: Any) -> _T:
        """The decoded answer of an operation; `request` is as in `Transport.call`."""
        answer = await self.call(operation, *values, **request)
        return self._transport.decoded(result, answer, operation, self.context)

    async def fetch_patiently(
        self, result: type[_T], operation: Operation, *values: str, **request: Any
    ) -> _T:
        """As `fetch`, for a page of a long list: limits that end within a minute are waited out, once."""
        try:
            return await self.fetch(result, operation, *values, **request)
        except errors.AskedToWaitError as refusal:
            if refusal.retry_after > _LONGEST_WAIT:
                raise
            await self.clock.sleep(refusal.retry_after)
        return await self.fetch(result, operation, *values, **request)

    async def call(self, operation: Operation, *values: str, **request: Any) -> Answer:
        """The answer of an operation, sent again after one new login where the access was refused.

        Rights granted after a login are not in it (PROTOCOL 2), so lacking rights cause a new login, too: one.
        """
        tokens = await self._fresh_tokens()
        try:
            return await self._sent(tokens, operation, *values, **request)
        except BlinkError as error:
            lacking = error.kind in _LACKING_RIGHTS
            if error.kind is not errors.SESSION_ENDED and not lacking:
                raise
            newer = await self._logged_in_again(tokens, lacking_rights=lacking)
            if newer is tokens:
                raise
        return await self._sent(newer, operation, *values, **request)

    async def _sent(self, tokens: Tokens, operation: Operation, *values: str, **request: Any) -> Answer:
        bearer = tokens.access.token
        return await self._transport.call(operation, self.context, *values, bearer=bearer, **request)

    async def _fresh_tokens(self) -> Tokens:
        """Tokens whose access outlives the next request, refreshed or logged in anew where needed."""
        async with self._renewing:
            if not self._tokens.access_is_fresh(self.clock.now()):
                self._tokens = await renewed(self._transport, self._login, self._tokens)
            return self._tokens

    async def _logged_in_again(self, refused: Tokens, *, lacking_rights: bool) -> Tokens:
        """New tokens in place of refused ones; several calls refused at once log in once.

        The refused ones themselves when they lack rights that a new login has already failed to bring.
        """
        async with self._renewing:
            if self._tokens is refused and not (lacking_rights and self._rights_are_new):
                self._tokens = await self._login.log_in()
                self._rights_are_new = self._rights_are_new or lacking_rights
            return self._tokens
