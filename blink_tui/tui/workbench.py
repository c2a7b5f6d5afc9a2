"""One document on the editor's table: what is known of it, its coding so far, and who computes what a change means."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from blink_tui.buffer import Buffer, Document
from blink_tui.buffer.codings import CodingState
from blink_tui.coding import editing
from blink_tui.i18n import _
from blink_tui.model.books import Account, DimensionValue
from blink_tui.model.coding import Candidate, Choices, Coding, Proposal
from blink_tui.model.documents import Direction
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.months import Month
from blink_tui.model.text import clean, folded
from blink_tui.tui.widgets.cell import SUGGESTIONS, Suggestion
from blink_tui.tui.widgets.posting import ACCOUNT, DIMENSIONS

if TYPE_CHECKING:
    from blink_tui.coding.facts import Facts
    from blink_tui.coding.rulebook import Rulebook


class Offered(NamedTuple):
    """What a cell may hold."""

    value: str
    label: str
    folded: str


@dataclass(frozen=True, slots=True)
class Workbench:
    """Everything that editing one document needs; nothing here changes while it is edited."""

    buffer: Buffer
    document: Document
    facts: Facts
    rulebook: Rulebook
    start: Coding
    """What one begins with: the draft or the coding that is kept, else the proposal, else nothing."""
    draft: bool
    """Whether what one begins with was saved by a person."""
    proposal: Proposal | None
    accounts: Sequence[Account] = ()
    """The firm's chart, by number."""
    dimensions: Sequence[DimensionValue] = ()
    _offered: dict[str, tuple[Offered, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def names(self) -> dict[str, str]:
        """Names of the chart's accounts."""
        return {one.number: one.name for one in self.accounts}

    # What a change means

    def checked(self, coding: Coding) -> Coding:
        """A coding with its problems anew."""
        from blink_tui.coding.propose import checked

        return checked(coding, self.facts, self.rulebook)

    def chosen(self, coding: Coding, choices: Choices) -> Coding:
        """A coding by other choices: months and rows anew, the lines as well unless a person made them."""
        from blink_tui.coding.propose import code

        found = code(self.facts, self.rulebook, choices, candidate=self.candidate(choices))
        if not coding.lines_by_hand or choices.scheme != coding.choices.scheme:
            return found
        return self.checked(editing.with_lines(found, coding.lines))

    def copied(self, coding: Coding, last: Coding) -> Coding:
        """As the seller's last document was coded: its scheme and parameters, lines by hand to this one's total."""
        scheme = last.choices.scheme or (last.scheme.name if last.scheme is not None else "")
        choices = replace(coding.choices, scheme=scheme, parameters=last.choices.parameters)
        found = self.chosen(replace(coding, lines_by_hand=False), choices)
        if not last.lines:
            return found
        total = editing.total_of(coding) or self.gross
        earlier = [
            replace(line, description=found.description) if line.description == last.description else line
            for line in last.lines
        ]
        lines = editing.copied(found.lines, earlier, total)
        return found if lines == found.lines else self.checked(editing.with_lines(found, lines))

    def amount(self, text: str, whole: Decimal) -> Decimal:
        """An amount as it is typed, an expression over the document's fields with `=` among them."""
        return editing.amount_of(text, whole, self._computed)

    def _computed(self, text: str) -> Decimal:
        from blink_tui.coding.fields import CATALOGUE, DocumentEnv
        from blink_tui.coding.language import parse
        from blink_tui.coding.language_types import EvaluationError, ExpressionError, Kind

        try:
            value = parse(text, wanted=Kind.AMOUNT, names=CATALOGUE).value(DocumentEnv(self.facts))
        except (ExpressionError, EvaluationError) as error:
            raise BlinkError(USAGE, problem=str(error.message)) from None
        return value if isinstance(value, Decimal) else Decimal(0)

    @property
    def gross(self) -> Decimal:
        """What the document comes to in its currency."""
        return self.document.gross or Decimal(0)

    # What is offered

    def vat_months(self, choices: Choices) -> tuple[Month, ...]:
        """Months that the law leaves for the document's VAT."""
        from blink_tui.coding.months import allowed_vat_months

        name = choices.scheme or (self.start.scheme.name if self.start.scheme is not None else "")
        scheme = self.rulebook.schemes[name][0] if name in self.rulebook.schemes else None
        return allowed_vat_months(self.facts, choices, scheme)

    @property
    def schemes(self) -> list[tuple[str, str]]:
        """Schemes of the document's direction, as `title (name)` with the name."""
        direction = self.document.direction
        found = [
            (f"{clean(_(scheme.title))} ({clean(name)})", name)
            for name, (scheme, _ref) in self.rulebook.schemes.items()
            if not scheme.directions or direction in scheme.directions
        ]
        return sorted(found, key=lambda one: folded(one[0]))

    def usual(self, coding: Coding) -> Mapping[str, str]:
        """The parameters of a coding's scheme with the values that they have where a person chose none."""
        name = coding.choices.scheme or (coding.scheme.name if coding.scheme is not None else "")
        if name not in self.rulebook.schemes:
            return {}
        usual = dict(self.rulebook.schemes[name][0].parameters)
        candidate = self.candidate(coding.choices)
        if candidate is not None and candidate.scheme == name:
            usual |= {key: value for key, value in candidate.parameters.items() if key in usual}
        return usual

    def candidate(self, choices: Choices) -> Candidate | None:
        """The rule that decides where a person chose no scheme."""
        candidates = self.proposal.candidates if self.proposal is not None else ()
        return candidates[0] if candidates and not choices.scheme else None

    def suggestions(self, column: str, text: str) -> list[Suggestion]:
        """What can be taken for what stands in a cell: an account whose number begins so first, then by words.

        At once and out of the memory: whoever types fast must not get what fits an earlier letter.
        """
        words = folded(text).split()
        if not words or column not in (ACCOUNT, *DIMENSIONS):
            return []
        number = text.strip()
        fitting = [one for one in self.offered(column) if all(word in one.folded for word in words)]
        fitting.sort(key=lambda one: not one.value.startswith(number))
        return [Suggestion(one.value, one.label) for one in fitting[:SUGGESTIONS]]

    def offered(self, column: str) -> tuple[Offered, ...]:
        """Everything that a column may hold, folded once and then kept."""
        if column not in self._offered:
            if column == ACCOUNT:
                pairs = [(one.number, one.name) for one in self.accounts if one.open]
            else:
                pairs = [(one.code, one.name) for one in self.dimensions if one.dimension == column]
            labels = [(value, f"{clean(value)} {clean(name)}") for value, name in pairs]
            self._offered[column] = tuple(Offered(value, label, folded(label)) for value, label in labels)
        return self._offered[column]

    def account(self, text: str) -> str:
        """An account as it is typed: of the chart or under one of its accounts, where there is a chart.

        Raises BlinkError(USAGE).
        """
        number = clean(text).strip()
        known = self.names
        parts = number.split("-")
        above = {"-".join(parts[:size]) for size in range(1, len(parts) + 1)}
        if not number or (known and not above & known.keys()):
            problem = _("There is no account “{text}” in the firm's chart. Type a number or words of a name.")
            raise BlinkError(USAGE, problem=problem.format(text=number))
        return number

    async def last(self) -> Coding | None:
        """How the firm's last document of this seller (to this buyer) was coded."""
        document = self.document
        party = document.buyer if document.direction is Direction.SALE else document.seller
        return await self.buffer.codings.last_of_seller(
            document.firm_id, party.id_value or "", document.direction
        )


async def read_workbench(buffer: Buffer, document_id: int, today: date) -> Workbench | None:
    """The document with all that editing it needs; None for a firm without books.

    Raises BlinkError where it cannot be read.
    """
    from blink_tui.coding.rulebook import Rulebook
    from blink_tui.sync.proposing import read_facts

    document = await buffer.documents.get(document_id)
    if await buffer.books.get(document.firm_id) is None:
        return None
    facts = replace(await read_facts(buffer, document_id), today=today)
    entries = await buffer.rules.entries(document.firm_id)
    rulebook = await asyncio.to_thread(Rulebook.of, entries)
    kept = await buffer.codings.get(document_id)
    if kept is not None and kept.state is CodingState.CODED:
        facts = replace(facts, kept=kept.coding)
    proposal = await buffer.codings.proposal(document_id)
    accounts = await buffer.charts.accounts(document.firm_id)
    start = kept.coding if kept is not None else proposal.coding if proposal is not None else Coding()
    return Workbench(
        buffer=buffer,
        document=document,
        facts=facts,
        rulebook=rulebook,
        start=start,
        draft=kept is not None,
        proposal=proposal,
        accounts=accounts,
        dimensions=await buffer.charts.dimensions(document.firm_id),
    )
