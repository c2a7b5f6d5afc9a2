"""Each rule of months with a document of its own, and the sentence that an accountant reads (BOOKKEEPING 1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from blink_tui.model.books import VatKind
from blink_tui.model.coding import Choices
from blink_tui.model.months import Month
from tests.coding.worked.document import FEBRUARY, LEDGER, Worked, by, paid, purchase, sale, vat
from tests.coding.worked.paper import CUSTOMER, FIRM, Original, fa, rr


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


def bought(received: str = "2026-03-13", *, choices: Choices | None = None, **how: object) -> Worked:
    books = how.pop("books", LEDGER)
    xml = fa({"23": "1000.00 230.00"}, **how)  # type: ignore[arg-type] # what a paper says
    received_on = date.fromisoformat(received)
    return purchase("", "", xml, "", received=received_on, books=books, choices=choices or Choices())


def sold(received: str = "2026-03-13", table: str = "1000.00 230.00", **how: object) -> Worked:
    xml = fa({"23": table}, seller=FIRM, buyer=CUSTOMER, **how)  # type: ignore[arg-type] # what a paper says
    return sale("", "", xml, "", received=date.fromisoformat(received), originals=FEBRUARY)


def minus(received: str, **more: object) -> Worked:
    xml = fa({"23": "-100.00 -23.00"}, kind="KOR", corrects=Original(type=1))
    received_on = date.fromisoformat(received)
    return purchase("", "", xml, "", received=received_on, originals=FEBRUARY, **more)


WINDOW_OF_MARCH = ("2026-03", "2026-04", "2026-05", "2026-06")
RULES = (
    Rule(
        title="dostawa po otrzymaniu faktury: decyduje obowiązek podatkowy",
        one=bought("2026-03-20", sold="2026-04-02"),
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
        one=bought("2026-03-13", period=("2026-04-01", "2026-04-30")),
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
        one=bought("2026-03-13", sold=""),
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
        one=bought(
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
        one=bought("2026-03-13", books=replace(LEDGER, vat=vat(kind=VatKind.QUARTERLY))),
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
        one=bought("2026-03-13"),
        locked=("2026-03", "2026-04"),
        month="2026-05",
        pl="2026-03 jest zamknięty: dokument idzie do 2026-05; może najpóźniej do 2026-06.",
        en="2026-03 is closed: it goes to 2026-05; it may go up to 2026-06.",
    ),
    Rule(
        title="po oknie: korekta deklaracji, do 5 lat",
        one=bought("2026-03-13"),
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
        one=bought("2026-03-13", choices=by(vat_month=Month.parse("2026-06"))),
        month="2026-06",
        pl="Miesiąc 2026-06 wybrano ręcznie; prawo dopuszcza od 2026-03 do 2026-06.",
        en="Month 2026-06 was chosen by a person; the law allows 2026-03 to 2026-06.",
    ),
    Rule(
        title="miesiąc wybrany poza granicami prawa",
        one=bought("2026-03-13", choices=by(vat_month=Month.parse("2026-07"))),
        month="2026-07",
        blocks=True,
        pl="Prawo nie dopuszcza tu 2026-07, tylko od 2026-03 do 2026-06.",
        en="The law does not allow 2026-07 here, only 2026-03 to 2026-06.",
    ),
    Rule(
        title="miesiąc wybrany, lecz zamknięty",
        one=bought("2026-03-13", choices=by(vat_month=Month.parse("2026-04"))),
        locked=("2026-04",),
        month="2026-04",
        blocks=True,
        pl="2026-04 jest zamknięty: wybierz inny miesiąc albo go otwórz.",
        en="2026-04 is closed: choose another month or open it again.",
    ),
    Rule(
        title="korekta in minus: miesiąc otrzymania, TypKorekty sprzedawcy nie rozstrzyga",
        one=minus("2026-04-02"),
        month="2026-04",
        pl="Korekta in minus, otrzymana 2026-04-02: zmniejsza podatek naliczony za 2026-04, nie można jej odłożyć.",
        en="Correction in minus, received 2026-04-02: it lowers input tax in 2026-04 and cannot be put off.",
    ),
    Rule(
        title="korekta in minus otrzymana w zamkniętym miesiącu: korekta JPK, nigdy później",
        one=minus("2026-04-02"),
        locked=("2026-04",),
        month="2026-04",
        blocks=True,
        pl="2026-04 jest zamknięty, a innego prawo nie dopuszcza: korekta JPK za 2026-04, kwota -23,00.",
        en="2026-04 is closed and no other is allowed: correction of the JPK for 2026-04, amount -23,00.",
    ),
    Rule(
        title="korekta in minus do faktury jeszcze nieodliczonej: razem z nią",
        one=minus("2026-04-02", choices=by(original_month=Month.parse("2026-05"))),
        month="2026-05",
        pl="Korekta in minus, otrzymana 2026-04-02, do faktury jeszcze nieodliczonej: razem z nią, za 2026-05.",
        en="Correction in minus, received 2026-04-02, of an invoice not deducted yet: together with it, in 2026-05.",
    ),
    Rule(
        title="korekta in plus: jak faktura",
        one=bought("2026-04-02", kind="KOR", corrects=Original(type=1)),
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
        one=bought("2026-04-27", books=replace(LEDGER, judgment_t_689=True)),
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
        one=bought("2026-04-28", books=replace(LEDGER, judgment_t_689=True)),
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
        one=bought("2026-03-13", marks="P_16"),
        month="",
        pl="VAT rozlicza się po zapłacie, której jeszcze nie ma: do tego czasu bez wiersza w rejestrze.",
        en="VAT follows the payment, which is not known yet: no row until then.",
    ),
    Rule(
        title="metoda kasowa dostawcy, zapłacona w maju",
        one=bought("2026-03-13", marks="P_16", choices=by(payments=paid(("2026-05-05", "1230.00")))),
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
        one=sold("2026-04-01", sold="2026-03-31", issued="2026-03-31"),
        month="2026-03",
        pl="Obowiązek podatkowy 2026-03-31 (data sprzedaży).",
        en="Tax point 2026-03-31 (date of sale).",
    ),
    Rule(
        title="sprzedaż marcowa po zamknięciu marca: korekta JPK",
        one=sold("2026-04-20", sold="2026-03-31", issued="2026-03-31"),
        locked=("2026-03",),
        month="2026-03",
        blocks=True,
        pl="2026-03 jest zamknięty, a innego prawo nie dopuszcza: korekta JPK za 2026-03, kwota 230,00.",
        en="2026-03 is closed and no other is allowed: correction of the JPK for 2026-03, amount 230,00.",
    ),
    Rule(
        title="korekta sprzedaży in minus: miesiąc wystawienia",
        one=sold("2026-04-01", "-100.00 -23.00", kind="KOR", corrects=Original(), issued="2026-03-31"),
        month="2026-03",
        pl="Korekta in minus, wystawiona lub przesłana 2026-03-31: zmniejsza podatek należny za ten miesiąc.",
        en="Correction in minus, sent 2026-03-31: it lowers output tax in that month.",
    ),
    Rule(
        title="korekta sprzedaży in plus z przyczyny następczej: miesiąc jej wystawienia",
        one=sold("2026-04-01", "100.00 23.00", kind="KOR", corrects=Original(type=2), issued="2026-03-31"),
        month="2026-03",
        pl="Korekta in plus z przyczyny następczej: miesiąc wystawienia korekty (2026-03-31).",
        en="Correction in plus for a later cause: the month 2026-03-31 of its issue.",
    ),
    Rule(
        title="korekta sprzedaży in plus z przyczyny pierwotnej: miesiąc faktury korygowanej",
        one=sold("2026-04-01", "100.00 23.00", kind="KOR", corrects=Original(type=1), issued="2026-03-31"),
        month="2026-02",
        pl="Korekta in plus z przyczyny pierwotnej, istniejącej od początku: miesiąc faktury pierwotnej.",
        en="Correction in plus for a cause that was there from the beginning: the month of the original.",
    ),
)
