"""What is shown of an invoice's parties: everything that identifies them and where they are."""

from __future__ import annotations

from collections.abc import Iterator

from blink_tui.i18n import _
from blink_tui.invoices.page_blocks import Block, Fields, fields, joined, labelled, percent, yes
from blink_tui.invoices.words import AUTHORIZED_ROLES, TAXPAYER_STATES, THIRD_PARTY_ROLES, named
from blink_tui.model.invoice import Address, Invoice, InvoiceParty
from blink_tui.model.text import clean


def parties(invoice: Invoice) -> Iterator[Block]:
    """Each party with its role."""
    yield from parties_of((_("Seller"), invoice.seller), (_("Buyer"), invoice.buyer))
    for third in invoice.third_parties:
        role = joined(named(THIRD_PARTY_ROLES, third.role), clean(third.role_description))
        yield from parties_of((_("Podmiot 3: {role}").format(role=role), third))
    if invoice.authorized is not None:
        role = named(AUTHORIZED_ROLES, invoice.authorized.role)
        yield from parties_of((_("Authorised: {role}").format(role=role), invoice.authorized))
    yield from parties_of(
        (_("Seller before the correction"), invoice.corrected_seller),
        *((_("Buyer before the correction"), buyer) for buyer in invoice.corrected_buyers),
    )


def parties_of(*named_parties: tuple[str, InvoiceParty | None]) -> Iterator[Block]:
    """Parties under their titles; those that are not there are left out."""
    for title, party in named_parties:
        if party is not None:
            yield _party(party, title)


def _party(party: InvoiceParty, title: str) -> Fields:
    return fields(
        (_("Name"), clean(party.name)),
        (_("Trade name"), clean(party.trade_name)),
        *_numbers(party),
        (_("Address"), address(party.seat)),
        (_("Mailing address"), address(party.mailing)),
        *(
            (_("Contact"), joined(clean(found.name), clean(found.email), clean(found.phone), by=" · "))
            for found in party.contacts
        ),
        (_("Electronic address"), joined(clean(party.endpoint), _scheme(party.endpoint_scheme))),
        (_("State"), named(TAXPAYER_STATES, party.status)),
        (_("Legal form"), clean(party.legal_form)),
        (_("Customer number"), clean(party.customer_number)),
        (_("Key of the buyer"), clean(party.link_id)),
        (_("Share"), percent(party.share)),
        (_("Local government unit"), yes(party.local_government)),
        (_("VAT group member"), yes(party.vat_group)),
        title=title,
    )


def _numbers(party: InvoiceParty) -> Iterator[tuple[str, str]]:
    yield "NIP", joined(clean(party.tax_prefix), clean(party.nip), by=" ")
    yield _("Internal id"), clean(party.internal_id)
    yield _("EU VAT number"), joined(clean(party.eu_country), clean(party.vat_ue), by=" ")
    yield _("Other number"), joined(clean(party.id_country), clean(party.other_id), by=" ")
    yield _("Tax number"), _("none") if party.no_id else ""
    yield "EORI", clean(party.eori)
    yield _("Number in the register"), joined(clean(party.legal_scheme), clean(party.legal_id), by=" ")
    for number, scheme in party.identifications:
        yield _("Identifier"), joined(clean(number), _scheme(scheme))


def _scheme(name: str | None) -> str:
    return labelled(_("scheme"), name)


def address(found: Address | None) -> str:
    """Lines of an address, its country and location number."""
    if found is None:
        return ""
    return joined(*map(clean, found.lines), clean(found.country), labelled("GLN", found.gln))
