"""The field's numbers: NIP, KSeF number, collective identifier, amounts of money."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NewType

Nip = NewType("Nip", str)
"""Polish tax number: ten digits, no separators."""

KsefNumber = NewType("KsefNumber", str)
"""KSeF number of a document: 35 characters, 36 from KSeF 1.0 (PROTOCOL 4)."""

CollectiveNumber = NewType("CollectiveNumber", str)
"""Collective identifier (IZ) under which several invoices of one seller are paid: 35 characters (PROTOCOL 4)."""

Sha256 = NewType("Sha256", bytes)
"""A SHA-256, 32 raw bytes."""

_NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
_KSEF_NUMBER = re.compile(r"[0-9]{10}-[0-9]{8}-(?:[0-9A-F]{12}|[0-9A-F]{6}-[0-9A-F]{6})-[0-9A-F]{2}")

_COLLECTIVE_NUMBER = re.compile(r"[0-9]{10}-IZ20[0-9]{2}(?:0[1-9]|1[0-2])-[0-9A-F]{12}-[0-9A-F]{2}")


def parse_nip(text: str) -> Nip:
    """Ten digits out of what a person types ("PL 526-587-76-35"). Raises ValueError.

    The check digit is not required: numbers of the test environment and of some real invoices fail it.
    """
    digits = re.sub(r"[\s-]", "", text).upper().removeprefix("PL")
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise ValueError(text)
    return Nip(digits)


def nip_check_digit_is_right(nip: str) -> bool:
    """True when the tenth digit follows from the first nine (weights 6 5 7 2 3 4 5 6 7, modulo 11)."""
    if not re.fullmatch(r"[0-9]{10}", nip):
        return False
    return sum(w * int(d) for w, d in zip(_NIP_WEIGHTS, nip, strict=False)) % 11 == int(nip[9])


def _crc8_of(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1 ^ 0x07) & 0xFF if byte & 0x80 else byte << 1
    return byte


_CRC8 = tuple(_crc8_of(byte) for byte in range(256))


def crc8(data: bytes) -> int:
    """CRC-8 with polynomial 0x07 and initial value 0x00, as KSeF numbers carry it (PROTOCOL 4)."""
    crc = 0
    for byte in data:
        crc = _CRC8[crc ^ byte]
    return crc


def parse_ksef_number(text: str) -> KsefNumber:
    """A KSeF number as typed or received. Raises ValueError; a wrong check sum is not an error (PROTOCOL 6)."""
    number = text.strip().upper()
    if not _KSEF_NUMBER.fullmatch(number):
        raise ValueError(text)
    return KsefNumber(number)


def ksef_number_check_sum_is_right(number: str) -> bool:
    """True when the last two characters are the CRC-8 of all before the last hyphen.

    For numbers of KSeF 1.0 the inner hyphen does not count: the sum is over 32 characters either way.
    """
    body, _, check = number.rpartition("-")
    if len(body) == 33:
        body = body[:26] + body[27:]
    return f"{crc8(body.encode()):02X}" == check


def parse_collective_number(text: str) -> CollectiveNumber:
    """A collective identifier as typed, received, or broken over the lines of a bank statement.

    Raises ValueError; a wrong check sum is not an error, as in a KSeF number.
    """
    number = re.sub(r"\s", "", text).upper()
    if not _COLLECTIVE_NUMBER.fullmatch(number):
        raise ValueError(text)
    return CollectiveNumber(number)


def collective_number_check_sum_is_right(number: str) -> bool:
    """True when the last two characters are the CRC-8 of the 32 before the last hyphen."""
    body, _, check = number.rpartition("-")
    return f"{crc8(body.encode()):02X}" == check


def to_minor(amount: Decimal) -> int:
    """Whole minor units (grosz, cent) of an amount with two decimals. Raises ValueError when it has more."""
    scaled = amount * 100
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(amount)
    return whole


def from_minor(units: int) -> Decimal:
    """Amount with two decimals out of minor units."""
    return Decimal(units).scaleb(-2)
