"""Values of the fields of one row; amounts of a row before a correction are negative, so that sums are differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from blink_tui.coding.language_types import Env, Value
from blink_tui.model.coding import ZERO
from blink_tui.model.invoice import InvoiceLine, Remark

_CENT: Final = Decimal("0.01")
_HUNDRED: Final = Decimal(100)
_EXACT: Final = Context(prec=200, rounding=ROUND_HALF_UP)
_PERCENTS: Final[Mapping[str, Decimal]] = {
    rate: Decimal(rate) for rate in ("23", "22", "8", "7", "6.5", "5", "4", "3")
}


class RowEnv:
    """What expressions read of one row."""

    __slots__ = ("_line", "_remarks")

    def __init__(self, line: InvoiceLine, remarks: Sequence[Remark]) -> None:
        self._line = line
        self._remarks = remarks

    def value(self, name: str) -> Value:
        """Value of a field of the catalogue that is of a row."""
        if name == "wiersz.opisy":
            return tuple(f"{remark.key}: {remark.value}" for remark in self._remarks)
        return _VALUES[name](self._line)

    def keyed(self, name: str, key: str) -> Value:
        """No field of a row has keys. Raises KeyError."""
        raise KeyError(name, key)

    @property
    def lines(self) -> Sequence[Env]:
        """A row has no rows."""
        return ()


def amount(value: Decimal | None) -> Decimal:
    """A missing amount is nothing."""
    return ZERO if value is None else value


def rate_of(line: InvoiceLine) -> str:
    """Rate of a row; FA_RR writes `7.0`."""
    return "OSS" if line.oss_rate is not None else (line.rate or "").removesuffix(".0")


def percent_of(line: InvoiceLine) -> Decimal:
    """Rate of a row in per cent; 0 for one that is no number."""
    return amount(line.oss_rate) or _PERCENTS.get(rate_of(line), ZERO)


def _signed(line: InvoiceLine, value: Decimal | None) -> Decimal:
    return _EXACT.minus(amount(value)) if line.before else amount(value)


def _net(line: InvoiceLine) -> Decimal:
    if line.net is None and line.gross is not None:
        return _EXACT.subtract(line.gross, _tax(line))
    return amount(line.net)


def _tax(line: InvoiceLine) -> Decimal:
    """As written, else by the rate out of net, or out of gross where the row has no net."""
    if line.vat is not None:
        return line.vat
    percent = percent_of(line)
    if line.net is not None:
        tax = _EXACT.divide(_EXACT.multiply(line.net, percent), _HUNDRED)
    else:
        tax = _EXACT.divide(_EXACT.multiply(amount(line.gross), percent), _EXACT.add(_HUNDRED, percent))
    return tax.quantize(_CENT, ROUND_HALF_UP, _EXACT)


def _gross(line: InvoiceLine) -> Decimal:
    return line.gross if line.gross is not None else _EXACT.add(_net(line), _tax(line))


_VALUES: Final[Mapping[str, Callable[[InvoiceLine], Value]]] = {
    "wiersz.nazwa": lambda line: line.name or "",
    "wiersz.netto": lambda line: _signed(line, _net(line)),
    "wiersz.vat": lambda line: _signed(line, _tax(line)),
    "wiersz.brutto": lambda line: _signed(line, _gross(line)),
    "wiersz.stawka": rate_of,
    "wiersz.ilosc": lambda line: _signed(line, line.quantity),
    "wiersz.jm": lambda line: line.unit or "",
    "wiersz.cena": lambda line: amount(line.unit_price),
    "wiersz.rabat": lambda line: amount(line.discount),
    "wiersz.pkwiu": lambda line: line.pkwiu or "",
    "wiersz.cn": lambda line: line.cn or "",
    "wiersz.pkob": lambda line: line.pkob or "",
    "wiersz.gtu": lambda line: line.gtu or "",
    "wiersz.procedura": lambda line: line.procedure or "",
    "wiersz.indeks": lambda line: line.index or "",
    "wiersz.gtin": lambda line: line.gtin or "",
    "wiersz.zal15": lambda line: line.annex_15,
    "wiersz.akcyza": lambda line: _signed(line, line.excise),
    "wiersz.data_sprzedazy": lambda line: line.sale_date,
    "wiersz.przed": lambda line: line.before,
}
