"""Which documents a list shows, and the SQL that asks it: conditions with parameters, never with values in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from blink_tui.buffer import amounts, history
from blink_tui.buffer.sql import composed, places
from blink_tui.model.documents import Direction, Status
from blink_tui.model.filtering import EVERYTHING, Filter, Term, terms
from blink_tui.model.findings import Severity


@dataclass(frozen=True, slots=True)
class GridFilter:
    """Which documents; what is None or empty does not narrow."""

    firm_ids: tuple[int, ...] | None = None
    direction: Direction | None = None
    statuses: tuple[Status, ...] | None = None
    query: Filter = EVERYTHING
    """What a person asks, in the language of `model.filtering`."""
    unreadable: bool = False
    """Only those that no reader of this program can read."""
    attention: Severity | None = None
    """Only those with a finding at least so grave."""
    finding: str | None = None
    """Only those with a finding of this kind, by its id."""
    max_id: int | None = None
    """Leaves out what arrived later, so that rows do not move under the user's hands."""

    @property
    def is_plain(self) -> bool:
        """Whether the index of every order knows all that is asked: firm, direction, status."""
        return not (self.query or self.unreadable or self.attention is not None or self.finding is not None)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of SQL with its values."""

    sql: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL that is true or false, never NULL, about one row `d` of documents.

    In it `{free}` stands before a column that an index may begin with: a `+` there keeps SQLite from choosing it.
    """

    sql: str
    values: tuple[Any, ...] = ()
    ids: Part | None = None
    """Gives the ids out of an index of its own, the few of a rare value at once."""
    every: Part | None = None
    """Gives all the ids in one reading, where asking row by row takes longer; None where `document_facts` knows."""
    negated: bool = False
    """`every` gives those for which it does not hold."""
    plain: bool = False
    """The index of every order has the column."""


def conditions(chosen: GridFilter) -> list[Condition]:
    """Everything that a filter asks of a document, but that it was there before the list was made."""
    found: list[Condition] = []
    if chosen.firm_ids is not None:
        found.append(of_firms(chosen.firm_ids))
    if chosen.direction is not None:
        found.append(_direction(terms.DirectionIn((chosen.direction,))))
    if chosen.statuses is not None:
        found.append(_status(terms.StatusIn(chosen.statuses)))
    if chosen.unreadable:
        found.append(_unreadable(terms.Unreadable()))
    if chosen.attention is not None:
        found.append(_attention(terms.Attention(chosen.attention)))
    if chosen.finding is not None:
        found.append(_finding_between(chosen.finding, chosen.finding))
    return found + _of_query(chosen.query)


def _of_query(query: Filter) -> list[Condition]:
    """One condition of all texts together, since few documents may have two common words; one of each other term."""
    texts = [
        term.criterion.text
        for term in query.terms
        if isinstance(term.criterion, terms.Contains) and not term.negated
    ]
    others = [term for term in query.terms if term.negated or not isinstance(term.criterion, terms.Contains)]
    return [*([_contains(texts)] if texts else []), *map(_condition, _joined_periods(others))]


def _joined_periods(found: Sequence[Term]) -> list[Term]:
    """`from:` and `to:` of one day as the one period that they mean: an index answers it."""
    rest: list[Term] = []
    periods: dict[terms.Day, terms.DayWithin] = {}
    for term in found:
        one = term.criterion
        if not isinstance(one, terms.DayWithin) or term.negated:
            rest.append(term)
            continue
        held = periods.get(one.day, one)
        periods[one.day] = terms.DayWithin(one.day, max(held.first, one.first), min(held.last, one.last))
    return [*map(Term, periods.values()), *rest]


def until(max_id: int | None) -> Condition:
    """What was there before."""
    return Condition("1") if max_id is None else Condition("+d.id <= ?", (max_id,))


def joined(found: Sequence[Condition], *, free: str) -> Part:
    """Conditions that all hold, asked of each row."""
    sql = " AND ".join(["1", *(composed(one.sql, free=free) for one in found)])
    return Part(sql, tuple(value for one in found for value in one.values))


def joined_for_all(found: Sequence[Condition]) -> Part:
    """The same where every document is looked at: what `document_facts` does not know is read once for all.

    What compares columns comes first, so that the rest is asked of what is left.
    """
    parts = [
        Part(("+d.id NOT IN (" if one.negated else "+d.id IN (") + one.every.sql + ")", one.every.values)
        if one.every
        else Part(composed(one.sql, free="+"), one.values)
        for one in sorted(found, key=lambda one: (one.every is not None, "SELECT" in one.sql))
    ]
    sql = " AND ".join(["1", *(part.sql for part in parts)])
    return Part(sql, tuple(value for part in parts for value in part.values))


def of_firms(firm_ids: tuple[int, ...]) -> Condition:
    """The firm is one of these."""
    wanted = "= ?" if len(firm_ids) == 1 else "IN (" + places(len(firm_ids)) + ")"
    return Condition(
        "{free}d.firm_id " + wanted,
        firm_ids,
        Part(composed(_IDS, index=_OF_FIRM, column="firm_id") + wanted, firm_ids),
        plain=True,
    )


def _condition(term: Term) -> Condition:
    found = _OF[type(term.criterion)](term.criterion)
    if not term.negated:
        return found
    return Condition("NOT (" + found.sql + ")", found.values, None, found.every, True, found.plain)


_IDS = "SELECT d.id FROM document d INDEXED BY {index} WHERE d.{column} "
_OF_FIRM = "document_of_firm_by_arrival"


def _one_of(
    column: str,
    wanted: tuple[str, ...],
    index: str | None = None,
    *,
    plain: bool = False,
    but: str | None = None,
) -> Condition:
    """`but` is a value that the index leaves out, as most documents have it."""
    marks = "IN (" + places(len(wanted)) + ")"
    if index is None or but in wanted:
        return Condition("{free}d." + column + " " + marks, wanted, plain=plain)
    ids = composed(_IDS, index=index, column=column) + marks
    if but is not None:
        ids += composed(" AND d.{column} <> '{but}'", column=column, but=but)
    return Condition("{free}d." + column + " " + marks, wanted, Part(ids, wanted), plain=plain)


def _whose(which: str, values: tuple[Any, ...]) -> Condition:
    """The firm is one of which this holds."""
    firms = composed("IN (SELECT f.id FROM firm f WHERE {which})", which=which)
    return Condition(
        "{free}d.firm_id " + firms,
        values,
        Part(composed(_IDS, index=_OF_FIRM, column="firm_id") + firms, values),
        plain=True,
    )


def _between(column: str, index: str, low: str | int, high: str | int) -> Condition:
    ids = Part(composed(_IDS, index=index, column=column) + "BETWEEN ? AND ?", (low, high))
    return Condition("{free}d." + column + " BETWEEN ? AND ?", (low, high), ids)


def _contains(texts: Sequence[str]) -> Condition:
    """All texts occur. Trigrams find the candidates of a rare one; the text itself decides, for they know no order."""
    patterns = tuple("%" + _literal(text) + "%" for text in texts)
    likes = " AND ".join(["s.text LIKE ? ESCAPE '\\'"] * len(texts))
    pieces = [piece for text in texts for piece in _WILDCARDS.split(text) if len(piece) >= _TRIGRAM]
    ids = None
    if pieces:
        words = " AND ".join(["w.text LIKE ?"] * len(pieces))
        ids = Part(
            composed(_WORDS, words=words, likes=likes),
            (*("%" + piece + "%" for piece in pieces), *patterns),
        )
    every = Part(composed(_TEXTS, likes=likes), patterns)
    return Condition(composed(_TEXT, likes=likes), patterns, ids or every, every)


_TRIGRAM = 3
_WILDCARDS = re.compile("[%_]")
"""An ESCAPE keeps LIKE from the trigrams, so what stands around these is asked for apart. A pattern in which no three
letters stand together, beside another one, ends SQLite 3.40 by a segmentation fault: it never gets any such."""
_WHOLE_NIP = 10
_WORDS = (
    "SELECT w.rowid FROM document_words w CROSS JOIN document_search s ON s.document_id = w.rowid"
    " WHERE {words} AND {likes}"
)
_TEXTS = "SELECT s.document_id FROM document_search s WHERE {likes}"
_TEXT = "EXISTS (SELECT 1 FROM document_search s WHERE s.document_id = d.id AND {likes})"


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _nip(one: terms.HasNip) -> Condition:
    if len(one.beginning) == _WHOLE_NIP:
        return Condition("(d.seller_value IS ? OR d.buyer_value IS ?)", (one.beginning,) * 2)
    return Condition(
        "(ifnull(substr(d.seller_value, 1, ?) = ?, 0) OR ifnull(substr(d.buyer_value, 1, ?) = ?, 0))",
        (len(one.beginning), one.beginning) * 2,
    )


def _day(one: terms.DayWithin) -> Condition:
    """A document without the day has an empty text there, which no period holds."""
    first, last = one.first.isoformat(), one.last.isoformat()
    if one.day is terms.Day.ISSUE:
        return _between("issue_date", "document_by_issue", first, last)
    return _between("received_date", "document_by_receipt", first, last)


def _gross(one: terms.GrossWithin) -> Condition:
    """An unknown amount stands as the lowest number of all, which no range holds."""
    low, high = max(one.low, amounts.LOWEST + 1), min(one.high, amounts.HIGHEST)
    return _between("gross_order", "document_by_gross", low, high)


def _status(one: terms.StatusIn) -> Condition:
    statuses = tuple(status.value for status in one.statuses)
    return _one_of("status", statuses, "document_by_status", plain=True)


def _direction(one: terms.DirectionIn) -> Condition:
    return _one_of("direction", tuple(direction.value for direction in one.directions), plain=True)


def _kind(one: terms.KindIn) -> Condition:
    return _one_of("kind", one.kinds, "document_of_kind", but="Vat")


def _currency(one: terms.CurrencyIn) -> Condition:
    return _one_of("currency", one.currencies, "document_foreign", but="PLN")


def _month(one: terms.MonthIn) -> Condition:
    return _one_of("vat_month", one.months, "document_by_vat_month")


def _firm(one: terms.OfFirm) -> Condition:
    words = " AND ".join(["instr(folded(f.name), ?)"] * len(one.words)) or "0"
    which = "f.nip = ? OR f.context_value = ? OR (" + words + ")"
    return _whose(which, (one.id_value, one.id_value, *one.words))


def _accountant(one: terms.OfAccountant) -> Condition:
    return _whose("folded(f.accountant) = ?", (one.name,))


def _label(one: terms.OfLabel) -> Condition:
    return _whose("instr(',' || folded(f.labels) || ',', ?)", (f",{one.label},",))


def _account(one: terms.HasAccount) -> Condition:
    every = Part("SELECT t.document_id FROM document_trait t WHERE instr(t.accounts, ?)", (one.digits,))
    return Condition(
        "EXISTS (SELECT 1 FROM document_trait t WHERE t.firm_id = d.firm_id AND t.seller = ifnull(d.seller_value, '')"
        " AND t.received_date = d.received_date AND t.document_id = d.id AND instr(t.accounts, ?))",
        (one.digits,),
        every,
        every,
    )


def _attention(one: terms.Attention) -> Condition:
    least = (int(one.least),)
    ids = composed(_IDS, index="document_to_heed", column="attention") + ">= ? AND d.attention > 1"
    return Condition("d.attention >= ?", least, Part(ids, least) if one.least > Severity.NOTE else None)


def _finding(one: terms.HasFinding) -> Condition:
    """Kinds are of ASCII, so every one that begins so lies before the beginning with a `~`."""
    return _finding_between(one.beginning, one.beginning + "~")


def _finding_between(first: str, last: str) -> Condition:
    every = Part(
        "SELECT DISTINCT f.document_id FROM document_finding f WHERE f.kind BETWEEN ? AND ?", (first, last)
    )
    return Condition(
        "EXISTS (SELECT 1 FROM document_finding f WHERE f.document_id = d.id AND +f.kind BETWEEN ? AND ?)",
        (first, last),
        every,
        every,
    )


def _unreadable(_one: terms.Unreadable) -> Condition:
    every = Part(
        "SELECT u.id AS document_id FROM document u INDEXED BY document_unread WHERE u.problem IS NOT NULL"
    )
    return Condition("d.problem IS NOT NULL", (), every, every)


def _coder(one: terms.CodedBy) -> Condition:
    every = Part(
        "SELECT c.document_id FROM coding c INDEXED BY coding_by_coder WHERE c.who = ? AND c.state = 'coded'",
        (one.who or history.ENGINE,),
    )
    return Condition(
        "EXISTS (SELECT 1 FROM coding c WHERE c.document_id = d.id AND c.state = 'coded' AND c.who = ?)",
        every.values,
        every,
        every,
    )


def _scheme(one: terms.ByScheme) -> Condition:
    """The names come from the rulebook, which has few; a proposal counts where there is no draft or coding."""
    values = (len(one.beginning), one.beginning)
    every = Part(composed(_BY_SCHEME, names=_SCHEMES), values * 2)
    return Condition(composed(_OF_SCHEME, names=_SCHEMES), values, every, every)


_SCHEMES = "(SELECT r.name FROM rulebook r WHERE r.kind = 'scheme' AND substr(folded(r.name), 1, ?) = ?)"
_OF_SCHEME = (
    "ifnull(coalesce((SELECT c.scheme FROM coding c WHERE c.document_id = d.id),"
    " (SELECT p.scheme FROM proposal p WHERE p.document_id = d.id)) IN {names}, 0)"
)
_BY_SCHEME = """
    SELECT c.document_id FROM coding c INDEXED BY coding_by_scheme WHERE c.scheme IN {names}
    UNION ALL
    SELECT p.document_id FROM proposal p INDEXED BY proposal_by_scheme WHERE p.scheme IN {names}
        AND NOT EXISTS (SELECT 1 FROM coding c WHERE c.document_id = p.document_id)
"""


def _proposed(_one: terms.Proposed) -> Condition:
    every = Part(
        "SELECT p.document_id FROM proposal p INDEXED BY proposal_by_scheme WHERE p.scheme >= '' AND p.complete = 1"
    )
    return Condition(
        "EXISTS (SELECT 1 FROM proposal p WHERE p.document_id = d.id AND p.complete = 1)", (), every, every
    )


_OF: dict[type[Any], Callable[[Any], Condition]] = {
    terms.Contains: lambda one: _contains((one.text,)),
    terms.HasNip: _nip,
    terms.DayWithin: _day,
    terms.GrossWithin: _gross,
    terms.StatusIn: _status,
    terms.DirectionIn: _direction,
    terms.KindIn: _kind,
    terms.CurrencyIn: _currency,
    terms.MonthIn: _month,
    terms.OfFirm: _firm,
    terms.OfAccountant: _accountant,
    terms.OfLabel: _label,
    terms.HasAccount: _account,
    terms.Attention: _attention,
    terms.HasFinding: _finding,
    terms.CodedBy: _coder,
    terms.ByScheme: _scheme,
    terms.Proposed: _proposed,
    terms.Unreadable: _unreadable,
}
