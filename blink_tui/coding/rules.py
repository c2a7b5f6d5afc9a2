"""Which rules fit a document, in the order of their precedence, each with what of the document made it fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from typing import Final

from blink_tui.coding.facts import Facts
from blink_tui.coding.fields import DocumentEnv
from blink_tui.coding.language import Decides, Env, EvaluationError
from blink_tui.coding.language_eval import shown
from blink_tui.coding.rulebook import CompiledRule, Rulebook
from blink_tui.i18n import N_
from blink_tui.model import matching
from blink_tui.model.coding import Candidate, Identity, RuleRef
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import Invoice
from blink_tui.model.rulebook import Learned
from blink_tui.model.text import folded


class Precedence(IntEnum):
    """How near a rule is to the document; the highest wins (FORMATS 10.3)."""

    SOURCE = 10
    OFFICE = 20
    OFFICE_CONTENT = 25
    OFFICE_CONTRACTOR = 30
    OFFICE_BOTH = 35
    FIRM = 40
    FIRM_CONTENT = 50
    LEARNED = 60
    LEARNED_CONTENT = 70
    FIRM_CONTRACTOR = 80
    FIRM_BOTH = 90

    @property
    def meaning(self) -> str:
        """English source text: what a rule of this precedence goes by."""
        return _MEANINGS[self]


_MEANINGS: Final[dict[Precedence, str]] = {
    Precedence.FIRM_BOTH: N_("rule of the firm, by number of the contractor and words or code"),
    Precedence.FIRM_CONTRACTOR: N_("rule of the firm, by number of the contractor"),
    Precedence.LEARNED_CONTENT: N_("as accepted for this contractor and such rows"),
    Precedence.LEARNED: N_("as accepted for this contractor"),
    Precedence.FIRM_CONTENT: N_("rule of the firm, by words or code"),
    Precedence.FIRM: N_("rule of the firm, by something else"),
    Precedence.OFFICE_BOTH: N_("rule of the office, by number of the contractor and words or code"),
    Precedence.OFFICE_CONTRACTOR: N_("rule of the office, by number of the contractor"),
    Precedence.OFFICE_CONTENT: N_("rule of the office, by words or code"),
    Precedence.OFFICE: N_("rule of the office, by something else"),
    Precedence.SOURCE: N_("data source “Businesslink”"),
}
_BY_DECISION: Final[dict[tuple[bool, frozenset[Decides]], Precedence]] = {
    (True, frozenset(Decides)): Precedence.FIRM_BOTH,
    (True, frozenset({Decides.CONTRACTOR})): Precedence.FIRM_CONTRACTOR,
    (True, frozenset({Decides.CONTENT})): Precedence.FIRM_CONTENT,
    (True, frozenset()): Precedence.FIRM,
    (False, frozenset(Decides)): Precedence.OFFICE_BOTH,
    (False, frozenset({Decides.CONTRACTOR})): Precedence.OFFICE_CONTRACTOR,
    (False, frozenset({Decides.CONTENT})): Precedence.OFFICE_CONTENT,
    (False, frozenset()): Precedence.OFFICE,
}
LEARNED = "learned"
"""Name of the rule that stands for what was accepted before."""


def candidates(facts: Facts, rulebook: Rulebook, learned: Sequence[Learned] = ()) -> tuple[Candidate, ...]:
    """Every rule that fits a document, the one that wins first.

    Of the same precedence the rule of more weight wins, what was accepted more often, then the name decides. A rule
    whose condition has no value for the document, such as a division by zero, does not fit.
    """
    env = DocumentEnv(facts)
    found = [
        (-precedence_of(one), -one.rule.weight, one.rule.name, one)
        for one in rulebook.rules
        if one.rule.direction in (None, facts.direction)
        and rulebook.takes(one.rule.scheme, facts.direction)
        and _holds(one, env)
    ]
    written = [_of_rule(one, env) for *_order, one in sorted(found, key=lambda each: each[:3])]
    accepted = sorted(_of_learned(facts, rulebook, learned, env), key=lambda one: (-one.rank, -one.learned))
    ordered = sorted([*written, *accepted], key=lambda one: -one.rank)
    return (*ordered, *_of_source(facts, rulebook, env))


def precedence_of(rule: CompiledRule) -> Precedence:
    """By whose it is and what it goes by."""
    decides = rule.condition.decides if rule.condition else frozenset[Decides]()
    return _BY_DECISION[rule.of_firm, decides]


def text_key(invoice: Invoice) -> str:
    """Key of what the rows say, as codings were learned under it; empty when they say too little."""
    key = matching.text_key(folded(line.name) for line in invoice.lines if line.name)
    return "" if key is None else str(key)


def _holds(one: CompiledRule, env: Env) -> bool:
    if one.condition is None:
        return True
    try:
        return one.condition.value(env) is True
    except EvaluationError:
        return False


def _of_rule(one: CompiledRule, env: Env) -> Candidate:
    return Candidate(
        rule=one.ref,
        title=one.rule.title or one.rule.name,
        scheme=one.rule.scheme,
        rank=precedence_of(one),
        matched=one.condition.matched(env) if one.condition else (),
        parameters=one.rule.parameters,
    )


def _of_learned(
    facts: Facts, rulebook: Rulebook, learned: Sequence[Learned], env: Env
) -> Iterator[Candidate]:
    """What was accepted, for such rows before for any; the same coding only once."""
    if not learned:
        return
    key = text_key(facts.invoice)
    seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    for one in sorted(learned, key=lambda known: (not known.text_key, -known.uses)):
        same = (one.scheme, tuple(sorted(one.parameters.items())))
        if one.text_key not in ("", key) or same in seen or not _may_follow(facts, rulebook, one.scheme):
            continue
        seen.add(same)
        rank = Precedence.LEARNED_CONTENT if one.text_key else Precedence.LEARNED
        matched = [("kontrahent.nip", shown(env.value("kontrahent.nip")))]
        if one.text_key:
            matched.append(("nazwy", shown(env.value("nazwy"))))
        yield Candidate(
            rule=RuleRef(LEARNED, one.uses),
            title=rank.meaning,
            scheme=one.scheme,
            rank=rank,
            matched=tuple(matched),
            parameters=one.parameters,
            learned=one.uses,
        )


def _is_advance(facts: Facts) -> bool:
    return facts.invoice.kind in ("ZAL", "KOR_ZAL")


def _is_margin(facts: Facts) -> bool:
    return facts.invoice.notes.margin or any(row.rate == "marża" for row in facts.invoice.vat_table)


_ONLY_FOR: Final[dict[Identity, Callable[[Facts], bool]]] = {
    Identity.ADVANCE: _is_advance,
    Identity.RECEIPT: lambda facts: facts.invoice.receipt_follows,
    Identity.MARGIN: _is_margin,
    Identity.SELF_ASSESSED: lambda facts: not facts.invoice.vat,
}
"""Schemes of these identities are for such documents alone, whatever was accepted for others of the contractor."""
_NOTHING_ELSE: Final = (Identity.ADVANCE, Identity.RECEIPT, Identity.MARGIN)
"""And such documents take no other scheme than one of this identity."""


def _may_follow(facts: Facts, rulebook: Rulebook, name: str) -> bool:
    """What was accepted for one document of a contractor may be proposed for another.

    The advance of yesterday says nothing about the invoice of today, and the other way round.
    """
    if not rulebook.takes(name, facts.direction):
        return False
    identity = rulebook.schemes[name][0].identity
    if identity in _ONLY_FOR and not _ONLY_FOR[identity](facts):
        return False
    sale = facts.direction is Direction.SALE
    needed = [one for one in _NOTHING_ELSE if (sale or one is Identity.ADVANCE) and _ONLY_FOR[one](facts)]
    return not needed or identity in needed


def _of_source(facts: Facts, rulebook: Rulebook, env: Env) -> Iterator[Candidate]:
    """The data source's own scheme: what holds where no rule says more."""
    source = rulebook.source_of(facts)
    if source is not None and rulebook.takes(source.scheme, facts.direction):
        matched = tuple((name, shown(env.value(name))) for name in ("kierunek", "rodzaj"))
        yield Candidate(
            rule=rulebook.source_refs[source],
            title=Precedence.SOURCE.meaning,
            scheme=source.scheme,
            rank=Precedence.SOURCE,
            matched=matched,
        )
