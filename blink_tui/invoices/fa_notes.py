"""FA: annotations (Adnotacje) and links to other documents."""

from __future__ import annotations

from blink_tui.invoices.tables import PASSED, Record, Rule, amount, day, flag, into, many, text, whole
from blink_tui.model.invoice import (
    Advance,
    AdvanceInvoice,
    CorrectedInvoice,
    NewVehicle,
    PaymentDocument,
    Remark,
)

_VEHICLE = Record(
    NewVehicle,
    {
        "P_22A": day("first_use"),
        "P_NrWierszaNST": whole("line"),
        "P_22BMK": text("make"),
        "P_22BMD": text("model"),
        "P_22BK": text("colour"),
        "P_22BNR": text("registration"),
        "P_22BRP": text("year"),
        "P_22B": text("mileage"),
        "P_22B1": text("vin"),
        "P_22B2": text("body"),
        "P_22B3": text("chassis"),
        "P_22B4": text("frame"),
        "P_22BT": text("kind"),
        "P_22C": text("hours"),
        "P_22C1": text("hull"),
        "P_22D": text("flight_hours"),
        "P_22D1": text("serial"),
    },
)

MARKS: dict[str, Rule] = {
    "P_16": flag("cash_method"),
    "P_17": flag("self_billing"),
    "P_18": flag("reverse_charge"),
    "P_18A": flag("split_payment"),
}
"""Those of the annotations that stand on the invoice itself."""

NOTES: dict[str, Rule] = {
    "Zwolnienie": into(
        {
            "P_19": flag("exempt"),
            "P_19N": PASSED,
            "P_19A": text("exempt_by_act"),
            "P_19B": text("exempt_by_directive"),
            "P_19C": text("exempt_otherwise"),
        }
    ),
    "NoweSrodkiTransportu": into(
        {
            "P_22": flag("new_vehicles"),
            "P_22N": PASSED,
            "P_42_5": flag("vehicle_statement"),
            "NowySrodekTransportu": many("vehicles", _VEHICLE),
        }
    ),
    "P_23": flag("triangular"),
    "PMarzy": into(
        {
            "P_PMarzy": flag("margin"),
            "P_PMarzyN": PASSED,
            "P_PMarzy_2": flag("margin_travel"),
            "P_PMarzy_3_1": flag("margin_used_goods"),
            "P_PMarzy_3_2": flag("margin_art"),
            "P_PMarzy_3_3": flag("margin_antiques"),
        }
    ),
}

CORRECTED = Record(
    CorrectedInvoice,
    {
        "DataWystFaKorygowanej": day("issue_date"),
        "NrFaKorygowanej": text("number"),
        "NrKSeF": PASSED,
        "NrKSeFFaKorygowanej": text("ksef_number"),
        "NrKSeFN": flag("outside_ksef"),
    },
)

ADVANCE = Record(
    Advance,
    {
        "P_6Z": day("day"),
        "P_15Z": amount("amount"),
        "KursWalutyZW": amount("exchange_rate"),
    },
)

ADVANCE_INVOICE = Record(
    AdvanceInvoice,
    {
        "NrKSeFZN": PASSED,
        "NrFaZaliczkowej": text("number"),
        "NrKSeFFaZaliczkowej": text("ksef_number"),
    },
)

PAYMENT_DOCUMENT = Record(
    PaymentDocument,
    {
        "NrDokumentu": text("number"),
        "DataDokumentu": day("day"),
    },
)

REMARK = Record(
    Remark,
    {
        "NrWiersza": whole("line"),
        "Klucz": text("key"),
        "Wartosc": text("value"),
    },
)
