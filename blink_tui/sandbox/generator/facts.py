"""What KSeF knows of a generated invoice, told by its draft: reading the XML again would say the same, slower."""

from __future__ import annotations

from decimal import Decimal

from blink_tui.sandbox.facts import Form, InvoiceFacts, Named
from blink_tui.sandbox.generator.amounts import divided
from blink_tui.sandbox.generator.draft import Draft, Third
from blink_tui.sandbox.generator.names import Company

_FORM = Form("FA (3)", "1-0E", "FA")
_KINDS = {
    "VAT": "Vat",
    "KOR": "Kor",
    "ZAL": "Zal",
    "ROZ": "Roz",
    "UPR": "Upr",
    "KOR_ZAL": "KorZal",
    "KOR_ROZ": "KorRoz",
}
_GROSZ = Decimal("0.01")
_REPRESENTATIVE = 2
"""RolaPU of the authorised party."""


def facts_of(draft: Draft) -> InvoiceFacts:
    """The facts of a numbered draft."""
    rate = draft.exchange
    taxes = [
        divided(row.vat * rate, 10_000) if rate else row.vat for row in draft.table if row.vat is not None
    ]
    return InvoiceFacts(
        form=_FORM,
        kind=_KINDS[draft.kind],
        number=draft.number,
        issue_date=draft.issued,
        seller=Named("Nip", draft.seller.nip, draft.seller.name),
        buyer=_buyer(draft.buyer, consumer=draft.consumer, named=draft.kind != "UPR"),
        net=sum(row.net for row in draft.table) * _GROSZ,
        vat=sum(taxes) * _GROSZ,
        gross=draft.total * _GROSZ,
        currency=draft.currency,
        self_invoicing=draft.self_billing,
        third_subjects=tuple(_third(third) for third in draft.thirds),
        authorized=_authorized(draft.authorized) if draft.authorized else None,
        corrected=draft.correction.original.ksef_number if draft.correction else None,
    )


def _buyer(company: Company, *, consumer: bool, named: bool) -> Named:
    name = company.name if named else None
    if consumer:
        return Named("None", None, name)
    if company.nip:
        return Named("Nip", company.nip, name)
    if company.in_union:
        return Named("VatUe", company.country + company.foreign_id, name)
    return Named("Other", company.foreign_id, name)


def _third(third: Third) -> Named:
    if third.unit:
        return Named("InternalId", third.unit, third.company.name, third.role)
    return Named("Nip", third.company.nip, third.company.name, third.role)


def _authorized(company: Company) -> Named:
    return Named("Nip", company.nip, company.name, _REPRESENTATIVE)
