"""The written form of a coding, as an accountant notes it on the invoice, so that two of them compare line by line.

```
Wn 402          1000,00          account and amount, summed per account and side
Ma 202-1111111111  1230,00
zakup 2026-03  K_42 1000,00  K_43 230,00  nieodliczony 0,00  MK
KPiR 15        1000,00  2026-03-12          column of 2026
ryczałt 8.5    1000,00  2026-03-10          rate
VAT 2026-03  księgi 2026-03-12  koszt 2026-03
FZ full                                     document type, identity
wstrzymuje margin-untyped                   a problem that blocks
uwaga self-billed                           what is only told
```
A dash stands for what is not there, `#` begins a remark. Order and width do not count.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from blink_tui.model.books import BookKind
from blink_tui.model.coding import Coding, RegisterRow, Side
from blink_tui.model.documents import Direction

_SIDES = {Side.DEBIT: "Wn", Side.CREDIT: "Ma"}
_REGISTERS = {Direction.SALE: "sprzedaż", Direction.PURCHASE: "zakup"}
_BOOKS = {BookKind.KPIR: "KPiR", BookKind.LUMP_SUM: "ryczałt"}


def written(text: str) -> list[str]:
    """What was written by hand, in the order in which codings are shown."""
    lines = (" ".join(line.partition("#")[0].split()) for line in text.splitlines())
    return sorted(line for line in lines if line)


def shown(coding: Coding) -> list[str]:
    """A coding in the same form."""
    return sorted(
        [
            *_postings(coding),
            *(_row(row) for row in coding.rows),
            *(
                f"{_BOOKS[entry.book]} {entry.column} {_amount(entry.amount)} {entry.day}"
                for entry in coding.entries
            ),
            f"VAT {coding.periods.vat or '—'} księgi {coding.periods.books or '—'} "
            f"koszt {coding.periods.cost or '—'}",
            f"{coding.document_type or '—'} {coding.identity}",
            *(f"{'wstrzymuje' if problem.blocks else 'uwaga'} {problem.code}" for problem in coding.problems),
        ]
    )


def _postings(coding: Coding) -> list[str]:
    sums: Counter[tuple[Side, str]] = Counter()
    for line in coding.lines:
        sums[line.side, line.account] += line.amount  # type: ignore[assignment] # a Counter of Decimal
    return [f"{_SIDES[side]} {account} {_amount(amount)}" for (side, account), amount in sums.items()]


def _row(row: RegisterRow) -> str:
    fields = [f"{name} {_amount(amount)}" for name, amount in row.amounts]
    if row.not_deducted:
        fields.append(f"nieodliczony {_amount(row.not_deducted)}")
    return " ".join([_REGISTERS[row.register], str(row.month or "—"), *fields, *sorted(row.marks)])


def _amount(amount: Decimal | int) -> str:
    return f"{amount:.2f}".replace(".", ",")
