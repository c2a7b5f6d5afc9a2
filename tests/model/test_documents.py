"""Roles, direction and the ways between statuses (DESIGN "Words", BOOKKEEPING 2)."""

from __future__ import annotations

import pytest

from blink_tui.model.documents import BATCH_ONLY, TRANSITIONS, Direction, FirmKind, Role, Status, direction_of

TAXPAYER, UNIT, BRANCH = FirmKind.TAXPAYER, FirmKind.LOCAL_GOVERNMENT_UNIT, FirmKind.BRANCH
THIRD = Role.THIRD_PARTY


@pytest.mark.parametrize(
    ("roles", "kind", "third", "expected"),
    [
        ({Role.SELLER}, TAXPAYER, (), Direction.SALE),
        ({Role.BUYER}, TAXPAYER, (), Direction.PURCHASE),
        ({Role.SELLER, Role.BUYER}, TAXPAYER, (), Direction.SALE),
        ({Role.BUYER, THIRD}, TAXPAYER, (1,), Direction.PURCHASE),
        *(({THIRD}, TAXPAYER, (number,), Direction.PURCHASE) for number in (4, 8, 10)),
        *(({THIRD}, TAXPAYER, (number,), Direction.SALE) for number in (7, 9)),
        *(({THIRD}, TAXPAYER, (number,), Direction.NONE) for number in (0, 1, 2, 3, 5, 6, 11)),
        ({THIRD}, UNIT, (2,), Direction.PURCHASE),
        ({THIRD}, BRANCH, (2,), Direction.PURCHASE),
        ({THIRD}, TAXPAYER, (), Direction.NONE),
        ({Role.AUTHORIZED}, TAXPAYER, (), Direction.NONE),
    ],
)
def test_direction_follows_from_the_roles(
    roles: set[Role], kind: FirmKind, third: tuple[int, ...], expected: Direction
) -> None:
    assert direction_of(roles, kind, third) is expected


def test_only_a_batch_of_amendments_brings_anything_out_of_the_books() -> None:
    assert TRANSITIONS[Status.BOOKED] == {Status.APPROVED}
    assert (Status.BOOKED, Status.APPROVED) in BATCH_ONLY


def test_only_approved_documents_are_exported() -> None:
    assert [status for status, ways in TRANSITIONS.items() if Status.EXPORTED in ways] == [Status.APPROVED]


def test_what_is_exported_cannot_be_excluded_or_queried() -> None:
    assert TRANSITIONS[Status.EXPORTED] == {Status.APPROVED, Status.BOOKED}
