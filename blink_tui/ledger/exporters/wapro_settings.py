"""What a firm can say about the WAPRO format: document types, what its free fields hold, encoding."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.ledger.exporter import Frame, Setting
from blink_tui.ledger.exporters.common import CUT, NO, NOT_DEDUCTED, SELF_ASSESSED, is_symbol, sayings
from blink_tui.ledger.texts import YES
from blink_tui.model.invoice import Invoice

UTF_8, WINDOWS_1250 = "utf-8", "windows-1250"
NOTHING = "puste"
CONTENTS = (
    "konto", "konto2", "konto3", "rozrachunki", "kolumna", "kategoria", "rejestr", "miesiac-vat", "mpk", "projekt",
    "opis", "ksef", NOTHING,
)  # fmt: skip
"""What WYROZNIK and POLE1 to POLE3 may hold: accounts of the net side by size, the account of the other side, the
column of the KPiR or the rate of the lump sum, category, VAT register, its month, dimensions, description, number."""


def is_whole_number(text: str) -> bool:
    """Digits alone."""
    return text.isascii() and text.isdigit() and len(text) <= 9


def _type(name: str, meaning: str, usual: str = "") -> Setting:
    side, correction = ("FS" if name.startswith("sale") else "FZ"), ("k" if "kor" in name else "")
    return Setting(f"type_{name}", meaning, usual, usual or side + correction, is_symbol)


def _content(name: str, meaning: str, usual: str) -> Setting:
    return Setting(name, meaning, usual, usual, choices=CONTENTS)


SETTINGS: tuple[Setting, ...] = (
    _type("sale", N_("TYP_DOKUMENTU of sales that were not coded"), "FS"),
    _type("sale_kor", N_("TYP_DOKUMENTU of corrections sold that were not coded"), "FSk"),
    _type("sale_zal", N_("TYP_DOKUMENTU of advances sold (as of sales where empty)")),
    _type("sale_roz", N_("TYP_DOKUMENTU of settlements sold (as of sales where empty)")),
    _type("sale_upr", N_("TYP_DOKUMENTU of simplified invoices sold (as of sales where empty)")),
    _type("sale_kor_zal", N_("TYP_DOKUMENTU of corrected advances sold (as of corrections where empty)")),
    _type("sale_kor_roz", N_("TYP_DOKUMENTU of corrected settlements sold (as of corrections where empty)")),
    _type("purchase", N_("TYP_DOKUMENTU of purchases that were not coded"), "FZ"),
    _type("purchase_kor", N_("TYP_DOKUMENTU of corrections bought that were not coded"), "FZk"),
    _type("purchase_zal", N_("TYP_DOKUMENTU of advances bought (as of purchases where empty)")),
    _type("purchase_roz", N_("TYP_DOKUMENTU of settlements bought (as of purchases where empty)")),
    _type("purchase_upr", N_("TYP_DOKUMENTU of simplified invoices bought (as of purchases where empty)")),
    _type("purchase_kor_zal", N_("TYP_DOKUMENTU of corrected advances bought (as of corrections where empty)")),
    _type("purchase_kor_roz", N_("TYP_DOKUMENTU of corrected settlements bought (as of corrections where empty)")),
    _type("purchase_vat_rr", N_("TYP_DOKUMENTU of farmers' invoices that were not coded"), "RR"),
    _type("purchase_kor_vat_rr", N_("TYP_DOKUMENTU of corrected farmers' invoices that were not coded"), "RRk"),
    _content("wyroznik", N_("what WYROZNIK holds"), "konto"),
    _content("pole1", N_("what POLE1 holds"), "kolumna"),
    _content("pole2", N_("what POLE2 holds"), "konto2"),
    _content("pole3", N_("what POLE3 holds"), "konto3"),
    Setting(
        "kpir_numbering",
        N_("numbers of the KPiR's columns: of 2026 (new) or those before (old)"),
        "new", "new", choices=("new", "old"),
    ),
    Setting("encoding", N_("encoding of the file"), UTF_8, UTF_8, choices=(UTF_8, WINDOWS_1250)),
    CUT,
    Setting("lines", N_("whether the rows of the invoices are written, too"), NO, NO, choices=(YES, NO)),
    SELF_ASSESSED,
    NOT_DEDUCTED,
    Setting("warehouse_id", N_("ID_MAGAZYNU, the number of the warehouse"), "1", "1", is_whole_number),
    Setting("warehouse", N_("SYMBOL_MAGAZYNU, the symbol of the warehouse"), "MG", "MG", is_symbol),
)  # fmt: skip
said = sayings(SETTINGS)


def document_type(frame: Frame, invoice: Invoice, *, sale: bool) -> str:
    """TYP_DOKUMENTU of a document that was not coded: of its kind, else of corrections, else of its direction.

    A coded one has the type that the firm's data source, its scheme or a person gave it: that is more of the document
    than a setting of the format, and is what the program's own data source has to know.
    """
    side = "sale" if sale else "purchase"
    return said(frame, f"type_{side}_{invoice.kind.lower()}") or said(
        frame, f"type_{side}_kor" if invoice.is_correction else f"type_{side}"
    )
