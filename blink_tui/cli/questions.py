"""`blink doc query --export`, `--list` and `blink doc answers`: questions to clients out, their answers in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named, system_user
from blink_tui.cli.files import STDOUT, given
from blink_tui.cli.lists import DryRun
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.questions import Answers, Asked, answers_in, letter
from blink_tui.model.text import clean

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.buffer.questions import Question
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import Firm

NO_ANSWERS = ErrorKind(
    "no-answers",
    ExitCode.USAGE,
    N_("No answer was found: each has to stand behind the number of its question. Open: {numbers}"),
)
_LETTERS_A_DAY = 100


def export(profile: Profile, firms: Sequence[str], out: str, *, as_json: bool) -> None:
    """Write one numbered list of open questions for each firm."""
    options.run(_export(profile, firms, out, as_json=as_json))


def show_open(profile: Profile, firms: Sequence[str], *, as_json: bool) -> None:
    """List open questions, oldest first."""
    options.run(_list(profile, firms, as_json=as_json))


def answers(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help=_("The client's reply as it came; - is stdin."))
    ],
    firm: Annotated[str, typer.Option("--firm", metavar="NIP", help=_("NIP or internal id of the firm."))],
    back: Annotated[
        bool, typer.Option("--return", help=_("Put the answered documents back to where they were."))
    ] = False,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    text = _read(file)
    options.run(_answer(options.profile(context), firm, text, back=back, dry_run=dry_run, as_json=json))


async def _export(profile: Profile, texts: Sequence[str], out: str, *, as_json: bool) -> None:
    written: list[dict[str, Any]] = []
    async with profile.open_buffer() as buffer:
        for firm in await options.chosen_firms(buffer, list(texts)):
            questions = await buffer.questions.export(firm.id, who=system_user())
            if not questions:
                continue
            text = letter(firm.name, firm.nip, list(map(_asked, questions)), _today())
            told: dict[str, Any] = {"firm": firm.context_value, "questions": len(questions)}
            if out == STDOUT:
                told["text"] = text
                if not as_json:
                    output.say(text)
            else:
                told["file"] = str(_placed(Path(out), firm, text))
            written.append(told)
    if as_json:
        output.say_json(written)
    elif not written:
        output.say(_("There is nothing to ask: no open question is without an answer."))
    elif out != STDOUT:
        for told in written:
            output.say(f"{told['file']}  {told['questions']}")


def _placed(folder: Path, firm: Firm, text: str) -> Path:
    """Write a letter; a second one of a day, which asks more, gets a number. Raises BlinkError."""
    from blink_tui.sync.files import FILE_TAKEN, place

    name = _("{nip}-questions-{day}.txt").format(nip=firm.context_value, day=_today())
    first = folder / name
    for number in range(1, _LETTERS_A_DAY):
        path = first if number == 1 else first.with_stem(f"{first.stem}-{number}")
        try:
            place(path, text.encode("utf-8-sig"))
        except BlinkError as error:
            if error.kind is not FILE_TAKEN:
                raise
        else:
            return path
    raise BlinkError(FILE_TAKEN, path=first)


def _asked(question: Question) -> Asked:
    parties = dict.fromkeys(name for name in (question.seller, question.buyer) if name)
    return Asked(
        number=question.number,
        text=question.text,
        contractor=" → ".join(parties),
        invoice_number=question.invoice_number,
        issued=date.fromisoformat(question.issued) if question.issued else None,
        gross=question.gross,
        currency=question.currency,
    )


async def _list(profile: Profile, texts: Sequence[str], *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firms = {firm.id: firm for firm in await options.chosen_firms(buffer, list(texts))}
        found = [one for one in await buffer.questions.open() if one.firm_id in firms]
    if as_json:
        output.say_json([_json(firms[one.firm_id], one) for one in found])
    elif not found:
        output.say(_("No open questions."))
    else:
        head = (_("Firm"), _("No."), _("Asked"), _("Sent"), _("Document"), _("Question"), _("Answer"))
        rows = [
            (
                firms[one.firm_id].context_value,
                str(one.number),
                output.moment(one.asked_at),
                output.moment(one.exported_at),
                one.invoice_number,
                one.text,
                one.answer or "–",
            )
            for one in found
        ]
        output.say(output.table(head, rows))


def _json(firm: Firm, one: Question) -> dict[str, Any]:
    return {
        "firm": firm.context_value,
        "number": one.number,
        "ksef_number": one.ksef_number,
        "question": one.text,
        "asked_at": one.asked_at,
        "asked_by": one.asked_by,
        "exported_at": one.exported_at,
        "answer": one.answer,
        "answered_at": one.answered_at,
    }


async def _answer(
    profile: Profile, firm_text: str, text: str, *, back: bool, dry_run: bool, as_json: bool
) -> None:
    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, firm_text)
        asked = {one.number: one for one in await buffer.questions.open(firm.id)}
        read = answers_in(text, list(asked))
        if not read.found:
            numbers = ", ".join(map(str, asked)) or "–"
            raise BlinkError(NO_ANSWERS, firm=firm.context_value, numbers=numbers)
        returned = 0
        if not dry_run:
            await buffer.questions.answer(firm.id, read.found, who=system_user())
            if back:
                returned = await _return(buffer, [asked[number].document_id for number in read.found])
    if as_json:
        told = {str(number): answer for number, answer in read.found.items()}
        output.say_json(
            {"answers": told, "unknown": list(read.unknown), "returned": returned, "dry_run": dry_run}
        )
    else:
        _show(asked, read, returned, dry_run=dry_run)


async def _return(buffer: Buffer, ids: Sequence[int]) -> int:
    from blink_tui.model.decisions import Action, Decision

    found = await buffer.documents.get_many(ids)
    selection = {document.id: document.version for document in found}
    return (await buffer.decisions.decide(selection, Decision(Action.RETURN), who=system_user())).done


def _show(asked: Mapping[int, Question], read: Answers, returned: int, *, dry_run: bool) -> None:
    rows = [
        (str(number), asked[number].invoice_number, asked[number].text[:40], answer)
        for number, answer in read.found.items()
    ]
    output.say(output.table((_("No."), _("Document"), _("Question"), _("Answer")), rows))
    if read.unknown:
        numbers = ", ".join(map(str, read.unknown))
        output.warn(_("Nobody asked these numbers, or they are settled: {numbers}").format(numbers=numbers))
    left = [number for number in asked if number not in read.found and asked[number].answer is None]
    if left:
        output.warn(_("Still without an answer: {numbers}").format(numbers=", ".join(map(str, left))))
    count = len(read.found)
    text = (
        ngettext("{n} answer would be kept.", "{n} answers would be kept.", count)
        if dry_run
        else ngettext("{n} answer kept.", "{n} answers kept.", count)
    )
    output.say(text.format(n=count))
    if returned:
        output.say(
            ngettext(
                "{n} document is back where it was.", "{n} documents are back where they were.", returned
            ).format(n=returned)
        )


def _read(file: str) -> str:
    """The reply. Raises BlinkError (usage)."""
    from blink_tui.model.sheets import decoded

    content = given(file)
    text = decoded(content) if content is not None else None
    if text is None:
        problem = _("{file} is no reply: it is no text, or too long.").format(file=clean(file))
        raise BlinkError(USAGE, problem=problem)
    return text


def _today() -> date:
    return warsaw_day(instant_of(datetime.now(UTC)))
