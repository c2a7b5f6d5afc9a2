"""The stream of generated invoices: who sells to whom, which kind, under which number."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from blink_tui.sandbox.generator.draft import Draft
from blink_tui.sandbox.generator.fa3 import write
from blink_tui.sandbox.generator.kinds import PATTERNS, Deal, Past, Pattern
from blink_tui.sandbox.generator.layout import STYLES, Style
from blink_tui.sandbox.generator.names import Company, Namer
from blink_tui.sandbox.generator.series import Series

_REMEMBERED = 6
"""Earlier invoices of a kind that later ones may refer to."""
_CIRCLE = 40
"""Parties that a generator invents for its firms to deal with."""
_AMONG_FIRMS = 0.06
"""Share of invoices from one of the firms to another."""
_FIRM_BESIDE = 0.3
"""Share of third parties that are firms."""
_PREFIXES = {
    "VAT": "FV",
    "UPR": "FU",
    "ZAL": "FZ",
    "ROZ": "FR",
    "KOR": "KOR",
    "KOR_ZAL": "KZ",
    "KOR_ROZ": "KR",
}


@dataclass(frozen=True, slots=True)
class Generated:
    """One invoice and its bytes."""

    pattern: str
    draft: Draft
    xml: bytes


class Generator:
    """Invoices of some firms with a circle of invented ones; the same for the same seed and the same calls."""

    def __init__(
        self, seed: int | str, firms: Sequence[Company], *, sales: float = 0.45, series: Series | None = None
    ) -> None:
        """`sales` is the share of invoices that the firms issue themselves; `series` may be shared with others."""
        self._random = Random(f"invoices {seed}")  # noqa: S311 - reproducible on purpose
        self._firms = firms
        self._sales = sales
        namer = Namer(self._random, (firm.nip for firm in firms))
        self._circle = [namer.company() for _ in range(_CIRCLE)]
        self._union = [namer.foreign(in_union=True) for _ in range(5)]
        self._outside = [namer.foreign(in_union=False) for _ in range(3)]
        self._series = series or Series()
        self._past: defaultdict[str, deque[Past]] = defaultdict(lambda: deque(maxlen=_REMEMBERED))
        self._names = [name for name, pattern in PATTERNS.items() if sales > 0 or pattern.buyer == "home"]
        self._weights = [PATTERNS[name].weight for name in self._names]

    def invoice(self, issued: date, pattern: str | None = None) -> Generated:
        """The next invoice, of a named kind or of any.

        A kind that needs an earlier invoice of its seller becomes a plain one while there is none.
        """
        name = pattern or self._random.choices(self._names, self._weights)[0]
        chosen = PATTERNS[name]
        past = self._earlier(chosen)
        if chosen.follows and past is None:
            name, chosen = "plain", PATTERNS["plain"]
        seller, buyer = self._parties(chosen) if past is None else (past.draft.seller, past.draft.buyer)
        deal = Deal(
            random=self._random,
            issued=issued,
            seller=seller,
            buyer=buyer,
            beside=self._beside(seller, buyer),
            past=past,
        )
        draft = chosen.make(deal)
        number = self._series.next(draft.seller.nip, _PREFIXES[draft.kind], draft.issued)
        draft = replace(draft, number=number)
        return Generated(name, draft, write(draft, self._style(seller)))

    def remember(self, generated: Generated, ksef_number: str | None = None) -> None:
        """Let later invoices correct or settle this one, by its KSeF number where it has one."""
        draft = generated.draft
        self._past[draft.kind].append(Past(draft, ksef_number))

    def _earlier(self, pattern: Pattern) -> Past | None:
        """An earlier invoice that the pattern can follow; an advance is settled once."""
        for kind in pattern.follows:
            known = self._past[kind]
            if known:
                past = self._random.choice(known)
                if kind != "VAT":
                    known.remove(past)
                return past
        return None

    def _beside(self, seller: Company, buyer: Company) -> Company:
        """Who may stand on the invoice as a third party: one of the firms now and then."""
        known = self._firms if len(self._firms) > 2 and self._random.random() < _FIRM_BESIDE else self._circle
        while True:
            company = self._random.choice(known)
            if company is not seller and company is not buyer:
                return company

    def _parties(self, pattern: Pattern) -> tuple[Company, Company]:
        firm = self._random.choice(self._firms)
        if pattern.buyer == "union":
            return firm, self._random.choice(self._union)
        if pattern.buyer == "outside":
            return firm, self._random.choice(self._outside)
        if len(self._firms) > 1 and self._random.random() < _AMONG_FIRMS:
            return firm, self._random.choice([other for other in self._firms if other is not firm])
        # The lower of two draws: some partners are met far more often than others.
        partner = self._circle[min(self._random.randrange(_CIRCLE), self._random.randrange(_CIRCLE))]
        sold = pattern.buyer == "person" or self._random.random() < self._sales
        return (firm, partner) if sold else (partner, firm)

    @staticmethod
    def _style(seller: Company) -> Style:
        return STYLES[int(seller.nip[:9]) % len(STYLES)]
