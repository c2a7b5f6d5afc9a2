"""The titles of transfers and the file that a bank takes."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as some

from blink_tui.ledger.payable import Payments, Remark
from blink_tui.ledger.payment_titles import LONGEST, plain_title, spelled, split_title
from blink_tui.ledger.payments_csv import COLUMNS, write
from blink_tui.ledger.payments_list import payments
from blink_tui.model.invoice import (
    InvoiceParty,
)
from tests.coding.documents import d
from tests.ledger.paid import KSEF, OTHER, TERMS, bought, correction, only, payable

LETTERS = some.text(some.characters(codec="utf-8"), max_size=300)


@given(number=LETTERS, less=some.lists(LETTERS, max_size=3), ksef_first=some.booleans())
def test_titles_stay_within_the_limits_and_letters_of_banks(
    number: str, less: list[str], ksef_first: bool
) -> None:
    plain, _cut = plain_title(number, KSEF, less, ksef_first=ksef_first)
    assert len(plain) <= LONGEST
    assert KSEF in plain
    split, _cut = split_title(d("9999999.99"), "1111111111", number, KSEF, less, ksef_first=ksef_first)
    assert len(split) <= LONGEST
    head, _, rest = split.partition("/INV/")
    assert head == "/VAT/9999999,99/IDC/1111111111"
    told, _, text = rest.rpartition("/TXT/")
    assert len(told) <= 35
    assert len(text) <= 33
    assert spelled(plain) == plain
    assert spelled(split) == split.strip()


def test_other_letters_are_told_in_those_of_banks() -> None:
    assert spelled("Fâktura №7 «Ołówek» & Сын; 10%") == "Faktura No7 Ołówek 10"


def test_a_number_never_looks_like_the_next_field() -> None:
    title, _cut = split_title(d("1"), "1111111111", "A/TXT/1", "", [], ksef_first=False)
    assert title == "/VAT/1,00/IDC/1111111111/INV/A-TXT/1/TXT/faktura"


def test_a_cut_number_is_told() -> None:
    long = payable(bought(number="F" * 200))
    assert only(long).remarks == (Remark.NUMBER_CUT,)
    assert KSEF in only(long).title


def rows(found: Payments, account: str = "") -> list[dict[str, str]]:
    file = io.BytesIO()
    write(found.transfers, account, file)
    text = file.getvalue().decode("utf-8-sig")
    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    assert text.count("\r\n") == text.count("\n")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_the_file_has_what_a_bank_needs_and_no_formulas() -> None:
    hostile = InvoiceParty(nip="1111111111", name="=HYPERLINK(1)\x1b[31m")
    one = payable(bought(split_payment=True, number="@7", seller=hostile))
    row, second = rows(payments([one, payable(number=2)], TERMS))
    assert tuple(row) == COLUMNS
    assert row["Odbiorca"] == "'=HYPERLINK(1)[31m"
    assert (row["Kwota"], second["Kwota"]) == ("1230,00", "1230,00")


def test_a_payment_that_corrections_take_whole_has_no_row() -> None:
    another = payable(bought(seller=InvoiceParty(nip="3333333333")), 3)
    found = payments([payable(), correction("-1000", "-230"), another], TERMS)
    (row,) = rows(found, OTHER)
    assert row["NIP odbiorcy"] == "3333333333"
    assert row["Rachunek odbiorcy"] == "61 1090 1014 0000 0712 1981 2874"
    assert row["Rachunek obciążany"].startswith("27 1140")
    assert (row["Numer KSeF"], row["Termin płatności"]) == (KSEF, "2026-12-14")
