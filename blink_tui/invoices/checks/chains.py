"""What a document's chain says of it: originals and corrections, advances and settlements, buyers that changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blink_tui.i18n import N_
from blink_tui.invoices.words import money
from blink_tui.model.chains import Edge, LinkKind, Member, Move, Web
from blink_tui.model.comparison import Renewal
from blink_tui.model.findings import Finding, Kind, Severity
from blink_tui.model.text import clean

ORIGINAL_MISSING = Kind(
    "original-missing", Severity.WARNING,
    N_("The corrected invoice {number} is not among the firm's documents. Fetch it (blink sync --ksef-number), or find out whose it is."),  # noqa: E501 - one sentence for translators
)  # fmt: skip
BALANCE = Kind(
    "correction-balance", Severity.NOTE,
    N_("Invoice {number} comes to {balance} {currency} with its corrections."),
)  # fmt: skip
CORRECTED = Kind(
    "corrected", Severity.NOTE,
    N_("Corrected by {corrections}; with that it comes to {balance} {currency}."),
)  # fmt: skip
CORRECTED_UNKNOWN = Kind("corrected-unknown", Severity.NOTE, N_("Corrected by {corrections}."))
TO_ZERO = Kind(
    "corrected-to-zero", Severity.WARNING,
    N_("Corrected to zero by {corrections}: nothing of it remains to be paid."),
)  # fmt: skip
BUYER_GIVEN = Kind(
    "buyer-given-away", Severity.ALARM,
    N_("Correction {number} names {buyer} as the buyer in the place of {was}: this invoice is no longer this firm's."),
)  # fmt: skip
BUYER_TAKEN = Kind(
    "buyer-taken-over", Severity.WARNING,
    N_("The correction takes invoice {number} over from buyer {was}."),
)  # fmt: skip
RENEWED = Kind(
    "issued-anew", Severity.NOTE,
    N_("Invoice {original} was corrected to zero by {correction}, and {renewed} looks like the same invoice issued anew."),  # noqa: E501 - one sentence for translators
)  # fmt: skip
ADVANCE_MISSING = Kind(
    "advance-missing", Severity.WARNING,
    N_("Advance invoice {number} that this one settles is not among the firm's documents."),
)  # fmt: skip
SETTLED = Kind("advance-settled", Severity.NOTE, N_("The advance is settled by {number}."))

_SAID = 5
"""Corrections that one sentence names."""


def chain_findings(
    web: Web, document_id: int, moves: Sequence[Move], renewals: Sequence[Renewal]
) -> Iterator[Finding]:
    """What the links of one document say. `moves` are those of its own KSeF number, `renewals` those it is part of."""
    for edge in web.of(document_id, LinkKind.CORRECTS):
        yield from _correction(web, edge)
    if any(web.to(document_id, LinkKind.CORRECTS)):
        yield from _original(web, web.members[document_id])
    for move in moves:
        yield BUYER_GIVEN.found(
            "buyer", number=move.correction, buyer=clean(move.buyer or "?"), was=clean(move.was)
        )
    for renewal in renewals:
        yield RENEWED.found(
            "total",
            original=renewal.original[1],
            correction=renewal.correction[1],
            renewed=renewal.renewed[1],
        )
    for edge in web.of(document_id, LinkKind.SETTLES):
        if edge.target is None and edge.link.to_ksef:
            yield ADVANCE_MISSING.found("advance_invoices", number=clean(edge.link.to_ksef))
    for edge in web.to(document_id, LinkKind.SETTLES):
        yield SETTLED.found(number=web.members[edge.source].ksef_number)


def _correction(web: Web, edge: Edge) -> Iterator[Finding]:
    link = edge.link
    if link.was_buyer:
        yield BUYER_TAKEN.found(
            "corrected_buyers", number=clean(link.to_ksef or link.to_number), was=clean(link.was_buyer)
        )
    if edge.target is None:
        if link.to_ksef:
            yield ORIGINAL_MISSING.found("corrected", number=clean(link.to_ksef))
        return
    balance = web.case(edge.source).balance
    if balance is not None:
        yield BALANCE.found(
            "corrected",
            number=web.members[edge.target].ksef_number,
            balance=money(balance),
            currency=clean(web.members[edge.target].currency),
        )


def _original(web: Web, member: Member) -> Iterator[Finding]:
    balance = web.case(member.document_id).balance
    numbers = sorted(
        web.members[edge.source].ksef_number for edge in web.to(member.document_id, LinkKind.CORRECTS)
    )
    corrections = ", ".join(numbers[:_SAID]) + (" …" if len(numbers) > _SAID else "")
    if balance is None:
        yield CORRECTED_UNKNOWN.found(corrections=corrections)
    elif not balance and member.gross:
        yield TO_ZERO.found("total", corrections=corrections)
    else:
        yield CORRECTED.found(
            "total", corrections=corrections, balance=money(balance), currency=clean(member.currency)
        )
