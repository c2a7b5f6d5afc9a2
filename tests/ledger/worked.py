"""The worked documents of `tests.coding.worked` as exporters get them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Frame
from blink_tui.model.dates import Instant
from blink_tui.model.values import Nip
from tests.coding.engine import coded
from tests.coding.worked.paper import FIRM
from tests.coding.worked.whole import WORKED


class OnItsWay(NamedTuple):
    """A worked document with what its firm says."""

    title: str
    document: LedgerDocument
    frame: Frame


def worked_documents(settings: dict[str, str] | None = None) -> list[OnItsWay]:
    """All whose coding is complete, in the order of the set; ids are their places, KSeF numbers differ by them."""
    found = []
    for place, one in enumerate(WORKED, 1):
        coding = coded(one)
        if not coding.complete:
            continue
        facts = one.facts
        document = LedgerDocument(
            id=place,
            ksef_number=f"1111111111-20260313-0100000000{place:02X}-00",
            direction=one.direction,
            received=one.received,
            received_at=Instant(f"{one.received}T08:00:00.0000000Z"),
            invoice=facts.invoice,
            coding=coding,
        )
        frame = Frame(
            nip=Nip(FIRM),
            name="Żuraw Usługi sp. z o.o.",
            books=one.books,
            settings={"full_name": "Żuraw Usługi sp. z o.o.", "email": "a@example.com", "tax_office": "1471"}
            | (settings or {}),
            made=datetime(2026, 4, 20, 9, 0, tzinfo=UTC),
            who="anna",
        )
        found.append(OnItsWay(one.title, document, frame))
    return found


def worked(title: str) -> OnItsWay:
    """The one whose title begins so."""
    (one,) = (one for one in worked_documents() if one.title.startswith(title))
    return one
