"""What a firm can say about its files for Symfonia (FORMATS 4)."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.ledger.exporter import Setting
from blink_tui.ledger.exporters.common import is_symbol, sayings
from blink_tui.ledger.owed import TRANSFER

HERE, CODED = "ustawienia", "dekret"
BY_NIP, BY_CODE = "nip", "kod"
SETTINGS: tuple[Setting, ...] = (
    Setting("sale_symbol", N_("type of sales (symbol FK)"), "FVS", "FVS", is_symbol),
    Setting("purchase_symbol", N_("type of purchases (symbol FK)"), "FVZ", "FVZ", is_symbol),
    Setting("sale_correction", N_("type of corrections of sales (symbol FK)"), "FKS", "FKS", is_symbol),
    Setting("purchase_correction", N_("type of corrections of purchases (symbol FK)"), "FKZ", "FKZ", is_symbol),
    Setting(
        "registers", N_("VAT registers: named here (ustawienia), or by the coding of each document (dekret)"),
        HERE, HERE, choices=(HERE, CODED),
    ),
    Setting("sales_register", N_("VAT register of sales, its short name"), "rSPV", "rSPV", is_symbol),
    Setting("purchases_register", N_("VAT register of purchases, its short name"), "rZPV", "rZPV", is_symbol),
    Setting("sales_register_name", N_("VAT register of sales, its full name"), "Sprzedaż VAT"),
    Setting("purchases_register_name", N_("VAT register of purchases, its full name"), "Zakup VAT"),
    Setting("exempt", N_("how Symfonia writes the rate of what is exempt"), "zw", "zw", is_symbol),
    Setting("untaxed", N_("how Symfonia writes the rate of what is not taxed in Poland"), "np", "np", is_symbol),
    Setting("payments_register", N_("register of payments"), "BANK", "BANK", is_symbol),
    Setting("payment_form", N_("form of payment where the invoice tells none"), TRANSFER, TRANSFER),
    Setting(
        "contractor_id", N_("id of contractors: their tax number (nip), or their symbol in Symfonia (kod)"),
        BY_NIP, BY_NIP, choices=(BY_NIP, BY_CODE),
    ),
)  # fmt: skip
said = sayings(SETTINGS)
"""The value of a setting by its name, the usual one where nothing was said."""
