"""Exchange rates out of a file: the National Bank's archive of table A, or a plain list of rates; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from blink_tui.i18n import N_, Message
from blink_tui.model.book_lists import Listed
from blink_tui.model.books import ExchangeRate
from blink_tui.model.sheets import Column, Line, Remark, heading_key, laid_out

_CURRENCY = re.compile(r"(1|100|1000|10000)?\s?([A-Z]{3})")
_PLAIN = (
    Column("currency", ("waluta", "kod waluty", "kod", "currency"), required=True),
    Column("day", ("data", "dzien", "data tabeli", "day", "date"), required=True),
    Column("rate", ("kurs", "kurs sredni", "rate"), required=True),
    Column("table", ("tabela", "nr tabeli", "numer tabeli", "pelny numer tabeli", "table")),
)
_MOST = Decimal(100_000)


def read_rates(lines: Sequence[Line], named: Mapping[str, str] | None = None) -> Listed[ExchangeRate]:
    """Rates for one unit of each currency, by day and table. Raises BlinkError(BAD_TABLE)."""
    archive = next((index for index, (_line, fields) in enumerate(lines[:20]) if _is_archive(fields)), None)
    if archive is not None and not named:
        return _archive(lines[archive][1], lines[archive + 1 :])
    layout = laid_out(lines, _PLAIN, named)
    rates, problems = [], []
    for line, fields in layout.rows:
        cells = layout.cells(fields)
        day, rate = day_of(cells["day"]), decimal_of(cells["rate"])
        code = _CURRENCY.fullmatch(cells["currency"].upper())
        if day is None or rate is None or code is None:
            problems.append(Remark(line, Message(N_("this is no currency with its day and rate"))))
            continue
        units = int(code[1] or 1)
        rates.append(ExchangeRate(code[2], day, _per_unit(rate, units), cells.get("table", "")))
    return Listed(tuple(rates), tuple(problems), dict(layout.headings))


def day_of(text: str) -> date | None:
    """20260102, 2026-01-02 or 2.01.2026; None for what is no day."""
    for form in ("%Y%m%d", "%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def decimal_of(text: str) -> Decimal | None:
    """A positive number with a comma or a point, such as `4,2315`; None for what is none."""
    bare = re.sub(r"\s", "", text).replace(",", ".")
    try:
        number = Decimal(bare)
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 < number < _MOST else None


def _is_archive(fields: Sequence[str]) -> bool:
    """The headings of the bank's file: `data;1THB;1USD;100HUF;…;nr tabeli;pełny numer tabeli`."""
    codes = [field for field in fields[1:] if _CURRENCY.fullmatch(field.strip())]
    return len(fields) > 1 and heading_key(fields[0]).startswith("data") and bool(codes)


def _archive(headings: Sequence[str], rows: Sequence[Line]) -> Listed[ExchangeRate]:
    codes = {
        place: (found[2], int(found[1] or 1))
        for place, heading in enumerate(headings)
        if (found := _CURRENCY.fullmatch(heading.strip()))
    }
    tables = [place for place, heading in enumerate(headings) if "numer tabeli" in heading_key(heading)]
    rates: list[ExchangeRate] = []
    problems: list[Remark] = []
    for line, fields in rows:
        day = day_of(fields[0])
        if day is None:  # the names of currencies and units below and above the rates
            if fields[0].strip().isdigit():
                problems.append(
                    Remark(line, Message(N_("this is no day: {text}"), {"text": fields[0].strip()}))
                )
            continue
        table = fields[tables[0]].strip() if tables and tables[0] < len(fields) else ""
        for place, text in _filled(codes, fields):
            rate = decimal_of(text)
            if rate is None:
                problems.append(Remark(line, Message(N_("this is no rate: {text}"), {"text": text})))
                continue
            currency, units = codes[place]
            rates.append(ExchangeRate(currency, day, _per_unit(rate, units), table))
    return Listed(tuple(rates), tuple(problems), {"day": headings[0]})


def _filled(places: Mapping[int, object], fields: Sequence[str]) -> Iterator[tuple[int, str]]:
    for place in places:
        if place < len(fields) and fields[place].strip():
            yield place, fields[place].strip()


def _per_unit(rate: Decimal, units: int) -> Decimal:
    """The rate of one unit; units are powers of ten, so that nothing is rounded."""
    return rate.scaleb(1 - len(str(units)))
