"""Rows of the VAT registers as JPK_V7 has them: of a document, or of the books beside it (FORMATS 6.3, 6.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from blink_tui.i18n import N_
from blink_tui.invoices.periods import dates_of
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporters import jpk_parts as parts
from blink_tui.ledger.exporters.jpk_parts import Form, amount_element, element, grosze
from blink_tui.ledger.texts import Texts
from blink_tui.model.book_rows import BookRegister, BookRow
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month

RECEIPT = "FP"
"""Mark of an invoice to a receipt: a row, in no sum."""
_CORRECTED_BASE, _TERM = "KorektaPodstawyOpodt", "TerminPlatnosci"
_GTU = tuple(f"GTU_{number:02}" for number in range(1, 14))
_PROCEDURES = (
    "WSTO_EE", "IED", "TP", "TT_WNT", "TT_D", "MR_T", "MR_UZ", "I_42", "I_63", "B_SPV", "B_SPV_DOSTAWA",
    "B_MPV_PROWIZJA",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Register:
    """How one of the two registers is written, in the order of its elements."""

    row: str
    place: str
    number: str
    name: str
    evidence: str
    issued: str
    other_day: str
    """Written only where it differs from the issue."""
    kind: str
    kinds: tuple[str, ...]
    """Kinds of document; a row has one at most."""
    marks: tuple[str, ...]
    fields: tuple[tuple[str, ...], ...]
    """Amounts; those of a pair always stand together."""
    control: str
    count: str
    tax: str
    plus: tuple[str, ...]
    """Fields of the tax that the control sum adds up."""
    minus: tuple[str, ...] = ()


SALES: Final = Register(
    row="SprzedazWiersz", place="LpSprzedazy", number="NrKontrahenta", name="NazwaKontrahenta",
    evidence="DowodSprzedazy", issued="DataWystawienia", other_day="DataSprzedazy",
    kind="TypDokumentu", kinds=(RECEIPT, "RO", "WEW"), marks=(*_GTU, *_PROCEDURES),
    fields=(
        ("K_10",), ("K_11",), ("K_12",), ("K_13",), ("K_14",), ("K_15", "K_16"), ("K_17", "K_18"),
        ("K_19", "K_20"), ("K_21",), ("K_22",), ("K_23", "K_24"), ("K_25", "K_26"), ("K_27", "K_28"),
        ("K_29", "K_30"), ("K_31", "K_32"), ("K_33",), ("K_34",), ("K_35",), ("K_36",), ("K_360",),
        ("SprzedazVAT_Marza",),
    ),
    control="SprzedazCtrl", count="LiczbaWierszySprzedazy", tax="PodatekNalezny",
    plus=("K_16", "K_18", "K_20", "K_24", "K_26", "K_28", "K_30", "K_32", "K_33", "K_34"),
    minus=("K_35", "K_36", "K_360"),
)  # fmt: skip
PURCHASES: Final = Register(
    row="ZakupWiersz", place="LpZakupu", number="NrDostawcy", name="NazwaDostawcy",
    evidence="DowodZakupu", issued="DataZakupu", other_day="DataWplywu",
    kind="DokumentZakupu", kinds=("MK", "VAT_RR", "WEW"), marks=("IMP",),
    fields=(
        ("K_40", "K_41"), ("K_42", "K_43"), ("K_44",), ("K_45",), ("K_46",), ("K_47",), ("ZakupVAT_Marza",),
    ),
    control="ZakupCtrl", count="LiczbaWierszyZakupow", tax="PodatekNaliczony",
    plus=("K_41", "K_43", "K_44", "K_45", "K_46", "K_47"),
)  # fmt: skip
REGISTERS: Mapping[Direction, Register] = {Direction.SALE: SALES, Direction.PURCHASE: PURCHASES}
OF_BOOKS = {BookRegister.SALES: Direction.SALE, BookRegister.PURCHASES: Direction.PURCHASE}
_ALL_MARKS = frozenset((*SALES.kinds, *SALES.marks, *PURCHASES.kinds, *PURCHASES.marks))


class Row(NamedTuple):
    """One row on its way: all of it but its place in the register."""

    register: Direction
    month: Month
    in_sums: bool
    content: bytes
    amounts: tuple[tuple[str, int], ...]
    """Fields and grosze."""
    bad_debt: bool = False
    """It takes back what a buyer did not pay (art. 89a(1)), which the declaration sums apart."""


class _Head(NamedTuple):
    """What a row says of its document, cleaned and cut."""

    country: str
    contractor: str
    name: str
    number: str
    issued: date
    other_day: date | None
    ksef_number: str
    mark: str
    """`OFF`, `BFK` or `DI` of a row without a number of KSeF's."""
    bad_debt: tuple[str, date] | None = None
    """What a correction of the base for bad debts names (art. 89a)."""


def _content(register: Register, head: _Head, marks: Iterable[str], amounts: Mapping[str, int]) -> bytes:
    """A row's elements after its place, in the schema's order."""
    found = frozenset(marks)
    number = element("NrKSeF", head.ksef_number) if head.ksef_number else f"<{head.mark}>1</{head.mark}>"
    out = [
        element("KodKrajuNadaniaTIN", head.country),
        element(register.number, head.contractor),
        element(register.name, head.name),
        element(register.evidence, head.number),
        f"<{register.issued}>{head.issued}</{register.issued}>",
    ]
    if head.other_day is not None and head.other_day != head.issued:
        out.append(f"<{register.other_day}>{head.other_day}</{register.other_day}>")
    out.append(number)
    if found:
        kind = next((one for one in register.kinds if one in found), "")
        out.append(element(register.kind, kind))
        out += [f"<{one}>1</{one}>" for one in register.marks if one in found]
    if head.bad_debt is not None:
        name, day = head.bad_debt
        out.append(f"<{_CORRECTED_BASE}>1</{_CORRECTED_BASE}><{name}>{day}</{name}>")
    for group in register.fields:
        if any(name in amounts for name in group):
            out += [amount_element(name, amounts.get(name, 0)) for name in group]
    return "".join(out).encode()


def _told(texts: Texts, document: LedgerDocument) -> _Head:
    party = document.party
    country, contractor = parts.tax_id(party)
    dates = dates_of(document.invoice, document.coding.choices.receipt or document.received)
    return _Head(
        country,
        texts.of(contractor, "NrKontrahenta", parts.ID_LIMIT),
        texts.of(party.name, "NazwaKontrahenta", parts.NAME_LIMIT) or parts.NOBODY,
        texts.number(document.invoice.number, "DowodSprzedazy", parts.TEXT_LIMIT, may_cut=False)
        or parts.NOBODY,
        dates.issue,
        dates.tax_point,
        document.ksef_number,
        "BFK",
    )


def rows_of(document: LedgerDocument, months: tuple[Month, ...], texts: Texts) -> Iterator[Row]:
    """A document's rows of some months; those of one register, month and marks are one."""
    joined: dict[tuple[Direction, Month, tuple[str, ...]], Counter[str]] = {}
    for row in document.coding.rows:
        if row.month is not None and row.month in months and row.register in REGISTERS:
            amounts = joined.setdefault((row.register, row.month, tuple(sorted(row.marks))), Counter())
            for name, amount in row.amounts:
                amounts[name] += grosze(amount)
    if not joined:
        return
    head = _told(texts, document)
    receipt = document.coding.choices.receipt or document.received
    for (direction, month, marks), amounts in joined.items():
        for mark in marks:
            if mark not in _ALL_MARKS:
                texts.tell("jpk-mark-unknown", N_("JPK_V7 has no mark {mark}; it was left out."), mark=mark)
        own = head if direction is Direction.SALE else head._replace(other_day=receipt)
        content = _content(REGISTERS[direction], own, marks, amounts)
        yield Row(direction, month, RECEIPT not in marks, content, tuple(amounts.items()))


def row_of_books(row: BookRow, month: Month, form: Form) -> Row:
    """A row of the books beside the buffer, as it stood there. Raises BlinkError(REST_UNUSABLE)."""
    direction = OF_BOOKS[row.register]
    register = REGISTERS[direction]
    fields = {name for group in register.fields for name in group}
    amounts = {name: grosze(amount) for name, amount in row.amounts if name in fields}
    issued = row.issued or row.day
    if issued is None:
        raise parts.rest_unusable(row, form, N_("its day of issue"))
    if not amounts or any(amount for name, amount in row.amounts if name not in fields):
        raise parts.rest_unusable(row, form, N_("its fields of JPK_V7 (K_…)"))
    if _CORRECTED_BASE in row.marks and row.bad_debt is None:
        raise parts.rest_unusable(row, form, N_("the day of payment of its corrected base"))
    if not (row.ksef_number or row.mark):
        raise parts.rest_unusable(row, form, N_("why it has no number of KSeF's (OFF, BFK, DI)"))
    country = {parts.GREECE: parts.GREECE_IN_VAT, "PL": ""}.get(row.country, row.country)
    head = _Head(
        country, row.contractor or parts.NOBODY, row.name or parts.NOBODY, row.number or parts.NOBODY,
        issued, row.day, row.ksef_number, row.mark, row.bad_debt,
    )  # fmt: skip
    content = _content(register, head, row.marks, amounts)
    unpaid = row.bad_debt is not None and row.bad_debt[0] == _TERM
    return Row(direction, month, RECEIPT not in row.marks, content, tuple(amounts.items()), unpaid)
