"""Documents made ready to be stored: the rows of new ones, apart from the database, so that worker processes can.

Rows are plain tuples: they cross a pipe at a third of the cost of the values they are made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from blink_tui.buffer import amounts, errors
from blink_tui.buffer.collation import polish_key
from blink_tui.buffer.records import StoredInvoice
from blink_tui.model.dates import Instant, warsaw_day
from blink_tui.model.documents import Direction, DocumentHeader, Role, direction_of, roles_numbers_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.values import KsefNumber, Sha256

Row = tuple[Any, ...]

INSERT = """
    INSERT INTO document (
        firm_id, ksef_number, direction, status, form, kind, invoice_number, issue_date,
        received, received_date, stored,
        seller_type, seller_value, seller_name, seller_key, buyer_type, buyer_value, buyer_name,
        net, vat, gross, gross_order, currency, offline, self_invoicing, has_attachment
    ) VALUES (?, ?, ?, 'fetched', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
"""Takes a row of `Prepared.documents`."""
INSERT_XML = "INSERT INTO invoice_xml (ksef_number, sha256, body, dictionary, size) VALUES (?, ?, ?, ?, ?)"
"""Takes a row of `Prepared.bodies`."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One call's documents, each once: what to insert for those that are new."""

    documents: dict[KsefNumber, Row]
    bodies: dict[KsefNumber, Row]
    third_roles: dict[KsefNumber, tuple[int, ...]]
    """The firm's own numbers among Podmiot3, where it has any: its direction in a further role follows from them."""

    def __len__(self) -> int:
        return len(self.documents)

    def sha256(self, number: KsefNumber) -> Sha256:
        """The hash of a document's XML."""
        return Sha256(self.bodies[number][1])


NOTHING = Prepared({}, {}, {})
"""What a mark moves over where nothing is new."""


def prepare(firm: Firm, role: Role, items: Iterable[StoredInvoice]) -> Prepared:
    """The rows of new documents. Raises BlinkError(HASH_CONFLICT) when one number comes with two hashes."""
    prepared = Prepared({}, {}, {})
    for item in items:
        header = item.header
        number = header.ksef_number
        if number in prepared.bodies:
            require_same(number, prepared.sha256(number), header.sha256)
            continue
        thirds = roles_numbers_of(header, firm.context_value)
        if thirds:
            prepared.third_roles[number] = thirds
        prepared.documents[number] = _document_row(firm, role, header, thirds)
        prepared.bodies[number] = (number, header.sha256, item.body, item.dictionary, item.size)
    return prepared


def derived_direction(firm: Firm, roles: Iterable[Role], thirds: Sequence[int]) -> Direction:
    """What a document is for the firm's books."""
    return direction_of(roles, firm.kind, thirds)


def require_same(number: KsefNumber, held: Sha256, came: Sha256) -> None:
    """Raise BlinkError(HASH_CONFLICT) unless two hashes of one number are equal."""
    if held != came:
        raise BlinkError(
            errors.HASH_CONFLICT,
            cause=f"held {held.hex()}, came {came.hex()}",
            ksef_number=number,
            held=held.hex(),
            came=came.hex(),
        )


def _document_row(firm: Firm, role: Role, header: DocumentHeader, thirds: Sequence[int]) -> Row:
    seller, buyer = header.seller, header.buyer
    gross = amounts.known_units(header.gross)
    return (
        firm.id,
        header.ksef_number,
        derived_direction(firm, (role,), thirds).value,
        header.form,
        header.kind,
        header.invoice_number,
        header.issue_date.isoformat() if header.issue_date else "",
        header.received,
        _warsaw_day(header.received) if header.received else "",
        header.stored,
        seller.id_type,
        seller.id_value,
        seller.name,
        polish_key(seller.name),
        buyer.id_type,
        buyer.id_value,
        buyer.name,
        amounts.known_units(header.net),
        amounts.known_units(header.vat),
        gross,
        amounts.LOWEST if gross is None else gross,
        header.currency,
        header.offline,
        header.self_invoicing,
        header.has_attachment,
    )


def _warsaw_day(instant: Instant) -> str:
    """A day begins in Warsaw on a full hour of UTC, so all instants of an hour have one day."""
    return (
        _day_of_hour(instant[:13]) if instant.endswith(("Z", "+00:00")) else warsaw_day(instant).isoformat()
    )


@lru_cache(maxsize=4096)
def _day_of_hour(hour: str) -> str:
    return warsaw_day(Instant(f"{hour}:00:00Z")).isoformat()
