"""Small synthetic FA(3) documents as text, whole or in pieces."""

from __future__ import annotations

NAMESPACE = "http://crd.gov.pl/wzor/2025/06/25/13775/"

LINE = """<FaWiersz><NrWierszaFa>{number}</NrWierszaFa><P_7>{name}</P_7><P_8A>szt.</P_8A><P_8B>2</P_8B>
<P_9A>50.00</P_9A><P_11>100.00</P_11><P_12>23</P_12></FaWiersz>"""

SELLER_NAME = "Zażółć Gęślą sp. z o.o."


def line(number: int = 1, name: str = "Jaźń w paczce") -> str:
    """One row of 100.00 at 23 %."""
    return LINE.format(number=number, name=name)


def faktura(
    *,
    form: str = "FA (3)",
    version: str = "1-0E",
    seller: str = SELLER_NAME,
    total: str = "123.00",
    vat: str = "<P_13_1>100.00</P_13_1><P_14_1>23.00</P_14_1>",
    lines: str | None = None,
    more: str = "",
    before: str = '<?xml version="1.0" encoding="UTF-8"?>\n',
) -> str:
    """A whole document; every piece may be replaced."""
    return f"""{before}<Faktura xmlns="{NAMESPACE}">
<Naglowek><KodFormularza kodSystemowy="{form}" wersjaSchemy="{version}">FA</KodFormularza>
<WariantFormularza>3</WariantFormularza><DataWytworzeniaFa>2026-03-02T10:00:00Z</DataWytworzeniaFa></Naglowek>
<Podmiot1><DaneIdentyfikacyjne><NIP>5265877635</NIP><Nazwa>{seller}</Nazwa></DaneIdentyfikacyjne>
<Adres><KodKraju>PL</KodKraju><AdresL1>ul. Źdźbła 1</AdresL1></Adres></Podmiot1>
<Podmiot2><DaneIdentyfikacyjne><NIP>5252344078</NIP><Nazwa>Odbiorca S.A.</Nazwa></DaneIdentyfikacyjne>
<JST>2</JST><GV>2</GV></Podmiot2>
<Fa><KodWaluty>PLN</KodWaluty><P_1>2026-03-02</P_1><P_2>FV/1/2026</P_2><P_6>2026-02-28</P_6>{vat}
<P_15>{total}</P_15><Adnotacje><P_16>2</P_16><P_17>2</P_17><P_18>2</P_18><P_18A>2</P_18A></Adnotacje>
<RodzajFaktury>VAT</RodzajFaktury>{line() if lines is None else lines}{more}</Fa></Faktura>"""
