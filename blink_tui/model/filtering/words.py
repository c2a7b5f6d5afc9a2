"""Words that fields of the filter language take, as they are offered: in the language in force."""

from __future__ import annotations

from blink_tui.i18n import language

_KINDS: tuple[str, ...] = (
    "VAT",
    "KOR",
    "ZAL",
    "ROZ",
    "UPR",
    "KOR_ZAL",
    "KOR_ROZ",
    "VAT_RR",
    "KOR_VAT_RR",
    "VAT_PEF",
)


_POLISH: dict[str, tuple[str, ...]] = {
    "status": ("pobrany", "zadekretowany", "zatwierdzony", "przekazany", "zaksięgowany", "do-wyjaśnienia",
               "nie-księguj"),
    "kierunek": ("zakup", "sprzedaż", "wgląd"),
    "typ": (*_KINDS, "korekta"),
    "uwaga": ("tak", "alarm", "informacja", "nie"),
    "nieczytelne": ("tak", "nie"),
    "zadekretował": ("ja", "program"), "propozycja": ("tak", "nie"),
    "opiekun": ("ja", "-"),
    "wpływ": ("dziś", "wczoraj"), "wpływ-od": ("dziś", "wczoraj", "7d"), "wpływ-do": ("dziś", "wczoraj"),
    "data": ("dziś", "wczoraj"), "od": ("dziś", "wczoraj", "7d"), "do": ("dziś", "wczoraj"),
}  # fmt: skip
_ENGLISH: dict[str, tuple[str, ...]] = {
    "status": ("fetched", "coded", "approved", "exported", "booked", "queried", "excluded"),
    "kierunek": ("purchase", "sale", "information"),
    "typ": (*_KINDS, "correction"),
    "uwaga": ("yes", "alarm", "note", "no"),
    "nieczytelne": ("yes", "no"),
    "zadekretował": ("me", "program"), "propozycja": ("yes", "no"),
    "opiekun": ("me", "-"),
    "wpływ": ("today", "yesterday"), "wpływ-od": ("today", "yesterday", "7d"), "wpływ-do": ("today", "yesterday"),
    "data": ("today", "yesterday"), "od": ("today", "yesterday", "7d"), "do": ("today", "yesterday"),
}  # fmt: skip


def words_of(field: str) -> tuple[str, ...]:
    """Words that a field takes, by its Polish name; none where any text will do."""
    return (_POLISH if language() == "pl" else _ENGLISH).get(field, ())


def other_words_of(field: str) -> tuple[str, ...]:
    """The same in the other language: they are understood as well."""
    return (_ENGLISH if language() == "pl" else _POLISH).get(field, ())
