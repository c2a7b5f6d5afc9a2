from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from blink_tui.coding.carried import carried
from blink_tui.coding.propose import code
from blink_tui.i18n import set_language
from blink_tui.model.books import BookKind, Books, CodingLevel
from blink_tui.model.coding import Choices, Coding, RegisterRow
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month
from blink_tui.model.targets import TARGETS
from tests.coding.documents import KPIR, LEDGER, invoice, purchase, sale
from tests.coding.shipped import SHIPPED


def shown(target: str, books: Books, *, sold: bool = False, **choices: object) -> tuple[list[str], list[str]]:
    """What goes and what stays, in Polish."""
    set_language("pl")
    facts = (sale if sold else purchase)(invoice(), books=books)
    coding = code(facts, SHIPPED, Choices(**choices))  # type: ignore[arg-type] # fields of Choices
    parts = carried(coding, books, TARGETS[target])
    return [str(part.message) for part in parts if part.goes], [
        str(part.message) for part in parts if not part.goes
    ]


def test_wapro_gets_the_net_account_alone() -> None:
    goes, stays = shown("wapro", replace(LEDGER, level=CodingLevel.DESCRIPTION))
    assert "typ dokumentu FZ" in goes
    assert "miesiąc VAT 2026-03" in goes
    assert "konto netto 402" in goes
    assert stays == ["rejestr VAT ZAK", "konta 202-1111111111, 223: doda je własny schemat programu"]


def test_of_several_net_accounts_wapro_gets_one_that_is_never_of_vat() -> None:
    goes, stays = shown("wapro", replace(LEDGER, roles={"car_costs": "401-1"}), scheme="samochod")
    assert "konto netto 401-1" in goes
    assert "konta 401-03-NKUP bez kwot: sumę podzieli własny schemat programu" in stays


def test_a_sale_s_net_account_is_its_revenue() -> None:
    goes, _ = shown("wapro", LEDGER, sold=True)
    assert "konto netto 702" in goes


def test_wapro_gets_the_column_of_the_kpir_and_epp_does_not() -> None:
    assert "kolumna 15" in shown("wapro", KPIR)[0]
    assert shown("wapro", KPIR)[1] == ["rejestr VAT ZAK"]
    assert shown("epp", KPIR)[1] == ["typ dokumentu FZ", "rejestr VAT ZAK, 2026-03", "kolumna 15: 1 000,00"]


def test_an_amount_of_the_column_that_is_not_the_net_one_stays() -> None:
    goes, stays = shown("wapro", KPIR, scheme="samochod")
    assert "kolumna 15" in goes
    assert "kwota kolumny 836,25" in stays


def test_symfonia_and_csv_get_every_line_and_only_csv_the_dimensions() -> None:
    goes, stays = shown("symfonia", LEDGER, parameters={"mpk": "01"})
    assert "dekret: wiersze 3, 1 230,00" in goes
    assert stays == ["typ dokumentu FZ", "rejestr VAT ZAK", "wymiary"]
    assert shown("csv", LEDGER, parameters={"mpk": "01"})[1] == []


def test_optima_gets_the_register_the_postings_and_the_column_but_no_document_type() -> None:
    goes, stays = shown("optima", LEDGER)
    assert "rejestr VAT ZAK, 2026-03" in goes
    assert "dekret: wiersze 3, 1 230,00" in goes
    assert stays == ["typ dokumentu FZ"]
    assert "kolumna 15: 1 000,00" in shown("optima", KPIR)[0]


def _two_months(target: str) -> tuple[list[str], list[str]]:
    """A sale with a GTU code whose tax follows payments of two months."""
    set_language("pl")
    marks = ("GTU_01", "FP")
    rows = tuple(
        RegisterRow(Direction.SALE, Month(2026, number), (("K_20", Decimal(1)),), marks=marks)
        for number in (3, 5)
    )
    parts = carried(Coding(register="SPR", rows=rows), LEDGER, TARGETS[target])
    return [str(part.message) for part in parts if part.goes], [
        str(part.message) for part in parts if not part.goes
    ]


def test_months_of_payments_go_where_a_document_may_have_several() -> None:
    assert "rejestr VAT SPR, 2026-03, 2026-05" in _two_months("csv")[0]
    assert "miesiąc VAT 2026-03, 2026-05" in _two_months("symfonia")[0]
    assert "miesiąc VAT 2026-03, 2026-05" in _two_months("optima")[1]


def test_symfonia_gets_the_kind_of_document_but_no_marks_of_goods() -> None:
    assert "oznaczenia FP GTU_01" in _two_months("optima")[0]
    goes, stays = _two_months("symfonia")
    assert "oznaczenia FP" in goes
    assert "oznaczenia GTU_01" in stays


def test_the_part_that_is_not_deducted_stays_where_the_program_adds_vat_itself() -> None:
    _, stays = shown("wapro", LEDGER, scheme="samochod")
    assert "część VAT nieodliczona" in stays
    assert LEDGER.kind is BookKind.LEDGER
