"""The declaration inside a JPK_V7: sums of the records in whole zlotys, and the positions that a person types.

FORMATS 6.5: every position is rounded by itself (art. 63 § 1 Ordynacji), the results are made of rounded ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from blink_tui.i18n import N_
from blink_tui.ledger.exporters.jpk_parts import PURPOSE, Form, element, option_wrong
from blink_tui.model.text import clean

AMOUNTS = ("P_39", "P_49", "P_50", "P_52", "P_54", "P_60")
"""Typed: surplus carried over, reliefs (cash registers; other), relief returned, refund, the part of it set off."""
REDUCTIONS = ("P_68", "P_69")
"""Base and tax corrected for bad debts (art. 89a), zero or less: typed, else of the rows that say so."""
KINDS = ("P_540", "P_55", "P_56", "P_560", "P_58")
"""Typed `1`: how the refund is paid (15 days, VAT account in 25, account in 25, 40, 180 days)."""
FLAGS = ("P_59", "P_63", "P_64", "P_65", "P_66", "P_660", "P_67")
TEXTS = {"P_61": 240, "P_ORDZU": 3500}
TYPED = frozenset((*AMOUNTS, *REDUCTIONS, *KINDS, *FLAGS, *TEXTS))

_SOLD = (
    ("P_10",), ("P_11", "P_12"), ("P_13", "P_14"), ("P_15", "P_16"), ("P_17", "P_18"), ("P_19", "P_20"),
    ("P_21",), ("P_22",), ("P_23", "P_24"), ("P_25", "P_26"), ("P_27", "P_28"), ("P_29", "P_30"),
    ("P_31", "P_32"), ("P_33",), ("P_34",), ("P_35",), ("P_36",), ("P_360",),
)  # fmt: skip
_BOUGHT = (("P_40", "P_41"), ("P_42", "P_43"), ("P_44",), ("P_45",), ("P_46",), ("P_47",))
_PARTS_OF = ("P_12", "P_14")
"""Second ones of a group that are a part of the first and stand only where there is any."""
_BASES = (
    "P_10", "P_11", "P_13", "P_15", "P_17", "P_19", "P_21", "P_22", "P_23", "P_25", "P_27", "P_29", "P_31",
)  # fmt: skip
_OUTPUT = ("P_16", "P_18", "P_20", "P_24", "P_26", "P_28", "P_30", "P_32", "P_33", "P_34")
_OUTPUT_LESS = ("P_35", "P_36", "P_360")
_INPUT = ("P_39", "P_41", "P_43", "P_44", "P_45", "P_46", "P_47")
_REFUND = ("P_54", *KINDS, "P_59", "P_60", "P_61")
_FLAGS_AT_END = ("P_63", "P_64", "P_65", "P_66", "P_660", "P_67")
_CORRECTED = {"K_15": "K_68", "K_17": "K_68", "K_19": "K_68", "K_16": "K_69", "K_18": "K_69", "K_20": "K_69"}
"""Fields of a row for bad debts and the sum of the declaration that they belong to."""


@dataclass(frozen=True, slots=True)
class _Results:
    """Positions that follow from the others."""

    bases: int
    output: int
    input: int
    to_pay: int
    surplus: int


def zlotys(units: int) -> int:
    """Grosze in whole zlotys: less than fifty are dropped, fifty and more make one, of either sign."""
    return int((Decimal(units) / 100).to_integral_value(ROUND_HALF_UP))


def bad_debt_sums(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """What a row for bad debts adds to base (`K_68`) and tax (`K_69`) of the declaration, in grosze."""
    found = {"K_68": 0, "K_69": 0}
    for name, units in amounts:
        if name in _CORRECTED:
            found[_CORRECTED[name]] += units
    return found


class Declaration:
    """What a person typed for one declaration; refuses at once what cannot stand in it."""

    def __init__(self, form: Form, options: Mapping[str, str]) -> None:
        """Raises BlinkError(OPTION_WRONG)."""
        self._form = form
        self._typed = {name: text for name, text in options.items() if name.startswith("P_") and text}
        for name, text in self._typed.items():
            self._check(name, text)
        self._check_refund()
        if ("P_68" in self._typed) != ("P_69" in self._typed):
            self._refuse(
                next(one for one in REDUCTIONS if one in self._typed), N_("P_68 and P_69 go together")
            )
        if "P_ORDZU" in self._typed and options.get(PURPOSE) != "2":
            self._refuse("P_ORDZU", N_("it gives the reason of a correction (purpose=2)"))

    def _check(self, name: str, text: str) -> None:
        if name not in TYPED:
            self._refuse(name, N_("this position is counted, or there is none of this name"))
        if name in AMOUNTS and not re.fullmatch(r"\d{1,14}", text, re.ASCII):
            self._refuse(name, N_("it is an amount in whole zlotys, zero or more"))
        if name in REDUCTIONS and not re.fullmatch(r"0|-\d{1,14}", text, re.ASCII):
            self._refuse(name, N_("it is an amount in whole zlotys, zero or less"))
        if name in (*KINDS, *FLAGS) and text != "1":
            self._refuse(name, N_("it can only be 1, or left out"))
        if name in TEXTS and len(clean(text)) > TEXTS[name]:
            self._refuse(name, N_("it is too long"))

    def _check_refund(self) -> None:
        """A refund has one way of being paid, and what is set off is a part of it."""
        kinds = [one for one in KINDS if one in self._typed]
        set_off = [one for one in ("P_59", "P_60", "P_61") if one in self._typed]
        if "P_54" in self._typed and len(kinds) != 1:
            self._refuse("P_54", N_("a refund needs exactly one of P_540, P_55, P_56, P_560, P_58"))
        if "P_54" not in self._typed and (kinds or set_off):
            self._refuse((kinds + set_off)[0], N_("it belongs to a refund (P_54)"))
        if set_off and len(set_off) < 3:
            self._refuse(set_off[0], N_("P_59, P_60 and P_61 go together"))
        if set_off and not 0 < self._amount("P_60") <= self._amount("P_54"):
            self._refuse("P_60", N_("it is a part of the refund (P_54)"))

    def _refuse(self, name: str, problem: str, **values: str) -> None:
        raise option_wrong(self._form, name, self._typed[name], problem, **values)

    def _amount(self, name: str) -> int:
        return int(self._typed.get(name, "0"))

    def fields(self, sums: Mapping[str, int]) -> list[tuple[str, str]]:
        """Positions in their order, from the records' sums by field (`K_19`) in grosze.

        Raises BlinkError(OPTION_WRONG) where a typed one does not go with them.
        """
        counted = {
            f"P_{name.removeprefix('K_')}": zlotys(units)
            for name, units in sums.items()
            if name.startswith("K_")
        }
        results = self._results(counted)
        refund = self._amount("P_54")
        found = [*_groups(_SOLD, counted)]
        found += [("P_37", results.bases)] if results.bases else []
        found += [("P_38", results.output), *self._typed_ones("P_39"), *_groups(_BOUGHT, counted)]
        if "P_39" in self._typed or any(counted.get(name) for name in _INPUT):
            found.append(("P_48", results.input))
        found += [*self._typed_ones("P_49", "P_50"), ("P_51", results.to_pay), *self._typed_ones("P_52")]
        found += [("P_53", results.surplus)] if results.surplus else []
        found += self._typed_ones(*_REFUND)
        found += [("P_62", results.surplus - refund)] if results.surplus > refund else []
        found += [*self._typed_ones(*_FLAGS_AT_END), *self._bad_debts(counted), *self._typed_ones("P_ORDZU")]
        return [(name, str(value)) for name, value in found]

    def _typed_ones(self, *names: str) -> list[tuple[str, int | str]]:
        return [(name, clean(self._typed[name]).strip()) for name in names if name in self._typed]

    def _bad_debts(self, counted: Mapping[str, int]) -> list[tuple[str, int | str]]:
        if "P_68" in self._typed:
            return self._typed_ones(*REDUCTIONS)
        return _groups((REDUCTIONS,), counted)

    def _results(self, counted: Mapping[str, int]) -> _Results:
        def total(names: tuple[str, ...]) -> int:
            return sum(counted.get(name, 0) for name in names)

        output = total(_OUTPUT) - total(_OUTPUT_LESS)
        bought = total(_INPUT) + self._amount("P_39")
        left = output - bought
        for relief in ("P_49", "P_50"):
            if self._amount(relief) > max(left, 0):
                self._refuse(
                    relief, N_("it is not more than the tax that is left, {left}"), left=str(max(left, 0))
                )
            left -= self._amount(relief)
        if left > 0 and self._amount("P_52"):
            self._refuse(
                "P_52",
                N_("there is tax to be paid, {left}, from which the relief is taken (P_49)"),
                left=str(left),
            )
        surplus = max(bought - output, 0) + self._amount("P_52")
        if self._amount("P_54") > surplus:
            self._refuse("P_54", N_("it is not more than the surplus, {surplus}"), surplus=str(surplus))
        return _Results(total(_BASES), output, bought, max(left, 0), surplus)


def _groups(groups: tuple[tuple[str, ...], ...], counted: Mapping[str, int]) -> list[tuple[str, int | str]]:
    """Those that have something; base and tax together."""
    return [
        (name, counted.get(name, 0))
        for group in groups
        if any(counted.get(name) for name in group)
        for name in group
        if name not in _PARTS_OF or counted.get(name)
    ]


def declaration_element(fields: list[tuple[str, str]], quarter: int | None) -> str:
    """Deklaracja: of a month, or of a quarter."""
    code, kind, variant = ("VAT-7K (17)", "VAT-7K", 17) if quarter else ("VAT-7 (23)", "VAT-7", 23)
    return (
        f'<Deklaracja>\n<Naglowek>\n<KodFormularzaDekl kodSystemowy="{code}" kodPodatku="VAT"'
        f' rodzajZobowiazania="Z" wersjaSchemy="1-0E">{kind}</KodFormularzaDekl>\n'
        f"<WariantFormularzaDekl>{variant}</WariantFormularzaDekl>\n"
        + (f"<Kwartal>{quarter}</Kwartal>\n" if quarter else "")
        + "</Naglowek>\n<PozycjeSzczegolowe>\n"
        + "".join(element(name, text) + "\n" for name, text in fields)
        + "</PozycjeSzczegolowe>\n<Pouczenia>1</Pouczenia>\n</Deklaracja>\n"
    )
