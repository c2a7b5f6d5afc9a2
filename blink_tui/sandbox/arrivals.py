"""Invoices that come in while the sandbox runs: given ones or generated ones, at chosen instants, late ones too."""

from __future__ import annotations

import base64
from random import Random
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from blink_tui.model.dates import warsaw
from blink_tui.sandbox.clock import SECOND, datetime_of, parse_ticks
from blink_tui.sandbox.documents import Document, Stamps
from blink_tui.sandbox.errors import invalid
from blink_tui.sandbox.facts import InvoiceFacts, UnreadableInvoiceError
from blink_tui.sandbox.generator import Generator, Namer, facts_of
from blink_tui.sandbox.metadata import read_invoice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blink_tui.sandbox.state import Sandbox

_NUMBERED = 8 * SECOND
"""How long before its storage an invoice is numbered, unless told."""
_TAKEN = 5 * SECOND
"""How long before its number an invoice is taken, unless told."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Invoices to be stored: those of `xml`, then so many generated ones. Instants are ISO 8601 with an offset."""

    xml: list[str] = []
    """Bytes of invoices in Base64."""
    generate: Annotated[int, Meta(ge=0, le=100_000)] = 0
    firm: str | None = None
    """NIP of the firm whose invoices are generated; None is any of them."""
    role: Literal["seller", "buyer"] = "buyer"
    """What the firm is on generated invoices."""
    stored: str | list[str] | None = None
    """Permanent storage: one instant for all, or one for each; None is now."""
    acquired: str | None = None
    """When they are numbered; None is a little before they are stored."""
    invoicing: str | None = None
    """When they are taken; None is a little before they are numbered."""
    behind_mark: bool = False
    """Break KSeF's promise: let them be stored behind the high-water mark."""


class Arrivals:
    """The way of invoices into a running sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._generators: dict[tuple[str | None, str], Generator] = {}

    def take(self, arrival: Arrival) -> list[Document]:
        """Store invoices. Raises ApiError 400 when one is unreadable or an instant cannot be."""
        stamps = [_stamps(arrival, stored) for stored in self._instants(arrival)]
        invoices = [_given(text) for text in arrival.xml]
        for _xml, facts in invoices:
            self._sandbox.series.take(facts.seller.value or "", facts.number)
        invoices += [self._generated(arrival, each) for each in stamps[len(invoices) :]]
        store = self._sandbox.intake.store
        return [store(xml, facts, each) for (xml, facts), each in zip(invoices, stamps, strict=True)]

    def _instants(self, arrival: Arrival) -> list[int]:
        count = len(arrival.xml) + arrival.generate
        if isinstance(arrival.stored, list):
            instants = [_instant(text) for text in arrival.stored]
            if len(instants) != count:
                raise invalid(f"stored: {len(instants)} instants for {count} invoices")
        else:
            now = self._sandbox.clock.now()
            instants = [now if arrival.stored is None else _instant(arrival.stored)] * count
        mark = self._sandbox.high_water_mark()
        if not arrival.behind_mark and any(stored < mark for stored in instants):
            raise invalid("stored: behind the high-water mark, where KSeF promises that nothing changes")
        return instants

    def _generated(self, arrival: Arrival, stamps: Stamps) -> tuple[bytes, InvoiceFacts]:
        issued = datetime_of(stamps.invoicing).astimezone(warsaw()).date()
        invoice = self._generator(arrival.firm, arrival.role).invoice(issued)
        return invoice.xml, facts_of(invoice.draft)

    def _generator(self, nip: str | None, role: str) -> Generator:
        key = (nip, role)
        if key not in self._generators:
            firms = [
                Namer(Random(f"firm {firm.nip}")).company(firm.name, firm.nip)  # noqa: S311 - reproducible on purpose
                for firm in self._sandbox.firms
                if nip in (None, firm.nip)
            ]
            if not firms:
                raise invalid(f"firm: {nip} is not a firm of this sandbox")
            sales = self._sandbox.options.sales if nip is None else float(role == "seller")
            self._generators[key] = Generator(
                f"arrivals {self._sandbox.options.seed} {nip} {role}",
                firms,
                sales=sales,
                series=self._sandbox.series,
            )
        return self._generators[key]


def _given(text: str) -> tuple[bytes, InvoiceFacts]:
    try:
        xml = base64.b64decode(text, validate=True)
        return xml, read_invoice(xml)
    except ValueError as error:
        raise invalid("xml: not Base64") from error
    except UnreadableInvoiceError as error:
        raise invalid(f"xml: {error}") from error


def _stamps(arrival: Arrival, stored: int) -> Stamps:
    acquired = _instant(arrival.acquired) if arrival.acquired else stored - _NUMBERED
    taken = _instant(arrival.invoicing) if arrival.invoicing else acquired - _TAKEN
    if not taken <= acquired <= stored:
        raise invalid("invoicing, acquired and stored must follow one another")
    return Stamps(taken, acquired, stored)


def _instant(text: str) -> int:
    try:
        return parse_ticks(text)
    except ValueError as error:
        raise invalid(f"not an instant: {text}") from error


def published(documents: list[Document]) -> Iterator[dict[str, str]]:
    """What came in, as `POST /_sandbox/invoices` tells it."""
    for document in documents:
        yield {
            "ksefNumber": document.ksef_number,
            "invoiceHash": document.hash,
            "permanentStorageDate": document.stored_text,
        }
