"""A journal for Beancount: every account opened, under one of the five roots that Beancount knows (FORMATS 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from blink_tui.i18n import N_
from blink_tui.ledger.exporter import Exporter, Frame, Setting
from blink_tui.ledger.journals import (
    CURRENCY_AMOUNTS,
    Entry,
    Journal,
    Written,
    is_roots,
    line_of,
    root_of,
    tell_renamed,
    written,
)
from blink_tui.ledger.texts import Texts

_ROOTS = frozenset({"Assets", "Liabilities", "Equity", "Income", "Expenses"})
_USUAL = (
    "=Assets 202=Liabilities 204=Liabilities 22=Liabilities 223=Assets 224=Assets 23=Liabilities 4=Expenses 5=Expenses"
    " 7=Income 751=Expenses 761=Expenses 8=Equity 84=Liabilities 85=Liabilities 87=Expenses"
)
"""Of the usual chart (FORMATS 10.1)."""
_FALLBACK = "Assets"
_UNSAFE = re.compile(r"[^0-9A-Za-zĄĆĘŁŃÓŚŹŻąćęłńóśźż-]+")
_CONTRACTOR = re.compile(r"[0-9]{10}")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"'})
_FIRST_DAY = date(1900, 1, 1)
"""Earlier ones stand as text: Beancount may not read them as days."""
_PLACE = 56
"""Characters before the end of an amount."""


def account_name(number: str, roots: str) -> str:
    """`201-2222222222` becomes `Assets:201:K2222222222`, `401-03-NKUP` becomes `Expenses:401:03-NKUP`."""
    synthetic, _, analytic = number.partition("-")
    if _CONTRACTOR.fullmatch(analytic):
        analytic = f"K{analytic}"
    return ":".join((root_of(number, roots) or _FALLBACK, *filter(None, map(_part, (synthetic, analytic)))))


def _part(text: str) -> str:
    """A part of a name: it begins with a capital letter or a digit."""
    found = _UNSAFE.sub("-", text.strip()).strip("-")
    return found[:1].upper() + found[1:]


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def _text(entry: Entry, names: list[str]) -> str:
    said = ": ".join(filter(None, (entry.number, entry.description)))
    rows = [f"{entry.day} * {_quoted(entry.payee)} {_quoted(said)}"]
    rows += [
        f"  {key}: {_quoted(value)}"
        for key, value in (("ksef", entry.ksef), ("nip", entry.tax_id), ("document", entry.number))
        if value
    ]
    if entry.issued:
        day = str(entry.issued)
        rows.append(f"  issued: {day if entry.issued >= _FIRST_DAY else _quoted(day)}")
    for name, posting in zip(names, entry.postings, strict=True):
        rows.append(f"  {line_of(name, posting, _PLACE)}")
        rows += [f"    {_key(key)}: {_quoted(code)}" for key, code in posting.tags]
    return "\n" + "\n".join(rows) + "\n"


def _key(name: str) -> str:
    """A key of metadata: small letters, digits, hyphens, a letter first and more than one of them."""
    return (
        f"x-{re.sub('[^a-z0-9-]', '', name.lower())}" if not re.fullmatch("[a-z][a-z0-9-]+", name) else name
    )


class _Beancount(Journal):
    id = "beancount"
    name = "Beancount"
    settings: tuple[Setting, ...] = (
        Setting(
            "roots",
            N_("Assets, Liabilities, Equity, Income or Expenses by how account numbers begin"),
            usual=_USUAL,
            example="2=Assets 202=Liabilities 4=Expenses 7=Income",
            check=lambda text: (
                is_roots(text) and all(part.partition("=")[2] in _ROOTS for part in text.split())
            ),
        ),
        CURRENCY_AMOUNTS,
    )

    def head(self, frame: Frame, year: int, accounts: Mapping[str, set[str]]) -> str:
        title = _quoted(Texts().of(frame.name, "title"))
        rows = [f'option "title" {title}', 'option "operating_currency" "PLN"', ""]
        opened = (f"{year}-01-01 open {name} {','.join(sorted(used))}" for name, used in accounts.items())
        return "\n".join([*rows, *opened]) + "\n"

    def written(self, entry: Entry, frame: Frame, texts: Texts) -> Written:
        roots = frame.settings.get("roots") or _USUAL
        names = [account_name(posting.account, roots) for posting in entry.postings]
        tell_renamed(entry, _UNSAFE, texts)
        return written(entry.day, _text(entry, names), zip(names, entry.postings, strict=True))


EXPORTER: Exporter = _Beancount()
