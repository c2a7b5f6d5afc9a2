"""A package is whole when count, list and files agree; what a person accepted passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blink_tui.model.documents import DocumentHeader
from blink_tui.model.errors import BlinkError
from blink_tui.model.mismatches import PACKAGE, Disagreement
from blink_tui.model.values import Sha256
from blink_tui.sync.errors import PACKAGE_DISAGREES
from blink_tui.sync.verify import check_package, proven
from tests.buffer.factory import invoice

ONE, TWO, THREE, FOUR = (invoice(number).header for number in (1, 2, 3, 4))
FILES = {header.ksef_number: header.sha256 for header in (ONE, TWO, THREE, FOUR)}
OTHER_HASH = Sha256(bytes(31) + b"\1")
OTHER_TWO = replace(TWO, sha256=OTHER_HASH)
NO_ENTRY_OF_TWO = Disagreement(TWO.ksef_number, "", TWO.sha256.hex())
NO_FILE_OF_TWO = Disagreement(TWO.ksef_number, TWO.sha256.hex(), "")
TWO_HASHES_OF_TWO = Disagreement(TWO.ksef_number, OTHER_HASH.hex(), TWO.sha256.hex())


def files(*numbers: int) -> dict[str, Sha256]:
    return {number: FILES[number] for number in (list(FILES)[number - 1] for number in numbers)}


def refusal(*package: object, accepted: tuple[Disagreement, ...] = ()) -> BlinkError:
    with pytest.raises(BlinkError) as caught:
        check_package(*package, accepted)  # type: ignore[arg-type,call-arg]  # rows of the tables below
    assert caught.value.kind is PACKAGE_DISAGREES
    return caught.value


def test_a_whole_package_gives_each_document_once_in_the_order_of_its_list() -> None:
    assert check_package(2, [TWO, ONE], files(1, 2), []) == [TWO, ONE]
    assert check_package(2, [ONE, TWO, ONE], files(1, 2), []) == [ONE, TWO]
    assert check_package(0, [], {}, []) == []


@pytest.mark.parametrize(
    ("announced", "listed", "found", "unreadable", "disagreements", "documents"),
    [
        (2, [ONE, TWO], files(1), [], [NO_FILE_OF_TWO], [ONE]),
        (2, [ONE], files(1, 2), [], [NO_ENTRY_OF_TWO], [ONE]),
        (2, [ONE, OTHER_TWO], files(1, 2), [], [TWO_HASHES_OF_TWO], [ONE, TWO]),
        (3, [ONE, TWO], files(1, 2), [], [(PACKAGE, "3", "2")], [ONE, TWO]),
        (1, [ONE, TWO], files(1, 2), [], [(PACKAGE, "1", "2")], [ONE, TWO]),
        (2, [ONE, TWO], files(1, 2), ["no number"], [(PACKAGE, "unreadable", "no number")], [ONE, TWO]),
        (0, [], {}, ["x" * 101], [(PACKAGE, "unreadable", "x" * 100)], []),
        # a count that is wrong since a document is named once only tells no more than that
        (3, [ONE, TWO], files(1), [], [NO_FILE_OF_TWO], [ONE]),
        (
            2,
            [TWO, ONE],
            files(3, 4),
            ["a", "b"],
            [
                (PACKAGE, "unreadable", "a"),
                (PACKAGE, "unreadable", "b"),
                (ONE.ksef_number, ONE.sha256.hex(), ""),
                NO_FILE_OF_TWO,
                (THREE.ksef_number, "", THREE.sha256.hex()),
                (FOUR.ksef_number, "", FOUR.sha256.hex()),
            ],
            [],
        ),
    ],
)
def test_what_disagrees_is_named_and_passes_once_it_is_accepted(
    announced: int,
    listed: list[object],
    found: dict[str, Sha256],
    unreadable: list[str],
    disagreements: list[tuple[str, str, str]],
    documents: list[object],
) -> None:
    error = refusal(announced, listed, found, unreadable)
    assert error.values["disagreements"] == tuple(disagreements)
    assert error.values["number"] == disagreements[0][0]
    accepted = tuple(Disagreement(*each) for each in disagreements)
    assert check_package(announced, listed, found, unreadable, accepted) == documents  # type: ignore[arg-type]


def test_what_was_accepted_passes_for_the_hashes_it_was_accepted_with_alone() -> None:
    both: tuple[object, ...] = (2, [ONE, OTHER_TWO], files(2), [])
    without_file = Disagreement(ONE.ksef_number, ONE.sha256.hex(), "")
    assert refusal(*both, accepted=(without_file,)).values["disagreements"] == (TWO_HASHES_OF_TWO,)
    for other in (
        replace_hash(TWO_HASHES_OF_TWO, listed=True),
        replace_hash(TWO_HASHES_OF_TWO, listed=False),
    ):
        left = refusal(2, [ONE, OTHER_TWO], files(1, 2), [], accepted=(other,))
        assert left.values["disagreements"] == (TWO_HASHES_OF_TWO,)
    accepted = (TWO_HASHES_OF_TWO,)  # once; now the list has the hash of the file
    assert check_package(2, [ONE, TWO], files(1, 2), [], accepted) == [ONE, TWO]


def replace_hash(one: Disagreement, *, listed: bool) -> Disagreement:
    return one._replace(listed="00" * 32) if listed else one._replace(found="00" * 32)


def test_the_cause_tells_three_disagreements_both_ways() -> None:
    error = refusal(4, [OTHER_TWO, THREE, FOUR], files(1, 2), [])
    told = [
        f"{ONE.ksef_number}: - listed, {ONE.sha256.hex()} found",
        f"{TWO.ksef_number}: {OTHER_HASH.hex()} listed, {TWO.sha256.hex()} found",
        f"{THREE.ksef_number}: {THREE.sha256.hex()} listed, - found",
    ]
    assert error.cause == "; ".join(told)
    assert len(error.values["disagreements"]) == 4


@pytest.mark.parametrize(
    ("listed", "found", "accepted", "stored"),
    [
        (TWO, TWO.sha256, (), TWO),
        (TWO, OTHER_HASH, (), None),
        (TWO, None, (), None),
        (OTHER_TWO, None, (TWO_HASHES_OF_TWO,), None),
        (OTHER_TWO, TWO.sha256, (TWO_HASHES_OF_TWO,), TWO),
        (OTHER_TWO, TWO.sha256, (NO_FILE_OF_TWO, TWO_HASHES_OF_TWO), TWO),
        (OTHER_TWO, OTHER_HASH, (TWO_HASHES_OF_TWO,), TWO),  # the bytes that are kept are the accepted ones
        (OTHER_TWO, ONE.sha256, (TWO_HASHES_OF_TWO,), None),
        (TWO, TWO.sha256, (NO_FILE_OF_TWO,), TWO),  # a file that has come after all
        (TWO, OTHER_HASH, (NO_FILE_OF_TWO,), None),
        (TWO, OTHER_HASH, (TWO_HASHES_OF_TWO,), None),
        (replace(ONE, sha256=OTHER_HASH), TWO.sha256, (TWO_HASHES_OF_TWO,), None),
    ],
)
def test_a_document_is_stored_with_the_hash_that_was_listed_or_accepted_or_not_at_all(
    listed: DocumentHeader,
    found: Sha256 | None,
    accepted: tuple[Disagreement, ...],
    stored: DocumentHeader | None,
) -> None:
    assert proven(listed, found, accepted) == stored
