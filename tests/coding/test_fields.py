"""The catalogue of document fields: each is documented, readable from any document, and says what the document says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from blink_tui.coding.facts import Facts, Original, Past
from blink_tui.coding.fields import CATALOGUE, FIELDS, DocumentEnv, Field
from blink_tui.coding.language import Decides, ExpressionError, Kind, parse
from blink_tui.i18n import set_language
from blink_tui.invoices import read_invoice
from blink_tui.model.books import BookKind, Books, CodingLevel, Contractor, ExchangeRate, VatKind, VatStatus
from blink_tui.model.documents import Direction, Role, Status
from blink_tui.model.invoice import Invoice, InvoiceLine, InvoiceParty, VatAmount
from blink_tui.model.text import folded
from blink_tui.model.values import KsefNumber, Nip
from tests.coding.worked.whole import WORKED
from tests.invoices.samples import sample_files

TYPES = {Kind.AMOUNT: Decimal, Kind.TEXT: str, Kind.TEXTS: tuple, Kind.FLAG: bool, Kind.DATE: date | None}
BOOKS = Books(
    kind=BookKind.KPIR,
    level=CodingLevel.DESCRIPTION,
    program="wapro",
    vat=(
        VatStatus(date(2020, 1, 1), VatKind.MONTHLY),
        VatStatus(date(2026, 3, 1), VatKind.QUARTERLY, cash_method=True, proportion=Decimal("0.8")),
    ),
)
INVOICE = Invoice(
    form="FA (3)",
    kind="VAT",
    number="FV/12/2026",
    issue_date=date(2026, 3, 2),
    currency="EUR",
    seller=InvoiceParty(nip="5265877635", name="Orlen Paliwa Sp. z o.o."),
    buyer=InvoiceParty(nip="1111111111", name="Piekarnia"),
    vat_table=(
        VatAmount(rate="23", net=Decimal("100.00"), vat=Decimal("23.00")),
        VatAmount(rate="zw", net=Decimal("50.00")),
    ),
    lines=(
        InvoiceLine(number=1, name="Olej napędowy", net=Decimal("100.00"), rate="23", gtu="GTU_02"),
        InvoiceLine(number=2, name="Ubezpieczenie", gross=Decimal("50.00"), rate="zw"),
    ),
)
FACTS = Facts(
    invoice=INVOICE,
    ksef_number=KsefNumber("5265877635-20260302-0100000000FF-5D"),
    direction=Direction.PURCHASE,
    roles=frozenset({Role.BUYER}),
    received=date(2026, 3, 3),
    firm_nip=Nip("1111111111"),
    books=BOOKS,
    today=date(2026, 3, 20),
)


def holds(condition: str, facts: Facts = FACTS) -> bool:
    value = parse(condition, wanted=Kind.FLAG, names=CATALOGUE).value(DocumentEnv(facts))
    assert isinstance(value, bool)
    return value


def _documents() -> list[Facts]:
    """The worked set, and every sample invoice as a purchase and as a sale."""
    found = [one.facts for one in WORKED]
    for path in sample_files():
        invoice = read_invoice(path.read_bytes())
        found += [replace(FACTS, invoice=invoice, direction=direction) for direction in Direction]
    return found


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_is_documented(field: Field) -> None:
    assert field.name == folded(field.name)
    assert field.others
    assert field.meaning
    for example in (field.example, field.english):
        expression = parse(example, wanted=Kind.FLAG, names=CATALOGUE)
        assert field.name in expression.fields
    for word in (field.words or {}).values():
        assert parse(
            field.example.split('"')[0] + f'"{word}"' + ")" * field.row, wanted=Kind.FLAG, names=CATALOGUE
        )


def test_every_field_of_every_document_can_be_read() -> None:
    for facts in _documents():
        env = DocumentEnv(facts)
        for field in FIELDS:
            if field.row:
                values = [line.value(field.name) for line in env.lines]
            elif field.needs_key:
                values = [env.keyed(field.name, "nr rejestracyjny")]
            else:
                values = [env.value(field.name)]
            keyed = dict.fromkeys((field.keys or {}).values()) if field.keyed else ()
            values += [env.keyed(field.name, key) for key in keyed]
            for value in values:
                assert isinstance(value, TYPES[field.kind]), field.name
                assert _is_word(field, value, facts.invoice.form), (field.name, value)


def _is_word(field: Field, value: object, form: str) -> bool:
    """One of the known words; PEF may state any rate."""
    if field.words is None or (form.startswith("PEF") and field.name in ("stawki", "wiersz.stawka")):
        return True
    found = value if isinstance(value, tuple) else (value,)
    return {"", *field.words.values()} >= set(found)


@pytest.mark.parametrize(
    "condition",
    [
        'kierunek = "zakup" i direction = "purchase"',
        'kontrahent.nip = "526-587-76-35" i sprzedawca.nip = kontrahent.nip i nie sprzedawca.nasz i nabywca.nasz',
        'kontrahent.nazwa ~ "orlen*" i kontrahent.kraj = "PL" i nie kontrahent.zagraniczny i nie kontrahent.osoba',
        'netto = 150 i netto["23"] = 100 i netto["22"] = 100 i netto["8"] = 0 i vat = 23 i brutto["23"] = 123',
        'stawki = "zw" i stawki = "23" i stawki <> "8"',
        "razem = 173 i razem_pln = 0 i kurs = 0",
        'jest(wiersz.gtu = "GTU_02" i wiersz.vat = 23 i wiersz.brutto = 123) i gtu = "GTU_02"',
        'nazwy ~ "ubezpiecz*" i tresc ~ "olej napęd*" i liczba_wierszy = 2',
        'suma(wiersz.netto) = 150 i suma(wiersz.brutto, wiersz.stawka = "zw") = 50',
        'firma.vat = "kwartalnie" i firma.kasowa i firma.proporcja = 80% i firma.ksiegi = "kpir"',
        'firma.program = "wapro" i firma.samochody = "mieszane" i firma.nip = "1111111111" i puste(firma.etykiety)',
        "puste(data_sprzedazy) i puste(termin) i data_otrzymania = 2026-03-03 i dni_na_zaplate = 0",
        'nasze_role = "nabywca" i formularz = "FA" i rodzaj = "VAT" i nie korekta',
        "wczesniejsze = 0 i nie oryginal.jest i puste(uwagi) i nie kontrahent.znany",
    ],
)
def test_what_a_document_says(condition: str) -> None:
    assert holds(condition)


def test_the_other_side_of_a_sale_is_the_buyer() -> None:
    sale = replace(FACTS, direction=Direction.SALE, firm_nip=Nip("5265877635"))
    assert holds('kontrahent.nip = "1111111111" i sprzedawca.nasz i kierunek = "sprzedaż"', sale)


def test_a_foreign_number_tells_the_country() -> None:
    german = replace(INVOICE, buyer=InvoiceParty(eu_country="DE", vat_ue="123456789", name="GmbH"))
    facts = replace(FACTS, invoice=german, direction=Direction.SALE)
    assert holds('kontrahent.unijny i kontrahent.kraj = "DE" i kontrahent.numer = "DE123456789"', facts)


def test_vat_status_is_that_of_the_document_s_day() -> None:
    assert holds(
        'firma.vat = "miesięcznie" i nie firma.kasowa i firma.proporcja = 1',
        replace(FACTS, received=date(2026, 2, 28)),
    )


def test_the_rows_before_a_correction_count_negative() -> None:
    rows = (
        InvoiceLine(number=1, name="Stal", net=Decimal(1000), rate="23", quantity=Decimal(10), before=True),
        InvoiceLine(number=1, name="Stal", net=Decimal(900), rate="23", quantity=Decimal(9)),
    )
    table = (VatAmount(rate="23", net=Decimal(-100), vat=Decimal(-23)),)
    facts = replace(FACTS, invoice=replace(INVOICE, kind="KOR", lines=rows, vat_table=table))
    assert holds("suma(wiersz.netto) = -100 i suma(wiersz.vat) = -23 i suma(wiersz.brutto) = -123", facts)
    assert holds(
        "suma(wiersz.ilosc) = -1 i korekta_minus i liczba_wierszy = 1 i liczba(wiersz.przed) = 1", facts
    )


def test_a_correction_in_plus_is_no_correction_in_minus() -> None:
    assert holds("korekta i nie korekta_minus", replace(FACTS, invoice=replace(INVOICE, kind="KOR")))


def test_net_comes_out_of_gross_where_rows_have_only_that() -> None:
    rows = (InvoiceLine(number=1, name="Kawa", gross=Decimal("12.30"), rate="23"),)
    facts = replace(FACTS, invoice=replace(INVOICE, lines=rows))
    assert holds("suma(wiersz.netto) = 10 i suma(wiersz.vat) = 2.30", facts)


def test_pln_by_the_last_table_before_the_issue() -> None:
    tables = [
        ExchangeRate("EUR", date(2026, 2, 27), Decimal("4.20"), "1"),
        ExchangeRate("EUR", date(2026, 3, 2), Decimal("4.30"), "2"),
    ]
    assert holds("razem_pln = 726.60 i kurs = 0", replace(FACTS, rates={"EUR": tables}))
    own = replace(INVOICE, exchange_rate=Decimal("4.1"))
    assert holds("razem_pln = 709.30 i kurs = 4.1", replace(FACTS, invoice=own, rates={"EUR": tables}))


def test_what_surrounds_the_document() -> None:
    original = Original(ksef_number=KsefNumber("x"), status=Status.APPROVED, vat_month=None, scheme="paliwo")
    facts = replace(
        FACTS,
        originals=(original,),
        past=Past(documents=7),
        findings=frozenset({"account-new", "split-payment"}),
        labels=("Transport",),
        contractor=Contractor("5265877635", "Orlen", code="ORL"),
    )
    assert holds('oryginal.jest i oryginal.stan = "zatwierdzony" i oryginal.schemat = "paliwo"', facts)
    assert holds('wczesniejsze = 7 i uwagi = "account-new" i firma.etykiety = "transport"', facts)
    assert holds('kontrahent.znany i kontrahent.kod = "orl"', facts)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('kierunek = "zakpu"', '"zakpu"', "direction is never “zakpu”. Did you mean zakup?"),
        ('rodzaj = "xyz"', '"xyz"', "There are: VAT, KOR, ZAL"),
        ('netto["24"] > 0', '"24"', "There are: 23, 8, 5, 0 KR"),
        ('jest(wiersz.gtu = "GTU_14")', '"GTU_14"', "line.gtu is never “GTU_14”"),
        ("wiersz.vat > 0", "wiersz.vat", "line.tax is of one row"),
    ],
)
def test_what_no_document_can_say_is_refused(text: str, place: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, wanted=Kind.FLAG, names=CATALOGUE)
    assert text[caught.value.start : caught.value.end] == place
    assert words in str(caught.value)


def test_what_fields_decide_by() -> None:
    condition = parse('kontrahent.nip = "1" i jest(wiersz.pkwiu ~ "62*")', wanted=Kind.FLAG, names=CATALOGUE)
    assert condition.decides == {Decides.CONTRACTOR, Decides.CONTENT}


def test_names_and_examples_follow_the_language() -> None:
    field = CATALOGUE["wiersz.stawka"]
    assert (field.shown, field.example_shown) == ("line.rate", 'any(line.rate = "zw")')
    set_language("pl")
    assert (field.shown, field.example_shown) == ("wiersz.stawka", 'jest(wiersz.stawka = "zw")')
    assert CATALOGUE.find("Wiersz.Ilość") is CATALOGUE["line.quantity"]
