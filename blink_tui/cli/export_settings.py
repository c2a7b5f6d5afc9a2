"""`blink export settings`: what a firm says about its exports."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named, system_user
from blink_tui.cli.options import AsJson
from blink_tui.i18n import _
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.text import clean

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile
    from blink_tui.ledger.exporter import Setting

_NAME, _WIDTH, _INDENT = 24, 80, "    "

FirmOption = Annotated[str, typer.Option("--firm", metavar="NIP", help=_("NIP or internal id of the firm."))]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help=_("Change a setting; without a value the usual one holds again.")
    ),
]


def settings(
    context: typer.Context,
    firm: FirmOption,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help=_("Also the settings of this format."))
    ] = "",
    changes: SetOption = None,
    json: AsJson = False,
) -> None:
    told = assignments(changes or [])
    options.run(_settings(options.profile(context), firm, form, told, as_json=json))


def assignments(texts: Sequence[str]) -> dict[str, str]:
    """Names and values out of `name=value`. Raises BlinkError (usage)."""
    pairs = [text.partition("=") for text in texts]
    for text, (name, sign, _value) in zip(texts, pairs, strict=True):
        if not (name.strip() and sign):
            problem = _("A setting is told as name=value, such as tax_office=1471; this is not: {text}")
            raise BlinkError(USAGE, problem=problem.format(text=clean(text)))
    return {name.strip(): value for name, _sign, value in pairs}


async def _settings(
    profile: Profile, firm_text: str, form: str, told: Mapping[str, str], *, as_json: bool
) -> None:
    from blink_tui.ledger.delivery import checked_folder
    from blink_tui.ledger.formats import settings_of
    from blink_tui.ledger.settings import FIRM, OF_FIRM, checked

    own = settings_of(form)
    values = checked(own, told)
    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, firm_text)
        if values.firm.get("folder"):
            checked_folder(values.firm["folder"], profile.folder, firm.context_value)
        await buffer.export_settings.save(firm.id, OF_FIRM, values.firm, who=system_user())
        if form:
            await buffer.export_settings.save(firm.id, form, values.format, who=system_user())
        kept = await buffer.export_settings.of(firm.id, form)
    parts = [(OF_FIRM, one) for one in FIRM] + [(form, one) for one in own]
    if as_json:
        output.say_json([_json(place, one, kept) for place, one in parts])
        return
    for _place, one in parts:
        for line in _lines(one, kept):
            output.say(line)


def _json(form: str, setting: Setting, kept: Mapping[str, str]) -> dict[str, Any]:
    return {
        "format": form,
        "name": setting.name,
        "value": kept.get(setting.name, ""),
        "usual": setting.usual,
        "meaning": _(setting.meaning),
        "example": setting.example,
        "choices": list(setting.choices),
        "required": setting.required,
    }


def _lines(setting: Setting, kept: Mapping[str, str]) -> Iterator[str]:
    """Its name and value, and below them what it is for and what it may be."""
    usual = _("usually {value}").format(value=setting.usual) if setting.usual else "–"
    yield f"{setting.name:<{_NAME}} {clean(kept.get(setting.name, '')) or usual}"
    meaning = _(setting.meaning) + (" " + _("(required)") if setting.required else "")
    yield from textwrap.wrap(meaning, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)
    if setting.choices:
        said = _("one of: {choices}").format(choices=", ".join(setting.choices))
    else:
        said = _("for example: {value}").format(value=setting.example) if setting.example else ""
    yield from textwrap.wrap(said, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)
