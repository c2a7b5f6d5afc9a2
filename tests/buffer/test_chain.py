from __future__ import annotations

import pytest

from blink_tui.buffer import chain
from blink_tui.model.values import Sha256

FIRST = (
    "5265877635-20260901-000000000001-AF",
    Sha256(bytes(32)),
    "2026-10-01T08:30:00Z",
    "anna",
    "status",
    "a",
    "b",
    None,
)
START = chain.genesis("Nip", "1111111111")


def test_a_hash_covers_the_one_before_it() -> None:
    one, two = chain.linked(START, [FIRST, FIRST])
    assert one != two
    assert chain.linked(one, [FIRST]) == [two]


def test_whoever_forges_an_event_and_its_hash_breaks_the_next_one() -> None:
    hashes = chain.linked(START, [FIRST] * 3)
    forged = (*FIRST[:3], "ewa", *FIRST[4:])
    (hash_of_forged,) = chain.linked(hashes[0], [forged])
    links = [(FIRST, hashes[0]), (forged, hash_of_forged), (FIRST, hashes[2])]
    assert chain.first_wrong(START, links) == 2


@pytest.mark.parametrize("place", range(len(FIRST)))
def test_every_field_counts(place: int) -> None:
    other = list(FIRST)
    other[place] = Sha256(b"other") if place == 1 else "other"
    assert chain.linked(START, [tuple(other)]) != chain.linked(START, [FIRST])  # type: ignore[list-item]


def test_a_chain_belongs_to_its_context() -> None:
    assert chain.genesis("InternalId", "1111111111") != START
    assert chain.linked(chain.genesis("Nip", "2222222222"), [FIRST]) != chain.linked(START, [FIRST])
