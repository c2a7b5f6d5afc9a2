"""Filling a sandbox: documents with numbers and stamps, firms with tokens.

Everything follows from the seed, the invoices and the anchor day alone, so that two runs are equal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from blink_tui.model.dates import warsaw
from blink_tui.sandbox.clock import DAY, SECOND, datetime_of, day_of, start_of_day
from blink_tui.sandbox.collective import members_of
from blink_tui.sandbox.documents import Stamps
from blink_tui.sandbox.facts import InvoiceFacts, UnreadableInvoiceError
from blink_tui.sandbox.generator import Company, Generator, Namer, facts_of
from blink_tui.sandbox.metadata import read_invoice
from blink_tui.sandbox.scenario import load_scenario
from blink_tui.sandbox.state import Firm, Sandbox
from blink_tui.sandbox.tokens import make_token

SPAN_DAYS = 10
"""Over how many days before the anchor the documents were stored."""

_MARGIN = 600 * SECOND
"""The last document is that much older than the anchor, to lie behind the mark even right after midnight."""
_COLLECTED = 3
"""Invoices under a seeded collective identifier."""
_PAID_AFTER = 300 * SECOND
"""How long after the last of its invoices a collective identifier is made."""
_TOKEN_AGE = timedelta(days=30)
_LATE = 0.1
"""Share of generated invoices sent a day or more after their date: issued offline."""


def seed(sandbox: Sandbox) -> None:
    """Fill a sandbox as its options say. Raises OSError when a folder or the demo's files cannot be read."""
    options = sandbox.options
    anchor = options.as_of or day_of(sandbox.clock.now())
    if options.invoices is not None:
        if not options.invoices.is_dir():
            raise NotADirectoryError(options.invoices)
        _seed_folder(_Seeder(sandbox, options.seed, anchor), options.invoices)
    elif options.demo:
        scenario = load_scenario()
        files = [file.read_bytes() for file in sorted(scenario.invoices.glob("*.xml"))]
        seeder = _Seeder(sandbox, scenario.seed, anchor)
        _seed_generated(seeder, scenario.firms, scenario.documents, scenario.sales, files)
    else:
        namer = Namer(Random(f"firms {options.seed}"))  # noqa: S311 - reproducible on purpose
        firms = [namer.company() for _ in range(options.firms)]
        _seed_generated(_Seeder(sandbox, options.seed, anchor), firms, options.documents, options.sales, [])


class _Seeder:
    """Puts invoices one after another into a sandbox."""

    def __init__(self, sandbox: Sandbox, seed: int, anchor: date) -> None:
        self.sandbox = sandbox
        self.seed = sandbox.intake.seed = seed
        self.anchor = anchor

    def store(self, xml: bytes, facts: InvoiceFacts, stamps: Stamps) -> str:
        """Number and store an invoice; returns its KSeF number."""
        return self.sandbox.intake.store(xml, facts, stamps).ksef_number

    def collect(self) -> None:
        """Give every firm that has sold enough a collective identifier over its first sales."""
        for firm in self.sandbox.firms:
            context = ("Nip", firm.nip)
            sales = self.sandbox.documents.shelf(context, "Subject1").all()[:_COLLECTED]
            if len(sales) > 1:
                unique = (
                    hashlib.sha256(f"collective {self.seed} {firm.nip}".encode()).hexdigest()[:12].upper()
                )
                created = sales[-1].stamps.stored + _PAID_AFTER
                self.sandbox.collective.add(context, members_of(sales), created, unique)

    def add_firm(self, nip: str, name: str) -> None:
        """Announce a firm and give it a token."""
        token = make_token(self.seed, ("Nip", nip), self.anchor - _TOKEN_AGE)
        self.sandbox.tokens[token.secret] = token
        self.sandbox.firms.append(Firm(nip, name, token.secret))


def _seed_folder(seeder: _Seeder, folder: Path) -> None:
    """Every readable invoice of a folder; every NIP that is a party becomes a firm."""
    invoices: list[tuple[bytes, InvoiceFacts]] = []
    for file in sorted(folder.rglob("*.xml")):
        try:
            xml = file.read_bytes()
            invoices.append((xml, read_invoice(xml)))
        except (OSError, UnreadableInvoiceError) as error:
            seeder.sandbox.problems.append(f"{file.relative_to(folder)}: {error}")
    names: dict[str, str] = {}
    times = stamp_times(seeder.seed, len(invoices), seeder.anchor)
    for (xml, facts), stamps in zip(invoices, times, strict=True):
        seeder.store(xml, facts, stamps)
        for nip, name in facts.parties():
            names[nip] = names.get(nip) or name or ""
    for nip, name in sorted(names.items()):
        seeder.add_firm(nip, name)
    seeder.collect()


def _seed_generated(
    seeder: _Seeder, firms: Sequence[Company], documents: int, sales: float, files: Sequence[bytes]
) -> None:
    """Generated invoices dated by their stamps, with given ones spread evenly among them."""
    series, given = seeder.sandbox.series, [(xml, read_invoice(xml)) for xml in files]
    for _xml, facts in given:
        series.take(facts.seller.value or "", facts.number)
    generator = Generator(seeder.seed, firms, sales=sales, series=series)
    late = Random(f"late {seeder.seed}")  # noqa: S311 - reproducible on purpose
    total = documents + len(files)
    left = iter(given)
    for place, stamps in enumerate(stamp_times(seeder.seed, total, seeder.anchor)):
        if (place + 1) * len(files) // total > place * len(files) // total:
            seeder.store(*next(left), stamps)
            continue
        days = late.randint(1, 3) if late.random() < _LATE else 0
        issued = datetime_of(stamps.invoicing).astimezone(warsaw()).date() - timedelta(days=days)
        invoice = generator.invoice(issued)
        generator.remember(invoice, seeder.store(invoice.xml, facts_of(invoice.draft), stamps))
    for firm in firms:
        seeder.add_firm(firm.nip, firm.name)
    seeder.collect()


def stamp_times(seed: int, count: int, anchor: date) -> Iterator[Stamps]:
    """When each of so many documents came in: ascending, over the days before the anchor, at odd instants."""
    random = Random(f"stamps {seed}")  # noqa: S311 - reproducible on purpose
    end = start_of_day(anchor) - _MARGIN
    start = end - SPAN_DAYS * DAY
    step = (end - start) // max(count, 1)
    for place in range(count):
        stored = start + place * step + random.randrange(step)
        acquired = stored - random.randrange(2 * SECOND, 20 * SECOND)
        yield Stamps(acquired - random.randrange(SECOND, 10 * SECOND), acquired, stored)
