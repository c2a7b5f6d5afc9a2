"""A zip that only its password opens, the same inside every time; folders that can take files or cannot."""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pyzipper  # type: ignore[import-untyped] # no stubs
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from blink_tui.buffer import open_buffer
from blink_tui.ledger.delivery import ZipFiles, checked_folder, checked_password, folder_of
from blink_tui.ledger.files import place
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from tests.buffer.test_firms import CHECKOUT

PASSWORD = Secret("correct horse 7!")
MADE = datetime(2026, 11, 30, 9, 15, 10, tzinfo=UTC)
CONTENT = {"": b"<a/>" * 10_000, "zakup": "Zażółć".encode(), "xml/1": b""}


def zipped(folder: Path, password: Secret = PASSWORD) -> ZipFiles:
    files = ZipFiles(folder, "1111111111-wapro", password, MADE)
    for part, content in CONTENT.items():
        with files.create(part, ".xml") as file:
            file.write(content)
    files.close()
    return files


def test_the_zip_is_one_file_whose_inside_is_the_same_every_time(tmp_path: Path) -> None:
    first, second = zipped(tmp_path / "a"), zipped(tmp_path / "b")
    (one,), (other,) = first.written, second.written
    assert one.path.name == other.path.name == "1111111111-wapro.zip"
    assert one.sha256 != other.sha256
    assert first.packed == second.packed
    assert [one.sha256 for one in first.packed] == [hashlib.sha256(one).digest() for one in CONTENT.values()]
    place([one.naming])
    with pyzipper.AESZipFile(one.path) as read:
        read.setpassword(PASSWORD.reveal())
        found = {info.filename: read.read(info) for info in read.infolist()}
        assert {info.date_time for info in read.infolist()} == {(2026, 11, 30, 10, 15, 10)}
    assert found == {
        "1111111111-wapro.xml": CONTENT[""],
        "1111111111-wapro-zakup.xml": CONTENT["zakup"],
        "1111111111-wapro/xml/1.xml": b"",
    }


def test_a_wrong_password_opens_nothing_and_nothing_is_readable_without_one(tmp_path: Path) -> None:
    (one,) = zipped(tmp_path).written
    with pyzipper.AESZipFile(one.temporary) as read:
        for wrong in (b"wrong horse 7!", b"", None):
            with pytest.raises(RuntimeError):
                read.read("1111111111-wapro.xml", pwd=wrong)
    with zipfile.ZipFile(one.temporary) as plain, pytest.raises((NotImplementedError, RuntimeError)):
        plain.read("1111111111-wapro.xml")
    assert b"Za" not in one.temporary.read_bytes()
    assert (
        one.temporary.read_bytes()[8:10] == bytes([99, 0])
        or b"\x01\x99\x07\x00" in one.temporary.read_bytes()
    )


def unpacked(path: Path, password: bytes) -> list[bytes]:
    """Read by the description of AE-1 and AE-2 alone, as 7-Zip does."""
    data, found = path.read_bytes(), []
    with zipfile.ZipFile(path) as listing:
        entries = [(info.header_offset, info.compress_size) for info in listing.infolist()]
    for offset, size in entries:
        name, extra = struct.unpack("<HH", data[offset + 26 : offset + 30])
        fields = data[offset + 30 + name : offset + 30 + name + extra]
        aes = fields[fields.index(b"\x01\x99") :]
        version, vendor, strength, method = struct.unpack("<H2sBH", aes[4:11])
        assert (version in (1, 2), vendor, strength, method) == (True, b"AE", 3, 8)
        body = data[offset + 30 + name + extra :][:size]
        salt, check, cipher, mac = body[:16], body[16:18], body[18:-10], body[-10:]
        keys = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 66)
        if keys[64:] != check:
            raise ValueError
        assert hmac.digest(keys[32:64], cipher, "sha1")[:10] == mac
        blocks = -(-len(cipher) // 16)
        counters = b"".join(place.to_bytes(16, "little") for place in range(1, blocks + 1))
        stream = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor().update(counters)
        plain = bytes(one ^ other for one, other in zip(cipher, stream, strict=False))
        found.append(zlib.decompress(plain, -15))
    return found


def test_another_reader_opens_it(tmp_path: Path) -> None:
    (one,) = zipped(tmp_path).written
    assert unpacked(one.temporary, PASSWORD.reveal()) == list(CONTENT.values())
    with pytest.raises(ValueError):
        unpacked(one.temporary, b"wrong horse 7!")


def test_files_may_be_open_side_by_side(tmp_path: Path) -> None:
    files = ZipFiles(tmp_path, "s", PASSWORD, MADE)
    with files.create("a", ".csv") as first, files.create("b", ".csv") as second:
        first.write(b"1")
        second.write(b"2")
    files.close()
    assert [(one.name, one.size) for one in files.packed] == [("s-b.csv", 1), ("s-a.csv", 1)]


def test_what_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    files = ZipFiles(tmp_path, "s", PASSWORD, MADE)
    with files.create("a", ".csv") as file:
        file.write(b"1")
    with pytest.raises(ZeroDivisionError), files.create("b", ".csv"):
        raise ZeroDivisionError
    files.discard()
    assert list(tmp_path.iterdir()) == []
    done = zipped(tmp_path)
    done.discard()
    assert (list(tmp_path.iterdir()), done.written) == ([], [])


def test_without_files_there_is_no_zip(tmp_path: Path) -> None:
    files = ZipFiles(tmp_path, "s", PASSWORD, MADE)
    files.close()
    assert (files.written, list(tmp_path.iterdir())) == ([], [])


@pytest.mark.parametrize("password", ["", "short", "zażółć gęślą", "tab\tin the middle"])
def test_a_password_that_unpackers_may_read_otherwise_is_refused(password: str) -> None:
    with pytest.raises(BlinkError) as refused:
        checked_password(Secret(password))
    assert refused.value.kind.code == "zip-password"
    assert password not in str(refused.value) or not password


_FULL = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import os
from blink_tui.ledger.delivery import ZipFiles
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
files = ZipFiles(Path(sys.argv[1]), "s", Secret("correct horse"), datetime.now(UTC))
try:
    with files.create("", ".bin") as file:
        file.write(os.urandom(3_000_000))
    files.close()
except BlinkError as error:
    files.discard()
    print(error.kind.code, list(Path(sys.argv[1]).iterdir()))
"""


def test_a_full_disk_is_told_and_nothing_is_left_there(tmp_path: Path) -> None:
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("a small disk of its own needs root and unshare")
    inside = 'mount -t tmpfs -o size=1m tmpfs "$1" || exit 77; exec "$2" -c "$3" "$1"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", inside, "sh", str(tmp_path), sys.executable, _FULL],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip(f"no private disk here: {done.stderr.strip()}")
    assert done.stdout == "folder-full []\n", done.stderr


async def test_a_firms_folder_has_to_take_files(tmp_path: Path) -> None:
    profile, watched = tmp_path / "profile", tmp_path / "watched"
    (profile / "export").mkdir(parents=True)
    watched.mkdir()
    (tmp_path / "link").symlink_to(profile / "export")
    assert checked_folder(str(watched), profile, "1111111111") == watched
    for folder in (tmp_path / "none", profile, profile / "export", tmp_path / "link"):
        with pytest.raises(BlinkError) as refused:
            checked_folder(str(folder), profile, "1111111111")
        assert "--set folder=" in str(refused.value)
    async with open_buffer(profile / "buffer.db") as buffer:
        firm = await buffer.firms.add("1111111111", name="Biuro", env="test")  # type: ignore[arg-type]
        usual = profile / "export"
        assert await folder_of(buffer, firm.id, usual, profile, firm.nip) == usual
        await buffer.export_settings.save(firm.id, "", {"folder": str(watched)}, who="anna")
        assert await folder_of(buffer, firm.id, usual, profile, firm.nip) == watched
