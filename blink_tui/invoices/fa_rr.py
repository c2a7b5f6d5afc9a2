"""Reader of FA_RR(1): bought from a flat-rate farmer, issued by the buyer; the farmer is Podmiot1."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from blink_tui.invoices.fa import HEADER, OUTLINED, OUTLINED_LINE, OUTLINED_PARTIES, completed, parties
from blink_tui.invoices.fa_attachment import FOOTER
from blink_tui.invoices.fa_notes import CORRECTED, PAYMENT_DOCUMENT, REMARK
from blink_tui.invoices.fa_parties import PARTY, PARTY_HEAD
from blink_tui.invoices.fa_payment import PAYMENT, SETTLEMENT
from blink_tui.invoices.tables import Record, Rule, amount, day, flag, into, many, one, text, whole
from blink_tui.model.invoice import Invoice, InvoiceLine, VatAmount

_LINE = Record(
    InvoiceLine,
    {
        "NrWierszaFa": whole("number"),
        "UU_ID": text("id"),
        "P_4AA": day("sale_date"),
        "P_5": text("name"),
        "GTIN": text("gtin"),
        "PKWiU": text("pkwiu"),
        "CN": text("cn"),
        "P_6A": text("unit"),
        "P_6B": amount("quantity"),
        "P_6C": text("quality"),
        "P_7": amount("unit_price"),
        "P_8": amount("net"),
        "P_9": text("rate"),
        "P_10": amount("vat"),
        "P_11": amount("gross"),
        "StanPrzed": flag("before"),
        "KursWaluty": amount("exchange_rate"),
    },
)

_HEAD: dict[str, Rule] = {
    "KodWaluty": text("currency"),
    "P_1M": text("issue_place"),
    "P_4A": day("sale_date"),
    "P_4B": day("issue_date"),
    "P_4C": text("number"),
    "P_11_1": amount("net"),
    "P_11_1W": amount("net_pln"),
    "P_11_2": amount("vat"),
    "P_11_2W": amount("vat_pln"),
    "P_12_1": amount("total"),
    "P_12_1W": amount("total_pln"),
    "RodzajFaktury": text("kind"),
}

_BODY: dict[str, Rule] = {
    **_HEAD,
    "P_12_2": text("total_words"),
    "PrzyczynaKorekty": text("correction_reason"),
    "TypKorekty": whole("correction_type"),
    "DaneFaKorygowanej": many("corrected", CORRECTED),
    "NrFaKorygowany": text("corrected_number"),
    "Podmiot1K": one("corrected_seller", PARTY),
    "Podmiot2K": many("corrected_buyers", PARTY),
    "DokumentZaplaty": many("payment_documents", PAYMENT_DOCUMENT),
    "DodatkowyOpis": many("remarks", REMARK),
    "FakturaRRWiersz": many("lines", _LINE),
    "Rozliczenie": one("settlement", SETTLEMENT),
    "Platnosc": one("payment", PAYMENT),
}


def _invoice(
    net: Decimal | None = None,
    vat: Decimal | None = None,
    net_pln: Decimal | None = None,
    vat_pln: Decimal | None = None,
    **fields: Any,
) -> Invoice:
    """With one row in the VAT table: the refund's rate where all rows agree on it, `RR` where they do not."""
    rates = {line.rate for line in fields.get("lines", ()) if line.rate}
    rate = rates.pop().removesuffix(".0") if len(rates) == 1 else "RR"
    table: tuple[VatAmount, ...] = ()
    if net is not None or vat is not None:
        row = VatAmount(rate=rate, net=net or Decimal(0), vat=vat, vat_pln=vat_pln, net_pln=net_pln)
        table = (row,)
    return completed({**fields, "vat_table": table})


FA_RR = Record(
    _invoice,
    {
        "Naglowek": into(HEADER),
        **parties(PARTY),
        "FakturaRR": into(_BODY),
        "Stopka": into(FOOTER),
    },
)
"""Everything of a Faktura of this form."""

FA_RR_OUTLINE = Record(
    _invoice,
    {
        "Naglowek": into(HEADER),
        **OUTLINED_PARTIES,
        "FakturaRR": into(
            {
                **_HEAD,
                **{tag: _BODY[tag] for tag in OUTLINED},
                "FakturaRRWiersz": many("lines", _LINE.only(*OUTLINED_LINE, "rate")),
            }
        ),
    },
)
"""As `FA_OUTLINE`."""

FA_RR_HEAD = Record(
    _invoice,
    {
        "Naglowek": into(HEADER),
        **parties(PARTY_HEAD),
        "FakturaRR": into({**_HEAD, "FakturaRRWiersz": many("lines", _LINE.only("sale_date"))}),
    },
)
"""As `FA_HEAD`; the VAT table's rate is not known."""
