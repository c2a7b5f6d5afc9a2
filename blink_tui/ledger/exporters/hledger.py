"""A journal for hledger: every account and currency declared, so that `hledger check --strict` passes (FORMATS 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from blink_tui.i18n import N_
from blink_tui.ledger.exporter import Exporter, Frame, Setting
from blink_tui.ledger.journals import (
    CURRENCY_AMOUNTS,
    Entry,
    Journal,
    Posting,
    Written,
    is_roots,
    line_of,
    root_of,
    tell_renamed,
    without,
    written,
)
from blink_tui.ledger.texts import Texts

_UNSAFE = re.compile(r"[^\w.+/&]+")
"""Of a part of an account's name: two spaces end it, brackets and marks mean something."""
_CODE = str.maketrans("()", "[]")
_PAYEE = str.maketrans(";|", ",/")
_NOTE = str.maketrans(";", ",")
_DATES = frozenset({"date", "date2"})
"""Tags of postings that hledger reads as days."""
_PLACE = 54
"""Characters of a posting before the end of its amount."""


def account_name(number: str, roots: str) -> str:
    """`401-03` becomes `401:03`, below a root where one is set."""
    parts = [_UNSAFE.sub("_", part.strip()) for part in number.split("-")]
    return ":".join(filter(None, (root_of(number, roots), *parts))) or "_"


def _text(entry: Entry, names: list[str], texts: Texts) -> str:
    code = without(entry.number, _CODE, "Numer dokumentu", texts)
    payee = without(entry.payee, _PAYEE, "Kontrahent", texts)
    note = without(entry.description, _NOTE, "Opis", texts)
    said = " | ".join(filter(None, (payee, note)))
    tags = [f"nip:{entry.tax_id}"] if entry.tax_id else []
    tags += [f"issued:{entry.issued}"] if entry.issued else []
    rows = [f"{entry.day} * ({code}) {said}" + (f"  ; {', '.join(tags)}" if tags else "")]
    rows += [f"    ; ksef:{entry.ksef}"] if entry.ksef else []
    rows += [_line(name, posting) for name, posting in zip(names, entry.postings, strict=True)]
    return "\n" + "\n".join(rows) + "\n"


def _line(name: str, posting: Posting) -> str:
    tags = ", ".join(f"{key}:{code}" for key, code in posting.tags if key and key not in _DATES)
    return f"    {line_of(name, posting, _PLACE)}" + (f"  ; {tags}" if tags else "")


class _Hledger(Journal):
    id = "hledger"
    name = "hledger"
    settings: tuple[Setting, ...] = (
        Setting(
            "roots",
            N_("names above account numbers, by how the numbers begin; without them the numbers stand alone"),
            example="2=Assets 202=Liabilities 4=Expenses 7=Revenues",
            check=is_roots,
        ),
        CURRENCY_AMOUNTS,
    )

    def head(self, frame: Frame, year: int, accounts: Mapping[str, set[str]]) -> str:
        currencies = sorted({"PLN"}.union(*accounts.values()))
        rows = [
            "; hledger journal",
            "decimal-mark .",
            *(f"commodity 1000.00 {one}" for one in currencies),
            "",
        ]
        return "\n".join([*rows, *(f"account {name}" for name in accounts)]) + "\n"

    def written(self, entry: Entry, frame: Frame, texts: Texts) -> Written:
        roots = frame.settings.get("roots", "")
        names = [account_name(posting.account, roots) for posting in entry.postings]
        tell_renamed(entry, _UNSAFE, texts)
        return written(entry.day, _text(entry, names, texts), zip(names, entry.postings, strict=True))


EXPORTER: Exporter = _Hledger()
