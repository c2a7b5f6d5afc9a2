"""What is shown of the documents beside one: its corrections with the running balance, advances, settlements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from blink_tui.i18n import _
from blink_tui.invoices.page_blocks import Block, left, right, table
from blink_tui.invoices.words import money
from blink_tui.model.chains import LinkKind, Member, Web
from blink_tui.model.collective import PaidUnder
from blink_tui.model.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the buffer knows beside a document."""

    document_id: int
    web: Web
    """Everything that is joined to it."""
    collective: tuple[PaidUnder, ...] = ()
    """The collective identifiers that it may be paid under."""


def chain(beside: Beside) -> Iterator[Block]:
    """The case that a document is part of; nothing where it stands alone."""
    yield from _corrections(beside)
    yield from _settlements(beside)
    rows = ((clean(one.collective.number), _paid(one)) for one in beside.collective)
    yield table((left(_("Identifier")), right(_("Payment"))), rows, _("Collective identifiers (IZ)"))


def _paid(one: PaidUnder) -> str:
    payment = one.member.payment
    return f"{money(payment.amount)} {clean(payment.currency)}" if payment else ""


def _corrections(beside: Beside) -> Iterator[Block]:
    web, here = beside.web, beside.document_id
    case = web.case(here)
    if len(case.steps) > 1:
        heads = (left(""), left(_("KSeF number")), left(_("Number")), right(_("Gross")), right(_("Balance")))
        rows = (
            (">" if step.member.document_id == here else "", *_named(step.member), money(step.balance))
            for step in case.steps
        )
        title = _("Invoice and its corrections, {currency}")
        yield table(heads, rows, title.format(currency=clean(web.members[here].currency)))
    absent = (
        (clean(edge.link.to_ksef) or _("outside KSeF"), clean(edge.link.to_number), edge.link.issued)
        for member in case.members
        for edge in web.of(member.document_id, LinkKind.CORRECTS)
        if edge.target is None
    )
    columns = (left(_("KSeF number")), left(_("Number")), left(_("Issued")))
    yield table(columns, absent, _("Corrected invoices that the buffer does not hold"))


def _settlements(beside: Beside) -> Iterator[Block]:
    web, here = beside.web, beside.document_id
    ids = [edge.source for edge in web.to(here, LinkKind.SETTLES)]
    ids += [edge.target for edge in web.of(here, LinkKind.SETTLES) if edge.target is not None]
    heads = (left(_("Issued")), left(_("KSeF number")), left(_("Number")), right(_("Gross")))
    rows = ((clean(web.members[one].issued), *_named(web.members[one])) for one in dict.fromkeys(ids))
    yield table(heads, rows, _("Advances and settlements"))


def _named(member: Member) -> tuple[str, str, str]:
    """In cells that leave a KSeF number whole on a terminal of 80 columns."""
    return clean(member.ksef_number), clean(member.invoice_number), money(member.gross)
