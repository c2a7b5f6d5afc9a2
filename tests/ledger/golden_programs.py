"""How golden files tell what ledger programs get: what tells of a document, without what is alike in all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from blink_tui.ledger.exporters import epp, optima, symfonia, wapro
from tests.ledger import epp_reader, optima_reader, symfonia_reader, wapro_reader
from tests.ledger.golden import Golden


def _only(files: Mapping[str, bytes]) -> bytes:
    (content,) = files.values()
    return content


def _wapro(files: Mapping[str, bytes]) -> Iterator[str]:
    (one,), cards = (file := wapro_reader.read(_only(files))).documents, file.contractors
    card = cards[one["ID_KONTRAHENTA"]]
    side = "SPRZEDAZY" if one.sale else "ZAKUPU"
    foreign = one["SYM_WAL"] != "PLN"
    yield (
        f"  {one['ZAKUP_SPRZEDAZ']} {one['TYP_DOKUMENTU']} {one['NUMER']}"
        + (f" do {one['NR_DOK_ORYG']}" if one["NR_DOK_ORYG"] else "")
        + f"  {card['NIP'] or 'bez numeru'} {card['NAZWA']}"
    )
    days = {
        "wyst.": "DATA_WYSTAWIENIA",
        "sprz.": "DATA_SPRZEDAZY",
        "wpływ": "DATA_WPLYWU",
        "termin": "TERMIN_PLATNOSCI",
    }
    yield "  " + "  ".join(f"{word} {one.day(name):%d.%m}" for word, name in days.items())
    free = [one[name] or "–" for name in ("WYROZNIK", "POLE1", "POLE2", "POLE3")]
    yield f"  pola {' | '.join(free)}  kody {one['RODZAJ_TRANSAKCJI_HANDLOWEJ'] or '–'}  {' '.join(one.flags)}".rstrip()
    for rate in one.rates:
        own = f"  {one['SYM_WAL']} {rate.net_currency} {rate.vat_currency} po {rate.rate}" if foreign else ""
        margin = f"  marża, nabycie {rate.cost}" if rate.margin else ""
        yield f"  VAT {rate.day:%d.%m} {rate.code} {rate.net} {rate.vat}{own}{margin}"
    yield (
        f"  netto {one[f'NETTO_{side}']} brutto {one[f'BRUTTO_{side}']} rozrachunek {one['KW_ROZRACH']}"
        + (f" {one['SYM_WAL']} {one['KW_ROZRACH_W']}" if foreign else "")
    )


def _epp(files: Mapping[str, bytes]) -> Iterator[str]:
    file = epp_reader.read(_only(files))
    (one,), number = file.documents, file.documents[0][7]
    yield (
        f"  {one[1]} {number!r}"
        + (f" do {one[8]!r} z {one.day(9):%d.%m}" if one[8] else "")
        + f"  {one[12]} {one[18] or 'bez numeru'} {one[13]}"
    )
    done = file.by_number("DATYZAKONCZENIA")[number][0][:8]
    days = {"wyst.": 22, "sprz.": 23, "wpływ": 24, "termin": 35}
    yield (
        "  "
        + "  ".join(f"{word} {one.day(place):%d.%m}" for word, place in days.items())
        + f"  zakończono {done}"
    )
    yield f"  stan {one[41]} rodzaj {one[55]} waluta {one[47]} {one[48]}  {one[49]}"
    for rate in one.rates:
        margin = f"  marża {' '.join(map(str, rate.margin))}" if any(rate.margin) else ""
        yield f"  VAT {rate.symbol} {rate.percent} {rate.net} {rate.vat}{margin}"
    marks = file.by_number("DOKUMENTYZNACZNIKIJPKVAT")[number]
    yield (
        f"  netto {one[28]} VAT {one[29]} brutto {one[30]} zapłacono {one[36]} do zapłaty {one[37]}"
        f"  MPP {file.by_number('WYMAGALNOSCMPP')[number][0]} znaczniki {''.join(marks)}"
    )
    if number in file.by_number("DATYUJECIAKOREKT"):
        kind, day = file.by_number("DATYUJECIAKOREKT")[number]
        yield f"  ujęcie {kind} {day[:8]} {' '.join(file.by_number('PRZYCZYNYKOREKT').get(number, []))}"


def _optima(files: Mapping[str, bytes]) -> Iterator[str]:
    (one,), (card,) = (file := optima_reader.read(_only(files))).documents, file.contractors.values()
    yield (
        f"  {one['REJESTR']} {one['NUMER']}"
        + (f" do {one['KOREKTA_NUMER']}" if one["KOREKTA"] == "Tak" else "")
        + f"  {one['NIP_KRAJ']}{one['NIP'] or 'bez numeru'} {card['NAZWA1']} ({card['EKSPORT']})"
    )
    names = {
        "wyst.": "DATA_WYSTAWIENIA", "sprz.": "DATA_SPRZEDAZY", "zakup": "DATA_ZAKUPU", "wpływ": "DATA_WPLYWU",
        "obow.": "DATA_DATAOBOWIAZKUPODATKOWEGO", "odl.": "DATA_DATAPRAWAODLICZENIA", "termin": "TERMIN",
    }  # fmt: skip
    yield "  " + "  ".join(f"{word} {one[name][5:]}" for word, name in names.items() if name in one.fields)
    flags = [name for name in ("METODA_KASOWA", "MPP", "ROLNIK", "FINALNY") if one[name] == "Tak"]
    yield (
        f"  VAT-7 {one['DEKLARACJA_VAT7']}  UE {one['DEKLARACJA_VATUE']}  {one['EKSPORT']}"
        f"  kody {' '.join(one.codes) or '–'}  {' '.join(flags)}"
    ).rstrip()
    if one["WALUTA"]:
        for_vat = one.fields.get("NOTOWANIE_WALUTY_ILE_2", "=")
        yield f"  {one['WALUTA']} księgi {one['NOTOWANIE_WALUTY_ILE']} VAT {for_vat}"
    for row in one.positions:
        kind = row.get("RODZAJ_ZAKUPU") or row["RODZAJ_SPRZEDAZY"]
        use = row.get("ODLICZENIA_VAT") or row["UWZ_W_PROPORCJI"]
        books = [row[name] for name in ("KOLUMNA_KPR", "KOLUMNA_RYCZALT") if name in row]
        yield (
            f"  {row['STAWKA_VAT']} {row['STATUS_VAT']} {row['NETTO']} {row['VAT']}"
            f"  księgi {row['NETTO_SYS']} {row['VAT_SYS']}  VAT {row['NETTO_SYS2']} {row['VAT_SYS2']}"
            f"  {kind}, {use}  {' / '.join([row['KATEGORIA_POS'] or '–', *books])}"
        )
    for row in one.postings:
        side = "KONTO_WN" if row["KONTO_WN"] else "KONTO_MA"
        yield f"  {side.removeprefix('KONTO_').capitalize()} {row[side]} {row['KWOTA_KD']}"
    for row in one.payments:
        yield (
            f"  {row['KIERUNEK']} {row['KWOTA_PLAT']} {row['WALUTA_PLAT']} {row['KWOTA_PLN_PLAT']} zł"
            f"  {row['FORMA_PLATNOSCI_PLAT']} do {row['TERMIN_PLAT'][5:]}"
        )


def _symfonia(files: Mapping[str, bytes]) -> Iterator[str]:
    (one,), (card,) = (file := symfonia_reader.read(_only(files))).documents, file.contractors.values()
    fields = one.fields
    yield (
        f"  {one['symbol FK']} {one['kod']}"
        + (f" do {fields['NazwaKor']}" if "NazwaKor" in fields else "")
        + f"  {card['id']} {card['nazwa']}  {one['opis FK']}"
    )
    days = ("dataWystawienia", "dataSprzedazy", "dataWystawieniaObca", "dataZakupu", "datawpl", "plattermin")
    yield "  " + "  ".join(f"{name} {fields[name][5:]}" for name in days if name in fields)
    currency = f"  {fields['waluta']} {fields['kurs']} {fields['walbrutto']}" if "waluta" in fields else ""
    yield (
        f"  kwota {one['kwota']} netto {one['netto']} VAT {one['vat']} do zapłaty {one['dozaplaty']}{currency}"
        f"  MPP {one['mppFlags']}  {fields.get('JPK_V7', '–')}"
    )
    for row in one.all("Zapis"):
        yield f"  {row['strona']} {row['konto']} {row['kwota']}"
    for row in one.all("Rejestr"):
        yield f"  {row['Skrot']} {row['okres'][:7]} z {row['datarej'][5:]}  {row['stawka']} {row['netto']} {row['VAT']}"
    for row in one.all("Transakcja"):
        yield f"  rozrachunek zapisu {row['IdDlaRozliczen']}: {row['kwota']} do {row['termin'][5:]}"


PROGRAMS = {
    "wapro": Golden(wapro.EXPORTER, _wapro),
    "epp": Golden(epp.EXPORTER, _epp),
    "optima": Golden(optima.EXPORTER, _optima),
    "symfonia": Golden(symfonia.EXPORTER, _symfonia),
}
