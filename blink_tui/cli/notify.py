"""`blink notify`: who is told what happens while nobody looks."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.asking import asked
from blink_tui.cli.bar import bar
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _, language
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.notices import How, NewTarget, NoticeKind, Rule, Target, vault_name
from blink_tui.model.secret import Secret

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.vault import Vault

app = typer.Typer(
    help=_("Notices by mail or chat, of what happens while nobody looks."), no_args_is_help=True
)

BAD_NAME = ErrorKind(
    "bad-target-name",
    ExitCode.USAGE,
    N_(
        "A target's name takes letters, digits, - and _. An address is never typed here: others of the machine see"
        " what is typed. It is asked for, or read: blink notify add NAME --url-file FILE"
    ),
)
BAD_LANGUAGE = ErrorKind("bad-language", ExitCode.USAGE, N_("Notices are written in pl or en."))
_LONGEST = 4096
"""Characters of an address."""

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help=_("Name of the target, as you like."))]
KindsOption = Annotated[
    list[NoticeKind] | None,
    typer.Option(
        "--for",
        metavar="KIND",
        help=_("What about: {kinds}; may be repeated. Without it: everything.").format(
            kinds=", ".join(NoticeKind)
        ),
    ),
]
RuledFirmsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--firm", metavar="NIP", help=_("For which firm; may be repeated. Without it: all of them.")
    ),
]
LanguageOption = Annotated[
    str | None, typer.Option("--language", metavar="pl|en", help=_("Language of its notices."))
]


@app.command(
    help=_(
        "Add somebody who is told; the address is asked for and kept in the vault. "
        "Example: blink notify add office --for stopped --for credential"
    )
)
def add(
    context: typer.Context,
    name: NameArgument,
    url_stdin: Annotated[
        bool, typer.Option("--url-stdin", help=_("Read the address from standard input."))
    ] = False,
    url_file: Annotated[
        Path | None,
        typer.Option(
            "--url-file",
            exists=True,
            dir_okay=False,
            readable=True,
            help=_("File with the address, such as mailtos://user:password@example.com."),
        ),
    ] = None,
    tongue: LanguageOption = None,
    kinds: KindsOption = None,
    firms: RuledFirmsOption = None,
    anew: Annotated[
        bool, typer.Option("--replace", help=_("Give a target that is there another address."))
    ] = False,
    json: AsJson = False,
) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise BlinkError(BAD_NAME)
    if url_stdin and url_file is not None:
        raise BlinkError(USAGE, problem=_("Name either --url-stdin or --url-file."))
    if anew and (kinds or firms or tongue):
        raise BlinkError(USAGE, problem=_("--replace keeps the rules. Change them: blink notify rules NAME"))
    profile, tongue = options.profile(context), checked_language(tongue or language())
    options.run(_check(profile, name, kinds or [], firms or [], anew=anew))
    url = _address(url_file, from_stdin=url_stdin)
    if anew:
        options.run(_replace(profile, name, url, as_json=json))
    else:
        options.run(_add(profile, NewTarget(name, tongue, ""), kinds or [], firms or [], url, as_json=json))


@app.command("list", help=_("Who is told, without secrets, and how it fares. Example: blink notify list"))
def list_targets(context: typer.Context, json: AsJson = False) -> None:
    options.run(_list(options.profile(context), as_json=json))


@app.command(help=_("Tell a target nothing until --undo. Example: blink notify pause office"))
def pause(
    context: typer.Context,
    name: NameArgument,
    undo: Annotated[bool, typer.Option("--undo", help=_("Tell it again."))] = False,
    json: AsJson = False,
) -> None:
    options.run(_pause(options.profile(context), name, paused=not undo, as_json=json))


@app.command(
    help=_("Forget a target, its address and what waits for it. Example: blink notify remove office")
)
def remove(context: typer.Context, name: NameArgument, json: AsJson = False) -> None:
    options.run(_remove(options.profile(context), name, as_json=json))


@app.command("test", help=_("Send a test message and say what went wrong. Example: blink notify test office"))
def try_out(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help=_("Name of the target; all of them without it."))
    ] = None,
    json: AsJson = False,
) -> None:
    raise typer.Exit(options.run(_test(options.profile(context), name, as_json=json)))


def checked_language(text: str) -> str:
    """`pl` or `en`. Raises BlinkError(BAD_LANGUAGE)."""
    if text not in ("pl", "en"):
        raise BlinkError(BAD_LANGUAGE)
    return text


async def rules_for(
    buffer: Buffer, kinds: Sequence[NoticeKind], firms: Sequence[str], how: How
) -> list[Rule]:
    """A rule for each kind in each firm; none of a sort named means all of it. Raises BlinkError (no such firm)."""
    ids = [firm.id for firm in await options.chosen_firms(buffer, list(firms))] if firms else [0]
    abouts: Sequence[NoticeKind | None] = kinds or [None]
    return [Rule(0, firm_id, kind, how) for firm_id in ids for kind in abouts]


async def shown(buffer: Buffer, targets: Sequence[Target]) -> list[dict[str, Any]]:
    """Targets as scripts read them."""
    waiting, rules = await buffer.outbox.waiting(), await buffer.notice_targets.rules()
    firms = {firm.id: firm.context_value for firm in await buffer.firms.list()}
    return [
        {
            "name": target.name,
            "address": target.shown,
            "language": target.language,
            "paused": target.paused,
            "problem": target.problem,
            "sent_at": target.sent_at,
            "waiting": waiting.get(target.id, 0),
            "lost": target.lost,
            "least": target.least.name.lower(),
            "digest": str(target.digest),
            "quiet": str(target.quiet) if target.quiet else None,
            "days": "working" if target.working_days else "all",
            "rules": [
                {"firm": firms.get(rule.firm_id), "kind": rule.kind, "how": rule.how}
                for rule in rules
                if rule.target_id == target.id
            ],
        }
        for target in targets
    ]


async def _check(
    profile: Profile, name: str, kinds: Sequence[NoticeKind], firms: Sequence[str], *, anew: bool
) -> None:
    """Say what is wrong before an address is asked for. Raises BlinkError."""
    from blink_tui.buffer.errors import TARGET_EXISTS

    async with profile.open_buffer() as buffer:
        if anew:
            await buffer.notice_targets.get(name)
        elif any(target.name == name for target in await buffer.notice_targets.all()):
            raise BlinkError(TARGET_EXISTS, name=name)
        await rules_for(buffer, kinds, firms, How.USUAL)


async def _add(
    profile: Profile,
    new: NewTarget,
    kinds: Sequence[NoticeKind],
    firms: Sequence[str],
    url: Secret,
    *,
    as_json: bool,
) -> None:
    from blink_tui.model.clock import SystemClock
    from blink_tui.model.dates import instant_of
    from blink_tui.ops.notify.posting import look_at

    address = await look_at(new.name, url)
    async with profile.open_buffer() as buffer:
        rules = await rules_for(buffer, kinds, firms, How.USUAL)
        vault = profile.open_vault()
        now = instant_of(SystemClock().now())
        await buffer.notice_targets.add(replace(new, shown=address.shown), rules, now)
        try:
            vault.put(vault_name(new.name), url)
        except BlinkError:
            await buffer.notice_targets.remove(new.name)
            raise
        (told,) = await shown(buffer, [await buffer.notice_targets.get(new.name)])
    if as_json:
        output.say_json(told)
    else:
        text = _("{name} is told from now on ({address}). See whether it arrives: blink notify test {name}")
        output.say(text.format(name=new.name, address=address.shown))


async def _replace(profile: Profile, name: str, url: Secret, *, as_json: bool) -> None:
    from blink_tui.ops.notify.posting import look_at

    address = await look_at(name, url)
    async with profile.open_buffer() as buffer:
        target = await buffer.notice_targets.get(name)
        profile.open_vault().put(target.vault_name, url)
        await buffer.notice_targets.change(replace(target, shown=address.shown))
        (told,) = await shown(buffer, [await buffer.notice_targets.get(name)])
    if as_json:
        output.say_json(told)
    else:
        output.say(_("{name} has another address: {address}.").format(name=name, address=address.shown))


async def _list(profile: Profile, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        targets = await buffer.notice_targets.all()
        told = await shown(buffer, targets)
    if as_json:
        output.say_json(told)
    elif not told:
        output.say(_("Nobody is told anything yet. Add somebody: blink notify add NAME"))
    else:
        head = (_("Name"), _("Address"), _("State"), _("Last sent"), _("Waiting"))
        rows = [
            (one["name"], one["address"], _state(target), output.moment(one["sent_at"]), str(one["waiting"]))
            for one, target in zip(told, targets, strict=True)
        ]
        output.say(output.table(head, rows))


def _state(target: Target) -> str:
    from blink_tui.ops.notify.wording import reason_of

    if target.paused:
        return _("told nothing")
    if target.problem is None:
        return _("in order")
    lost = _(" (given up: {count})").format(count=target.lost) if target.lost else ""
    return f"{reason_of(target.problem)}{lost}"


async def _pause(profile: Profile, name: str, *, paused: bool, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        await buffer.notice_targets.pause(name, paused=paused)
        (told,) = await shown(buffer, [await buffer.notice_targets.get(name)])
    if as_json:
        output.say_json(told)
    else:
        text = _("{name} is told nothing until --undo.") if paused else _("{name} is told again.")
        output.say(text.format(name=name))


async def _remove(profile: Profile, name: str, *, as_json: bool) -> None:
    """The address goes first: one without a target would stay in the vault unseen."""
    async with profile.open_buffer() as buffer:
        target = await buffer.notice_targets.get(name)
        profile.open_vault().remove(target.vault_name)
        await buffer.notice_targets.remove(name)
    if as_json:
        output.say_json({"removed": name})
    else:
        output.say(_("{name} is forgotten, its address, too.").format(name=name))


async def _test(profile: Profile, name: str | None, *, as_json: bool) -> int:
    from blink_tui.sync.summary import exit_code_for

    async with profile.open_buffer() as buffer:
        targets = (
            await buffer.notice_targets.all() if name is None else [await buffer.notice_targets.get(name)]
        )
    if not targets:
        raise BlinkError(USAGE, problem=_("Nobody is told anything yet. Add somebody: blink notify add NAME"))
    vault = profile.open_vault()
    errors: list[BlinkError | None] = []
    with bar(_("Sending"), len(targets)) as done:
        for target in targets:
            errors.append(await _tried(vault, target, profile.name))
            done(1)
    if as_json:
        output.say_json(
            [
                {
                    "target": target.name,
                    "sent": error is None,
                    **(output.failure_json(error) if error else {}),
                }
                for target, error in zip(targets, errors, strict=True)
            ]
        )
    else:
        for target, error in zip(targets, errors, strict=True):
            if error is None:
                output.say(_("{name}: a test message was sent.").format(name=target.name))
            else:
                output.warn(f"{target.name}: " + "\n".join(output.failure_lines(error)))
    return int(exit_code_for([[error] if error else [] for error in errors]))


async def _tried(vault: Vault, target: Target, profile: str) -> BlinkError | None:
    """Why a test message did not go; None when it did."""
    import secrets

    from blink_tui.ops.notify.posting import post
    from blink_tui.ops.notify.wording import trial_message

    text = trial_message(target.language, profile=profile, number=secrets.token_hex(4))
    try:
        url = await asyncio.to_thread(vault.get, target.vault_name)
        await post(target.name, url, text)
    except BlinkError as error:
        return error
    return None


def _address(file: Path | None, *, from_stdin: bool) -> Secret:
    """The address out of a file, standard input or a prompt without echo. Raises BlinkError (usage)."""
    if file is not None:
        text = file.read_bytes().partition(b"\n")[0].decode("utf-8", "replace")
    elif from_stdin:
        text = sys.stdin.readline()
    elif sys.stdin.isatty():
        question = _("Address, such as mailtos://user:password@example.com (not shown): ")
        text = asked(question).reveal_text()
    else:
        raise BlinkError(
            USAGE, problem=_("There is no terminal to ask for the address: use --url-stdin or --url-file.")
        )
    if not text.strip() or len(text) > _LONGEST:
        raise BlinkError(USAGE, problem=_("The address is empty, or far too long."))
    return Secret(text.strip())
