"""Settings and warnings that several ledger formats share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from blink_tui.i18n import N_
from blink_tui.invoices.words import exact, money
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Frame, Setting
from blink_tui.ledger.facts import Amounts, amounts_of, as_gross, outside_vat, self_assessed
from blink_tui.ledger.owed import gross
from blink_tui.ledger.positions import settled
from blink_tui.ledger.texts import CUT_NUMBERS, YES, Texts
from blink_tui.model.coding import ZERO, Identity
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
AS_GROSS, AS_TABLE = "brutto", "tabela"
NOT_DEDUCTED = Setting(
    "not_deducted",
    N_(
        "purchases without any deduction: their gross outside VAT (brutto), or the invoice's VAT table (tabela)"
    ),
    AS_GROSS,
    AS_GROSS,
    choices=(AS_GROSS, AS_TABLE),
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


def tell_unknown_rate(document: LedgerDocument, texts: Texts) -> None:
    """Warn of an exchange rate that nobody said, which keeps the document out."""
    if not document.exchange_rate:
        texts.tell(
            "rate-unknown",
            N_("Nobody said the exchange rate of {currency}: code the document or enter it by hand."),
            blocks=True, currency=clean(document.invoice.currency),
        )  # fmt: skip


def tell_rates(document: LedgerDocument, texts: Texts) -> None:
    """Warn of an exchange rate that nobody said, and of a second one that stays here."""
    tell_unknown_rate(document, texts)
    coding = document.coding
    if coding.vat_rate and coding.income_rate and coding.vat_rate.rate != coding.income_rate.rate:
        texts.tell(
            "one-rate",
            N_("Only the exchange rate of VAT goes, {vat}; cost or revenue was converted by {income}."),
            vat=exact(coding.vat_rate.rate), income=exact(coding.income_rate.rate),
        )  # fmt: skip


def tell_missing_table(document: LedgerDocument, rows: Collection[object], texts: Texts) -> None:
    """Warn of an invoice without a VAT table that nobody typed one for, which keeps the document out."""
    if not rows and document.invoice.total:
        texts.tell(
            "table-missing",
            N_("The invoice has no VAT table (UPR): code the document or enter it by hand."),
            blocks=True,
        )


def registered(document: LedgerDocument, choice: str, program: str, texts: Texts) -> tuple[Amounts, ...]:
    """The VAT table as the program gets it, and warnings of what the program has to know by itself."""
    rows = amounts_of(document)
    tell_missing_table(document, rows, texts)
    if outside_vat(document):
        if choice == AS_GROSS:
            rows = as_gross(rows)
        else:
            texts.tell(
                "nothing-deducted",
                N_("Nothing of its VAT is deducted: see to it in {program}."),
                program=program,
            )
    _tell_vat(document, program, texts)
    _tell_books(document, rows, program, texts)
    return rows


def _tell_vat(document: LedgerDocument, program: str, texts: Texts) -> None:
    coding = document.coding
    lost = sum((row.not_deducted for row in coding.rows), ZERO)
    if coding.identity is Identity.LIMITED and lost:
        texts.tell(
            "part-deducted",
            N_("VAT of {lost} is not deducted: the scheme in {program} has to know it."),
            lost=money(lost), program=program,
        )  # fmt: skip
    if not settled(document):
        texts.tell(
            "waits-for-payment",
            N_("Its VAT follows payments: in {program} it must not go to the register before them."),
            program=program,
        )


def _tell_books(document: LedgerDocument, rows: Iterable[Amounts], program: str, texts: Texts) -> None:
    """The program reckons cost and revenue out of the VAT table; tell where the coding has another amount."""
    if document.invoice.kind == "ROZ":
        texts.tell(
            "advances-stay",
            N_("The advances that it settles do not go: join them in {program}."),
            program=program,
        )
    if document.sale and document.invoice.receipt_follows:
        texts.tell(
            "receipt",
            N_("An invoice to a receipt (FP): in {program} it is for the register alone, no revenue."),
            program=program,
        )
    entries = document.coding.entries
    amount, net = sum((one.amount for one in entries), ZERO), sum((row.net + row.rest for row in rows), ZERO)
    if entries and amount != net:
        texts.tell(
            "amount-differs",
            N_("The column gets {amount} by the coding, the file has {net} net: change it in {program}."),
            amount=money(amount), net=money(net), program=program,
        )  # fmt: skip


def tell_margin(document: LedgerDocument, program: str, texts: Texts) -> None:
    """Warn that of a margin the value of the sale has no field."""
    texts.tell(
        "margin-value",
        N_("Of a margin {program} gets its base and tax; the value of the sale, {gross}, is entered there."),
        program=program, gross=f"{gross(document):.2f}",
    )  # fmt: skip
