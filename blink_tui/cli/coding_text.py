"""A coding and the reasons for it, as commands print them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from blink_tui.cli import output
from blink_tui.i18n import _, ngettext
from blink_tui.model.books import BookKind, Books
from blink_tui.model.coding import Candidate, Coding, Problem, Proposal, Side
from blink_tui.model.targets import TARGETS
from blink_tui.model.text import clean
from blink_tui.model.words import DIRECTION_WORDS

if TYPE_CHECKING:
    from blink_tui.buffer.briefs import Brief
    from blink_tui.buffer.codings import KeptCoding
    from blink_tui.coding.carried import Part

SIDE_WORDS = {Side.DEBIT: "Wn", Side.CREDIT: "Ma"}


def coding_lines(coding: Coding, books: Books) -> Iterator[str]:
    """A coding for people: postings, registers, book, periods, what the program gets, what is to be seen to."""
    yield from _heads(coding)
    if coding.lines:
        yield ""
        yield output.table((_("Side"), _("Account"), _("Amount"), _("Description")), _postings(coding))
        if coding.difference:
            yield _("Debit less credit: {amount}").format(amount=output.amount(coding.difference))
    yield from _registers(coding)
    for entry in coding.entries:
        name = _("Column {column}") if entry.book is BookKind.KPIR else _("Rate {column} %")
        yield f"{name.format(column=entry.column)}: {output.amount(entry.amount)}, {entry.day}"
    for problem in coding.problems:
        yield f"{'!' if problem.blocks else '·'} {told(problem)}"
    target = TARGETS[books.program]
    yield ""
    yield _("Goes to {program}: {parts}").format(program=target.name, parts=_parts(coding, books, goes=True))
    if stays := _parts(coding, books, goes=False):
        yield _("Stays here: {parts}").format(parts=stays)


def kept_lines(books: Books | None, kept: KeptCoding | None, proposal: Proposal | None) -> Iterator[str]:
    """How it is coded, else how it would be; nothing of a firm without books."""
    if books is None or (kept is None and proposal is None):
        return
    yield ""
    if kept is not None:
        state = _("Coded") if kept.state == "coded" else _("Draft")
        yield _("{state} by {who} on {at}:").format(
            state=state, who=clean(kept.who), at=output.moment(kept.at)
        )
        yield from coding_lines(kept.coding, books)
    elif proposal is not None:
        yield _("Proposed (why: blink doc why):")
        yield from coding_lines(proposal.coding, books)


def why_lines(proposal: Proposal) -> Iterator[str]:
    """Why a document is proposed so: the rule that won, the runner-up, the others, and the sentences of its months."""
    if not proposal.candidates:
        yield _("No rule fits, and the data source has no row for it.")
    titles, further = (_("Chosen by"), _("Runner-up")), _("Also fits")
    for place, candidate in enumerate(proposal.candidates):
        yield f"{titles[place] if place < len(titles) else further}: {_candidate(candidate)}"
        for field, text in candidate.matched:
            yield f"    {clean(field)}: {clean(text)}"
    for problem in (*proposal.coding.reasons, *proposal.coding.problems):
        yield f"{'!' if problem.blocks and problem in proposal.coding.problems else '·'} {told(problem)}"
    for problem in proposal.held_back:
        yield "! " + _("Not coded by its rule: {reason}").format(reason=told(problem))


def told(problem: Problem) -> str:
    """Its sentence."""
    return clean(str(problem.message))


def _candidate(candidate: Candidate) -> str:
    title = clean(_(candidate.title)) if candidate.title else ""
    text = f"{clean(str(candidate.rule))} „{title}” → {clean(candidate.scheme)}"
    precedence = _precedence(candidate)
    if precedence and precedence != title:
        text += f" ({precedence})"
    if candidate.learned:
        text += " " + ngettext(
            "(learned from {n} accepted document)", "(learned from {n} accepted documents)", candidate.learned
        ).format(n=candidate.learned)
    return text


def _precedence(candidate: Candidate) -> str:
    """What a rule of its precedence goes by; nothing for what stands above the rules."""
    from blink_tui.coding.rules import Precedence

    known = {rank.value: rank for rank in Precedence}
    return _(known[candidate.rank].meaning) if candidate.rank in known else ""


def _heads(coding: Coding) -> Iterator[str]:
    facts = (
        (_("Scheme"), coding.scheme and str(coding.scheme)),
        (_("Rule"), coding.rule and str(coding.rule)),
        (_("Document type"), coding.document_type),
        (_("Description"), coding.description),
        (_("VAT month"), coding.periods.vat and str(coding.periods.vat)),
        (_("Day in the books"), coding.periods.books and coding.periods.books.isoformat()),
        (_("Month of the cost"), coding.periods.cost and str(coding.periods.cost)),
    )
    for label, value in facts:
        if value:
            yield f"{label:22} {clean(value)}"


def _postings(coding: Coding) -> list[tuple[str, ...]]:
    return [
        (SIDE_WORDS[line.side], line.account, output.amount(line.amount), line.description)
        for line in coding.lines
    ]


def _registers(coding: Coding) -> Iterator[str]:
    for row in coding.rows:
        amounts = "  ".join(f"{field} {output.amount(amount)}" for field, amount in row.amounts)
        parts = [f"{_('VAT register')} ({_(DIRECTION_WORDS[row.register])})", str(row.month or "–"), amounts]
        yield "  ".join(filter(None, (*parts, " ".join(row.marks))))


def _parts(coding: Coding, books: Books, *, goes: bool) -> str:
    from blink_tui.coding.carried import carried

    parts: Sequence[Part] = carried(coding, books, TARGETS[books.program])
    return "; ".join(clean(str(part.message)) for part in parts if part.goes is goes) or ("–" if goes else "")


# For programs


def coding_json(coding: Coding, books: Books) -> dict[str, Any]:
    """A coding as scripts read it."""
    return {
        "scheme": coding.scheme and str(coding.scheme),
        "rule": coding.rule and str(coding.rule),
        "identity": coding.identity,
        "complete": coding.complete,
        "document_type": coding.document_type,
        "register": coding.register,
        "description": coding.description,
        "category": coding.category,
        "parameters": dict(coding.choices.parameters),
        "vat_month": _text(coding.periods.vat),
        "books_day": _text(coding.periods.books),
        "cost_month": _text(coding.periods.cost),
        "lines": [
            {
                "side": line.side,
                "account": line.account,
                "amount": f"{line.amount:.2f}",
                "description": line.description,
                "dimensions": dict(line.dimensions),
            }
            for line in coding.lines
        ],
        "rows": [
            {
                "register": row.register,
                "month": _text(row.month),
                "amounts": {field: f"{amount:.2f}" for field, amount in row.amounts},
                "marks": list(row.marks),
            }
            for row in coding.rows
        ],
        "entries": [
            {"column": entry.column, "amount": f"{entry.amount:.2f}", "day": entry.day.isoformat()}
            for entry in coding.entries
        ],
        "problems": problems_json(coding.problems),
        "goes": _parts(coding, books, goes=True),
        "stays": _parts(coding, books, goes=False),
    }


def kept_json(books: Books | None, kept: KeptCoding | None, proposal: Proposal | None) -> dict[str, Any]:
    """The same as scripts read it."""
    if books is None:
        return {}
    coding = None
    if kept is not None:
        state = {"state": kept.state, "who": kept.who, "at": kept.at}
        coding = state | coding_json(kept.coding, books)
    proposed = coding_json(proposal.coding, books) if proposal is not None else None
    return {"coding": coding, "proposal": proposed}


def brief_json(brief: Brief | None) -> dict[str, Any]:
    """What a list tells of how a document is coded; nothing of one without books."""
    if brief is None:
        return {}
    return {
        "coding": {
            "state": brief.state,
            "scheme": brief.scheme or None,
            "complete": brief.complete,
            "vat_month": _text(brief.vat_month),
        }
    }


def why_json(proposal: Proposal) -> dict[str, Any]:
    """The reasons of a proposal as scripts read them."""
    return {
        "candidates": [
            {
                "rule": str(one.rule),
                "title": one.title,
                "scheme": one.scheme,
                "rank": one.rank,
                "matched": dict(one.matched),
                "learned": one.learned,
            }
            for one in proposal.candidates
        ],
        "reasons": problems_json(proposal.coding.reasons),
        "problems": problems_json(proposal.coding.problems),
        "automatic": proposal.automatic,
        "held_back": problems_json(proposal.held_back),
    }


def problems_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Sentences as scripts read them."""
    return [{"code": one.code, "text": told(one), "blocks": one.blocks} for one in problems]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
