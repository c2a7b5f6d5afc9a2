"""The bytes of a backup: whatever is changed in them, dropped, moved or put in is found before a byte of it is used."""

from __future__ import annotations

import io
import os
import random
from collections.abc import Callable

import pytest

from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.ops import backup_file
from blink_tui.ops.backup_file import FORMAT, Head, Reader, Writer, new_key, read_head

PASSPHRASE = Secret("correct horse")
_TAG = 16


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_file, "_COST", {"n": 2**4, "r": 8, "p": 1})
    monkeypatch.setattr(backup_file, "PIECE", 256)


def written(content: bytes, *, encrypted: bool, **changes: object) -> bytes:
    key, how = new_key(PASSPHRASE) if encrypted else (None, None)
    head = Head(FORMAT, os.urandom(16), "origin", "default", Instant("2026-11-30T12:00:00Z"), "1.0", 18, how)
    file = io.BytesIO()
    writer = Writer(file, head, key)
    for start in range(0, len(content), 100):
        writer.write(content[start : start + 100])
    writer.finish()
    return file.getvalue()


def read(data: bytes, passphrase: Callable[[], Secret] | None = lambda: PASSPHRASE) -> bytes:
    reader, content = Reader(io.BytesIO(data), "x", passphrase), b""
    while piece := reader.read(1000):
        content += piece
    reader.drain()
    return content


def refusal(data: bytes) -> str:
    with pytest.raises(BlinkError) as refused:
        read(data)
    return refused.value.kind.code


def pieces(data: bytes) -> tuple[bytes, list[bytes]]:
    """What stands before the pieces, and these."""
    begin = len(backup_file.MAGIC)
    front = begin + 4 + int.from_bytes(data[begin : begin + 4], "big") + 32
    rest = data[front:]
    return data[:front], [rest[at : at + 256 + _TAG] for at in range(0, len(rest), 256 + _TAG)]


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 1000])
def test_what_was_written_comes_back(size: int, encrypted: bool) -> None:
    content = random.Random(size).randbytes(size)
    assert read(written(content, encrypted=encrypted)) == content


@pytest.mark.parametrize("encrypted", [False, True])
def test_every_flipped_bit_is_found(encrypted: bool) -> None:
    data = written(b"invoice " * 100, encrypted=encrypted)
    for place in range(len(data) * 8):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        assert refusal(bytes(changed)) in ("backup-damaged", "not-a-backup"), place


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_cut_end_and_more_than_an_end_are_found(encrypted: bool) -> None:
    data = written(b"invoice " * 100, encrypted=encrypted)
    for size in range(len(data)):
        assert refusal(data[:size]) in ("backup-damaged", "not-a-backup"), size
    assert refusal(data + b"x") == refusal(data + bytes(256 + _TAG)) == "backup-damaged"


@pytest.mark.parametrize("encrypted", [False, True])
def test_pieces_that_were_dropped_moved_doubled_or_of_another_backup_are_found(encrypted: bool) -> None:
    data = written(b"invoice " * 100, encrypted=encrypted)
    front, parts = pieces(data)
    _other, strange = pieces(written(b"invoice " * 100, encrypted=encrypted))
    assert len(parts) == 4
    for changed in (
        [parts[1], parts[0], *parts[2:]],
        parts[1:],
        parts[:-1],
        [parts[0], *parts],
        [strange[0], *parts[1:]],
        [*parts[:-1], strange[-1]],
    ):
        assert refusal(front + b"".join(changed)) == "backup-damaged"


def test_a_wrong_passphrase_is_told_from_damage_and_none_from_both() -> None:
    data = written(b"x", encrypted=True)
    for passphrase, code in (
        (lambda: Secret("wrong"), "backup-wrong-passphrase"),
        (None, "backup-passphrase-wanted"),
    ):
        with pytest.raises(BlinkError) as refused:
            read(data, passphrase)
        assert (refused.value.kind.code, int(refused.value.kind.exit_code)) == (code, 8)


def test_an_encrypted_backup_tells_its_head_alone() -> None:
    data = written(b"SECRET-INVOICE" * 50, encrypted=True)
    assert b"SECRET" not in data
    assert read_head(io.BytesIO(data), "x").profile == "default"
    assert b"SECRET" in written(b"SECRET-INVOICE" * 50, encrypted=False)


def test_a_newer_format_is_named_and_nobody_s_head_takes_all_memory() -> None:
    head = Head(FORMAT + 1, b"", "o", "p", Instant("2026-11-30T12:00:00Z"), "9.0", 99)
    file = io.BytesIO()
    Writer(file, head, None).finish()
    assert refusal(file.getvalue()) == "newer-backup"
    greedy = backup_file.Key(b"salt", 2**30, 8, 1, b"check")
    file = io.BytesIO()
    Writer(file, Head(FORMAT, b"", "o", "p", Instant("2026-11-30T12:00:00Z"), "1", 18, greedy), None).finish()
    assert refusal(file.getvalue()) == "backup-damaged"
