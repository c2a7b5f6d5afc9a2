"""The filter language against a plain reading of every document: pages, anchors, counts and sums are the same."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.buffer import SORTS, Buffer, DerivedRow, GridFilter, GridRow, Sort, open_buffer
from blink_tui.buffer.grid import Grid
from blink_tui.buffer.grid_filter import conditions
from blink_tui.buffer.grid_plan import BOUNDS, Bounds
from blink_tui.buffer.history import ENGINE
from blink_tui.buffer.records import Traits
from blink_tui.i18n import Message
from blink_tui.model.documents import Direction, Party, Role, Status
from blink_tui.model.filtering import Term, parse_filter, terms
from blink_tui.model.findings import Finding, Severity
from blink_tui.model.firms import Firm
from blink_tui.model.rulebook import OFFICE, EntryKind
from blink_tui.model.text import folded
from blink_tui.model.values import Nip, to_minor
from tests.buffer.factory import invoice, ksef_number

COUNT = 300
TODAY = date(2026, 9, 20)
SELLERS = ("5265877635", "5265000000", "1234567890")
KINDS = ("Vat", "Kor", "KorZal", "Zal")
CURRENCIES = ("PLN", "EUR", "USD")
WORDS = ("żółw", "łódź 100%", "snake_case", "zolty zolw", "back\\slash")
FINDINGS = (
    Finding("account-new", Severity.ALARM, Message("A"), ()),
    Finding("account-check-sum", Severity.WARNING, Message("B"), ()),
    Finding("split-payment", Severity.NOTE, Message("C"), ()),
)


@dataclass(frozen=True)
class Made:
    """All that filters ask of one document."""

    firm: Firm
    search: str | None
    kind: str
    seller: str
    buyer: str
    month: str
    findings: tuple[Finding, ...]
    accounts: tuple[str, ...]
    unreadable: bool
    proposed: tuple[str, bool] | None = None
    """Scheme of its proposal, and whether that is complete."""
    coded: tuple[str, str, str] | None = None
    """Scheme, state and coder of its draft or coding."""


async def fill(buffer: Buffer) -> dict[int, Made]:
    random = Random(7)
    firms = []
    for nip, name, accountant, labels in (
        ("1111111111", "Biuro Żółw", "anna", ("KPiR",)),
        ("2222222222", "Piekarnia Łan", "Żaneta", ("ryczałt", "nowi")),
        ("3333333333", "Piekarnia Biuro", "", ()),
    ):
        firm = await buffer.firms.add(Nip(nip), name=name, env="test")
        firms.append(await buffer.firms.edit(firm.id, firm.version, accountant=accountant, labels=labels))
    made: dict[int, Made] = {}
    for number in range(COUNT):
        made[number + 1] = await _store(buffer, random, firms, number)
    await buffer.documents.change_status(random.sample(range(1, COUNT + 1), 40), Status.APPROVED, who="a")
    rows = [_derived(id_, one) for id_, one in made.items() if one.search is not None]
    await buffer.derived.save(rows)
    return await _code(buffer, made)


async def _code(buffer: Buffer, made: dict[int, Made]) -> dict[int, Made]:
    random = Random(8)
    schemes = ("usługi", "USŁUGI obce", "towary")
    await buffer.rules.save(OFFICE, [(EntryKind.SCHEME, name, "x") for name in schemes], who="p")
    coded: dict[int, Made] = {}
    for id_, one in made.items():
        proposed = random.choice((None, (random.choice(schemes), random.random() < 0.5)))
        held = random.choice((None, None, (random.choice(schemes), "draft", "ewa"), (schemes[0], "coded", "anna"),
                              (random.choice(schemes), "coded", ENGINE)))  # fmt: skip
        coded[id_] = replace(one, proposed=proposed, coded=held)
        async with buffer._database.transaction() as session:
            if proposed is not None:
                await session.run(
                    "INSERT INTO proposal VALUES (?, '', 0, '', '', ?, '', '{}', ?, '', '', '[]', 0)",
                    (id_, *proposed),
                )
            if held is not None:
                scheme, state, who = held
                await session.run(
                    "INSERT INTO coding SELECT id, firm_id, direction, '', '', ?, '', '', ?, '', '{}', 1, '', '', '[]',"
                    " 0, '', '', ?, 1 FROM document WHERE id = ?",
                    (state, scheme, who, id_),
                )
    return coded


async def _store(buffer: Buffer, random: Random, firms: list[Firm], number: int) -> Made:
    firm = random.choice(firms)
    seller = random.choice(SELLERS)
    item = invoice(
        number,
        issue_date=None if number % 17 == 0 else date(2026, 8, 25) + timedelta(days=random.randrange(25)),
        gross=None if number % 13 == 0 else Decimal(random.randrange(-500, 500)) / 4,
        currency=random.choice(CURRENCIES),
        kind=random.choice(KINDS),
        seller=Party("Nip", seller, random.choice(("Łan", "Lot", None))),
        buyer=Party("Nip", firm.nip, firm.name) if number % 5 else Party("None", None, None),
    )
    await buffer.documents.store(firm, random.choice((Role.BUYER, Role.SELLER, Role.AUTHORIZED)), [item])
    return Made(
        firm=firm,
        search=None if number % 6 == 0 else folded(f"fv/{number} {random.choice(WORDS)}"),
        kind=item.header.kind,
        seller=seller,
        buyer=item.header.buyer.id_value or "",
        month=random.choice(("", "2026-08", "2026-09")),
        findings=tuple(random.sample(FINDINGS, random.choice((0, 0, 0, 1, 2)))),
        accounts=random.choice(((), ("PL10201026",), ("PL999", "PL10209999"))),
        unreadable=number % 29 == 0,
    )


def _derived(id_: int, made: Made) -> DerivedRow:
    traits = Traits(
        firm_id=made.firm.id,
        seller=made.seller,
        seller_name="x",
        received_date="2026-09-01",
        ksef_number=ksef_number(id_ - 1),
        kind="VAT",
        number_key="",
        issued="",
        term=None,
        gross=None,
        currency="PLN",
        text_key=None,
        accounts=made.accounts,
        own_accounts=(),
    )
    return DerivedRow(
        document_id=id_,
        version=1,
        due_date=None,
        search=made.search or "",
        problem="unreadable" if made.unreadable else None,
        vat=(),
        vat_month=made.month,
        findings=made.findings,
        traits=traits,
    )


def holds(term: Term, row: GridRow, made: Made) -> bool:
    return _holds(term.criterion, row, made) != term.negated


def _holds(one: terms.Criterion, row: GridRow, made: Made) -> bool:  # noqa: C901
    known = made.search is not None
    match one:
        case terms.Contains():
            return one.text in (made.search or "") if known else False
        case terms.HasNip():
            return made.seller.startswith(one.beginning) or made.buyer.startswith(one.beginning)
        case terms.DayWithin():
            day = row.issue_date if one.day is terms.Day.ISSUE else row.received_date
            return day is not None and one.first <= day <= one.last
        case terms.GrossWithin():
            return row.gross is not None and one.low <= to_minor(row.gross) <= one.high
        case terms.StatusIn():
            return row.status in one.statuses
        case terms.DirectionIn():
            return row.direction in one.directions
        case terms.KindIn():
            return made.kind in one.kinds
        case terms.CurrencyIn():
            return row.currency in one.currencies
        case terms.MonthIn():
            return known and made.month in one.months
        case terms.OfFirm():
            by_name = all(word in folded(made.firm.name) for word in one.words)
            return one.id_value in (made.firm.nip, made.firm.context_value) or by_name
        case terms.OfAccountant():
            return folded(made.firm.accountant) == one.name
        case terms.OfLabel():
            return one.label in map(folded, made.firm.labels)
        case terms.HasAccount():
            return known and any(one.digits in account for account in made.accounts)
        case terms.Attention():
            return known and max((f.severity for f in made.findings), default=0) >= one.least
        case terms.HasFinding():
            return known and any(f.check.startswith(one.beginning) for f in made.findings)
        case terms.Unreadable():
            return known and made.unreadable
        case terms.CodedBy():
            return made.coded is not None and made.coded[1:] == ("coded", one.who or ENGINE)
        case terms.ByScheme():
            scheme = made.coded or made.proposed
            return scheme is not None and folded(scheme[0]).startswith(one.beginning)
        case terms.Proposed():
            return made.proposed is not None and made.proposed[1]


TERMS = [
    "e_c fv/12 zolw",
    "zolw", "ŁÓDŹ", "100%", "e_c", '"zolty zolw"', "%", "k\\s", "fv/1", "fv/12 zolw", "nothing", "zo", '"zol ty"',
    "nip:5265", "nip:1234567890", "nip:1111111111", "od:2026-09", "do:2026-08", "data:2026-09-01..2026-09-05",
    "wpływ-od:7d", "wpływ:2026-09-01", "kwota:>10", "kwota:<=0", "kwota:12,25", "kwota:-20..20", "status:pobrane",
    "status:zatwierdzony,zadekretowany", "kierunek:zakup", "kierunek:wgląd,sprzedaż", "typ:KOR", "typ:korekta,VAT",
    "waluta:EUR", "waluta:EUR,PLN", "miesiąc:2026-08", "firma:piekarnia", "firma:2222222222", 'firma:"biuro zolw"',
    "opiekun:ja", "opiekun:-", "opiekun:zaneta", "etykieta:ryczalt", "etykieta:rycz", "konto:1020", "konto:99PL",
    "uwaga:tak", "uwaga:nie", "uwaga:alarm", "uwaga:account", "uwaga:split-payment", "nieczytelne:tak", "uwaga:note",
    "zadekretował:ja", "coder:program", "zadekretował:ewa", "schemat:usl", 'schemat:"usługi obce"', "schemat:brak",
    "propozycja:tak", "propozycja:nie",
]  # fmt: skip
filters = st.builds(
    lambda terms_, firm_ids, status, direction, max_id: GridFilter(
        firm_ids=firm_ids,
        statuses=status,
        direction=direction,
        query=parse_filter(" ".join(terms_), today=TODAY, who="anna"),
        max_id=max_id,
    ),
    st.lists(
        st.builds(lambda sign, term: sign + term, st.sampled_from(["", "", "-"]), st.sampled_from(TERMS)),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([None, None, (1,), (2, 3), ()]),
    st.sampled_from([None, None, (Status.FETCHED,)]),
    st.sampled_from([None, None, Direction.PURCHASE]),
    st.sampled_from([None, COUNT, 200]),
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, Made]]:
    path: Path = tmp_path_factory.mktemp("filters") / "buffer.db"

    async def make() -> dict[int, Made]:
        async with open_buffer(path) as buffer:
            return await fill(buffer)

    return path, asyncio.run(make())


def _value(row: GridRow, sort: Sort) -> object:
    return {
        "issue_date": row.issue_date or date.min,
        "received_date": row.received_date or date.min,
        "gross": row.gross if row.gross is not None else Decimal("-Infinity"),
        "seller": row.key[0],
        "id": row.id,
    }[sort]


@settings(max_examples=200, deadline=None)
@given(
    chosen=filters,
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
    limit=st.sampled_from([1, 7, 50]),
    bounds=st.sampled_from(
        [BOUNDS, Bounds(few=0, near=0), Bounds(few=0, near=30), Bounds(few=20, near=1000)]
    ),
)
def test_every_way_of_asking_gives_what_a_plain_reading_gives(
    filled: tuple[Path, dict[int, Made]],
    chosen: GridFilter,
    sort: Sort,
    descending: bool,
    limit: int,
    bounds: Bounds,
) -> None:
    path, made = filled

    async def check() -> None:
        async with open_buffer(path, read_only=True) as buffer:
            grid = Grid(buffer._database, bounds)
            everything = await grid.first(GridFilter(), sort, False, COUNT + 1)
            expected = sorted(
                (row for row in everything if _passes(row, chosen, made[row.id])),
                key=lambda row: (_value(row, sort), row.id),
                reverse=descending,
            )
            assert len(everything) == COUNT
            rows = page = await grid.first(chosen, sort, descending, limit)
            for _ in range(3):
                page = await grid.after(chosen, sort, descending, page[-1].key, limit) if page else []
                rows = [*rows, *page]
            assert rows == expected[: limit * 4]
            last = await grid.last(chosen, sort, descending, limit)
            before = await grid.before(chosen, sort, descending, last[0].key, limit) if last else []
            assert [*before, *last] == expected[-limit * 2 :]
            anchors = await grid.anchors(chosen, sort, descending, every=limit)
            assert anchors == [row.key for row in expected[::limit]]
            if anchors:
                middle = len(anchors) // 2
                page = await grid.page_at(chosen, sort, descending, anchors[middle], limit)
                assert page == expected[middle * limit : (middle + 1) * limit]
                assert await grid.rank(chosen, sort, descending, anchors[middle]) == middle * limit
            assert await grid.count(chosen) == len(expected)
            await _check_sums(grid, chosen, expected)

    asyncio.run(check())


async def _check_sums(grid: Grid, chosen: GridFilter, expected: list[GridRow]) -> None:
    assert await grid.sums(chosen) == [
        (
            currency,
            len(rows),
            sum((row.gross or Decimal(0) for row in rows), Decimal(0)),
        )
        for currency in sorted(CURRENCIES)
        if (rows := [row for row in expected if row.currency == currency])
    ]
    if chosen.statuses is None and chosen.direction is None and chosen.max_id is None:
        counts = await grid.tree_counts(chosen.firm_ids, chosen.query)
        assert sum(counts.values()) == len(expected)
        for (direction, status), count in counts.items():
            assert count == len(
                [row for row in expected if (row.direction, row.status) == (direction, status)]
            )


def _passes(row: GridRow, chosen: GridFilter, made: Made) -> bool:
    return (
        (chosen.firm_ids is None or row.firm_id in chosen.firm_ids)
        and (chosen.direction is None or row.direction is chosen.direction)
        and (chosen.statuses is None or row.status in chosen.statuses)
        and (chosen.max_id is None or row.id <= chosen.max_id)
        and all(holds(term, row, made) for term in chosen.query.terms)
    )


async def test_what_is_remembered_of_a_filter_ends_with_the_next_change(buffer: Buffer) -> None:
    made = await fill(buffer)
    chosen = GridFilter(query=parse_filter("status:zatwierdzony", today=TODAY))
    before = await buffer.grid.count(chosen)
    (row,) = await buffer.grid.first(GridFilter(query=parse_filter("status:pobrany")), "id", True, 1)
    await buffer.documents.change_status([row.id], Status.APPROVED, who="a")
    assert len(made) > before
    assert await buffer.grid.count(chosen) == before + 1
    assert row.id in [one.id for one in await buffer.grid.first(chosen, "id", True, 100)]


@pytest.mark.parametrize(
    ("text", "indexes"),
    [
        ("zadekretował:anna", {"coding_by_coder"}),
        ("schemat:usl", {"coding_by_scheme", "proposal_by_scheme"}),
        ("propozycja:tak", {"proposal_by_scheme"}),
    ],
)
async def test_what_is_asked_of_codings_reads_no_bodies(buffer: Buffer, text: str, indexes: set[str]) -> None:
    (condition,) = conditions(GridFilter(query=parse_filter(text, today=TODAY)))
    assert condition.every is not None
    plan = await buffer._database.reader.rows(
        f"EXPLAIN QUERY PLAN {condition.every.sql}", condition.every.values
    )
    read = [row[3] for row in plan if " c USING" in row[3] or " p USING" in row[3]]
    covering = {name for name in indexes if any(f"COVERING INDEX {name}" in step for step in read)}
    others = [step for step in read if not any(name in step for name in indexes)]
    assert covering == indexes
    assert all("INTEGER PRIMARY KEY" in step for step in others)
