"""What KSeF tells of collective identifiers: which a firm sees, and which invoices they cover (PROTOCOL 4).

Lists go on by a continuation token and are read record by record; one that cannot be read hides no other. A server
before 2.7 answers each call with BlinkError(COLLECTIVES_NOT_OFFERED). What can be asked is only read, never made.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

import msgspec

from blink_tui.ksef.access import Access
from blink_tui.ksef.operations import COLLECTIVE_INVOICES, COLLECTIVES, COLLECTIVES_OF_INVOICE, Operation
from blink_tui.ksef.transport import unreadable
from blink_tui.ksef.wire import WireStruct, readable_instant
from blink_tui.model.collective import Listed, Member, Payment
from blink_tui.model.dates import Instant
from blink_tui.model.values import CollectiveNumber, KsefNumber, parse_collective_number, parse_ksef_number

_T = TypeVar("_T")

NUMBERS_AT_ONCE = 10
"""Identifiers whose invoices one request may ask for."""
INVOICES_A_PAGE = 500
_IDENTIFIERS_A_PAGE = 200
_MOST_PAGES = 1000
"""Of one list: more than the hourly limit lets through, so that no answer makes a list endless."""
_LONGEST_TOKEN = 8192
_LARGEST_EXPONENT = 18
"""Amounts of more digits than this are noise, and costly to calculate with."""


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """A page of a list: what could be read of it, and how many records could not."""

    records: tuple[_T, ...]
    unreadable: int


_MOST_INVOICES = 1_000_000
"""Far above what KSeF allows under one identifier; a larger count is no count."""


class _Listed(WireStruct):
    collective_identifier_number: str
    date_created: str | None = None
    created_in_current_context: bool = False
    invoice_count: Annotated[int, msgspec.Meta(ge=0, le=_MOST_INVOICES)] | None = None


class _Payment(WireStruct):
    amount: Decimal
    currency: str


class _MemberOnly(WireStruct):
    """What a record is nothing without."""

    ksef_number: str
    collective_identifier_number: str


class _Member(_MemberOnly):
    payment: _Payment | None = None
    description: str | None = None
    details_hidden: bool = False


class _Answer(WireStruct):
    continuation_token: str | None = None
    collective_identifiers: tuple[msgspec.Raw, ...] = ()
    invoices: tuple[msgspec.Raw, ...] = ()


async def listed(
    access: Access, since: Instant, until: Instant, number: CollectiveNumber | None = None
) -> AsyncIterator[Page[Listed]]:
    """Identifiers made in the firm's context, or by others over its sales, between two instants.

    They are at most 100 days apart. With `number` only that one. Newest first, a page at a time.
    """
    body: dict[str, object] = {"dateCreatedFrom": since, "dateCreatedTo": until}
    if number is not None:
        body["collectiveIdentifierNumber"] = number
    async for answer in _answers(access, COLLECTIVES, size=_IDENTIFIERS_A_PAGE, body=body):
        yield _page(answer.collective_identifiers, _read_listed)


async def of_invoice(access: Access, ksef_number: KsefNumber) -> AsyncIterator[Page[Listed]]:
    """Identifiers of one invoice, whoever made them."""
    async for answer in _answers(access, COLLECTIVES_OF_INVOICE, ksef_number, size=_IDENTIFIERS_A_PAGE):
        yield _page(answer.collective_identifiers, _read_listed)


async def invoices(access: Access, numbers: Sequence[CollectiveNumber]) -> AsyncIterator[Page[Member]]:
    """Invoices under at most NUMBERS_AT_ONCE identifiers; none for an identifier that there is not."""
    body: dict[str, object] = {"collectiveIdentifierNumbers": list(numbers)}
    async for answer in _answers(access, COLLECTIVE_INVOICES, size=INVOICES_A_PAGE, body=body):
        yield _page(answer.invoices, _read_member)


def _page(records: Iterable[msgspec.Raw], read: Callable[[msgspec.Raw], _T]) -> Page[_T]:
    found, lost = [], 0
    for record in records:
        try:
            found.append(read(record))
        except ValueError:
            lost += 1
    return Page(tuple(found), lost)


def _read_listed(record: msgspec.Raw) -> Listed:
    """Raises ValueError."""
    item = msgspec.json.decode(record, type=_Listed)
    return Listed(
        parse_collective_number(item.collective_identifier_number),
        readable_instant(item.date_created),
        item.created_in_current_context,
        item.invoice_count,
    )


def _read_member(record: msgspec.Raw) -> Member:
    """An invoice with its details, or without them where they cannot be read. Raises ValueError."""
    try:
        item = msgspec.json.decode(record, type=_Member)
    except ValueError:
        bare = msgspec.json.decode(record, type=_MemberOnly)
        item = _Member(bare.ksef_number, bare.collective_identifier_number)
    return Member(
        parse_collective_number(item.collective_identifier_number),
        parse_ksef_number(item.ksef_number),
        _read_payment(item.payment),
        item.description,
        item.details_hidden,
    )


def _read_payment(payment: _Payment | None) -> Payment | None:
    if (
        payment is None
        or not payment.amount.is_finite()
        or abs(payment.amount.adjusted()) > _LARGEST_EXPONENT
    ):
        return None
    return Payment(payment.amount, payment.currency)


async def _answers(
    access: Access, operation: Operation, *values: str, size: int, body: dict[str, object] | None = None
) -> AsyncIterator[_Answer]:
    """Every page of a list, in order. Raises BlinkError(ANSWER_UNREADABLE) for a list that does not end."""
    request: dict[str, object] = {"params": {"pageSize": size}}
    if body is not None:
        request["body"] = body
    token: str | None = None
    for _ in range(_MOST_PAGES):
        answer = await access.fetch_patiently(_Answer, operation, *values, continued=token, **request)
        yield answer
        before, token = token, answer.continuation_token
        if not token:
            return
        if token == before or not _is_token(token):
            break
    raise unreadable(operation, access.context, ValueError(f"continuation token {token!r:.60}"))


def _is_token(token: str) -> bool:
    """Whether a text of KSeF's can be sent back as a header."""
    return token.isascii() and token.isprintable() and len(token) <= _LONGEST_TOKEN
