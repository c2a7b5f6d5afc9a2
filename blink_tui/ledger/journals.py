"""What hledger's and Beancount's journals share: entries out of postings, accounts declared first (FORMATS 7)."""

from __future__ import annotations

import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from blink_tui.i18n import N_, Message
from blink_tui.invoices import Depth
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Files, Frame, Kind, Piece, Setting, Span, Writer
from blink_tui.ledger.facts import described, partner_of
from blink_tui.ledger.scratch import scratch
from blink_tui.ledger.texts import YES, Texts
from blink_tui.model.books import ROLES, BookKind
from blink_tui.model.coding import PostingLine, Side
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.months import Month

NO_JOURNAL = ErrorKind(
    "no-journal",
    ExitCode.USAGE,
    N_("{format} takes postings of full books, and {firm} has none: {books}. Choose csv or xlsx instead."),
)
_BOOKS = {
    BookKind.KPIR: N_("it keeps a KPiR"),
    BookKind.LUMP_SUM: N_("it keeps a register of revenue for the lump sum"),
    None: N_("no books are set up for it"),
}
NO = "nie"
CURRENCY_AMOUNTS = Setting(
    "currency_amounts",
    N_("show what is owed in the currency of the invoice, beside PLN"),
    usual=NO,
    example=YES,
    choices=(NO, YES),
)
_ROOT = re.compile(r"[0-9A-Za-z]*=[A-Z][A-Za-z]*")
_CURRENCY = re.compile("[A-Z]{3}")
_UNSAFE_TAG = re.compile(r"[^\w./-]+")


class Posting(NamedTuple):
    """A line of an entry; debit is positive."""

    account: str
    """As the firm's chart has it."""
    amount: Decimal
    """In PLN."""
    in_currency: tuple[Decimal, str] | None = None
    """The same in the invoice's currency, where it is wanted."""
    tags: tuple[tuple[str, str], ...] = ()
    """Dimensions and codes, of letters and digits."""


class Entry(NamedTuple):
    """A document in the accounts, its texts cleaned, but as they are."""

    day: date
    number: str
    payee: str
    description: str
    ksef: str
    tax_id: str
    issued: date | None
    postings: tuple[Posting, ...]


class Written(NamedTuple):
    """An entry as its journal has it: the body of a piece."""

    day: date
    text: str
    accounts: tuple[tuple[str, tuple[str, ...]], ...]
    """Those to be declared, each with its currencies."""


def is_roots(text: str) -> bool:
    """Beginnings of account numbers with the root that they stand under: `4=Expenses 201=Assets`."""
    return bool(text.split()) and all(_ROOT.fullmatch(part) for part in text.split())


def root_of(account: str, roots: str) -> str:
    """The root of the longest beginning that fits; empty where none does."""
    pairs = (part.partition("=") for part in roots.split())
    fitting = [(len(begin), root) for begin, _, root in pairs if account.startswith(begin)]
    return max(fitting)[1] if fitting else ""


def full_books(frame: Frame, name: str) -> None:
    """Raises BlinkError(NO_JOURNAL) for a firm without postings."""
    kind = frame.books.kind if frame.books is not None else None
    if kind is not BookKind.LEDGER:
        raise BlinkError(NO_JOURNAL, firm=frame.nip, format=name, books=Message(_BOOKS[kind]))


def entry_of(document: LedgerDocument, frame: Frame, texts: Texts) -> Entry | None:
    """A document's entry; None where it has no postings, or none in the months that are asked for.

    One that does not balance is told, and blocks: no journal could be read with it.
    """
    coding, invoice = document.coding, document.invoice
    day = coding.periods.books or document.received
    if not coding.lines or (frame.months and Month.of(day) not in frame.months):
        return None
    if coding.difference:
        texts.tell(
            "not-balanced",
            N_("Debit and credit differ by {amount}."),
            blocks=True, amount=f"{coding.difference:.2f}",
        )  # fmt: skip
        return None
    partner = partner_of(document)
    country, number = partner.key if partner.number else ("", "")
    return Entry(
        day=day,
        number=texts.of(invoice.number, "Numer dokumentu"),
        payee=texts.of(partner.name, "Kontrahent"),
        description=described(document, texts, "Opis"),
        ksef=document.ksef_number,
        tax_id=_UNSAFE_TAG.sub("", texts.of(country + number, "NIP")),
        issued=invoice.issue_date,
        postings=_postings(document, frame),
    )


def _postings(document: LedgerDocument, frame: Frame) -> tuple[Posting, ...]:
    lines = document.coding.lines
    owed = _owed_in_currency(document, frame)
    return tuple(
        Posting(
            line.account,
            _signed(line, line.amount),
            (_signed(line, owed[1]), document.invoice.currency) if owed and line is owed[0] else None,
            tuple((_UNSAFE_TAG.sub("", name), _UNSAFE_TAG.sub("", code)) for name, code in line.dimensions),
        )
        for line in lines
    )


def _signed(line: PostingLine, amount: Decimal) -> Decimal:
    return amount if line.side is Side.DEBIT else -amount


def _owed_in_currency(document: LedgerDocument, frame: Frame) -> tuple[PostingLine, Decimal] | None:
    """The one line on the contractor's account with the invoice's total, where that may and should be told."""
    invoice = document.invoice
    wanted = frame.settings.get(CURRENCY_AMOUNTS.name) == YES
    if (
        not wanted
        or invoice.currency == "PLN"
        or not invoice.total
        or not _CURRENCY.fullmatch(invoice.currency)
    ):
        return None
    role = "receivable" if document.sale else "payable"
    roles = frame.books.roles if frame.books is not None else {}
    begin = (roles.get(role) or ROLES[role].account).partition("{")[0]
    lines = [line for line in document.coding.lines if line.account.startswith(begin)]
    if len(lines) != 1 or lines[0].amount * invoice.total <= 0:
        return None
    return lines[0], invoice.total


def without(text: str, signs: Mapping[int, int], field: str, texts: Texts) -> str:
    """A text without signs that would end it in a journal; told where there were any."""
    found = text.translate(signs)
    if found != text:
        texts.tell(
            "signs-replaced",
            N_("{field}: signs that mean something in this format were replaced: “{text}” became “{found}”."),
            field=field, text=text[:60], found=found[:60],
        )  # fmt: skip
    return found


def tell_renamed(entry: Entry, unsafe: re.Pattern[str], texts: Texts) -> None:
    """Warn of accounts whose numbers cannot stand as they are."""
    for posting in entry.postings:
        if unsafe.search(posting.account.replace("-", "")):  # hyphens part an account's name
            texts.tell(
                "account-renamed",
                N_("The account “{account}” has signs that this format does not take; they were replaced."),
                account=posting.account[:60],
            )


def written(day: date, text: str, names: Iterable[tuple[str, Posting]]) -> Written:
    """An entry's text with the accounts that it uses."""
    used: dict[str, dict[str, None]] = {}
    for name, posting in names:
        currency = posting.in_currency[1] if posting.in_currency else "PLN"
        used.setdefault(name, {})[currency] = None
    return Written(day, text, tuple((name, tuple(currencies)) for name, currencies in used.items()))


def line_of(name: str, posting: Posting, place: int) -> str:
    """An account and its amount, which ends at a place: both programs write what a currency cost as `@@`."""
    told = f"{posting.amount:.2f}"
    if posting.in_currency:
        owed, currency = posting.in_currency
        told = f"{owed:.2f} {currency} @@ {abs(posting.amount):.2f}"
    return f"{name}{told:>{max(place - len(name), len(told) + 2)}} PLN"


class JournalWriter:
    """Keeps entries aside until all accounts are known, which are declared above them."""

    def __init__(
        self, files: Files, suffix: str, head: Callable[[int, Mapping[str, set[str]]], str], this_year: int
    ) -> None:
        """`head` is told the first year and the accounts with their currencies."""
        self._files, self._suffix, self._head = files, suffix, head
        self._year = this_year
        self._accounts: dict[str, set[str]] = {}
        self._aside = scratch(self)

    def add(self, piece: Piece) -> None:
        """Write an entry."""
        if piece.body is None:
            return
        entry: Written = piece.body
        self._year = min(self._year, entry.day.year)
        for name, currencies in entry.accounts:
            self._accounts.setdefault(name, set()).update(currencies)
        self._aside.write(entry.text.encode())

    def close(self) -> None:
        """Write the file."""
        with self._files.create("", self._suffix) as out:
            out.write(self._head(self._year, dict(sorted(self._accounts.items()))).encode())
            self._aside.seek(0)
            shutil.copyfileobj(self._aside, out)


class Journal(ABC):
    """What the two exporters share: a report of postings, so of full books alone."""

    id: str
    name: str
    settings: tuple[Setting, ...]
    kind = Kind.REPORT
    span = Span.BOOKS
    needs_books = True
    limits: Mapping[str, int] = {}

    def depth(self, frame: Frame) -> Depth:
        """No rows of invoices go."""
        return Depth.OUTLINE

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        """The piece of an entry; None where there is nothing to write or to tell. Raises BlinkError(NO_JOURNAL)."""
        full_books(frame, self.name)
        texts = Texts()
        entry = entry_of(document, frame, texts)
        body = self.written(entry, frame, texts) if entry else None
        if body is None and not texts.warnings:
            return None
        number = document.ksef_number or str(document.guid)
        return Piece(document.id, document.ksef_number, number, body, texts.warnings)

    def writer(self, frame: Frame, files: Files) -> Writer:
        """Raises BlinkError(NO_JOURNAL)."""
        full_books(frame, self.name)
        return JournalWriter(files, f".{self.id}", partial(self.head, frame), frame.made.year)

    @abstractmethod
    def written(self, entry: Entry, frame: Frame, texts: Texts) -> Written:
        """An entry as this journal has it."""

    @abstractmethod
    def head(self, frame: Frame, year: int, accounts: Mapping[str, set[str]]) -> str:
        """What stands above all entries: the first of their years and the accounts with their currencies are known."""
