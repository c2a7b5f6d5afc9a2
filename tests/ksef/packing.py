"""Packages as KSeF makes them, and as it never would: archives cut into encrypted parts."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from blink_tui.ksef.wire import ExportPart
from blink_tui.model.values import Sha256

KEY, IV = bytes(range(32)), bytes(range(16))
Members = Iterable[tuple[str, bytes]]


def number(index: int) -> str:
    return f"5265877635-20260513-{index:012X}-AF"


def invoices(count: int, size: int = 1000) -> list[tuple[str, bytes]]:
    """Members of a package; each invoice differs from every other."""
    made = [(f"{number(i)}.xml", (f"<Faktura>{i}</Faktura>" * size)[:size].encode()) for i in range(count)]
    return [*made, ("_metadata.json", b'{"invoices": []}')]


def zipped(members: Members, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def tarred(members: Members, tar_format: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tar_format) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            if tar_format == tarfile.PAX_FORMAT:
                info.pax_headers = {"mtime": "1778760000.1234567", "comment": "żółw=\n"}
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def encrypted(plain: bytes) -> bytes:
    padder, encryptor = PKCS7(128).padder(), Cipher(AES(KEY), CBC(IV)).encryptor()
    return encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()


def part_of(plain: bytes, ordinal: int = 1, url: str = "") -> ExportPart:
    secret = encrypted(plain)
    return ExportPart(
        ordinal=ordinal,
        name=f"part-{ordinal}",
        url=url,
        size=len(plain),
        sha256=Sha256(hashlib.sha256(plain).digest()),
        encrypted_size=len(secret),
        encrypted_sha256=Sha256(hashlib.sha256(secret).digest()),
        expires=None,
    )


def on_disk(folder: Path, archive: bytes, parts: int = 1) -> tuple[list[Path], list[ExportPart]]:
    """The archive in so many encrypted parts, as they lie after their download."""
    step = -(-len(archive) // parts)
    files, records = [], []
    for ordinal, start in enumerate(range(0, len(archive), step), 1):
        plain = archive[start : start + step]
        file = folder / f"{ordinal:05d}"
        file.write_bytes(encrypted(plain))
        files.append(file)
        records.append(part_of(plain, ordinal))
    return files, records
