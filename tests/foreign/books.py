"""What the sample invoices say themselves: the truth to which a client's findings are compared."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

from lxml import etree

from tests.foreign.world import Firm, World

SAMPLES = Path(__file__).parents[2] / "sample_data" / "invoices"


def digest(xml: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(xml).hexdigest()


def sales(nip: str) -> list[str]:
    """Sorted digests of the invoices that a firm has issued."""
    return sorted(digest(file.read_bytes()) for file in SAMPLES.glob("*.xml") if _seller(file) == nip)


def sellers(world: World) -> list[Firm]:
    """The firms of a sandbox that have issued invoices, the busiest first."""
    issued = Counter(_seller(file) for file in sorted(SAMPLES.glob("*.xml")))
    firms = {firm.nip: firm for firm in world.firms}
    return [firms[nip] for nip, _ in issued.most_common() if nip in firms]


def _seller(file: Path) -> str | None:
    nip = etree.parse(file).find("{*}Podmiot1/{*}DaneIdentyfikacyjne/{*}NIP")
    return None if nip is None else nip.text
