"""The sandbox's own operations under `/_sandbox`, not part of KSeF: clock, invoices, faults, keys, log, contents.

They need no token, count nowhere and are not in the log.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from blink_tui.sandbox import latarnia
from blink_tui.sandbox.arrivals import Arrival, published
from blink_tui.sandbox.calls import CONTROL, Call, Operation, Reply, json_reply
from blink_tui.sandbox.clock import parse_ticks, text_of
from blink_tui.sandbox.documents import Document, Shelf
from blink_tui.sandbox.errors import invalid
from blink_tui.sandbox.facts import SUBJECTS, Context
from blink_tui.sandbox.faults import Fault
from blink_tui.sandbox.wire import decode


class ClockMove(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /_sandbox/clock`."""

    advance: float = 0.0
    """Seconds forward, or back when negative."""
    now: str | None = None
    """Instant to go to, before `advance`."""
    mark: str | msgspec.UnsetType | None = msgspec.UNSET
    """Instant at which to hold the high-water mark; null lets it go again."""


class FaultOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Several faults in the order in which they are to strike."""

    fault: list[Fault]


class Rotation(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /_sandbox/keys`."""

    announced: Annotated[float, Meta(gt=0)] | None = None
    """Seconds until the new keys are in force; the old ones stay as long again. None is sudden."""


async def clock(call: Call) -> Reply:
    """`GET /_sandbox/clock`: the present and the high-water mark."""
    sandbox = call.sandbox
    return json_reply({"now": text_of(sandbox.clock.now(), 7), "mark": text_of(sandbox.high_water_mark(), 7)})


async def move_clock(call: Call) -> Reply:
    """`POST /_sandbox/clock`."""
    sandbox = call.sandbox
    move = decode(call.body, ClockMove)
    target = None if move.now is None else _instant(move.now)
    if move.mark is not msgspec.UNSET:
        sandbox.held_mark = None if move.mark is None else _instant(move.mark)
    if target is not None:
        sandbox.clock.go_to(target)
    sandbox.clock.advance(move.advance)
    return await clock(call)


async def add_invoices(call: Call) -> Reply:
    """`POST /_sandbox/invoices`: what came in, in the order given."""
    documents = call.sandbox.arrivals.take(decode(call.body, Arrival))
    return json_reply({"invoices": list(published(documents))}, 201)


async def list_faults(call: Call) -> Reply:
    """`GET /_sandbox/faults`: those in force."""
    return json_reply({"fault": call.sandbox.faults.published()})


async def add_faults(call: Call) -> Reply:
    """`POST /_sandbox/faults`: one fault, or several as `{"fault": […]}`, the form of a scenario file."""
    try:
        call.sandbox.faults.add(*_faults(call.body))
    except ValueError as error:
        raise invalid(str(error)) from error
    return await list_faults(call)


async def clear_faults(call: Call) -> Reply:
    """`DELETE /_sandbox/faults`."""
    call.sandbox.faults.clear()
    return Reply(204)


async def rotate_keys(call: Call) -> Reply:
    """`POST /_sandbox/keys`: new keys, suddenly or announced."""
    call.sandbox.keys.rotate(decode(call.body or b"{}", Rotation).announced)
    return json_reply(call.sandbox.keys.published())


async def requests(call: Call) -> Reply:
    """`GET /_sandbox/requests?after=N`: what is still in the ring, oldest first."""
    journal = call.sandbox.journal
    return json_reply({"total": journal.total, "requests": list(journal.rows(call.integer("after", 0, 0)))})


async def contents(call: Call) -> Reply:
    """`GET /_sandbox/state`: what each context holds; with `?context=NIP` every document of one."""
    sandbox = call.sandbox
    chosen = call.query.get("context")
    contexts: dict[str, dict[str, Any]] = {}
    for (context, subject), shelf in sorted(
        sandbox.documents.shelves.items(), key=lambda item: _order(item[0])
    ):
        if chosen in (None, context[1]):
            contexts.setdefault(context[1], {})[subject] = _told(shelf, whole=chosen is not None)
    return json_reply(
        {
            "now": text_of(call.now, 7),
            "mark": text_of(sandbox.high_water_mark(), 7),
            "documents": len(sandbox.documents.by_number),
            "contexts": contexts,
            "exports": sandbox.exports.told(call.now, chosen),
            "faults": sandbox.faults.published(),
            "requests": sandbox.journal.total,
        }
    )


def _order(key: tuple[Context, str]) -> tuple[str, int]:
    return key[0][1], SUBJECTS.index(key[1])


def _told(shelf: Shelf, *, whole: bool) -> dict[str, Any]:
    """Count, first and last storage and a digest over number and hash of all, by number; the documents if wanted."""
    documents = shelf.all()
    by_number = sorted(documents, key=lambda document: document.ksef_number)
    lines = "".join(f"{document.ksef_number} {document.hash}\n" for document in by_number)
    told: dict[str, Any] = {
        "count": len(documents),
        "first": documents[0].stored_text,
        "last": documents[-1].stored_text,
        "digest": hashlib.sha256(lines.encode()).hexdigest(),
    }
    if whole:
        told["documents"] = [_row(document) for document in documents]
    return told


def _row(document: Document) -> dict[str, Any]:
    return {
        "ksefNumber": document.ksef_number,
        "invoiceHash": document.hash,
        "permanentStorageDate": document.stored_text,
        "size": document.size,
    }


def _faults(body: bytes) -> list[Fault]:
    fields = decode(body, dict[str, msgspec.Raw])
    return decode(body, FaultOrder).fault if "fault" in fields else [decode(body, Fault)]


def _instant(text: str) -> int:
    try:
        return parse_ticks(text)
    except ValueError as error:
        raise invalid(f"not an instant: {text}") from error


OPERATIONS = (
    Operation("GET", "/_sandbox/clock", clock, CONTROL),
    Operation("POST", "/_sandbox/clock", move_clock, CONTROL),
    Operation("POST", "/_sandbox/invoices", add_invoices, CONTROL),
    Operation("GET", "/_sandbox/faults", list_faults, CONTROL),
    Operation("POST", "/_sandbox/faults", add_faults, CONTROL),
    Operation("DELETE", "/_sandbox/faults", clear_faults, CONTROL),
    Operation("POST", "/_sandbox/keys", rotate_keys, CONTROL),
    Operation("GET", "/_sandbox/requests", requests, CONTROL),
    Operation("GET", "/_sandbox/state", contents, CONTROL),
    *latarnia.CONTROLS,
)
