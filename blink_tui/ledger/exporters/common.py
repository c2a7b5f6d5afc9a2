"""Settings and warnings that several ledger formats share."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from blink_tui.i18n import N_
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Frame, Setting
from blink_tui.ledger.facts import self_assessed
from blink_tui.ledger.texts import CUT_NUMBERS, YES, Texts
from blink_tui.model.text import clean

AMENDS = "DO POPRAWY W KSIĘGACH"
"""Stands in a document that the books have already, so that no scheme takes it for a new one."""
NO = "nie"
PLAIN, LEFT_OUT = "zwykly", "pomin"
CUT = Setting(
    CUT_NUMBERS, N_("whether document numbers that are too long are cut"), NO, NO, choices=(YES, NO)
)
SELF_ASSESSED = Setting(
    "self_assessed",
    N_("purchases whose tax the buyer settles: as plain purchases (zwykly), or left out (pomin)"),
    PLAIN,
    PLAIN,
    choices=(PLAIN, LEFT_OUT),
)


def is_symbol(text: str) -> bool:
    """A symbol of the ledger program: short, on one line."""
    return 0 < len(text) <= 20 and clean(text) == text


def sayings(settings: Iterable[Setting]) -> Callable[[Frame, str], str]:
    """A function that tells the value of a setting by its name, the usual one where nothing was said."""
    usual = {one.name: one.usual for one in settings}

    def said(frame: Frame, name: str) -> str:
        return frame.settings.get(name) or usual.get(name, "")

    return said


def tell_self_assessed(document: LedgerDocument, choice: str, program: str, texts: Texts) -> None:
    """Warn of a purchase whose tax the buyer settles; it is kept out where the firm chose so.

    What the internal document looks like in the format is not known (FORMATS 1.8).
    """
    if not self_assessed(document):
        return
    if choice == LEFT_OUT:
        texts.tell(
            "self-assessed-left-out",
            N_("The buyer settles the tax: enter the document and its internal document in {program} by hand."),
            blocks=True, program=program,
        )  # fmt: skip
    else:
        texts.tell(
            "self-assessed-plain",
            N_(
                "The buyer settles the tax: it goes as a plain purchase, add the internal document in {program}."
            ),
            program=program,
        )


def tell_rates(document: LedgerDocument, texts: Texts) -> None:
    """Warn of an exchange rate that nobody said, which keeps the document out, and of a second one that stays here."""
    coding, invoice = document.coding, document.invoice
    if not document.exchange_rate:
        texts.tell(
            "rate-unknown",
            N_("Nobody said the exchange rate of {currency}: code the document or enter it by hand."),
            blocks=True, currency=clean(invoice.currency),
        )  # fmt: skip
    if coding.vat_rate and coding.income_rate and coding.vat_rate.rate != coding.income_rate.rate:
        texts.tell(
            "one-rate",
            N_("Only the exchange rate of VAT goes, {vat}; cost or revenue was converted by {income}."),
            vat=f"{coding.vat_rate.rate:f}", income=f"{coding.income_rate.rate:f}",
        )  # fmt: skip
