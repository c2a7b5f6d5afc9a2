"""Accounts in the register of VAT payers, by a flat file made as the Ministry makes it."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import pytest

from blink_tui.ledger.vat_register import Register, Standing, hashed, load
from blink_tui.model.errors import BlinkError

DAY, ROUNDS = "20261130", 20
ACTIVE, EXEMPT = ("5265877635", "20721233708680000022663112"), ("1111111111", "61109010140000071219812874")
VIRTUAL = ("2222222222", "26105000028601200000012345")
MASK = "XX10500002YYYYYYYYYYXXXXXX"


def sum_of(nip: str, account: str, rounds: int = ROUNDS) -> str:
    """As the Ministry describes it, apart from the program's own way."""
    text = DAY + nip + account
    for _round in range(rounds):
        text = hashlib.sha512(text.encode("utf-8")).hexdigest()
    return text


def flat_file(path: Path, *, shuffled: bool = False, **changes: Any) -> Path:
    """A day's file with three payers among many others."""
    noise = random.Random(7)
    active = [f"{noise.getrandbits(512):0128x}" for _ in range(5000)]
    active += [sum_of(*ACTIVE), sum_of(VIRTUAL[0], "XX105000028601200000XXXXXX")]
    content = {
        "naglowek": {
            "dataGenerowaniaDanych": DAY,
            "liczbaTransformacji": str(ROUNDS),
            "schemat": "RRRRMMDDNNNNNNNNNNBBBBBBBBBBBBBBBBBBBBBBBBBB, gdzie [RRRRMMDD] to data",
        },
        "skrotyPodatnikowCzynnych": active if shuffled else sorted(active),
        "skrotyPodatnikowZwolnionych": [sum_of(*EXEMPT)],
        "maski": ["XX72123370YYYXXXXXXXXXXXXX", "XX10500002XXYYYYYYYYYYYYYY", MASK],
    } | changes
    path.write_text(json.dumps(content, indent=1), "utf-8")
    return path


@pytest.mark.parametrize("shuffled", [False, True])
def test_an_account_is_found_by_its_own_payer_only(tmp_path: Path, shuffled: bool) -> None:
    register = load(flat_file(tmp_path / "flat.json", shuffled=shuffled), tmp_path / "register")
    assert (register.day.isoformat(), register.counts) == ("2026-11-30", (5002, 1))
    for found in (register, Register(tmp_path / "register")):
        assert found.standing(*ACTIVE) is Standing.ACTIVE
        assert found.standing(*EXEMPT) is Standing.EXEMPT
        assert found.standing(EXEMPT[0], ACTIVE[1]) is Standing.MISSING
        assert found.standing(ACTIVE[0], ACTIVE[1][:-1] + "3") is Standing.MISSING
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_virtual_account_is_found_by_the_mask_of_its_bank(tmp_path: Path) -> None:
    register = load(flat_file(tmp_path / "flat.json"), tmp_path / "register")
    assert register.standing(*VIRTUAL) is Standing.ACTIVE
    assert register.standing(VIRTUAL[0], VIRTUAL[1][:-6] + "999999") is Standing.ACTIVE
    assert register.standing(VIRTUAL[0], "26105000028601200001012345") is Standing.MISSING
    assert register.standing(VIRTUAL[0], "26105000038601200000012345") is Standing.MISSING


def test_the_number_of_rounds_may_be_a_number_and_the_sum_is_the_known_one(tmp_path: Path) -> None:
    head = {"liczbaTransformacji": ROUNDS, "dataGenerowaniaDanych": DAY}
    register = load(flat_file(tmp_path / "flat.json", naglowek=head), tmp_path / "register")
    assert register.standing(*ACTIVE) is Standing.ACTIVE
    once = hashlib.sha512(b"20191018" + b"1435721230" + b"34102012221314181237774212").hexdigest()
    assert hashed("20191018", "1435721230", "34102012221314181237774212", 1).hex() == once


@pytest.mark.parametrize(
    "changes",
    [
        {"naglowek": {}},
        {"naglowek": {"dataGenerowaniaDanych": "20261350", "liczbaTransformacji": "5000"}},
        {"naglowek": {"dataGenerowaniaDanych": DAY, "liczbaTransformacji": "999999999"}},
        {"skrotyPodatnikowCzynnych": ["abc"]},
        {"maski": ["XX"]},
    ],
)
def test_another_file_is_refused_and_the_earlier_register_stays(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    load(flat_file(tmp_path / "flat.json"), tmp_path / "register")
    with pytest.raises(BlinkError) as refused:
        load(flat_file(tmp_path / "wrong.json", **changes), tmp_path / "register")
    assert refused.value.kind.code == "no-vat-register"
    assert Register(tmp_path / "register").standing(*ACTIVE) is Standing.ACTIVE


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 3_000_000, b'"' + b"x" * 3_000_000, b"7z\xbc\xaf\x27\x1c"]
)
def test_what_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(BlinkError):
        load(tmp_path / "other", tmp_path / "register")
    assert not (tmp_path / "register").exists()


def test_a_damaged_small_file_is_told(tmp_path: Path) -> None:
    load(flat_file(tmp_path / "flat.json"), tmp_path / "register")
    whole = (tmp_path / "register").read_bytes()
    for content in (whole[:-1], b"x" + whole, b""):
        (tmp_path / "register").write_bytes(content)
        with pytest.raises(BlinkError):
            Register(tmp_path / "register")
