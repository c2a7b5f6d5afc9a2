"""Small JPK files for the tests, written as other programs write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NIP = "1111111111"


@dataclass(kw_only=True)
class Row:
    """A row of a VAT register; amounts as they stand in the file."""

    number: str
    party: str = "5265877635"
    issued: str = "2026-09-01"
    ksef: str = ""
    mark: str = ""
    net: str = "100.00"
    vat: str = "23.00"
    more: str = ""
    """Elements before the amounts."""

    @property
    def paper(self) -> str:
        """Number of KSeF, or why there is none."""
        if self.ksef:
            return f"<NrKSeF>{self.ksef}</NrKSeF>"
        return f"<{self.mark}>1</{self.mark}>" if self.mark else ""

    def sold(self, position: int) -> str:
        """SprzedazWiersz."""
        return (
            f"<SprzedazWiersz><LpSprzedazy>{position}</LpSprzedazy><NrKontrahenta>{self.party}</NrKontrahenta>"
            f"<NazwaKontrahenta>Nabywca</NazwaKontrahenta><DowodSprzedazy>{self.number}</DowodSprzedazy>"
            f"<DataWystawienia>{self.issued}</DataWystawienia>{self.paper}{self.more}"
            f"<K_19>{self.net}</K_19><K_20>{self.vat}</K_20></SprzedazWiersz>"
        )

    def bought(self, position: int) -> str:
        """ZakupWiersz."""
        return (
            f"<ZakupWiersz><LpZakupu>{position}</LpZakupu><NrDostawcy>{self.party}</NrDostawcy>"
            f"<NazwaDostawcy>Dostawca</NazwaDostawcy><DowodZakupu>{self.number}</DowodZakupu>"
            f"<DataZakupu>{self.issued}</DataZakupu>{self.paper}{self.more}"
            f"<K_42>{self.net}</K_42><K_43>{self.vat}</K_43></ZakupWiersz>"
        )


def v7(
    bought: Sequence[Row] = (),
    sold: Sequence[Row] = (),
    *,
    nip: str = NIP,
    month: str = "2026-09",
    code: str = "JPK_V7M (3)",
    purpose: int = 1,
    counted: int | None = None,
) -> bytes:
    """A JPK_V7; `counted` is what its control section says of the purchases where that is to be wrong."""
    year, number = month.split("-")
    rows = "\n".join(row.sold(place) for place, row in enumerate(sold, 1))
    more = "\n".join(row.bought(place) for place, row in enumerate(bought, 1))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<JPK xmlns="http://crd.gov.pl/wzor/2025/12/19/14090/" xmlns:etd="http://crd.gov.pl/xml/etd/">
<Naglowek><KodFormularza kodSystemowy="{code}" wersjaSchemy="1-0E">JPK_VAT</KodFormularza>
<CelZlozenia poz="P_7">{purpose}</CelZlozenia><Rok>{year}</Rok><Miesiac>{int(number)}</Miesiac></Naglowek>
<Podmiot1 rola="Podatnik"><OsobaNiefizyczna><NIP>{nip}</NIP></OsobaNiefizyczna></Podmiot1>
<Deklaracja><Naglowek><WariantFormularzaDekl>23</WariantFormularzaDekl></Naglowek></Deklaracja>
<Ewidencja>
{rows}
<SprzedazCtrl><LiczbaWierszySprzedazy>{len(sold)}</LiczbaWierszySprzedazy></SprzedazCtrl>
{more}
<ZakupCtrl><LiczbaWierszyZakupow>{len(bought) if counted is None else counted}</LiczbaWierszyZakupow></ZakupCtrl>
</Ewidencja></JPK>""".encode()


def book(form: str, version: int, rows: Sequence[str], *, first: str, last: str, nip: str = NIP) -> bytes:
    """A JPK_PKPIR or JPK_EWP with rows as they stand in the file."""
    name = {"PKPIR": "PKPIR", "EWP": "EWP"}[form]
    listed = "\n".join(f"<{name}Wiersz>{row}</{name}Wiersz>" for row in rows)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<JPK xmlns="http://jpk.mf.gov.pl/wzor/2024/10/30/10302/" xmlns:etd="http://crd.gov.pl/xml/etd/">
<Naglowek><KodFormularza kodSystemowy="JPK_{form} ({version})" wersjaSchemy="1-0">JPK_{form}</KodFormularza>
<CelZlozenia>1</CelZlozenia><DataOd>{first}</DataOd><DataDo>{last}</DataDo></Naglowek>
<Podmiot1><IdentyfikatorPodmiotu><etd:NIP>{nip}</etd:NIP></IdentyfikatorPodmiotu></Podmiot1>
{listed}
<{name}Ctrl><LiczbaWierszy>{len(rows)}</LiczbaWierszy></{name}Ctrl></JPK>""".encode()
