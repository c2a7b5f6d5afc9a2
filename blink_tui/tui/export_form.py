"""What is asked for about a firm's exports: each setting with its meaning, an example and its check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from blink_tui.buffer import Buffer
from blink_tui.i18n import _
from blink_tui.ledger import payment_settings
from blink_tui.ledger.exporter import Exporter, Setting
from blink_tui.ledger.formats import exporters, settings_of
from blink_tui.ledger.settings import FIRM, OF_FIRM, checked, missing
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.tui.widgets.form import Field, Filled

_LABEL = 37
"""Letters of a meaning that fit beside its field (`SettingsForm` in the styles)."""


@dataclass(frozen=True, slots=True)
class Place:
    """The firm itself, or one format, with what is said of it."""

    format: str
    """Empty for the firm itself."""
    name: str
    settings: tuple[Setting, ...]
    told: Mapping[str, str]
    missing: tuple[Setting, ...] = ()
    """What the format cannot be written without; of the firm itself: what its ledger program needs to know."""


async def places_of(buffer: Buffer, firm: Firm, ledger: str) -> list[Place]:
    """The firm itself, its ledger program's format, then all others."""
    firm_told = await buffer.export_settings.own(firm.id, OF_FIRM)
    formats = sorted(exporters().values(), key=lambda one: one.id != ledger)
    found = [await _of_format(buffer, firm, one) for one in formats]
    names = {one.name for one in FIRM}
    lacking = tuple(one for place in found[:1] for one in place.missing if one.name in names)
    payments = Place(
        payment_settings.FORMAT,
        _("Payments"),
        payment_settings.SETTINGS,
        await buffer.export_settings.own(firm.id, payment_settings.FORMAT),
    )
    return [Place(OF_FIRM, _("The firm itself, for all formats"), FIRM, firm_told, lacking), *found, payments]


async def _of_format(buffer: Buffer, firm: Firm, exporter: Exporter) -> Place:
    told = await buffer.export_settings.of(firm.id, exporter.id)
    own = settings_of(exporter.id)
    names = {one.name for one in own}
    return Place(
        exporter.id,
        _(exporter.name),
        own,
        {name: value for name, value in told.items() if name in names},
        missing(exporter, told),
    )


def setting_fields(place: Place) -> list[Field]:
    """One field a setting; what is missing comes first, were it of the firm itself. An empty one is as usual."""
    return [_field(one, place.told.get(one.name, "")) for one in _asked(place)]


def _asked(place: Place) -> tuple[Setting, ...]:
    lacking = {one.name for one in place.missing}
    return (*place.missing, *(one for one in place.settings if one.name not in lacking))


def _field(setting: Setting, value: str) -> Field:
    meaning = clean(_(setting.meaning))
    usual = _("usually {value}").format(value=setting.usual) if setting.usual else ""
    example = "" if setting.choices else setting.example
    hints = (
        meaning if len(meaning) > _LABEL else "",
        _("required") if setting.required else "",
        _("such as {example}").format(example=example) if example else "",
        "" if setting.choices else usual,
        setting.name,
    )
    choices = [("", usual or "–"), *((one, one) for one in setting.choices)] if setting.choices else []
    return Field(
        setting.name, meaning[:1].upper() + meaning[1:], " · ".join(one for one in hints if one), value, choices,
        check=partial(_checked, setting),
    )  # fmt: skip


def _checked(setting: Setting, text: str) -> None:
    """The check of the command line. Raises BlinkError."""
    checked((setting,), {setting.name: text})


async def save_settings(buffer: Buffer, firm: Firm, place: Place, who: str, filled: Filled) -> Place:
    """Keep what was changed, over what was shown. Raises BlinkError (bad-export-setting, CHANGED_MEANWHILE)."""
    told, seen = checked(_asked(place), filled.texts), place.told
    for form, values in ((OF_FIRM, told.firm), *([(place.format, told.format)] if place.format else ())):
        changed = {name: value for name, value in values.items() if value != seen.get(name, "")}
        await buffer.export_settings.save(firm.id, form, changed, who=who, seen=seen)
    return place


def lacking_words(settings: Sequence[Setting]) -> str:
    """Meanings of settings that are missing."""
    return "; ".join(clean(_(one.meaning)) for one in settings)
