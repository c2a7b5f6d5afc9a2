from __future__ import annotations

import dataclasses
import subprocess
import sys
import tarfile
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from blink_tui.ksef import errors
from blink_tui.ksef.packages import Bounds, decode_package_metadata, decrypt_parts, read_package
from blink_tui.model.errors import BlinkError, ErrorKind
from blink_tui.model.values import Sha256
from tests.ksef.old_server import metadata_record
from tests.ksef.packing import IV, KEY, Members, encrypted, invoices, on_disk, part_of, tarred, zipped


def pack_ustar(members: Members) -> bytes:
    return tarred(members, tarfile.USTAR_FORMAT)


def pack_stored(members: Members) -> bytes:
    return zipped(members, zipfile.ZIP_STORED)


@pytest.mark.parametrize("parts", [1, 2, 7])
@pytest.mark.parametrize("pack", [tarred, pack_ustar, zipped, pack_stored])
def test_whatever_was_packed_comes_out(tmp_path: Path, pack: Callable[[Members], bytes], parts: int) -> None:
    members = [*invoices(300, 3000), ("5265877635-20220513-0100AF-001629-AF.xml", b"")]
    files, records = on_disk(tmp_path, pack(members), parts)
    assert len(files) == parts
    assert list(read_package(files, records, KEY, IV)) == members
    assert sorted(path.name for path in tmp_path.iterdir()) == [file.name for file in files]


@pytest.mark.parametrize("pack", [tarred, zipped])
def test_members_larger_than_a_piece(tmp_path: Path, pack: Callable[[Members], bytes]) -> None:
    members = invoices(2, 2_900_000)
    files, records = on_disk(tmp_path, pack(members), 2)
    assert list(read_package(files, records, KEY, IV)) == members


@pytest.mark.parametrize("pack", [tarred, zipped])
def test_an_empty_package(tmp_path: Path, pack: Callable[[Members], bytes]) -> None:
    files, records = on_disk(tmp_path, pack([]))
    assert list(read_package(files, records, KEY, IV)) == []
    assert list(read_package([], [], KEY, IV)) == []


def test_a_part_smaller_than_a_block(tmp_path: Path) -> None:
    archive = tarred(invoices(3))
    pieces = [archive[:1], archive[1:4], archive[4:]]
    files = [tmp_path / str(index) for index in range(3)]
    for file, piece in zip(files, pieces, strict=True):
        file.write_bytes(encrypted(piece))
    parts = [part_of(piece, index) for index, piece in enumerate(pieces)]
    assert list(read_package(files, parts, KEY, IV)) == invoices(3)


@pytest.mark.parametrize("pack", [tarred, zipped])
@pytest.mark.parametrize("damage", ["hash", "too short", "too long", "cut", "padding", "other key", "empty"])
def test_a_damaged_part_is_told(tmp_path: Path, pack: Callable[[Members], bytes], damage: str) -> None:
    files, parts = on_disk(tmp_path, pack(invoices(50, 3000)), 2)
    key = KEY
    secret = files[1].read_bytes()
    match damage:
        case "hash":
            parts[1] = dataclasses.replace(parts[1], sha256=Sha256(bytes(32)))
        case "too short":
            parts[1] = dataclasses.replace(parts[1], size=parts[1].size + 1)
        case "too long":
            parts[1] = dataclasses.replace(parts[1], size=5)
        case "cut":
            files[1].write_bytes(secret[:-7])
        case "padding":
            files[1].write_bytes(secret[:-32] + secret[-16:] + secret[-16:])
        case "other key":
            key = bytes(32)
        case "empty":
            files[1].write_bytes(b"")
    with pytest.raises(BlinkError) as caught:
        list(read_package(files, parts, key, IV))
    assert caught.value.kind is errors.PART_DAMAGED


def test_the_plain_bytes_join_to_the_archive(tmp_path: Path) -> None:
    archive = zipped(invoices(20))
    files, parts = on_disk(tmp_path, archive, 3)
    assert b"".join(decrypt_parts(files, parts, KEY, IV)) == archive


def test_no_more_than_announced_is_taken_of_a_part(tmp_path: Path) -> None:
    files, parts = on_disk(tmp_path, bytes(3_000_000))
    pieces = decrypt_parts(files, [dataclasses.replace(parts[0], size=1_500_000)], KEY, IV)
    taken: list[bytes] = []
    with pytest.raises(BlinkError) as caught:
        taken.extend(pieces)
    assert 0 < sum(map(len, taken)) <= 1_500_000
    assert caught.value.kind is errors.PART_DAMAGED


@pytest.mark.parametrize(
    ("archive", "kind"),
    [(b"<html>", errors.PACKAGE_UNSAFE), (b"", errors.PACKAGE_DAMAGED), (b"PK", errors.PACKAGE_UNSAFE)],
)
def test_neither_zip_nor_tar_gz(tmp_path: Path, archive: bytes, kind: ErrorKind) -> None:
    (tmp_path / "1").write_bytes(encrypted(archive))
    with pytest.raises(BlinkError) as caught:
        list(read_package([tmp_path / "1"], [part_of(archive)], KEY, IV))
    assert caught.value.kind is kind


def test_bounds_can_be_raised(tmp_path: Path) -> None:
    members = invoices(1, 4 * 1024 * 1024)
    files, parts = on_disk(tmp_path, tarred(members))
    with pytest.raises(BlinkError):
        list(read_package(files, parts, KEY, IV, Bounds(member=3 * 1024 * 1024)))
    assert list(read_package(files, parts, KEY, IV, Bounds(member=5 * 1024 * 1024))) == members


def test_the_list_in_a_package() -> None:
    bad = {"ksefNumber": "x"}
    content = msgspec.json.encode({"invoices": [metadata_record(), bad]})
    headers, problems = decode_package_metadata(content)
    assert b64encode(headers[0].sha256).decode() == metadata_record()["invoiceHash"]
    assert [problem.ksef_number for problem in problems] == ["x"]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"invoices": 1}', b"{"])
def test_a_list_that_is_none(content: bytes) -> None:
    with pytest.raises(BlinkError) as caught:
        decode_package_metadata(content)
    assert caught.value.kind is errors.PACKAGE_DAMAGED


def test_a_worker_need_not_load_the_network() -> None:
    code = "import sys, blink_tui.ksef.packages; print([m for m in ('httpx', 'asyncio', 'lxml') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
