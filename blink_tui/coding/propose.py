"""A document becomes a coding: proposed with its reasons, computed from a person's choices, checked after edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import localcontext

from blink_tui.coding import problems
from blink_tui.coding.amounts import Amounts, amounts_of
from blink_tui.coding.bounds import held_back
from blink_tui.coding.case import BY_ISSUE, Case, case_of
from blink_tui.coding.facts import Facts
from blink_tui.coding.fields import DocumentEnv
from blink_tui.coding.identities import check
from blink_tui.coding.months import Timing, timing, wrong_months
from blink_tui.coding.patterns import Patterns
from blink_tui.coding.rulebook import Rulebook
from blink_tui.coding.rules import candidates
from blink_tui.coding.scheme_fields import SchemeEnv
from blink_tui.coding.schemes import ADVANCE_ACCOUNTS, applied, has_rows, identity_of
from blink_tui.coding.shapes import Scheme, Source
from blink_tui.model.books import Keeper
from blink_tui.model.coding import (
    Candidate,
    Choices,
    Coding,
    Identity,
    Problem,
    Proposal,
    RateAmount,
    RuleRef,
)
from blink_tui.model.documents import Direction
from blink_tui.model.rulebook import Learned

_DIGITS = 60
"""No product of an amount and a rate that a reader lets in is rounded before it should be."""
_ACCOUNT = "account"
_FURTHER_BUYER = 4
_ORIGINAL = 100
"""Rank of what a correction's original was coded by: above every rule (`rules.Precedence`)."""


def propose(facts: Facts, rulebook: Rulebook, learned: Sequence[Learned] = ()) -> Proposal:
    """What the program would do with a document: the first fitting rule's coding, and whether it may code by itself."""
    found = _candidates(facts, rulebook, learned)
    winner = found[0] if found else None
    coding = _coded(facts, rulebook, Choices(), winner)
    if winner is None or not rulebook.codes_by_itself(winner):
        return Proposal(coding=coding, candidates=found)
    held = held_back(facts, coding)
    return Proposal(coding=coding, candidates=found, automatic=coding.complete and not held, held_back=held)


def code(facts: Facts, rulebook: Rulebook, choices: Choices, *, candidate: Candidate | None = None) -> Coding:
    """A document coded by a person's choices; without a scheme among them by `candidate`, else the first that fits."""
    if candidate is None and not choices.scheme:
        candidate = next(iter(_candidates(facts, rulebook, ())), None)
    return _coded(facts, rulebook, choices, candidate)


def checked(coding: Coding, facts: Facts, rulebook: Rulebook) -> Coding:
    """A coding whose lines, rows or entries were edited by hand, with its problems found anew."""
    with localcontext() as arithmetic:
        arithmetic.prec = _DIGITS
        case = case_of(facts, coding.choices)
        stopped = _not_booked(case)
        if stopped is not None:
            return replace(coding, problems=(stopped,))
        name = coding.choices.scheme or (coding.scheme.name if coding.scheme else "")
        scheme = rulebook.schemes[name][0] if name in rulebook.schemes else None
        parameters = _parameters(case, scheme, coding.choices.parameters)
        if BY_ISSUE in parameters:
            case = case_of(facts, coding.choices, parameters)
        amounts = amounts_of(case, parameters)
        when = _timing(case, scheme, amounts, bool(coding.rows) or has_rows(case, amounts))
        identity = identity_of(case, scheme.identity if scheme else coding.identity, amounts)
        coding = replace(coding, identity=identity)
        patterns = _patterns(case, parameters, amounts)
        found = (*amounts.problems, *when.problems, *_months_of_rows(coding, case, when))
        return replace(coding, problems=(*found, *check(coding, case, amounts, patterns)))


def _months_of_rows(coding: Coding, case: Case, when: Timing) -> list[Problem]:
    """What is wrong with months that are not those proposed."""
    proposed = {part.month for part in when.parts}
    months = {row.month for row in coding.rows if row.month is not None} - proposed
    assessed = coding.identity is Identity.SELF_ASSESSED
    return wrong_months(case, months, self_assessed=assessed) if months else []


def _candidates(facts: Facts, rulebook: Rulebook, learned: Sequence[Learned]) -> tuple[Candidate, ...]:
    """The rules that fit; before them the scheme of what a correction corrects (FORMATS 10.2: the same accounts)."""
    found = candidates(facts, rulebook, learned)
    if not facts.invoice.is_correction:
        return found
    coded = [one for one in facts.originals if one.scheme in rulebook.schemes]
    if len({(one.scheme, tuple(sorted((one.parameters or {}).items()))) for one in coded}) != 1:
        return found
    original = coded[0]
    first = Candidate(
        rule=RuleRef(original.ksef_number, 0),
        title=problems.AS_ORIGINAL.text,
        scheme=original.scheme,
        rank=_ORIGINAL,
        matched=(("oryginal.schemat", original.scheme),),
        parameters=original.parameters or {},
    )
    return (first, *found)


def _not_booked(case: Case) -> Problem | None:
    facts = case.facts
    if facts.direction is Direction.NONE:
        return problems.FOR_INFORMATION.of()
    if facts.books.keeper(facts.direction) is Keeper.ELSEWHERE:
        return problems.BOOKED_ELSEWHERE.of()
    if (day := case.impossible_day) is not None:
        return problems.DAY_IMPOSSIBLE.of(day=day)
    return None


def _coded(facts: Facts, rulebook: Rulebook, choices: Choices, candidate: Candidate | None) -> Coding:
    with localcontext() as arithmetic:
        arithmetic.prec = _DIGITS
        case = case_of(facts, choices)
        source = rulebook.source_of(facts)
        bare = Coding(
            choices=choices,
            document_type=source.document_type if source else "",
            register=source.register if source else "",
            category=source.category if source else "",
        )
        stopped = _not_booked(case)
        if stopped is not None:
            return replace(bare, problems=(stopped,))
        name = choices.scheme or (candidate.scheme if candidate else "")
        if not name:
            return replace(bare, problems=(problems.NO_SCHEME.of(),))
        known = rulebook.schemes.get(name)
        if known is None:
            return replace(bare, problems=(problems.UNKNOWN_SCHEME.of(scheme=name),))
        scheme, ref = known
        if facts.direction not in scheme.directions:
            return replace(bare, problems=(problems.WRONG_DIRECTION.of(scheme=scheme.title),))
        if candidate is not None and candidate.scheme == name and candidate.parameters:
            choices = replace(choices, parameters={**_given(case, candidate), **choices.parameters})
        chosen = _Chosen(scheme, ref, None if choices.scheme or candidate is None else candidate.rule)
        parameters = _parameters(case, scheme, choices.parameters, source)
        if BY_ISSUE in parameters:
            case = case_of(facts, choices, parameters)
        return _by_scheme(case, replace(bare, choices=choices), chosen, parameters)


def _given(case: Case, candidate: Candidate) -> dict[str, str]:
    """A rule's parameters, which the coding keeps as its own; an advance's account is never a rule's matter."""
    return {
        name: value for name, value in candidate.parameters.items() if not (case.advance and name == _ACCOUNT)
    }


@dataclass(frozen=True, slots=True)
class _Chosen:
    scheme: Scheme
    ref: RuleRef
    rule: RuleRef | None


def _by_scheme(case: Case, bare: Coding, chosen: _Chosen, parameters: Mapping[str, str]) -> Coding:
    scheme = chosen.scheme
    amounts = amounts_of(case, parameters)
    if case.deferred and not amounts.self_tax:
        known = case.parts_paid  # those that the invoice tells, too: others are added to them
        bare = replace(bare, choices=replace(bare.choices, payments=known))
    when = _timing(case, scheme, amounts, has_rows(case, amounts))
    env = SchemeEnv(case, amounts, parameters, DocumentEnv(case.facts))
    patterns = _patterns(case, parameters, amounts)
    made = applied(case, scheme, patterns, amounts, when, env)
    coding = replace(
        bare,
        document_type=bare.document_type or scheme.document_type,
        description=made.description,
        category=made.category or bare.category,
        scheme=chosen.ref,
        rule=chosen.rule,
        identity=identity_of(case, scheme.identity, amounts),
        lines=made.lines,
        table=tuple(RateAmount(row.rate, row.net, row.vat) for row in amounts.rows),
        rows=made.rows,
        entries=made.entries,
        periods=when.periods,
        vat_rate=amounts.vat_rate,
        income_rate=amounts.income_rate,
        reasons=(*_explained(case, amounts), *when.reasons, *amounts.reasons),
    )
    told = (*amounts.problems, *when.problems, *made.problems, *check(coding, case, amounts, patterns))
    return replace(coding, problems=told) if told else coding


def _patterns(case: Case, parameters: Mapping[str, str], amounts: Amounts) -> Patterns:
    return Patterns(case, parameters, deferred=case.deferred and not amounts.self_tax)


def _timing(case: Case, scheme: Scheme | None, amounts: Amounts, rows: bool) -> Timing:
    assessed = scheme is not None and scheme.identity is Identity.SELF_ASSESSED
    asset = scheme is not None and any("K_41" in row.amounts for row in scheme.rows)
    tax = amounts.due if case.sale else amounts.self_tax or amounts.deducted
    return timing(case, rows=rows, self_assessed=assessed, asset=asset, tax=tax)


def _parameters(
    case: Case, scheme: Scheme | None, chosen: Mapping[str, str], source: Source | None = None
) -> dict[str, str]:
    """Of the scheme, the data source, the rule and the person, each over the one before.

    An advance is booked on the account of advances, whatever the scheme, unless a person says otherwise.
    """
    usual = dict(scheme.parameters) if scheme else {}
    if source is not None and source.column and scheme is not None and source.scheme == scheme.name:
        usual["column"] = source.column
    if case.advance and _ACCOUNT in usual:
        usual[_ACCOUNT] = ADVANCE_ACCOUNTS[case.facts.direction]
    return usual | dict(chosen)


def _explained(case: Case, amounts: Amounts) -> list[Problem]:
    """What of the document and the firm decides, whatever the scheme."""
    facts, vat = case.facts, case.facts.invoice.vat
    told = []
    if case.central:
        told.append(problems.CENTRAL.of())
    elif case.exempt:
        told.append(problems.EXEMPT_ASSESSED.of() if amounts.self_tax else problems.EXEMPT.of())
        if case.sale and vat:
            told.append(problems.EXEMPT_WITH_TAX.of(vat=vat))
    if (share := _further_share(case)) is not None:
        told.append(problems.FURTHER_BUYER.of(share=share))
    if case.receipt:
        told.append(problems.TO_RECEIPT.of())
    if case.advance:
        told.append(problems.ADVANCE.of())
    if case.sale and not case.exempt and facts.invoice.cash_method is not case.status.cash_method:
        mark = problems.CASH_MARK_MISSING if case.status.cash_method else problems.CASH_MARK_WRONG
        told.append(mark.of())
    if case.sale and facts.invoice.self_billing:
        told.append(problems.SELF_BILLED.of())
    return told


def _further_share(case: Case) -> str | None:
    """Per cent of a further buyer (Podmiot3, role 4) where that is the firm, empty where it is not said."""
    for party in case.facts.invoice.third_parties:
        if party.role == _FURTHER_BUYER and party.nip == case.facts.firm_nip and not case.sale:
            return f"{party.share.normalize():f}" if party.share is not None else "?"
    return None
