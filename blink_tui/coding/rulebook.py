"""Rules, schemes and data source of one firm, compiled: its own entries stand in the place of the office's."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from blink_tui.coding import toml
from blink_tui.coding.facts import Facts
from blink_tui.coding.fields import CATALOGUE
from blink_tui.coding.language import Catalogue, Expression, ExpressionError, Kind, parse
from blink_tui.coding.scheme_fields import scheme_catalogue
from blink_tui.coding.shapes import Rule, Scheme, Source
from blink_tui.i18n import N_, Message
from blink_tui.model.coding import Candidate, RuleRef
from blink_tui.model.documents import Direction
from blink_tui.model.rulebook import OFFICE, EntryKind, RulebookEntry
from blink_tui.model.text import clean

_ALL_KINDS = "*"
_LONGEST_PIECE = 60


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule that can be asked."""

    rule: Rule
    ref: RuleRef
    of_firm: bool
    condition: Expression | None
    """None: it holds always."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An entry that cannot be used, and why."""

    entry: RulebookEntry
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All that decides how documents of one firm are coded."""

    rules: tuple[CompiledRule, ...] = ()
    """Those of the office too, where the firm has none of the same name."""
    schemes: Mapping[str, tuple[Scheme, RuleRef]] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Entries that are left out."""
    source_refs: Mapping[Source, RuleRef] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[RulebookEntry]) -> Rulebook:
        """The rulebook of a firm, out of its entries and the office's. What does not compile is left out and told."""
        schemes: dict[str, tuple[Scheme, RuleRef]] = {}
        others: list[tuple[RulebookEntry, _Understood]] = []
        problems: list[Problem] = []
        for entry in _in_force(entries):
            found = _understood(entry.kind, entry.name, entry.text)
            if found.problem is not None:
                problems.append(Problem(entry, found.problem))
            elif isinstance(found.item, Scheme):
                schemes[entry.name] = (found.item, entry.ref)
            else:
                others.append((entry, found))
        rules: list[CompiledRule] = []
        sources: dict[Source, RuleRef] = {}
        for entry, found in others:
            if (missing := _missing_scheme(found.item, schemes)) is not None:
                problems.append(Problem(entry, missing))
            elif isinstance(found.item, Rule):
                rules.append(CompiledRule(found.item, entry.ref, entry.firm_id != OFFICE, found.condition))
            elif isinstance(found.item, Source):
                sources[found.item] = entry.ref
        return cls(
            rules=tuple(rules),
            schemes=schemes,
            sources=tuple(sources),
            problems=tuple(problems),
            source_refs=sources,
        )

    def source_of(self, facts: Facts) -> Source | None:
        """The data source's row for a document: of its kind, else of its form, else of all others."""
        rows = {source.kind: source for source in self.sources if source.direction is facts.direction}
        form = facts.invoice.form.partition(" ")[0]
        return rows.get(facts.invoice.kind) or rows.get(form) or rows.get(_ALL_KINDS)

    def codes_by_itself(self, candidate: Candidate) -> bool:
        """Its rule is switched to code by itself."""
        return any(one.rule.automatic and one.ref == candidate.rule for one in self.rules)

    def takes(self, scheme: str, direction: Direction) -> bool:
        """There is such a scheme, and it is for such documents."""
        return scheme in self.schemes and direction in self.schemes[scheme][0].directions


def _in_force(entries: Iterable[RulebookEntry]) -> list[RulebookEntry]:
    """One entry of each kind and name, the firm's own before the office's; none where it was taken out of use."""
    found: dict[tuple[EntryKind, str], RulebookEntry] = {}
    for entry in sorted(entries, key=lambda one: (one.firm_id != OFFICE, one.kind, one.name)):
        found[entry.kind, entry.name] = entry
    return [entry for entry in found.values() if entry.text]


def _missing_scheme(item: toml.Item | None, schemes: Container[str]) -> Message | None:
    """A rule needs its scheme; a row of the data source may have none."""
    if (
        isinstance(item, Rule | Source)
        and (item.scheme or isinstance(item, Rule))
        and item.scheme not in schemes
    ):
        return Message(N_("There is no scheme “{name}”."), {"name": clean(item.scheme)})
    return None


@dataclass(frozen=True, slots=True)
class _Understood:
    """What the text of an entry says, or why it cannot be used."""

    item: toml.Item | None = None
    condition: Expression | None = None
    problem: Message | None = None


@lru_cache(maxsize=4096)
def _understood(kind: EntryKind, name: str, text: str) -> _Understood:
    """Firms share the office's entries: each text is compiled once."""
    items, faults = toml.read_with_faults(text)
    if faults:
        return _Understood(problem=Message("{fault}", {"fault": faults[0]}))
    if [toml.key_of(item) for item in items] != [(kind, name)]:
        return _Understood(problem=Message(N_("The text is not that of one entry of this name.")))
    (item,) = items
    try:
        if isinstance(item, Rule) and item.condition.strip():
            return _Understood(item, _checked(item.condition, Kind.FLAG, CATALOGUE, "warunek"))
        if isinstance(item, Scheme):
            for place, expression, wanted in _expressions(item):
                _checked(expression, wanted, scheme_catalogue(), place)
    except _WrongExpressionError as error:
        return _Understood(problem=error.message)
    return _Understood(item)


def _expressions(scheme: Scheme) -> Iterator[tuple[str, str, Kind]]:
    """Each expression of a scheme with its place in the TOML and what it has to come to."""
    for number, line in enumerate(scheme.lines, start=1):
        yield f"dekret {number}, kwota", line.amount, Kind.AMOUNT
        yield f"dekret {number}, gdy", line.when, Kind.FLAG
    for number, row in enumerate(scheme.rows, start=1):
        for name, amount in row.amounts.items():
            yield f"rejestr {number}, {name}", amount, Kind.AMOUNT
        yield f"rejestr {number}, gdy", row.when, Kind.FLAG
    for number, entry in enumerate(scheme.entries, start=1):
        yield f"zapis {number}, kwota", entry.amount, Kind.AMOUNT
        yield f"zapis {number}, gdy", entry.when, Kind.FLAG


class _WrongExpressionError(Exception):
    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def _checked(text: str, wanted: Kind, names: Catalogue, place: str) -> Expression | None:
    """None for an empty condition, which always holds. Raises _WrongExpressionError with the place and its words."""
    if wanted is Kind.FLAG and not text.strip():
        return None
    try:
        return parse(text, wanted=wanted, names=names)
    except ExpressionError as error:
        piece = clean(text[error.start : error.end])[:_LONGEST_PIECE]
        sentence = N_("{place}, at “{piece}”: {cause}") if piece else N_("{place}: {cause}")
        values = {"place": clean(place), "piece": piece, "cause": error.message}
        raise _WrongExpressionError(Message(sentence, values)) from None
