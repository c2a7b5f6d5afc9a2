"""Looks for known secrets in whatever a program left behind, in every form that they could have taken there."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psutil
import zstandard

_TELLING = 16
"""So many bytes of a secret's beginning or end give it away."""
_HEAD = 8
"""Bytes by which a form is looked up."""
_ESCAPES = re.compile(rb"\x1b(?:\[[0-9;:<=>?]*[ -/]*[@-~]|[@-Z\\-_])")
_MOST = 64 << 20
"""Bytes that are unpacked of one file."""


def forms(secret: bytes) -> dict[bytes, str]:
    """Each way to write a secret, or a telling part of it, with what it is called."""
    found: dict[bytes, str] = {}
    for part in {secret, secret[:_TELLING], secret[-_TELLING:]}:
        if len(part) >= _HEAD:
            found |= {form: name for name, form in _forms(part) if len(form) >= _HEAD}
    return found


def _forms(part: bytes) -> Iterator[tuple[str, bytes]]:
    yield "raw", part
    yield "reversed", part[::-1]
    yield "hex", part.hex().encode()
    yield "HEX", part.hex().upper().encode()
    yield "numbers", ", ".join(map(str, part)).encode()
    yield "bytes", repr(part)[2:-1].encode()
    for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
        for shift in range(3):
            encoded = encode(bytes(shift) + part).rstrip(b"=")
            shared = (shift + len(part)) % 3 > 0  # the last character tells of what follows as well
            yield name, encoded[(0, 2, 3)[shift] : len(encoded) - shared]
    for safe in ("/", ""):
        yield "url", quote(part, safe=safe).encode()
    try:
        text = part.decode()
    except UnicodeDecodeError:
        return
    yield "json", json.dumps(text)[1:-1].encode()
    yield "utf-16", text.encode("utf-16-le")
    yield "utf-16 the other way", text.encode("utf-16-be")


class Leaks:
    """Known secrets by name, to be looked for."""

    def __init__(self, secrets: Mapping[str, bytes]) -> None:
        self._forms: dict[bytes, list[tuple[bytes, str]]] = {}
        for name, secret in secrets.items():
            for form, how in forms(secret).items():
                self._forms.setdefault(form[:_HEAD], []).append((form, f"{name}, {how}"))

    def within(self, data: bytes) -> list[str]:
        """What of the secrets stands in these bytes: as they are, without breaks of lines or escapes, unpacked."""
        views = {data, data.translate(None, b"\r\n"), _ESCAPES.sub(b"", data), *_unpacked(data)}
        return sorted({told for view in views for told in self._seen(view)})

    def _seen(self, view: bytes) -> Iterator[str]:
        heads = self._forms
        for at in range(len(view) - _HEAD + 1):
            if view[at : at + _HEAD] in heads:
                yield from (told for form, told in heads[view[at : at + _HEAD]] if view.startswith(form, at))

    def among(self, places: Iterable[tuple[str, bytes]]) -> list[str]:
        """Every place with a secret in it, and which."""
        return [f"{place}: {told}" for place, data in places for told in self.within(data)]


def _unpacked(data: bytes) -> Iterator[bytes]:
    """What is packed here as a whole; an entry of a zip with a password is what it is."""
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    elif data[:4] == b"\x28\xb5\x2f\xfd":
        try:
            yield zstandard.ZstdDecompressor().decompressobj().decompress(data)
        except zstandard.ZstdError:  # packed with a dictionary of ours
            return
    elif data[:1] == b"\x78":
        try:
            yield zlib.decompressobj().decompress(data, _MOST)
        except zlib.error:
            return


def files_under(*roots: Path) -> Iterator[tuple[str, bytes]]:
    """Every file with its bytes, and every name of one."""
    for root in roots:
        for path in sorted(root.rglob("*")):
            yield f"name of {path}", str(path.relative_to(root)).encode()
            if path.is_file() and not path.is_symlink():
                yield str(path), path.read_bytes()


def seen_of(pid: int) -> Iterator[tuple[str, bytes]]:
    """Arguments and environment of a process and of all that it started, as they are now."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in family:
        for name in ("cmdline", "environ"):
            try:
                yield f"{name} of {process.pid}", Path(f"/proc/{process.pid}/{name}").read_bytes()
            except OSError:
                continue
