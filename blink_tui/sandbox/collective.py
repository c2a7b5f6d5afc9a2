"""Collective identifiers (IZ): one number under which several invoices of one seller are paid (PROTOCOL 4)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from blink_tui.model.dates import warsaw
from blink_tui.model.values import crc8
from blink_tui.sandbox.calls import Call, Operation, Reply, json_reply
from blink_tui.sandbox.clock import DAY, datetime_of, parse_ticks, text_of
from blink_tui.sandbox.documents import Document, plain_number
from blink_tui.sandbox.errors import bad_request, invalid
from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.paging import continued_page
from blink_tui.sandbox.quotas import ContextLimits
from blink_tui.sandbox.sessions import BearerKind
from blink_tui.sandbox.wire import KsefNumberText, Wire, decode

_ACCESS = frozenset({BearerKind.ACCESS})
_RIGHTS = ("InvoiceRead", "InvoiceWrite", "CollectiveIdentifierManage")
_LONGEST = 100 * DAY
_NUMBERS_AT_ONCE = 10
_MOST_FOR_AN_INVOICE = 132


class Payment(Struct, frozen=True, rename="camel"):
    """What is paid for one invoice."""

    amount: float
    currency: Annotated[str, Meta(min_length=3, max_length=3)]


class Member(Struct, frozen=True, rename="camel"):
    """One invoice under an identifier."""

    ksef_number: KsefNumberText
    payment: Payment | None = None
    description: Annotated[str, Meta(max_length=512)] | None = None


class _Order(Wire):
    invoices: Annotated[list[Member], Meta(min_length=2)]


class _Query(Wire):
    date_created_from: str
    date_created_to: str
    collective_identifier_number: str | None = None
    invoice_count_from: int | None = None
    invoice_count_to: int | None = None
    created_in_current_context: bool | None = None


class _Numbers(Wire):
    collective_identifier_numbers: Annotated[list[str], Meta(max_length=_NUMBERS_AT_ONCE)]


@dataclass(frozen=True, slots=True)
class Collective:
    """One identifier."""

    number: str
    created: int
    context: Context
    """Who made it."""
    members: tuple[Member, ...]

    @property
    def seller(self) -> str:
        """NIP of the seller of all its invoices."""
        return self.number[:10]


class CollectiveBook:
    """All identifiers."""

    def __init__(self) -> None:
        self._all: list[Collective] = []

    def add(self, context: Context, members: Sequence[Member], now: int, unique: str) -> Collective:
        """A new identifier; `unique` are its 12 hexadecimal digits."""
        month = datetime_of(now).astimezone(warsaw())
        body = f"{members[0].ksef_number[:10]}-IZ{month:%Y%m}-{unique}"
        collective = Collective(f"{body}-{crc8(body.encode()):02X}", now, context, tuple(members))
        self._all.append(collective)
        return collective

    def newest_first(self) -> list[Collective]:
        """Every identifier in the contract's order."""
        return sorted(self._all, key=lambda each: (each.created, each.number), reverse=True)

    def of_invoice(self, ksef_number: str) -> Iterator[Collective]:
        """The identifiers of an invoice, newest first."""
        for each in self.newest_first():
            if any(plain_number(member.ksef_number) == ksef_number for member in each.members):
                yield each


async def make_collective(call: Call) -> Reply:
    """`POST /collective-identifiers`."""
    members = decode(call.body, _Order).invoices
    limits = call.sandbox.context_limits.get(call.session.context, ContextLimits())
    if len(members) > limits.collective_identifier.max_invoices:
        raise invalid(f"invoices: {len(members)}")
    seen: set[str] = set()
    for member in members:
        number = plain_number(member.ksef_number)
        if call.sandbox.documents.find(call.session.context, number) is None:
            raise bad_request(71001, f"Faktura o numerze KSeF {number} nie została znaleziona.")
        if number in seen:
            raise bad_request(71005, f"Powtórzony numer KSeF {number}.")
        if number[:10] != members[0].ksef_number[:10]:
            raise bad_request(71004, f"Faktura o numerze KSeF {number} ma innego sprzedawcę.")
        if sum(1 for _ in call.sandbox.collective.of_invoice(number)) >= _MOST_FOR_AN_INVOICE:
            raise bad_request(
                71002,
                f"Faktura o numerze KSeF {number} jest już przypisana "
                "do maksymalnej liczby Identyfikatorów Zbiorczych.",
            )
        seen.add(number)
    unique = secrets.token_hex(6).upper()
    made = call.sandbox.collective.add(call.session.context, members, call.now, unique)
    return json_reply({"collectiveIdentifierNumber": made.number}, 201)


async def query_collectives(call: Call) -> Reply:
    """`POST /collective-identifiers/query`: those made in the context, and those of its own sales."""
    asked = decode(call.body, _Query)
    low, high = (_instant(text) for text in (asked.date_created_from, asked.date_created_to))
    if not 0 <= high - low <= _LONGEST:
        raise invalid("Zakres dat nie może przekraczać 100 dni.")
    context = call.session.context
    chosen = [
        each
        for each in call.sandbox.collective.newest_first()
        if (each.context == context or context == ("Nip", each.seller))
        and low <= each.created <= high
        and asked.collective_identifier_number in (None, each.number)
        and (asked.invoice_count_from or 0) <= len(each.members)
        and (asked.invoice_count_to is None or len(each.members) <= asked.invoice_count_to)
        and asked.created_in_current_context in (None, each.context == context)
    ]
    page, following = continued_page(call, chosen, 200)
    rows = [_told(each, context) | {"invoiceCount": len(each.members)} for each in page]
    return json_reply({"continuationToken": following, "collectiveIdentifiers": rows})


def _told(collective: Collective, context: Context) -> dict[str, Any]:
    return {
        "collectiveIdentifierNumber": collective.number,
        "dateCreated": text_of(collective.created),
        "createdInCurrentContext": collective.context == context,
    }


async def collective_invoices(call: Call) -> Reply:
    """`POST /collective-identifiers/invoices`; details are for who made it or stands on the invoice."""
    wanted = set(decode(call.body, _Numbers).collective_identifier_numbers)
    rows = [
        (each, member)
        for each in call.sandbox.collective.newest_first()
        if each.number in wanted
        for member in each.members
    ]
    rows.sort(key=lambda row: row[1].ksef_number, reverse=True)
    page, following = continued_page(call, rows, 500)
    return json_reply(
        {"continuationToken": following, "invoices": [_row(call, each, member) for each, member in page]}
    )


def _row(call: Call, collective: Collective, member: Member) -> dict[str, Any]:
    context = call.session.context
    known = collective.context == context or call.sandbox.documents.find(context, member.ksef_number)
    stated = member.payment is not None or member.description is not None
    return {
        "ksefNumber": member.ksef_number,
        "collectiveIdentifierNumber": collective.number,
        "payment": member.payment if known else None,
        "description": member.description if known else None,
        "detailsHidden": stated and not known,
    }


async def collectives_of_invoice(call: Call) -> Reply:
    """`GET /collective-identifiers/ksef/{ksefNumber}`."""
    number = call.params["number"]
    try:
        msgspec.convert(number, KsefNumberText)
    except msgspec.ValidationError as error:
        raise invalid(f"ksefNumber: {number}") from error
    found = list(call.sandbox.collective.of_invoice(plain_number(number)))
    page, following = continued_page(call, found, 200)
    rows = [_told(each, call.session.context) for each in page]
    return json_reply({"continuationToken": following, "collectiveIdentifiers": rows})


def _instant(text: str) -> int:
    try:
        return parse_ticks(text)
    except ValueError as error:
        raise invalid(f"dateCreated: {text}") from error


def members_of(documents: Sequence[Document]) -> list[Member]:
    """Invoices as members without details."""
    return [Member(document.ksef_number) for document in documents]


OPERATIONS = (
    Operation("POST", "/collective-identifiers", make_collective, "collectiveIdentifier", _ACCESS, _RIGHTS),
    Operation(
        "POST", "/collective-identifiers/query", query_collectives, "collectiveIdentifier", _ACCESS, _RIGHTS
    ),
    Operation(
        "POST",
        "/collective-identifiers/invoices",
        collective_invoices,
        "collectiveIdentifier",
        _ACCESS,
        _RIGHTS,
    ),
    Operation(
        "GET",
        "/collective-identifiers/ksef/{number}",
        collectives_of_invoice,
        "collectiveIdentifier",
        _ACCESS,
        _RIGHTS,
    ),
)
