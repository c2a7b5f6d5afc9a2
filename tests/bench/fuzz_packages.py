"""Damage packages for a while: only our own errors come out, in bounded time and memory, and no file is left.

python -m tests.bench.fuzz_packages [SECONDS] [SEED] [FIRST]

Input n of a seed is always the same one, so a run goes on from any. The process may hold only so many bytes; the first
other exception, an input that takes too long, or a file that is left ends it with the input written beside.
"""

from __future__ import annotations

import gzip
import random
import resource
import struct
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from blink_tui.ksef.packages import Bounds, decode_package_metadata, read_members
from blink_tui.model.errors import BlinkError
from tests.bench.damage import damaged
from tests.ksef.bombs import BOMBS, pieces
from tests.ksef.packing import Members, invoices, number, tarred, zipped

_MEMORY = 1 << 30
"""Bytes of addresses that the process may hold."""
_SLOWEST_ALLOWED = 5.0
"""Seconds that one input may take."""
_BOUNDS = Bounds(member=1 << 20, metadata=4 << 20, members=200, total=64 << 20, free=8 << 20)
"""Tight, so that what passes them does so within the seconds of this bench."""
_NAMES = (
    "../x.xml", "/etc/passwd", "..\\x.xml", "x.xml", "", ".", "_metadata.json", f"{number(1)}.xml", f"{number(1)}.xml/",
    f"a/{number(2)}.xml", "żółw.xml", "x" * 300, f"{number(3)}.xml\n", "C:\\x.xml", f"{number(0)}.XML",
)  # fmt: skip
_NUMBERS = (0, 1, 2, 7, 511, 512, 513, 0xFFFF, 1 << 20, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)
_KINDS = [bytes([kind]) for kind in b"01234567xgLKSVD\0"]


def lied(chance: random.Random) -> bytes:
    """A tar.gz whose headers sum up and tell of names, kinds and sizes at will."""
    plain = bytearray()
    for _ in range(chance.randint(1, 6)):
        info = tarfile.TarInfo(chance.choice(_NAMES)[:100])
        info.type = chance.choice((tarfile.REGTYPE, chance.choice(_KINDS)))
        content = chance.randbytes(chance.choice((0, 1, 100, 600)))
        if info.type in (b"x", b"g") and chance.random() < 0.8:
            content = pax(chance)
        info.size = len(content) if chance.random() < 0.7 else chance.choice(_NUMBERS)
        plain += info.tobuf(tarfile.USTAR_FORMAT, errors="replace") + content + bytes(-len(content) % 512)
    return gzip.compress(plain + bytes(chance.choice((0, 512, 1024))), 1)


def pax(chance: random.Random) -> bytes:
    """Records of a pax header, right and wrong."""
    made = b""
    for _ in range(chance.randint(1, 3)):
        key = chance.choice((b"path", b"size", b"mtime", b"GNU.sparse.major", b"linkpath", b""))
        value = chance.choice(
            (*(name.encode() for name in _NAMES), b"%d" % chance.choice(_NUMBERS), b"-1", b"1e9")
        )
        body = b" " + key + b"=" + value + b"\n"
        length = len(body) + len(str(len(body) + 2)) + chance.choice((0, 0, 0, 1, -1, 900))
        made += b"%d" % max(0, length) + body
    return made


def patched(archive: bytes, chance: random.Random) -> bytes:
    """A ZIP with sizes, offsets, flags or counts of its headers replaced."""
    data = bytearray(archive)
    marks = [
        place for mark in (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06") for place in places(archive, mark)
    ]
    for _ in range(chance.randint(1, 3)):
        start = chance.choice(marks) + chance.randrange(4, 46)
        size, value = chance.choice((("<H", 0xFFFF), ("<I", 0xFFFFFFFF)))
        field = struct.pack(size, chance.choice((*_NUMBERS, chance.randrange(len(data)))) & value)
        data[start : start + len(field)] = field
    return bytes(data)


def places(data: bytes, mark: bytes) -> list[int]:
    """Where a mark stands."""
    found, start = [], data.find(mark)
    while start >= 0:
        found.append(start)
        start = data.find(mark, start + 1)
    return found


def broken(seed: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut, doubled or moved."""
    return damaged(seed, chance, most=4, longest=4000)


def inside(members: Members, chance: random.Random) -> bytes:
    """A tar damaged before it is compressed, so that the damage is not found by gzip's own check sum."""
    plain = broken(gzip.decompress(tarred(members)), chance)
    return gzip.compress(plain, 1)


def made(chance: random.Random, seeds: list[bytes], bombs: list[bytes]) -> bytes:
    """One input."""
    members = invoices(chance.randint(0, 12), chance.choice((0, 10, 1000)))
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: broken(chance.choice(seeds), chance),
        lambda: broken(chance.choice(seeds), chance),
        lambda: inside(members, chance),
        lambda: lied(chance),
        lambda: patched(zipped(members), chance),
        lambda: patched(zipped(members, zipfile.ZIP_STORED), chance),
        lambda: broken(chance.choice(bombs), chance) if chance.random() < 0.02 else chance.choice(seeds),
    )
    return chance.choice(ways)()


def tried(archive: bytes, folder: Path) -> str:
    """What became of an input: `read`, or the code of our error."""
    try:
        for name, content in read_members(pieces(archive, 4096), folder, _BOUNDS):
            if name == "_metadata.json":
                decode_package_metadata(content)
    except BlinkError as error:
        return error.kind.code
    return "read"


def main() -> None:
    """Run for so many seconds (60), from the input with a number (0) on, and print what came of the inputs."""
    words = [*sys.argv[1:], "", "", ""]
    seconds = float(words[0] or 60.0)
    seed = int(words[1] or random.SystemRandom().randrange(1 << 32))
    first = int(words[2] or 0)
    seeds = [
        pack(invoices(count_of, size))
        for pack in (tarred, zipped)
        for count_of, size in ((0, 0), (5, 500), (40, 3000))
    ]
    bombs = [make() for make in BOMBS.values()]
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    until = monotonic() + seconds
    with TemporaryDirectory() as scratch:
        for place in count(first):
            data = made(random.Random(f"{seed} {place}"), seeds, bombs)
            start = monotonic()
            if start > until:
                break
            try:
                outcomes[tried(data, Path(scratch))] += 1
                slowest = max(slowest, monotonic() - start)
                if slowest > _SLOWEST_ALLOWED or list(Path(scratch).iterdir()):
                    raise AssertionError(f"{slowest:.1f} s, or a file is left")
            except BaseException:
                Path("fuzz-package.bin").write_bytes(data)
                print(f"seed {seed}, input {place}: it is in fuzz-package.bin")
                raise
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"seed {seed}, inputs {first} to {place - 1}: {dict(outcomes)}, slowest {slowest:.2f} s, peak {peak} MB"
    )


if __name__ == "__main__":
    main()
