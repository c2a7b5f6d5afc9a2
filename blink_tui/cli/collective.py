"""`blink doc collective`: which invoices a collective identifier (IZ) covers, and which ones cover an invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _
from blink_tui.model.collective import Collective, HeldMember, Member, PaidUnder
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.text import clean
from blink_tui.model.values import (
    CollectiveNumber,
    KsefNumber,
    collective_number_check_sum_is_right,
    ksef_number_check_sum_is_right,
    parse_collective_number,
    parse_ksef_number,
)

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import Firm

UNKNOWN_COLLECTIVE = ErrorKind(
    "unknown-collective",
    ExitCode.USAGE,
    N_("Nothing is known here of {number}. Ask KSeF: blink doc collective {number} --ask --firm NIP"),
)
FIRM_NEEDED = ErrorKind(
    "firm-needed",
    ExitCode.USAGE,
    N_("It is not clear for which firm KSeF is to be asked about {number}. Name it: --firm NIP"),
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A number as it was typed, understood."""

    text: str
    identifier: CollectiveNumber | None
    invoice: KsefNumber | None

    @property
    def check_sum_is_right(self) -> bool:
        if self.identifier is not None:
            return collective_number_check_sum_is_right(self.identifier)
        return self.invoice is not None and ksef_number_check_sum_is_right(self.invoice)

    @property
    def number(self) -> str:
        return self.identifier or self.invoice or self.text


def collective(
    context: typer.Context,
    numbers: Annotated[
        list[str],
        typer.Argument(metavar="NUMBER…", help=_("Collective identifiers (IZ) or KSeF numbers of invoices.")),
    ],
    ask: Annotated[bool, typer.Option("--ask", help=_("Ask KSeF now, and keep the answer."))] = False,
    firm: Annotated[
        str | None, typer.Option("--firm", metavar="NIP", help=_("The firm for which KSeF is asked."))
    ] = None,
    json: AsJson = False,
) -> None:
    wanted = [_understood(text) for text in dict.fromkeys(numbers)]
    for one in wanted:
        if not one.check_sum_is_right:
            warning = _("The check sum of {number} is wrong: it may be mistyped.")
            output.warn(warning.format(number=one.number))
    options.run(_collective(options.profile(context), wanted, firm, ask=ask, as_json=json))


def _understood(text: str) -> _Asked:
    """Raises BlinkError (usage)."""
    try:
        return _Asked(text, parse_collective_number(text), None)
    except ValueError:
        pass
    try:
        return _Asked(text, None, parse_ksef_number(text))
    except ValueError:
        problem = _(
            "This is neither a collective identifier (like 1111111111-IZ202607-65ED02180000-E7) nor a KSeF"
            " number: {text}"
        )
        raise BlinkError(USAGE, problem=problem.format(text=clean(text))) from None


async def _collective(
    profile: Profile, wanted: Sequence[_Asked], firm: str | None, *, ask: bool, as_json: bool
) -> None:
    async with profile.open_buffer() as buffer:
        firms = {one.id: one for one in await buffer.firms.list()}
        named = await firm_named(buffer, firm) if firm else None
        if ask:
            await _ask(profile, buffer, [(one, await _asking(buffer, firms, one, named)) for one in wanted])
        names = {id_: one.context_value for id_, one in firms.items()}
        for one in wanted:
            if one.identifier is not None:
                await _tell_identifier(buffer, one.identifier, names, as_json=as_json)
            elif one.invoice is not None:
                await _tell_invoice(buffer, one.invoice, names, as_json=as_json)


async def _asking(buffer: Buffer, firms: dict[int, Firm], one: _Asked, named: Firm | None) -> list[Firm]:
    """The firms in whose name KSeF is asked: the one named; else those concerned. Raises BlinkError(FIRM_NEEDED)."""
    if named is not None:
        return [named]
    ids: set[int] = set()
    if one.identifier is not None:
        known = await buffer.collective.find(one.identifier)
        ids = set(known.firm_ids) if known else set()
    elif one.invoice is not None:
        ids = {document.firm_id for document in await buffer.documents.find(one.invoice)}
    ids = ids or {id_ for id_, firm in firms.items() if firm.context_value == one.number[:10]}
    if not ids and len(firms) == 1:
        ids = set(firms)
    if not ids:
        raise BlinkError(FIRM_NEEDED, number=one.number)
    return [firms[id_] for id_ in sorted(ids)]


async def _ask(profile: Profile, buffer: Buffer, wanted: Sequence[tuple[_Asked, list[Firm]]]) -> None:
    """Ask KSeF for each number, and keep what it tells."""
    from blink_tui.sync.access import logged_in
    from blink_tui.sync.clients import KsefClients
    from blink_tui.sync.collective import ask_identifier, ask_invoice

    vault = profile.open_vault()
    async with KsefClients(profile.work_folder) as clients:
        sessions: dict[int, Any] = {}
        for one, firms in wanted:
            for firm in firms:
                if firm.id not in sessions:
                    client = await clients.for_firm(firm)
                    sessions[firm.id] = await logged_in(buffer, vault, client, firm, clients.clock)
                if one.identifier is not None:
                    await ask_identifier(buffer, sessions[firm.id], firm, one.identifier)
                elif one.invoice is not None:
                    await ask_invoice(buffer, sessions[firm.id], firm, one.invoice)


async def _tell_identifier(
    buffer: Buffer, number: CollectiveNumber, names: dict[int, str], *, as_json: bool
) -> None:
    known = await buffer.collective.find(number)
    if known is None:
        raise BlinkError(UNKNOWN_COLLECTIVE, number=number)
    members = await buffer.collective.members(number)
    if as_json:
        output.say_json(
            _identifier_json(known, names) | {"invoices": [_held_json(one, names) for one in members]}
        )
    else:
        _show_identifier(known, members)


async def _tell_invoice(buffer: Buffer, number: KsefNumber, names: dict[int, str], *, as_json: bool) -> None:
    found = await buffer.collective.of_invoice(number)
    if as_json:
        identifiers = [_identifier_json(one.collective, names) | _details_json(one.member) for one in found]
        output.say_json({"ksef_number": number, "identifiers": identifiers})
    else:
        _show_invoice(number, found)


def _identifier_json(one: Collective, names: dict[int, str]) -> dict[str, Any]:
    return {
        "identifier": one.number,
        "check_sum_right": collective_number_check_sum_is_right(one.number),
        "created": one.created,
        "invoice_count": one.invoices,
        "complete": one.whole,
        "firms": [names[id_] for id_ in one.firm_ids],
    }


def _details_json(member: Member) -> dict[str, Any]:
    payment = member.payment
    return {
        "payment": {"amount": str(payment.amount), "currency": payment.currency} if payment else None,
        "description": member.description,
        "details_hidden": member.hidden,
    }


def _held_json(one: HeldMember, names: dict[int, str]) -> dict[str, Any]:
    """`held_by` is empty for an invoice that the buffer lacks."""
    member = one.member
    return {
        "ksef_number": member.ksef_number,
        "invoice_number": one.invoice_number,
        "held_by": [names[id_] for id_ in one.firm_ids],
        **_details_json(member),
    }


def _show_identifier(known: Collective, members: Sequence[HeldMember]) -> None:
    made = _("Collective identifier {number}, made {moment}")
    output.say(made.format(number=known.number, moment=output.moment(known.created)))
    if not known.whole:
        output.say(_("Its invoices are not known yet. Ask KSeF: blink doc collective NUMBER --ask"))
        return
    head = (_("KSeF number"), _("Number"), _("Payment"), _("Currency"), _("Description"))
    output.say(
        output.table(
            head,
            ((one.member.ksef_number, one.invoice_number or "", *_details(one.member)) for one in members),
        )
    )
    for currency, amount in _sums(members).items():
        together = _("Together: {amount} {currency}")
        output.say(together.format(amount=_money(amount), currency=clean(currency)))
    if known.invoices is not None and known.invoices != len(members):
        told = _("KSeF says that it covers {count} invoices, and told of {told}.")
        output.warn(told.format(count=known.invoices, told=len(members)))
    missing = [one.member.ksef_number for one in members if not one.firm_ids]
    if missing:
        output.say(_("Not in the buffer: {numbers}").format(numbers=", ".join(missing)))


def _show_invoice(number: KsefNumber, found: Sequence[PaidUnder]) -> None:
    if not found:
        none = _(
            "No collective identifier of {number} is known here. Ask KSeF: blink doc collective {number} --ask"
        )
        output.say(none.format(number=number))
        return
    output.say(_("Collective identifiers of {number}").format(number=number))
    head = (_("Identifier"), _("Made"), _("Invoices"), _("Payment"), _("Currency"), _("Description"))
    rows = (
        (
            one.collective.number,
            output.moment(one.collective.created),
            str(one.collective.invoices or "–"),
            *_details(one.member),
        )
        for one in found
    )
    output.say(output.table(head, rows))


def _details(member: Member) -> tuple[str, str, str]:
    if member.hidden:
        return "", "", _("(hidden from this firm)")
    payment = member.payment
    amount, currency = (_money(payment.amount), payment.currency) if payment else ("", "")
    return amount, currency, member.description or ""


def _money(amount: Decimal) -> str:
    """With two decimals, or as exactly as it was told where those do not hold it."""
    return output.amount(amount) if amount == round(amount, 2) else f"{amount:f}".replace(".", ",")


def _sums(members: Sequence[HeldMember]) -> dict[str, Decimal]:
    """What is paid, by currency; empty where a payment is not known, so that no part is taken for the whole."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in members:
        if one.member.payment is None:
            return {}
        sums[one.member.payment.currency] += one.member.payment.amount
    return dict(sums)
