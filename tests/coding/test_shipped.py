from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from blink_tui.coding.facts import Facts
from blink_tui.coding.language import Kind, parse
from blink_tui.coding.months import allowed_vat_months
from blink_tui.coding.propose import code, propose
from blink_tui.coding.scheme_fields import scheme_catalogue
from blink_tui.coding.shapes import Rule, Scheme, Source
from blink_tui.coding.toml import read, shipped_entries
from blink_tui.model.books import ROLES
from blink_tui.model.coding import Choices, Identity
from blink_tui.model.invoice import InvoiceLine, InvoiceParty, Notes
from blink_tui.model.months import Month
from tests.coding.documents import d, invoice, purchase, sale
from tests.coding.shipped import SHIPPED

ITEMS = [item for _, _, text, _ in shipped_entries() for item in read(text)]
SCHEMES = [item for item in ITEMS if isinstance(item, Scheme)]


def test_what_is_shipped_compiles_and_names_only_what_is_there() -> None:
    names = {scheme.name for scheme in SCHEMES}
    for item in ITEMS:
        if isinstance(item, Rule):
            assert item.title
            assert not item.automatic
        if isinstance(item, Rule | Source) and item.scheme:
            assert item.scheme in names
    assert not SHIPPED.problems


def test_every_expression_of_a_scheme_is_of_the_kind_that_is_wanted() -> None:
    for scheme in SCHEMES:
        amounts = [line.amount for line in scheme.lines] + [entry.amount for entry in scheme.entries]
        amounts += [text for row in scheme.rows for text in row.amounts.values()]
        for text in amounts:
            assert parse(text, wanted=Kind.AMOUNT, names=scheme_catalogue()).kind is Kind.AMOUNT
        for when in (line.when for line in scheme.lines if line.when):
            assert parse(when, wanted=Kind.FLAG, names=scheme_catalogue()).kind is Kind.FLAG


def test_every_account_of_a_scheme_is_a_role_or_a_parameter() -> None:
    for scheme in SCHEMES:
        for line in scheme.lines:
            place = line.account.strip("{}")
            assert place in ROLES or scheme.parameters[place].strip("{}") in ROLES


def test_every_identity_has_a_scheme_or_follows_from_a_document() -> None:
    named = {scheme.identity for scheme in SCHEMES}
    assert set(Identity) - named == {Identity.SETTLEMENT}


def line(name: str, **more: Any) -> tuple[InvoiceLine, ...]:
    return (InvoiceLine(name=name, rate="23", net=d("1000"), **more),)


ABROAD = InvoiceParty(eu_country="DE", vat_ue="811569869", name="GmbH")
RECOGNISED: list[tuple[str, Facts]] = [
    ("zakup-uslugi", purchase()),
    ("sprzedaz-uslugi", sale()),
    ("sprzedaz-paragon", sale(invoice(receipt_follows=True))),
    ("sprzedaz-marza", sale(invoice("marża 500", notes=Notes(margin=True)))),
    ("zaliczka-otrzymana", sale(invoice(kind="ZAL"))),
    ("zaliczka-zaplacona", purchase(invoice(kind="ZAL"))),
    ("sprzedaz-towary", sale(invoice("0 WDT 500"))),
    ("sprzedaz-towary", sale(invoice(lines=line("Stal", gtu="GTU_05")))),
    ("zakup-rr", purchase(invoice("7 100 7", form="FA_RR (1)", kind="VAT_RR"))),
    ("import-uslug", purchase(replace(invoice("np I 1000"), seller=ABROAD))),
    ("odwrotne-obciazenie", purchase(invoice("oo 1000"))),
    ("samochod", purchase(invoice(lines=line("Olej napędowy")))),
    ("samochod", purchase(invoice(lines=line("ON", cn="27102011")))),
    ("samochod", purchase(invoice(lines=line("Opony zimowe 4 szt.")))),
    ("zakup-bez-odliczenia", purchase(invoice("8 1000 80", lines=line("Usługa hotelowa, 2 doby")))),
    ("zakup-materialy", purchase(invoice(lines=line("Energia elektryczna czynna")))),
    (
        "srodek-trwaly",
        purchase(invoice("23 20000 4600", lines=(InvoiceLine(name="Frezarka CNC", net=d("20000")),))),
    ),
    (
        "zakup-uslugi",
        purchase(invoice("23 20000 4600", lines=(InvoiceLine(name="Najem maszyny", net=d("20000")),))),
    ),
]


@pytest.mark.parametrize(("scheme", "facts"), RECOGNISED)
def test_documents_are_recognised(scheme: str, facts: Facts) -> None:
    proposal = propose(facts, SHIPPED)
    assert proposal.candidates[0].scheme == scheme
    assert proposal.coding.scheme is not None
    assert proposal.coding.scheme.name == scheme


def test_rent_issued_ahead_is_taxed_on_its_issue_and_a_cost_of_its_period() -> None:
    ahead = invoice(
        issue_date=date(2026, 2, 26),
        period=(date(2026, 3, 1), date(2026, 3, 31)),
        lines=line("Czynsz za marzec"),
    )
    bought = purchase(ahead, received=date(2026, 2, 27))
    periods = propose(bought, SHIPPED).coding.periods
    assert (periods.vat, periods.cost) == (Month(2026, 2), Month(2026, 3))
    assert propose(sale(ahead), SHIPPED).coding.periods.vat == Month(2026, 2)
    service = purchase(replace(ahead, lines=line("Usługa doradcza")), received=date(2026, 2, 27))
    assert propose(service, SHIPPED).coding.periods.vat == Month(2026, 3)


@pytest.mark.parametrize(
    ("issued", "day"),
    [
        (date(2026, 3, 31), date(2026, 3, 31)),
        (date(2026, 4, 10), date(2026, 4, 10)),
        (date(2026, 5, 4), date(2026, 4, 15)),
    ],
)
def test_goods_from_the_union_are_taxed_on_their_issue_up_to_the_15th_of_the_next_month(
    issued: date, day: date
) -> None:
    month = Month.of(day)
    bought = purchase(
        invoice("np I 500", issue_date=issued, sale_date=date(2026, 3, 10)), received=date(2026, 5, 5)
    )
    coding = code(bought, SHIPPED, Choices(scheme="wnt"))
    assert next(one for one in coding.reasons if one.code == "self-assessed").values == {"day": str(day)}
    assert {coding.periods.vat, *(row.month for row in coding.rows)} == {month}
    assert allowed_vat_months(bought, coding.choices, SHIPPED.schemes["wnt"][0]) == (month,)


def test_a_person_s_months_go_by_the_rule_s_tax_point_too() -> None:
    bought = purchase(
        invoice(
            issue_date=date(2026, 2, 26), period=(None, date(2026, 3, 31)), lines=line("Czynsz za marzec")
        ),
        received=date(2026, 2, 27),
    )
    choices = propose(bought, SHIPPED).coding.choices
    assert allowed_vat_months(bought, choices)[0] == Month(2026, 2)
    assert code(bought, SHIPPED, replace(choices, vat_month=Month(2026, 2))).complete


@pytest.mark.parametrize(
    ("facts", "document_type", "register"),
    [
        (purchase(), "FZ", "ZAK"),
        (purchase(invoice(kind="KOR")), "FZk", "ZAK"),
        (purchase(invoice("7 100 7", form="FA_RR (1)", kind="VAT_RR")), "RR", "ZAK"),
        (sale(), "FS", "SPR"),
        (sale(invoice(kind="KOR_ZAL")), "FSk", "SPR"),
    ],
)
def test_the_data_source_gives_document_type_and_register(
    facts: Facts, document_type: str, register: str
) -> None:
    coding = propose(facts, SHIPPED).coding
    assert (coding.document_type, coding.register) == (document_type, register)


def test_every_scheme_and_parameter_is_explained() -> None:
    page = (Path(__file__).parents[2] / "docs" / "posting-schemes.md").read_text(encoding="utf-8")
    explained = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    named = {scheme.name for scheme in SCHEMES} | {name for scheme in SCHEMES for name in scheme.parameters}
    assert explained - {"cost", "proportion"} == named
