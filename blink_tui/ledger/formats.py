"""Every export format by its id. A new one is a module with an exporter, named here (`docs/exporters.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from blink_tui.i18n import N_
from blink_tui.ledger.exporter import Exporter, Setting
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode

FORMAT_UNKNOWN = ErrorKind(
    "format-unknown", ExitCode.USAGE, N_("There is no export format {format}. Known: {known}.")
)


@lru_cache(maxsize=1)
def exporters() -> Mapping[str, Exporter]:
    """All formats, in the order in which they are listed."""
    from blink_tui.ledger.exporters import (
        beancount,
        csv_set,
        epp,
        hledger,
        jpk_ewp,
        jpk_fa,
        jpk_pkpir,
        jpk_v7,
        optima,
        package,
        symfonia,
        wapro,
        xlsx,
    )

    found: tuple[Exporter, ...] = (
        wapro.EXPORTER,
        optima.EXPORTER,
        epp.EXPORTER,
        symfonia.EXPORTER,
        jpk_v7.V7M,
        jpk_v7.V7K,
        jpk_pkpir.EXPORTER,
        jpk_ewp.EXPORTER,
        jpk_fa.EXPORTER,
        csv_set.EXPORTER,
        xlsx.EXPORTER,
        hledger.EXPORTER,
        beancount.EXPORTER,
        package.EXPORTER,
    )
    return {one.id: one for one in found}


def exporter(name: str) -> Exporter:
    """A format by its id. Raises BlinkError(FORMAT_UNKNOWN)."""
    known = exporters()
    if name not in known:
        raise BlinkError(FORMAT_UNKNOWN, format=name or "–", known=", ".join(known))
    return known[name]


def settings_of(name: str) -> tuple[Setting, ...]:
    """What a firm can say about a format, or about `payment_settings.FORMAT`; of the firm itself there is only `FIRM`.

    Raises BlinkError(FORMAT_UNKNOWN).
    """
    from blink_tui.ledger import payment_settings

    if name == payment_settings.FORMAT:
        return payment_settings.SETTINGS
    return exporter(name).settings if name else ()
