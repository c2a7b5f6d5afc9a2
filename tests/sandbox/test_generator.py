"""Generated invoices: valid, with sums that agree and numbers that check, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

import pytest
from lxml import etree

from blink_tui.model.values import nip_check_digit_is_right
from blink_tui.sandbox.generator import Generated, Generator, Namer, facts_of
from blink_tui.sandbox.generator.amounts import RATES, divided, money, quantity
from blink_tui.sandbox.generator.fa3 import NAMESPACE
from blink_tui.sandbox.generator.kinds import PATTERNS
from blink_tui.sandbox.metadata import read_invoice
from tests.sandbox.contract import SHARED

SCHEMAS = SHARED / "ksef" / "xsd" / "FA"
NUMBER = "5265877635-20250826-0100001AF629-AF"
DAY = date(2026, 3, 20)


def stream(seed: int, count: int = 200) -> Iterator[Generated]:
    """Invoices as a sandbox makes them; each is given a KSeF number that later ones may name."""
    namer = Namer(Random(seed))
    generator = Generator(seed, [namer.company() for _ in range(3)])
    for _ in range(count):
        invoice = generator.invoice(DAY)
        generator.remember(invoice, NUMBER)
        yield invoice


@lru_cache(maxsize=1)
def every_pattern() -> list[Generated]:
    """Four invoices of each pattern, those that follow others last."""
    namer = Namer(Random(5))
    generator = Generator(5, [namer.company() for _ in range(3)])
    invoices = []
    for name in sorted(PATTERNS, key=lambda name: bool(PATTERNS[name].follows)):
        for turn in range(4):
            if "ZAL" in PATTERNS[name].follows:  # each follower takes an advance of its own
                generator.remember(generator.invoice(DAY, "advance"), NUMBER if turn % 2 else None)
            invoices.append(generator.invoice(DAY, name))
            generator.remember(invoices[-1], NUMBER if turn % 2 else None)
    return invoices


class _Local(etree.Resolver):
    """Answers the schema's imports with the files that lie beside it."""

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override] # stubs lag
        local = str(SCHEMAS / "bazowe" / system_url.rpartition("/")[2])
        return self.resolve_filename(local, context)  # type: ignore[attr-defined] # stubs lag


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The official schema of FA(3)."""
    if not SCHEMAS.is_dir():
        pytest.skip("the folder of official schemas is absent")
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local())
    return etree.XMLSchema(etree.parse(SCHEMAS / "schemat_FA(3)_v1-0E.xsd", parser))


def test_every_pattern_is_valid(schema: etree.XMLSchema) -> None:
    for invoice in every_pattern():
        assert schema.validate(etree.fromstring(invoice.xml)), (invoice.pattern, str(schema.error_log))


def test_long_stream_is_valid(schema: etree.XMLSchema) -> None:
    for invoice in stream(11, 1000):
        assert schema.validate(etree.fromstring(invoice.xml)), (invoice.pattern, str(schema.error_log))


def test_same_seed_same_bytes() -> None:
    first = [invoice.xml for invoice in stream(1)]
    assert [invoice.xml for invoice in stream(1)] == first
    assert [invoice.xml for invoice in stream(2)] != first


def texts(invoice: Generated, name: str) -> list[str]:
    """The texts of all elements of a name."""
    root = etree.fromstring(invoice.xml)
    return [element.text or "" for element in root.iter(f"{{{NAMESPACE}}}{name}")]


def rows(invoice: Generated) -> Iterator[tuple[str, Decimal, bool]]:
    """Rate, value and "before a correction" of each row."""
    for row in etree.fromstring(invoice.xml).iter(f"{{{NAMESPACE}}}FaWiersz"):
        fields = {child.tag.rpartition("}")[2]: child.text or "" for child in row}
        yield fields["P_12"], Decimal(fields["P_11"]), "StanPrzed" in fields


def fields_of(invoice: Generated) -> dict[str, Decimal]:
    """The amounts of the VAT table and P_15."""
    root = etree.fromstring(invoice.xml)
    return {
        child.tag.rpartition("}")[2]: Decimal(child.text or "")
        for child in root.iter()
        if isinstance(child.tag, str) and child.tag.rpartition("}")[2].startswith(("P_13_", "P_14_", "P_15"))
    }


def test_table_and_total_agree() -> None:
    for invoice in every_pattern():
        fields = fields_of(invoice)
        taxes = {
            name: amount for name, amount in fields.items() if name.startswith("P_14_") and name[-1] != "W"
        }
        nets = {name: amount for name, amount in fields.items() if name.startswith("P_13_")}
        assert sum(nets.values()) + sum(taxes.values()) == fields["P_15"], invoice.pattern
        for suffix, percent in RATES.values():
            if f"P_13_{suffix}" in nets and percent is not None:
                exact = nets[f"P_13_{suffix}"] * percent / 100
                assert abs(taxes[f"P_14_{suffix}"] - exact) <= Decimal("0.02"), invoice.pattern


def test_rows_and_table_agree() -> None:
    checked = set()
    for invoice in every_pattern():
        if invoice.draft.kind not in ("VAT", "KOR", "KOR_ROZ"):
            continue
        sums: dict[str, Decimal] = {}
        for rate, net, before in rows(invoice):
            name = f"P_13_{RATES[rate][0]}"
            sums[name] = sums.get(name, Decimal(0)) + (-net if before else net)
        fields = fields_of(invoice)
        assert sums == {name: fields[name] for name in fields if name.startswith("P_13_")}, invoice.pattern
        checked.add(invoice.draft.kind)
    assert checked == {"VAT", "KOR", "KOR_ROZ"}


def test_tax_in_zlotys_follows_the_exchange_rate() -> None:
    foreign = [invoice for invoice in every_pattern() if invoice.draft.currency != "PLN"]
    assert foreign
    for invoice in foreign:
        rate = Decimal(texts(invoice, "KursWaluty")[0])
        fields = fields_of(invoice)
        for name, amount in fields.items():
            if name.startswith("P_14_") and name[-1] != "W":
                assert abs(fields[f"{name}W"] - amount * rate) <= Decimal("0.005")
        polish = sum((fields[name] for name in fields if name[-1] == "W"), Decimal(0))
        assert read_invoice(invoice.xml).vat == polish


def test_all_that_was_asked_for_occurs() -> None:
    invoices = every_pattern()
    assert {invoice.pattern for invoice in invoices} == set(PATTERNS)
    assert {invoice.draft.kind for invoice in invoices} == {
        "VAT", "KOR", "ZAL", "ROZ", "UPR", "KOR_ZAL", "KOR_ROZ",
    }  # fmt: skip
    everything = [*invoices, *stream(3, 400)]
    assert {rate for invoice in everything for rate in texts(invoice, "P_12")} == set(RATES)
    assert {invoice.draft.currency for invoice in everything} == {"PLN", "EUR", "USD"}
    assert {role for invoice in everything for role in texts(invoice, "Rola")} == {"1", "2", "4", "8"}
    for flag in ("P_16", "P_17", "P_18", "P_18A"):
        assert {text for invoice in everything for text in texts(invoice, flag)} == {"1", "2"}, flag
    for name in ("StanPrzed", "GTU", "P_12_Zal_15", "IDWew", "RolaPU", "BrakID", "NrVatUE", "NrID"):
        assert any(texts(invoice, name) for invoice in everything), name
    assert {count for count in (len(texts(each, "NrWierszaFa")) for each in everything) if count > 10}
    assert max(len(texts(invoice, "NrWierszaFa")) for invoice in everything) <= 20


def test_references_name_earlier_invoices() -> None:
    for invoice in every_pattern():
        if PATTERNS[invoice.pattern].follows:
            known = texts(invoice, "NrKSeFFaKorygowanej") + texts(invoice, "NrKSeFFaZaliczkowej")
            outside = texts(invoice, "NrKSeFN") + texts(invoice, "NrKSeFZN")
            assert known in ([NUMBER], [])
            assert bool(known) != bool(outside)


def test_numbers_check() -> None:
    checked = 0
    for invoice in stream(7):
        for nip in texts(invoice, "NIP"):
            assert nip_check_digit_is_right(nip)
        for account in texts(invoice, "NrRB"):
            assert int(f"{account[2:]}2521{account[:2]}") % 97 == 1
            weights = (3, 9, 7, 1, 3, 9, 7, 1)
            assert sum(w * int(d) for w, d in zip(weights, account[2:10], strict=True)) % 10 == 0
            checked += 1
        for number in texts(invoice, "REGON"):
            weights = (8, 9, 2, 3, 4, 5, 6, 7)
            right = sum(w * int(d) for w, d in zip(weights, number[:8], strict=True)) % 11 % 10
            assert right == int(number[8])
    assert checked > 50


def test_series_of_a_seller_has_no_number_twice() -> None:
    seen = [
        (invoice.draft.seller.nip, invoice.draft.kind, invoice.draft.number) for invoice in stream(4, 500)
    ]
    assert len(seen) == len(set(seen))


def test_names_need_escaping_and_survive_it() -> None:
    facts = [(invoice, read_invoice(invoice.xml)) for invoice in stream(9)]
    names = {str(fact.seller.name) for _, fact in facts}
    for needed in ("&", '"', "ż"):
        assert any(needed in name for name in names), needed
    for invoice, fact in facts:
        assert fact.seller.name == invoice.draft.seller.name


def test_firm_without_sales_only_buys() -> None:
    firm = Namer(Random(1)).company()
    generator = Generator(1, [firm], sales=0.0)
    for _ in range(200):
        invoice = generator.invoice(DAY)
        generator.remember(invoice)
        assert invoice.draft.buyer.nip == firm.nip


@pytest.mark.parametrize(
    ("amount", "divisor", "expected"),
    [(250, 100, 3), (249, 100, 2), (-250, 100, -3), (-249, 100, -2), (0, 7, 0)],
)
def test_halves_are_rounded_away_from_zero(amount: int, divisor: int, expected: int) -> None:
    assert divided(amount, divisor) == expected


def test_amounts_as_text() -> None:
    assert [money(amount) for amount in (0, 5, -5, 123456)] == ["0.00", "0.05", "-0.05", "1234.56"]
    assert [quantity(amount) for amount in (1000, 1500, 1, -2000, 10_000)] == [
        "1",
        "1.5",
        "0.001",
        "-2",
        "10",
    ]


def test_draft_tells_the_same_facts_as_its_xml() -> None:
    for invoice in [*every_pattern(), *stream(3)]:
        assert facts_of(invoice.draft) == read_invoice(invoice.xml), invoice.pattern
