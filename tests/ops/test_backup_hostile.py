"""Backups that a stranger made: what they say of themselves takes neither the machine's memory nor its time."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path
from typing import IO, cast

import pytest
import zstandard

from blink_tui.buffer.snapshot import Work
from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.ops.backup import SUFFIX, backups
from blink_tui.ops.backup_archive import unpack
from blink_tui.ops.backup_file import BACKUP_DAMAGED, FORMAT, Head, Key, Writer


def written(path: Path, content: bytes, key: Key | None = None) -> None:
    head = Head(FORMAT, os.urandom(16), "origin", "default", Instant("2026-11-30T12:00:00Z"), "1.0", 18, key)
    with path.open("wb") as file:
        writer = Writer(file, head, Secret(bytes(32)) if key else None)
        with zstandard.ZstdCompressor().stream_writer(cast("IO[bytes]", writer), closefd=False) as packed:
            packed.write(content)
        writer.finish()


@pytest.mark.parametrize(
    ("made_at", "origin"), [("yesterday", "origin"), ("2026-11-30T12:00:00Z", "../../x")]
)
def test_a_head_that_says_what_none_of_ours_says_stands_in_nobody_s_way(
    tmp_path: Path, made_at: str, origin: str
) -> None:
    head = Head(FORMAT, os.urandom(16), origin, "default", Instant(made_at), "1.0", 18)
    with (tmp_path / f"x{SUFFIX}").open("wb") as file:
        Writer(file, head, None).finish()
    assert backups(tmp_path) == []
    assert refusal(tmp_path / f"x{SUFFIX}").kind is BACKUP_DAMAGED


def refusal(path: Path) -> BlinkError:
    folder = path.with_name("unpacked")
    folder.mkdir()
    with pytest.raises(BlinkError) as refused:
        unpack(path, folder, lambda: Secret("a passphrase"), Work())
    assert list(folder.iterdir()) == []
    assert refused.value.kind is BACKUP_DAMAGED
    return refused.value


@pytest.mark.parametrize(
    ("n", "r", "p"), [(3, 8, 1), (0, 8, 1), (-2, 8, 1), (2**14, -8, -1), (2**40, 8, 1), (2, 1, 2**30)]
)
def test_a_cost_that_no_passphrase_has_is_refused(tmp_path: Path, n: int, r: int, p: int) -> None:
    written(tmp_path / "backup", b"", Key(bytes(16), n, r, p, bytes(16)))
    refusal(tmp_path / "backup")


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.XGLTYPE])
def test_a_header_that_is_longer_than_a_backup_is_not_read(tmp_path: Path, kind: bytes) -> None:
    long = tarfile.TarInfo("long")
    long.size, long.type = 1 << 40, kind
    written(tmp_path / "backup", long.tobuf(tarfile.GNU_FORMAT) + bytes(80 << 20))
    assert refusal(tmp_path / "backup").cause == "more than was announced"


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    link = tarfile.TarInfo("manifest.json")
    link.type, link.linkname = kind, "/etc/passwd"
    written(tmp_path / "backup", link.tobuf(tarfile.USTAR_FORMAT) + bytes(1024))
    refusal(tmp_path / "backup")
