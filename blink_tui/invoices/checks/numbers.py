"""Numbers with check digits, and whether the document is ours at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_uppercase

from blink_tui.i18n import N_
from blink_tui.invoices.checks.finding import Check, Context, Finding, Kind, Severity
from blink_tui.model.invoice import Invoice, InvoiceParty
from blink_tui.model.text import clean
from blink_tui.model.values import ksef_number_check_sum_is_right, nip_check_digit_is_right

NIP = Kind("nip-check-digit", Severity.WARNING, N_("The check digit of NIP {nip} ({name}) is wrong."))
KSEF_NUMBER = Kind(
    "ksef-number-check-sum", Severity.WARNING, N_("The check sum of KSeF number {number} is wrong.")
)
ACCOUNT = Kind(
    "account-check-sum",
    Severity.WARNING,
    N_("The check sum of bank account {account} is wrong: do not pay into it before asking."),
)
NOT_OURS = Kind(
    "not-our-firm", Severity.ALARM, N_("NIP {nip} stands nowhere on this invoice: it may not be this firm's.")
)
NOT_BUYER = Kind(
    "buyer-is-another",
    Severity.WARNING,
    N_("The buyer is {buyer}, not this firm; the firm is named only as a further party."),
)
NEWER_SCHEMA = Kind(
    "newer-schema",
    Severity.WARNING,
    N_("The form's schema {version} is newer than this program: there may be more in the XML than is shown."),
)

_IBAN = re.compile(r"([A-Z]{2})?([0-9]{2})([0-9A-Z]{8,30})", re.ASCII)
_IBAN_REMAINDER = 97
_VALUES = {ord(letter): str(int(letter, 36)) for letter in ascii_uppercase}
"""A letter of an IBAN counts as the number from 10 to 35 that it is in base 36."""
_BREAKS = re.compile(r"[\s-]")


def account_is_right(account: str) -> bool:
    """True when an account's check digits hold (ISO 13616), as NRB of 26 digits or as IBAN; other shapes pass."""
    match = _IBAN.fullmatch(_BREAKS.sub("", account).upper())
    if match is None:
        return True
    country, check, rest = match.groups()
    if country is None:
        if len(check + rest) != 26 or not rest.isdigit():
            return True
        country = "PL"
    return int((rest + country + check).translate(_VALUES)) % _IBAN_REMAINDER == 1


def _parties(invoice: Invoice) -> Iterator[tuple[str, InvoiceParty]]:
    yield "seller", invoice.seller
    yield "buyer", invoice.buyer
    for index, party in enumerate(invoice.third_parties):
        yield f"third_parties[{index}]", party
    if invoice.authorized is not None:
        yield "authorized", invoice.authorized


def _nips(invoice: Invoice, context: Context) -> Iterator[Finding]:
    for field, party in _parties(invoice):
        if party.nip is not None and not nip_check_digit_is_right(party.nip):
            yield NIP.found(f"{field}.nip", nip=clean(party.nip), name=clean(party.name))


def _ksef_number(invoice: Invoice, context: Context) -> Iterator[Finding]:
    if context.ksef_number is not None and not ksef_number_check_sum_is_right(context.ksef_number):
        yield KSEF_NUMBER.found(number=context.ksef_number)


def _accounts(invoice: Invoice, context: Context) -> Iterator[Finding]:
    for index, account in enumerate(invoice.payment.accounts):
        if not account_is_right(account):
            yield ACCOUNT.found(f"payment.accounts[{index}]", account=clean(account))


def _ours(invoice: Invoice, context: Context) -> Iterator[Finding]:
    """A unit's internal id begins with its firm's NIP and counts as it."""
    firm = context.firm_nip
    if firm is None or firm in (invoice.seller.nip, invoice.buyer.nip):
        return
    if firm in (invoice.seller.legal_id, invoice.buyer.legal_id):
        return
    corrected = (invoice.corrected_seller, *invoice.corrected_buyers)
    parties = (*(party for _, party in _parties(invoice)), *filter(None, corrected))
    if any(firm in (party.nip, (party.internal_id or "")[:10]) for party in parties):
        buyer = clean(invoice.buyer.identifier or invoice.buyer.name)
        yield NOT_BUYER.found("buyer", "third_parties", buyer=buyer)
    else:
        yield NOT_OURS.found("seller.nip", "buyer.nip", "third_parties", nip=firm)


def _schema(invoice: Invoice, context: Context) -> Iterator[Finding]:
    if invoice.newer_schema:
        yield NEWER_SCHEMA.found("schema_version", version=clean(invoice.schema_version))


NUMBER_CHECKS: tuple[Check, ...] = (_ours, _nips, _ksef_number, _accounts, _schema)
