"""Purchases of the worked set. Delivered 10 March, issued 12 March, received 13 March 2026, unless said otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from blink_tui.model.books import CarUse, VatKind
from blink_tui.model.documents import FirmKind, Role
from tests.coding.worked.document import (
    APRIL_2,
    EUR,
    EXEMPT,
    FEBRUARY,
    KPIR,
    LEDGER,
    by,
    purchase,
    vat,
)
from tests.coding.worked.paper import CENTRAL, EARLIER, FIRM, Original, Row, fa, pef

_THIRD = frozenset({Role.THIRD_PARTY})

PURCHASES = (
    purchase(
        "Usługa marcowa, numer KSeF z kwietnia: koszt w marcu, VAT w kwietniu",
        "BOOKKEEPING 1; FORMATS 8.5(3), 10.2; art. 86 ust. 10 i 10b pkt 1; art. 6 ust. 1 ustawy o rachunkowości",
        fa({"23": "1000.00 230.00"}),
        """
        Wn 402             1000,00
        Wn 223              230,00
        Ma 202-1111111111  1230,00
        zakup 2026-04  K_42 1000,00  K_43 230,00
        VAT 2026-04  księgi 2026-03-12  koszt 2026-03
        FZ full
        """,
        received=date(2026, 4, 1),
    ),
    purchase(
        "Towary handlowe 8 i 5 % w KPiR",
        "FORMATS 8.5(1)(2), 9 (towary: kolumna 12, netto); art. 22 ust. 6b PIT (dzień wystawienia)",
        fa({"8": "200.00 16.00", "5": "100.00 5.00"}, rows="Towar"),
        """
        KPiR 12  300,00  2026-03-12
        zakup 2026-03  K_42 300,00  K_43 21,00
        VAT 2026-03  księgi 2026-03-12  koszt —
        FZ full
        """,
        books=KPIR,
        choices=by("zakup-towary"),
    ),
    purchase(
        "Zwolnione obok 23 %: do rejestru tylko to, co ma podatek",
        "FORMATS 8.5(1); ustawienie firmy `untaxed_in_register` wyłączone",
        fa({"23": "1000.00 230.00", "zw": "200.00"}, exempt="art. 43 ust. 1 pkt 40 ustawy o VAT"),
        """
        Wn 402             1200,00
        Wn 223              230,00
        Ma 202-1111111111  1430,00
        zakup 2026-03  K_42 1000,00  K_43 230,00
        VAT 2026-03  księgi 2026-03-12  koszt 2026-03
        FZ full
        """,
    ),
    purchase(
        "Samochód firmowy używany też prywatnie: 50 % VAT, 75 % kosztu",
        "art. 86a ust. 1 ustawy o VAT; art. 16 ust. 1 pkt 51 CIT; FORMATS 8.5(2), 10.2; połowa netto: `half_net`",
        fa({"23": "333.33 76.67"}, rows="Olej napędowy"),
        """
        Wn 401-03          278,75   # 75 % z 333,33 + 38,33
        Wn 401-03-NKUP      92,91
        Wn 223              38,34   # połowa z 76,67
        Ma 202-1111111111  410,00
        zakup 2026-03  K_42 166,67  K_43 38,34  nieodliczony 38,33
        VAT 2026-03  księgi 2026-03-12  koszt 2026-03
        FZ limited
        """,
        choices=by("samochod"),
    ),
    purchase(
        "Samochód prywatny w KPiR: 50 % VAT, 20 % kosztu",
        "FORMATS 9; art. 23 ust. 1 pkt 46 PIT; całe netto w rejestrze: `half_net` wyłączone",
        fa({"23": "1000.00 230.00"}, rows="Naprawa"),
        """
        KPiR 15  223,00  2026-03-12   # 20 % z 1000 + 115
        zakup 2026-03  K_42 1000,00  K_43 115,00  nieodliczony 115,00
        VAT 2026-03  księgi 2026-03-12  koszt —
        FZ limited
        """,
        books=replace(KPIR, cars=CarUse.PRIVATE, half_net=False),
        choices=by("samochod"),
    ),
    purchase(
        "Samochód wyłącznie do działalności: cały VAT i cały koszt",
        "art. 86a ust. 3 pkt 1 lit. a ustawy o VAT; art. 23 ust. 1 pkt 46a PIT",
        fa({"23": "1000.00 230.00"}, rows="Naprawa"),
        """
        KPiR 15  1000,00  2026-03-12
        zakup 2026-03  K_42 1000,00  K_43 230,00
        VAT 2026-03  księgi 2026-03-12  koszt —
        FZ limited
        """,
        books=replace(KPIR, cars=CarUse.COMPANY_ONLY),
        choices=by("samochod"),
    ),
    purchase(
        "Środek trwały",
        "FORMATS 8.5(2) (K_40, K_41), 10.2 (010)",
        fa({"23": "12000.00 2760.00"}, rows="Frezarka"),
        """
        Wn 010             12000,00
        Wn 223              2760,00
        Ma 202-1111111111  14760,00
        zakup 2026-03  K_40 12000,00  K_41 2760,00
        VAT 2026-03  księgi 2026-03-12  koszt —
        FZ full
        """,
        told=("jeszcze ani koszt, ani przychód",),
        choices=by("srodek-trwaly"),
    ),
    purchase(
        "Korekta zakupu in minus: miesiąc otrzymania",
        "BOOKKEEPING 1; FORMATS 8.5(6), 10.2; art. 86 ust. 19a; art. 15 ust. 4i CIT",
        fa(
            {"23": "-100.00 -23.00"},
            kind="KOR",
            corrects=Original(type=1),
            rows=(Row("Usługa", "23", "1000.00", before=True), Row("Usługa", "23", "900.00")),
        ),
        """
        Wn 402             -100,00
        Wn 223              -23,00
        Ma 202-1111111111  -123,00
        zakup 2026-04  K_42 -100,00  K_43 -23,00
        VAT 2026-04  księgi 2026-04-02  koszt 2026-04
        FZk full
        """,
        received=APRIL_2,
        originals=FEBRUARY,
    ),
    purchase(
        "Korekta stawki z 23 na 8 % przy tym samym brutto: podatek maleje, więc in minus",
        "art. 86 ust. 19a w związku z art. 29a ust. 14 ustawy o VAT; BOOKKEEPING 1",
        fa({"23": "-1000.00 -230.00", "8": "1138.89 91.11"}, kind="KOR", corrects=Original(type=1)),
        """
        Wn 402   138,89
        Wn 223  -138,89
        zakup 2026-04  K_42 138,89  K_43 -138,89
        VAT 2026-04  księgi 2026-04-02  koszt 2026-04
        FZk full
        """,
        received=APRIL_2,
        originals=FEBRUARY,
        told=("nie można jej odłożyć",),
    ),
    purchase(
        "Korekta zakupu in plus w KPiR: jak faktura, koszt w dniu otrzymania",
        "BOOKKEEPING 1 (in plus: jak faktura); art. 22 ust. 7c PIT",
        fa(
            {"23": "50.00 11.50"},
            kind="KOR",
            corrects=Original(type=1),
            rows=(Row("Usługa", "23", "1000.00", before=True), Row("Usługa", "23", "1050.00")),
        ),
        """
        KPiR 15  50,00  2026-03-13
        zakup 2026-03  K_42 50,00  K_43 11,50
        VAT 2026-03  księgi 2026-03-13  koszt —
        FZk full
        """,
        books=KPIR,
        originals=FEBRUARY,
    ),
    purchase(
        "Nabywca zwolniony z VAT: brutto w koszt",
        "BOOKKEEPING 4 (none); FORMATS 9; art. 88 ust. 4",
        fa({"23": "1000.00 230.00"}),
        """
        Wn 402             1230,00
        Ma 202-1111111111  1230,00
        VAT —  księgi 2026-03-12  koszt 2026-03
        FZ none
        """,
        books=replace(LEDGER, vat=(EXEMPT,)),
    ),
    purchase(
        "Członek grupy VAT (Podmiot3, rola 10): koszt bez rejestru",
        "BOOKKEEPING 2 („VAT u podatnika centralnego”), 4",
        fa({"23": "1000.00 230.00"}, buyer=CENTRAL, third=(FIRM, "10")),
        """
        Wn 402             1230,00
        Ma 202-1111111111  1230,00
        VAT —  księgi 2026-03-12  koszt 2026-03
        FZ none
        """,
        roles=_THIRD,
        firm_kind=FirmKind.VAT_GROUP_MEMBER,
        told=("VAT u podatnika centralnego",),
    ),
    purchase(
        "Jednostka gminy (Podmiot3, rola 8): koszt bez rejestru",
        "BOOKKEEPING 2, 4",
        fa({"8": "500.00 40.00"}, buyer=CENTRAL, third=(f"{CENTRAL}-00017", "8")),
        """
        Wn 402             540,00
        Ma 202-1111111111  540,00
        VAT —  księgi 2026-03-12  koszt 2026-03
        FZ none
        """,
        roles=_THIRD,
        firm_kind=FirmKind.LOCAL_GOVERNMENT_UNIT,
        told=("VAT u podatnika centralnego",),
    ),
    purchase(
        "PEF u podatnika kwartalnego: odliczenie do końca drugiego następnego kwartału",
        "BOOKKEEPING 1 (art. 86 ust. 11: kwartalnie dwa następne okresy)",
        pef("1000.00", "230.00"),
        """
        Wn 402             1000,00
        Wn 223              230,00
        Ma 202-1111111111  1230,00
        zakup 2026-03  K_42 1000,00  K_43 230,00
        VAT 2026-03  księgi 2026-03-12  koszt 2026-03
        FZ full
        """,
        books=replace(LEDGER, vat=vat(kind=VatKind.QUARTERLY)),
        told=("2026-09",),
    ),
    purchase(
        "Proporcja 80 %: nieodliczony podatek zwiększa koszt",
        "art. 90 ustawy o VAT; BOOKKEEPING 4 (limited)",
        fa({"23": "1000.00 230.00"}),
        """
        Wn 402             1046,00
        Wn 223              184,00
        Ma 202-1111111111  1230,00
        zakup 2026-03  K_42 1000,00  K_43 184,00  nieodliczony 46,00
        VAT 2026-03  księgi 2026-03-12  koszt 2026-03
        FZ limited
        """,
        books=replace(LEDGER, vat=vat(proportion=Decimal("0.80"))),
    ),
    purchase(
        "Zaliczka wpłacona (ZAL)",
        "FORMATS 10.2 (205); BOOKKEEPING 4 (bez kosztu i kolumny)",
        fa({"23": "2000.00 460.00"}, kind="ZAL"),
        """
        Wn 205-1111111111  2000,00
        Wn 223              460,00
        Ma 202-1111111111  2460,00
        zakup 2026-03  K_42 2000,00  K_43 460,00
        VAT 2026-03  księgi 2026-03-12  koszt —
        FZ advance
        """,
    ),
    purchase(
        "Rozliczenie zaliczki wpłaconej (ROZ)",
        "BOOKKEEPING 4 (ROZ); FORMATS 10.2",
        fa(
            {"23": "8000.00 1840.00"},
            kind="ROZ",
            rows=(Row("Remont", "23", "10000.00"),),
            advance=EARLIER,
        ),
        """
        Wn 402             10000,00
        Wn 223              1840,00
        Ma 205-1111111111   2000,00
        Ma 202-1111111111   9840,00
        zakup 2026-03  K_42 8000,00  K_43 1840,00
        VAT 2026-03  księgi 2026-03-12  koszt 2026-03
        FZ settlement
        """,
        originals=FEBRUARY,
    ),
    purchase(
        "Zakup w euro: VAT z P_14_1W, koszt kursem sprzed dnia wystawienia",
        "BOOKKEEPING 1 (dwa kursy); FORMATS 8.4; art. 15 ust. 1 CIT",
        fa({"23": "1000.00 230.00"}, currency="EUR", rate="4.2500"),
        """
        Wn 402             4260,00   # kurs z 11 marca
        Wn 223              977,50   # P_14_1W
        Ma 202-1111111111  5237,50
        zakup 2026-03  K_42 4250,00  K_43 977,50
        VAT 2026-03  księgi 2026-03-12  koszt 2026-03
        FZ full
        """,
        rates=EUR,
    ),
    purchase(
        "Nocleg: VAT nie do odliczenia, bez wiersza",
        "art. 88 ust. 1 pkt 4 ustawy o VAT; FORMATS 8.5(2) („no ZakupWiersz at all”)",
        fa({"8": "500.00 40.00"}, rows="Nocleg"),
        """
        Wn 402             540,00
        Ma 202-1111111111  540,00
        VAT —  księgi 2026-03-12  koszt 2026-03
        FZ none
        """,
        choices=by("zakup-bez-odliczenia"),
    ),
)
