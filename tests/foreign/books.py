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


def new_invoices(nip: str, count: int) -> list[bytes]:
    """Invoices of a firm that nobody has sent yet: one of its own under new numbers."""
    for file in sorted(SAMPLES.glob("*.xml")):
        tree = etree.parse(file)
        kind = tree.find("{*}Fa/{*}RodzajFaktury")
        if _seller(file) == nip and kind is not None and kind.text == "VAT":
            number = tree.find("{*}Fa/{*}P_2")
            assert number is not None
            made = []
            for place in range(count):
                number.text = f"OBCY/{place + 1}"
                made.append(etree.tostring(tree, encoding="UTF-8", xml_declaration=True))
            return made
    raise LookupError(nip)


def sellers(world: World) -> list[Firm]:
    """The firms of a sandbox that have issued invoices, the busiest first."""
    issued = Counter(_seller(file) for file in sorted(SAMPLES.glob("*.xml")))
    firms = {firm.nip: firm for firm in world.firms}
    return [firms[nip] for nip, _ in issued.most_common() if nip in firms]


def _seller(file: Path) -> str | None:
    nip = etree.parse(file).find("{*}Podmiot1/{*}DaneIdentyfikacyjne/{*}NIP")
    return None if nip is None else nip.text
