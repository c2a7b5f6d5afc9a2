"""Months by tables of dates, each with the sentence that an accountant reads (BOOKKEEPING 1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from blink_tui.coding.months import allowed_vat_months
from blink_tui.coding.propose import code
from blink_tui.model.books import VatKind
from blink_tui.model.coding import Choices, Coding
from blink_tui.model.dates import parse_instant, warsaw_day
from blink_tui.model.months import Month
from tests.coding.engine import sentences, shipped
from tests.coding.worked.document import FEBRUARY, LEDGER, Worked, by, paid, purchase, sale, vat
from tests.coding.worked.paper import CUSTOMER, FIRM, Original, fa, rr

BOUGHT = fa({"23": "1000.00 230.00"}, sold="2026-01-10", issued="2026-01-12")


def _coded(one: Worked, *locked: str, received: str = "") -> Coding:
    facts = replace(one.facts, locked=frozenset(Month.parse(month) for month in locked))
    if received:
        facts = replace(facts, received=warsaw_day(parse_instant(received)))
    return code(facts, shipped(), one.choices)


@pytest.mark.parametrize(
    ("acquired", "receipt", "month", "last"),
    [
        ("2026-01-31T22:59:59Z", "2026-01-31", "2026-01", "2026-04"),  # winter: midnight is at 23:00Z
        ("2026-01-31T23:00:00Z", "2026-02-01", "2026-02", "2026-05"),
        ("2026-03-31T21:59:59Z", "2026-03-31", "2026-03", "2026-06"),  # summer: midnight is at 22:00Z
        ("2026-03-31T22:00:00Z", "2026-04-01", "2026-04", "2026-07"),
        (
            "2026-03-28T22:59:59Z",
            "2026-03-28",
            "2026-03",
            "2026-06",
        ),  # the night before the clock goes forward
        ("2026-03-28T23:00:00Z", "2026-03-29", "2026-03", "2026-06"),
        ("2026-03-29T21:59:59Z", "2026-03-29", "2026-03", "2026-06"),  # the evening after it
        ("2026-03-29T22:00:00Z", "2026-03-30", "2026-03", "2026-06"),
        ("2026-10-24T22:00:00Z", "2026-10-25", "2026-10", "2027-01"),  # the night in which it goes back
        ("2026-10-25T22:59:59Z", "2026-10-25", "2026-10", "2027-01"),
        ("2026-10-25T23:00:00Z", "2026-10-26", "2026-10", "2027-01"),
        ("2026-10-31T22:59:59.9999999Z", "2026-10-31", "2026-10", "2027-01"),
        ("2026-10-31T23:00:00.0000000Z", "2026-11-01", "2026-11", "2027-02"),
        ("2026-12-31T23:00:00Z", "2027-01-01", "2027-01", "2027-04"),
    ],
)
def test_a_second_at_midnight_decides(acquired: str, receipt: str, month: str, last: str) -> None:
    coding = _coded(purchase("", "", BOUGHT, ""), received=acquired)
    until = int(month[:4]) + 4
    assert str(coding.periods.vat) == month
    assert (
        f"Obowiązek podatkowy 2026-01-10 (data sprzedaży), otrzymanie {receipt}: decyduje późniejsza z tych dat. "
        f"Odliczenie najwcześniej za {month}, najpóźniej za {last}; później tylko korektą deklaracji za {month}, "
        f"do {until}-12-31." in sentences(coding)
    )
    assert (
        f"Tax point 2026-01-10 (date of sale), received {receipt}: the later of both decides. "
        f"Deducted from {month}, in {last} at the latest; later only by correcting the return for {month}, "
        f"until {until}-12-31." in sentences(coding, "en")
    )


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A document, the month that it comes to, and one sentence that says so in both languages."""

    title: str
    month: str
    """Empty: none yet."""
    pl: str
    en: str
    one: Worked
    locked: tuple[str, ...] = ()
    blocks: bool = False


def _bought(received: str = "2026-03-13", *, choices: Choices | None = None, **how: object) -> Worked:
    books = how.pop("books", LEDGER)
    xml = fa({"23": "1000.00 230.00"}, **how)  # type: ignore[arg-type] # what a paper says
    received_on = date.fromisoformat(received)
    return purchase("", "", xml, "", received=received_on, books=books, choices=choices or Choices())


def _sold(received: str = "2026-03-13", table: str = "1000.00 230.00", **how: object) -> Worked:
    xml = fa({"23": table}, seller=FIRM, buyer=CUSTOMER, **how)  # type: ignore[arg-type] # what a paper says
    return sale("", "", xml, "", received=date.fromisoformat(received), originals=FEBRUARY)


def _minus(received: str, **more: object) -> Worked:
    xml = fa({"23": "-100.00 -23.00"}, kind="KOR", corrects=Original(type=1))
    received_on = date.fromisoformat(received)
    return purchase("", "", xml, "", received=received_on, originals=FEBRUARY, **more)


def _month(text: str) -> Month:
    return Month.parse(text)


WINDOW_OF_MARCH = ("2026-03", "2026-04", "2026-05", "2026-06")

RULES = (
    Rule(
        title="dostawa po otrzymaniu faktury: decyduje obowiązek podatkowy",
        one=_bought("2026-03-20", sold="2026-04-02"),
        month="2026-04",
        pl="Obowiązek podatkowy 2026-04-02 (data sprzedaży), otrzymanie 2026-03-20: decyduje późniejsza z tych dat. "
        "Odliczenie najwcześniej za 2026-04, najpóźniej za 2026-07; później tylko korektą deklaracji za 2026-04, "
        "do 2030-12-31.",
        en="Tax point 2026-04-02 (date of sale), received 2026-03-20: the later of both decides. "
        "Deducted from 2026-04, in 2026-07 at the latest; later only by correcting the return for 2026-04, "
        "until 2030-12-31.",
    ),
    Rule(
        title="OkresFa: koniec okresu",
        one=_bought("2026-03-13", period=("2026-04-01", "2026-04-30")),
        month="2026-04",
        pl="Obowiązek podatkowy 2026-04-30 (koniec okresu), otrzymanie 2026-03-13: decyduje późniejsza z tych dat. "
        "Odliczenie najwcześniej za 2026-04, najpóźniej za 2026-07; później tylko korektą deklaracji za 2026-04, "
        "do 2030-12-31.",
        en="Tax point 2026-04-30 (end of the period), received 2026-03-13: the later of both decides. "
        "Deducted from 2026-04, in 2026-07 at the latest; later only by correcting the return for 2026-04, "
        "until 2030-12-31.",
    ),
    Rule(
        title="bez P_6: data wystawienia",
        one=_bought("2026-03-13", sold=""),
        month="2026-03",
        pl="Obowiązek podatkowy 2026-03-12 (data wystawienia), otrzymanie 2026-03-13: decyduje późniejsza z tych dat. "
        "Odliczenie najwcześniej za 2026-03, najpóźniej za 2026-06; później tylko korektą deklaracji za 2026-03, "
        "do 2030-12-31.",
        en="Tax point 2026-03-12 (date of issue), received 2026-03-13: the later of both decides. "
        "Deducted from 2026-03, in 2026-06 at the latest; later only by correcting the return for 2026-03, "
        "until 2030-12-31.",
    ),
    Rule(
        title="najem i media: obowiązek wpisany przez człowieka (art. 19a ust. 5 pkt 4)",
        one=_bought(
            "2026-02-27", sold="2026-02-10", issued="2026-02-25", choices=by(tax_point=date(2026, 3, 2))
        ),
        month="2026-03",
        pl="Obowiązek podatkowy 2026-03-02 (wpisany ręcznie), otrzymanie 2026-02-27: decyduje późniejsza z tych dat. "
        "Odliczenie najwcześniej za 2026-03, najpóźniej za 2026-06; później tylko korektą deklaracji za 2026-03, "
        "do 2030-12-31.",
        en="Tax point 2026-03-02 (typed in), received 2026-02-27: the later of both decides. "
        "Deducted from 2026-03, in 2026-06 at the latest; later only by correcting the return for 2026-03, "
        "until 2030-12-31.",
    ),
    Rule(
        title="podatnik kwartalny: dwa następne kwartały",
        one=_bought("2026-03-13", books=replace(LEDGER, vat=vat(kind=VatKind.QUARTERLY))),
        month="2026-03",
        pl="Obowiązek podatkowy 2026-03-10 (data sprzedaży), otrzymanie 2026-03-13: decyduje późniejsza z tych dat. "
        "Odliczenie najwcześniej za 2026-03, najpóźniej za 2026-09; później tylko korektą deklaracji za 2026-03, "
        "do 2030-12-31.",
        en="Tax point 2026-03-10 (date of sale), received 2026-03-13: the later of both decides. "
        "Deducted from 2026-03, in 2026-09 at the latest; later only by correcting the return for 2026-03, "
        "until 2030-12-31.",
    ),
    Rule(
        title="miesiąc zamknięty: następny otwarty w granicach trzech",
        one=_bought("2026-03-13"),
        locked=("2026-03", "2026-04"),
        month="2026-05",
        pl="2026-03 jest zamknięty: dokument idzie do 2026-05; może najpóźniej do 2026-06.",
        en="2026-03 is closed: it goes to 2026-05; it may go up to 2026-06.",
    ),
    Rule(
        title="po oknie: korekta deklaracji, do 5 lat",
        one=_bought("2026-03-13"),
        locked=WINDOW_OF_MARCH,
        month="2026-03",
        blocks=True,
        pl="Każdy miesiąc, w którym można odliczyć (2026-03 do 2026-06), jest zamknięty: zostaje "
        "korekta deklaracji za 2026-03, do 2030-12-31 (5 lat od początku roku, art. 86 ust. 13).",
        en="Every month in which it may be deducted (2026-03 to 2026-06) is closed: now only by correcting the return "
        "for 2026-03, until 2030-12-31 (5 years from the beginning of the year, art. 86(13)).",
    ),
    Rule(
        title="miesiąc wybrany przez człowieka w granicach prawa",
        one=_bought("2026-03-13", choices=by(vat_month=_month("2026-06"))),
        month="2026-06",
        pl="Miesiąc 2026-06 wybrano ręcznie; prawo dopuszcza od 2026-03 do 2026-06.",
        en="Month 2026-06 was chosen by a person; the law allows 2026-03 to 2026-06.",
    ),
    Rule(
        title="miesiąc wybrany poza granicami prawa",
        one=_bought("2026-03-13", choices=by(vat_month=_month("2026-07"))),
        month="2026-07",
        blocks=True,
        pl="Prawo nie dopuszcza tu 2026-07, tylko od 2026-03 do 2026-06.",
        en="The law does not allow 2026-07 here, only 2026-03 to 2026-06.",
    ),
    Rule(
        title="miesiąc wybrany, lecz zamknięty",
        one=_bought("2026-03-13", choices=by(vat_month=_month("2026-04"))),
        locked=("2026-04",),
        month="2026-04",
        blocks=True,
        pl="2026-04 jest zamknięty: wybierz inny miesiąc albo go otwórz.",
        en="2026-04 is closed: choose another month or open it again.",
    ),
    Rule(
        title="korekta in minus: miesiąc otrzymania, TypKorekty sprzedawcy nie rozstrzyga",
        one=_minus("2026-04-02"),
        month="2026-04",
        pl="Korekta in minus, otrzymana 2026-04-02: zmniejsza podatek naliczony za 2026-04, nie można jej odłożyć.",
        en="Correction in minus, received 2026-04-02: it lowers input tax in 2026-04 and cannot be put off.",
    ),
    Rule(
        title="korekta in minus otrzymana w zamkniętym miesiącu: korekta JPK, nigdy później",
        one=_minus("2026-04-02"),
        locked=("2026-04",),
        month="2026-04",
        blocks=True,
        pl="2026-04 jest zamknięty, a innego prawo nie dopuszcza: korekta JPK za 2026-04, kwota -23,00.",
        en="2026-04 is closed and no other is allowed: correction of the JPK for 2026-04, amount -23,00.",
    ),
    Rule(
        title="korekta in minus do faktury jeszcze nieodliczonej: razem z nią",
        one=_minus("2026-04-02", choices=by(original_month=_month("2026-05"))),
        month="2026-05",
        pl="Korekta in minus, otrzymana 2026-04-02, do faktury jeszcze nieodliczonej: razem z nią, za 2026-05.",
        en="Correction in minus, received 2026-04-02, of an invoice not deducted yet: together with it, in 2026-05.",
    ),
    Rule(
        title="korekta in plus: jak faktura",
        one=_bought("2026-04-02", kind="KOR", corrects=Original(type=1)),
        month="2026-04",
        pl="Obowiązek podatkowy 2026-03-10 (data sprzedaży), otrzymanie 2026-04-02: decyduje późniejsza z tych dat. "
        "Odliczenie najwcześniej za 2026-04, najpóźniej za 2026-07; później tylko korektą deklaracji za 2026-04, "
        "do 2030-12-31.",
        en="Tax point 2026-03-10 (date of sale), received 2026-04-02: the later of both decides. "
        "Deducted from 2026-04, in 2026-07 at the latest; later only by correcting the return for 2026-04, "
        "until 2030-12-31.",
    ),
    Rule(
        title="wyrok T-689/24 wybrany, faktura przed złożeniem deklaracji (27 kwietnia, bo 25 to sobota)",
        one=_bought("2026-04-27", books=replace(LEDGER, judgment_t_689=True)),
        month="2026-03",
        pl="Wyrok T-689/24, decyzja podatnika: obowiązek podatkowy 2026-03-10 (data sprzedaży), otrzymanie 2026-04-27, "
        "przed złożeniem deklaracji. Odliczenie najwcześniej za 2026-03, najpóźniej za 2026-06; później tylko korektą "
        "deklaracji za 2026-03, do 2030-12-31.",
        en="Judgment T-689/24, by the taxpayer's decision: tax point 2026-03-10 (date of sale), received 2026-04-27 "
        "before the return was filed. Deducted from 2026-03, in 2026-06 at the latest; later only by correcting the "
        "return for 2026-03, until 2030-12-31.",
    ),
    Rule(
        title="wyrok T-689/24 wybrany, faktura po terminie deklaracji",
        one=_bought("2026-04-28", books=replace(LEDGER, judgment_t_689=True)),
        month="2026-04",
        pl="Obowiązek podatkowy 2026-03-10 (data sprzedaży), otrzymanie 2026-04-28: decyduje późniejsza z tych dat. "
        "Odliczenie najwcześniej za 2026-04, najpóźniej za 2026-07; później tylko korektą deklaracji za 2026-04, "
        "do 2030-12-31.",
        en="Tax point 2026-03-10 (date of sale), received 2026-04-28: the later of both decides. "
        "Deducted from 2026-04, in 2026-07 at the latest; later only by correcting the return for 2026-04, "
        "until 2030-12-31.",
    ),
    Rule(
        title="metoda kasowa dostawcy, niezapłacona",
        one=_bought("2026-03-13", marks="P_16"),
        month="",
        pl="VAT rozlicza się po zapłacie, której jeszcze nie ma: do tego czasu bez wiersza w rejestrze.",
        en="VAT follows the payment, which is not known yet: no row until then.",
    ),
    Rule(
        title="metoda kasowa dostawcy, zapłacona w maju",
        one=_bought("2026-03-13", marks="P_16", choices=by(payments=paid(("2026-05-05", "1230.00")))),
        month="2026-05",
        pl="Metoda kasowa: zapłata 2026-05-05, otrzymanie 2026-03-13. Odliczenie najwcześniej za 2026-05, najpóźniej "
        "za 2026-08; później tylko korektą deklaracji za 2026-05, do 2030-12-31.",
        en="Cash method: paid 2026-05-05, received 2026-03-13. Deducted from 2026-05, in 2026-08 at the latest; "
        "later only by correcting the return for 2026-05, until 2030-12-31.",
    ),
    Rule(
        title="VAT RR: miesiąc zapłaty rolnikowi",
        one=purchase(
            "", "", rr("2000.00", "140.00"), "", choices=by(payments=paid(("2026-04-02", "2140.00")))
        ),
        month="2026-04",
        pl="VAT RR: zapłata rolnikowi 2026-04-02, więc odliczenie za 2026-04.",
        en="VAT RR: the farmer was paid on 2026-04-02, so it is deducted in 2026-04.",
    ),
    Rule(
        title="sprzedaż marcowa z numerem KSeF z kwietnia zostaje w marcu",
        one=_sold("2026-04-01", sold="2026-03-31", issued="2026-03-31"),
        month="2026-03",
        pl="Obowiązek podatkowy 2026-03-31 (data sprzedaży).",
        en="Tax point 2026-03-31 (date of sale).",
    ),
    Rule(
        title="sprzedaż marcowa po zamknięciu marca: korekta JPK",
        one=_sold("2026-04-20", sold="2026-03-31", issued="2026-03-31"),
        locked=("2026-03",),
        month="2026-03",
        blocks=True,
        pl="2026-03 jest zamknięty, a innego prawo nie dopuszcza: korekta JPK za 2026-03, kwota 230,00.",
        en="2026-03 is closed and no other is allowed: correction of the JPK for 2026-03, amount 230,00.",
    ),
    Rule(
        title="korekta sprzedaży in minus: miesiąc wystawienia",
        one=_sold("2026-04-01", "-100.00 -23.00", kind="KOR", corrects=Original(), issued="2026-03-31"),
        month="2026-03",
        pl="Korekta in minus, wystawiona lub przesłana 2026-03-31: zmniejsza podatek należny za ten miesiąc.",
        en="Correction in minus, sent 2026-03-31: it lowers output tax in that month.",
    ),
    Rule(
        title="korekta sprzedaży in plus z przyczyny następczej: miesiąc jej wystawienia",
        one=_sold("2026-04-01", "100.00 23.00", kind="KOR", corrects=Original(type=2), issued="2026-03-31"),
        month="2026-03",
        pl="Korekta in plus z przyczyny następczej: miesiąc wystawienia korekty (2026-03-31).",
        en="Correction in plus for a later cause: the month 2026-03-31 of its issue.",
    ),
    Rule(
        title="korekta sprzedaży in plus z przyczyny pierwotnej: miesiąc faktury korygowanej",
        one=_sold("2026-04-01", "100.00 23.00", kind="KOR", corrects=Original(type=1), issued="2026-03-31"),
        month="2026-02",
        pl="Korekta in plus z przyczyny pierwotnej, istniejącej od początku: miesiąc faktury pierwotnej.",
        en="Correction in plus for a cause that was there from the beginning: the month of the original.",
    ),
)


def _titled(rule: Rule) -> str:
    return rule.title


@pytest.mark.parametrize("rule", RULES, ids=_titled)
def test_the_month_and_its_sentence(rule: Rule) -> None:
    coding = _coded(rule.one, *rule.locked)
    assert str(coding.periods.vat or "") == rule.month
    assert rule.pl in sentences(coding)
    assert rule.en in sentences(coding, "en")
    assert coding.complete is not rule.blocks


def test_offline_a_correction_in_minus_counts_when_sent() -> None:
    one = _sold("2026-04-01", "-100.00 -23.00", kind="KOR", corrects=Original(), issued="2026-03-31")
    coding = code(replace(one.facts, offline=True), shipped(), Choices())
    assert str(coding.periods.vat) == "2026-04"
    assert (
        "Korekta in minus, wystawiona lub przesłana 2026-04-01: zmniejsza podatek należny za ten miesiąc."
        in sentences(coding)
    )


@pytest.mark.parametrize(
    ("offline", "receipt", "reason", "month", "complete"),
    [
        (True, "2026-03-31", "wydana papierowo w awarii", "2026-03", True),
        (True, "2026-03-31", "", "2026-03", False),
        (True, "2026-03-01", "wydana przed wystawieniem", "2026-03", False),
        (True, "2026-04-03", "później niż w KSeF", "2026-04", False),
        (False, "2026-03-31", "nie było awarii", "2026-03", False),
    ],
)
def test_an_earlier_receipt_is_for_the_failure_mode_alone(
    offline: bool, receipt: str, reason: str, month: str, complete: bool
) -> None:
    """Art. 106nf: the day on which the buyer got it outside KSeF, with the reason, between issue and KSeF's number."""
    facts = replace(_bought("2026-04-02").facts, offline=offline)
    choices = Choices(receipt=date.fromisoformat(receipt), receipt_reason=reason)
    coding = code(facts, shipped(), choices)
    assert (str(coding.periods.vat), coding.complete) == (month, complete)


def test_a_sale_has_no_choice_of_months() -> None:
    coding = _coded(_sold("2026-03-13"))
    moved = code(_sold("2026-03-13").facts, shipped(), Choices(vat_month=_month("2026-04")))
    assert coding.complete
    assert not moved.complete


def test_a_closed_month_moves_the_books_but_never_the_law() -> None:
    """The day in the books goes to the first day of the next open month; VAT stays within its window."""
    coding = _coded(_bought("2026-03-13"), "2026-03")
    assert coding.periods.books == date(2026, 4, 1)
    assert coding.periods.cost == _month("2026-04")
    assert sum((row.not_deducted for row in coding.rows), Decimal(0)) == 0


def test_a_correction_of_an_invoice_that_waits_for_its_payment_asks_for_the_month() -> None:
    """BOOKKEEPING 1: what is not deducted yet is lowered together with it."""
    xml = fa({"23": "-100.00 -23.00"}, kind="KOR", marks="P_16", corrects=Original())
    waiting = replace(FEBRUARY[0], vat_month=None)
    asks = "Faktura korygowana czeka na zapłatę (MK): jeśli nie jest jeszcze odliczona, wpisz miesiąc, w którym będzie."
    one = purchase("", "", xml, "", received=date(2026, 4, 2), originals=(waiting,))
    assert asks in sentences(_coded(one))
    told = _coded(replace(one, choices=by(original_month=_month("2026-05"))))
    assert asks not in sentences(told)
    assert str(told.periods.vat) == "2026-05"
    assert asks not in sentences(_coded(replace(one, originals=FEBRUARY)))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("currency", ["PLN", "EUR"])
def test_a_day_at_the_end_of_the_calendar_is_told_and_breaks_nothing(day: str, currency: str) -> None:
    books = replace(LEDGER, judgment_t_689=True)
    for scheme in ("", "wnt"):
        for days in ({"sold": day}, {"issued": day}):
            xml = fa({"23": "100.00 23.00"}, currency=currency, **days)  # type: ignore[arg-type] # days
            one = purchase("", "", xml, "", books=books, choices=by(scheme))
            coding = _coded(one)
            assert [problem.code for problem in coding.problems] == ["day-impossible"]
            assert allowed_vat_months(one.facts, one.choices) == ()
