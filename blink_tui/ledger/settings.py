"""What a firm says about its exports: of the firm itself, and of each format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from blink_tui.i18n import N_, Message
from blink_tui.ledger.exporter import Exporter, Setting
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.text import clean

UNKNOWN_SETTING = ErrorKind(
    "unknown-export-setting",
    ExitCode.USAGE,
    N_("There is no setting {name}. Known: {known}."),
)
BAD_SETTING = ErrorKind(
    "bad-export-setting",
    ExitCode.USAGE,
    N_("The setting {name} ({meaning}) cannot be: {value}. Right would be: {example}"),
)
MISSING_SETTINGS = ErrorKind(
    "export-settings-missing",
    ExitCode.FAILED,
    N_(
        "{format} needs to know first: {settings}. Tell it with blink export settings --firm {nip} --format {id}"
        " --set NAME=VALUE, or in the console: Handing over to the books, settings."
    ),
)

_OFFICES = (
    "0202-0234 0271 0402-0423 0471 0602-0622 0671 0802-0814 0871 1002-1029 1071 1202-1228 1271 1402-1449 1471-1473"
    " 1602-1613 1671 1802-1823 1871 2002-2015 2071 2202-2221 2271 2402-2436 2471-2472 2602-2615 2671 2802-2816 2871"
    " 3002-3023 3025-3039 3071-3072 3202-3220 3271"
)
"""Codes of tax offices in force."""
_LONGEST = 240


def is_tax_office(text: str) -> bool:
    """A code that an office has."""
    return bool(re.fullmatch("[0-9]{4}", text)) and any(
        first <= text <= (last or first)
        for first, _, last in (run.partition("-") for run in _OFFICES.split())
    )


def is_email(text: str) -> bool:
    """As the forms of the tax offices take it."""
    return len(text) <= 255 and bool(re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\".]+(\.[^\s@<>\".]+)+", text))


def is_day(text: str) -> bool:
    """A calendar day written as 2026-01-31."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_birth_date(text: str) -> bool:
    """A day on which somebody alive may have been born."""
    return is_day(text) and "1900-01-01" <= text <= "2099-12-31"


def is_phone(text: str) -> bool:
    """Digits, with the marks that stand among them."""
    return bool(re.fullmatch(r"\+?[0-9 ()-]{5,16}", text))


def is_postal_code(text: str) -> bool:
    """Two digits, a hyphen, three digits."""
    return bool(re.fullmatch(r"[0-9]{2}-[0-9]{3}", text))


def is_text(text: str) -> bool:
    """One line that can stand in a form."""
    return 0 < len(text) <= _LONGEST and clean(text) == text


def is_folder(text: str) -> bool:
    """A path from the root; whether it can be written to is seen when it is (`ledger.delivery`)."""
    return Path(text).is_absolute() and is_text(text)


FIRM: tuple[Setting, ...] = (
    Setting("full_name", N_("the firm's full name"), example="Przykład sp. z o.o.", check=is_text),
    Setting("first_name", N_("first name, of a person's firm"), example="Anna", check=is_text),
    Setting("last_name", N_("last name, of a person's firm"), example="Przykładowa", check=is_text),
    Setting("birth_date", N_("date of birth, of a person's firm"), example="1980-01-31", check=is_birth_date),
    Setting(
        "email", N_("e-mail address for the tax office"), example="ksiegowosc@example.com", check=is_email
    ),
    Setting("phone", N_("telephone for the tax office"), example="221234567", check=is_phone),
    Setting("tax_office", N_("code of the tax office, four digits"), example="1471", check=is_tax_office),
    Setting("city", N_("town of the firm's address"), example="Warszawa", check=is_text),
    Setting("postal_code", N_("postal code of the firm's address"), example="00-001", check=is_postal_code),
    Setting("street", N_("street and number of the firm's address"), example="Prosta 1", check=is_text),
    Setting(
        "folder",
        N_("folder from which the ledger program takes its files"),
        example="/srv/ksiegowosc/przyklad",
        check=is_folder,
    ),
)
"""Of the firm itself, for all formats: JPK, EPP, Symfonia, WAPRO."""

OF_FIRM = ""
"""Stands for the firm itself where a format is named."""
_NAMES = frozenset(one.name for one in FIRM)
_PERSON = ("first_name", "last_name", "birth_date")
_TAX_OFFICE = ("tax_office",)
_JPK = "jpk_"
_JPK_OPTION = re.compile(r"purpose|schema|P_[A-Z0-9_]+", re.ASCII)
"""What a JPK is told of itself beside settings; which positions it takes it checks itself."""
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "jpk_v7m": ("tax_office", "email"),
    "jpk_v7k": ("tax_office", "email"),
    "jpk_pkpir": _TAX_OFFICE,
    "jpk_ewp": _TAX_OFFICE,
    "jpk_fa": ("tax_office", "street", "city", "postal_code"),
}
"""What of the firm a format cannot do without; each of these wants to know who the taxpayer is, too."""


@dataclass(frozen=True, slots=True)
class Told:
    """Values by the place where they are kept."""

    firm: Mapping[str, str]
    format: Mapping[str, str]


def filled(exporter: Exporter, told: Mapping[str, str]) -> dict[str, str]:
    """Values of the firm and of a format, with the usual ones where nothing is said."""
    return {one.name: told.get(one.name) or one.usual for one in (*FIRM, *exporter.settings)}


def known(own: tuple[Setting, ...] = ()) -> dict[str, Setting]:
    """Settings of the firm and of a format by name; the format's own meaning comes first."""
    return {one.name: one for one in (*FIRM, *own)}


def checked(own: tuple[Setting, ...], told: Mapping[str, str]) -> Told:
    """Values as they are kept, the firm's own apart from the format's; an empty one forgets what was said.

    Raises BlinkError: UNKNOWN_SETTING, BAD_SETTING.
    """
    settings = known(own)
    values: dict[str, str] = {}
    for name, text in told.items():
        if name not in settings:
            raise BlinkError(UNKNOWN_SETTING, name=clean(name), known=", ".join(settings))
        values[name] = _taken(settings[name], text.strip())
    return Told(
        {name: value for name, value in values.items() if name in _NAMES},
        {name: value for name, value in values.items() if name not in _NAMES},
    )


def check_options(exporter: Exporter, told: Mapping[str, str]) -> None:
    """Refuse what one export was told and nothing would read. Raises BlinkError: UNKNOWN_SETTING, BAD_SETTING."""
    settings = known(exporter.settings)
    for name, text in told.items():
        if name in settings:
            _taken(settings[name], text.strip())
        elif not (exporter.id.startswith(_JPK) and _JPK_OPTION.fullmatch(name)):
            more = (*settings, "purpose", "P_…") if exporter.id.startswith(_JPK) else tuple(settings)
            raise BlinkError(UNKNOWN_SETTING, name=clean(name), known=", ".join(more))


def _taken(setting: Setting, value: str) -> str:
    """The value as it is kept. Raises BlinkError(BAD_SETTING)."""
    if value and not (value in setting.choices if setting.choices else setting.check(value)):
        raise BlinkError(
            BAD_SETTING,
            name=setting.name,
            meaning=Message(setting.meaning),
            value=clean(value)[:_LONGEST],
            example=", ".join(setting.choices) or setting.example or setting.usual,
        )
    return value


def missing(exporter: Exporter, settings: Mapping[str, str]) -> tuple[Setting, ...]:
    """What a format cannot be written without and nobody told, in the order in which it is asked for.

    A taxpayer of a JPK is known by a full name, or by a person's first name, last name and date of birth.
    """
    values = filled(exporter, settings)
    wanted = [one for one in exporter.settings if one.required]
    if exporter.id in _NEEDED:
        named = bool(values["full_name"]) and not any(values[name] for name in _PERSON)
        names = () if named else _PERSON if any(values[name] for name in _PERSON) else ("full_name",)
        firm = {one.name: one for one in FIRM}
        wanted += [replace(firm[name], required=True) for name in (*_NEEDED[exporter.id], *names)]
    return tuple(one for one in wanted if not values[one.name])


def require(exporter: Exporter, settings: Mapping[str, str], nip: str) -> None:
    """Refuse a format that lacks what it needs. Raises BlinkError(MISSING_SETTINGS)."""
    lacking = missing(exporter, settings)
    if lacking:
        raise BlinkError(
            MISSING_SETTINGS,
            format=Message(exporter.name),
            settings=", ".join(one.name for one in lacking),
            nip=nip,
            id=exporter.id,
        )
