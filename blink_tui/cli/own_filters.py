"""`blink filter`: filters that a person keeps, and the language that they are written in."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import system_user
from blink_tui.cli.filters import asked, checked_name
from blink_tui.cli.options import AsJson
from blink_tui.i18n import _
from blink_tui.model.filtering import FIELDS, Field, Filter

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile
    from blink_tui.model.filtering.saved import SavedFilter

app = typer.Typer(help=_("Filters of documents: your own, and how one is written."), no_args_is_help=True)

_WIDTH = 72

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help=_("Letters, digits, - and _."))]


@app.command("list", help=_("List your filters. Example: blink filter list"))
def list_filters(context: typer.Context, json: AsJson = False) -> None:
    options.run(_list(options.profile(context), as_json=json))


@app.command(
    help=_('Keep a filter. Example: blink filter save large "kwota:>10000 od:7d", then: --filter @large')
)
def save(
    context: typer.Context,
    name: NameArgument,
    text: Annotated[str, typer.Argument(metavar="FILTER", help=_("The filter, in quotes."))],
    replace: Annotated[
        bool, typer.Option("--replace", help=_("In the place of one with that name."))
    ] = False,
    json: AsJson = False,
) -> None:
    saved = _save(options.profile(context), checked_name(name), asked(text), replace=replace, as_json=json)
    options.run(saved)


@app.command(help=_("Forget a filter of yours. Example: blink filter remove large"))
def remove(context: typer.Context, name: NameArgument, json: AsJson = False) -> None:
    options.run(_remove(options.profile(context), checked_name(name), as_json=json))


@app.command(help=_("The fields of a filter, with examples. Example: blink filter fields"))
def fields(json: AsJson = False) -> None:
    if json:
        output.say_json([_field_json(field) for field in FIELDS])
        return
    for field in FIELDS:
        output.say(field.example_shown)
        others = [name for name in (field.name, *_others(field)) if name != field.shown]
        also = f" ({', '.join(others)})" if others else ""
        output.say(textwrap.indent(textwrap.fill(_(field.meaning) + also, _WIDTH), "    "))
    output.say()
    for line in (
        _("Words are looked for anywhere in the document; marks and case do not matter: zolw finds Żółw."),
        _('"In quotes" words stand together. Everything that is asked has to hold.'),
        _("- or ! before a word or a field turns it round: -status:pobrany"),
    ):
        output.say(textwrap.fill(line, _WIDTH + len("    ")))


def _others(field: Field) -> tuple[str, ...]:
    return tuple(name for name in field.others if name != field.name)


def _field_json(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "aliases": list(_others(field)),
        "meaning": _(field.meaning),
        "example": field.example_shown,
    }


async def _list(profile: Profile, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        found = await buffer.saved_filters.list(system_user())
    if as_json:
        output.say_json([_filter_json(one) for one in found])
    elif not found:
        output.say(_("You keep no filters yet. Keep one: blink filter save NAME FILTER"))
    else:
        output.say(output.table((_("Name"), _("Filter")), [(f"@{one.name}", one.text) for one in found]))


async def _save(profile: Profile, name: str, wanted: Filter, *, replace: bool, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        saved = await buffer.saved_filters.save(system_user(), name, wanted.text, replace=replace)
    if as_json:
        output.say_json(_filter_json(saved))
    else:
        output.say(_("Kept: @{name}, {filter}").format(name=saved.name, filter=saved.text))


async def _remove(profile: Profile, name: str, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        await buffer.saved_filters.remove(system_user(), name)
    if as_json:
        output.say_json({"removed": name})
    else:
        output.say(_("Forgotten: @{name}").format(name=name))


def _filter_json(saved: SavedFilter) -> dict[str, str]:
    return {"name": saved.name, "filter": saved.text, "created": saved.created}
