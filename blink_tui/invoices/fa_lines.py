"""FA: rows of the invoice (FaWiersz) and of the order behind an advance (ZamowienieWiersz)."""

from __future__ import annotations

from blink_tui.invoices.tables import Record, amount, day, flag, many, text, whole
from blink_tui.model.invoice import InvoiceLine, Order

LINE = Record(
    InvoiceLine,
    {
        "NrWierszaFa": whole("number"),
        "UU_ID": text("id"),
        "P_6A": day("sale_date"),
        "P_7": text("name"),
        "Indeks": text("index"),
        "GTIN": text("gtin"),
        "PKWiU": text("pkwiu"),
        "CN": text("cn"),
        "PKOB": text("pkob"),
        "P_8A": text("unit"),
        "P_8B": amount("quantity"),
        "P_9A": amount("unit_price"),
        "P_9B": amount("unit_price_gross"),
        "P_10": amount("discount"),
        "P_11": amount("net"),
        "P_11A": amount("gross"),
        "P_11Vat": amount("vat"),
        "P_12": text("rate"),
        "P_12_XII": amount("oss_rate"),
        "P_12_Zal_15": flag("annex_15"),
        "KwotaAkcyzy": amount("excise"),
        "GTU": text("gtu"),
        "Procedura": text("procedure"),
        "KursWaluty": amount("exchange_rate"),
        "StanPrzed": flag("before"),
    },
)

_ORDER_LINE = Record(
    InvoiceLine,
    {
        "NrWierszaZam": whole("number"),
        "UU_IDZ": text("id"),
        "P_7Z": text("name"),
        "IndeksZ": text("index"),
        "GTINZ": text("gtin"),
        "PKWiUZ": text("pkwiu"),
        "CNZ": text("cn"),
        "PKOBZ": text("pkob"),
        "P_8AZ": text("unit"),
        "P_8BZ": amount("quantity"),
        "P_9AZ": amount("unit_price"),
        "P_11NettoZ": amount("net"),
        "P_11VatZ": amount("vat"),
        "P_12Z": text("rate"),
        "P_12Z_XII": amount("oss_rate"),
        "P_12Z_Zal_15": flag("annex_15"),
        "GTUZ": text("gtu"),
        "ProceduraZ": text("procedure"),
        "KwotaAkcyzyZ": amount("excise"),
        "StanPrzedZ": flag("before"),
    },
)

ORDER = Record(
    Order,
    {
        "WartoscZamowienia": amount("value"),
        "ZamowienieWiersz": many("lines", _ORDER_LINE),
    },
)
