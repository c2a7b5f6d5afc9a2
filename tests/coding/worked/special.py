"""Purchases whose tax the buyer settles, or deducts when it has paid: from abroad, of farmers, of the cash method.

Delivered 10 March, issued 12 March, received 13 March 2026, unless said otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.coding.worked.document import (
    EUR,
    EXEMPT,
    FEBRUARY,
    LEDGER,
    by,
    paid,
    purchase,
)
from tests.coding.worked.paper import Original, fa, rr

SPECIAL = (
    purchase(
        "Import usług: podatek należny i naliczony u nabywcy",
        "FORMATS 8.5(7), 10.2; BOOKKEEPING 4 (self-assessed); art. 17 ust. 1 pkt 4, art. 28b: K_29, K_30",
        fa({"np I": "1000.00"}, marks="P_18"),
        """
        Wn 402             1000,00
        Wn 223              230,00
        Ma 202-1111111111  1000,00
        Ma 222              230,00
        sprzedaż 2026-03  K_29 1000,00  K_30 230,00
        zakup 2026-03     K_42 1000,00  K_43 230,00
        VAT 2026-03  księgi 2026-03-12  koszt 2026-03
        FZ self-assessed
        """,
        choices=by("import-uslug"),
    ),
    purchase(
        "Import usług u podatnika zwolnionego: podatek należny w koszt, bez odliczenia",
        "art. 17 ust. 1 pkt 4 (także podatnik zwolniony), art. 88 ust. 4 ustawy o VAT; BOOKKEEPING 4",
        fa({"np I": "1000.00"}, marks="P_18"),
        """
        Wn 402             1230,00
        Ma 202-1111111111  1000,00
        Ma 222              230,00
        sprzedaż 2026-03  K_29 1000,00  K_30 230,00
        VAT 2026-03  księgi 2026-03-12  koszt 2026-03
        FZ self-assessed
        """,
        books=replace(LEDGER, vat=(EXEMPT,)),
        choices=by("import-uslug"),
        told=("rozlicza sama, bez prawa do odliczenia",),
    ),
    purchase(
        "WNT w euro: obowiązek w dniu wystawienia, kurs z dnia poprzedzającego",
        "FORMATS 8.5(7); art. 20 ust. 5, art. 31a ust. 1; K_23, K_24",
        fa({"np I": "500.00"}, currency="EUR", marks="P_18", rows="Łożyska"),
        """
        Wn 330             2130,00   # 500 × 4,26
        Wn 223              489,90
        Ma 202-1111111111  2130,00
        Ma 222              489,90
        sprzedaż 2026-03  K_23 2130,00  K_24 489,90
        zakup 2026-03     K_42 2130,00  K_43 489,90
        VAT 2026-03  księgi 2026-03-12  koszt 2026-03
        FZ self-assessed
        """,
        rates=EUR,
        choices=by("wnt", tax_point=date(2026, 3, 12)),
    ),
    purchase(
        "Faktura VAT RR zapłacona rolnikowi w marcu i do końca w kwietniu",
        "BOOKKEEPING 1, 2; FORMATS 8.5(7); art. 116 ust. 6: miesiąc zapłaty całości",
        rr("2000.00", "140.00"),
        """
        Wn 330             2000,00
        Wn 224              140,00
        Ma 202-1111111111  2140,00
        Wn 223              140,00   # zapłata
        Ma 224              140,00
        zakup 2026-04  K_42 2000,00  K_43 140,00  VAT_RR
        VAT 2026-04  księgi 2026-03-12  koszt 2026-03
        RR on-payment
        """,
        choices=by(payments=paid(("2026-03-20", "1000.00"), ("2026-04-02", "1140.00"))),
    ),
    purchase(
        "Faktura VAT RR zapłacona w części: odliczenie dopiero po całości",
        "FORMATS 8.5(7) („full payment”); art. 116 ust. 6 pkt 2: zapłata obejmuje też zryczałtowany zwrot",
        rr("2000.00", "140.00"),
        """
        Wn 330             2000,00
        Wn 224              140,00
        Ma 202-1111111111  2140,00
        VAT —  księgi 2026-03-12  koszt 2026-03
        RR on-payment
        """,
        choices=by(payments=paid(("2026-04-02", "1000.00"))),
        told=("zapłacono dotąd 1 000,00 z 2 140,00",),
    ),
    purchase(
        "Korekta VAT RR in minus, zwrot od rolnika w kwietniu",
        "BOOKKEEPING 1 (RR: miesiąc zapłaty); FORMATS 10.2 (czerwone storno)",
        rr("-200.00", "-14.00", kind="KOR_VAT_RR", corrects=Original()),
        """
        Wn 330             -200,00
        Wn 224              -14,00
        Ma 202-1111111111  -214,00
        Wn 223              -14,00
        Ma 224              -14,00
        zakup 2026-04  K_42 -200,00  K_43 -14,00  VAT_RR
        VAT 2026-04  księgi 2026-03-13  koszt 2026-03
        RRk on-payment
        """,
        originals=FEBRUARY,
        choices=by(payments=paid(("2026-04-10", "-214.00"))),
    ),
    purchase(
        "Dostawca z metodą kasową (MK), zapłata w dwóch częściach",
        "BOOKKEEPING 1, 4; FORMATS 8.3 (MK), 10.2 (224, potem 223); art. 86 ust. 10e",
        fa({"23": "1000.00 230.00"}, marks="P_16"),
        """
        Wn 402             1000,00
        Wn 224              230,00
        Ma 202-1111111111  1230,00
        Wn 223              230,00   # 112,20 w marcu i 117,80 w maju
        Ma 224              230,00
        zakup 2026-03  K_42 487,80  K_43 112,20  MK
        zakup 2026-05  K_42 512,20  K_43 117,80  MK
        VAT 2026-03  księgi 2026-03-12  koszt 2026-03
        FZ on-payment
        """,
        choices=by(payments=paid(("2026-03-20", "600.00"), ("2026-05-05", "630.00"))),
    ),
    purchase(
        "Dostawca z metodą kasową, jeszcze niezapłacony: koszt bez odliczenia",
        "BOOKKEEPING 4 (MK: bez wiersza do dnia zapłaty)",
        fa({"23": "1000.00 230.00"}, marks="P_16"),
        """
        Wn 402             1000,00
        Wn 224              230,00
        Ma 202-1111111111  1230,00
        VAT —  księgi 2026-03-12  koszt 2026-03
        FZ on-payment
        """,
    ),
    purchase(
        "Faktura uproszczona (UPR) z metodą kasową: podział wpisany, odliczenie czeka na zapłatę",
        "BOOKKEEPING 1, 4 (MK: bez wiersza do dnia zapłaty); FORMATS 8.2 (UPR), 8.3 (MK)",
        fa({}, kind="UPR", total="123.00", marks="P_16"),
        """
        Wn 402             100,00
        Wn 224              23,00
        Ma 202-1111111111  123,00
        VAT —  księgi 2026-03-12  koszt 2026-03
        FZ on-payment
        """,
        choices=by(table=(("23", Decimal("100.00"), Decimal("23.00")),)),
    ),
    purchase(
        "Odwrotne obciążenie obok 23 %: podatek nabywcy tylko od oo, wiersz 23 % wpisze człowiek",
        "FORMATS 8.5(7); art. 17 ust. 1 pkt 5: K_31, K_32; art. 86 ust. 10b pkt 1 (23 %: dopiero po otrzymaniu)",
        fa({"oo": "1000.00", "23": "100.00 23.00"}),
        """
        Wn 330             1100,00
        Wn 223              253,00   # 230,00 i 23,00
        Ma 202-1111111111  1123,00
        Ma 222              230,00
        sprzedaż 2026-03  K_31 1000,00  K_32 230,00
        zakup 2026-03     K_42 1000,00  K_43 230,00
        VAT 2026-03  księgi 2026-03-12  koszt 2026-03
        FZ self-assessed
        wstrzymuje rows-differ
        wstrzymuje input-differs
        wstrzymuje tax-lines-differ
        """,
        told=("K_41 + K_43 jest 230,00, a z tabeli VAT wynika 253,00",),
    ),
)
