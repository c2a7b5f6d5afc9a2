"""The demo: one office and five clients, out of the files that are shipped."""

from __future__ import annotations

from pathlib import Path

from blink_tui.model.values import nip_check_digit_is_right
from blink_tui.resources import resource_dir
from blink_tui.sandbox import SandboxOptions, VirtualClock
from blink_tui.sandbox.metadata import read_invoice
from blink_tui.sandbox.scenario import curated, load_scenario, write_curated
from blink_tui.sandbox.seeding import seed
from blink_tui.sandbox.state import Sandbox

_KINDS = {
    "simplified": "Upr",
    "correction": "Kor",
    "advance": "Zal",
    "settlement": "Roz",
    "advance-correction": "KorZal",
    "settlement-correction": "KorRoz",
}


def test_shipped_invoices_are_what_the_generator_makes() -> None:
    scenario = load_scenario()
    shipped = {file.name: file.read_bytes() for file in scenario.invoices.iterdir()}
    assert shipped == dict(curated(scenario))
    assert 40 <= len(shipped) <= 60
    for name, xml in shipped.items():
        assert read_invoice(xml).kind == _KINDS.get(name[3:-4], "Vat")


def test_made_anew_they_are_the_same(tmp_path: Path) -> None:
    text = (resource_dir("sample_data") / "demo.toml").read_text(encoding="utf-8")
    (tmp_path / "demo.toml").write_text(text, encoding="utf-8")
    scenario = load_scenario(tmp_path)
    scenario.invoices.mkdir()
    (scenario.invoices / "old.xml").write_text("left over")
    write_curated(scenario)
    assert {file.name for file in scenario.invoices.iterdir()} == {
        file.name for file in load_scenario().invoices.iterdir()
    }


def test_demo_is_an_office_and_five_clients(clock: VirtualClock) -> None:
    sandbox = Sandbox(SandboxOptions(demo=True), clock)
    seed(sandbox)
    assert len(sandbox.firms) == 6
    assert 120 <= len(sandbox.documents.by_number) <= 250
    for firm in sandbox.firms:
        assert nip_check_digit_is_right(firm.nip)
        for subject in ("Subject1", "Subject2"):
            assert len(sandbox.documents.shelf(("Nip", firm.nip), subject)) > 2
    assert any(len(sandbox.documents.shelf(("Nip", firm.nip), "Subject3")) for firm in sandbox.firms)
