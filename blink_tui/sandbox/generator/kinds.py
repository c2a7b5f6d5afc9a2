"""The kinds of invoices that occur, each as a function from parties and chance to a draft."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from blink_tui.sandbox.generator import goods
from blink_tui.sandbox.generator.amounts import Line, advance_table, less, total, vat_table
from blink_tui.sandbox.generator.draft import Correction, Draft, Payment, Reference, Third
from blink_tui.sandbox.generator.goods import Good
from blink_tui.sandbox.generator.names import Company

_SPLIT_FROM = 1_500_000
"""Gross in grosze above which goods of annex 15 must be paid split."""
_SIMPLIFIED_TO = 45_000
_CURRENCIES = {"EUR": (41_800, 43_900), "USD": (35_600, 40_200)}
_EXEMPTIONS = {
    "86": "art. 43 ust. 1 pkt 19 ustawy o VAT",
    "": "art. 43 ust. 1 pkt 29 lit. c ustawy o VAT",
}
_REASONS = (
    "błędna ilość towaru",
    "udzielony rabat",
    "zwrot towaru",
    "pomyłka w cenie jednostkowej",
)
_NOTES = (
    "",
    "",
    "",
    "Dostawa do magazynu nr 3, proszę dzwonić >1 h wcześniej",
    "Umowa ramowa „Żuraw” § 4 & aneks 2",
)


@dataclass(frozen=True, slots=True)
class Past:
    """An invoice issued before, with the KSeF number it was given."""

    draft: Draft
    ksef_number: str | None

    @property
    def reference(self) -> Reference:
        """How later invoices name it."""
        return Reference(self.draft.number, self.draft.issued, self.ksef_number)


@dataclass(frozen=True, slots=True)
class Deal:
    """What an invoice is to be made of."""

    random: Random
    issued: date
    seller: Company
    buyer: Company
    beside: Company
    """Who may stand beside the two."""
    past: Past | None = None
    """What is corrected or settled."""


def lines_of(random: Random, choice: Sequence[Good], most: int = 20) -> tuple[Line, ...]:
    """Between one and so many rows, mostly few."""
    count = min(most, 1 + int(random.expovariate(0.3)))
    return tuple(_line(random, good) for good in random.choices(choice, k=count))


def _line(random: Random, good: Good) -> Line:
    amount = random.randint(1, 40) * 1000 if good.whole else random.randint(500, 400_000)
    if good.high > 40_000:
        amount = min(amount, random.randint(1, 5) * 1000)
    price = random.randint(good.low, good.high)
    return Line(good.name, good.unit, amount, price, good.rate, good.gtu, good.pkwiu, good.annex_15)


def _payment(random: Random, issued: date) -> Payment:
    shape = random.random()
    if shape < 0.75:
        return Payment(6, due=issued + timedelta(days=random.choice((7, 14, 14, 21, 30, 60))))
    return Payment(1 if shape < 0.88 else 2, paid_on=issued)


def plain(deal: Deal, **changes: Any) -> Draft:
    """An invoice for what was sold at home, with whatever rates its rows bring."""
    random = deal.random
    lines = changes.pop("lines", None) or lines_of(random, goods.GOODS)
    table = tuple(vat_table(lines))
    monthly = any(line.unit in ("mies.", "m²", "kWh") for line in lines)
    first = deal.issued.replace(day=1)
    exempt = next((line for line in lines if line.rate == "zw"), None)
    fields: dict[str, Any] = {
        "kind": "VAT",
        "number": "",
        "issued": deal.issued,
        "seller": deal.seller,
        "buyer": deal.buyer,
        "lines": lines,
        "table": table,
        "total": total(list(table)),
        "payment": _payment(random, deal.issued),
        "period": (first, deal.issued) if monthly else None,
        "sold": None if monthly else deal.issued - timedelta(days=random.randint(0, 4)),
        "exemption": "" if exempt is None else _EXEMPTIONS[(exempt.pkwiu or "")[:2]],
        "note": random.choice(_NOTES),
        "order_number": f"ZAM/{random.randint(1, 9999)}" if random.random() < 0.4 else "",
    }
    draft = Draft(**(fields | changes))
    must_split = draft.total >= _SPLIT_FROM and any(line.annex_15 for line in lines)
    if must_split and draft.currency == "PLN" and draft.payment.form == 6:
        draft = replace(draft, split_payment=True)
    return draft


def of_goods(*choice: Good, **changes: Any) -> Callable[[Deal], Draft]:
    """A plain invoice for certain goods."""

    def make(deal: Deal) -> Draft:
        return plain(deal, lines=lines_of(deal.random, choice, 6), **changes)

    return make


def simplified(deal: Deal) -> Draft:
    """A simplified invoice: one row, at most 450 zł, the buyer by NIP alone."""
    cheap = [good for good in goods.GOODS if good.high <= _SIMPLIFIED_TO // 2 and good.rate.isdigit()]
    good = deal.random.choice(cheap)
    price = min(deal.random.randint(good.low, good.high), _SIMPLIFIED_TO * 3 // 4)
    line = Line(good.name, good.unit, 1000, price, good.rate)
    return plain(deal, lines=(line,), kind="UPR", period=None, note="", order_number="")


def in_currency(deal: Deal) -> Draft:
    """An invoice in euros or dollars with its tax in złotys beside."""
    currency = deal.random.choice(tuple(_CURRENCIES))
    taxed = [good for good in goods.GOODS if good.rate in ("23", "8")]
    rate = deal.random.randint(*_CURRENCIES[currency])
    lines = lines_of(deal.random, taxed, 6)
    return plain(deal, lines=lines, currency=currency, exchange=rate)


def split_payment(deal: Deal) -> Draft:
    """An invoice above 15,000 zł for goods of annex 15."""
    annexed = [good for good in goods.GOODS if good.annex_15]
    line = _line(deal.random, deal.random.choice(annexed))
    while line.net < _SPLIT_FROM:
        line = replace(line, quantity=line.quantity * 3)
    payment = Payment(6, due=deal.issued + timedelta(days=30))
    return plain(deal, lines=(line, *lines_of(deal.random, annexed, 4)), payment=payment)


def with_cash_method(deal: Deal) -> Draft:
    """A seller who owes the tax once he is paid."""
    return plain(deal, cash_method=True)


def self_billed(deal: Deal) -> Draft:
    """Written by the buyer in the seller's name."""
    return plain(deal, self_billing=True)


def to_consumer(deal: Deal) -> Draft:
    """A buyer without a tax number."""
    buyer = replace(deal.buyer, name="Świętosława Brzęczykowska-O'Hara", nip="", email="")
    return plain(replace(deal, buyer=buyer), consumer=True)


def with_factor(deal: Deal) -> Draft:
    """The claim was sold: paid to a factor's account."""
    payment = Payment(6, due=deal.issued + timedelta(days=60), to_factor=True)
    return plain(deal, payment=payment, thirds=(Third(deal.beside, 1),))


def with_recipient(deal: Deal) -> Draft:
    """A branch of the buyer, by internal id, takes the goods."""
    unit = f"{deal.buyer.nip}-{deal.random.randint(1, 99999):05d}"
    branch = replace(deal.beside, name=f"{deal.buyer.name} – oddział")
    return plain(deal, thirds=(Third(branch, 2, unit),))


def with_further_buyer(deal: Deal) -> Draft:
    """Two buyers share the purchase."""
    return plain(deal, thirds=(Third(deal.beside, 4),))


def for_local_government(deal: Deal) -> Draft:
    """The unit of a local government that the purchase is for."""
    return plain(deal, thirds=(Third(deal.beside, 8),))


def by_bailiff(deal: Deal) -> Draft:
    """Issued by a bailiff as the authorised party."""
    return plain(deal, authorized=deal.beside)


def advance(deal: Deal) -> Draft:
    """An advance payment of a part of an order."""
    ordered = lines_of(deal.random, [good for good in goods.GOODS if good.rate in ("23", "8", "5")], 5)
    whole = vat_table(ordered)
    table = tuple(advance_table(whole, deal.random.choice((20, 30, 50))))
    paid = deal.issued - timedelta(days=deal.random.randint(0, 3))
    return replace(
        plain(deal, lines=ordered, kind="ZAL"),
        lines=(),
        table=table,
        total=total(list(table)),
        ordered=ordered,
        order_value=total(whole),
        payment=Payment(6, paid_on=paid),
        period=None,
        sold=paid,
        split_payment=False,
    )


def settlement(deal: Deal) -> Draft:
    """The rest of an order after its advance. Raises ValueError without one."""
    if deal.past is None:
        raise ValueError("nothing to settle")
    before = deal.past.draft
    table = tuple(less(vat_table(before.ordered), list(before.table)))
    return plain(
        deal,
        kind="ROZ",
        lines=before.ordered,
        table=table,
        total=total(list(table)),
        advances=(deal.past.reference,),
        period=None,
        sold=deal.issued,
    )


def correction(deal: Deal) -> Draft:
    """One or two rows before and after. Raises ValueError without an original."""
    if deal.past is None:
        raise ValueError("nothing to correct")
    random, original = deal.random, deal.past.draft
    changed = random.sample(original.lines, k=min(len(original.lines), random.randint(1, 2)))
    rows: list[Line] = []
    for line in changed:
        less_of_it = replace(line, quantity=line.quantity * random.choice((0, 50, 75, 125)) // 100)
        cheaper = replace(line, price=line.price * random.randint(80, 95) // 100)
        rows += [replace(line, before=True), random.choice((less_of_it, cheaper))]
    table = tuple(vat_table(rows))
    return replace(
        plain(deal, lines=tuple(rows), table=table, total=total(list(table))),
        kind="KOR_ROZ" if original.kind == "ROZ" else "KOR",
        currency=original.currency,
        exchange=original.exchange,
        consumer=original.consumer,
        self_billing=original.self_billing,
        cash_method=original.cash_method,
        reverse_charge=original.reverse_charge,
        split_payment=False,
        order_number="",
        correction=Correction(random.choice(_REASONS), random.choice((1, 2, 3)), deal.past.reference),
    )


def advance_correction(deal: Deal) -> Draft:
    """The order behind an advance changes, the payment does not. Raises ValueError without an original."""
    if deal.past is None:
        raise ValueError("nothing to correct")
    original = deal.past.draft
    rows: list[Line] = []
    for line in original.ordered:
        rows += [replace(line, before=True), replace(line, price=line.price * 9 // 10)]
    after = [line for line in rows if not line.before]
    return replace(
        plain(deal, lines=tuple(rows), kind="KOR_ZAL"),
        lines=(),
        table=(),
        total=0,
        ordered=tuple(rows),
        order_value=total(vat_table(after)),
        payment=original.payment,
        sold=original.sold,
        period=None,
        exemption="",
        split_payment=False,
        correction=Correction("zmiana wartości zamówienia o -10%", 3, deal.past.reference, original.total),
    )


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind of invoice, how often it occurs, and what it takes."""

    make: Callable[[Deal], Draft]
    weight: int
    buyer: str = "home"
    """Where the buyer must be: `home`, `union`, `outside`; `person` is one at home without a tax number."""
    follows: tuple[str, ...] = ()
    """Kinds of which an earlier one is needed; the invoice is between the same parties."""


PATTERNS: dict[str, Pattern] = {
    "plain": Pattern(plain, 600),
    "simplified": Pattern(simplified, 40),
    "correction": Pattern(correction, 80, follows=("VAT",)),
    "advance": Pattern(advance, 35),
    "settlement": Pattern(settlement, 30, follows=("ZAL",)),
    "advance correction": Pattern(advance_correction, 10, follows=("ZAL",)),
    "settlement correction": Pattern(correction, 10, follows=("ROZ",)),
    "currency": Pattern(in_currency, 40),
    "split payment": Pattern(split_payment, 40),
    "cash method": Pattern(with_cash_method, 20),
    "self-billing": Pattern(self_billed, 20),
    "reverse charge": Pattern(of_goods(*goods.REVERSED, reverse_charge=True), 8),
    "exempt": Pattern(of_goods(*(good for good in goods.GOODS if good.rate == "zw")), 30),
    "zero": Pattern(of_goods(*(good for good in goods.GOODS if good.rate == "0 KR")), 10),
    "consumer": Pattern(to_consumer, 20, buyer="person"),
    "union goods": Pattern(of_goods(*goods.UNION_GOODS), 15, buyer="union"),
    "union services": Pattern(of_goods(*goods.UNION_SERVICES), 15, buyer="union"),
    "export": Pattern(of_goods(*goods.EXPORT_GOODS), 10, buyer="outside"),
    "services abroad": Pattern(of_goods(*goods.FOREIGN_SERVICES), 10, buyer="outside"),
    "factor": Pattern(with_factor, 20),
    "recipient": Pattern(with_recipient, 20),
    "further buyer": Pattern(with_further_buyer, 10),
    "local government": Pattern(for_local_government, 20),
    "bailiff": Pattern(by_bailiff, 5),
}
"""Every kind by its name; the weights are a small firm's year."""
