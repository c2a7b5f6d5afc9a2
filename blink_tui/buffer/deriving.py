"""Results of the second stage made ready to be saved: rows of tables, apart from the database, as worker processes do.

Rows are plain tuples: they cross a pipe at a third of the cost of the values they are made of.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from blink_tui.buffer.amounts import known_units, to_units
from blink_tui.buffer.records import DerivedRow, Traits
from blink_tui.i18n import N_
from blink_tui.model.findings import Finding
from blink_tui.model.matching import number_key
from blink_tui.model.text import folded
from blink_tui.model.values import to_minor

Row = tuple[Any, ...]

_INEXACT = N_("An amount of the VAT table has more than two decimals.")

CONTENT, HISTORY = "content", "history"
"""Where a finding comes from: the invoice itself, or the documents beside it."""


@dataclass(slots=True)
class PreparedDerived:
    """Rows for the tables that hold what is derived; each document stands in `documents` once."""

    documents: list[Row] = field(default_factory=list)
    months: list[Row] = field(default_factory=list)
    """Proposed month of each, for those whose coding has another."""
    searches: list[Row] = field(default_factory=list)
    vat: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    traits: list[Row] = field(default_factory=list)
    accounts: list[Row] = field(default_factory=list)
    vat_ends: list[tuple[int, int]] = field(default_factory=list)
    """Ids of documents with the number of their rows, here and below."""
    finding_ends: list[tuple[int, int]] = field(default_factory=list)
    link_ends: list[tuple[int, int]] = field(default_factory=list)
    unreadable: int = 0

    def __len__(self) -> int:
        return len(self.documents)

    def add(self, row: DerivedRow) -> None:
        """Make the rows of one document."""
        vat = _vat_rows(row)
        problem = row.problem or (_INEXACT if vat is None else None)
        self.unreadable += row.problem is not None
        self.documents.append(
            (
                row.version,
                row.due_date.isoformat() if row.due_date else None,
                problem,
                max((finding.severity for finding in row.findings), default=0),
                row.vat_month,
                row.document_id,
            )
        )
        self.months.append((row.vat_month, row.document_id))
        self.searches.append((row.document_id, row.search))
        self.vat += vat or ()
        self.vat_ends.append((row.document_id, len(vat or ())))
        self.findings += finding_rows(row.document_id, CONTENT, row.findings)
        self.finding_ends.append((row.document_id, len(row.findings)))
        self.link_ends.append((row.document_id, len(row.links)))
        if row.traits is not None:
            self._add_traits(row, row.traits)

    def _add_traits(self, row: DerivedRow, traits: Traits) -> None:
        self.traits.append(
            (
                traits.firm_id,
                traits.seller,
                traits.received_date,
                row.document_id,
                traits.ksef_number,
                traits.kind,
                traits.number_key,
                traits.issued,
                traits.term,
                known_units(traits.gross),
                traits.currency,
                traits.text_key,
                " ".join(traits.accounts),
            )
        )
        self.accounts += [
            (account, traits.seller, traits.seller_name, traits.received_date)
            for account in traits.own_accounts
        ]
        self.links += [
            (
                row.document_id,
                position,
                traits.firm_id,
                traits.seller,
                link.kind.value,
                link.to_ksef,
                link.to_number,
                number_key(folded(link.to_number)),
                link.issued,
                link.was_buyer,
            )
            for position, link in enumerate(row.links)
        ]


def prepare_derived(rows: Iterable[DerivedRow]) -> PreparedDerived:
    """The rows of many documents."""
    prepared = PreparedDerived()
    for row in rows:
        prepared.add(row)
    return prepared


def finding_rows(document_id: int, source: str, findings: Sequence[Finding]) -> list[Row]:
    """Findings as the store keeps them: the sentence itself stands where its number will."""
    return [
        (
            document_id,
            source,
            position,
            finding.check,
            int(finding.severity),
            finding.message.text,
            json.dumps(finding.message.values, ensure_ascii=False),
            json.dumps(finding.fields),
        )
        for position, finding in enumerate(findings)
    ]


def _vat_rows(row: DerivedRow) -> list[Row] | None:
    """The rows to store; None when an amount is no whole number of minor units: it is never rounded."""
    try:
        return [
            (
                row.document_id,
                position,
                line.rate,
                to_minor(line.net),
                to_units(line.vat),
                to_units(line.vat_pln),
            )
            for position, line in enumerate(row.vat)
        ]
    except ValueError:
        return None
