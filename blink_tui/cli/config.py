"""`blink config`: what can be set in a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.options import AsJson
from blink_tui.i18n import _
from blink_tui.model.errors import BlinkError
from blink_tui.model.settings import SETTINGS, UNKNOWN_SETTING, Setting

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile

app = typer.Typer(help=_("Settings of the profile."), no_args_is_help=True)

KeyArgument = Annotated[str, typer.Argument(metavar="NAME", help=_("Name in blink config list."))]


@app.command("get", help=_("Show a setting. Example: blink config get tokens.end"))
def get(context: typer.Context, key: KeyArgument, json: AsJson = False) -> None:
    options.run(_get(options.profile(context), _known(key), as_json=json))


@app.command("set", help=_("Change a setting. Example: blink config set tokens.end 2027-06-30"))
def set_(
    context: typer.Context,
    key: KeyArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help=_("What it shall be."))],
    json: AsJson = False,
) -> None:
    options.run(_set(options.profile(context), _known(key), value.strip(), as_json=json))


@app.command("list", help=_("List the settings. Example: blink config list"))
def list_settings(context: typer.Context, json: AsJson = False) -> None:
    options.run(_list(options.profile(context), as_json=json))


def _known(key: str) -> Setting[Any]:
    if key not in SETTINGS:
        raise BlinkError(UNKNOWN_SETTING, key=key)
    return SETTINGS[key]


async def _get(profile: Profile, setting: Setting[Any], *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        text = await buffer.settings.get(setting.key)
    if as_json:
        output.say_json(_setting_json(setting, text))
    else:
        output.say(setting.default if text is None else text)


async def _set(profile: Profile, setting: Setting[Any], value: str, *, as_json: bool) -> None:
    setting.checked(value)
    async with profile.open_buffer() as buffer:
        await buffer.settings.set(setting.key, value)
    if as_json:
        output.say_json(_setting_json(setting, value))
    else:
        output.say(_("Set: {key} is {value}.").format(key=setting.key, value=value))


async def _list(profile: Profile, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        held = [(setting, await buffer.settings.get(setting.key)) for setting in SETTINGS.values()]
    if as_json:
        output.say_json([_setting_json(setting, text) for setting, text in held])
    else:
        head = (_("Setting"), _("Value"), _("What it is for"))
        rows = [
            (setting.key, setting.default if text is None else text, _(setting.text))
            for setting, text in held
        ]
        output.say(output.table(head, rows))


def _setting_json(setting: Setting[Any], text: str | None) -> dict[str, str]:
    return {
        "key": setting.key,
        "value": setting.default if text is None else text,
        "default": setting.default,
        "text": _(setting.text),
        "takes": _(setting.wanted),
    }
