"""FA: terms of the transaction (WarunkiTransakcji) and transport."""

from __future__ import annotations

from blink_tui.invoices.fa_parties import ADDRESS, IDENTITY
from blink_tui.invoices.tables import (
    PASSED,
    Record,
    amount,
    day,
    flag,
    into,
    many,
    one,
    text,
    texts,
    whole,
)
from blink_tui.model.invoice import Agreement, InvoiceParty, Terms, Transport

_CARRIER = Record(
    InvoiceParty,
    {"DaneIdentyfikacyjne": into(IDENTITY), "AdresPrzewoznika": one("seat", ADDRESS)},
)

_TRANSPORT = Record(
    Transport,
    {
        "RodzajTransportu": whole("kind"),
        "TransportInny": PASSED,
        "OpisInnegoTransportu": text("other_kind"),
        "Przewoznik": one("carrier", _CARRIER),
        "NrZleceniaTransportu": text("order_number"),
        "OpisLadunku": whole("cargo"),
        "LadunekInny": PASSED,
        "OpisInnegoLadunku": text("other_cargo"),
        "JednostkaOpakowania": text("packing_unit"),
        "DataGodzRozpTransportu": text("started"),
        "DataGodzZakTransportu": text("ended"),
        "WysylkaZ": one("sent_from", ADDRESS),
        "WysylkaPrzez": many("sent_through", ADDRESS),
        "WysylkaDo": one("sent_to", ADDRESS),
    },
)

TERMS = Record(
    Terms,
    {
        "Umowy": many("contracts", Record(Agreement, {"DataUmowy": day("day"), "NrUmowy": text("number")})),
        "Zamowienia": many(
            "orders", Record(Agreement, {"DataZamowienia": day("day"), "NrZamowienia": text("number")})
        ),
        "NrPartiiTowaru": texts("lots"),
        "WarunkiDostawy": text("delivery"),
        "KursUmowny": amount("agreed_rate"),
        "WalutaUmowna": text("agreed_currency"),
        "Transport": many("transports", _TRANSPORT),
        "PodmiotPosredniczacy": flag("intermediary"),
    },
)
