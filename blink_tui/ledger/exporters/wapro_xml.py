"""The text of a MAGIK_EKSPORT: its elements in the order of FORMATS 1, and how values are written in it.

Templates are filled by `%`, which costs a tenth of building a tree; every text that goes in has passed `escaped`.
One element stands on a line.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from importlib.metadata import version

from blink_tui.model.dates import Instant, datetime_of, warsaw

PROGRAM_VERSION = version("blink-tui")
_EPOCH = date(1800, 12, 28).toordinal()
_GROSZ = Decimal("0.01")
_RATE = Decimal("0.00000001")


def escaped(text: str) -> str:
    """A cleaned text as the content of an element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clarion(day: date) -> int:
    """Days since 28 December 1800: how the format writes a date."""
    return day.toordinal() - _EPOCH


def clarion_moment(instant: Instant) -> tuple[int, int]:
    """Warsaw day of a moment, and hundredths of a second since its midnight, counted from 1."""
    moment = datetime_of(instant).astimezone(warsaw())
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return clarion(moment.date()), seconds * 100 + moment.microsecond // 10_000 + 1


def money(amount: Decimal) -> str:
    """Two decimals, a point, never a negative zero."""
    text = str(amount.quantize(_GROSZ, ROUND_HALF_UP))
    return "0.00" if text == "-0.00" else text


def rate(value: Decimal) -> str:
    """An exchange rate with eight decimals."""
    return f"{value.quantize(_RATE, ROUND_HALF_UP):f}"


HEAD = """\
<?xml version="1.0" encoding="%(encoding)s"?>
<MAGIK_EKSPORT>
<INFO_EKSPORTU>
<WERSJA_MAGIKA>4.3.2</WERSJA_MAGIKA>
<NAZWA_PROGRAMU>blink-tui</NAZWA_PROGRAMU>
<WERSJA_PROGRAMU>%(version)s</WERSJA_PROGRAMU>
<DATA_EKSPORTU>%(day)s</DATA_EKSPORTU>
<GODZINA_EKSPORTU>%(time)s</GODZINA_EKSPORTU>
<LICZBA_DOKUMENTOW>%(count)d</LICZBA_DOKUMENTOW>
</INFO_EKSPORTU>
<DOKUMENTY>
"""
DOCUMENT = """\
<DOKUMENT>
<NAGLOWEK_DOKUMENTU>
<RODZAJ_DOKUMENTU>H</RODZAJ_DOKUMENTU>
<NUMER>%(number)s</NUMER>
<NR_DOK_ORYG>%(original)s</NR_DOK_ORYG>
<ID_DOKUMENTU_ORYG>%(id)d</ID_DOKUMENTU_ORYG>
<DOK_ZBIOR>0</DOK_ZBIOR>
"""
PARTNER_IDS = """\
<ID_KONTRAHENTA>%(id)d</ID_KONTRAHENTA>
<ID_PLATNIKA>%(id)d</ID_PLATNIKA>
"""
"""Between the two parts of a document: known only when its file is put together."""
DOCUMENT_REST = """\
<ID_OPERATORA>1</ID_OPERATORA>
<ID_KONTRAHENTA_JST>0</ID_KONTRAHENTA_JST>
<ZAKUP_SPRZEDAZ>%(side)s</ZAKUP_SPRZEDAZ>
<ID_MAGAZYNU>%(warehouse_id)s</ID_MAGAZYNU>
<SYMBOL_MAGAZYNU>%(warehouse)s</SYMBOL_MAGAZYNU>
<ID_ROZRACHUNKU>0</ID_ROZRACHUNKU>
<OBLICZANIE_WG_CEN>%(prices)s</OBLICZANIE_WG_CEN>
<TYP_DOKUMENTU>%(type)s</TYP_DOKUMENTU>
<OPIS>%(description)s</OPIS>
<SYM_WAL>%(currency)s</SYM_WAL>
<NR_PODSTAWY/>
<ID_KASY>0</ID_KASY>
<SYMBOL_KASY/>
<ID_RACHUNKU>0</ID_RACHUNKU>
<NUMER_RACHUNKU>%(account)s</NUMER_RACHUNKU>
<TYP_PLATNIKA>K</TYP_PLATNIKA>
<CZY_DOKUMENT_KOREKTY>%(correction)d</CZY_DOKUMENT_KOREKTY>
<WYROZNIK>%(wyroznik)s</WYROZNIK>
<CZY_FAKTURA_ZALICZKOWA>%(advance)d</CZY_FAKTURA_ZALICZKOWA>
<CZY_FAKTURA_KONCOWA>%(settlement)d</CZY_FAKTURA_KONCOWA>
<CZY_KOREKTA_FZAL>%(advance_correction)d</CZY_KOREKTA_FZAL>
<CZY_KOREKTA_FZAL_KONCOWEJ>%(settlement_correction)d</CZY_KOREKTA_FZAL_KONCOWEJ>
<CZY_FZAL_100_PROCENT_BEZ_WZ>0</CZY_FZAL_100_PROCENT_BEZ_WZ>
<CZY_FZAL_100_PROCENT_Z_WZ>0</CZY_FZAL_100_PROCENT_Z_WZ>
<POTWIERDZONY_UE>0</POTWIERDZONY_UE>
<CZY_FISKALNY>0</CZY_FISKALNY>
%(payment)s\
<POZ_WAL_BAZOWE>%(pln)d</POZ_WAL_BAZOWE>
<CZY_POZ_KOSZTOWE_BAZOWE>0</CZY_POZ_KOSZTOWE_BAZOWE>
<TROJSTRONNY_UE>%(triangular)d</TROJSTRONNY_UE>
<WEWNETRZNY>0</WEWNETRZNY>
<MP>0</MP>
<METODA_KASOWA>%(cash_method)d</METODA_KASOWA>
<ODWROTNY>%(reverse)d</ODWROTNY>
<ZALICZKA_ODROCZONA>0</ZALICZKA_ODROCZONA>
<FAKTURA_DO_PARAGONU>%(receipt)d</FAKTURA_DO_PARAGONU>
<PODLEGA_PP>%(split)d</PODLEGA_PP>
%(ksef)s\
<PODZIELONA_PLATNOSC>
%(split_payment)s\
</PODZIELONA_PLATNOSC>
<RODZAJ_TRANSAKCJI_HANDLOWEJ>%(procedures)s</RODZAJ_TRANSAKCJI_HANDLOWEJ>
<POLE1>%(pole1)s</POLE1>
<POLE2>%(pole2)s</POLE2>
<POLE3>%(pole3)s</POLE3>
<DATY>
<DATA_WYSTAWIENIA>%(issued)d</DATA_WYSTAWIENIA>
<DATA_SPRZEDAZY>%(sold)d</DATA_SPRZEDAZY>
<DATA_WPLYWU>%(received)d</DATA_WPLYWU>
<TERMIN_PLATNOSCI>%(due)d</TERMIN_PLATNOSCI>
</DATY>
<WARTOSCI_NAGLOWKA>
<NETTO_SPRZEDAZY>%(net_sold)s</NETTO_SPRZEDAZY>
<BRUTTO_SPRZEDAZY>%(gross_sold)s</BRUTTO_SPRZEDAZY>
<NETTO_SPRZEDAZY_WALUTA>%(net_sold_currency)s</NETTO_SPRZEDAZY_WALUTA>
<BRUTTO_SPRZEDAZY_WALUTA>%(gross_sold_currency)s</BRUTTO_SPRZEDAZY_WALUTA>
<NETTO_ZAKUPU>%(net_bought)s</NETTO_ZAKUPU>
<BRUTTO_ZAKUPU>%(gross_bought)s</BRUTTO_ZAKUPU>
<SUMA_NETTO_POZYCJI_FAKTURY_ZALICZKOWEJ>0.00</SUMA_NETTO_POZYCJI_FAKTURY_ZALICZKOWEJ>
<SUMA_NETTO_POZ_FZAL_WAL>0.00</SUMA_NETTO_POZ_FZAL_WAL>
<KW_ROZRACH>%(owed)s</KW_ROZRACH>
<KW_ROZRACH_W>%(owed_currency)s</KW_ROZRACH_W>
<KURS_WALUTY>%(rate)s</KURS_WALUTY>
<KURS_WALUTY_PZ>0.00000000</KURS_WALUTY_PZ>
</WARTOSCI_NAGLOWKA>
</NAGLOWEK_DOKUMENTU>
%(lines)s\
<VAT>
%(vat)s\
</VAT>
</DOKUMENT>
"""
PAYMENT = "<FORMA_PLATNOSCI>%s</FORMA_PLATNOSCI>\n"
PAYMENT_ID = "<ID_FORMY_PLAT>%d</ID_FORMY_PLAT>\n"
KSEF = """\
<KSEF>
<KSEF_ID>%s</KSEF_ID>
<DATA_POTW_KSEF>%d</DATA_POTW_KSEF>
%s\
</KSEF>
"""
KSEF_TIME = "<GODZINA_POTW_KSEF>%d</GODZINA_POTW_KSEF>\n"
NOT_SPLIT = """\
<PP>0</PP>
<PP_NR_FAKTURY/>
<PP_NIP/>
<PP_KW_VAT_K>0.00</PP_KW_VAT_K>
<PP_KW_VAT_R>0.00</PP_KW_VAT_R>
"""
SPLIT = """\
<PP>1</PP>
<PP_NR_FAKTURY>%(number)s</PP_NR_FAKTURY>
<PP_NIP>%(nip)s</PP_NIP>
<PP_KW_VAT_K>%(vat)s</PP_KW_VAT_K>
<PP_KW_VAT_R>%(vat)s</PP_KW_VAT_R>
"""
VAT_ROW = """\
<STAWKA>
<KOD_VAT>%(code)s</KOD_VAT>
<NETTO>%(net)s</NETTO>
<VAT>%(vat)s</VAT>
<NETTO_WALUTA>%(net_currency)s</NETTO_WALUTA>
<VAT_WALUTA>%(vat_currency)s</VAT_WALUTA>
<KW_NABYCIA>%(rest)s</KW_NABYCIA>
<MARZA>%(margin)d</MARZA>
<DATA_VAT>%(day)d</DATA_VAT>
<DATA_KURSU>%(rate_day)d</DATA_KURSU>
<KURS_VAT>%(rate)s</KURS_VAT>
<ODWROTNY>%(reverse)d</ODWROTNY>
<ODWROTNY_TOWAR_USLUGA/>
</STAWKA>
"""
LINE = """\
<POZYCJA_DOKUMENTU>
<RODZAJ_POZYCJI>%(kind)s</RODZAJ_POZYCJI>
<KOD_VAT>%(code)s</KOD_VAT>
<OPIS_POZYCJI>%(name)s</OPIS_POZYCJI>
<TYP_PLATNIKA>K</TYP_PLATNIKA>
<SYM_WAL>%(currency)s</SYM_WAL>
<POZ_WAL_BAZOWE>%(pln)d</POZ_WAL_BAZOWE>
<KOD_CN>%(cn)s</KOD_CN>
<DATA_VAT>%(day)d</DATA_VAT>
<RODZAJ_KOREKTY/>
<WARTOSCI_POZYCJI>
<WARTOSC_ZAKUPU_NETTO>%(net_bought)s</WARTOSC_ZAKUPU_NETTO>
<WARTOSC_ZAKUPU_BRUTTO>%(gross_bought)s</WARTOSC_ZAKUPU_BRUTTO>
<WARTOSC_NETTO>%(net)s</WARTOSC_NETTO>
<WARTOSC_BRUTTO>%(gross)s</WARTOSC_BRUTTO>
<WARTOSC_NETTO_WALUTA>%(net_currency)s</WARTOSC_NETTO_WALUTA>
<WARTOSC_BRUTTO_WALUTA>%(gross_currency)s</WARTOSC_BRUTTO_WALUTA>
<WARTOSC_ZAKUPU_NETTO_WALUTA>%(net_bought_currency)s</WARTOSC_ZAKUPU_NETTO_WALUTA>
<WARTOSC_ZAKUPU_BRUTTO_WALUTA>%(gross_bought_currency)s</WARTOSC_ZAKUPU_BRUTTO_WALUTA>
</WARTOSCI_POZYCJI>
</POZYCJA_DOKUMENTU>
"""
MIDDLE = "</DOKUMENTY>\n<KARTOTEKA_KONTRAHENTOW>\n"
PARTNER = """\
<KONTRAHENT>
<ID_KONTRAHENTA>%(id)d</ID_KONTRAHENTA>
<KOD_KONTRAHENTA>%(code)s</KOD_KONTRAHENTA>
<NAZWA>%(short)s</NAZWA>
<NIP>%(number)s</NIP>
<PESEL/>
<RODZAJ_EWIDENCJI>%(payer)d</RODZAJ_EWIDENCJI>
<VAT_CZYNNY>%(active)d</VAT_CZYNNY>
<KOD_POCZTOWY>%(postal_code)s</KOD_POCZTOWY>
<MIEJSCOWOSC>%(town)s</MIEJSCOWOSC>
<ULICA_LOKAL>%(street)s</ULICA_LOKAL>
<NAZWA_PELNA>%(name)s</NAZWA_PELNA>
<ADRES>%(address)s</ADRES>
<SYMBOL_KRAJU_KONTRAHENTA>%(country)s</SYMBOL_KRAJU_KONTRAHENTA>
<NAZWA_KLASYFIKACJI>Ogólna</NAZWA_KLASYFIKACJI>
<NAZWA_GRUPY>Ogólna</NAZWA_GRUPY>
<ODBIORCA>%(buys)d</ODBIORCA>
<DOSTAWCA>%(sells)d</DOSTAWCA>
<ID_KLASYFIKACJI>1</ID_KLASYFIKACJI>
<ID_GRUPY>1</ID_GRUPY>
<CZY_KONTRAHENT_UE>%(union)d</CZY_KONTRAHENT_UE>
<RAKS_KOD_KONTRAHENTA/>
<ID_KONTRAHENTA_JST>0</ID_KONTRAHENTA_JST>
</KONTRAHENT>
"""
END = """\
</KARTOTEKA_KONTRAHENTOW>
<KARTOTEKA_PRACOWNIKOW/>
<KARTOTEKA_ARTYKULOW/>
</MAGIK_EKSPORT>
"""
