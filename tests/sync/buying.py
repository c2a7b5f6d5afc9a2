"""A firm that buys and sells, document by document: each is stored, read and compared as after a pass."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from blink_tui.buffer import Buffer, StoredInvoice
from blink_tui.buffer.deriving import HISTORY
from blink_tui.buffer.xml_codec import compress
from blink_tui.model.dates import Instant
from blink_tui.model.documents import DocumentHeader, Party, Role
from blink_tui.model.findings import Finding
from blink_tui.model.firms import Firm
from blink_tui.model.values import KsefNumber, Nip, Sha256, crc8
from blink_tui.sync.compare import compare_pending
from blink_tui.sync.derive import derive_pending

TODAY = date(2026, 11, 30)
SELLER, OTHER = "5265877635", "5252344078"
ACCOUNT, ANOTHER = "PL61109010140000071219812874", "PL27114020040000300201355387"
_RATE = Decimal("1.23")
_CENT = Decimal("0.01")

_XML = """<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/">
<Naglowek><KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza></Naglowek>
<Podmiot1><DaneIdentyfikacyjne><NIP>{seller}</NIP><Nazwa>Sprzedawca {seller}</Nazwa></DaneIdentyfikacyjne></Podmiot1>
<Podmiot2><DaneIdentyfikacyjne><NIP>{buyer}</NIP><Nazwa>Nabywca</Nazwa></DaneIdentyfikacyjne></Podmiot2>
<Fa><KodWaluty>PLN</KodWaluty><P_1>{issued}</P_1><P_2>{number}</P_2><P_13_1>{net}</P_13_1><P_14_1>{vat}</P_14_1>
<P_15>{gross}</P_15><RodzajFaktury>{kind}</RodzajFaktury>{links}
<FaWiersz><P_7>{text}</P_7><P_11>{net}</P_11><P_12>23</P_12></FaWiersz>
<Platnosc>{term}{account}</Platnosc></Fa></Faktura>"""


@dataclass(kw_only=True)
class Paper:
    """What an invoice says; the defaults are a plain one."""

    number: str
    seller: str = SELLER
    buyer: str = ""
    day: date = date(2026, 9, 1)
    received: date | None = None
    """None is the day of issue."""
    gross: Decimal = Decimal("123.00")
    kind: str = "VAT"
    account: str | None = ACCOUNT
    term: int | None = 14
    text: str = "Usługa sprzątania biura"
    corrects: KsefNumber | None = None
    corrects_number: str | None = None
    """Of an original outside KSeF."""
    was_buyer: str | None = None
    settles: KsefNumber | None = None
    offline: bool = False

    def xml(self) -> bytes:
        """FA(3), as far as the tests need it."""
        net = (self.gross / _RATE).quantize(_CENT)
        links = ""
        if self.corrects:
            links += (
                "<DaneFaKorygowanej><DataWystFaKorygowanej>2026-09-01</DataWystFaKorygowanej>"
                f"<NrFaKorygowanej>FV</NrFaKorygowanej><NrKSeF>1</NrKSeF>"
                f"<NrKSeFFaKorygowanej>{self.corrects}</NrKSeFFaKorygowanej></DaneFaKorygowanej>"
            )
        if self.corrects_number:
            links += (
                f"<DaneFaKorygowanej><NrFaKorygowanej>{self.corrects_number}</NrFaKorygowanej>"
                "<NrKSeFN>1</NrKSeFN></DaneFaKorygowanej>"
            )
        if self.was_buyer:
            links += f"<Podmiot2K><DaneIdentyfikacyjne><NIP>{self.was_buyer}</NIP></DaneIdentyfikacyjne></Podmiot2K>"
        if self.settles:
            links += f"<FakturaZaliczkowa><NrKSeFFaZaliczkowej>{self.settles}</NrKSeFFaZaliczkowej></FakturaZaliczkowa>"
        due = self.day + timedelta(days=self.term) if self.term is not None else None
        return _XML.format(
            seller=self.seller, buyer=self.buyer, issued=self.day, number=self.number, kind=self.kind,
            gross=self.gross, net=net, vat=self.gross - net, links=links, text=self.text,
            term=f"<TerminPlatnosci><Termin>{due}</Termin></TerminPlatnosci>" if due else "",
            account=f"<RachunekBankowy><NrRB>{self.account}</NrRB></RachunekBankowy>" if self.account else "",
        ).encode()  # fmt: skip


@dataclass
class Books:
    """A buffer with firms; `get` puts documents in, `settle` reads and compares what waits."""

    buffer: Buffer
    _serial: int = 0
    _names: dict[KsefNumber, str] = field(default_factory=dict)

    async def firm(self, nip: str) -> Firm:
        return await self.buffer.firms.add(Nip(nip), name=f"Firma {nip}", env="test")

    async def get(self, firm: Firm, paper: Paper, role: Role = Role.BUYER) -> KsefNumber:
        """Store one document, without reading it yet."""
        if role is Role.BUYER:
            paper.buyer = paper.buyer or firm.nip
        else:
            paper.seller, paper.buyer = firm.nip, paper.buyer or OTHER
        self._serial += 1
        body = f"{paper.seller}-{paper.day:%Y%m%d}-{self._serial:012X}"
        number = KsefNumber(f"{body}-{crc8(body.encode()):02X}")
        await self.buffer.documents.store(firm, role, [_stored(paper, number)])
        return number

    async def settle(self) -> None:
        await derive_pending(self.buffer, TODAY)
        await compare_pending(self.buffer, TODAY)

    async def found(self, firm: Firm, number: KsefNumber) -> dict[str, Finding]:
        """What the history says of a document, by the id of the check."""
        document = (await self.buffer.documents.find(number, firm.id))[0]
        return {one.check: one for one in await self.buffer.findings.of(document.id, HISTORY)}


def _stored(paper: Paper, number: KsefNumber) -> StoredInvoice:
    xml = paper.xml()
    body, dictionary = compress(xml)
    received = Instant(f"{paper.received or paper.day}T10:00:00.1234567Z")
    header = DocumentHeader(
        ksef_number=number,
        sha256=Sha256(hashlib.sha256(xml).digest()),
        invoice_number=paper.number,
        issue_date=paper.day,
        received=received,
        stored=received,
        seller=Party("Nip", paper.seller, f"Sprzedawca {paper.seller}"),
        buyer=Party("Nip", paper.buyer, "Nabywca"),
        net=None,
        vat=None,
        gross=paper.gross,
        currency="PLN",
        form="FA (3)",
        kind=paper.kind.title(),
        offline=paper.offline,
        self_invoicing=False,
        has_attachment=False,
    )
    return StoredInvoice(header, body, dictionary, len(xml))
