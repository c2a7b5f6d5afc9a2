"""How a coding is spoken of on the screen: sides, months, register rows, what holds it back, and why it is so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from blink_tui.i18n import N_, _
from blink_tui.model.books import BookKind, Books
from blink_tui.model.coding import (
    BookEntry,
    Candidate,
    Coding,
    Periods,
    PostingLine,
    Problem,
    Proposal,
    RegisterRow,
    RuleRef,
    Side,
)
from blink_tui.model.documents import Direction
from blink_tui.model.targets import TARGETS
from blink_tui.model.text import clean
from blink_tui.model.wrapping import wrapped
from blink_tui.tui.widgets.rows import Pieces
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import amount, day, fit, fit_right

SIDE_WORDS = {Side.DEBIT: N_("Dr"), Side.CREDIT: N_("Cr")}
"""The sides of an account as their column has them."""

REGISTER_WORDS = {Direction.PURCHASE: N_("VAT on purchases"), Direction.SALE: N_("VAT on sales")}

_ACCOUNT, _MONEY = 20, 14


def scheme_text(coding: Coding) -> str:
    """Scheme and rule with their versions, or that the lines were made by hand."""
    scheme = _ref(_("scheme"), coding.scheme)
    by_hand = _("lines by hand") if coding.lines_by_hand else ""
    rule = _ref(_("rule"), coding.rule)
    return " · ".join(part for part in (scheme or _("no scheme"), by_hand, rule) if part)


def _ref(word: str, ref: RuleRef | None) -> str:
    return "" if ref is None else f"{word} {clean(str(ref))}"


def months_text(coding: Coding) -> str:
    """VAT month, day of the books, month of the cost; what is still to happen is a question mark."""
    return periods_text(coding.periods)


def periods_text(periods: Periods) -> str:
    """Three periods of a document; the month of the cost where there is one."""
    parts = [
        (_("VAT"), str(periods.vat or "?")),
        (_("books"), day(periods.books) or "?"),
        (_("cost"), str(periods.cost or "")),
    ]
    return " · ".join(f"{label} {value}" for label, value in parts if value)


def account_name(names: Mapping[str, str], number: str) -> str:
    """Name of an account; of the one that it belongs to where the chart has no name for itself."""
    while number not in names and "-" in number:
        number = number.rpartition("-")[0]
    return clean(names.get(number, ""))


def balance_text(coding: Coding) -> str:
    """Both sides' sums."""
    return _("Dr {debit} · Cr {credit}").format(debit=amount(coding.debit), credit=amount(coding.credit))


def difference_text(coding: Coding) -> str:
    """What is missing on one of the sides."""
    return _("difference {amount}").format(amount=amount(coding.difference))


def carried_lines(coding: Coding, books: Books, room: int) -> Iterator[Pieces]:
    """What of a coding the firm's ledger program really gets, and what stays here."""
    from blink_tui.coding.carried import carried

    target = TARGETS.get(books.program, TARGETS["csv"])
    parts = carried(coding, books, target)
    goes = " · ".join(clean(str(part.message)) for part in parts if part.goes)
    stays = " · ".join(clean(str(part.message)) for part in parts if not part.goes)
    text = _("will go to {program}: {parts}").format(program=target.name, parts=goes or _("nothing"))
    yield from _plain(text, room, "good")
    if stays:
        yield from _plain(_("will not go: {parts}").format(parts=stays), room, "warn")


def row_text(row: RegisterRow) -> str:
    """A row of a VAT register: `VAT on purchases 2026-11: K_42 1 000,00 · K_43 230,00 · MPP`."""
    register, after_payment = _(REGISTER_WORDS.get(row.register, "VAT")), _("after payment")
    title = f"{register} {row.month or after_payment}:"
    parts = [f"{clean(name)} {amount(value)}" for name, value in row.amounts]
    if row.not_deducted:
        parts.append(_("not deducted {amount}").format(amount=amount(row.not_deducted)))
    return f"{title} " + " · ".join([*parts, *map(clean, row.marks)])


def entry_text(entry: BookEntry) -> str:
    """An amount of the KPiR or of the register of revenue."""
    if entry.book is BookKind.LUMP_SUM:
        text = _("revenue at {rate} %: {amount} · {day}")
    else:
        text = _("KPiR column {column}: {amount} · {day}")
    column = clean(entry.column)
    return text.format(column=column, rate=column, amount=amount(entry.amount), day=day(entry.day))


def line_text(line: PostingLine, coding: Coding, names: Mapping[str, str], room: int) -> str:
    """A posting line as the queue shows it, in so many cells; the text that all lines share is left out."""
    marks = " ".join(clean(code) for _dimension, code in line.dimensions)
    own = clean(line.description) if line.description != coding.description else ""
    words = " · ".join(part for part in (account_name(names, line.account), marks, own) if part)
    side, account = fit(_(SIDE_WORDS[line.side]), 2), fit(clean(line.account) or "?", _ACCOUNT)
    text = f"{side} {account} {fit_right(amount(line.amount), _MONEY)} {words}"
    return fit(text, room).rstrip()


def problem_lines(problems: Iterable[Problem], room: int) -> Iterator[Pieces]:
    """Sentences of what stands in the way, the gravest first, then what is only told."""
    for one in sorted(problems, key=lambda problem: not problem.blocks):
        lead, tone = ("! ", "bad") if one.blocks else ("- ", "warn")
        yield from (((" " + line, tone),) for line in wrapped(lead + clean(str(one.message)), room))


def told(coding: Coding, books: Books, room: int) -> Iterator[Pieces]:
    """What a coding comes to: what travels, the register and the column, the exchange rates."""
    yield from carried_lines(coding, books, room)
    for row in coding.rows:
        yield from _plain(row_text(row), room)
    for entry in coding.entries:
        yield from _plain(entry_text(entry), room)
    for word, rate in (
        (_("exchange rate for VAT"), coding.vat_rate),
        (_("exchange rate for income tax"), coding.income_rate),
    ):
        if rate is not None:
            parts = (rate_number(rate.rate), day(rate.day), clean(_(rate.table) if rate.table else ""))
            yield from _plain(f"{word}: " + " · ".join(part for part in parts if part), room)


def rate_number(rate: Decimal) -> str:
    """An exchange rate with all of its decimals."""
    return f"{rate:f}".replace(".", ",")


def _plain(text: str, room: int, tone: str = "plain") -> Iterator[Pieces]:
    yield from (((" " + line, tone),) for line in wrapped(text, room))


# "dlaczego"


def why(coding: Coding, proposal: Proposal | None) -> list[Paragraph]:
    """Rule and what of the document fits it, the rule that came second, sentences of months, rates and deduction."""
    found = [Paragraph(scheme_text(coding), "head"), *_chosen(coding, proposal), Paragraph("")]
    found += [Paragraph(clean(str(one.message)), lead="- ") for one in coding.reasons]
    found += [
        Paragraph(clean(str(one.message)), "bad" if one.blocks else "warn", lead="! ")
        for one in coding.problems
    ]
    if proposal is not None and proposal.held_back:
        found += [Paragraph(""), Paragraph(_("The rule codes by itself; it did not here:"), "head")]
        found += [Paragraph(clean(str(one.message)), lead="- ") for one in proposal.held_back]
    return found


def _chosen(coding: Coding, proposal: Proposal | None) -> Iterator[Paragraph]:
    candidates: Sequence[Candidate] = proposal.candidates if proposal is not None else ()
    if not candidates:
        yield Paragraph(_("No rule fits this document: a scheme is to be chosen by hand."), "warn")
        return
    first, *others = candidates
    used = coding.rule is not None and coding.rule == first.rule
    yield from _candidate(_("Rule that decided") if used else _("Rule that would decide"), first)
    if others:
        yield Paragraph("")
        yield from _candidate(_("Runner-up"), others[0])
    for one in others[1:]:
        yield Paragraph(f"{_rule_title(one)} → {clean(one.scheme)} · {one.rank}", "dim", lead="  ")


def _rule_title(one: Candidate) -> str:
    """What a rule is called; the program's own ways have English source texts."""
    return clean(_(one.title)) if one.title else clean(one.rule.name)


def _candidate(title: str, one: Candidate) -> Iterator[Paragraph]:
    yield Paragraph(f"{title}: {_rule_title(one)} ({clean(str(one.rule))})", "head")
    origin = (
        _("learned from {count} accepted codings").format(count=one.learned)
        if one.learned
        else _("written rule")
    )
    yield Paragraph(
        _("scheme {scheme} · precedence {rank} · {origin}").format(
            scheme=clean(one.scheme), rank=one.rank, origin=origin
        ),
        lead="  ",
    )
    for field, shown in one.matched:
        yield Paragraph(f"{clean(field)} = {clean(shown)}", lead="  ")
