from __future__ import annotations

import gzip
import io
import random
import stat
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blink_tui.ksef import errors
from blink_tui.ksef.archives import Bounds, read_tar_gz, read_zip
from blink_tui.model.errors import BlinkError, ErrorKind
from tests.ksef.bombs import BOMBS
from tests.ksef.packing import Members, invoices, number, tarred, zipped

NAME = f"{number(1)}.xml"
NAMES_REFUSED = [
    "../x.xml",
    f"../{NAME}",
    f"/{NAME}",
    f"./{NAME}",
    f"folder/{NAME}",
    f"..\\{NAME}",
    "x.xml",
    f"{NAME}\n",
    NAME.lower(),
    f"{NAME}.exe",
    f"{NAME}/",
    "_metadata.json/x",
    "ż.xml",
]


def from_tar(archive: bytes, bounds: Bounds | None = None, step: int = 1000) -> list[tuple[str, bytes]]:
    chunks = (archive[start : start + step] for start in range(0, len(archive), step))
    return list(read_tar_gz(chunks, bounds or Bounds()))


def from_zip(archive: bytes, bounds: Bounds | None = None) -> list[tuple[str, bytes]]:
    return list(read_zip(io.BytesIO(archive), bounds or Bounds()))


def refusal(archive: bytes, bounds: Bounds | None = None) -> ErrorKind:
    with pytest.raises(BlinkError) as caught:
        (from_zip if archive.startswith(b"PK") else from_tar)(archive, bounds)
    return caught.value.kind


@pytest.mark.parametrize("name", NAMES_REFUSED)
def test_only_plain_names_are_taken(name: str) -> None:
    for tar_format in (tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT):
        assert refusal(tarred([(name, b"x")], tar_format)) is errors.PACKAGE_UNSAFE
    assert refusal(zipped([(name, b"x")])) is errors.PACKAGE_UNSAFE


@pytest.mark.parametrize("place", [0, 124, 148, 300, 511])
def test_a_tar_header_that_does_not_sum_up(place: int) -> None:
    plain = bytearray(gzip.decompress(tarred([(NAME, b"x")], tarfile.USTAR_FORMAT)))
    plain[place] ^= 1
    assert refusal(gzip.compress(plain)) is errors.PACKAGE_DAMAGED


def test_a_name_comes_once() -> None:
    assert refusal(tarred([(NAME, b"x"), (NAME, b"y")])) is errors.PACKAGE_UNSAFE
    with pytest.warns(UserWarning, match="Duplicate"):
        archive = zipped([(NAME, b"x"), (NAME, b"y")])
    assert refusal(archive) is errors.PACKAGE_UNSAFE


@pytest.mark.parametrize(
    "kind",
    [
        tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE,
        tarfile.CONTTYPE, tarfile.GNUTYPE_LONGLINK, b"V", b"Z",
    ],
)  # fmt: skip
def test_links_folders_and_devices_in_a_tar(kind: bytes) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo(NAME)
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    assert refusal(out.getvalue()) is errors.PACKAGE_UNSAFE


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK]
)
def test_links_folders_and_devices_in_a_zip(kind: int) -> None:
    info = zipfile.ZipInfo(NAME)
    info.external_attr = (kind | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert refusal(out.getvalue()) is errors.PACKAGE_UNSAFE


def test_gnu_long_names_are_refused() -> None:
    archive = tarred([(f"{'x' * 200}.xml", b"x")], tarfile.GNU_FORMAT)
    assert refusal(archive) is errors.PACKAGE_UNSAFE


def tar_of(*blocks: bytes) -> bytes:
    return gzip.compress(b"".join(block + bytes(-len(block) % 512) for block in blocks) + bytes(1024))


def tar_header(name: str, kind: bytes, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.USTAR_FORMAT)


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (b"26 GNU.sparse.realsize=10\n", errors.PACKAGE_UNSAFE),
        (b"18 path=../../x.xml\n", errors.PACKAGE_DAMAGED),
        (b"20 path=../../x.xml\n", errors.PACKAGE_UNSAFE),
        (b"12 size=abc\n", errors.PACKAGE_DAMAGED),
        (b"11 size=-1\n", errors.PACKAGE_DAMAGED),
        (b"18 size=999999999\n", errors.PACKAGE_UNSAFE),
        (b"0 a=\n", errors.PACKAGE_DAMAGED),
        (b"99 a=b\n", errors.PACKAGE_DAMAGED),
        (b"nonsense", errors.PACKAGE_DAMAGED),
    ],
)
def test_pax_headers_that_lie(record: bytes, kind: ErrorKind) -> None:
    archive = tar_of(tar_header("p", b"x", len(record)), record, tar_header(NAME, b"0", 1), b"x")
    assert refusal(archive) is kind


def test_pax_headers_are_bounded() -> None:
    assert refusal(tar_of(tar_header("p", b"x", 70_000), bytes(70_000))) is errors.PACKAGE_UNSAFE


def test_a_pax_header_gives_name_and_size() -> None:
    record = f"{len(NAME) + 9} path={NAME}\n".encode()
    assert len(record) == len(NAME) + 9
    size = b"10 size=3\n"
    archive = tar_of(
        tar_header("p", b"x", len(record + size)), record + size, tar_header("x", b"0", 0), b"abc"
    )
    assert from_tar(archive) == [(NAME, b"abc")]


def test_global_pax_headers_may_only_comment() -> None:
    record = b"13 comment=x\n"
    harmless = tar_of(tar_header("g", b"g", len(record)), record, tar_header(NAME, b"0", 1), b"x")
    assert from_tar(harmless) == [(NAME, b"x")]
    size = b"10 size=3\n"
    assert refusal(tar_of(tar_header("g", b"g", len(size)), size)) is errors.PACKAGE_UNSAFE


@pytest.mark.parametrize(
    ("start", "end", "value"),
    [(148, 154, b"000000"), (124, 136, b"\x80" + bytes(11)), (124, 136, b"-0000000010\0")],
)
def test_broken_tar_headers(start: int, end: int, value: bytes) -> None:
    header = bytearray(tar_header(NAME, b"0", 1))
    header[start:end] = value
    assert refusal(tar_of(bytes(header), b"x")) is errors.PACKAGE_DAMAGED


def test_a_tar_that_is_cut_anywhere() -> None:
    archive = tarred(invoices(20, 2000))
    whole = gzip.decompress(archive)
    for end in (1, 5, 100, len(archive) // 2, len(archive) - 1):
        assert refusal(archive[:end]) is errors.PACKAGE_DAMAGED
    for end in (0, 300, 512, 5000):
        assert refusal(gzip.compress(whole[:end])) is errors.PACKAGE_DAMAGED


def test_a_tar_with_something_behind_it() -> None:
    archive = tarred(invoices(2))
    assert refusal(archive + b"something") is errors.PACKAGE_DAMAGED
    assert refusal(archive[:-8] + bytes(8)) is errors.PACKAGE_DAMAGED


def test_a_stream_of_several_gzip_members() -> None:
    plain = gzip.decompress(tarred(invoices(5)))
    archive = gzip.compress(plain[:700]) + gzip.compress(plain[700:])
    for step in (1, 17, 100_000):
        assert from_tar(archive, step=step) == invoices(5)


@pytest.mark.parametrize("pack", [tarred, zipped])
def test_bombs(pack: Callable[[Members], bytes]) -> None:
    large = [(NAME, bytes(3 * 1024 * 1024 + 1))]
    many = [(f"{number(index)}.xml", bytes(500_000)) for index in range(10)]
    tight = Bounds(total=2_000_000, free=1_000_000_000)
    steep = Bounds(ratio=100, free=1_000_000)
    assert refusal(pack(large), Bounds(member=3 * 1024 * 1024)) is errors.PACKAGE_UNSAFE
    assert refusal(pack(many), tight) is errors.PACKAGE_UNSAFE
    assert refusal(pack(many), steep) is errors.PACKAGE_UNSAFE
    assert refusal(pack(many), Bounds(members=9)) is errors.PACKAGE_UNSAFE
    assert len(from_zip(zipped(many), Bounds(members=10))) == 10


def test_a_bomb_is_not_inflated_to_be_refused() -> None:
    drawn = 0

    def endless() -> Iterator[bytes]:
        nonlocal drawn
        deflate = zlib.compressobj(9, wbits=31)
        yield deflate.compress(tar_header(NAME, b"x", 512)) + deflate.flush(zlib.Z_SYNC_FLUSH)
        while True:
            drawn += 1
            yield deflate.compress(bytes(1024 * 1024)) + deflate.flush(zlib.Z_SYNC_FLUSH)

    with pytest.raises(BlinkError):
        list(read_tar_gz(endless(), Bounds()))
    assert drawn < 10


_UNPACK = """
import resource, sys
from pathlib import Path
from time import process_time
from blink_tui.ksef.packages import Bounds, read_members
from blink_tui.model.errors import BlinkError
from tests.ksef.bombs import BOMBS, pieces
archive = BOMBS[sys.argv[1]]()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
taken = 0
try:
    for _, content in read_members(pieces(archive), Path(sys.argv[2]), Bounds()):
        taken += len(content)
except BlinkError as error:
    print(error.kind.code, taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_gigabyte_is_refused_in_bounded_time_and_memory(bomb: str, tmp_path: Path) -> None:
    """In a process that the system ends after 20 s of its processor; more than one member's bound is never held."""
    done = subprocess.run(
        [sys.executable, "-c", _UNPACK, bomb, str(tmp_path)],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    code, taken, kilobytes = done.stdout.split()
    assert code in ("package-unsafe", "package-damaged")
    assert int(taken) <= 1
    assert int(kilobytes) < 200 * 1024
    assert list(tmp_path.iterdir()) == []


def test_the_list_may_be_larger_than_an_invoice() -> None:
    noise = random.Random(1).randbytes(4 * 1024 * 1024)
    for pack, read in ((tarred, from_tar), (zipped, from_zip)):
        assert read(pack([("_metadata.json", noise)])) == [("_metadata.json", noise)]
        assert refusal(pack([("_metadata.json", noise)]), Bounds(metadata=4_000_000)) is errors.PACKAGE_UNSAFE


def central(archive: bytes, offset: int, value: bytes, *, local: int | None = None) -> bytes:
    """The archive of one member with bytes of its directory entry (and of its local header) replaced."""
    changed = bytearray(archive)
    start = archive.index(b"PK\x01\x02") + offset
    changed[start : start + len(value)] = value
    if local is not None:
        changed[local : local + len(value)] = value
    return bytes(changed)


def one_zip() -> bytes:
    return zipped([(NAME, b"<Faktura/>" * 100)])


@pytest.mark.parametrize(
    ("archive", "kind"),
    [
        (central(one_zip(), 8, b"\x01\x00"), errors.PACKAGE_UNSAFE),  # encrypted
        (central(one_zip(), 10, b"\x0c\x00"), errors.PACKAGE_UNSAFE),  # bzip2
        (central(one_zip(), 16, b"\0\0\0\0"), errors.PACKAGE_DAMAGED),  # check sum
        (central(one_zip(), 24, struct.pack("<I", 999)), errors.PACKAGE_DAMAGED),  # said to be smaller
        (central(one_zip(), 24, struct.pack("<I", 1001)), errors.PACKAGE_DAMAGED),  # said to be larger
        (central(one_zip(), 20, struct.pack("<I", 900_000)), errors.PACKAGE_UNSAFE),  # a gigabyte to read
        (central(one_zip(), 42, struct.pack("<I", 3)), errors.PACKAGE_DAMAGED),  # no member there
        (one_zip().replace(NAME.encode(), b"0" * len(NAME), 1), errors.PACKAGE_UNSAFE),  # two names
        (
            one_zip().replace(one_zip()[69:79], bytes([255] * 10), 1),
            errors.PACKAGE_DAMAGED,
        ),  # no deflate stream
        (one_zip()[:-30], errors.PACKAGE_DAMAGED),
        (one_zip()[:40], errors.PACKAGE_DAMAGED),
    ],
    ids=lambda value: value.code if isinstance(value, ErrorKind) else "zip",  # its bytes hold the time
)
def test_zips_that_lie(archive: bytes, kind: ErrorKind) -> None:
    assert refusal(archive) is kind


def test_members_that_share_bytes() -> None:
    second = f"{number(2)}.xml"
    archive = bytearray(zipped([(NAME, b"x" * 100), (second, b"y" * 100)]))
    entry = archive.rindex(b"PK\x01\x02") + 42
    archive[entry : entry + 4] = bytes(4)
    assert refusal(bytes(archive)) is errors.PACKAGE_UNSAFE


def test_a_member_inside_another() -> None:
    inner = zipped([(f"{number(2)}.xml", b"y" * 100)], zipfile.ZIP_STORED)
    directory = inner.index(b"PK\x01\x02")
    outer = zipped([(NAME, inner[:directory])], zipfile.ZIP_STORED)
    start, end = outer.rindex(b"PK\x01\x02"), outer.rindex(b"PK\x05\x06")
    entry = bytearray(inner[directory : inner.rindex(b"PK\x05\x06")])
    entry[42:46] = struct.pack("<I", 30 + len(NAME))
    tail = struct.pack("<4s4xHHIIH", b"PK\x05\x06", 2, 2, end - start + len(entry), start, 0)
    assert refusal(outer[:end] + bytes(entry) + tail) is errors.PACKAGE_UNSAFE


def test_a_directory_that_is_the_bomb() -> None:
    archive = zipped([(f"{number(index)}.xml", b"") for index in range(3000)])
    assert refusal(archive, Bounds(members=10)) is errors.PACKAGE_UNSAFE


def test_members_come_in_the_order_in_which_they_lie(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped(invoices(30)))
    with path.open("rb") as file:
        assert list(read_zip(file, Bounds())) == invoices(30)
