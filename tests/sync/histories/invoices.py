"""Small invoices with chosen parties, so that a firm appears in any role, in several, or beside another firm."""

from __future__ import annotations

from dataclasses import dataclass

from tests.invoices.documents import faktura

_SELLER, _BUYER = "5265877635", "5252344078"
"""Parties of the text that is filled in; nobody's firms."""
_THIRD = "<Podmiot3><DaneIdentyfikacyjne><NIP>{}</NIP></DaneIdentyfikacyjne><Rola>2</Rola></Podmiot3>"
_AUTHORIZED = (
    "<PodmiotUpowazniony><DaneIdentyfikacyjne><NIP>{0}</NIP><Nazwa>{0}</Nazwa></DaneIdentyfikacyjne>"
    "<RolaPU>3</RolaPU></PodmiotUpowazniony>"
)
_CORRECTED = (
    "<RodzajFaktury>KOR</RodzajFaktury><DaneFaKorygowanej><DataWystFaKorygowanej>2026-03-02"
    "</DataWystFaKorygowanej><NrFaKorygowanej>FV/1/2026</NrFaKorygowanej><NrKSeF>1</NrKSeF>"
    "<NrKSeFFaKorygowanej>{}</NrKSeFFaKorygowanej></DaneFaKorygowanej>"
)


@dataclass(frozen=True, slots=True)
class Parties:
    """Who is what: 0 is the first firm, 1 the second, None somebody else."""

    seller: int | None = None
    buyer: int | None = None
    third: int | None = None
    authorized: int | None = None


SHAPES: dict[str, Parties] = {
    "purchase": Parties(buyer=0),
    "sale": Parties(seller=0),
    "third": Parties(third=0),
    "authorized": Parties(authorized=0),
    "to itself": Parties(seller=0, buyer=0, third=0),
    "between firms": Parties(seller=0, buyer=1),
    "everybody": Parties(seller=1, buyer=0, third=1, authorized=0),
}


def invoice(parties: Parties, firms: list[str], number: int, corrected: str | None) -> bytes:
    """The bytes of an invoice; equal numbers and parties give equal bytes."""
    text = faktura().replace("FV/1/2026", f"FV/{number}/2026")
    if parties.third is not None:
        text = text.replace("<Fa>", f"{_THIRD.format(firms[parties.third])}<Fa>")
    if parties.authorized is not None:
        text = text.replace("<Fa>", f"{_AUTHORIZED.format(firms[parties.authorized])}<Fa>")
    if corrected is not None:
        text = text.replace("<RodzajFaktury>VAT</RodzajFaktury>", _CORRECTED.format(corrected))
    text = text.replace(_SELLER, _SELLER if parties.seller is None else firms[parties.seller])
    return text.replace(_BUYER, _BUYER if parties.buyer is None else firms[parties.buyer]).encode()
