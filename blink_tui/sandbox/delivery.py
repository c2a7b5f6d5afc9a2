"""Sending an answer, or what faults of the line leave of it."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from starlette.types import Receive, Send

from blink_tui.sandbox.calls import Reply
from blink_tui.sandbox.faults import Fault

_CHUNK = 1 << 20

NO_ANSWER = Reply(0)
"""The caller hears nothing."""

Lines = MutableMapping[Any, asyncio.Transport]
"""Open connections by the caller's address and port."""


async def send_reply(reply: Reply, warning: str | None, send: Send) -> None:
    """Send an answer, a large body in pieces so that only what the socket takes is held."""
    await _start(reply, warning, send)
    body = reply.body
    if len(body) <= _CHUNK:
        await send({"type": "http.response.body", "body": body})
        return
    view = memoryview(body)
    for place in range(0, len(view), _CHUNK):
        rest = place + _CHUNK < len(view)
        await send(_piece(bytes(view[place : place + _CHUNK]), rest))


async def send_broken(
    reply: Reply, warning: str | None, fault: Fault, line: asyncio.Transport, receive: Receive, send: Send
) -> None:
    """Send what a fault of the line leaves of an answer."""
    if fault.do == "delay":
        if not await _hung_up(receive, fault.seconds):
            await send_reply(reply, warning, send)
    elif fault.do == "slow":
        await _start(reply, warning, send)
        await _slowly(reply.body, fault, send)
    else:
        if fault.do == "half-body":
            await _start(reply, warning, send)
            await send(_piece(reply.body[: len(reply.body) // 2], more=True))
            line.close()
        elif fault.do == "drop":
            line.abort()
        await _hung_up(receive)


async def _start(reply: Reply, warning: str | None, send: Send) -> None:
    headers = [(b"content-length", str(len(reply.body)).encode())]
    if reply.body:
        headers.append((b"content-type", reply.media_type.encode()))
    headers += [(name.lower().encode(), value.encode()) for name, value in reply.headers.items()]
    if warning is not None:
        headers.append((b"x-system-warning", warning.encode("latin-1")))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


def _piece(data: bytes, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def _slowly(body: bytes, fault: Fault, send: Send) -> None:
    size = max(-(-len(body) // fault.pieces), 1)
    pause = (fault.seconds or 0) / fault.pieces
    for place in range(0, max(len(body), 1), size):
        await asyncio.sleep(pause)
        await send(_piece(body[place : place + size], place + size < len(body)))


async def _hung_up(receive: Receive, seconds: float | None = None) -> bool:
    """Wait until the caller is gone; False when he is still there after so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True
