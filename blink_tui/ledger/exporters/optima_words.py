"""Optima's words for what a document is: kinds of transactions, columns, kinds of purchases and sales (FORMATS 2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from blink_tui.i18n import N_
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.facts import UNION, Partner
from blink_tui.ledger.positions import SELF_ASSESSED, Position
from blink_tui.ledger.texts import Texts
from blink_tui.model.books import ROLES, BookKind
from blink_tui.model.coding import BookEntry, Identity, PostingLine, Side

NO, YES = "Nie", "Tak"
NOT_BOOKED = "Nie księgować"
ASSETS, GOODS, SERVICES, OTHER = "środki trwałe", "towary", "usługi", "inne"
_HOME, _UNION, _ABROAD = "nie", "wewnątrzunijny", "pozaunijny"
_BUYER_TAXED = "podatnikiem jest nabywca"
_BY_RATE = {
    "0 WDT": _UNION, "np II": _UNION, "0 EX": _ABROAD, "np I": "poza terytorium kraju", "oo": _BUYER_TAXED,
}  # fmt: skip
_GOODS_RATES = frozenset({"0 WDT", "0 EX"})
_BASES = frozenset(base for base, _tax in SELF_ASSESSED)
_BOUGHT_GOODS = frozenset({"K_23", "K_25"})
_STATUSES = {"zw": "zwolniona", "np I": "nie podlega", "np II": "nie podlega", "oo": "nie podlega"}
UNSURE = frozenset({"OSS", "marża", "ryczałt taxi"})
"""Rates that Optima's statuses do not tell apart from what is not taxed in Poland."""
_COLUMNS = {"9": "Sprzedaż", "12": "Zakup towarów", "15": "Inne"}
"""Column of the KPiR of 2026 → Optima's word."""
_GOODS_COLUMN = "12"
_LIKELY_COLUMNS = {"10": "Pozostałe przychody", "13": "Koszty uboczne", "14": "Wynagrodzenia"}
"""Those that no file seen so far holds: told with a warning."""
_FORMS = {1: "gotówka", 2: "karta", 4: "czek", 5: "kredyt", 6: "przelew"}
"""Forms of payment by the number of FA(3), as Optima has them from its first day."""


def yes(told: object) -> str:
    """`Tak` or `Nie`."""
    return YES if told else NO


def payment_form(form: int | None, usual: str) -> str:
    """Optima's form of a payment; vouchers, mobile and free words have none there."""
    return _FORMS.get(form or 0, usual)


def status(rate: str) -> str:
    """STATUS_VAT of a rate group."""
    return _STATUSES.get(rate) or ("nie podlega" if rate in {"OSS", "marża"} else "opodatkowana")


def card_kind(partner: Partner) -> str:
    """EKSPORT of a contractor."""
    if partner.country == "PL":
        return "krajowy"
    return _UNION if partner.country in UNION else _ABROAD


def transaction(
    document: LedgerDocument, partner: Partner, rates: Iterable[str], taxed: Sequence[str], texts: Texts
) -> str:
    """EKSPORT of a document; one that mixes kinds gets the first of them and a warning."""
    if document.sale:
        kinds = list(dict.fromkeys(_BY_RATE.get(rate, _HOME) for rate in rates))
        if document.invoice.notes.triangular and _UNION in kinds:
            return "wewnątrzunijny trójstronny"
    else:
        kinds = list(dict.fromkeys(_bought(base, partner) for base in taxed)) or [_HOME]
    special = [kind for kind in kinds if kind != _HOME]
    if len(kinds) > 1:
        texts.tell(
            "optima-mixed-kinds",
            N_("Optima knows one kind of transaction a document; this one has several ({kinds}): check it there."),
            kinds=", ".join(kinds),
        )  # fmt: skip
    return special[0] if special else _HOME


def _bought(base: str, partner: Partner) -> str:
    if base == "K_31":
        return _BUYER_TAXED
    if base in {"K_25", "K_27"}:
        return _ABROAD
    return _UNION if base == "K_23" or partner.union else _ABROAD


def assessed(document: LedgerDocument) -> Sequence[str]:
    """Base fields of tax that the buyer assesses."""
    if document.coding.identity is not Identity.SELF_ASSESSED:
        return ()
    return [name for row in document.coding.rows for name, _amount in row.amounts if name in _BASES]


def to_vat_ue(document: LedgerDocument, rates: Iterable[str], taxed: Sequence[str]) -> bool:
    """It goes to the summary VAT-UE: deliveries and services into the Union, acquisitions from it."""
    if document.sale:
        return any(rate in {"0 WDT", "np II"} for rate in rates)
    return "K_23" in taxed


def net_accounts(document: LedgerDocument) -> Sequence[PostingLine]:
    """Lines on the side of cost or revenue, the largest first."""
    side = Side.CREDIT if document.sale else Side.DEBIT
    return sorted(
        (one for one in document.coding.lines if one.side is side), key=lambda one: -abs(one.amount)
    )


def account_of(position: Position, lines: Sequence[PostingLine]) -> str:
    """Account of a position's net amount: the line of that very amount, else the largest."""
    wanted = {
        position.net_books,
        position.net_books + (Decimal(0) if position.deducted else position.vat_pln),
    }
    same = (line.account for line in lines if line.amount in wanted)
    return next(same, lines[0].account if lines else "")


def kind_sold(position: Position, account: str, frame: Frame, usual: str) -> str:
    """RODZAJ_SPRZEDAZY: what is certain, else what the firm says is usual."""
    if position.rate in _GOODS_RATES or account == _role(frame, "sales_goods"):
        return GOODS
    return ASSETS if account == _role(frame, "sales_assets") else usual


def kind_bought(
    position: Position,
    account: str,
    entries: Sequence[BookEntry],
    taxed: Sequence[str],
    frame: Frame,
    usual: str,
) -> str:
    """RODZAJ_ZAKUPU; `środki trwałe` is what leads to K_40 and K_41."""
    if position.assets:
        return ASSETS
    goods = account in {_role(frame, "goods"), _role(frame, "materials")}
    acquired = not _BOUGHT_GOODS.isdisjoint(taxed)
    return GOODS if goods or acquired or (entries and entries[0].column == _GOODS_COLUMN) else usual


def _role(frame: Frame, name: str) -> str:
    """The firm's account for a role; of a firm without books one that no posting has."""
    return "-" if frame.books is None else frame.books.roles.get(name, ROLES[name].account)


def columns(document: LedgerDocument, frame: Frame, texts: Texts) -> str:
    """KOLUMNA_KPR, KOLUMNA_RYCZALT of all positions: of the book that the firm keeps, none of the others."""
    if frame.books is None or frame.books.kind is BookKind.LEDGER:
        return ""
    entries = document.coding.entries
    if len({entry.column for entry in entries}) > 1:
        texts.tell(
            "optima-several-columns",
            N_("Optima gets one column a document; this one has several ({columns}): split it there."),
            columns=", ".join(f"{one.column}: {one.amount:.2f}" for one in entries),
        )  # fmt: skip
    if frame.books.kind is BookKind.KPIR:
        return f"<KOLUMNA_KPR>{_column(entries, texts)}</KOLUMNA_KPR>\n"
    rate = f"{Decimal(entries[0].column):.2f}" if entries else NOT_BOOKED
    return f"<KOLUMNA_KPR>{NOT_BOOKED}</KOLUMNA_KPR>\n<KOLUMNA_RYCZALT>{rate}</KOLUMNA_RYCZALT>\n"


def _column(entries: Sequence[BookEntry], texts: Texts) -> str:
    if not entries:
        return NOT_BOOKED
    column = entries[0].column
    if column in _COLUMNS:
        return _COLUMNS[column]
    word = _LIKELY_COLUMNS.get(column, NOT_BOOKED)
    texts.tell(
        "optima-column",
        N_("Column {column} of the KPiR was written as “{word}”: check in Optima whether it took it so."),
        column=column, word=word,
    )  # fmt: skip
    return word
