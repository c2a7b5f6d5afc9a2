"""A coding changed by hand: lines put in, taken out, split, filled, copied, always to the grosz.

Each function gives a new coding; what it means for the balance, the identity and the months is for
`coding.propose.checked` to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from blink_tui.i18n import _
from blink_tui.model.coding import ZERO, Coding, PostingLine, Side
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.invoice import Invoice, InvoiceLine
from blink_tui.model.text import clean

GROSZ = Decimal("0.01")
HIGHEST = Decimal("1e15")
"""An amount of the books is below it: the store's integers hold its grosze."""
MOST_LINES = 500
"""Lines that one document may have by hand."""

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_PERCENT = re.compile(r"=?([+-]?[0-9]+(?:[.,][0-9]+)?)%")
_ROWS = ("w", "wiersze", "r", "rows")

Formula = Callable[[str], Decimal]
"""Computes an expression over the document's fields. Raises BlinkError(USAGE)."""


# What is typed


def amount_of(text: str, whole: Decimal, formula: Formula | None = None) -> Decimal:
    """An amount: `1 234,56`, `1234.5`, `=50%` of the whole, or `=` and an expression where a formula can be computed.

    Raises BlinkError(USAGE) with a sentence.
    """
    bare = "".join(text.split())
    percent = _PERCENT.fullmatch(bare)
    if percent:
        return _bounded(rounded(whole * _decimal(percent[1]) / 100), text)
    if bare.startswith("=") and formula is not None:
        return _bounded(rounded(formula(text.strip().removeprefix("="))), text)
    bare = bare.removeprefix("=").replace("_", "").replace("−", "-")
    if "," in bare and "." in bare.partition(",")[0]:
        bare = bare.replace(".", "")
    if not _NUMBER.fullmatch(bare):
        raise _usage(_("“{text}” is no amount. Write 1234,56 or =50%."), text)
    value = _decimal(bare)
    if value != rounded(value):
        raise _usage(_("“{text}” has more than two decimals."), text)
    return _bounded(rounded(value), text)


def parts_of(text: str, whole: Decimal, invoice: Invoice | None = None) -> tuple[tuple[Decimal, str], ...]:
    """How an amount is split, each part with a text: `75/25`, `50%` and the rest, `1200,00` and the rest, `w` by rows.

    The parts are the whole to the grosz; what rounding leaves goes to the largest. Raises BlinkError(USAGE).
    """
    bare = text.strip().lower()
    if bare in _ROWS:
        return by_rows(whole, invoice.lines if invoice is not None else ())
    if "/" in bare:
        weights = [_weight(part, text) for part in bare.split("/")]
        if len(weights) > MOST_LINES:
            raise _usage(_("“{text}” makes too many lines."), text)
        return tuple((part, "") for part in shared(whole, weights))
    first = amount_of(f"={bare}" if bare.endswith("%") else bare, whole)
    if not first or first == whole:
        raise _usage(
            _("“{text}” leaves nothing to split. Write 50/50, 30%, an amount or w for the rows."), text
        )
    return (first, ""), (whole - first, "")


def shared(whole: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """An amount in parts by weight, in grosze; what rounding leaves goes to the largest. Raises BlinkError(USAGE)."""
    total = sum(weights, ZERO)
    if not total:
        raise _usage(_("There is nothing to split by: “{text}”."), "/".join(map(str, weights)))
    parts = [rounded(whole * weight / total) for weight in weights]
    largest = max(range(len(parts)), key=lambda place: abs(parts[place]))
    parts[largest] += whole - sum(parts, ZERO)
    return parts


def by_rows(whole: Decimal, rows: Iterable[InvoiceLine]) -> tuple[tuple[Decimal, str], ...]:
    """An amount in parts as the invoice's rows are, rows of one name together, those before a correction taken off.

    Raises BlinkError(USAGE) for an invoice that has no rows with amounts.
    """
    sums: dict[str, Decimal] = {}
    for row in rows:
        amount = row.net if row.net is not None else row.gross
        if amount is not None:
            name = clean(row.name)
            sums[name] = sums.get(name, ZERO) + (-amount if row.before else amount)
    names = [name for name, amount in sums.items() if amount]
    if not names or not sum(sums.values(), ZERO):
        raise _usage(_("The invoice has no rows with amounts to split by: “{text}”."), "w")
    if len(names) > MOST_LINES:
        raise _usage(_("“{text}” makes too many lines."), "w")
    parts = zip(shared(whole, [sums[name] for name in names]), names, strict=True)
    return tuple((amount, name) for amount, name in parts if amount)


def rounded(value: Decimal) -> Decimal:
    """To the grosz, half up."""
    return value.quantize(GROSZ, ROUND_HALF_UP)


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _weight(part: str, text: str) -> Decimal:
    bare = part.strip().removesuffix("%").strip()
    if not _NUMBER.fullmatch(bare) or _decimal(bare) <= 0:
        raise _usage(_("“{text}” is no way to split. Write 50/50, 30%, an amount or w for the rows."), text)
    return _decimal(bare)


def _bounded(value: Decimal, text: str) -> Decimal:
    if abs(value) >= HIGHEST:
        raise _usage(_("“{text}” is too large for the books."), text)
    return value


def _usage(problem: str, text: str) -> BlinkError:
    return BlinkError(USAGE, problem=problem.format(text=clean(text)))


# Lines


def with_lines(coding: Coding, lines: Iterable[PostingLine]) -> Coding:
    """The coding with other lines, which a person made."""
    return replace(coding, lines=tuple(lines), lines_by_hand=True)


def put(coding: Coding, place: int, line: PostingLine) -> Coding:
    """Another line in a place."""
    return with_lines(coding, (*coding.lines[:place], line, *coding.lines[place + 1 :]))


def added(coding: Coding, place: int) -> Coding:
    """With a line after a place, on the side that lacks something and with what it lacks."""
    side, amount = lacking(coding)
    described = coding.lines[place].description if coding.lines else coding.description
    line = PostingLine(side, "", amount, described)
    return with_lines(coding, (*coding.lines[: place + 1], line, *coding.lines[place + 1 :]))


def deleted(coding: Coding, place: int) -> Coding:
    """Without the line in a place."""
    return with_lines(coding, (*coding.lines[:place], *coding.lines[place + 1 :]))


def doubled(coding: Coding, place: int) -> Coding:
    """With a second line like the one in a place after it."""
    return with_lines(coding, (*coding.lines[: place + 1], *coding.lines[place:]))


def turned(coding: Coding, place: int) -> Coding:
    """With the line in a place on the other side."""
    line = coding.lines[place]
    side = Side.CREDIT if line.side is Side.DEBIT else Side.DEBIT
    return put(coding, place, replace(line, side=side))


def split(coding: Coding, place: int, parts: Iterable[tuple[Decimal, str]]) -> Coding:
    """With the line in a place as several, each with its part of the amount; a part's text takes the line's place."""
    line = coding.lines[place]
    lines = [replace(line, amount=amount, description=text or line.description) for amount, text in parts]
    return with_lines(coding, (*coding.lines[:place], *lines, *coding.lines[place + 1 :]))


def filled(coding: Coding, place: int) -> Coding:
    """With the remaining difference added to the line in a place, so that debit is credit."""
    line = coding.lines[place]
    lacks = -coding.difference if line.side is Side.DEBIT else coding.difference
    return put(coding, place, replace(line, amount=line.amount + lacks))


def lacking(coding: Coding) -> tuple[Side, Decimal]:
    """The side that is nearer to zero, and what it lacks; a balanced coding lacks a debit of nothing.

    In a red storno it lacks a negative amount.
    """
    difference = coding.difference
    if difference and abs(coding.debit) > abs(coding.credit):
        return Side.CREDIT, difference
    return Side.DEBIT, -difference


# Another document's coding


def total_of(coding: Coding) -> Decimal:
    """What a coding comes to on the side where it is larger, with its sign."""
    return max(coding.debit, coding.credit, key=abs)


def copied(
    own: Sequence[PostingLine], earlier: Sequence[PostingLine], total: Decimal
) -> tuple[PostingLine, ...]:
    """Lines as of an earlier document, with this one's amounts; `own` are this one's by the same scheme.

    An account that both have keeps this document's amount to the grosz; what is left of a side is shared by what the
    earlier document had there. Without own lines each side comes to the total. Raises BlinkError(USAGE) where there
    is nothing to copy.
    """
    found: dict[int, PostingLine] = {}
    for side in Side:
        mine = _sums(line for line in own if line.side is side)
        places = [place for place, line in enumerate(earlier) if line.side is side]
        whole = sum(mine.values(), ZERO) if own else total
        for group, amount in _groups(places, earlier, mine, whole):
            weights = [earlier[place].amount for place in group]
            for place, part in zip(group, shared(amount, weights), strict=True):
                found[place] = replace(earlier[place], amount=part)
    if not found:
        raise BlinkError(USAGE, problem=_("The earlier document has no lines to copy."))
    return tuple(found[place] for place in sorted(found))


def _sums(lines: Iterable[PostingLine]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in lines:
        found[line.account] = found.get(line.account, ZERO) + line.amount
    return found


def _groups(
    places: Sequence[int], earlier: Sequence[PostingLine], mine: dict[str, Decimal], whole: Decimal
) -> Iterable[tuple[list[int], Decimal]]:
    """Places of one side that share an amount: of each account that both documents have, and all others.

    The largest account of this document gives way where others have nothing to share, and where there is a rest and
    nobody to take it: a cost that was split is split again.
    """
    common = {account for account in mine if any(earlier[place].account == account for place in places)}

    def split() -> tuple[list[int], Decimal]:
        others = [place for place in places if earlier[place].account not in common]
        return others, whole - sum((mine[account] for account in common), ZERO)

    others, rest = split()
    if common and bool(rest) != bool(sum((earlier[place].amount for place in others), ZERO)):
        common.discard(max(common, key=lambda account: abs(mine[account])))
        others, rest = split()
    groups = [
        ([place for place in places if earlier[place].account == account], mine[account])
        for account in common
    ]
    return [
        (group, amount)
        for group, amount in (*groups, (others, rest))
        if amount and sum((earlier[place].amount for place in group), ZERO)
    ]
