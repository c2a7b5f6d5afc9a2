"""Sales of the worked set. Delivered 10 March, issued 12 March, in KSeF 13 March 2026, unless said otherwise."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial

from tests.coding.worked.document import EUR, EXEMPT, FEBRUARY, KPIR, LEDGER, LUMP_SUM, by, paid, sale, vat
from tests.coding.worked.paper import CUSTOMER, EARLIER, FIRM, Original, Row, fa

_sold = partial(fa, seller=FIRM, buyer=CUSTOMER)

SALES = (
    sale(
        "Usługa 23 %",
        "FORMATS 8.1, 10.2; art. 19a ust. 1 ustawy o VAT; art. 12 ust. 3a CIT (dzień wykonania)",
        _sold({"23": "1000.00 230.00"}),
        """
        Wn 201-5252344078  1230,00
        Ma 702             1000,00
        Ma 222              230,00
        sprzedaż 2026-03  K_19 1000,00  K_20 230,00
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS full
        """,
    ),
    sale(
        "Towary 23, 8 i 5 % z oznaczeniem GTU",
        "FORMATS 8.1 (P_13_1 do P_13_3, GTU), 10.2 (towar: 730)",
        _sold(
            {"23": "1000.00 230.00", "8": "500.00 40.00", "5": "200.00 10.00"},
            rows=(
                Row("Nalewka", "23", "1000.00", "GTU_01"),
                Row("Lód", "8", "500.00"),
                Row("Książki", "5", "200.00"),
            ),
        ),
        """
        Wn 201-5252344078  1980,00
        Ma 730             1700,00
        Ma 222              280,00
        sprzedaż 2026-03  K_15 200,00  K_16 10,00  K_17 500,00  K_18 40,00  K_19 1000,00  K_20 230,00  GTU_01
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS full
        """,
        choices=by("sprzedaz-towary"),
    ),
    sale(
        "Krajowe 0 % i zwolnione na jednej fakturze",
        "FORMATS 8.1 (P_13_6_1, P_13_7), 10.2 (sprzedaż zwolniona: samo 201 i 702)",
        _sold({"0 KR": "500.00", "zw": "200.00"}, exempt="art. 43 ust. 1 pkt 29 lit. c ustawy o VAT"),
        """
        Wn 201-5252344078  700,00
        Ma 702             700,00
        sprzedaż 2026-03  K_10 200,00  K_13 500,00
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS full
        """,
    ),
    sale(
        "Wewnątrzwspólnotowa dostawa towarów",
        "FORMATS 8.1 (P_13_6_2: K_21)",
        _sold({"0 WDT": "3000.00"}, buyer="DE811569869", rows="Łożyska"),
        """
        Wn 201-DE811569869  3000,00
        Ma 730              3000,00
        sprzedaż 2026-03  K_21 3000,00
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS full
        """,
        choices=by("sprzedaz-towary"),
    ),
    sale(
        "Eksport",
        "FORMATS 8.1 (P_13_6_3: K_22)",
        _sold({"0 EX": "4000.00"}, buyer="US", rows="Łożyska"),
        """
        Wn 201-US36-1234567  4000,00
        Ma 730               4000,00
        sprzedaż 2026-03  K_22 4000,00
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS full
        """,
        choices=by("sprzedaz-towary"),
    ),
    sale(
        "Poza terytorium kraju, w tym usługi z art. 100 ust. 1 pkt 4",
        "FORMATS 8.1 (P_13_8: K_11; P_13_9: K_11 i K_12)",
        _sold({"np I": "1000.00", "np II": "500.00"}, buyer="DE811569869", marks="P_18"),
        """
        Wn 201-DE811569869  1500,00
        Ma 702              1500,00
        sprzedaż 2026-03  K_11 1500,00  K_12 500,00
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS full
        """,
    ),
    sale(
        "Krajowe odwrotne obciążenie u sprzedawcy",
        "FORMATS 8.1 (P_13_10: ręcznie) – wiersz rejestru wpisuje człowiek",
        _sold({"oo": "1000.00"}, rows="Uprawnienia do emisji"),
        """
        Wn 201-5252344078  1000,00
        Ma 702             1000,00
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS full
        wstrzymuje row-by-hand
        """,
    ),
    sale(
        "Sprzedaż w euro: VAT kursem z faktury, przychód kursem NBP z dnia poprzedzającego",
        "BOOKKEEPING 1; FORMATS 8.4; art. 31a ust. 1 ustawy o VAT; art. 12 ust. 2 CIT. Plan wzorcowy nie ma konta "
        "różnic kursowych: należność to przychód i VAT, każde swoim kursem",
        _sold({"23": "1000.00 230.00"}, currency="EUR", rate="4.2500"),
        """
        Wn 201-5252344078  5217,50   # 1000 × 4,24 + 977,50
        Ma 702             4240,00   # kurs z 9 marca
        Ma 222              977,50   # P_14_1W
        sprzedaż 2026-03  K_19 4250,00  K_20 977,50
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS full
        """,
        rates=EUR,
    ),
    sale(
        "Faktura uproszczona (UPR) bez tabeli VAT: podział wpisuje człowiek",
        "FORMATS 8.2 (UPR do 450 zł: „accountant enters the split”); art. 106e ust. 5 pkt 3",
        _sold({}, kind="UPR", total="369.00", rows=(Row("Toner", "23", "300.00"),)),
        """
        Wn 201-5252344078  369,00
        Ma 702             300,00
        Ma 222              69,00
        sprzedaż 2026-03  K_19 300,00  K_20 69,00
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS full
        """,
        choices=by(table=(("23", Decimal("300.00"), Decimal("69.00")),)),
    ),
    sale(
        "Faktura do paragonu (FP)",
        "BOOKKEEPING 4 (FP: wiersz z oznaczeniem, bez dekretu, bez przychodu); art. 109 ust. 3d",
        _sold({"23": "1000.00 230.00", "5": "200.00 10.00"}, fp=True),
        """
        sprzedaż 2026-03  K_15 200,00  K_16 10,00  K_19 1000,00  K_20 230,00  FP
        VAT 2026-03  księgi —  koszt —
        FS receipt
        """,
    ),
    sale(
        "Faktura do paragonu zwykłym schematem: i tak bez dekretu i bez kolumny",
        "BOOKKEEPING 4: sprzedaż jest już w raporcie z kasy, cokolwiek kto wybierze",
        _sold({"23": "1000.00 230.00"}, fp=True),
        """
        sprzedaż 2026-03  K_19 1000,00  K_20 230,00  FP
        VAT 2026-03  księgi —  koszt —
        FS receipt
        """,
        choices=by("sprzedaz-uslugi"),
    ),
    sale(
        "Zaliczka otrzymana (ZAL)",
        "FORMATS 8.2, 10.2 (201 / 845, 222); BOOKKEEPING 4 (ZAL: bez kosztu i kolumny); art. 19a ust. 8",
        _sold({"23": "2000.00 460.00"}, kind="ZAL"),
        """
        Wn 201-5252344078  2460,00
        Ma 845             2000,00
        Ma 222              460,00
        sprzedaż 2026-03  K_19 2000,00  K_20 460,00
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS advance
        """,
        told=("jeszcze ani koszt, ani przychód",),
    ),
    sale(
        "Rozliczenie zaliczki (ROZ): VAT z P_13 i P_14, przychód z całego zamówienia",
        "BOOKKEEPING 4 (ROZ); FORMATS 8.2; art. 12 ust. 4 pkt 1 CIT: zaliczka nie była przychodem",
        _sold(
            {"23": "8000.00 1840.00"},
            kind="ROZ",
            rows=(Row("Maszyna", "23", "10000.00"),),
            advance=EARLIER,
        ),
        """
        Wn 201-5252344078   9840,00
        Wn 845              2000,00   # zaliczka staje się przychodem
        Ma 702             10000,00
        Ma 222              1840,00
        sprzedaż 2026-03  K_19 8000,00  K_20 1840,00
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS settlement
        """,
        originals=FEBRUARY,
    ),
    sale(
        "Korekta sprzedaży in minus: czerwone storno, miesiąc wystawienia",
        "BOOKKEEPING 1 (sprzedaż in minus: miesiąc wystawienia); FORMATS 10.2; art. 12 ust. 3j CIT",
        _sold(
            {"23": "-100.00 -23.00"},
            kind="KOR",
            corrects=Original(),
            rows=(Row("Usługa", "23", "1000.00", before=True), Row("Usługa", "23", "900.00")),
        ),
        """
        Wn 201-5252344078  -123,00
        Ma 702             -100,00
        Ma 222              -23,00
        sprzedaż 2026-03  K_19 -100,00  K_20 -23,00
        VAT 2026-03  księgi 2026-03-12  koszt —
        FSk full
        """,
        originals=FEBRUARY,
    ),
    sale(
        "Korekta sprzedaży in plus z przyczyną pierwotną: miesiąc faktury korygowanej",
        "art. 29a ust. 17 ustawy o VAT; BOOKKEEPING 1 (TypKorekty jest zdaniem sprzedawcy, a sprzedawcą jest firma)",
        _sold(
            {"23": "50.00 11.50"},
            kind="KOR",
            corrects=Original(type=1),
            rows=(Row("Usługa", "23", "1000.00", before=True), Row("Usługa", "23", "1050.00")),
        ),
        """
        Wn 201-5252344078  61,50
        Ma 702             50,00
        Ma 222             11,50
        sprzedaż 2026-02  K_19 50,00  K_20 11,50
        VAT 2026-02  księgi 2026-03-12  koszt —
        FSk full
        """,
        originals=FEBRUARY,
    ),
    sale(
        "Korekta zaliczki (KOR_ZAL)",
        "FORMATS 8.2 (różnice), 10.2; BOOKKEEPING 4",
        _sold({"23": "-500.00 -115.00"}, kind="KOR_ZAL", corrects=Original()),
        """
        Wn 201-5252344078  -615,00
        Ma 845             -500,00
        Ma 222             -115,00
        sprzedaż 2026-03  K_19 -500,00  K_20 -115,00
        VAT 2026-03  księgi 2026-03-12  koszt —
        FSk advance
        """,
        originals=FEBRUARY,
    ),
    sale(
        "Korekta rozliczenia (KOR_ROZ): wierszy przed i po nie sumuje się",
        "FORMATS 8.2 („never sum lines blindly”); BOOKKEEPING 4",
        _sold(
            {"23": "-200.00 -46.00"},
            kind="KOR_ROZ",
            corrects=Original(),
            rows=(Row("Maszyna", "23", "10000.00", before=True), Row("Maszyna", "23", "9800.00")),
        ),
        """
        Wn 201-5252344078  -246,00
        Ma 702             -200,00
        Ma 222              -46,00
        sprzedaż 2026-03  K_19 -200,00  K_20 -46,00
        VAT 2026-03  księgi 2026-03-12  koszt —
        FSk settlement
        """,
        originals=FEBRUARY,
    ),
    sale(
        "Marża, towary używane: podatek wpisany przez człowieka",
        "BOOKKEEPING 4 (marża); FORMATS 8.1 (P_13_11: SprzedazVAT_Marza, MR_UZ); art. 120 ust. 4",
        _sold({"marża": "5000.00"}, margin="3_1", rows="Samochód używany"),
        """
        Wn 201-5252344078  5000,00
        Ma 731             4813,01   # 5000,00 − 186,99
        Ma 222              186,99   # marża 1000 brutto
        sprzedaż 2026-03  K_19 813,01  K_20 186,99  SprzedazVAT_Marza 5000,00  MR_UZ
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS margin
        """,
        choices=by(margin=(("23", Decimal("813.01"), Decimal("186.99")),)),
    ),
    sale(
        "Marża, turystyka: bez wpisanego podatku czeka",
        "BOOKKEEPING 4 (podatku marży nie bierze się z faktury); art. 119",
        _sold({"marża": "2000.00"}, margin="2", rows="Wycieczka"),
        """
        Wn 201-5252344078  2000,00
        Ma 731             2000,00
        sprzedaż 2026-03  SprzedazVAT_Marza 2000,00  MR_T
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS margin
        wstrzymuje margin-untyped
        """,
    ),
    sale(
        "Samofakturowanie: sprzedaż, którą wystawił nabywca",
        "BOOKKEEPING 2; FORMATS 8.3 (P_17)",
        _sold({"23": "1000.00 230.00", "8": "500.00 40.00"}, marks="P_17"),
        """
        Wn 201-5252344078  1770,00
        Ma 702             1500,00
        Ma 222              270,00
        sprzedaż 2026-03  K_17 500,00  K_18 40,00  K_19 1000,00  K_20 230,00
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS full
        """,
        told=("wystawił nabywca",),
    ),
    sale(
        "Mechanizm podzielonej płatności: w JPK nie ma oznaczenia MPP",
        "FORMATS 8.3 (P_18A: „not in JPK”)",
        _sold(
            {"23": "20000.00 4600.00"}, marks="P_18A", rows=(Row("Złom stalowy", "23", "20000.00", "GTU_05"),)
        ),
        """
        Wn 201-5252344078  24600,00
        Ma 730             20000,00
        Ma 222              4600,00
        sprzedaż 2026-03  K_19 20000,00  K_20 4600,00  GTU_05
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS full
        """,
        choices=by("sprzedaz-towary"),
    ),
    sale(
        "Metoda kasowa firmy, zapłata w dwóch częściach",
        "BOOKKEEPING 1, 4; art. 21 ust. 1 ustawy o VAT: 600 × 23/123 = 112,20; reszta z różnicy",
        _sold({"23": "1000.00 230.00"}, marks="P_16"),
        """
        Wn 201-5252344078  1230,00
        Ma 702             1000,00
        Ma 222-1            230,00
        Wn 222-1            230,00   # 112,20 w marcu i 117,80 w maju
        Ma 222              230,00
        sprzedaż 2026-03  K_19 487,80  K_20 112,20
        sprzedaż 2026-05  K_19 512,20  K_20 117,80
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS on-payment
        """,
        books=replace(LEDGER, vat=vat(cash_method=True)),
        choices=by(payments=paid(("2026-03-20", "600.00"), ("2026-05-05", "630.00"))),
    ),
    sale(
        "Metoda kasowa firmy, dwie stawki, zapłacone 1500 z 1770 zł: każda stawka zaokrąglona osobno",
        "art. 21 ust. 1 ustawy o VAT; BOOKKEEPING 4: 230 × 1500/1770 = 194,92; 40 × 1500/1770 = 33,90",
        _sold({"23": "1000.00 230.00", "8": "500.00 40.00"}, marks="P_16"),
        """
        Wn 201-5252344078  1770,00
        Ma 702             1500,00
        Ma 222-1            270,00
        Wn 222-1            228,82   # 194,92 + 33,90
        Ma 222              228,82
        sprzedaż 2026-03  K_17 423,73  K_18 33,90  K_19 847,46  K_20 194,92
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS on-payment
        """,
        books=replace(LEDGER, vat=vat(cash_method=True)),
        choices=by(payments=paid(("2026-03-20", "1500.00"))),
    ),
    sale(
        "Ryczałt: przychód netto według stawki",
        "FORMATS 9 (ewidencja przychodów 2026)",
        _sold({"23": "1000.00 230.00"}),
        """
        ryczałt 8.5  1000,00  2026-03-10
        sprzedaż 2026-03  K_19 1000,00  K_20 230,00
        VAT 2026-03  księgi 2026-03-10  koszt —
        FS full
        """,
        books=LUMP_SUM,
        choices=by(parameters={"rate": "8.5"}),
    ),
    sale(
        "Sprzedaż podatnika zwolnionego w KPiR",
        "BOOKKEEPING 4 (zwolniony: bez wiersza); FORMATS 9 (sprzedaż: kolumna 9); art. 113 ust. 1",
        _sold({"zw": "500.00"}, exempt="art. 113 ust. 1 ustawy o VAT"),
        """
        KPiR 9  500,00  2026-03-10
        VAT —  księgi 2026-03-10  koszt —
        FS none
        """,
        books=replace(KPIR, vat=(EXEMPT,)),
    ),
)
