"""`blink rules`: rules and schemes as readable texts: listed, shown, exported, checked, tried on history, imported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named, system_user
from blink_tui.cli.files import STDOUT, given
from blink_tui.cli.lists import DryRun
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.rulebook import OFFICE, EntryKind, RulebookEntry
from blink_tui.model.text import clean

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import Firm
    from blink_tui.sync.trying import Edit

RULE_UNKNOWN = ErrorKind(
    "rule-unknown", ExitCode.USAGE, N_("There is no rule or scheme {name} here. See: blink rules list")
)
RULES_WRONG = ErrorKind(
    "rules-wrong",
    ExitCode.USAGE,
    N_("Nothing was changed: {count} texts cannot be used. The first: {problem}"),
)
KIND_WORDS = {
    EntryKind.RULE: N_("rule"),
    EntryKind.SCHEME: N_("scheme"),
    EntryKind.SOURCE: N_("data source"),
}

app = typer.Typer(help=_("Rules and posting schemes, each in all its versions."), no_args_is_help=True)

FirmOption = Annotated[
    str | None,
    typer.Option("--firm", metavar="NIP", help=_("Of this firm; of the whole office if left out.")),
]
FileArgument = Annotated[str, typer.Argument(metavar="FILE.toml|-", help=_("Rules as TOML; - is stdin."))]
KindOption = Annotated[EntryKind | None, typer.Option(help=_("Only of this kind."))]


@app.command(
    "list", help=_("Rules and schemes with their versions. Example: blink rules list --firm 5265877635")
)
def list_rules(
    context: typer.Context, firm: FirmOption = None, kind: KindOption = None, json: AsJson = False
) -> None:
    options.run(_list(options.profile(context), firm, kind, as_json=json))


@app.command(help=_("One rule or scheme with all its versions. Example: blink rules show zakup-uslugi"))
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    firm: FirmOption = None,
    kind: KindOption = None,
    version: Annotated[int | None, typer.Option(min=1, help=_("An earlier version."))] = None,
    json: AsJson = False,
) -> None:
    options.run(_show(options.profile(context), name, firm, kind, version, as_json=json))


@app.command(
    help=_(
        "Write rules and schemes as TOML, to be changed and imported. Example: blink rules export --out rules.toml"
    )
)
def export(
    context: typer.Context,
    firm: FirmOption = None,
    kind: KindOption = None,
    own: Annotated[
        bool, typer.Option("--own", help=_("Only what people wrote, not what came with the program."))
    ] = False,
    out: Annotated[str, typer.Option(metavar="FILE|-", help=_("Where to; - is stdout."))] = STDOUT,
    json: AsJson = False,
) -> None:
    options.run(_export(options.profile(context), firm, kind, out, own=own, as_json=json))


@app.command(
    "import",
    help=_(
        "Take rules and schemes out of TOML, each as a new version in the place of the one of its name. "
        "Example: blink rules import rules.toml --dry-run"
    ),
)
def import_rules(
    context: typer.Context,
    file: FileArgument,
    firm: FirmOption = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    edits = edits_of(text_of(file))
    options.run(_import(options.profile(context), edits, firm, dry_run=dry_run, as_json=json))


@app.command(
    help=_("Take a rule or scheme out of use; its versions stay. Example: blink rules remove telefony")
)
def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    firm: FirmOption = None,
    kind: KindOption = None,
    json: AsJson = False,
) -> None:
    options.run(_remove(options.profile(context), name, firm, kind, as_json=json))


@app.command(
    help=_("Look whether TOML can be used, without keeping it. Example: blink rules check rules.toml")
)
def check(context: typer.Context, file: FileArgument, firm: FirmOption = None, json: AsJson = False) -> None:
    edits = edits_of(text_of(file))
    options.run(_check(options.profile(context), edits, firm, as_json=json))


# What is there


async def _whose(buffer: Buffer, text: str | None) -> tuple[int, Firm | None]:
    if text is None:
        return OFFICE, None
    firm = await firm_named(buffer, text)
    return firm.id, firm


async def _list(profile: Profile, text: str | None, kind: EntryKind | None, *, as_json: bool) -> None:
    from blink_tui.coding.rulebook import Rulebook

    async with profile.open_buffer() as buffer:
        await seeded(buffer)
        firm_id, firm = await _whose(buffer, text)
        entries = await buffer.rules.entries(firm_id)
    problems = Rulebook.of(entries).problems
    shown = [entry for entry in entries if kind in (None, entry.kind)]
    if as_json:
        told = [
            {"name": one.entry.name, "kind": one.entry.kind, "problem": str(one.message)} for one in problems
        ]
        output.say_json({"entries": [_json(entry, firm) for entry in shown], "problems": told})
        return
    head = (_("Kind"), _("Name"), _("Version"), _("Whose"), _("Changed"), _("By"))
    output.say(output.table(head, [_row(entry) for entry in shown]))
    for one in problems:
        output.warn(f"{one.entry.name}: {clean(str(one.message))}")


def _row(entry: RulebookEntry) -> tuple[str, ...]:
    return (
        _(KIND_WORDS[entry.kind]),
        entry.name,
        f"{entry.version} #{entry.digest}",
        _("office") if entry.firm_id == OFFICE else _("firm"),
        output.moment(entry.at),
        _("the program") if entry.shipped else entry.who,
    )


def _json(entry: RulebookEntry, firm: Firm | None) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "name": entry.name,
        "version": entry.version,
        "digest": entry.digest,
        "firm": None if entry.firm_id == OFFICE or firm is None else firm.context_value,
        "at": entry.at,
        "who": entry.who,
        "shipped": entry.shipped,
    }


async def seeded(buffer: Buffer) -> None:
    """What came with the program stands in the rulebook before anybody looks at it."""
    from blink_tui.sync.proposing import seed_rulebook

    await seed_rulebook(buffer)


async def _show(
    profile: Profile,
    name: str,
    text: str | None,
    kind: EntryKind | None,
    version: int | None,
    *,
    as_json: bool,
) -> None:
    async with profile.open_buffer() as buffer:
        await seeded(buffer)
        firm_id, firm = await _whose(buffer, text)
        versions = await _versions(buffer, firm_id, name, kind)
    shown = versions[-1]
    if version is not None:
        chosen = [one for one in versions if one.version == version]
        if not chosen:
            problem = _("{name} has the versions {versions}.")
            numbers = ", ".join(str(one.version) for one in versions)
            raise BlinkError(USAGE, problem=problem.format(name=clean(name), versions=numbers))
        shown = chosen[0]
    if as_json:
        output.say_json(
            _json(shown, firm) | {"text": shown.text, "versions": [_json(one, firm) for one in versions]}
        )
        return
    output.say(shown.text.rstrip("\n") or _("(out of use)"))
    output.say()
    head = (_("Version"), _("Changed"), _("By"))
    rows = [(f"{one.version} #{one.digest}", output.moment(one.at), _("the program") if one.shipped else one.who)
            for one in versions]  # fmt: skip
    output.say(output.table(head, rows))


async def _versions(buffer: Buffer, firm_id: int, name: str, kind: EntryKind | None) -> list[RulebookEntry]:
    """All versions of one: the firm's own, else the office's. Raises BlinkError(RULE_UNKNOWN)."""
    for whose in dict.fromkeys((firm_id, OFFICE)):
        for one in [kind] if kind else list(EntryKind):
            found = await buffer.rules.versions(whose, one, name)
            if found:
                return found
    raise BlinkError(RULE_UNKNOWN, name=clean(name))


async def _export(
    profile: Profile, text: str | None, kind: EntryKind | None, out: str, *, own: bool, as_json: bool
) -> None:
    from blink_tui.coding.toml import read, written
    from blink_tui.sync.files import place

    async with profile.open_buffer() as buffer:
        await seeded(buffer)
        firm_id, _firm = await _whose(buffer, text)
        entries = [
            entry
            for entry in await buffer.rules.entries(firm_id)
            if entry.firm_id == firm_id and kind in (None, entry.kind) and not (own and entry.shipped)
        ]
    toml = written([item for entry in entries for item in read(entry.text)])
    if out == STDOUT:
        if as_json:
            output.say_json({"entries": len(entries), "toml": toml})
        else:
            output.say(toml.removesuffix("\n"))
        return
    place(Path(out), toml.encode())
    if as_json:
        output.say_json({"entries": len(entries), "file": out})
    else:
        text = ngettext(
            "{n} rule or scheme written: {file}", "{n} rules and schemes written: {file}", len(entries)
        )
        output.say(text.format(n=len(entries), file=clean(out)))


# Changing


def text_of(file: str) -> str:
    """The TOML as typed. Raises BlinkError (usage)."""
    content = given(file)
    try:
        if content is not None:
            return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    raise BlinkError(USAGE, problem=_("{file} holds no rules: it is no UTF-8 text.").format(file=clean(file)))


def edits_of(text: str) -> list[Edit]:
    """Each rule and scheme of a text by itself. Raises BlinkError (usage) with every fault and its line."""
    from blink_tui.coding.toml import key_of, read, written

    edits = [(*key_of(item), written([item])) for item in read(text)]
    if not edits:
        raise BlinkError(USAGE, problem=_("There is no rule or scheme in it."))
    return edits


async def refuse_wrong(buffer: Buffer, edits: Sequence[Edit], firm_id: int) -> None:
    """Raises BlinkError(RULES_WRONG) when something of it does not compile beside what is there."""
    from blink_tui.coding.rulebook import Rulebook
    from blink_tui.sync.trying import edited

    names = {(kind, name) for kind, name, _text in edits}
    entries = edited(await buffer.rules.entries(firm_id), edits, firm_id)
    wrong = [
        f"{one.entry.name}: {clean(str(one.message))}"
        for one in Rulebook.of(entries).problems
        if (one.entry.kind, one.entry.name) in names
    ]
    if wrong:
        for problem in wrong[1:]:
            output.warn(problem)
        raise BlinkError(RULES_WRONG, count=len(wrong), problem=wrong[0])


async def _differences(
    buffer: Buffer, edits: Iterable[Edit], firm_id: int
) -> list[tuple[EntryKind, str, int | None]]:
    """What would become a new version: kind, name and the version that is there, if any."""
    entries = {
        (one.kind, one.name): one for one in await buffer.rules.entries(firm_id) if one.firm_id == firm_id
    }
    found = []
    for kind, name, text in edits:
        before = entries.get((kind, name))
        if before is None or before.text != text:
            found.append((kind, name, before.version if before else None))
    return found


async def _check(profile: Profile, edits: Sequence[Edit], text: str | None, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        await seeded(buffer)
        firm_id, _firm = await _whose(buffer, text)
        await refuse_wrong(buffer, edits, firm_id)
        changes = await _differences(buffer, edits, firm_id)
    if as_json:
        output.say_json({"entries": len(edits), "would_change": _changes_json(changes)})
        return
    output.say(ngettext("{n} text can be used.", "{n} texts can be used.", len(edits)).format(n=len(edits)))
    _tell_changes(changes)


async def _import(
    profile: Profile, edits: Sequence[Edit], text: str | None, *, dry_run: bool, as_json: bool
) -> None:
    async with profile.open_buffer() as buffer:
        await seeded(buffer)
        firm_id, _firm = await _whose(buffer, text)
        await refuse_wrong(buffer, edits, firm_id)
        changes = await _differences(buffer, edits, firm_id)
        if not dry_run:
            await buffer.rules.save(firm_id, edits, who=system_user())
        waiting = await buffer.codings.count_to_propose(None if firm_id == OFFICE else (firm_id,))
    if as_json:
        output.say_json({"changed": _changes_json(changes), "dry_run": dry_run, "waiting": waiting})
        return
    _tell_changes(changes)
    if dry_run:
        output.say(_("Nothing was kept. What it would do to documents: blink rules try"))
    elif waiting:
        text = ngettext(
            "{n} document waits for a new proposal: the next fetch makes it, or now: blink reindex --rest",
            "{n} documents wait for new proposals: the next fetch makes them, or now: blink reindex --rest",
            waiting,
        )
        output.say(text.format(n=waiting))


def _changes_json(changes: Sequence[tuple[EntryKind, str, int | None]]) -> list[dict[str, Any]]:
    return [{"kind": kind, "name": name, "version": (before or 0) + 1} for kind, name, before in changes]


def _tell_changes(changes: Sequence[tuple[EntryKind, str, int | None]]) -> None:
    if not changes:
        output.say(_("Everything is there already, word for word."))
    for kind, name, before in changes:
        state = _("new") if before is None else _("version {old} → {new}").format(old=before, new=before + 1)
        output.say(f"  {_(KIND_WORDS[kind])} {clean(name)}: {state}")


async def _remove(
    profile: Profile, name: str, text: str | None, kind: EntryKind | None, *, as_json: bool
) -> None:
    async with profile.open_buffer() as buffer:
        await seeded(buffer)
        firm_id, firm = await _whose(buffer, text)
        newest = (await _versions(buffer, firm_id, name, kind))[-1]
        if newest.firm_id != firm_id:
            problem = _("{name} is the office's: a firm can have one of the same name in its place.")
            raise BlinkError(USAGE, problem=problem.format(name=clean(name)))
        await buffer.rules.save(firm_id, [(newest.kind, newest.name, "")], who=system_user())
    if as_json:
        output.say_json(_json(newest, firm) | {"removed": True})
    else:
        output.say(_("Out of use: {name}").format(name=clean(name)))
