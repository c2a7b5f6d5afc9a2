"""What a firm can say about the EDI++ format."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.ledger.exporter import Setting
from blink_tui.ledger.exporters.common import CUT, NOT_DEDUCTED, SELF_ASSESSED, is_symbol, sayings

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "np_ii",
        N_("kind of transaction of services that the buyer abroad settles (np II): 4 services, 12 outside Poland"),
        "4", "4", choices=("4", "12"),
    ),
    Setting(
        "import_kind",
        N_("kind of transaction of services bought abroad: 11 import settled by the buyer, 4 import"),
        "11", "11", choices=("11", "4"),
    ),
    Setting(
        "farmer_type",
        N_("document type of farmers' invoices: FR, or FZ as other purchases"),
        "FR", "FR", choices=("FR", "FZ"),
    ),
    Setting(
        "margin_type",
        N_("document type of sales in the margin procedure: FM, or FS as other sales"),
        "FM", "FM", choices=("FM", "FS"),
    ),
    CUT,
    SELF_ASSESSED,
    NOT_DEDUCTED,
    Setting(
        "sender_code", N_("code of the firm as the sender (empty: its NIP)"), "", "BIURO", is_symbol
    ),
    Setting("warehouse", N_("code of the warehouse"), "MAG", "MAG", is_symbol),
    Setting("warehouse_name", N_("name of the warehouse"), "Główny", "Główny", is_symbol),
)  # fmt: skip
said = sayings(SETTINGS)
