"""How a firm's books are called by accountants."""

from __future__ import annotations

from blink_tui.i18n import N_, _
from blink_tui.model.books import BookKind, CarUse, CodingLevel, Keeper, VatKind, VatStatus

BOOK_KIND_WORDS = {
    BookKind.LEDGER: N_("full books"),
    BookKind.KPIR: N_("KPiR"),
    BookKind.LUMP_SUM: N_("register of revenue (lump sum)"),
}
LEVEL_WORDS = {
    CodingLevel.REGISTER: N_("VAT register"),
    CodingLevel.DESCRIPTION: N_("VAT register and description"),
    CodingLevel.FULL: N_("full coding, debit and credit"),
}
VAT_WORDS = {
    VatKind.MONTHLY: N_("VAT by months"),
    VatKind.QUARTERLY: N_("VAT by quarters"),
    VatKind.EXEMPT: N_("exempt from VAT"),
}
CAR_WORDS = {
    CarUse.COMPANY_ONLY: N_("the firm's, for the firm alone"),
    CarUse.COMPANY_MIXED: N_("the firm's, used privately as well"),
    CarUse.PRIVATE: N_("the owner's own"),
}
KEEPER_WORDS = {Keeper.HERE: N_("booked here"), Keeper.ELSEWHERE: N_("booked in another source")}


def vat_words(status: VatStatus) -> str:
    """How VAT is settled, in words: `VAT by months, cash method, proportion 85 %`."""
    parts = [_(VAT_WORDS[status.kind])]
    if status.cash_method:
        parts.append(_("cash method"))
    if status.proportion is not None:
        share = f"{status.proportion * 100:.2f}".rstrip("0").rstrip(".").replace(".", ",")
        parts.append(_("proportion {share} %").format(share=share))
    return ", ".join(parts)
