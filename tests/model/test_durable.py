"""Files that stand in their place whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from blink_tui.model.durable import aside_of, replacing
from blink_tui.model.modes import open_public


def _write_half(path: Path) -> None:
    with replacing(path) as file:
        file.write(b"aft")
        file.flush()
        assert path.read_bytes() == b"before"
        raise ValueError("half")


def test_what_stood_there_stays_until_the_new_file_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with pytest.raises(ValueError, match="half"):
        _write_half(path)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"before"
    with replacing(path) as file:
        file.write(b"after")
    assert path.read_bytes() == b"after"
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_process_of_the_same_number_left_is_in_nobodys_way(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "file", tmp_path / "elsewhere"
    aside_of(path).symlink_to(elsewhere)
    with replacing(path) as file:
        file.write(b"whole")
    assert path.read_bytes() == b"whole"
    assert not elsewhere.exists()


def test_a_public_file_is_readable_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with replacing(tmp_path / "file", opened=open_public) as file:
            file.write(b"1")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o644
