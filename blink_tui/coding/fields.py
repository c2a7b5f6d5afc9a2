"""The documented catalogue of document fields that rules and schemes may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from blink_tui.coding import field_words as words
from blink_tui.coding.document_env import DocumentEnv
from blink_tui.coding.language_types import Catalogue, Decides, Field, Kind
from blink_tui.i18n import N_

__all__ = ["CATALOGUE", "FIELDS", "Catalogue", "DocumentEnv", "Field"]

_DOCUMENT = N_("document")
_PARTIES = N_("parties")
_AMOUNTS = N_("amounts")
_DATES = N_("dates")
_MARKS = N_("marks")
_PAYMENT = N_("payment")
_LINKS = N_("corrections, advances, orders")
_TEXTS = N_("words of the invoice")
_ROWS = N_("rows, within suma(…), jest(…), wszystkie(…), liczba(…)")
_FIRM = N_("firm and its books")
_HISTORY = N_("history and findings")

_NIP = Decides.CONTRACTOR
_CONTENT = Decides.CONTENT


def _made(
    kind: Kind,
    group: str,
    name: str,
    english: str,
    meaning: str,
    test: str,
    *others: str,
    decides: Decides | None = None,
    among: Mapping[str, str] | None = None,
    keyed: bool = False,
    keys: Mapping[str, str] | None = None,
    key: str = "",
) -> Field:
    """A field whose example is itself with a test behind it, for a row within jest(…)."""
    key = f'["{key}"]' if key else ""
    around = ("jest({})", "any({})") if name.startswith("wiersz.") else ("{}", "{}")
    return Field(
        name=name,
        others=(english, *others),
        kind=kind,
        group=group,
        meaning=meaning,
        example=around[0].format(f"{name}{key} {test}".strip()),
        english=around[1].format(f"{english}{key} {test}".strip()),
        keyed=keyed,
        keys=keys,
        decides=decides,
        words=among,
    )


def _amount(group: str, name: str, english: str, meaning: str, test: str, *others: str) -> Field:
    return _made(Kind.AMOUNT, group, name, english, meaning, test, *others)


def _by_rate(name: str, english: str, meaning: str) -> Field:
    return _made(
        Kind.AMOUNT, _AMOUNTS, name, english, meaning, "> 0", keyed=True, keys=words.RATE_GROUPS, key="23"
    )


def _text(
    group: str,
    name: str,
    english: str,
    meaning: str,
    test: str,
    decides: Decides | None = None,
    among: Mapping[str, str] | None = None,
) -> Field:
    return _made(Kind.TEXT, group, name, english, meaning, test, decides=decides, among=among)


def _texts(
    group: str,
    name: str,
    english: str,
    meaning: str,
    test: str,
    decides: Decides | None = None,
    among: Mapping[str, str] | None = None,
) -> Field:
    return _made(Kind.TEXTS, group, name, english, meaning, test, decides=decides, among=among)


def _date(group: str, name: str, english: str, meaning: str, test: str = ">= 2026-03-01") -> Field:
    return _made(Kind.DATE, group, name, english, meaning, test)


def _flag(group: str, name: str, english: str, meaning: str, *others: str) -> Field:
    return _made(Kind.FLAG, group, name, english, meaning, "", *others)


FIELDS: Final[tuple[Field, ...]] = (
    _text(_DOCUMENT, "kierunek", "direction",
          N_("what it is for the firm's books: zakup, sprzedaż or wgląd"), '= "zakup"', among=words.DIRECTIONS),
    _text(_DOCUMENT, "rodzaj", "kind",
          N_("RodzajFaktury as written: VAT, KOR, ZAL, ROZ, UPR, KOR_ZAL, KOR_ROZ, VAT_RR …"),
          '= "ROZ"', among=words.KINDS),
    _text(_DOCUMENT, "formularz", "form",
          N_("form of the document: FA, FA_RR or PEF"), '= "FA_RR"', among=words.FORMS),
    _text(_DOCUMENT, "numer", "number", N_("number that the seller gave it"), '~ "FV, FS"'),
    _text(_DOCUMENT, "numer_ksef", "ksef_number", N_("number that KSeF gave it"), '<> ""'),
    _flag(_DOCUMENT, "korekta", "correction", N_("a correction of any kind; its amounts are differences")),
    _flag(_DOCUMENT, "korekta_minus", "correction_minus", N_("a correction that makes the amount less")),
    _flag(_DOCUMENT, "offline", "offline", N_("issued offline and sent to KSeF later")),
    _text(_DOCUMENT, "miejsce", "place", N_("place of issue"), '~ "warszawa"'),
    _flag(_DOCUMENT, "zalacznik", "attachment", N_("tables or notes are attached to it")),
    _texts(_DOCUMENT, "nasze_role", "our_roles",
           N_("how the firm appears on it: sprzedawca, nabywca, podmiot 3, upoważniony"),
           '= "podmiot 3"', among=words.ROLES),

    _text(_PARTIES, "kontrahent.nip", "contractor.nip",
          N_("NIP of the other side: of the seller of a purchase, of the buyer of a sale"), '= "5265877635"', _NIP),
    _text(_PARTIES, "kontrahent.numer", "contractor.id",
          N_("its NIP, number in the Union with its country, or another number"), '= "DE123456789"', _NIP),
    _text(_PARTIES, "kontrahent.nazwa", "contractor.name",
          N_("name of the other side"), '~ "orlen*, paliw*"', _CONTENT),
    _text(_PARTIES, "kontrahent.kraj", "contractor.country",
          N_("its country, two letters; PL where only a NIP is given"), '= "DE"'),
    _flag(_PARTIES, "kontrahent.unijny", "contractor.eu", N_("it is of another member state of the Union")),
    _flag(_PARTIES, "kontrahent.zagraniczny", "contractor.foreign", N_("it is not of Poland")),
    _flag(_PARTIES, "kontrahent.osoba", "contractor.person", N_("it has no number at all, such as a consumer")),
    _flag(_PARTIES, "kontrahent.znany", "contractor.known", N_("the firm's ledger knows it (imported contractors)")),
    _text(_PARTIES, "kontrahent.kod", "contractor.code", N_("its symbol in the firm's ledger"), '= "ORLEN"'),
    _text(_PARTIES, "sprzedawca.nip", "seller.nip", N_("NIP of the seller"), '= "5265877635"', _NIP),
    _text(_PARTIES, "sprzedawca.nazwa", "seller.name", N_("name of the seller"), '~ "orlen*"', _CONTENT),
    _text(_PARTIES, "sprzedawca.kraj", "seller.country", N_("country of the seller, two letters"), '<> "PL"'),
    _text(_PARTIES, "sprzedawca.adres", "seller.address", N_("lines of the seller's address"), '~ "lipowa 7"'),
    _flag(_PARTIES, "sprzedawca.nasz", "seller.ours", N_("the seller's NIP is the firm's")),
    _text(_PARTIES, "nabywca.nip", "buyer.nip", N_("NIP of the buyer"), '= "5265877635"', _NIP),
    _text(_PARTIES, "nabywca.nazwa", "buyer.name", N_("name of the buyer"), '~ "gmina *"', _CONTENT),
    _text(_PARTIES, "nabywca.kraj", "buyer.country", N_("country of the buyer, two letters"), '= "DE"'),
    _text(_PARTIES, "nabywca.adres", "buyer.address", N_("lines of the buyer's address"), '~ "lipowa 7"'),
    _text(_PARTIES, "nabywca.klient", "buyer.customer",
          N_("the buyer's number in a contract or order (NrKlienta)"), '= "K-17"'),
    _flag(_PARTIES, "nabywca.nasz", "buyer.ours", N_("the buyer's NIP is the firm's")),
    _flag(_PARTIES, "nabywca.jst", "buyer.local_government", N_("it concerns a unit below a local government (JST)")),
    _flag(_PARTIES, "nabywca.gv", "buyer.vat_group", N_("it concerns a member of a VAT group (GV)")),
    _texts(_PARTIES, "podmiot3.nazwa", "third.name",
           N_("names of the further parties (Podmiot3)"), '~ "szkoła*"', _CONTENT),
    _texts(_PARTIES, "podmiot3.nip", "third.nip",
           N_("NIPs and internal ids of the further parties"), '= "5265877635"'),
    _texts(_PARTIES, "podmiot3.rola", "third.role",
           N_("roles of the further parties, in words or as their number: faktor (1), odbiorca (2) …"),
           '= "faktor"', among=words.THIRD_ROLES),
    _texts(_PARTIES, "podmiot3.nasza_rola", "third.our_role",
           N_("roles of the firm itself among the further parties"), '= "odbiorca"', among=words.THIRD_ROLES),

    _by_rate("netto", "net", N_("net of the VAT table in the invoice's currency, altogether or of one rate")),
    _by_rate("vat", "tax", N_("tax of the VAT table in the invoice's currency, altogether or of one rate")),
    _by_rate("brutto", "gross", N_("net and tax of the VAT table, altogether or of one rate")),
    _texts(_AMOUNTS, "stawki", "rates",
           N_("rates that stand in the VAT table; 22 % is in 23, 7 % in 8"), '= "zw"', among=words.RATE_GROUPS),
    _amount(_AMOUNTS, "razem", "total", N_("amount due altogether (P_15); of a settlement what is left"), "> 15000"),
    _amount(_AMOUNTS, "razem_pln", "total_pln",
            N_("the same in PLN, by the invoice's own exchange rate or the last table before its issue"), "> 15000"),
    _amount(_AMOUNTS, "do_zaplaty", "to_pay",
            N_("what is to be paid: with what the settlement part adds or takes off"), "<> razem"),
    _text(_AMOUNTS, "waluta", "currency", N_("currency, three letters"), '= "EUR"'),
    _amount(_AMOUNTS, "kurs", "exchange_rate",
            N_("exchange rate that the invoice gives; 1 in PLN, 0 where it gives none"), "= 0"),
    _amount(_AMOUNTS, "obciazenia", "surcharges", N_("what the settlement part adds to the total"), "> 0"),
    _amount(_AMOUNTS, "odliczenia", "deductions", N_("what the settlement part takes off the total"), "> 0"),
    _amount(_AMOUNTS, "liczba_wierszy", "row_count",
            N_("how many rows it has, those before a correction left out"), "> 1"),

    _date(_DATES, "data_wystawienia", "issue_date", N_("day of issue (P_1)")),
    _date(_DATES, "data_sprzedazy", "sale_date", N_("day of delivery (P_6), of all rows")),
    _date(_DATES, "okres_od", "period_from", N_("first day of the period (OkresFa)")),
    _date(_DATES, "okres_do", "period_to", N_("last day of the period (OkresFa)")),
    _date(_DATES, "data_otrzymania", "received", N_("day of receipt: on which KSeF gave it its number")),
    _date(_DATES, "termin", "due_date", N_("first day on which something falls due")),
    _date(_DATES, "data_zaplaty", "paid_on", N_("day on which it was paid, as it says")),
    _amount(_DATES, "dni_na_zaplate", "days_to_pay",
            N_("days from issue to the term; 0 where one of them is missing"), "> 60"),

    _flag(_MARKS, "mpp", "split_payment", N_("split payment (P_18A)")),
    _flag(_MARKS, "mk", "cash_method", N_("the seller's cash method (P_16)")),
    _flag(_MARKS, "samofakturowanie", "self_billing", N_("the buyer issued it (P_17)")),
    _flag(_MARKS, "odwrotne", "reverse_charge", N_("reverse charge (P_18)")),
    _flag(_MARKS, "fp", "receipt_follows", N_("issued to a receipt of a cash register (FP)")),
    _flag(_MARKS, "tp", "related_parties", N_("seller and buyer are connected (TP)")),
    _flag(_MARKS, "zwolnienie", "exempt", N_("something on it is exempt from tax (P_19)")),
    _text(_MARKS, "podstawa_zwolnienia", "exemption_basis", N_("provision that an exemption names"), '~ "113"'),
    _flag(_MARKS, "marza", "margin", N_("procedure of the margin (PMarzy)")),
    _texts(_MARKS, "rodzaj_marzy", "margin_kind",
           N_("which margin: biura podróży, towary używane, dzieła sztuki, antyki"),
           '= "towary używane"', among=words.MARGINS),
    _flag(_MARKS, "trojstronna", "triangular", N_("second taxpayer of a triangular transaction (P_23)")),
    _flag(_MARKS, "nowy_srodek_transportu", "new_vehicle", N_("new means of transport within the Union (P_22)")),
    _flag(_MARKS, "zwrot_akcyzy", "excise_refund", N_("a farmer's refund of excise (ZwrotAkcyzy)")),
    _texts(_MARKS, "gtu", "gtu", N_("GTU codes of all rows"), '= "GTU_01"', _CONTENT, words.GTU),
    _texts(_MARKS, "procedury", "procedures",
           N_("marks of procedures of all rows: WSTO_EE, TT_D …"), '= "WSTO_EE"', _CONTENT, words.PROCEDURES),
    _flag(_MARKS, "zal15", "annex_15", N_("a row is marked as annex 15 (P_12_Zal_15)")),

    _text(_PAYMENT, "forma_platnosci", "payment_form",
          N_("gotówka, karta, bon, czek, kredyt, przelew, płatność mobilna, or as described"), '= "gotówka"'),
    _flag(_PAYMENT, "zaplacono", "paid", N_("it says that it is paid")),
    _flag(_PAYMENT, "zaplacono_czesc", "part_paid", N_("it says that a part is paid")),
    _texts(_PAYMENT, "rachunki", "bank_accounts",
           N_("accounts to pay into, without spaces, Polish ones with PL"), '~ "*10201026*"'),
    _flag(_PAYMENT, "faktoring", "factoring", N_("it is paid into a factor's account")),
    _text(_PAYMENT, "skonto", "discount", N_("what is granted for paying early, in words"), '<> ""'),

    _text(_LINKS, "przyczyna_korekty", "correction_reason",
          N_("why it was corrected, in the seller's words"), '~ "rabat*, zwrot*"'),
    _amount(_LINKS, "typ_korekty", "correction_type",
            N_("TypKorekty, the seller's view: 1 original's period, 2 the correction's, 3 another; 0 without"),
            "= 1"),
    _texts(_LINKS, "korygowane", "corrected", N_("numbers of the corrected invoices"), '~ "FV 12 2026"'),
    _flag(_LINKS, "korygowane_spoza_ksef", "corrected_outside_ksef",
          N_("a corrected invoice was issued outside KSeF")),
    _texts(_LINKS, "faktury_zaliczkowe", "advance_invoices",
           N_("numbers of the advance invoices that it settles"), '<> ""'),
    _amount(_LINKS, "wplaty_zaliczek", "advance_payments",
            N_("sum of the payments that an advance invoice documents (ZaliczkaCzesciowa)"), "> 0"),
    _amount(_LINKS, "zamowienie.wartosc", "order.value",
            N_("value of the order behind an advance, with tax"), "> 100000"),
    _texts(_LINKS, "zamowienie.nazwy", "order.names",
           N_("names of the rows of that order"), '~ "maszyn*, lini* produkcyjn*"', _CONTENT),
    _texts(_LINKS, "umowy", "contracts", N_("numbers of contracts"), '~ "U 7 2026"', _CONTENT),
    _texts(_LINKS, "zamowienia", "orders", N_("numbers of orders"), '~ "ZAM 2026"', _CONTENT),
    _texts(_LINKS, "wz", "delivery_notes", N_("numbers of delivery notes (WZ)"), '~ "WZ"'),

    _texts(_TEXTS, "nazwy", "names", N_("names of all rows"), '~ "paliw*, olej napęd*"', _CONTENT),
    _texts(_TEXTS, "tresc", "content",
           N_("all free words: names of rows, remarks, footer"), '~ "leasing*"', _CONTENT),
    _texts(_TEXTS, "opisy", "remarks",
           N_("remarks (DodatkowyOpis), each as key and text"), '~ "nr rejestracyjny"', _CONTENT),
    _made(Kind.TEXT, _TEXTS, "opis", "remark", N_("text of the remark with this key"), '~ "WX*"', decides=_CONTENT,
          keyed=True, key="nr rejestracyjny"),
    _texts(_TEXTS, "stopka", "footer", N_("words of the footer"), '~ "zastaw*, cesj*"', _CONTENT),

    _text(_ROWS, "wiersz.nazwa", "line.name",
          N_("name of goods or service (P_7)"), '~ "paliw*, olej napęd*"', _CONTENT),
    _amount(_ROWS, "wiersz.netto", "line.net",
            N_("net of the row, out of its gross where only that is there; a row before a correction counts "
               "negative"),
            ">= 10000"),
    _amount(_ROWS, "wiersz.vat", "line.tax",
            N_("tax of the row, computed of its rate where it is not written; before a correction negative"), "> 0"),
    _amount(_ROWS, "wiersz.brutto", "line.gross",
            N_("gross of the row, computed where it is not written; before a correction negative"), "> 15000"),
    _text(_ROWS, "wiersz.stawka", "line.rate",
          N_("rate as written (P_12): 23, 22, 8, 7, 5, 0 KR, 0 WDT, 0 EX, zw, oo, np I, np II"),
          '= "zw"', among=words.ROW_RATES),
    _amount(_ROWS, "wiersz.ilosc", "line.quantity", N_("quantity; before a correction negative"), "> 100"),
    _text(_ROWS, "wiersz.jm", "line.unit", N_("unit of the quantity"), '= "l"'),
    _amount(_ROWS, "wiersz.cena", "line.price", N_("net price of a unit"), "> 10000"),
    _amount(_ROWS, "wiersz.rabat", "line.discount", N_("discount not yet in the price (P_10)"), "> 0"),
    _text(_ROWS, "wiersz.pkwiu", "line.pkwiu", N_("PKWiU"), '~ "62*"', _CONTENT),
    _text(_ROWS, "wiersz.cn", "line.cn", N_("code of the Combined Nomenclature"), '~ "2710*"', _CONTENT),
    _text(_ROWS, "wiersz.pkob", "line.pkob", N_("PKOB"), '~ "11*"', _CONTENT),
    _text(_ROWS, "wiersz.gtu", "line.gtu", N_("GTU code"), '= "GTU_01"', _CONTENT, words.GTU),
    _text(_ROWS, "wiersz.procedura", "line.procedure",
          N_("mark of a procedure"), '= "TT_D"', _CONTENT, words.PROCEDURES),
    _text(_ROWS, "wiersz.indeks", "line.index", N_("the seller's code of the goods"), '~ "ON*"', _CONTENT),
    _text(_ROWS, "wiersz.gtin", "line.gtin", N_("GTIN (EAN)"), '= "5901234123457"', _CONTENT),
    _flag(_ROWS, "wiersz.zal15", "line.annex_15", N_("marked as annex 15 (P_12_Zal_15)")),
    _amount(_ROWS, "wiersz.akcyza", "line.excise", N_("excise in the price"), "> 0"),
    _date(_ROWS, "wiersz.data_sprzedazy", "line.sale_date", N_("the row's own day of delivery (P_6A)")),
    _texts(_ROWS, "wiersz.opisy", "line.remarks",
           N_("remarks to this row, each as key and text"), '~ "mpk"', _CONTENT),
    _flag(_ROWS, "wiersz.przed", "line.before", N_("the row as it was before a correction (StanPrzed)")),

    _text(_FIRM, "firma.nip", "firm.nip", N_("NIP of the firm whose document it is"), '= "1111111111"'),
    _text(_FIRM, "firma.rodzaj", "firm.kind",
          N_("podatnik, jednostka JST, członek grupy VAT or oddział"), '= "oddział"', among=words.FIRM_KINDS),
    _texts(_FIRM, "firma.etykiety", "firm.labels", N_("labels of the firm"), '= "transport"'),
    _text(_FIRM, "firma.ksiegi", "firm.books",
          N_("its books: pełne, kpir or ryczałt"), '= "kpir"', among=words.BOOKS),
    _text(_FIRM, "firma.program", "firm.program", N_("the ledger program that gets its documents"), '= "wapro"'),
    _text(_FIRM, "firma.vat", "firm.vat",
          N_("how it settles VAT on the document's day: miesięcznie, kwartalnie or zwolniony"),
          '= "zwolniony"', among=words.VAT),
    _flag(_FIRM, "firma.kasowa", "firm.cash_method", N_("its own cash method, on the document's day")),
    _amount(_FIRM, "firma.proporcja", "firm.proportion",
            N_("share of input tax that it may deduct on the document's day, 1 without a proportion"), "< 1"),
    _text(_FIRM, "firma.samochody", "firm.cars",
          N_("whose cars its costs are for: tylko firmowe, mieszane, prywatne"), '= "mieszane"', among=words.CARS),

    _amount(_HISTORY, "wczesniejsze", "earlier",
            N_("how many documents came before from this seller, for a sale to this buyer"), "= 0"),
    _flag(_HISTORY, "oryginal.jest", "original.known", N_("what it corrects or settles is in the buffer")),
    _texts(_HISTORY, "oryginal.stan", "original.status",
           N_("status of what it corrects or settles"), '= "zatwierdzony"', among=words.STATUSES),
    _texts(_HISTORY, "oryginal.schemat", "original.scheme",
           N_("schemes by which what it corrects or settles is coded"), '= "paliwo"'),
    _texts(_HISTORY, "uwagi", "findings",
           N_("ids of what checks found, as in blink doc list --finding"), '= "account-new"'),
)  # fmt: skip
"""In the order in which they are listed."""

CATALOGUE: Final = Catalogue(FIELDS)
"""What conditions of rules may read."""
