"""What a firm says about its exports: of the firm itself, and of each format."""

from __future__ import annotations

from collections.abc import Mapping

from blink_tui.i18n import N_
from blink_tui.ledger.exporter import Exporter, Setting

FIRM: tuple[Setting, ...] = (
    Setting("full_name", N_("the firm's full name"), example="Przykład sp. z o.o."),
    Setting("first_name", N_("first name, of a person's firm"), example="Anna"),
    Setting("last_name", N_("last name, of a person's firm"), example="Przykładowa"),
    Setting("birth_date", N_("date of birth, of a person's firm"), example="1980-01-31"),
    Setting("email", N_("e-mail address for the tax office"), example="ksiegowosc@example.com"),
    Setting("phone", N_("telephone for the tax office"), example="221234567"),
    Setting("tax_office", N_("code of the tax office, four digits"), example="1471"),
    Setting("city", N_("town of the firm's address"), example="Warszawa"),
    Setting("postal_code", N_("postal code of the firm's address"), example="00-001"),
    Setting("street", N_("street and number of the firm's address"), example="Prosta 1"),
)
"""Of the firm itself, for all formats: JPK, EPP, Symfonia, WAPRO."""


def filled(exporter: Exporter, told: Mapping[str, str]) -> dict[str, str]:
    """Values of the firm and of a format, with the usual ones where nothing is said."""
    return {one.name: told.get(one.name) or one.usual for one in (*FIRM, *exporter.settings)}
