"""What a firm can say about its files for Optima (FORMATS 2)."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.ledger.exporter import Setting
from blink_tui.ledger.exporters.common import CUT, NO, sayings
from blink_tui.ledger.exporters.optima_words import GOODS, OTHER, SERVICES
from blink_tui.ledger.owed import TRANSFER
from blink_tui.ledger.texts import YES

IDS = 5
"""Longest id of a database."""
CATEGORY, ACCOUNT = "kategoria", "konto"
DIVIDED, CONDITIONAL = "podziel", "warunkowo"


def is_id(text: str) -> bool:
    """An id of a database, as Optima's configuration of offline work shows it."""
    return 0 < len(text) <= IDS and text.isalnum() and text.isascii()


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "source_id", N_("id of the database that the file comes from (Optima: Configuration, Offline work)"),
        example="BLINK", check=is_id, required=True,
    ),
    Setting(
        "target_id", N_("id of the database that imports it (Optima: Configuration, Offline work)"),
        example="KSIEG", check=is_id, required=True,
    ),
    Setting("sales_register", N_("VAT register of sales, where the coding names none"), usual="SPRZEDAŻ"),
    Setting("purchases_register", N_("VAT register of purchases, where the coding names none"), usual="ZAKUP"),
    Setting(
        "category", N_("what goes as the category: the coding's own, the account of the net amount, or nothing"),
        usual=CATEGORY, choices=(CATEGORY, ACCOUNT, "brak"),
    ),
    Setting(
        "proportion",
        N_("tax deducted by the firm's proportion: divided as it was deducted here, or left to Optima (warunkowo)"),
        usual=DIVIDED, choices=(DIVIDED, CONDITIONAL),
    ),
    Setting("accounts", N_("postings go as additional amounts"), usual=YES, choices=(YES, NO)),
    Setting("sold", N_("what the firm usually sells"), usual=SERVICES, choices=(SERVICES, GOODS)),
    Setting("bought", N_("what the firm usually buys"), usual=SERVICES, choices=(SERVICES, GOODS, OTHER)),
    Setting("payment_form", N_("form of payment where the invoice tells none"), usual=TRANSFER),
    CUT,
)  # fmt: skip
said = sayings(SETTINGS)
"""The value of a setting by its name, the usual one where nothing was said."""
