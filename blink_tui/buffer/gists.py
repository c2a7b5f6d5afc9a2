"""What of a coding stands in columns beside its body, so that decisions on many documents read no bodies."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

from blink_tui.buffer import amounts
from blink_tui.buffer.bodies import dumped
from blink_tui.model.coding import Coding, Identity
from blink_tui.model.months import Month

_DIGEST = 16
COLUMNS = "body, ground, scheme, rule, parameters, complete, vat_month, months, registers, teaches"


class Gist(NamedTuple):
    """Values of `COLUMNS`."""

    body: str
    ground: str
    """JSON of rule, scheme and digest of the body: an event's reason."""
    scheme: str
    rule: str
    parameters: str
    complete: int
    vat_month: str
    months: str
    registers: str
    teaches: int


def gist_of(coding: Coding) -> Gist:
    """The columns of a coding. One with an amount that cannot be kept in grosze is not complete."""
    body = dumped(coding)
    registers = _registers(coding)
    scheme = coding.scheme.name if coding.scheme else coding.choices.scheme
    return Gist(
        body=body,
        ground=_ground(coding, body),
        scheme=scheme,
        rule=coding.rule.name if coding.rule else "",
        parameters=dumped(coding.choices.parameters),
        complete=int(coding.complete and registers is not None),
        vat_month=str(_month(coding) or ""),
        months=" ".join(sorted(map(str, _months(coding)))),
        registers=json.dumps(registers or []),
        teaches=int(bool(scheme) and not (coding.rule and coding.rule.digest)),
    )


def seal_of(coding: Coding) -> str:
    """What an event, and a decision on one document, name a coding by."""
    return digest(dumped(coding))


def digest(body: str) -> str:
    """The same of a coding's body."""
    return hashlib.sha256(body.encode()).hexdigest()[:_DIGEST]


def _ground(coding: Coding, body: str) -> str:
    values = {"coding": digest(body)}
    if coding.scheme:
        values["scheme"] = str(coding.scheme)
    if coding.rule:
        values["rule"] = str(coding.rule)
    return json.dumps(values, ensure_ascii=False)


def _month(coding: Coding) -> Month | None:
    """Month that a document is closed with: of its VAT; of the books where it never has any, not where VAT waits."""
    periods = coding.periods
    if periods.vat is None and periods.books is not None and coding.identity is Identity.NONE:
        return Month.of(periods.books)
    return periods.vat


def _months(coding: Coding) -> set[Month]:
    """Months of VAT, of the books and of the cost that it puts something into."""
    found = {row.month for row in coding.rows} | {coding.periods.vat, coding.periods.cost}
    if coding.periods.books:
        found.add(Month.of(coding.periods.books))
    return {month for month in found if month is not None}


def _registers(coding: Coding) -> list[tuple[str, str, str, int, int, str]] | None:
    try:
        return [
            (str(row.month or ""), row.register, field, position, units, " ".join(row.marks))
            for position, row in enumerate(coding.rows)
            for field, amount in row.amounts
            if (units := amounts.to_units(amount)) is not None
        ]
    except ValueError:
        return None
