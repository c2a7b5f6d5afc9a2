"""What a document becomes in the books: posting lines, register rows, a column, months, each with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from blink_tui.i18n import Message, _
from blink_tui.model.books import ROLES, BookKind, Books
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month

ZERO = Decimal(0)
KIND_MARKS = frozenset({"FP", "RO", "WEW", "MK", "VAT_RR"})
"""Marks that say what kind of document a register row is of (TypDokumentu, DokumentZakupu), not what was sold how."""


class Side(StrEnum):
    """Side of an account."""

    DEBIT = "debit"
    """Wn."""
    CREDIT = "credit"
    """Ma."""


class Identity(StrEnum):
    """What must hold of a coding; each scheme names its own, and tests check that one (BOOKKEEPING 4)."""

    FULL = "full"
    """VAT rows = VAT table."""
    LIMITED = "limited"
    """Deducted + not deducted = VAT table, the rest in cost."""
    NONE = "none"
    """No row, gross in cost."""
    RECEIPT = "receipt"
    """FP: a sales row marked FP, no posting, no revenue."""
    MARGIN = "margin"
    """Tax typed, never taken from the invoice."""
    SELF_ASSESSED = "self-assessed"
    """Output row = input base."""
    ON_PAYMENT = "on-payment"
    """MK and the firm's own cash method: no row until a payment, then its part."""
    ADVANCE = "advance"
    """ZAL: rows = VAT table, no cost, no column."""
    SETTLEMENT = "settlement"
    """ROZ: VAT from P_13/P_14, what is owed from P_15 or DoZaplaty."""


@dataclass(frozen=True, slots=True)
class PostingLine:
    """One debit or credit line in PLN. A red storno is a negative amount on the same side."""

    side: Side
    account: str
    amount: Decimal
    description: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    """Dimension and code, such as (`mpk`, `01`)."""


@dataclass(frozen=True, slots=True)
class RateAmount:
    """Net and tax of one rate in PLN, as the document has them."""

    rate: str
    """Group of the VAT table (`23`, `8`, `0 WDT`, `zw` …); `RR` of a farmer's invoice."""
    net: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One row of a VAT register, as JPK_V7 will have it (FORMATS 8)."""

    register: Direction
    """Of sales or of purchases."""
    month: Month | None
    """None until a payment tells it."""
    amounts: tuple[tuple[str, Decimal], ...]
    """Field (`K_19`, `K_42` …) and amount in PLN, in the order of the fields; empty ones left out."""
    not_deducted: Decimal = ZERO
    """Tax of it that goes to the cost."""
    marks: tuple[str, ...] = ()
    """`FP`, `TP`, `MK`, `VAT_RR`, `GTU_01`, `MR_UZ`, `WEW` … (FORMATS 8.1)."""


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One amount of the KPiR or of the register of revenue."""

    book: BookKind
    column: str
    """KPiR: column of 2026 (`9`, `12`, `15`); lump sum: the rate (`8.5`)."""
    amount: Decimal
    day: date


@dataclass(frozen=True, slots=True)
class Periods:
    """Three periods of a document (BOOKKEEPING 1); None where something is still to happen or to be typed."""

    vat: Month | None = None
    books: date | None = None
    """Day of the entry in the accounts, the KPiR or the register of revenue."""
    cost: Month | None = None
    """Full books: the month whose cost it is."""


@dataclass(frozen=True, slots=True)
class Rate:
    """An exchange rate with where it comes from."""

    rate: Decimal
    day: date | None = None
    table: str = ""
    """Number of the National Bank's table, or what the rate rests on."""


@dataclass(frozen=True, slots=True)
class PartPaid:
    """A payment that a tax follows: of the cash method, or to a farmer."""

    day: date
    amount: Decimal
    """Gross, in the invoice's currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person chose for a document, beside the document itself; everything else is computed from it anew."""

    scheme: str = ""
    """Name of the scheme; empty: the rules decide."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values in the place of the scheme's own (`account`, `column`, `share` …)."""
    tax_point: date | None = None
    receipt: date | None = None
    """An actual earlier receipt, for invoices of the failure mode."""
    receipt_reason: str = ""
    vat_month: Month | None = None
    books_day: date | None = None
    cost_month: Month | None = None
    vat_rate: Rate | None = None
    income_rate: Rate | None = None
    payments: tuple[PartPaid, ...] = ()
    margin: tuple[tuple[str, Decimal, Decimal], ...] = ()
    """Rate, base and tax of a margin, typed by a person."""
    table: tuple[tuple[str, Decimal, Decimal], ...] = ()
    """Rate, net and tax, in the invoice's currency, of an invoice that has no VAT table (UPR), typed by a person."""
    original_month: Month | None = None
    """Month in which the document that it corrects is settled, where that is known."""

    @property
    def but_payments(self) -> Choices:
        """Those that payments do not bring."""
        return replace(self, payments=(), vat_month=None)


@dataclass(frozen=True, slots=True)
class RuleRef:
    """A rule or scheme in one of its versions: what an event names."""

    name: str
    version: int
    digest: str = ""
    """First eight hexadecimal digits of the SHA-256 of its text."""

    def __str__(self) -> str:
        return f"{self.name} v{self.version}" + (f" #{self.digest}" if self.digest else "")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a coding is not complete, or what a person should see in it.

    Values are texts; one that is a source text itself is translated with the sentence.
    """

    code: str
    text: str
    """English source text with `{name}` places."""
    values: Mapping[str, str] = field(default_factory=dict)
    blocks: bool = True
    """It stays a draft as long as this holds; otherwise it is only told."""

    @property
    def message(self) -> Message:
        """The sentence, translated when shown."""
        return Message(self.text, {name: _(text) if text else "" for name, text in self.values.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """A document in the books. By hand or from a scheme, it is complete when no problem blocks it."""

    document_type: str = ""
    """Of the target: `FZ`, `FS`, `FZk` …"""
    register: str = ""
    """The VAT register's symbol in the target."""
    description: str = ""
    category: str = ""
    scheme: RuleRef | None = None
    """None: typed by hand."""
    rule: RuleRef | None = None
    """What chose the scheme; None: a person."""
    identity: Identity = Identity.FULL
    choices: Choices = Choices()
    lines: tuple[PostingLine, ...] = ()
    lines_by_hand: bool = False
    """A person changed the lines: a change of the other choices does not compute them anew."""
    table: tuple[RateAmount, ...] = ()
    """The document's VAT table in PLN, whatever of it is deducted; empty of a margin and where there is none."""
    rows: tuple[RegisterRow, ...] = ()
    entries: tuple[BookEntry, ...] = ()
    periods: Periods = Periods()
    vat_rate: Rate | None = None
    """By which VAT was converted (art. 31a); None in PLN."""
    income_rate: Rate | None = None
    """By which cost or revenue was converted."""
    reasons: tuple[Problem, ...] = ()
    """Sentences that explain months, rates, deduction, for "dlaczego"; none of them blocks."""
    problems: tuple[Problem, ...] = ()

    @property
    def complete(self) -> bool:
        """Nothing stands in the way of coding it so."""
        return not any(problem.blocks for problem in self.problems)

    @property
    def debit(self) -> Decimal:
        """Sum of the debit lines."""
        return sum((line.amount for line in self.lines if line.side is Side.DEBIT), ZERO)

    @property
    def credit(self) -> Decimal:
        """Sum of the credit lines."""
        return sum((line.amount for line in self.lines if line.side is Side.CREDIT), ZERO)

    @property
    def difference(self) -> Decimal:
        """Debit less credit: zero when balanced."""
        return self.debit - self.credit

    @property
    def net_line(self) -> PostingLine | None:
        """The line whose account travels where one alone does: the largest one of the cost or revenue side."""
        side = Side.CREDIT if self._sells else Side.DEBIT
        return max(
            (one for one in self.lines if one.side is side), key=lambda one: abs(one.amount), default=None
        )

    @property
    def _sells(self) -> bool:
        sold = any(row.register is Direction.SALE for row in self.rows)
        return (sold and self.identity is not Identity.SELF_ASSESSED) or self.document_type.startswith("FS")


_TAX_ROLES = ("vat_in", "vat_in_deferred", "vat_out", "vat_out_deferred")


def net_accounts(coding: Coding, books: Books) -> tuple[str, ...]:
    """Accounts of the cost or revenue side but those of VAT, the one with the largest amount first.

    The first is what travels where one account alone does (FORMATS 10.4).
    """
    net = coding.net_line
    if net is None:
        return ()
    tax = {books.roles.get(role) or ROLES[role].account for role in _TAX_ROLES}
    sums: dict[str, Decimal] = {}
    for line in coding.lines:
        if line.side is net.side and line.account not in tax:
            sums[line.account] = sums.get(line.account, ZERO) + line.amount
    return tuple(sorted(sums, key=lambda account: -abs(sums[account])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A rule that fits a document, as "dlaczego" shows it."""

    rule: RuleRef
    title: str
    scheme: str
    rank: int
    """Its precedence; the highest wins (FORMATS 10.3)."""
    matched: tuple[tuple[str, str], ...] = ()
    """Field and what the document has there that made it fit."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values that it gives the scheme in the place of the scheme's own."""
    learned: int = 0
    """How many accepted codings it was learned from; 0 for a written rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the program would do with a document, and why."""

    coding: Coding
    candidates: tuple[Candidate, ...] = ()
    """The rule that won, the runner-up, and the others, in order; empty when no rule fits."""
    automatic: bool = False
    """Its rule may code by itself and nothing of BOOKKEEPING 3 forbids it for this document."""
    held_back: tuple[Problem, ...] = ()
    """Why its rule, which codes by itself, did not."""
