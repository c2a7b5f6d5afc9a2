"""A package is whole when its three accounts of itself agree: count, list and files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from blink_tui.model.documents import DocumentHeader
from blink_tui.model.errors import BlinkError
from blink_tui.model.mismatches import PACKAGE, Disagreement
from blink_tui.model.values import KsefNumber, Sha256
from blink_tui.sync.errors import PACKAGE_DISAGREES

_LONGEST_PROBLEM = 100


def check_package(
    announced: int,
    headers: Iterable[DocumentHeader],
    files: Mapping[str, Sha256],
    unreadable: Iterable[str],
    accepted: Collection[Disagreement] = (),
) -> list[DocumentHeader]:
    """The documents of a package, each once: the number that the status announced, the entries of
    `_metadata.json` and the XML files name the same ones with the same hashes.

    What a person `accepted` passes: a document with the hash that was accepted, one without a file not at all.
    Raises BlinkError(PACKAGE_DISAGREES) whose value `disagreements` holds the others.
    """
    listed: dict[KsefNumber, DocumentHeader] = {header.ksef_number: header for header in headers}
    found = [*_of_entries(unreadable), *_of_documents(listed, files)] or _of_count(announced, len(files))
    left = tuple(one for one in found if one not in accepted)
    if left:
        raise disagreement(left)
    hashes = {(one.subject, one.listed): one.found for one in accepted if one.found}
    return [_as_accepted(header, hashes) for number, header in listed.items() if number in files]


def disagreement(found: tuple[Disagreement, ...]) -> BlinkError:
    """The error that names what disagrees."""
    told = "; ".join(
        f"{one.subject}: {one.listed or '-'} listed, {one.found or '-'} found" for one in found[:3]
    )
    return BlinkError(PACKAGE_DISAGREES, cause=told, disagreements=found, number=found[0].subject)


def _of_entries(unreadable: Iterable[str]) -> Iterator[Disagreement]:
    for problem in unreadable:
        yield Disagreement(PACKAGE, "unreadable", problem[:_LONGEST_PROBLEM])


def _of_documents(
    listed: Mapping[KsefNumber, DocumentHeader], files: Mapping[str, Sha256]
) -> Iterator[Disagreement]:
    for number in sorted(listed.keys() | files.keys()):
        told = listed[KsefNumber(number)].sha256.hex() if number in listed else ""
        came = files[number].hex() if number in files else ""
        if told != came:
            yield Disagreement(number, told, came)


def _of_count(announced: int, files: int) -> list[Disagreement]:
    return [] if announced == files else [Disagreement(PACKAGE, str(announced), str(files))]


def _as_accepted(header: DocumentHeader, hashes: Mapping[tuple[str, str], str]) -> DocumentHeader:
    found = hashes.get((header.ksef_number, header.sha256.hex()))
    return replace(header, sha256=Sha256(bytes.fromhex(found))) if found else header
