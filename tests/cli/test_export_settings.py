"""`blink export settings`, and what is kept of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer
from blink_tui.model.firms import Firm
from tests.buffer.conftest import buffer, clock, firm, path
from tests.buffer.deciding import intact
from tests.cli.inside import Inside

__all__ = ["buffer", "clock", "firm", "path"]
NIP = "1111111111"


async def test_what_a_firm_says_is_kept_by_format_and_told_in_its_chain(buffer: Buffer, firm: Firm) -> None:
    kept = buffer.export_settings
    await kept.save(firm.id, "", {"city": "Łódź", "email": ""}, who="anna")
    await kept.save(firm.id, "csv", {"sep": ";"}, who="anna")
    await kept.save(firm.id, "csv", {"sep": ";"}, who="ewa")
    assert await kept.of(firm.id, "csv") == {"city": "Łódź", "sep": ";"}
    assert await kept.of(firm.id, "wapro") == {"city": "Łódź"}
    await kept.save(firm.id, "csv", {"sep": ""}, who="ewa")
    assert await kept.own(firm.id, "csv") == {}
    events = [(one.who, one.what, one.before, one.after) async for one in buffer.history.export(firm.id)]
    assert events == [
        ("anna", "export-settings", '{"": {}}', '{"": {"city": "Łódź"}}'),
        ("anna", "export-settings", '{"csv": {}}', '{"csv": {"sep": ";"}}'),
        ("ewa", "export-settings", '{"csv": {"sep": ";"}}', '{"csv": {}}'),
    ]
    assert await intact(buffer, firm) == 3


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    inside = Inside(tmp_path_factory.mktemp("made") / "home")
    inside("firm", "add", "--nip", NIP, "--env", "test")
    return inside.home


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Inside:
    shutil.copytree(made, tmp_path / "home")
    return Inside(tmp_path / "home")


def test_settings_are_shown_with_meaning_and_example_and_changed(run: Inside) -> None:
    call = ("export", "settings", "--firm", NIP)
    first = run(*call, "--json").json
    assert {"name": "tax_office", "value": "", "example": "1471", "required": False}.items() <= next(
        one for one in first if one["name"] == "tax_office"
    ).items()
    changed = run(*call, "--set", "tax_office=1471", "--set", "city = Łódź", "--json").json
    assert {one["name"]: one["value"] for one in changed if one["value"]} == {
        "tax_office": "1471",
        "city": "Łódź",
    }
    shown = run(*call, "--set", "city=").text
    assert "1471" in shown
    assert "Łódź" not in shown
    assert "Warszawa" in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--set", "tax_office=9999"), "1471"),
        (("--set", "tax_office"), "name=value"),
        (("--set", "nonsense=1"), "postal_code"),
        (("--format", "nonsense"), "nonsense"),
    ],
)
def test_wrong_values_are_refused_in_a_sentence(run: Inside, words: tuple[str, ...], told: str) -> None:
    assert told in run.failed("export", "settings", "--firm", NIP, *words)
    assert all(not one["value"] for one in run("export", "settings", "--firm", NIP, "--json").json)


def test_a_test_file_is_written_and_nothing_is_kept(run: Inside, tmp_path: Path) -> None:
    made = run(
        "export", "test", "--firm", NIP, "--format", "wapro", "--out", str(tmp_path / "out"), "--json"
    ).json
    assert made["documents"] == 3
    assert all("-TEST-wapro-" in name and Path(name).exists() for name in made["files"])
    assert "made up" in run("export", "test", "--firm", NIP, "--out", str(tmp_path / "out")).text
    assert run("export", "list", "--json").json == []
    assert "tax_office" in run.failed("export", "test", "--firm", NIP, "--format", "jpk_fa", code=1)
