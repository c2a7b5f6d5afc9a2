"""NIP, KSeF number and money."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blink_tui.model.values import (
    collective_number_check_sum_is_right,
    from_minor,
    ksef_number_check_sum_is_right,
    nip_check_digit_is_right,
    parse_collective_number,
    parse_ksef_number,
    parse_nip,
    to_minor,
)

DOCUMENTED = "5265877635-20250826-0100001AF629-AF"


@pytest.mark.parametrize("text", ["5265877635", "526-587-76-35", "PL 526 587 76 35", " pl5265877635 "])
def test_a_nip_is_read_as_people_write_it(text: str) -> None:
    assert parse_nip(text) == "5265877635"


@pytest.mark.parametrize("text", ["", "526587763", "52658776355", "526587763x", "DE5265877635", "٥٢٦٥٨٧٧٦٣٥"])
def test_what_is_no_nip_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_nip(text)


def test_the_check_digit_is_told_and_not_required() -> None:
    assert nip_check_digit_is_right("5265877635")
    assert not nip_check_digit_is_right("5265877636")
    assert not nip_check_digit_is_right("1234567890")
    assert parse_nip("1234567890") == "1234567890"


def test_the_documented_ksef_number_has_a_right_check_sum() -> None:
    assert ksef_number_check_sum_is_right(DOCUMENTED)
    assert not ksef_number_check_sum_is_right(DOCUMENTED[:-1] + "0")


def test_a_number_of_ksef_1_is_taken_and_summed_without_its_inner_hyphen() -> None:
    old = "5265877635-20250826-010000-1AF629-AF"
    assert parse_ksef_number(old) == old
    assert ksef_number_check_sum_is_right(old)


def test_a_wrong_check_sum_does_not_refuse_a_number() -> None:
    assert parse_ksef_number(DOCUMENTED[:-2] + "00") == DOCUMENTED[:-2] + "00"


@pytest.mark.parametrize("text", ["", "FV/1/2026", DOCUMENTED[:-1], DOCUMENTED + "0", "../" + DOCUMENTED])
def test_what_is_no_ksef_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_ksef_number(text)


COLLECTIVE = "1111111111-IZ202607-65ED02180000-E7"


@pytest.mark.parametrize(
    "text", [COLLECTIVE, COLLECTIVE.lower(), f" {COLLECTIVE}\n", "1111111111-IZ202607-\n65ED0218 0000-E7"]
)
def test_a_collective_identifier_is_read_as_a_bank_statement_breaks_it(text: str) -> None:
    assert parse_collective_number(text) == COLLECTIVE


def test_the_documented_collective_identifier_has_a_right_check_sum_and_a_wrong_one_is_taken() -> None:
    assert collective_number_check_sum_is_right(COLLECTIVE)
    wrong = parse_collective_number(COLLECTIVE[:-1] + "8")
    assert not collective_number_check_sum_is_right(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "", DOCUMENTED, COLLECTIVE[:-1], COLLECTIVE + "0", COLLECTIVE.replace("07-", "13-"),
        COLLECTIVE.replace("07-", "00-"), COLLECTIVE.replace("IZ", "ZI"), "١" + COLLECTIVE[1:],
    ],
)  # fmt: skip
def test_what_is_no_collective_identifier_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_collective_number(text)


@given(st.decimals(-(10**15), 10**15, places=2, allow_nan=False, allow_infinity=False))
def test_money_survives_its_minor_units(amount: Decimal) -> None:
    assert from_minor(to_minor(amount)) == amount


def test_a_third_decimal_is_never_rounded_away_silently() -> None:
    with pytest.raises(ValueError, match=r"0\.005"):
        to_minor(Decimal("0.005"))
