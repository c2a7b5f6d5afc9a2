"""What is changed in a firm's books, and what it takes to set them up; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from blink_tui.i18n import N_, _
from blink_tui.model.books import (
    ROLES,
    Account,
    BookKind,
    Books,
    CarUse,
    CodingLevel,
    Keeper,
    VatKind,
    VatStatus,
)
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.targets import TARGETS
from blink_tui.model.text import clean

NO_BOOKS = ErrorKind(
    "no-books",
    ExitCode.USAGE,
    N_("Firm {firm} has no books yet. Set them up: blink books set --firm {firm} --kind ledger"),
)

STARTER_ROLES = {role.name: role.account for role in ROLES.values()}
"""The account of each role as in a typical chart (FORMATS 10.1): where a firm begins that brings none."""

_WHOLE = Decimal(1)
_LEVELS = tuple(CodingLevel)


@dataclass(frozen=True, slots=True, kw_only=True)
class VatChange:
    """Another way of settling VAT; None keeps what held until then."""

    since: date | None = None
    kind: VatKind | None = None
    cash_method: bool | None = None
    proportion: Decimal | None = None
    """1 is all of the input tax."""

    @property
    def told(self) -> bool:
        """It changes anything."""
        return (self.kind, self.cash_method, self.proportion) != (None, None, None)

    def applied(self, status: VatStatus) -> VatStatus:
        """A status as it becomes."""
        proportion = status.proportion if self.proportion is None else self.proportion
        return replace(
            status,
            kind=status.kind if self.kind is None else self.kind,
            cash_method=status.cash_method if self.cash_method is None else self.cash_method,
            proportion=None if proportion == _WHOLE else proportion,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksChange:
    """What is changed; None is left as it is, or as usual where the books are new."""

    kind: BookKind | None = None
    level: CodingLevel | None = None
    program: str | None = None
    vat: VatChange = VatChange()
    vat_dropped: date | None = None
    """Day of a status that was entered wrongly."""
    cars: CarUse | None = None
    sales: Keeper | None = None
    purchases: Keeper | None = None
    four_eyes_from: Decimal | None = None
    no_four_eyes: bool = False
    judgment_t_689: bool | None = None
    half_net: bool | None = None
    untaxed_in_register: bool | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    """Accounts by role, beside those that are there."""

    def applied(self, books: Books | None, today: date) -> Books:
        """The books as they become. Raises BlinkError (usage): no kind for new ones, VAT without a day."""
        base = books or self._new(today)
        changed = replace(
            base,
            kind=self.kind or base.kind,
            level=self.level or base.level,
            program=self.program or base.program,
            vat=base.vat if books is None else self._vat(base),
            cars=self.cars or base.cars,
            sales=self.sales or base.sales,
            purchases=self.purchases or base.purchases,
            roles={**base.roles, **self.roles},
        )
        return self._with_options(changed)

    def _with_options(self, base: Books) -> Books:
        four_eyes = base.four_eyes_from if self.four_eyes_from is None else self.four_eyes_from
        told = {
            name: value
            for name in ("judgment_t_689", "half_net", "untaxed_in_register")
            if (value := getattr(self, name)) is not None
        }
        return replace(base, four_eyes_from=None if self.no_four_eyes else four_eyes, **told)

    def _new(self, today: date) -> Books:
        if self.kind is None:
            problem = _("The firm has no books yet: say which ones with --kind {kinds}")
            raise BlinkError(USAGE, problem=problem.format(kinds=" | ".join(BookKind)))
        program = self.program or "csv"
        usual = TARGETS[program].level if self.kind is BookKind.LEDGER else CodingLevel.DESCRIPTION
        begins = self.vat.since or date(today.year, 1, 1)
        return Books(
            kind=self.kind,
            level=self.level or usual,
            program=program,
            vat=(self.vat.applied(VatStatus(begins, VatKind.MONTHLY)),),
        )

    def _vat(self, books: Books) -> tuple[VatStatus, ...]:
        statuses = {one.since: one for one in books.vat}
        if self.vat.told:
            if self.vat.since is None:
                raise BlinkError(USAGE, problem=_("Say from which day VAT is settled so: --since YYYY-MM-DD"))
            before = replace(books.vat_on(self.vat.since), since=self.vat.since)
            statuses[self.vat.since] = self.vat.applied(before)
        if self.vat_dropped is not None and statuses.pop(self.vat_dropped, None) is None:
            problem = _("No VAT status begins on {day}.").format(day=self.vat_dropped)
            raise BlinkError(USAGE, problem=problem)
        if not statuses:
            raise BlinkError(USAGE, problem=_("The only VAT status of the books cannot be dropped."))
        return tuple(statuses[since] for since in sorted(statuses))


def starter_chart() -> list[Account]:
    """The accounts of `STARTER_ROLES`, called what they are for in the language in force."""
    names = {role.account.partition("-{nip}")[0]: _(role.meaning) for role in ROLES.values()}
    return [Account(number, name) for number, name in names.items()]


def remarks_on(books: Books) -> list[str]:
    """What is to be looked at again in books that are taken all the same."""
    target = TARGETS[books.program]
    found = []
    if _LEVELS.index(books.level) > _LEVELS.index(target.level):
        text = _("{program} does not take all of this level: the rest would be typed for nothing.")
        found.append(text.format(program=target.name))
    if books.kind is not BookKind.LEDGER and books.level is CodingLevel.FULL:
        found.append(_("Debit and credit are of full books; these have none."))
    return found


def checked_program(text: str) -> str:
    """A ledger program by its id. Raises BlinkError (usage)."""
    if text not in TARGETS:
        problem = _("There is no ledger program {text}; there are: {known}")
        raise BlinkError(USAGE, problem=problem.format(text=clean(text), known=", ".join(TARGETS)))
    return text


def checked_share(text: str) -> Decimal:
    """A share such as `85`, `85%`, `85,5 %` or `0.85`, 0 to 1. Raises BlinkError (usage)."""
    bare = "".join(text.split()).replace(",", ".")
    percent = bare.endswith("%")
    try:
        number = Decimal(bare.removesuffix("%"))
    except ArithmeticError:
        number = Decimal(-1)
    if number.is_finite() and (percent or number > 1):
        number = number.scaleb(-2)
    if not (number.is_finite() and 0 <= number <= 1):
        problem = _("A share lies between 0 and 100 %; this does not: {text}")
        raise BlinkError(USAGE, problem=problem.format(text=clean(text)))
    return number


def checked_roles(texts: Sequence[str]) -> dict[str, str]:
    """`ROLE=ACCOUNT` as typed. Raises BlinkError (usage)."""
    found = {}
    for text in texts:
        role, equals, account = (part.strip() for part in text.partition("="))
        if not (equals and account):
            raise BlinkError(
                USAGE,
                problem=_("An account is given as ROLE=ACCOUNT; this is not: {text}").format(
                    text=clean(text)
                ),
            )
        if role not in ROLES:
            problem = _("There is no role {role}; there are: {known}")
            raise BlinkError(USAGE, problem=problem.format(role=clean(role), known=", ".join(ROLES)))
        found[role] = clean(account)
    return found
