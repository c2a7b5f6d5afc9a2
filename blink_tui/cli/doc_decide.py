"""`blink doc approve`, `book`, `query`, `exclude`, `reopen`, `undo`: decisions by number or by filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.bar import bar
from blink_tui.cli.choice import WordsOption, YesOption, the_document
from blink_tui.cli.context import system_user
from blink_tui.cli.filters import asked
from blink_tui.cli.options import AsJson, FirmsOption, chosen_firms
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.decisions import (
    ACTION_WORDS,
    Action,
    Decider,
    Decision,
    Exclusion,
    Reason,
    done_sentence,
    explained,
)
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.refusals import Refusal, refused_sentences

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.buffer.decisions import Preview, Progress, Selection, Told
    from blink_tui.cli.context import Profile

REFUSED = ErrorKind("decision-refused", ExitCode.FAILED, N_("Nothing was changed. {why}"))

Numbers = Annotated[
    list[str] | None, typer.Argument(metavar="[KSEF-NUMBER…]", help=_("KSeF numbers, or else --filter."))
]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Only tell what would happen."))]
_UNASKED = 1_000


def approve(
    context: typer.Context,
    numbers: Numbers = None,
    firms: FirmsOption = None,
    words: WordsOption = "",
    dry_run: DryRun = False,
    yes: YesOption = False,
    json: AsJson = False,
) -> None:
    asked = AskedFor(numbers or [], firms or [], words, dry_run, yes, json)
    carry_out(context, asked, Decision(Action.APPROVE))


def book(
    context: typer.Context,
    numbers: Numbers = None,
    reference: Annotated[str, typer.Option(help=_("Where it stands in the books."))] = "",
    firms: FirmsOption = None,
    words: WordsOption = "",
    dry_run: DryRun = False,
    yes: YesOption = False,
    json: AsJson = False,
) -> None:
    asked = AskedFor(numbers or [], firms or [], words, dry_run, yes, json)
    carry_out(context, asked, Decision(Action.BOOK, reference))


def query(
    context: typer.Context,
    numbers: Numbers = None,
    question: Annotated[
        str, typer.Option("--question", "-q", help=_("What is to be cleared up."), show_default=False)
    ] = "",
    export: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|-", help=_("Write open questions as one list for each firm, to be mailed.")
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help=_("Only list open questions."))] = False,
    firms: FirmsOption = None,
    words: WordsOption = "",
    dry_run: DryRun = False,
    yes: YesOption = False,
    json: AsJson = False,
) -> None:
    if listed or export is not None:
        if numbers or question or words:
            problem = _("Open questions are listed for firms: --firm alone goes with --list and --export.")
            raise BlinkError(USAGE, problem=problem)
        _questions(options.profile(context), firms or [], export, as_json=json)
        return
    asked = AskedFor(numbers or [], firms or [], words, dry_run, yes, json)
    carry_out(context, asked, Decision(Action.QUERY, question))


def exclude(
    context: typer.Context,
    numbers: Numbers = None,
    reason: Annotated[Reason | None, typer.Option(help=_("Why it is not booked."))] = None,
    reference: Annotated[str, typer.Option(help=_("Where it is booked, or what the reason rests on."))] = "",
    decider: Annotated[Decider, typer.Option(help=_("Whose decision it was."))] = Decider.OFFICE,
    name: Annotated[str, typer.Option(help=_("Who of them decided; of the office: you."))] = "",
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="YYYY-MM-DD", help=_("When it was decided; today if left out.")),
    ] = None,
    firms: FirmsOption = None,
    words: WordsOption = "",
    dry_run: DryRun = False,
    yes: YesOption = False,
    json: AsJson = False,
) -> None:
    if reason is None:
        problem = _("Say why it is not booked: --reason {reasons}").format(reasons=" | ".join(Reason))
        raise BlinkError(USAGE, problem=problem)
    by = name or (system_user() if decider is Decider.OFFICE else "")
    exclusion = Exclusion(reason, decider, by, _day(day), reference)
    asked = AskedFor(numbers or [], firms or [], words, dry_run, yes, json)
    carry_out(context, asked, Decision(Action.EXCLUDE, exclusion=exclusion))


def reopen(
    context: typer.Context,
    numbers: Numbers = None,
    reason: Annotated[str, typer.Option(help=_("Why it is reopened."), show_default=False)] = "",
    firms: FirmsOption = None,
    words: WordsOption = "",
    dry_run: DryRun = False,
    yes: YesOption = False,
    json: AsJson = False,
) -> None:
    asked = AskedFor(numbers or [], firms or [], words, dry_run, yes, json)
    carry_out(context, asked, Decision(Action.REOPEN, reason))


def undo(
    context: typer.Context,
    decision: Annotated[
        int | None,
        typer.Argument(
            metavar="[NUMBER]", help=_("A decision as --list numbers it; the last one if left out.")
        ),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help=_("Only list your decisions that can be taken back."))
    ] = False,
    json: AsJson = False,
) -> None:
    profile = options.profile(context)
    if listed:
        options.run(_list(profile, as_json=json))
    else:
        options.run(_undo(profile, decision, as_json=json))


class AskedFor:
    """What was typed to choose documents, and how the answer is wanted."""

    def __init__(
        self, numbers: list[str], firms: list[str], words: str, dry_run: bool, yes: bool, as_json: bool
    ) -> None:
        self.numbers = list(dict.fromkeys(numbers))
        self.firms = firms
        self.words = words
        self.dry_run = dry_run
        self.yes = yes
        self.as_json = as_json

    async def selection(self, buffer: Buffer) -> Selection:
        """The documents meant. Raises BlinkError (usage)."""
        if self.numbers and self.words:
            problem = _("Name documents by number or choose them with --filter, not both.")
            raise BlinkError(USAGE, problem=problem)
        if self.numbers:
            firm = self.firms[0] if self.firms else None
            found = [await the_document(buffer, number, firm) for number in self.numbers]
            return {document.id: document.version for document in found}
        if not (self.words.strip() or self.firms):
            problem = _("Name documents by number, or choose them with --filter or --firm.")
            raise BlinkError(USAGE, problem=problem)
        return await self._matching(buffer)

    async def _matching(self, buffer: Buffer) -> Selection:
        from blink_tui.buffer import GridFilter
        from blink_tui.buffer.decisions import Every

        ids = tuple(firm.id for firm in await chosen_firms(buffer, self.firms)) if self.firms else None
        chosen = GridFilter(firm_ids=ids, query=asked(self.words), max_id=await buffer.grid.max_id())
        return Every(chosen)


def _questions(profile: Profile, firms: list[str], export: str | None, *, as_json: bool) -> None:
    from blink_tui.cli import questions

    if export is not None:
        questions.export(profile, firms, export, as_json=as_json)
    else:
        questions.show_open(profile, firms, as_json=as_json)


def carry_out(context: typer.Context, asked: AskedFor, decision: Decision) -> None:
    """Decide on the documents asked for, and tell; ends with the command's exit code."""
    code = options.run(_decide(options.profile(context), asked, decision))
    if code:
        raise typer.Exit(code)


async def _decide(profile: Profile, asked: AskedFor, decision: Decision) -> int:
    async with profile.open_buffer() as buffer:
        selection = await asked.selection(buffer)
        preview = await buffer.decisions.preview(selection, decision, who=system_user())
        if asked.dry_run:
            _tell_preview(preview, as_json=asked.as_json)
            return ExitCode.DONE
        if preview.count > _UNASKED and not asked.numbers and not asked.yes:
            problem = _("Documents that would be changed: {count}. Add --yes for so many.")
            raise BlinkError(USAGE, problem=problem.format(count=preview.count))
        total = preview.count + sum(preview.refused.values())
        with _shown(_(ACTION_WORDS[decision.action]), total) as told:
            outcome = await buffer.decisions.decide(selection, decision, who=system_user(), told=told)
    if asked.numbers and not outcome.done:
        raise BlinkError(REFUSED, why=" ".join(refused_sentences(outcome.refused)))
    if asked.as_json:
        done = {"decision": outcome.decision_id, "action": decision.action, "done": outcome.done}
        output.say_json(done | {"refused": _by_code(outcome.refused)})
    else:
        output.say(done_sentence(decision.action, outcome.done))
        for sentence in refused_sentences(outcome.refused):
            output.warn(sentence)
    return ExitCode.FAILED if asked.numbers and outcome.refused else ExitCode.DONE


@contextmanager
def _shown(label: str, total: int) -> Iterator[Told]:
    with bar(label, total) as advance:
        before = 0

        def told(progress: Progress) -> None:
            nonlocal before
            advance(progress.looked_at - before)
            before = progress.looked_at

        yield told


def _tell_preview(preview: Preview, *, as_json: bool) -> None:
    if as_json:
        sums = {currency: str(gross) for currency, _count, gross in preview.sums}
        output.say_json(
            {"dry_run": True, "done": preview.count, "gross": sums, "refused": _by_code(preview.refused)}
        )
        return
    output.say(
        ngettext("{n} document would be changed.", "{n} documents would be changed.", preview.count).format(
            n=preview.count
        )
    )
    for currency, count, gross in preview.sums:
        output.say(f"{currency:4} {count:8}  {output.amount(gross):>18}")
    for sentence in refused_sentences(preview.refused):
        output.say(sentence)


def _by_code(refused: Mapping[Refusal, int]) -> dict[str, int]:
    return {why.value: count for why, count in refused.items() if count}


async def _list(profile: Profile, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        past = await buffer.decisions.undoable(system_user())
    if as_json:
        for one in past:
            output.say_json({
                "decision": one.id, "at": one.at, "action": one.action,
                "reason": one.reason, "documents": one.documents,
            })  # fmt: skip
        return
    if not past:
        output.say(_("There is nothing of yours to take back."))
        return
    rows = [
        (
            str(one.id),
            output.moment(one.at),
            _(ACTION_WORDS[one.action]),
            str(one.documents),
            explained(one.reason),
        )
        for one in past
    ]
    head = _("No."), _("When"), _("Decision"), _("Documents"), _("Reason")
    output.say(output.table(head, rows))


async def _undo(profile: Profile, decision: int | None, *, as_json: bool) -> None:
    who = system_user()
    async with profile.open_buffer() as buffer:
        past = [one for one in await buffer.decisions.undoable(who, 1 if decision is None else 1000)
                if decision in (None, one.id)]  # fmt: skip
        number = decision if decision is not None else past[0].id if past else 0
        with _shown(_("undo"), past[0].documents if past else 0) as told:
            undone = await buffer.decisions.undo(number, who=who, told=told)
    if as_json:
        answer: dict[str, Any] = {
            "decision": number,
            "undone": undone.done,
            "stayed": _by_code(undone.stayed),
        }
        output.say_json(answer)
        return
    output.say(
        ngettext(
            "{n} document is back where it was.", "{n} documents are back where they were.", undone.done
        ).format(n=undone.done)
    )
    for sentence in refused_sentences(undone.stayed):
        output.warn(sentence)


def _day(text: str | None) -> date:
    today = warsaw_day(instant_of(datetime.now(UTC)))
    if text is None:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BlinkError(USAGE, problem=_("This is not a day: {day}").format(day=text)) from None
    if day > today:
        raise BlinkError(USAGE, problem=_("This day is still to come: {day}").format(day=text))
    return day
