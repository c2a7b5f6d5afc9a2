"""Words for books read back: their registers, and what is answered about a row."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.model.book_rows import Answer, BookRegister

REGISTER_WORDS = {
    BookRegister.SALES: N_("VAT register of sales"),
    BookRegister.PURCHASES: N_("VAT register of purchases"),
    BookRegister.KPIR: N_("KPiR"),
    BookRegister.REVENUE: N_("register of revenue"),
}
ANSWER_WORDS = {
    Answer.SAME: N_("the same"),
    Answer.ANOTHER: N_("another"),
    Answer.DOUBLED: N_("doubled by the seller"),
}
