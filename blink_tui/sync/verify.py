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
    documents = (proven(header, files.get(number), accepted) for number, header in listed.items())
    return [document for document in documents if document is not None]


def proven(
    header: DocumentHeader, found: Sha256 | None, accepted: Collection[Disagreement] = ()
) -> DocumentHeader | None:
    """A listed document as it may be stored, given the hash of its bytes; None when it may not.

    Where a person accepted a disagreement over it, the hash is the one that was accepted.
    """
    if found is None:
        return None
    told = header.sha256.hex()
    for subject, listed, came in accepted:
        if (subject, listed) == (header.ksef_number, told) and (
            found.hex() == came or (came and found.hex() == told)
        ):
            return replace(header, sha256=Sha256(bytes.fromhex(came)))
    return header if found == header.sha256 else None


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
