"""A buffer of generated documents, stored as a pass stores them and not read yet: what long benches start from."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from blink_tui.buffer import Buffer, StoredInvoice
from blink_tui.buffer.xml_codec import compress
from blink_tui.model.dates import Instant
from blink_tui.model.documents import DocumentHeader, Party, Role
from blink_tui.model.firms import Firm
from blink_tui.model.values import KsefNumber, Nip, Sha256, crc8
from blink_tui.sandbox.facts import Named
from blink_tui.sandbox.generator import Company, Generated, Generator, Namer, facts_of

_A_DAY = 300
_CHUNK = 1000
_FIRST = date(2026, 2, 1)


async def fill(buffer: Buffer, documents: int, firms: int = 20, seed: int = 4) -> None:
    """Store so many documents of some firms; equal for equal arguments."""
    namer = Namer(Random(seed), ())
    companies = [namer.company() for _ in range(firms)]
    rows = {
        company.nip: await buffer.firms.add(Nip(company.nip), name=company.name, env="test")
        for company in companies
    }
    waiting: dict[tuple[str, Role], list[StoredInvoice]] = defaultdict(list)
    for item, seller, buyer in _made(companies, documents, seed):
        for nip, role in ((seller, Role.SELLER), (buyer, Role.BUYER)):
            if nip in rows:
                waiting[nip, role].append(item)
                if len(waiting[nip, role]) >= _CHUNK:
                    await _store(buffer, rows[nip], role, waiting.pop((nip, role)))
    for (nip, role), items in waiting.items():
        await _store(buffer, rows[nip], role, items)


async def _store(buffer: Buffer, firm: Firm, role: Role, items: list[StoredInvoice]) -> None:
    await buffer.documents.store(firm, role, items)


def _made(companies: list[Company], count: int, seed: int) -> Iterator[tuple[StoredInvoice, str, str]]:
    generator = Generator(seed, companies)
    for number in range(count):
        day = _FIRST + timedelta(days=number // _A_DAY)
        made = generator.invoice(day)
        body = f"{made.draft.seller.nip}-{day:%Y%m%d}-{number:012X}"
        ksef_number = KsefNumber(f"{body}-{crc8(body.encode()):02X}")
        generator.remember(made, ksef_number)
        yield _stored(made, ksef_number, day, number), made.draft.seller.nip, made.draft.buyer.nip


def _stored(made: Generated, ksef_number: KsefNumber, day: date, number: int) -> StoredInvoice:
    facts = facts_of(made.draft)
    body, dictionary = compress(made.xml)
    received = Instant(f"{day}T{8 + number % 10:02}:{number % 60:02}:{number // 60 % 60:02}.1234567Z")
    header = DocumentHeader(
        ksef_number=ksef_number,
        sha256=Sha256(hashlib.sha256(made.xml).digest()),
        invoice_number=facts.number,
        issue_date=facts.issue_date,
        received=received,
        stored=received,
        seller=_party(facts.seller),
        buyer=_party(facts.buyer),
        net=facts.net,
        vat=facts.vat,
        gross=facts.gross,
        currency=facts.currency,
        form="FA (3)",
        kind=facts.kind,
        offline=False,
        self_invoicing=facts.self_invoicing,
        has_attachment=False,
    )
    return StoredInvoice(header, body, dictionary, len(made.xml))


def _party(named: Named) -> Party:
    return Party(named.type, named.value, named.name)
