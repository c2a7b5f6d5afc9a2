"""What is asked for about a firm's books, and how it goes into the buffer; the checks are those of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from blink_tui.buffer import Buffer
from blink_tui.i18n import _
from blink_tui.model.book_words import BOOK_KIND_WORDS, CAR_WORDS, KEEPER_WORDS, LEVEL_WORDS, vat_words
from blink_tui.model.books import BookKind, Books, CarUse, CodingLevel, Keeper, VatKind, VatStatus
from blink_tui.model.books_change import BooksChange, VatChange, checked_share
from blink_tui.model.firms import Firm
from blink_tui.model.targets import TARGETS
from blink_tui.model.typed import checked_amount, checked_day
from blink_tui.tui.widgets.form import Field, Filled, Texts, yes_no
from blink_tui.tui.words import amount

E = TypeVar("E", bound=StrEnum)
_KEPT = ""
"""No VAT status is dropped."""


def books_fields(books: Books | None, today: date) -> list[Field]:
    """All of a firm's books; for new ones as they usually are."""
    program = books.program if books is not None else "csv"
    level = books.level if books is not None else TARGETS[program].level
    four_eyes = books.four_eyes_from if books is not None else None
    return [
        _choice("kind", _("Books"), BOOK_KIND_WORDS, books.kind if books else BookKind.LEDGER),
        Field("program", _("Ledger program"), _("What gets the documents in the end."), program,
              [(one.id, one.name) for one in TARGETS.values()]),
        _choice("level", _("Coded when there is"), LEVEL_WORDS, level, _levels()),
        *_vat_fields(books, today),
        _choice("cars", _("Cars"), CAR_WORDS, books.cars if books else CarUse.COMPANY_MIXED,
                _("Decides how much VAT is deducted and how much is a cost.")),
        _choice("sales", _("Sales"), KEEPER_WORDS, books.sales if books else Keeper.HERE),
        _choice("purchases", _("Purchases"), KEEPER_WORDS, books.purchases if books else Keeper.HERE,
                _("What another source books is compared and never handed over.")),
        Field("four_eyes", _("Four eyes from"),
              _("Gross from which another person approves than codes; 0 for every document, empty for none."),
              amount(four_eyes), check=_checked_four_eyes),
        yes_no("t689", "T-689/24", start=books is not None and books.judgment_t_689,
               hint=_("The taxpayer deducts in the month of the tax point (judgment T-689/24).")),
        yes_no("half_net", _("Half of a car's net"), start=books is None or books.half_net,
               hint=_("A car's half deduction shows half the net in the register as well.")),
        yes_no("untaxed", _("Untaxed in K_42"), start=books is not None and books.untaxed_in_register,
               hint=_("Purchases at 0 %, exempt or outside VAT stand in the register, too.")),
    ]  # fmt: skip


def _levels() -> str:
    """Which programs take less than full coding."""
    told = ", ".join(one.name for one in TARGETS.values() if one.level is not CodingLevel.FULL)
    level = _(LEVEL_WORDS[CodingLevel.DESCRIPTION])
    return _("{programs} take no more than: {level}.").format(programs=told, level=level)


def _choice(
    name: str, label: str, words: Mapping[E, str], start: E, hint: str = ""
) -> Field:  # the words are translated here
    return Field(name, label, hint, start.value, [(one.value, _(word)) for one, word in words.items()])


def _vat_fields(books: Books | None, today: date) -> list[Field]:
    last = books.vat[-1] if books is not None else VatStatus(date(today.year, 1, 1), VatKind.MONTHLY)
    proportion = last.proportion
    shown = "" if proportion is None else f"{(proportion * 100).normalize():f}"
    kinds = {VatKind.MONTHLY: _("monthly"), VatKind.QUARTERLY: _("quarterly"), VatKind.EXEMPT: _("exempt")}
    fields = [
        Field("vat_since", _("VAT since"), _history(books), last.since.isoformat(), check=_checked_since),
        Field("vat", _("VAT"), start=last.kind.value, choices=[(one.value, word) for one, word in kinds.items()]),
        yes_no("cash", _("Cash method"), start=last.cash_method,
               hint=_("Of the firm itself: its VAT follows the payments.")),
        Field("proportion", _("Proportion"), _("Per cent of input tax that may be deducted; empty for all of it."),
              shown, check=_checked_proportion),
    ]  # fmt: skip
    if books is not None and len(books.vat) > 1:
        days = [(one.since.isoformat(), f"{one.since} {vat_words(one)}") for one in books.vat]
        fields.append(
            Field(
                "drop", _("Drop a status"), _("One that was entered wrongly."), _KEPT, [(_KEPT, _("none")), *days]
            )
        )  # fmt: skip
    return fields


def _history(books: Books | None) -> str:
    if books is None:
        return _("From which day the following three hold.")
    told = "; ".join(f"{one.since} {vat_words(one)}" for one in books.vat)
    return _("Another day adds a status from then on. Until now: {statuses}").format(statuses=told)


def _checked_since(text: str) -> date | None:
    return checked_day(text.strip() or None)


def _checked_four_eyes(text: str) -> Decimal | None:
    return checked_amount(text) if text.strip() else None


def _checked_proportion(text: str) -> Decimal:
    return checked_share(text) if text.strip() else Decimal(1)


def change_of(texts: Texts, books: Books | None) -> BooksChange:
    """What was filled in, as a change of the books. Raises BlinkError (usage)."""
    four_eyes = _checked_four_eyes(texts["four_eyes"])
    dropped = texts.get("drop", _KEPT)
    return BooksChange(
        kind=BookKind(texts["kind"]),
        level=CodingLevel(texts["level"]),
        program=texts["program"],
        vat=_vat_change(texts, books),
        vat_dropped=date.fromisoformat(dropped) if dropped else None,
        cars=CarUse(texts["cars"]),
        sales=Keeper(texts["sales"]),
        purchases=Keeper(texts["purchases"]),
        four_eyes_from=four_eyes,
        no_four_eyes=four_eyes is None,
        judgment_t_689=texts["t689"] == "yes",
        half_net=texts["half_net"] == "yes",
        untaxed_in_register=texts["untaxed"] == "yes",
    )


def _vat_change(texts: Texts, books: Books | None) -> VatChange:
    """None at all where the last status was left as it is."""
    proportion = _checked_proportion(texts["proportion"])
    change = VatChange(
        since=_checked_since(texts["vat_since"]),
        kind=VatKind(texts["vat"]),
        cash_method=texts["cash"] == "yes",
        proportion=proportion,
    )
    last = books.vat[-1] if books is not None else None
    same = last is not None and last.since == change.since and change.applied(last) == last
    return VatChange() if same else change


async def save_books(
    buffer: Buffer,
    firm: Firm,
    books: Books | None,
    version: int | None,
    who: str,
    today: date,
    filled: Filled,
) -> Books:
    """Set a firm's books up or change them. Raises BlinkError (usage, CHANGED_MEANWHILE)."""
    changed = change_of(filled.texts, books).applied(books, today)
    await buffer.books.save(firm.id, changed, who=who, version=version)
    return changed
