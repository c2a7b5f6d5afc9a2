"""Every sentence that a coding may carry: what blocks it, and what explains it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from blink_tui.i18n import N_
from blink_tui.invoices.words import money
from blink_tui.model.coding import Problem
from blink_tui.model.months import Month


@dataclass(frozen=True, slots=True)
class Sentence:
    """A kind of problem or reason: its code and its sentence with `{name}` places."""

    code: str
    text: str
    blocks: bool = True

    def of(self, **values: str | Decimal | date | Month) -> Problem:
        """It, of one document: amounts as accountants write them, days and months as they are."""
        shown = {
            name: money(value) if isinstance(value, Decimal) else str(value) for name, value in values.items()
        }
        return Problem(self.code, self.text, shown, self.blocks)


def told(code: str, text: str) -> Sentence:
    """A sentence that explains and blocks nothing."""
    return Sentence(code, text, blocks=False)


# what a document is
NO_SCHEME = Sentence("no-scheme", N_("No rule fits: choose a posting scheme."))
UNKNOWN_SCHEME = Sentence(
    "unknown-scheme", N_("There is no posting scheme {scheme} any more: choose another one.")
)
WRONG_DIRECTION = Sentence("wrong-direction", N_("Scheme {scheme} is not for this direction."))
FOR_INFORMATION = Sentence(
    "for-information", N_("For information only: this document is not booked by this firm.")
)
BOOKED_ELSEWHERE = Sentence(
    "booked-elsewhere",
    N_("Another source books this direction: the document is checked and compared, not coded."),
)
EXEMPT = told("exempt", N_("The firm is exempt from VAT: no row in the register, gross in the books."))
EXEMPT_ASSESSED = told(
    "exempt-assessed",
    N_("The firm is exempt from VAT and yet settles the tax of this purchase itself, without deduction."),
)
CENTRAL = told(
    "central",
    N_("Under Podmiot3: VAT is settled by the central taxpayer, gross goes to the cost without rows."),
)
EXEMPT_WITH_TAX = told(
    "exempt-with-tax",
    N_("The firm is exempt from VAT and yet issued this with tax of {vat}: it is due (art. 108)."),
)
TO_RECEIPT = told(
    "to-a-receipt",
    N_("Issued to a cash register receipt (FP): a row for information, no posting and no revenue."),
)
FURTHER_BUYER = told(
    "further-buyer",
    N_("The firm is a further buyer with a share of {share} %: book its part of the amounts alone."),
)
SELF_BILLED = told("self-billed", N_("Self-billing: issued by the buyer; check its acceptance."))
CASH_MARK_MISSING = told(
    "cash-mark",
    N_("The firm settles VAT by its cash method and the invoice does not say so (art. 106e(1)(16))."),
)
CASH_MARK_WRONG = told(
    "cash-mark", N_("The invoice says cash method, which the firm does not have: check its VAT status.")
)
AS_ORIGINAL = told("as-original", N_("A correction: the accounts of its original, red storno."))
ADVANCE = told(
    "advance", N_("An advance: its net amount is no cost and no revenue, and stands in no column.")
)
ADVANCES_SETTLED = told("advances-settled", N_("Settles advances of {amount} net; {owed} is still owed."))

# amounts
SPLIT_MISSING = Sentence(
    "table-missing", N_("The invoice does not say net and tax per rate: enter how {total} splits.")
)
MARGIN_MISSING = Sentence("margin-untyped", N_("Margin procedure: enter the base and the tax of the margin."))
RATE_MISSING = Sentence(
    "rate-missing",
    N_("No rate of {currency} from table A of {day} (last working day before {before}): load or enter it."),
)
TAX_CONVERTED = told(
    "tax-converted", N_("The invoice gives no tax in PLN: {vat} was computed by the exchange rate of VAT.")
)
RATE_FROM_INVOICE = told("vat-rate", N_("VAT was converted by the invoice's own rate {rate}."))
RATES_OF_ROWS = told("vat-rates", N_("Rows have exchange rates of their own; each was converted by its own."))
RATE_FOR_VAT = told("vat-rate", N_("VAT was converted by {rate}, table {table} of {day} (art. 31a)."))
RATE_FOR_INCOME = told("income-rate", N_("Cost or revenue was converted by {rate}, table {table} of {day}."))
SHARE = told(
    "share", N_("{percent} % of the input tax is deducted: {deducted} of {vat}; {rest} goes to the cost.")
)
BY_HAND = Sentence(
    "row-by-hand", N_("Rate {rate}, net {net}: no column is for it, enter the register row by hand.")
)
BUYER_SETTLES = Sentence(
    "buyer-settles",
    N_(
        "Net of {net} is under reverse charge (oo): the buyer settles its tax, choose a scheme with self-assessment."
    ),
)
DAY_IMPOSSIBLE = Sentence(
    "day-impossible", N_("The day {day} on the document cannot be right: no month or rate follows from it.")
)
PARAMETER = Sentence("parameter", N_("Parameter {name} has to be a number from 0 to {most}, not {value}."))
OVERPAID = Sentence("overpaid", N_("Payments of {paid} exceed the document's {total}."))

# months
RECEIPT_UNKNOWN = Sentence("receipt-unknown", N_("The day of receipt is not known: enter it."))
RECEIPT_REASON = Sentence("receipt-reason", N_("An earlier day of receipt needs its reason."))
RECEIPT_FAILURE = Sentence(
    "receipt-failure", N_("An earlier day of receipt is for invoices of the failure mode alone (art. 106nf).")
)
RECEIPT_ORDER = Sentence(
    "receipt-order", N_("Receipt on {receipt} cannot be: it has to lie from {issue} to {received}.")
)
NOT_LAWFUL = Sentence("month-not-lawful", N_("The law does not allow {month} here, only {first} to {last}."))
CHOSEN_LOCKED = Sentence("month-locked", N_("{month} is closed: choose another month or open it again."))
DAY_LOCKED = Sentence(
    "books-day-locked", N_("{month} is closed in the books: choose another day or open it again.")
)
COST_LOCKED = Sentence(
    "cost-month-locked", N_("{month} is closed: choose another cost period or open it again.")
)
NO_OPEN_MONTH = Sentence(
    "no-open-month",
    N_(
        "Every month in which it may be deducted ({first} to {last}) is closed: now only by correcting the return"
        " for {first}, until {until} (5 years from the beginning of the year, art. 86(13))."
    ),
)
ONE_MONTH_LOCKED = Sentence(
    "jpk-correction",
    N_("{month} is closed and no other is allowed: correction of the JPK for {month}, amount {amount}."),
)
LATE_PURCHASE = told("late", N_("{first} is closed: it goes to {month}; it may go up to {last}."))
LATE_BOOKS = told("late-books", N_("{month} is closed in the books: it goes to {day}."))
MOVED_BY_PERSON = told(
    "month-chosen", N_("Month {month} was chosen by a person; the law allows {first} to {last}.")
)
AS_CODED = told("as-coded", N_("What was coded before stays in its months; a payment is added to it."))
NO_ROW = told("no-row", N_("No row in the VAT register, so no VAT month."))
RR_PART = told(
    "rr-part-paid",
    N_("VAT RR: {paid} of {total} paid so far; deducted once the farmer is paid in full (art. 116(6))."),
)
WAITS = told("waits-for-payment", N_("VAT follows the payment, which is not known yet: no row until then."))
OWN_CASH_SALE = told(
    "own-cash-method", N_("The firm's own cash method: paid {paid} on {day}, due in {month}.")
)
CASH_CONSUMER = told(
    "cash-consumer",
    N_("The buyer has no NIP: under the cash method the rest falls due on {day}, paid or not."),
)
SELF_ASSESSED = told(
    "self-assessed", N_("Self-assessed: output and input tax in the month of the tax point {day}.")
)
BOOKS_COST = told("books-day", N_("Cost on the day of issue {day}."))
BOOKS_COST_MINUS = told("books-day", N_("A correction of a cost: on the day of its receipt {day}."))
ORIGINAL_WAITS = told(
    "original-waits",
    N_(
        "The original waits for its payment (MK): if it is not deducted yet, enter the month in which it will be."
    ),
)
BOOKS_NEITHER = told("books-day", N_("In the books on {day}: neither cost nor revenue yet."))
BOOKS_REVENUE = told("books-day", N_("Revenue on {day}: delivery, but not later than the invoice."))
BOOKS_REVENUE_PERIOD = told("books-day", N_("Revenue on {day}: the last day of the period."))
BOOKS_REVENUE_CORRECTION = told("books-day", N_("A correction of revenue: on the day of its issue {day}."))
COST_PERIOD = told("cost-month", N_("The cost belongs to {month}: {source}."))

COST_PERIOD_CORRECTION = told(
    "cost-month", N_("A correction of a cost belongs to {month}, in which it was received.")
)

# the coding itself
NOT_BALANCED = Sentence("not-balanced", N_("Debit {debit} and credit {credit} differ by {difference}."))
NO_LINES = Sentence("no-lines", N_("There are no posting lines."))
NO_ACCOUNT = Sentence("account-missing", N_("A line of {amount} has no account."))
PATTERN_LEFT = Sentence("account-pattern", N_("Account {account} still has a place to fill in."))
EXPRESSION = Sentence("expression", N_("Scheme {scheme}, {place}: {cause}"))
COLUMN = Sentence("column", N_("{column} is no column of this book."))
SETTLED_DIFFERS = Sentence("settled-differs", N_("{account} gets {lines}, the document is {total}."))
TAX_LINES_DIFFER = Sentence(
    "tax-lines-differ", N_("Account {account} gets {lines} of tax, the rows say {rows}.")
)
ROWS_DIFFER = Sentence("rows-differ", N_("Register rows give {field} {rows}, the VAT table {table}."))
ROWS_NOT_ALLOWED = Sentence(
    "rows-not-allowed", N_("There must be no register row here, and there is one of {rows}.")
)
ENTRY_DIFFERS = Sentence("entry-differs", N_("Columns get {entries} altogether, and it is {amount}."))
ENTRY_NOT_ALLOWED = Sentence(
    "entry-not-allowed", N_("No column may get this document, and one gets {entries}.")
)
LINES_NOT_ALLOWED = Sentence(
    "lines-not-allowed", N_("This document is not posted, and there are lines of {lines}.")
)
MARK_MISSING = Sentence("mark-missing", N_("The register row needs the mark {mark}."))
INPUT_DIFFERS = Sentence(
    "input-differs", N_("Self-assessed: output base {output} and input base {input} differ.")
)
PAID_DIFFERS = Sentence("paid-differs", N_("Rows hold tax of {rows}; what was paid makes {expected}."))
