"""Latarnia, the Ministry's public word on how KSeF is, under a prefix of its own (PROTOCOL 1).

Its messages have the fields that open clients of the real one read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from blink_tui.sandbox.calls import CONTROL, UNLIMITED, Call, Operation, Reply, json_reply
from blink_tui.sandbox.clock import text_of
from blink_tui.sandbox.wire import decode

PREFIX = "/latarnia"

Condition = Literal["AVAILABLE", "MAINTENANCE", "FAILURE", "TOTAL_FAILURE"]

_TYPES = {
    "MAINTENANCE": "MAINTENANCE_ANNOUNCEMENT",
    "FAILURE": "FAILURE_START",
    "TOTAL_FAILURE": "FAILURE_START",
}


class ConditionOrder(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /_sandbox/latarnia`: how KSeF shall be said to be, with a message unless it is available."""

    status: Condition
    title: str = "Komunikat piaskownicy"
    text: str = "Treść komunikatu."
    start: str | None = None
    """Instant; None is now."""
    end: str | None = None


@dataclass(slots=True)
class SystemStatus:
    """What Latarnia tells."""

    status: Condition = "AVAILABLE"
    messages: list[dict[str, Any]] = field(default_factory=list)
    """Every message published, newest first."""

    def change(self, order: ConditionOrder, now: int) -> None:
        """Publish another condition; the end of a failure is a message, too."""
        ended = order.status == "AVAILABLE" and self.status in ("FAILURE", "TOTAL_FAILURE")
        if order.status != "AVAILABLE" or ended:
            category = self.status if ended else order.status
            self.messages.insert(
                0,
                {
                    "id": f"{len(self.messages) + 1:04d}",
                    "eventId": len(self.messages) + 1,
                    "category": category,
                    "type": "FAILURE_END" if ended else _TYPES[category],
                    "title": order.title,
                    "text": order.text,
                    "start": order.start or text_of(now),
                    "end": order.end,
                    "version": 1,
                    "published": text_of(now),
                },
            )
        self.status = order.status


async def latarnia_status(call: Call) -> Reply:
    """`GET /status`: the condition, with its message where there is one."""
    status = call.sandbox.status
    told: dict[str, Any] = {"status": status.status}
    if status.status != "AVAILABLE":
        told["messages"] = status.messages[:1]
    return json_reply(told)


async def latarnia_messages(call: Call) -> Reply:
    """`GET /messages`: everything published, newest first."""
    return json_reply(call.sandbox.status.messages)


async def change_condition(call: Call) -> Reply:
    """`POST /_sandbox/latarnia`."""
    call.sandbox.status.change(decode(call.body, ConditionOrder), call.now)
    return await latarnia_status(call)


OPERATIONS = (
    Operation("GET", "/status", latarnia_status, UNLIMITED),
    Operation("GET", "/messages", latarnia_messages, UNLIMITED),
)
CONTROLS = (Operation("POST", "/_sandbox/latarnia", change_condition, CONTROL),)
