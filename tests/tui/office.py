"""A small office of synthetic firms and documents, put into a real buffer."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape

from blink_tui.buffer import Buffer, MarkMove, StoredInvoice
from blink_tui.buffer.xml_codec import compress
from blink_tui.model.dates import Instant
from blink_tui.model.documents import DocumentHeader, Party, Role
from blink_tui.model.firms import Firm
from blink_tui.model.values import KsefNumber, Nip, Sha256, crc8
from blink_tui.sync.derive_work import DERIVED_VERSION, derive

FIRMS = (("1111111111", "Żółw i Synowie sp. z o.o."), ("2222222222", "Piekarnia „Pod Kasztanem” Anna Wójcik"))
PARTIES = (
    ("3333333338", "Hurtownia Łódzka S.A."),
    ("4444444449", "Biuro Rachunkowe Gęś"),
    ("5555555552", "Przedsiębiorstwo Produkcyjno-Usługowo-Handlowe Ździebło spółka komandytowa"),
    ("6666666663", "Zażółć Transport"),
    ("7777777774", "Kancelaria Świerszcz i Wspólnicy"),
    ("8888888885", "Müller Werkzeuge GmbH"),
)
HOSTILE = ("9999999991", "[bold red]Evil[/] \x1b[2J\u202egpj.exe\u202c \ud7ff")
"""A name that would be markup, clears screens and turns the direction of writing, if anybody let it."""

_FA = """<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/"><Naglowek><KodFormularza kodSystemowy="FA (3)"
 wersjaSchemy="1-0E">FA</KodFormularza><WariantFormularza>3</WariantFormularza></Naglowek>
<Podmiot1><DaneIdentyfikacyjne><NIP>{seller_nip}</NIP><Nazwa>{seller}</Nazwa></DaneIdentyfikacyjne>
<Adres><KodKraju>PL</KodKraju><AdresL1>ul. Lipowa 7, 90-001 Łódź</AdresL1></Adres></Podmiot1>
<Podmiot2><DaneIdentyfikacyjne><NIP>{buyer_nip}</NIP><Nazwa>{buyer}</Nazwa></DaneIdentyfikacyjne></Podmiot2>
<Fa><KodWaluty>{currency}</KodWaluty><P_1>{day}</P_1><P_2>{number}</P_2><P_6>{day}</P_6>
<P_13_1>{net}</P_13_1><P_14_1>{vat}</P_14_1><P_15>{gross}</P_15><Adnotacje><P_18A>1</P_18A></Adnotacje>
<RodzajFaktury>VAT</RodzajFaktury>
<FaWiersz><NrWierszaFa>1</NrWierszaFa><P_7>Usługa księgowa, sztuka {index}</P_7><P_8A>szt.</P_8A><P_8B>1</P_8B>
<P_9A>{net}</P_9A><P_11>{net}</P_11><P_12>23</P_12></FaWiersz>
<Platnosc><TerminPlatnosci><Termin>{due}</Termin></TerminPlatnosci><FormaPlatnosci>6</FormaPlatnosci>
<RachunekBankowy><NrRB>{account}</NrRB></RachunekBankowy></Platnosc></Fa></Faktura>
"""


@dataclass(frozen=True)
class Made:
    """One synthetic document and the role its firm has on it."""

    role: Role
    invoice: StoredInvoice


def make(firm: Firm, count: int, *, first: int = 0, seed: int = 7) -> list[Made]:
    """Documents of a firm, numbered from `first`; equal for equal arguments."""
    return [
        _make(firm, index, random.Random(f"{seed}-{firm.id}-{index}"))
        for index in range(first, first + count)
    ]


def _make(firm: Firm, index: int, chance: random.Random) -> Made:
    sale = chance.random() < 0.35
    other = HOSTILE if index % 40 == 39 else chance.choice(PARTIES)
    own = (firm.nip, firm.name)
    seller, buyer = (own, other) if sale else (other, own)
    day = date(2026, 9, 1) + timedelta(days=index % 75)
    net = Decimal(chance.randrange(1_00, 90_000_00)).scaleb(-2)
    vat = (net * 23 / 100).quantize(Decimal("0.01"))
    currency = "EUR" if index % 25 == 24 else "PLN"
    number = f"FV/{day:%Y/%m}/{index + 1:04}"
    shown = "".join(char for char in other[1] if char.isprintable()) if other is HOSTILE else other[1]
    names = {"seller": shown if seller is other else own[1], "buyer": shown if buyer is other else own[1]}
    xml = _FA.format(
        seller_nip=seller[0], buyer_nip=buyer[0], seller=escape(names["seller"]), buyer=escape(names["buyer"]),
        currency=currency, day=day, due=day + timedelta(days=14), number=number, index=index + 1,
        net=net, vat=vat, gross=net + vat, account=_account(seller[0]),
    ).encode()  # fmt: skip
    body, dictionary = compress(xml)
    received = Instant(f"{day}T{8 + index % 10:02}:{index % 60:02}:30.1234567Z")
    header = DocumentHeader(
        ksef_number=_ksef_number(seller[0], day, firm.id * 1_000_000 + index),
        sha256=Sha256(hashlib.sha256(xml).digest()),
        invoice_number=number,
        issue_date=day,
        received=received,
        stored=received,
        seller=Party("Nip", *seller),
        buyer=Party("Nip", *buyer),
        net=net, vat=vat, gross=net + vat,
        currency=currency,
        form="FA (3)",
        kind="Vat",
        offline=False,
        self_invoicing=False,
        has_attachment=False,
    )  # fmt: skip
    return Made(Role.SELLER if sale else Role.BUYER, StoredInvoice(header, body, dictionary, len(xml)))


def _account(nip: str) -> str:
    """An account of the seller's own, its check digits right."""
    rest = f"10901014{nip}000000"
    return f"{98 - int(rest + '252100') % 97:02}{rest}"


def _ksef_number(nip: str, day: date, serial: int) -> KsefNumber:
    body = f"{nip}-{day:%Y%m%d}-{serial:012X}"
    return KsefNumber(f"{body}-{crc8(body.encode()):02X}")


async def store(buffer: Buffer, firm: Firm, made: Sequence[Made]) -> None:
    """Put documents into the buffer as the engine would, the second stage included."""
    until = Instant("2026-11-20T12:00:00.0000000Z")
    for role in Role:
        items = [one.invoice for one in made if one.role is role]
        for start in range(0, max(1, len(items)), 500):
            await buffer.documents.store(
                firm, role, items[start : start + 500],
                move=MarkMove(Instant("2026-09-01T00:00:00Z"), until),
            )  # fmt: skip
    while pending := await buffer.derived.pending(DERIVED_VERSION, 500):
        for rows in derive(pending, date(2026, 11, 20)):
            await buffer.derived.save(rows)


async def open_office(buffer: Buffer, documents: int) -> list[Firm]:
    """Two firms, the first with all of these documents but a tenth, which the second has."""
    firms = [await buffer.firms.add(Nip(nip), name=name, env="test") for nip, name in FIRMS]
    tenth = documents // 10
    await store(buffer, firms[0], make(firms[0], documents - tenth))
    await store(buffer, firms[1], make(firms[1], tenth))
    return firms
