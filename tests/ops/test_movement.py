"""Whether a daemon moves: what counts as a sign, and how long it may be missing."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from blink_tui.ops.movement import STALLED, Movement, growth_of

LIMIT = STALLED.total_seconds()


def test_a_sign_that_stays_the_same_for_too_long_is_no_movement() -> None:
    movement = Movement()
    assert movement.moves({"rounds": 1, "turn": 7}, 0.0)
    assert movement.moves({"rounds": 2, "turn": 7}, LIMIT - 1)
    assert not movement.moves({"rounds": 3, "turn": 7}, LIMIT)
    assert movement.moves({"rounds": 4, "turn": 8}, LIMIT + 1)


def test_what_ends_is_not_waited_for_and_begins_anew() -> None:
    movement = Movement()
    movement.moves({"rounds": 1, "turn": 7}, 0.0)
    assert movement.moves({"rounds": 2}, 1.0)
    assert movement.moves({"rounds": 3, "turn": 7}, LIMIT + 1)  # another turn that has not begun to move
    assert not movement.moves({"rounds": 3, "turn": 8}, 2 * LIMIT + 1)


def test_a_part_that_arrives_is_a_sign(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    seen = [growth_of(folder)]
    (folder / "1-buyer-77").mkdir(parents=True)
    part = folder / "1-buyer-77" / "part.partial"
    part.write_bytes(b"x")
    seen.append(growth_of(folder))
    assert growth_of(folder) == seen[-1]
    with part.open("ab") as file:
        file.write(b"y")
    seen.append(growth_of(folder))
    part.unlink()
    seen.append(growth_of(folder))
    assert len(set(seen)) == len(seen)


def test_a_folder_that_goes_while_it_is_looked_through_is_no_fault(tmp_path: Path) -> None:
    """A pass removes the folder of a package just when the watchdog's turn comes."""
    folder, going = tmp_path / "work", tmp_path / "work" / "1-buyer-77"
    going.mkdir(parents=True)
    looked: list[str] = []

    def goes(event: str, values: tuple[object, ...]) -> None:
        if event == "os.scandir" and str(values[0]) == str(going):
            looked.append(event)
            shutil.rmtree(going, ignore_errors=True)

    sys.addaudithook(goes)
    before = growth_of(folder)
    assert len(looked) >= 1
    assert not going.exists()
    assert growth_of(folder) != before or before == ()
