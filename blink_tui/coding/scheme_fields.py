"""Fields that only posting schemes may read: the amounts computed for a document, beside all that rules may read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from blink_tui.coding.amounts import BY_HAND, OSS, PERCENTS, RR, UNTAXED, Amounts, RateRow, grosze
from blink_tui.coding.case import MARGIN, Case
from blink_tui.coding.language_types import Catalogue, Env, Field, Kind, Value
from blink_tui.i18n import N_
from blink_tui.model.coding import ZERO
from blink_tui.model.text import folded

GROUP = N_("amounts of schemes")
_RATES = {folded(rate): rate for rate in (*PERCENTS, OSS, RR, *sorted(UNTAXED))}
_NO_KEYS: Mapping[str, str] | None = None


def _field(
    name: str, english: str, meaning: str, *, by_rate: bool = False, example: str = "", shown: str = ""
) -> Field:
    return Field(
        name=name,
        others=(english,),
        kind=Kind.AMOUNT,
        group=GROUP,
        meaning=meaning,
        example=example or (f'{name}["23"]' if by_rate else name),
        english=shown or (f'{english}["23"]' if by_rate else english),
        keyed=by_rate,
        keys=_RATES if by_rate else _NO_KEYS,
    )


PARAMETER = Field(
    name="parametr",
    others=("parameter",),
    kind=Kind.TEXT,
    group=GROUP,
    meaning=N_("Value of a parameter of the scheme, as the rule or a person gives it."),
    example='parametr["zespol5"] = "tak"',
    english='parameter["zespol5"] = "tak"',
    keyed=True,
)
FIELDS = (
    *(
        _field(name, english, meaning, by_rate=True)
        for name, english, meaning in (
            ("netto_pln", "net_pln", N_("Net in PLN by the exchange rate of VAT.")),
            ("vat_pln", "tax_pln", N_("Tax in PLN as the invoice gives it.")),
            ("brutto_pln", "gross_pln", N_("Net and tax in PLN.")),
            ("vat_odliczony", "deducted_tax", N_("Input tax that is deducted.")),
            ("vat_nieodliczony", "lost_tax", N_("Input tax that goes to the cost.")),
            ("podstawa", "output_base", N_("Base of output tax, that of the margin included.")),
            ("vat_nalezny", "output_tax", N_("Output tax of a sale, that of the margin included.")),
            ("koszt", "cost", N_("Net by the exchange rate of income tax and the tax that is not deducted.")),
            ("przychod", "revenue", N_("Revenue of a sale by the exchange rate of income tax.")),
        )
    ),
    *(
        _field(name, english, meaning)
        for name, english, meaning in (
            ("netto_rejestru", "register_net", N_("Net that the register of purchases shows.")),
            ("marza_brutto", "margin_gross", N_("Gross of what is sold in the margin procedure.")),
            ("udzial", "deducted_share", N_("Share of the input tax that is deducted, 0 to 1.")),
            ("udzial_kosztu", "cost_share", N_("Share of the cost that is a tax cost, 0 to 1.")),
            ("koszt_podatkowy", "tax_cost", N_("Part of the cost that is a tax cost.")),
            ("koszt_niepodatkowy", "other_cost", N_("Part of the cost that is no tax cost.")),
            ("do_zaplaty_pln", "owed_pln", N_("What the other side gets or pays, in PLN.")),
            ("zaliczki", "settled_advances", N_("What a settlement takes of earlier advances; else 0.")),
            ("podstawa_samonaliczenia", "self_base", N_("Base of tax that the buyer settles.")),
            ("vat_samonaliczony", "self_tax", N_("Tax that the buyer settles.")),
            ("vat_samonaliczony_odliczony", "self_tax_deducted", N_("What of that tax is deducted.")),
        )
    ),
    PARAMETER,
)
_NAMES = frozenset(field.name for field in FIELDS)


@lru_cache(maxsize=1)
def scheme_catalogue() -> Catalogue:
    """All fields that expressions of a scheme may read."""
    from blink_tui.coding.fields import CATALOGUE

    return CATALOGUE.extended(FIELDS)


_WHOLE: dict[str, Callable[[Amounts], Decimal]] = {
    "netto_pln": lambda a: a.net,
    "vat_pln": lambda a: a.vat,
    "brutto_pln": lambda a: a.net + a.vat,
    "vat_odliczony": lambda a: a.deducted,
    "vat_nieodliczony": lambda a: a.vat - a.deducted,
    "podstawa": lambda a: a.net - a.of(MARGIN).net + sum((base for _, base, _ in a.margin), ZERO),
    "vat_nalezny": lambda a: a.due,
    "marza_brutto": lambda a: a.of(MARGIN).net,
    "udzial": lambda a: a.share,
    "udzial_kosztu": lambda a: a.cost_share,
    "koszt": lambda a: a.cost,
    "koszt_podatkowy": lambda a: grosze(a.cost * a.cost_share),
    "koszt_niepodatkowy": lambda a: a.cost - grosze(a.cost * a.cost_share),
    "przychod": lambda a: a.revenue,
    "do_zaplaty_pln": lambda a: a.owed,
    "zaliczki": lambda a: a.advances,
    "podstawa_samonaliczenia": lambda a: a.self_base,
    "vat_samonaliczony": lambda a: a.self_tax,
    "vat_samonaliczony_odliczony": lambda a: a.self_deducted,
}
_BY_RATE: dict[str, Callable[[Amounts, RateRow], Decimal]] = {
    "netto_pln": lambda a, row: row.net,
    "vat_pln": lambda a, row: row.vat,
    "brutto_pln": lambda a, row: row.net + row.vat,
    "vat_odliczony": lambda a, row: row.deducted,
    "vat_nieodliczony": lambda a, row: row.vat - row.deducted,
    "podstawa": lambda a, row: row.net + sum((base for rate, base, _ in a.margin if rate == row.rate), ZERO),
    "vat_nalezny": lambda a, row: row.vat + sum((tax for rate, _, tax in a.margin if rate == row.rate), ZERO),
    "koszt": lambda a, row: row.income_net + row.vat - row.deducted,
    "przychod": lambda a, row: row.income_net,
}


def register_net(case: Case, amounts: Amounts) -> Decimal:
    """Net for the register of purchases: of rates that carry tax, of the others where the firm wants them there."""
    taxed = sum((row.net for row in amounts.rows if row.rate not in UNTAXED and row.rate != OSS), ZERO)
    shown = grosze(taxed * amounts.net_share)
    if not case.facts.books.untaxed_in_register:
        return shown
    return shown + sum((row.net for row in amounts.rows if row.rate in UNTAXED - BY_HAND), ZERO)


class SchemeEnv:
    """What expressions of a scheme read: the document, and the amounts computed for it."""

    def __init__(self, case: Case, amounts: Amounts, parameters: Mapping[str, str], document: Env) -> None:
        self._case = case
        self._amounts = amounts
        self._parameters = parameters
        self._document = document

    def value(self, name: str) -> Value:
        """Value of a field."""
        if name not in _NAMES:
            return self._document.value(name)
        if name == "netto_rejestru":
            return register_net(self._case, self._amounts)
        return _WHOLE[name](self._amounts)

    def keyed(self, name: str, key: str) -> Value:
        """Value of a field of one rate, or a parameter."""
        if name == PARAMETER.name:
            return self._parameters.get(key, "")
        if name not in _NAMES:
            return self._document.keyed(name, key)
        return _BY_RATE[name](self._amounts, self._amounts.of(key))

    @property
    def lines(self) -> Sequence[Env]:
        """The rows of the document."""
        return self._document.lines
