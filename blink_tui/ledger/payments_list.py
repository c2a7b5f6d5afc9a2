"""Which documents are paid, how much and into which account (BOOKKEEPING 7); pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from blink_tui.buffer.amounts import known_units
from blink_tui.i18n import N_, Message
from blink_tui.invoices.checks.split_payment import LIMIT, in_pln
from blink_tui.invoices.words import PAYMENT_FORMS
from blink_tui.ledger.payable import Netted, Payable, Payments, Refused, Remark, Terms, Transfer
from blink_tui.ledger.payment_settings import (
    ALWAYS,
    NET,
    OBLIGATORY,
    PAY,
    REFUSE,
    SHOW,
    is_account,
    is_polish,
)
from blink_tui.ledger.payment_titles import LARGEST_TAX, plain_title, split_title
from blink_tui.ledger.vat_register import Standing
from blink_tui.model.documents import Direction, Status
from blink_tui.model.invoice import BankAccount, Invoice
from blink_tui.model.matching import account_key
from blink_tui.model.text import clean
from blink_tui.model.transfers import AccountCheck

_PAYABLE = frozenset({Status.APPROVED, Status.EXPORTED, Status.BOOKED})
_NO_TRANSFER = frozenset({1, 2, 3, 4, 7})
"""Forms of payment by which nobody waits for a transfer; a loan (5) often is a longer term."""
_WHOLE_IN_PARTS = 2
_FACTOR = 1
_CENT = Decimal("0.01")
_ZERO = Decimal(0)
_SPLIT_EXPECTED = "split-payment-expected"


def payments(documents: Iterable[Payable], terms: Terms) -> Payments:
    """Documents as they are paid, in the order in which they fall due; those that are not, each with its reason."""
    transfers: list[_Draft] = []
    corrections: list[tuple[Payable, Decimal]] = []
    refused: list[Refused] = []
    for one in documents:
        amount = to_pay(one.invoice)
        reason = _refusal(one, amount)
        if reason is None and amount is not None and amount < 0:
            corrections.append((one, amount))
            continue
        drafted = reason or _drafted(one, amount or _ZERO, terms)
        if isinstance(drafted, Message):
            refused.append(_refused(one, amount, drafted))
        else:
            transfers.append(drafted)
    transfers.sort(key=lambda draft: (draft.due or date.max, draft.payable.document_id))
    waiting = _netted(transfers, corrections, terms)
    return Payments(tuple(_transfer(one, terms) for one in transfers), tuple(refused), waiting)


def to_pay(invoice: Invoice) -> Decimal | None:
    """DoZaplaty, else the total less the parts that were paid; None where the invoice tells neither."""
    if invoice.settlement is not None and invoice.settlement.to_pay is not None:
        return invoice.settlement.to_pay
    if invoice.total is None:
        return None
    return invoice.total - sum((part.amount or _ZERO for part in invoice.payment.parts), _ZERO)


def _refusal(one: Payable, amount: Decimal | None) -> Message | None:
    """Why a document is not paid, whatever its account."""
    payment = one.invoice.payment
    if one.listed_in is not None:
        return Message(N_("it is in the list of payments {batch} already"), {"batch": one.listed_in})
    if one.direction is not Direction.PURCHASE:
        return Message(N_("it is no purchase"))
    if one.status is Status.QUERIED:
        return Message(N_("it is to be cleared up"))
    if one.status not in _PAYABLE:
        return Message(N_("it is not approved"))
    if payment.paid or payment.part_paid == _WHOLE_IN_PARTS:
        return Message(N_("it is paid already, the invoice says"))
    if payment.form in _NO_TRANSFER:
        return Message(N_("it is paid otherwise: {form}"), {"form": Message(PAYMENT_FORMS[payment.form])})
    if one.doubled:
        return Message(N_("it may be the same as another document: exclude one of them first"))
    if one.asked:
        return Message(N_("rows of the books may be this document: answer that first"))
    if not amount:
        return Message(N_("nothing is left to be paid"))
    whole = known_units(amount) is not None
    return None if whole else Message(N_("its amount is no whole number of grosze, or too large"))


def _refused(one: Payable, amount: Decimal | None, reason: Message) -> Refused:
    invoice = one.invoice
    return Refused(
        one.document_id, one.ksef_number, clean(invoice.number), amount, clean(invoice.currency), reason
    )


@dataclass(slots=True)
class _Draft:
    """A payment while corrections may still lessen it."""

    payable: Payable
    invoiced: Decimal
    account: str
    swift: str
    check: AccountCheck
    remarks: list[Remark]
    netted: list[Netted] = field(default_factory=list)

    @property
    def due(self) -> date | None:
        return min(self.payable.invoice.payment.due, default=None)

    @property
    def left(self) -> Decimal:
        return self.invoiced + sum((one.amount for one in self.netted), _ZERO)


def _drafted(one: Payable, amount: Decimal, terms: Terms) -> _Draft | Message:
    """The payment, or why there is no account for it."""
    payment = one.invoice.payment
    factors = [account for account in payment.factor_accounts if account.number]
    offered = factors or [account for account in payment.bank_accounts if account.number]
    if not offered:
        return Message(N_("the invoice names no account"))
    right = [account for account in offered if is_account(account.number or "")]
    if not right:
        return Message(
            N_("the account on the invoice is wrong: {account}"), {"account": clean(offered[0].number)}
        )
    payee = _factor_nip(one.invoice) if factors else one.invoice.seller.nip
    looked = [(account, _checked(one.invoice, account, payee or "", terms)) for account in right]
    account, check = next((pair for pair in looked if pair[1] is not AccountCheck.MISSING), looked[0])
    if check is AccountCheck.MISSING and terms.settings.get("unlisted", REFUSE) != PAY:
        return Message(
            N_("the account is not in the register of VAT payers of {day}"), {"day": terms.register_day}
        )
    draft = _Draft(one, amount, account_key(account.number or ""), clean(account.swift), check, [])
    draft.remarks += _remarks(one, check, len({account_key(a.number or "") for a in offered}), terms)
    return draft


def _factor_nip(invoice: Invoice) -> str | None:
    return next((party.nip for party in invoice.third_parties if party.role == _FACTOR), None)


def _checked(invoice: Invoice, account: BankAccount, payee: str, terms: Terms) -> AccountCheck:
    """What the register says where it has to be asked: above the limit, of a Polish payer of VAT."""
    total = in_pln(invoice)
    small = total is not None and abs(total) <= LIMIT
    key = account_key(account.number or "")
    if small or account.bank_own or not invoice.seller.nip or invoice.kind.endswith("_RR"):
        return AccountCheck.NOT_ASKED
    if terms.standing is None or not payee:
        return AccountCheck.UNCHECKED
    if not is_polish(key):
        return AccountCheck.MISSING
    return {
        Standing.ACTIVE: AccountCheck.LISTED,
        Standing.EXEMPT: AccountCheck.EXEMPT,
        Standing.MISSING: AccountCheck.MISSING,
    }[terms.standing(payee, key[2:])]


def _remarks(one: Payable, check: AccountCheck, accounts: int, terms: Terms) -> list[Remark]:
    asked = check in (AccountCheck.LISTED, AccountCheck.EXEMPT, AccountCheck.MISSING)
    said = {
        Remark.UNCHECKED: check is AccountCheck.UNCHECKED,
        Remark.UNLISTED: check is AccountCheck.MISSING,
        Remark.OLD_REGISTER: asked and terms.register_day != terms.today,
        Remark.OF_ANOTHER: "account-of-another" in one.findings,
        Remark.NEW_ACCOUNT: "account-new" in one.findings,
        Remark.SEVERAL_ACCOUNTS: accounts > 1,
        Remark.SEVERAL_TERMS: len(set(one.invoice.payment.due)) > 1,
        Remark.MAYBE_SPLIT: "split-payment-possible" in one.findings,
    }
    return [remark for remark, holds in said.items() if holds]


def _netted(
    transfers: Sequence[_Draft], corrections: Sequence[tuple[Payable, Decimal]], terms: Terms
) -> tuple[Refused, ...]:
    """Let corrections lessen payments to the same seller, whole or not at all; returns those that lessen nothing."""
    by_seller: dict[tuple[str, str], list[_Draft]] = defaultdict(list)
    for draft in transfers:
        by_seller[draft.payable.seller, draft.payable.invoice.currency].append(draft)
    waiting = []
    for one, amount in corrections:
        drafts = by_seller[one.seller, one.invoice.currency]
        if terms.settings.get("corrections", NET) == SHOW:
            waiting.append(
                _refused(one, amount, Message(N_("corrections are only shown, as the firm chose")))
            )
        elif not _taken_in(one, amount, sorted(drafts, key=lambda draft: not _is_original(draft, one))):
            waiting.append(_refused(one, amount, Message(N_("no payment to this seller takes all of it in"))))
    return tuple(waiting)


def _taken_in(one: Payable, amount: Decimal, drafts: Sequence[_Draft]) -> bool:
    rest = -amount
    if rest > sum((draft.left for draft in drafts), _ZERO):
        return False
    for draft in drafts:
        part = min(rest, draft.left)
        if part > 0:
            draft.netted.append(Netted(one.document_id, one.ksef_number, clean(one.invoice.number), -part))
            rest -= part
    return True


def _is_original(draft: _Draft, correction: Payable) -> bool:
    return any(
        named.ksef_number == draft.payable.ksef_number
        if named.ksef_number
        else named.number == draft.payable.invoice.number
        for named in correction.invoice.corrected
    )


def _transfer(draft: _Draft, terms: Terms) -> Transfer:
    one, invoice = draft.payable, draft.payable.invoice
    seller, left = invoice.seller, draft.left
    tax = _tax(invoice, left) if _is_split(one, terms) else _ZERO
    remarks = list(draft.remarks)
    if tax > LARGEST_TAX:
        remarks.append(Remark.TOO_LARGE)
    made = Transfer(
        document_id=one.document_id,
        ksef_number=one.ksef_number,
        number=clean(invoice.number),
        recipient=clean(seller.name),
        address=clean(", ".join(seller.address)),
        nip=clean(seller.nip),
        account=draft.account,
        swift=draft.swift,
        invoiced=draft.invoiced,
        amount=left,
        currency=clean(invoice.currency),
        tax=tax,
        split=0 < tax <= LARGEST_TAX,
        due=draft.due,
        check=draft.check,
        checked_on=terms.register_day if draft.check is not AccountCheck.NOT_ASKED else None,
        netted=tuple(draft.netted),
    )
    if not left:
        return replace(made, remarks=tuple(remarks))
    title, cut = _title(made, ksef_first=_ksef_mandatory(draft, terms))
    return replace(made, title=title, remarks=(*remarks, *([Remark.NUMBER_CUT] if cut else [])))


def _title(made: Transfer, *, ksef_first: bool) -> tuple[str, bool]:
    corrections = [one.number for one in made.netted]
    if made.split:
        return split_title(
            made.tax, made.nip, made.number, made.ksef_number, corrections, ksef_first=ksef_first
        )
    return plain_title(made.number, made.ksef_number, corrections, ksef_first=ksef_first)


def _is_split(one: Payable, terms: Terms) -> bool:
    """Marked, or found to be obligatory; of VAT in PLN, to a Polish payer into a Polish account."""
    invoice = one.invoice
    if invoice.currency != "PLN" or invoice.vat <= 0 or not invoice.seller.nip:
        return False
    always = terms.settings.get("split", OBLIGATORY) == ALWAYS
    return invoice.split_payment or _SPLIT_EXPECTED in one.findings or always


def _tax(invoice: Invoice, amount: Decimal) -> Decimal:
    """The tax in an amount: all of the invoice's, or its share where less than the total is paid."""
    if not invoice.total or amount >= invoice.total:
        return min(invoice.vat, amount).quantize(_CENT, ROUND_HALF_UP)
    return (invoice.vat * amount / invoice.total).quantize(_CENT, ROUND_HALF_UP)


def _ksef_mandatory(draft: _Draft, terms: Terms) -> bool:
    """Between active payers of VAT, from the day on which the law wants it."""
    seller_is_active = bool(draft.payable.invoice.seller.nip) and draft.check is not AccountCheck.EXEMPT
    in_force = terms.ksef_from is not None and terms.today >= terms.ksef_from
    return in_force and terms.active and seller_is_active and not draft.payable.invoice.kind.endswith("_RR")
