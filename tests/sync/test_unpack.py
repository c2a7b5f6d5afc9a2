"""A package becomes rows: every proven document, and True only with the last batch of a whole package."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from blink_tui.buffer.preparing import Prepared
from blink_tui.buffer.xml_codec import decompress
from blink_tui.model.documents import FirmKind, Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import ContextType, Firm
from blink_tui.model.values import Nip
from blink_tui.sync import unpack
from blink_tui.sync.unpack import PackageJob, prepared
from tests.ksef.packing import IV, KEY, number, on_disk, tarred, zipped

FIRM = Firm(
    id=7,
    nip=Nip("1111111111"),
    context_type=ContextType.NIP,
    context_value="1111111111",
    name="Biuro",
    env="test",
    kind=FirmKind.TAXPAYER,
    ledger_format="csv",
    first_day=None,
    enabled=True,
    paused=False,
    version=1,
)
Files = dict[str, bytes]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "BATCH", 4)
    monkeypatch.setattr(unpack, "_FIRST", 2)
    monkeypatch.setattr(unpack, "_TOGETHER", 250)


def files_of(count: int) -> Files:
    return {number(place): f"<Faktura>{place}</Faktura>".encode() * (place % 9) for place in range(1, count)}


def listed(files: Files) -> list[dict[str, Any]]:
    return [
        {"ksefNumber": one, "invoiceHash": b64encode(sha256(xml).digest()).decode()}
        for one, xml in files.items()
    ]


def job(folder: Path, files: Files, records: list[dict[str, Any]], announced: int, kind: Any) -> PackageJob:
    members = [(f"{one}.xml", xml) for one, xml in files.items()]
    metadata = ("_metadata.json", json.dumps({"invoices": records}).encode())
    paths, parts = on_disk(folder, kind([*members, metadata]), 3)
    return PackageJob(tuple(paths), tuple(parts), KEY, IV, announced)


def contents(batches: list[tuple[Prepared, bool]]) -> Files:
    """The XML of everything that came, each number once."""
    rows = [row for batch, _ in batches for row in batch.bodies.values()]
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: decompress(row[2], row[3]) for row in rows}


@pytest.mark.parametrize("kind", [tarred, zipped])
@pytest.mark.parametrize("count", [1, 4, 5, 10, 30])
def test_a_whole_package_comes_whole_and_says_so_at_its_end(tmp_path: Path, count: int, kind: Any) -> None:
    files = files_of(count)
    batches = list(prepared(job(tmp_path, files, listed(files), len(files), kind), FIRM, Role.BUYER))
    assert contents(batches) == files
    assert [whole for _, whole in batches] == [False] * (len(batches) - 1) + [True]
    assert all(row[0] == FIRM.id for batch, _ in batches for row in batch.documents.values())


def test_a_document_listed_twice_comes_once(tmp_path: Path) -> None:
    files = files_of(10)
    records = listed(files)
    batches = list(
        prepared(job(tmp_path, files, [*records, *records[:3]], len(files), tarred), FIRM, Role.BUYER)
    )
    assert contents(batches) == files
    assert batches[-1][1]


def other_hash(files: Files, records: list[dict[str, Any]]) -> str:
    records[-1]["invoiceHash"] = "A" * 43 + "="
    return str(records[-1]["ksefNumber"])


def no_entry(files: Files, records: list[dict[str, Any]]) -> str:
    return str(records.pop()["ksefNumber"])


def no_file(files: Files, records: list[dict[str, Any]]) -> str:
    return files.popitem()[0]


def no_number(files: Files, records: list[dict[str, Any]]) -> str:
    return str(records[-1].pop("ksefNumber"))


@pytest.mark.parametrize("spoil", [other_hash, no_entry, no_file, no_number])
def test_of_a_package_that_contradicts_itself_the_proven_come_before_the_error(
    tmp_path: Path, spoil: Any
) -> None:
    files = files_of(14)
    records, announced = listed(files), len(files)
    spoilt = spoil(files, records)
    proven = {one: xml for one, xml in files.items() if one != spoilt}
    batches: list[tuple[Prepared, bool]] = []
    with pytest.raises(BlinkError) as raised:
        batches.extend(prepared(job(tmp_path, files, records, announced, tarred), FIRM, Role.BUYER))
    assert raised.value.kind.code == "package-disagrees"
    assert contents(batches) == proven
    assert not any(whole for _, whole in batches)


def test_a_damaged_part_yields_nothing(tmp_path: Path) -> None:
    files = files_of(14)
    spoilt = job(tmp_path, files, listed(files), len(files), tarred)
    last = spoilt.files[-1]
    last.write_bytes(last.read_bytes()[:-1] + b"\0")
    with pytest.raises(BlinkError) as raised:
        list(prepared(spoilt, FIRM, Role.BUYER))
    assert raised.value.kind.code == "part-damaged"
