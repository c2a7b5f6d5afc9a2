"""The worked set comes out as an accountant wrote it down, document by document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.coding.engine import coded, sentences
from tests.coding.worked.document import Worked
from tests.coding.worked.paper import CENTRAL, FIRM
from tests.coding.worked.table import shown, written
from tests.coding.worked.whole import WORKED
from tests.invoices.samples import shared

_SCHEMAS = {"FA (3)": "FA/schemat_FA(3)_v1-0E.xsd", "FA_RR (1)": "RR/schemat_FA_RR(1)_v1-1E.xsd"}
_BASES = Path("FA") / "bazowe"


class _Beside(etree.Resolver):
    """Answers the schemas' imports with the files that lie beside them."""

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override] # stubs lag
        local = shared("ksef", "xsd") / _BASES / system_url.rpartition("/")[2]
        return self.resolve_filename(str(local), context)  # type: ignore[attr-defined] # stubs lag


def _named(one: Worked) -> str:
    return one.title


@pytest.mark.parametrize("form", _SCHEMAS)
def test_the_invoices_are_valid(form: str) -> None:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Beside())
    schema = etree.XMLSchema(etree.parse(shared("ksef", "xsd") / _SCHEMAS[form], parser))
    for one in WORKED:
        if one.facts.invoice.form == form:
            schema.assertValid(etree.fromstring(one.xml))


def test_the_set_holds_every_kind_and_rate() -> None:
    invoices = [one.facts.invoice for one in WORKED]
    assert len(WORKED) >= 40
    assert {invoice.kind for invoice in invoices} == {
        "VAT", "KOR", "ZAL", "ROZ", "UPR", "KOR_ZAL", "KOR_ROZ", "VAT_RR", "KOR_VAT_RR", "VAT_PEF",
    }  # fmt: skip
    rates = {row.rate for invoice in invoices for row in invoice.vat_table}
    assert rates >= {"23", "8", "5", "0 KR", "0 WDT", "0 EX", "zw", "np I", "np II", "oo", "marża"}
    assert all(one.source for one in WORKED)


def test_the_firm_stands_on_every_document() -> None:
    for one in WORKED:
        invoice = one.facts.invoice
        parties = [invoice.seller, invoice.buyer, *invoice.third_parties]
        assert any(FIRM in str(party) or f"{CENTRAL}-00017" in str(party) for party in parties), one.title


@pytest.mark.parametrize("one", WORKED, ids=_named)
def test_a_document_is_coded_as_it_was_written_by_hand(one: Worked) -> None:
    coding = coded(one)
    assert shown(coding) == written(one.coded)
    for words in one.told:
        assert any(words in sentence for sentence in sentences(coding)), words
