"""Documents that hold everything their schema allows: whatever is written is found again, in a field or as unread."""

from __future__ import annotations

from collections import Counter

import pytest
from lxml import etree

from blink_tui.invoices import read_invoice
from blink_tui.model.invoice import Invoice
from tests.invoices.samples import shared
from tests.invoices.schema import whole_documents
from tests.invoices.test_nothing_lost import _key, _leaves, _written


def _lost(xml: bytes, invoice: Invoice) -> list[tuple[str, str]]:
    """Values of the XML that the model lacks; nearly all are written once, so none is found by accident."""
    carried = Counter(_key(value) for value in _leaves(invoice))
    lost = []
    for _, name, value in _written(etree.fromstring(xml)):
        if carried[_key(value)] == 0:
            lost.append((name, value))
        carried[_key(value)] -= 1
    return lost


@pytest.mark.parametrize(
    ("schema", "form"),
    [
        ("FA/schemat_FA(3)_v1-0E.xsd", "FA (3)"),
        ("FA/schemat_FA(2)_v1-0E.xsd", "FA (2)"),
        ("RR/schemat_FA_RR(1)_v1-1E.xsd", "FA_RR (1)"),
    ],
)
def test_every_field_of_a_national_form_has_its_place(schema: str, form: str) -> None:
    beside = sorted(shared("ksef", "xsd", "FA", "bazowe").glob("*.xsd"))
    for xml in whole_documents(shared("ksef", "xsd", schema), *beside):
        invoice = read_invoice(xml)
        assert len(xml) > 7000
        assert (invoice.form, invoice.newer_schema) == (form, False)
        assert invoice.unread == ()
        assert _lost(xml, invoice) == []


@pytest.mark.parametrize(
    ("schema", "form"),
    [("PEF/Schemat_PEF(3)_v2-1.xsd", "PEF (3)"), ("PEF/Schemat_PEF_KOR(3)_v2-1.xsd", "PEF_KOR (3)")],
)
def test_what_pef_does_not_place_is_kept_as_unread(schema: str, form: str) -> None:
    """UBL has far more than invoices use; down to its fourth level every value is kept."""
    beside = sorted(shared("ksef", "xsd", "PEF", "bazowe").glob("*.xsd"))
    for xml in whole_documents(shared("ksef", "xsd", schema), *beside, deepest=4):
        invoice = read_invoice(xml)
        assert invoice.form == form
        assert len(invoice.unread) > 1000
        assert _lost(xml, invoice) == []
