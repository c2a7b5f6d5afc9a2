"""The demo scenario: `sample_data/demo.toml` names the firms; beside it lie its curated invoices."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from blink_tui.resources import resource_dir
from blink_tui.sandbox.generator import Company, Generator, Namer
from blink_tui.sandbox.generator.kinds import PATTERNS

_EACH = 2
"""Curated invoices of each kind."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the demo holds."""

    seed: int
    documents: int
    """Invoices generated beside the curated ones."""
    sales: float
    first_day: date
    """Issue date of the first curated invoice; the others follow day by day."""
    days: int
    firms: tuple[Company, ...]
    """The office first, then its clients."""
    invoices: Path
    """Folder of the curated ones."""


def load_scenario(folder: Path | None = None) -> Scenario:
    """The scenario of a folder, by default the shipped one. Raises OSError or ValueError."""
    folder = folder or resource_dir("sample_data")
    data = tomllib.loads((folder / "demo.toml").read_text(encoding="utf-8"))
    return Scenario(
        seed=data["seed"],
        documents=data["documents"],
        sales=data["sales"],
        first_day=data["first_day"],
        days=data["days"],
        firms=tuple(_firm(firm["nip"], firm["name"]) for firm in data["firm"]),
        invoices=folder / data["invoices"],
    )


def _firm(nip: str, name: str) -> Company:
    return Namer(Random(f"firm {nip}")).company(name, nip)  # noqa: S311 - reproducible on purpose


def curated(scenario: Scenario) -> Iterator[tuple[str, bytes]]:
    """The curated invoices by file name: each kind, those that refer to others after them.

    Settling and correcting take an advance each, so there are twice as many of these.
    """
    generator = Generator(f"curated {scenario.seed}", scenario.firms, sales=scenario.sales)
    first = [name for name, pattern in PATTERNS.items() if not pattern.follows]
    then = [name for name, pattern in PATTERNS.items() if pattern.follows]
    order = [*first * _EACH, *["advance"] * _EACH, *then * _EACH]
    for place, name in enumerate(order):
        issued = scenario.first_day + timedelta(days=place * scenario.days // len(order))
        invoice = generator.invoice(issued, name)
        generator.remember(invoice)
        yield f"{place + 1:02d}-{name.replace(' ', '-')}.xml", invoice.xml


def write_curated(scenario: Scenario) -> None:
    """Make the curated invoices anew in their folder."""
    scenario.invoices.mkdir(exist_ok=True)
    for old in scenario.invoices.glob("*.xml"):
        old.unlink()
    for name, xml in curated(scenario):
        (scenario.invoices / name).write_bytes(xml)
