"""A package is whole when its three accounts of itself agree: count, list and files."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from blink_tui.model.documents import DocumentHeader
from blink_tui.model.errors import BlinkError
from blink_tui.model.values import Sha256
from blink_tui.sync.errors import PACKAGE_DISAGREES


def check_package(
    announced: int, headers: Collection[DocumentHeader], files: dict[str, Sha256], unreadable: Iterable[str]
) -> None:
    """Raise BlinkError (package disagrees) unless the number of invoices that the status announced, the entries
    of `_metadata.json` and the XML files name the same documents with the same hashes.
    """
    bad = list(unreadable)
    if bad:
        raise _disagrees(f"unreadable entries in _metadata.json: {bad[:3]}")
    listed: dict[str, Sha256] = {header.ksef_number: header.sha256 for header in headers}
    if len(listed) != len(files) or listed.keys() != files.keys():
        odd = sorted(listed.keys() ^ files.keys())
        raise _disagrees(f"{len(listed)} listed, {len(files)} files, apart: {odd[:3]}")
    if announced != len(files):
        raise _disagrees(f"{announced} announced, {len(files)} files")
    wrong = [number for number, sha256 in files.items() if listed[number] != sha256]
    if wrong:
        raise _disagrees(f"other hash: {wrong[:3]}")


def _disagrees(cause: str) -> BlinkError:
    return BlinkError(PACKAGE_DISAGREES, cause=cause)
