"""Which documents a list shows, and the SQL that asks it: conditions with parameters, never with values in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from blink_tui.buffer import amounts
from blink_tui.buffer.sql import composed, places
from blink_tui.model.documents import Direction, Status
from blink_tui.model.filtering import EVERYTHING, Filter, Term, terms
from blink_tui.model.findings import Severity

Values = list[str | int]


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

    without: frozenset[int] = frozenset()
    """Documents left out by id: the exceptions of what is marked by the filter."""

    @property
    def looks_beyond(self) -> bool:
        """Whether more has to be read than the index of an order: such a question may take long."""
        return bool(self.query) or self.unreadable or self.attention is not None or self.finding is not None


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL that is true, false and never NULL, about the document `d`.

    In it `{free}` stands before a column that an index may begin with: a `+` there keeps SQLite from choosing it.
    """

    sql: str
    values: tuple[Any, ...] = ()
    ids: str | None = None
    """A statement with the same values that gives the ids out of an index of its own, where there is one."""
    ids_values: tuple[Any, ...] | None = None
    """Its values where they are others."""


def conditions(chosen: GridFilter) -> list[Condition]:
    """Everything that a filter asks of a document but its firms."""
    found: list[Condition] = []
    if chosen.direction is not None:
        found.append(Condition("{free}d.direction = ?", (chosen.direction.value,)))
    if chosen.statuses is not None:
        found.append(_status(terms.StatusIn(chosen.statuses)))
    if chosen.unreadable:
        found.append(_unreadable(terms.Unreadable()))
    if chosen.attention is not None:
        found.append(_attention(terms.Attention(chosen.attention)))
    if chosen.finding is not None:
        found.append(
            Condition(
                "+d.id IN (SELECT f.document_id FROM document_finding f WHERE f.kind = ?)",
                (chosen.finding,),
                "SELECT DISTINCT f.document_id FROM document_finding f WHERE f.kind = ?",
            )
        )
    if chosen.max_id is not None:
        found.append(Condition("+d.id <= ?", (chosen.max_id,)))
    if chosen.without:
        left_out = json.dumps(sorted(chosen.without))
        found.append(Condition("+d.id NOT IN (SELECT j.value FROM json_each(?) j)", (left_out,)))
    return found + [_condition(term) for term in chosen.query.terms]


def joined(found: list[Condition], *, free: str) -> tuple[str, Values]:
    """Conditions as one, with their values."""
    sql = " AND ".join(["1 = 1", *(composed(one.sql, free=free) for one in found)])
    return sql, [value for one in found for value in one.values]


def of_firms(firm_ids: tuple[int, ...]) -> Condition:
    """The firm is one of these."""
    if len(firm_ids) == 1:
        return Condition("{free}d.firm_id = ?", firm_ids)
    return Condition("{free}d.firm_id IN (" + places(len(firm_ids)) + ")", firm_ids)


def _condition(term: Term) -> Condition:
    found = _OF[type(term.criterion)](term.criterion)
    return Condition(f"NOT ({found.sql})", found.values) if term.negated else found


_IDS = "SELECT d.id FROM document d INDEXED BY {index} WHERE d.{column} "
_FIRMS = "{{free}}d.firm_id IN (SELECT f.id FROM firm f WHERE {which})"


def _one_of(column: str, wanted: tuple[str, ...], index: str | None = None) -> Condition:
    marks = places(len(wanted))
    return Condition(
        "{free}d." + column + " IN (" + marks + ")",
        wanted,
        None if index is None else composed(_IDS + "IN ({marks})", index=index, column=column, marks=marks),
    )


def _contains(one: terms.Contains) -> Condition:
    """The trigrams find candidates; `%` and `_` of a word are any letters to LIKE, so the text itself decides."""
    text = "EXISTS (SELECT 1 FROM document_search s WHERE s.document_id = d.id AND instr(s.text, ?))"
    if len(one.text) < _TRIGRAM:
        return Condition(text, (one.text,))
    return Condition(
        text,
        (one.text,),
        "SELECT w.rowid FROM document_words w WHERE w.text LIKE ? AND instr(w.text, ?)",
        (f"%{one.text}%", one.text),
    )


_TRIGRAM = 3


def _nip(one: terms.HasNip) -> Condition:
    values = (len(one.beginning), one.beginning) * 2
    return Condition(
        "(ifnull(substr(d.seller_value, 1, ?) = ?, 0) OR ifnull(substr(d.buyer_value, 1, ?) = ?, 0))",
        values,
    )


def _day(one: terms.DayWithin) -> Condition:
    column = "issue_date" if one.day is terms.Day.ISSUE else "received_date"
    index = "document_by_issue" if one.day is terms.Day.ISSUE else "document_by_receipt"
    return Condition(
        "{free}d." + column + " BETWEEN ? AND ?",
        (one.first.isoformat(), one.last.isoformat()),
        composed(_IDS + "BETWEEN ? AND ?", index=index, column=column),
    )


def _gross(one: terms.GrossWithin) -> Condition:
    """An unknown amount stands as the lowest number of all, which no range holds."""
    return Condition(
        "{free}d.gross_order BETWEEN ? AND ?",
        (max(one.low, amounts.LOWEST + 1), min(one.high, amounts.HIGHEST)),
        "SELECT d.id FROM document d INDEXED BY document_by_gross WHERE d.gross_order BETWEEN ? AND ?",
    )


def _status(one: terms.StatusIn) -> Condition:
    return _one_of("status", tuple(status.value for status in one.statuses), "document_by_status")


def _direction(one: terms.DirectionIn) -> Condition:
    return _one_of("direction", tuple(direction.value for direction in one.directions))


def _kind(one: terms.KindIn) -> Condition:
    return _one_of("kind", one.kinds)


def _currency(one: terms.CurrencyIn) -> Condition:
    return _one_of("currency", one.currencies)


def _month(one: terms.MonthIn) -> Condition:
    return _one_of("vat_month", one.months)


def _firm(one: terms.OfFirm) -> Condition:
    words = " AND ".join(["instr(folded(f.name), ?)"] * len(one.words)) or "0"
    firms = "f.nip = ? OR f.context_value = ? OR (" + words + ")"
    return Condition(
        composed(_FIRMS, which=firms),
        (one.id_value, one.id_value, *one.words),
    )


def _accountant(one: terms.OfAccountant) -> Condition:
    return Condition(composed(_FIRMS, which="folded(f.accountant) = ?"), (one.name,))


def _label(one: terms.OfLabel) -> Condition:
    return Condition(
        composed(_FIRMS, which="instr(',' || folded(f.labels) || ',', ?)"),
        (f",{one.label},",),
    )


def _account(one: terms.HasAccount) -> Condition:
    ids = "SELECT t.document_id FROM document_trait t WHERE instr(t.accounts, ?)"
    return Condition("+d.id IN (" + ids + ")", (one.digits,), ids)


def _attention(one: terms.Attention) -> Condition:
    return Condition("{free}d.attention >= ?", (int(one.least),))


def _finding(one: terms.HasFinding) -> Condition:
    """Kinds are of ASCII, so every one that begins so lies before the beginning with a `~`."""
    ids = "SELECT f.document_id FROM document_finding f WHERE f.kind BETWEEN ? AND ?"
    return Condition("+d.id IN (" + ids + ")", (one.beginning, one.beginning + "~"), ids)


def _unreadable(_one: terms.Unreadable) -> Condition:
    return Condition("d.problem IS NOT NULL")


_OF: dict[type[Any], Callable[[Any], Condition]] = {
    terms.Contains: _contains,
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
    terms.Unreadable: _unreadable,
}
