"""Other people's invoices, from a folder through HTTP into the buffer and out again, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Blink, SandboxProcess

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "fa3"

FIRMS = ("9999999999", "5265877635", "1111111111", "3333333333", "2222222222")

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder of sample invoices is not there"),
]


@pytest.fixture(scope="module")
def sandbox(start_sandbox: Callable[..., Any]) -> Iterator[SandboxProcess]:
    with start_sandbox("--invoices", str(SAMPLES)) as running:
        yield running


@pytest.fixture(scope="module")
def synced(sandbox: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> Blink:
    blink = Blink(tmp_path_factory.mktemp("home"))
    for nip in FIRMS:
        blink.add_firm(sandbox.url, nip, sandbox.token(nip))
    summary = blink("sync", "--json").json
    assert summary["documents"]["new"] == summary["documents"]["total"] > 0
    return blink


def documents(blink: Blink, nip: str) -> list[dict[str, Any]]:
    return blink("doc", "list", "--firm", nip, "--json").json_lines


def originals() -> dict[str, Path]:
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in SAMPLES.glob("*.xml")}


def test_every_sample_is_a_sale_of_its_seller(synced: Blink) -> None:
    sales = documents(synced, "9999999999") + documents(synced, "5265877635")
    assert {one["sha256"] for one in sales if one["direction"] == "sale"} == set(originals())


def test_the_buyer_has_its_purchases(synced: Blink) -> None:
    purchases = documents(synced, "1111111111")
    assert purchases
    assert {one["direction"] for one in purchases} == {"purchase"}
    assert all("buyer" in one["roles"] for one in purchases)


@pytest.mark.parametrize("nip", ["3333333333", "2222222222"])
def test_third_parties_have_theirs(synced: Blink, nip: str) -> None:
    found = documents(synced, nip)
    assert found
    assert all(one["roles"] == ["third_party"] for one in found)


def test_the_xml_comes_out_as_it_went_in(synced: Blink) -> None:
    by_hash = originals()
    for one in documents(synced, "9999999999")[:4] + documents(synced, "5265877635"):
        content = synced("doc", "xml", one["ksef_number"]).out
        assert content == by_hash[one["sha256"]].read_bytes()


def test_a_second_fetch_brings_nothing_twice(synced: Blink) -> None:
    before = synced("doc", "list", "--json").out
    assert synced("sync", "--json").json["documents"]["new"] == 0
    assert synced("doc", "list", "--json").out == before


def test_every_nip_of_the_samples_is_a_firm(sandbox: SandboxProcess) -> None:
    assert {firm["nip"] for firm in sandbox.firms} >= set(FIRMS)


def test_a_wrong_check_digit_only_warns(sandbox: SandboxProcess, blink: Blink) -> None:
    ended = blink("firm", "add", "--nip", "1234567890", "--env", sandbox.url)
    assert "check digit" in ended.err


def test_a_list_line_has_the_documented_fields(synced: Blink) -> None:
    line = documents(synced, "9999999999")[0]
    assert list(line) == [
        "ksef_number", "firm", "roles", "direction", "status", "form", "kind", "invoice_number", "issue_date",
        "received_date", "seller", "buyer", "net", "vat", "gross", "currency", "attention",
        "problem", "sha256",
    ]  # fmt: skip
    assert set(line["seller"]) == {"nip", "name"}
    assert isinstance(line["gross"], str)
