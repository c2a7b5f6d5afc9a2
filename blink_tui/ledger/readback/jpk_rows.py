"""Rows of the JPK books by form and version, each out of the texts of its fields (FORMATS 6.3, 6.4, 6.6); pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypedDict

from blink_tui.i18n import N_
from blink_tui.invoices.xml import amount, day
from blink_tui.model.book_rows import BookRegister, BookRow
from blink_tui.model.months import Month
from blink_tui.model.sheets import BadFieldError
from blink_tui.model.text import clean
from blink_tui.model.values import parse_ksef_number

Fields = Mapping[str, str]
RowOf = Callable[[Fields, int, Month], BookRow]
"""A row of its fields, its position in the register, and the month of the file."""

_ZERO = Decimal("0.00")
_CENT = Decimal("0.01")
_WHY_NONE = ("OFF", "BFK", "DI")
_SOLD_NET = ("K_10", "K_11", "K_13", "K_15", "K_17", "K_19", "K_21", "K_22")
"""Bases of what the firm sells; K_12 and K_14 are parts of K_11 and K_13."""
_ASSESSED_NET = ("K_23", "K_25", "K_27", "K_29", "K_31")
_SOLD_TAX = ("K_16", "K_18", "K_20")
_ASSESSED_TAX = ("K_24", "K_26", "K_28", "K_30", "K_32")
_NO_SET = frozenset(
    {
        "LpSprzedazy", "KodKrajuNadaniaTIN", "NrKontrahenta", "NazwaKontrahenta", "DowodSprzedazy",
        "DataWystawienia", "DataSprzedazy", "NrKSeF", "TypDokumentu", "TerminPlatnosci", "DataZaplaty",
        "LpZakupu", "NrDostawcy", "NazwaDostawcy", "DowodZakupu", "DataZakupu", "DataWplywu", "DokumentZakupu",
        *_WHY_NONE,
    }
)  # fmt: skip
"""Fields of JPK_V7 that are neither amounts nor marks."""
_NOBODY = frozenset({"BRAK", "-", "–"})
EWP_RATES = ("17", "15", "14", "12.5", "12", "10", "8.5", "5.5", "3")
"""Rates of the columns K_5 to K_13 of JPK_EWP(3)."""


def sold(fields: Fields, position: int, month: Month) -> BookRow:
    """SprzedazWiersz. Raises BadFieldError."""
    amounts = _amounts(fields, lambda name: name.startswith("K_") or name == "SprzedazVAT_Marza")
    kept = dict(amounts)
    own, assessed = _sum(kept, _SOLD_NET), _sum(kept, _ASSESSED_NET)
    margin = kept.get("SprzedazVAT_Marza")
    return BookRow(
        register=BookRegister.SALES,
        position=position,
        **_paper(fields, "DowodSprzedazy"),
        **_party(
            fields.get("KodKrajuNadaniaTIN"), fields.get("NrKontrahenta"), fields.get("NazwaKontrahenta")
        ),
        issued=_day(fields, "DataWystawienia"),
        day=_day(fields, "DataSprzedazy"),
        month=month,
        net=own + assessed,
        vat=_sum(kept, _SOLD_TAX) + _sum(kept, _ASSESSED_TAX),
        gross=margin if margin is not None else own + assessed + _sum(kept, _SOLD_TAX),
        amounts=amounts,
        marks=_marks(fields, fields.get("TypDokumentu")),
        bad_debt=_bad_debt(fields),
    )


def bought(fields: Fields, position: int, month: Month) -> BookRow:
    """ZakupWiersz. Raises BadFieldError."""
    amounts = _amounts(fields, lambda name: name.startswith("K_") or name == "ZakupVAT_Marza")
    kept = dict(amounts)
    net, vat = _sum(kept, ("K_40", "K_42")), _sum(kept, ("K_41", "K_43"))
    return BookRow(
        register=BookRegister.PURCHASES,
        position=position,
        **_paper(fields, "DowodZakupu"),
        **_party(fields.get("KodKrajuNadaniaTIN"), fields.get("NrDostawcy"), fields.get("NazwaDostawcy")),
        issued=_day(fields, "DataZakupu"),
        day=_day(fields, "DataWplywu"),
        month=month,
        net=net,
        vat=vat,
        gross=kept.get("ZakupVAT_Marza", net + vat),
        amounts=amounts,
        marks=_marks(fields, fields.get("DokumentZakupu")),
    )


def kpir_2(fields: Fields, position: int, month: Month) -> BookRow:
    """PKPIRWiersz of version 2, which knows neither tax ids nor numbers of KSeF. Raises BadFieldError."""
    moved = {
        **fields,
        "K_3A": fields.get("K_3", ""),
        "K_5A": fields.get("K_4", ""),
        "K_5B": fields.get("K_5", ""),
    }
    return kpir_3(moved, position, month)


def kpir_3(fields: Fields, position: int, month: Month) -> BookRow:
    """PKPIRWiersz of version 3; its columns keep their numbers of before 2026. Raises BadFieldError."""
    amounts = tuple(one for one in _amounts(fields, lambda name: name in _KPIR) if one[1])
    kept = dict(amounts)
    when = _day(fields, "K_2")
    revenue = kept.get("K_9") or _sum(kept, ("K_7", "K_8"))
    cost = kept.get("K_14") or _sum(kept, ("K_12", "K_13"))
    cost += _sum(kept, ("K_10", "K_11"))
    return BookRow(
        register=BookRegister.KPIR,
        position=position,
        number=clean(fields.get("K_3A")),
        ksef_number=_ksef(fields.get("K_3B")),
        **_party(fields.get("K_4A"), fields.get("K_4B"), fields.get("K_5A")),
        address=clean(fields.get("K_5B")),
        day=when,
        month=Month.of(when) if when else month,
        net=revenue or cost,
        amounts=amounts,
        description=clean(fields.get("K_6")),
    )


_KPIR = frozenset(f"K_{number}" for number in range(7, 16)) | {"K_9A", "K_16B"}


def revenue_3(fields: Fields, position: int, month: Month) -> BookRow:
    """EWPWiersz of version 3: a column for each rate. Raises BadFieldError."""
    columns = tuple(f"K_{number}" for number in range(5, 14))
    amounts = tuple(one for one in _amounts(fields, lambda name: name in columns) if one[1])
    when = _day(fields, "K_2")
    total = _sum(dict(amounts), columns)
    return BookRow(
        register=BookRegister.REVENUE,
        position=position,
        number=clean(fields.get("K_4")),
        day=_day(fields, "K_3") or when,
        entered=when,
        month=Month.of(when) if when else month,
        net=total,
        amounts=tuple((EWP_RATES[columns.index(name)], value) for name, value in amounts),
        description=clean(fields.get("K_15")),
    )


def revenue_4(fields: Fields, position: int, month: Month) -> BookRow:
    """EWPWiersz of version 4: one rate a row. Raises BadFieldError."""
    when = _day(fields, "K_2")
    total = _amount(fields, "K_8") or _ZERO
    return BookRow(
        register=BookRegister.REVENUE,
        position=position,
        number=clean(fields.get("K_4")),
        ksef_number=_ksef(fields.get("K_5")),
        **_party(fields.get("K_6"), fields.get("K_7"), ""),
        day=_day(fields, "K_3") or when,
        entered=when,
        month=Month.of(when) if when else month,
        net=total,
        amounts=((clean(fields.get("K_9")), total),),
        description=clean(fields.get("K_10")),
    )


class _Paper(TypedDict):
    number: str
    ksef_number: str
    mark: str


class _Party(TypedDict):
    country: str
    contractor: str
    name: str


def _paper(fields: Fields, number: str) -> _Paper:
    why = next((mark for mark in _WHY_NONE if fields.get(mark) == "1"), "")
    return {
        "number": clean(fields.get(number)),
        "ksef_number": _ksef(fields.get("NrKSeF")),
        "mark": why,
    }


def _party(country: str | None, number: str | None, name: str | None) -> _Party:
    code, found = clean(country).upper(), clean(number)
    return {
        "country": "" if code == "PL" else code,
        "contractor": "" if found.upper() in _NOBODY else found,
        "name": "" if clean(name).upper() in _NOBODY else clean(name),
    }


def _ksef(text: str | None) -> str:
    """In the one spelling of the buffer; what is no such number stays as it was typed, and is told as unknown."""
    found = clean(text)
    if not found:
        return ""
    try:
        return parse_ksef_number(found)
    except ValueError:
        return found


def _bad_debt(fields: Fields) -> tuple[str, date] | None:
    """Which day a correction of the base for bad debts names (art. 89a), and the day."""
    found = ((name, _day(fields, name)) for name in ("TerminPlatnosci", "DataZaplaty"))
    return next(((name, when) for name, when in found if when is not None), None)


def _marks(fields: Fields, kind: str | None) -> tuple[str, ...]:
    """Kinds and marks with a `1`, or `true` as the form of version 2 also has them."""
    kinds = (clean(kind),) if kind else ()
    named = (name for name, text in fields.items() if name not in _NO_SET and not name.startswith("K_"))
    return kinds + tuple(name for name in named if fields[name] in ("1", "true"))


def _amounts(fields: Fields, wanted: Callable[[str], bool]) -> tuple[tuple[str, Decimal], ...]:
    found = ((name, _amount(fields, name)) for name in fields if wanted(name))
    return tuple((name, value) for name, value in found if value is not None)


def _amount(fields: Fields, name: str) -> Decimal | None:
    text = fields.get(name, "")
    if not text:
        return None
    try:
        return amount(text).quantize(_CENT)
    except (ArithmeticError, ValueError):
        raise BadFieldError(N_("{field} is no amount: {text}"), field=name, text=clean(text)[:40]) from None


def _day(fields: Fields, name: str) -> date | None:
    text = fields.get(name, "")
    if not text:
        return None
    try:
        return day(text)
    except ValueError:
        raise BadFieldError(N_("{field} is no day: {text}"), field=name, text=clean(text)[:40]) from None


def _sum(kept: Mapping[str, Decimal], names: Iterable[str]) -> Decimal:
    return sum((kept[name] for name in names if name in kept), _ZERO)
