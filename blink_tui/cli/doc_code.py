"""`blink doc code`, `why`, `pay`: how documents are coded, why so, and payments that a tax follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.buffer.errors import INCOMPLETE
from blink_tui.cli import options, output
from blink_tui.cli.bar import bar
from blink_tui.cli.books import books_of
from blink_tui.cli.choice import Chooser, HolderOption, WordsOption, YesOption, the_document
from blink_tui.cli.coding_text import coding_json, coding_lines, told, why_json, why_lines
from blink_tui.cli.context import system_user
from blink_tui.cli.doc_decide import REFUSED, AskedFor, DryRun, Numbers, carry_out
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.coding import Choices, Coding, Identity, PartPaid
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import IN_BOOKS, Status
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.refusals import refused_sentences
from blink_tui.model.text import clean
from blink_tui.model.typed import checked_day, checked_month

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer, Document
    from blink_tui.cli.context import Profile
    from blink_tui.model.months import Month
    from blink_tui.sync.surroundings import Desk

NOT_BY_PAYMENT = ErrorKind(
    "not-by-payment",
    ExitCode.FAILED,
    N_("The VAT of {number} does not follow payments: it is no document of the cash method and no VAT RR."),
)
OVERPAID = ErrorKind("overpaid", ExitCode.USAGE, N_("Only {left} {currency} of {number} is left to be paid."))


def code(
    context: typer.Context,
    numbers: Numbers = None,
    scheme: Annotated[str | None, typer.Option(help=_("By this scheme instead of the proposed one."))] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--param", metavar="NAME=VALUE", help=_("A parameter of the scheme, such as account=402-01.")
        ),
    ] = None,
    vat_month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help=_("Month of the VAT, within the law."))
    ] = None,
    books_day: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help=_("Day in the books."))] = None,
    cost_month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help=_("Month whose cost it is."))
    ] = None,
    tax_point: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help=_("Day of the tax point, where it is another."))
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help=_("Keep it as a draft only."))] = False,
    firms: FirmsOption = None,
    words: WordsOption = "",
    dry_run: DryRun = False,
    yes: YesOption = False,
    json: AsJson = False,
) -> None:
    change = _Change(
        scheme=scheme,
        parameters=_parameters(parameters or []),
        vat_month=checked_month(vat_month) if vat_month else None,
        books_day=checked_day(books_day),
        cost_month=checked_month(cost_month) if cost_month else None,
        tax_point=checked_day(tax_point),
    )
    if change == _Change() and not draft:
        asked = AskedFor(numbers or [], firms or [], words, dry_run, yes, json)
        carry_out(context, asked, Decision(Action.CODE))
        return
    chooser = Chooser(numbers or [], firms or [], words, yes)
    work = _code(options.profile(context), chooser, change, draft=draft, dry_run=dry_run, as_json=json)
    raise typer.Exit(options.run(work))


def why(context: typer.Context, number: str, firm: HolderOption = None, json: AsJson = False) -> None:
    options.run(_why(options.profile(context), number, firm, as_json=json))


def pay(
    context: typer.Context,
    number: str,
    on: Annotated[str, typer.Option("--on", metavar="YYYY-MM-DD", help=_("Day of the payment."))],
    amount: Annotated[
        str | None, typer.Option(help=_("Gross in the invoice's currency; all that is left if left out."))
    ] = None,
    vat_month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help=_("Month of its VAT, within the law."))
    ] = None,
    firm: HolderOption = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    day = checked_day(on)
    assert day is not None  # noqa: S101 - an option that has to be there
    month = checked_month(vat_month) if vat_month else None
    paid = _Paid(day, _amount(amount) if amount is not None else None, month)
    work = _pay(options.profile(context), number, firm, paid, dry_run=dry_run, as_json=json)
    raise typer.Exit(options.run(work))


@dataclass(frozen=True, slots=True)
class _Paid:
    """A payment as it is typed."""

    day: date
    amount: Decimal | None
    """None: all that is left."""
    vat_month: Month | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What a person chooses otherwise; None is left as it is."""

    scheme: str | None = None
    parameters: Mapping[str, str] | None = None
    vat_month: Any = None
    books_day: date | None = None
    cost_month: Any = None
    tax_point: date | None = None

    def applied(self, choices: Choices) -> Choices:
        """The choices as they become; another scheme has parameters of its own."""
        parameters = {} if self.scheme not in (None, choices.scheme) else dict(choices.parameters)
        changed = replace(choices, parameters={**parameters, **(self.parameters or {})})
        told = {
            name: value
            for name in ("scheme", "vat_month", "books_day", "cost_month", "tax_point")
            if (value := getattr(self, name)) is not None
        }
        return replace(changed, **told)


def _parameters(texts: Sequence[str]) -> dict[str, str] | None:
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (equals and name.strip()):
            problem = _("A parameter is given as NAME=VALUE; this is not: {text}")
            raise BlinkError(USAGE, problem=problem.format(text=clean(text)))
        found[name.strip()] = value.strip()
    return found or None


# Coding by choices


async def _code(
    profile: Profile, chooser: Chooser, change: _Change, *, draft: bool, dry_run: bool, as_json: bool
) -> int:
    done, failures, made = 0, [], []
    async with profile.open_buffer() as buffer:
        choice = await chooser.choice(buffer)
        with bar(_("Coding"), choice.count) as told_of:
            async for document in choice.documents:
                told_of(1)
                try:
                    coding = await _coded(buffer, document, change, draft=draft, dry_run=dry_run)
                except BlinkError as error:
                    failures.append((document, error))
                    continue
                done += int(draft or coding.complete)
                made.append((document, coding))
        books = {one.firm_id: await buffer.books.get(one.firm_id) for one, _coding in made}
    if failures and choice.count == 1:
        raise failures[0][1]
    if as_json:
        output.say_json(
            {
                "done": done,
                "dry_run": dry_run,
                "draft": draft,
                "documents": [
                    {"ksef_number": one.ksef_number, "coding": coding_json(coding, kept)}
                    for one, coding in made
                    if (kept := books[one.firm_id]) is not None
                ],
                "failures": [
                    output.failure_json(error)["error"] | {"ksef_number": one.ksef_number}
                    for one, error in failures
                ],
            }
        )
    else:
        _tell(made, failures, books, done, dry_run=dry_run, draft=draft)
    if not failures:
        return ExitCode.DONE
    return ExitCode.PARTLY_FAILED if done else ExitCode.FAILED


def _tell(
    made: Sequence[tuple[Document, Coding]],
    failures: Sequence[tuple[Document, BlinkError]],
    books: Mapping[int, Any],
    count: int,
    *,
    dry_run: bool,
    draft: bool,
) -> None:
    if dry_run or len(made) == 1:
        for document, coding in made:
            output.say(f"{document.ksef_number}  {clean(document.invoice_number)}")
            for line in coding_lines(coding, books[document.firm_id]):
                output.say(line)
    for document, error in failures:
        output.warn(f"{document.ksef_number}: {error}")
    if dry_run:
        text = ngettext("{n} document would be coded.", "{n} documents would be coded.", count)
    elif draft:
        text = ngettext("{n} draft kept.", "{n} drafts kept.", count)
    else:
        text = ngettext("{n} document coded.", "{n} documents coded.", count)
    output.say(text.format(n=count))


async def _coded(
    buffer: Buffer, document: Document, change: _Change, *, draft: bool, dry_run: bool
) -> Coding:
    """The coding by changed choices, kept as a draft, and coded unless a draft is all that is wanted."""
    desk = await _desk(buffer, document.id)
    before = await _before(buffer, document.id)
    choices = before.choices if before is not None else Choices()
    if change.scheme is not None:
        _check_scheme(desk, change.scheme)
    coding = _recoded(desk, before, change.applied(choices))
    if dry_run:
        return coding
    await _keep(buffer, document, coding, code_it=not draft)
    return coding


def _check_scheme(desk: Desk, name: str) -> None:
    """Refuse a scheme that is mistyped or not for this direction before anything that was kept gives way to it."""
    found = desk.rulebook.schemes.get(name)
    if found is None or desk.facts.direction not in found[0].directions:
        problem = _("No scheme {name} is for this document. List: blink rules list --kind scheme")
        raise BlinkError(USAGE, problem=problem.format(name=clean(name)))


def _recoded(desk: Desk, before: Coding | None, choices: Choices) -> Coding:
    """The coding of choices; by the rules' first candidate where no scheme is among them.

    Lines that a person made stay, as long as the scheme does.
    """
    from blink_tui.coding.editing import with_lines
    from blink_tui.coding.propose import checked, propose
    from blink_tui.coding.propose import code as coded_by

    candidates = () if choices.scheme else propose(desk.facts, desk.rulebook, desk.learned).candidates
    coding = coded_by(desk.facts, desk.rulebook, choices, candidate=candidates[0] if candidates else None)
    if before is None or not before.lines_by_hand or choices.scheme != before.choices.scheme:
        return coding
    return checked(with_lines(coding, before.lines), desk.facts, desk.rulebook)


async def _desk(buffer: Buffer, document_id: int) -> Desk:
    from blink_tui.sync.surroundings import read_desk

    return await read_desk(buffer, document_id)


async def _before(buffer: Buffer, document_id: int) -> Coding | None:
    """How a person or the program has coded a document so far."""
    kept = await buffer.codings.get(document_id)
    return kept.coding if kept is not None else None


async def _keep(buffer: Buffer, document: Document, coding: Coding, *, code_it: bool) -> None:
    """Keep a coding as a draft and code by it. Raises BlinkError; an incomplete one stays a draft."""
    who = system_user()
    version = await buffer.codings.save_draft(document.id, document.version, coding, who=who)
    if not code_it:
        return
    blocking = [told(problem) for problem in coding.problems if problem.blocks]
    if blocking:
        why = _("It is kept as a draft: {problems}").format(problems=" ".join(blocking))
        raise BlinkError(INCOMPLETE, why=why)
    outcome = await buffer.decisions.decide({document.id: version}, Decision(Action.CODE), who=who)
    if not outcome.done:
        raise BlinkError(REFUSED, why=" ".join(refused_sentences(outcome.refused)))


# Why


async def _why(profile: Profile, number: str, firm: str | None, *, as_json: bool) -> None:
    from blink_tui.coding.propose import propose

    async with profile.open_buffer() as buffer:
        document = await the_document(buffer, number, firm)
        desk = await _desk(buffer, document.id)
        proposal = propose(desk.facts, desk.rulebook, desk.learned)
        kept = await buffer.codings.get(document.id)
    if as_json:
        coded = None if kept is None else {"state": kept.state, "who": kept.who, "at": kept.at}
        output.say_json({"ksef_number": document.ksef_number, "coding": coded} | why_json(proposal))
        return
    if kept is not None:
        scheme = kept.coding.scheme or _("by hand")
        text = _("{state} by {who} on {at}: {scheme}. The program would propose:")
        state = _("Coded") if kept.state == "coded" else _("Draft")
        output.say(text.format(state=state, who=clean(kept.who), at=output.moment(kept.at), scheme=scheme))
    for line in why_lines(proposal):
        output.say(line)


# Payments


async def _pay(
    profile: Profile, number: str, firm: str | None, paid: _Paid, *, dry_run: bool, as_json: bool
) -> int:
    async with profile.open_buffer() as buffer:
        document = await the_document(buffer, number, firm)
        desk = await _desk(buffer, document.id)
        kept = await _before(buffer, document.id)
        if document.status is not Status.FETCHED:
            desk = replace(desk, facts=replace(desk.facts, kept=kept))
        choices = kept.choices if kept is not None else Choices()
        if _recoded(desk, kept, choices).identity is not Identity.ON_PAYMENT:
            raise BlinkError(NOT_BY_PAYMENT, number=document.ksef_number)
        coding = _recoded(desk, kept, _with(document, choices, paid))
        await _add(buffer, document, coding, dry_run=dry_run)
        books = await books_of(buffer, (await buffer.firms.get(document.firm_id)))
    if as_json:
        output.say_json(
            {"ksef_number": document.ksef_number, "dry_run": dry_run, "coding": coding_json(coding, books)}
        )
    else:
        for line in coding_lines(coding, books):
            output.say(line)
    return ExitCode.DONE


def _with(document: Document, choices: Choices, paid: _Paid) -> Choices:
    """The choices with a payment more; the month of what is coded already was that of its own last payment."""
    part = PartPaid(paid.day, _left(document, choices, paid.amount))
    payments = tuple(sorted((*choices.payments, part), key=lambda one: one.day))
    if paid.vat_month is not None and payments[-1] is not part:
        raise BlinkError(USAGE, problem=_("A month can be chosen for the VAT of the last payment only."))
    before = choices.vat_month if document.status is Status.FETCHED else None
    return replace(choices, payments=payments, vat_month=paid.vat_month or before)


async def _add(buffer: Buffer, document: Document, coding: Coding, *, dry_run: bool) -> None:
    """Code by a coding with a payment more, from wherever the document stands. Raises BlinkError."""
    if document.status is Status.FETCHED:
        if not dry_run:
            await _keep(buffer, document, coding, code_it=True)
        return
    if dry_run:
        await buffer.payments.check(document.id, document.version, coding)
        return
    await buffer.payments.add_parts(document.id, document.version, coding, who=system_user())
    if document.status is Status.APPROVED:
        output.warn(_("It was approved before: it has to be approved anew."))
    elif document.status in IN_BOOKS:
        output.warn(
            _("The books have it: approved anew, it is handed over apart, to be put right in the books.")
        )


def _left(document: Document, choices: Choices, amount: Decimal | None) -> Decimal:
    """What is paid: not more than is left. Raises BlinkError(OVERPAID)."""
    left = (document.gross or Decimal(0)) - sum((one.amount for one in choices.payments), Decimal(0))
    if amount is None and left:
        return left
    if amount is None or abs(amount) > abs(left):
        raise BlinkError(
            OVERPAID, left=output.amount(left), currency=document.currency, number=document.ksef_number
        )
    return amount


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal("".join(text.split()).replace(",", "."))
    except ArithmeticError:
        amount = Decimal("nan")
    if not amount.is_finite() or not amount:
        raise BlinkError(USAGE, problem=_("This is no amount: {text}").format(text=clean(text)))
    return amount
