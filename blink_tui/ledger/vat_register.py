"""The register of VAT payers: the Ministry's flat file of a day made into a small sorted one, and accounts found in it.

The flat file is JSON: `naglowek` (day, number of hash rounds), two lists of SHA-512 sums (`skrotyPodatnikowCzynnych`,
`skrotyPodatnikowZwolnionych`) and `maski` of virtual accounts. A sum is made of the day (YYYYMMDD), the NIP and the
account's 26 digits; each further round is over the lower-case hex of the one before. A mask whose eight digits of the
bank (3rd to 10th) are the account's keeps its `X` and takes the account's digits elsewhere. Nothing is asked over the
network.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from binascii import unhexlify
from codecs import BOM_UTF8
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import msgspec

from blink_tui.i18n import N_, Message
from blink_tui.model.durable import replacing
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode

NOT_A_REGISTER = ErrorKind(
    "no-vat-register",
    ExitCode.USAGE,
    N_(
        "{path} is not the flat file of the register of VAT payers: {why}. Take the day's file from podatki.gov.pl"
        " and unpack it first; nothing was changed."
    ),
)
_NO_JSON = Message(N_("it is not the JSON of the Ministry"))
_NO_HEAD = Message(N_("it has no day or no number of hash rounds"))
_NO_SUM = Message(N_("a sum in it is not SHA-512"))
_NO_MASK = Message(N_("a mask of virtual accounts has not 26 characters"))

_MAGIC = b"blink vat register 1\n"
_WHOLE, _BYTES = 64, 16
"""Bytes of a sum, and those of it that are kept: among millions no two are alike by chance."""
_CHUNK = 1 << 18
_TOKEN = re.compile(rb'[\s,:{}]*(?:"((?:[^"\\]|\\.)*)"|([0-9]+)(?=[^0-9])|([\[\]]))')
_LONGEST = 4000
"""Bytes of a text at the most; a file with a longer one is another one."""
_TEXT = re.compile(rb'"([^"]*)"')
_MASK = re.compile(rb"[0-9XY]{26}")
_BANK = slice(2, 10)
_MOST_ROUNDS = 100_000
_DAY, _ROUNDS, _MASKS = b"dataGenerowaniaDanych", b"liczbaTransformacji", b"maski"
_ACTIVE, _EXEMPT = b"skrotyPodatnikowCzynnych", b"skrotyPodatnikowZwolnionych"


class Standing(StrEnum):
    """What the register says of a NIP with an account."""

    ACTIVE = "active"
    EXEMPT = "exempt"
    MISSING = "missing"


class _Header(msgspec.Struct, frozen=True):
    """The second line of the small file; sums follow it."""

    day: str
    rounds: int
    active: int
    exempt: int
    masks: tuple[str, ...]


def load(source: Path, target: Path) -> Register:
    """Make the small file out of the Ministry's; an earlier one gives way only to a whole one.

    Raises BlinkError(NOT_A_REGISTER), OSError.
    """
    with source.open("rb") as file:
        header, sums = _read(file, source)
    with replacing(target) as kept:
        kept.write(_MAGIC + msgspec.json.encode(header) + b"\n")
        for some in sums:
            kept.write(some)
    return Register(target)


def _read(file: BinaryIO, source: Path) -> tuple[_Header, tuple[bytes, bytes]]:
    values: dict[bytes, bytes] = {}
    masks: list[str] = []
    sums = {_ACTIVE: bytearray(), _EXEMPT: bytearray()}
    for name, texts in _members(file, source):
        if name in sums:
            sums[name] += _shortened(texts, source)
        elif name == _MASKS:
            if not all(map(_MASK.fullmatch, texts)):
                raise BlinkError(NOT_A_REGISTER, path=source, why=_NO_MASK)
            masks += [text.decode() for text in texts]
        else:
            values[name] = texts[0] if texts else b""
    day, rounds = values.get(_DAY, b"").decode("ascii", "replace"), values.get(_ROUNDS, b"")
    if not (_is_day(day) and rounds.isdigit() and 0 < int(rounds) <= _MOST_ROUNDS):
        raise BlinkError(NOT_A_REGISTER, path=source, why=_NO_HEAD)
    active, exempt = _in_order(sums[_ACTIVE]), _in_order(sums[_EXEMPT])
    header = _Header(day, int(rounds), len(active) // _BYTES, len(exempt) // _BYTES, tuple(masks))
    return header, (active, exempt)


def _shortened(texts: list[bytes], source: Path) -> bytes:
    """What is kept of sums. Raises BlinkError where one of them is none."""
    try:
        whole = unhexlify(b"".join(texts))
    except ValueError:
        whole = b""
    if len(whole) != _WHOLE * len(texts) or any(len(text) != 2 * _WHOLE for text in texts):
        raise BlinkError(NOT_A_REGISTER, path=source, why=_NO_SUM)
    return b"".join(whole[place : place + _BYTES] for place in range(0, len(whole), _WHOLE))


def _members(file: BinaryIO, source: Path) -> Iterator[tuple[bytes, list[bytes]]]:
    """Names with their values; of a list again and again, with the texts that came meanwhile."""
    rest, name, listing = b"", b"", False
    if file.read(len(BOM_UTF8)) != BOM_UTF8:
        file.seek(0)
    while chunk := file.read(_CHUNK):
        rest += chunk
        while True:
            if listing:
                texts, rest, listing = _listed(rest)
                yield name, texts
                if listing:
                    break
            match = _TOKEN.match(rest)
            if match is None:
                break
            text, number, bracket = match.groups(b"")
            rest = rest[match.end() :]
            if bracket:
                listing = bracket == b"["
            elif name in (_DAY, _ROUNDS):
                yield name, [text or number]
                name = b""
            else:
                name = text
        if len(rest) > _LONGEST:
            raise BlinkError(NOT_A_REGISTER, path=source, why=_NO_JSON)


def _listed(rest: bytes) -> tuple[list[bytes], bytes, bool]:
    """Texts of a list that are there whole, what comes behind them, and whether the list goes on."""
    end = rest.find(b"]")
    part = rest if end < 0 else rest[:end]
    if end < 0 and part.count(b'"') % 2:
        part = part[: part.rfind(b'"')]  # its last text comes with the next chunk
    return _TEXT.findall(part), rest[len(part) + (end >= 0) :], end < 0


def _is_day(text: str) -> bool:
    try:
        return len(text) == 8 and bool(datetime.strptime(text, "%Y%m%d"))  # noqa: DTZ007 - a calendar day
    except ValueError:
        return False


def _in_order(sums: bytearray) -> bytes:
    """The Ministry's lists are sorted; one that is not becomes so."""
    kept = bytes(sums)
    parts = (kept[place : place + _BYTES] for place in range(0, len(kept), _BYTES))
    before = b""
    for part in parts:
        if part < before:
            break
        before = part
    else:
        return kept
    return b"".join(sorted(kept[place : place + _BYTES] for place in range(0, len(kept), _BYTES)))


class Register:
    """A day's register in its small file. Raises BlinkError(NOT_A_REGISTER) for a damaged one, OSError for none."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            magic, line = file.readline(), file.readline()
            self._start = file.tell()
        try:
            self._header = msgspec.json.decode(line, type=_Header)
        except msgspec.DecodeError:
            raise BlinkError(NOT_A_REGISTER, path=path, why=_NO_JSON) from None
        whole = self._start + _BYTES * (self._header.active + self._header.exempt)
        if magic != _MAGIC or path.stat().st_size != whole:
            raise BlinkError(NOT_A_REGISTER, path=path, why=_NO_JSON)
        self._path = path

    @property
    def day(self) -> date:
        """Whose register it is."""
        return datetime.strptime(self._header.day, "%Y%m%d").date()  # noqa: DTZ007 - a calendar day

    @property
    def counts(self) -> tuple[int, int]:
        """Accounts of active and of exempt payers."""
        return self._header.active, self._header.exempt

    @cached_property
    def _sums(self) -> mmap.mmap:
        with self._path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    @cached_property
    def _masks(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for mask in self._header.masks:
            found.setdefault(mask[_BANK], []).append(mask)
        return found

    def standing(self, nip: str, account: str) -> Standing:
        """What it says of a NIP's account of 26 digits, virtual ones by their masks. Some 5 ms of hashing each."""
        masks = self._masks.get(account[_BANK], ())
        for number in (account, *(masked(account, mask) for mask in masks)):
            wanted = self._sum(nip, number)
            active, exempt = self.counts
            if self._holds(wanted, 0, active):
                return Standing.ACTIVE
            if self._holds(wanted, active, active + exempt):
                return Standing.EXEMPT
        return Standing.MISSING

    def _sum(self, nip: str, number: str) -> bytes:
        return hashed(self._header.day, nip, number, self._header.rounds)[:_BYTES]

    def _holds(self, wanted: bytes, first: int, end: int) -> bool:
        while first < end:
            middle = (first + end) // 2
            place = self._start + middle * _BYTES
            found = self._sums[place : place + _BYTES]
            if found == wanted:
                return True
            first, end = (middle + 1, end) if found < wanted else (first, middle)
        return False


def masked(account: str, mask: str) -> str:
    """A virtual account as the register knows it."""
    return "".join("X" if sign == "X" else digit for sign, digit in zip(mask, account, strict=True))


def hashed(day: str, nip: str, account: str, rounds: int) -> bytes:
    """The sum by which the register knows a NIP's account on a day (YYYYMMDD)."""
    text = f"{day}{nip}{account}"
    for _round in range(rounds):
        text = hashlib.sha512(text.encode()).hexdigest()
    return bytes.fromhex(text)
