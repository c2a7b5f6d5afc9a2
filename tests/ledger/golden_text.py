"""Golden files of the worked documents: what tells of each of them, in a form that an accountant can read through.

`python -m tests.ledger.golden_text` writes them anew; read the difference before it is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from blink_tui.i18n import set_language
from blink_tui.ledger.exporter import Exporter
from blink_tui.ledger.exporters import epp, wapro
from blink_tui.ledger.settings import filled
from tests.ledger import epp_reader, wapro_reader
from tests.ledger.memory import MemoryFiles
from tests.ledger.worked import worked_documents

FOLDER = Path(__file__).parent / "golden"


def text_of(name: str) -> str:
    """The golden text of a format, as it is now."""
    exporter, shown = FORMATS[name]
    set_language("pl")
    parts = []
    for title, document, own in worked_documents():
        files, frame = MemoryFiles(), replace(own, settings=filled(exporter, own.settings))
        piece = exporter.prepare(document, frame)
        assert piece is not None
        writer = exporter.writer(frame, files)
        writer.add(piece)
        writer.close()
        told = [f"  {'wstrzymuje' if one.blocks else 'uwaga'}: {one.message}" for one in piece.warnings]
        parts.append("\n".join([f"{document.id}. {title}", *shown(files.only), *told]))
    return "\n\n".join(parts) + "\n"


def _wapro(content: bytes) -> Iterator[str]:
    (one,), cards = (file := wapro_reader.read(content)).documents, file.contractors
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


def _epp(content: bytes) -> Iterator[str]:
    file = epp_reader.read(content)
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


FORMATS: dict[str, tuple[Exporter, Callable[[bytes], Iterator[str]]]] = {
    "wapro": (wapro.EXPORTER, _wapro),
    "epp": (epp.EXPORTER, _epp),
}


if __name__ == "__main__":
    for name in FORMATS:
        (FOLDER / f"{name}.txt").write_text(text_of(name), encoding="utf-8")
