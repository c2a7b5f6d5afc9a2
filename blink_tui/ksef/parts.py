"""Fetching the encrypted parts of a package to disk, checked while they stream (PROTOCOL 4 and 6).

A link carries its own right, so no bearer goes with it, and it is followed only to hosts known as KSeF's.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import httpx

from blink_tui.i18n import N_, Message
from blink_tui.ksef import errors
from blink_tui.ksef.answers import error_of_network
from blink_tui.ksef.operations import Context, Operation
from blink_tui.ksef.proxies import PROXY_UNREACHABLE
from blink_tui.ksef.transport import Transport, is_loopback
from blink_tui.ksef.wire import ExportPart
from blink_tui.model.errors import BlinkError, ErrorKind
from blink_tui.model.modes import open_private
from blink_tui.model.text import clean

_CHUNK = 256 * 1024
"""Bytes written at once, and what a broken connection may lose."""
_PAUSES = (timedelta(seconds=0.5), timedelta(seconds=1.5))
_OWN_DOMAIN = ".ksef.mf.gov.pl"
_PLAIN_HOST = re.compile(r"[a-z0-9.-]+")
"""No other writing systems, no escapes, nothing that two readers of an address may take for different hosts."""
_PASSING = frozenset(
    {errors.UNREACHABLE, PROXY_UNREACHABLE, errors.TIMED_OUT, errors.CONNECTION_LOST, errors.SERVER_AWAY}
)
_PART = Operation("part", "GET", "", "")
"""Names the fetching of a part in errors; no limit counts it."""


def host_is_known(url: str, base: httpx.URL, confirmed: Iterable[str]) -> bool:
    """True when a link of a part may be followed: to KSeF's hosts or one the user confirmed.

    https only, at the usual port or at the environment's own; http where environment and link are both on this machine.
    """
    link, host = _read(url)
    if link.userinfo:
        return False
    if link.scheme == "http":
        return base.scheme == "http" and is_loopback(base.host) and is_loopback(host)
    if link.scheme != "https" or not _PLAIN_HOST.fullmatch(host):
        return False
    if host == base.host:
        return link.port == base.port
    return link.port is None and (host.endswith(_OWN_DOMAIN) or host in set(confirmed))


def _read(url: str) -> tuple[httpx.URL, str]:
    """A link and its host; both empty for what is none."""
    try:
        link = httpx.URL(url)
        return link, link.host  # a name in another writing system may be found unreadable only here
    except (httpx.InvalidURL, ValueError):
        return httpx.URL(), ""


def _host_shown(url: str) -> str | Message:
    """Where a refused link leads, without what follows the host: that carries its right."""
    return clean(_read(url)[1]) or Message(N_("an unreadable address"))


async def download_part(
    transport: Transport, context: Context, part: ExportPart, target: Path, confirmed: Iterable[str] = ()
) -> None:
    """Stream one encrypted part into `target`, whole or not at all.

    Beside it grows `<target>.partial`, from which a later call goes on. A `target` that is already there and right
    is not fetched again. Raises BlinkError: PART_LINK_EXPIRED (ask the export's status for fresh links),
    PART_DAMAGED (what came was thrown away), PART_HOST_REFUSED, PART_NOT_WRITTEN, or what the network may cause.
    """
    if not host_is_known(part.url, transport.base, confirmed):
        raise BlinkError(errors.PART_HOST_REFUSED, firm=context.value, host=_host_shown(part.url))
    try:
        if not await asyncio.to_thread(_is_whole, target, part):
            await _Download(transport, context, part, target).run()
    except OSError as error:
        raise BlinkError(errors.PART_NOT_WRITTEN, firm=context.value, cause=str(error)) from error


def _is_whole(target: Path, part: ExportPart) -> bool:
    if not target.exists() or target.stat().st_size != part.encrypted_size:
        return False
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest() == part.encrypted_sha256


class _Download:
    """One part on its way: how many bytes are there, and their hash so far."""

    def __init__(self, transport: Transport, context: Context, part: ExportPart, target: Path) -> None:
        self._transport = transport
        self._context = context
        self._part = part
        self._target = target
        self._partial = target.with_name(f"{target.name}.partial")
        self._size = 0
        self._hash = hashlib.sha256()

    async def run(self) -> None:
        await asyncio.to_thread(self._take_up)
        for pause in _PAUSES:
            try:
                await self._stream()
                break
            except BlinkError as error:
                if error.kind not in _PASSING:
                    raise
            await self._transport.pause(pause)
        else:
            await self._stream()
        await asyncio.to_thread(self._finish)

    def _take_up(self) -> None:
        """Go on from what an earlier call left, unless that cannot be this part."""
        if not self._partial.exists():
            return
        if self._partial.stat().st_size > self._part.encrypted_size:
            self._partial.unlink()
            return
        with self._partial.open("rb") as file:
            while chunk := file.read(_CHUNK):
                self._hash.update(chunk)
                self._size += len(chunk)

    async def _stream(self) -> None:
        if self._size == self._part.encrypted_size:
            return
        headers = {"Accept-Encoding": "identity"}
        if self._size:
            headers["Range"] = f"bytes={self._size}-"
        request = self._transport.http.build_request("GET", self._part.url, headers=headers)
        try:
            response = await self._transport.http.send(request, stream=True)
            try:
                self._check_status(response)
                if not self._continues(response):
                    await asyncio.to_thread(self._start_again)
                with self._open() as file:  # here, not in a thread: one that is cancelled would leave it open
                    async for chunk in response.aiter_raw(_CHUNK):
                        await asyncio.to_thread(self._append, file, chunk)
            finally:
                await response.aclose()
        except httpx.HTTPError as failure:
            proxy = self._transport.proxy_of(request.url)
            raise error_of_network(failure, _PART, self._context, proxy) from failure
        if self._size < self._part.encrypted_size:
            raise self._error(errors.CONNECTION_LOST, f"{self._size} of {self._part.encrypted_size} bytes")

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in (200, 206):
            return
        kind = errors.SERVER_FAILED
        if status in (403, 404, 410):
            kind = errors.PART_LINK_EXPIRED
        elif status in (502, 503, 504):
            kind = errors.SERVER_AWAY
        elif 300 <= status < 400:
            kind = errors.REDIRECTED
        elif status == 416:
            self._start_again()
            kind = errors.CONNECTION_LOST
        raise self._error(kind, f"HTTP {status}, part {self._part.ordinal}")

    def _continues(self, response: httpx.Response) -> bool:
        if response.status_code != 206:
            return False
        told = response.headers.get("content-range", "")
        if told.startswith(f"bytes {self._size}-"):
            return True
        raise self._damaged(f"asked from byte {self._size}, got {told[:60]}")

    def _start_again(self) -> None:
        self._partial.unlink(missing_ok=True)
        self._size = 0
        self._hash = hashlib.sha256()

    def _open(self) -> BinaryIO:
        return os.fdopen(open_private(self._partial, os.O_WRONLY | os.O_APPEND | os.O_CREAT), "ab")

    def _append(self, file: BinaryIO, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._part.encrypted_size:
            raise self._damaged(f"more than {self._part.encrypted_size} bytes")
        self._hash.update(chunk)
        file.write(chunk)

    def _finish(self) -> None:
        if self._hash.digest() != self._part.encrypted_sha256:
            raise self._damaged("hash of the encrypted part")
        self._partial.replace(self._target)

    def _damaged(self, what: str) -> BlinkError:
        self._start_again()
        return self._error(errors.PART_DAMAGED, f"part {self._part.ordinal}: {what}")

    def _error(self, kind: ErrorKind, cause: str) -> BlinkError:
        return BlinkError(kind, firm=self._context.value, cause=cause)
