"""A list of payments as a CSV that spreadsheets read and banks' import masks map (`docs/payments.md`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from blink_tui.ledger.payable import Remark, Transfer
from blink_tui.model.matching import account_key
from blink_tui.model.text import clean, guarded
from blink_tui.model.transfers import AccountCheck

COLUMNS = (
    "Lp", "Odbiorca", "Adres odbiorcy", "NIP odbiorcy", "Rachunek odbiorcy", "SWIFT", "Kwota", "Waluta",
    "Podzielona płatność", "Kwota VAT", "Tytuł", "Termin płatności", "Rachunek obciążany", "Numer faktury",
    "Numer KSeF", "Kwota faktury", "Korekty", "Kwota korekt", "Rachunek w wykazie podatników VAT", "Wykaz z dnia",
    "Uwagi",
)  # fmt: skip
_CHECKS: Mapping[AccountCheck, str] = {
    AccountCheck.LISTED: "tak",
    AccountCheck.EXEMPT: "tak, podatnik zwolniony",
    AccountCheck.MISSING: "nie",
    AccountCheck.UNCHECKED: "rachunek niesprawdzony",
    AccountCheck.NOT_ASKED: "",
}
_REMARKS: Mapping[Remark, str] = {
    Remark.UNCHECKED: "rachunek niesprawdzony",
    Remark.UNLISTED: "rachunku nie ma w wykazie podatników VAT",
    Remark.OLD_REGISTER: "sprawdzono w wykazie z innego dnia",
    Remark.NEW_ACCOUNT: "nowy rachunek tego sprzedawcy",
    Remark.OF_ANOTHER: "rachunek widziany u innego sprzedawcy",
    Remark.SEVERAL_ACCOUNTS: "kilka rachunków na fakturze",
    Remark.SEVERAL_TERMS: "kilka terminów płatności na fakturze",
    Remark.NUMBER_CUT: "numer faktury skrócony w tytule",
    Remark.MAYBE_SPLIT: "możliwa podzielona płatność",
    Remark.TOO_LARGE: "kwota VAT za duża na komunikat podzielonej płatności",
}


def write(transfers: Iterable[Transfer], account: str, file: BinaryIO) -> None:
    """All transfers that something is left of: UTF-8 with a mark, semicolons, decimal commas, CRLF.

    `account` is the one that the firm pays from, empty where it named none.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(COLUMNS)
    paid = (one for one in transfers if one.amount)
    rows.writerows(_cells(place, one, account) for place, one in enumerate(paid, 1))
    text.flush()
    text.detach()


def _cells(place: int, one: Transfer, account: str) -> list[str]:
    return [
        str(place),
        _text(one.recipient),
        _text(one.address),
        _text(one.nip),
        _account(one.account),
        _text(one.swift),
        _amount(one.amount),
        one.currency,
        "tak" if one.split else "",
        _amount(one.tax) if one.split else "",
        _text(one.title),
        _day(one.due),
        _account(account_key(account)) if account else "",
        _text(one.number),
        one.ksef_number,
        _amount(one.invoiced),
        _text(", ".join(netted.number for netted in one.netted)),
        _amount(sum((netted.amount for netted in one.netted), Decimal(0))) if one.netted else "",
        _CHECKS[one.check],
        _day(one.checked_on),
        "; ".join(_REMARKS[remark] for remark in one.remarks),
    ]


def _text(text: str) -> str:
    """Cleaned text that no spreadsheet takes for a formula."""
    return guarded(clean(text))


def _account(key: str) -> str:
    """A Polish one as its 26 digits, in groups so that no spreadsheet takes it for a number; else the IBAN."""
    bare = key.removeprefix("PL") if key.startswith("PL") else key
    return f"{bare[:2]} {' '.join(bare[at : at + 4] for at in range(2, len(bare), 4))}"


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
