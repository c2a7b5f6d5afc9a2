"""What people type, checked alike on the command line and in the console's forms; each raises BlinkError (usage)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from blink_tui.i18n import _
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.firms import (
    LABEL_AT_MOST,
    LABELS_AT_MOST,
    parse_accountant,
    parse_environment,
    parse_labels,
)
from blink_tui.model.months import Month
from blink_tui.model.secret import Secret
from blink_tui.model.text import clean
from blink_tui.model.values import Nip, nip_check_digit_is_right, parse_nip

KSEF_BEGAN = date(2022, 1, 1)
"""The first day on which KSeF took invoices."""
INTERNAL_ID = re.compile(r"[0-9]{10}-[0-9]{5}")
LONGEST_NAME = 512
AMOUNT_BELOW = Decimal(10) ** 12
"""Beyond every invoice, and within what the store holds."""
YEARS = range(1900, 2200)
"""Years of days and months that people type; arithmetic with months stays within the calendar."""


def checked_nip(text: str) -> Nip:
    """Ten digits."""
    try:
        return parse_nip(text)
    except ValueError:
        raise _usage(_("A NIP has ten digits; this has not: {text}").format(text=text)) from None


def nip_remark(text: str) -> str:
    """What is to be looked at again in a NIP that is taken all the same; empty when nothing is."""
    try:
        nip = parse_nip(text)
    except ValueError:
        return ""
    if nip_check_digit_is_right(nip):
        return ""
    return _("Note: the check digit of NIP {nip} is wrong; see that it is typed right.").format(nip=nip)


def checked_internal_id(text: str) -> str | None:
    """The internal id of a unit, or None where there is none."""
    bare = text.strip()
    if not bare:
        return None
    if not INTERNAL_ID.fullmatch(bare):
        problem = _("An internal id is a NIP, a hyphen and five digits; this is not: {text}")
        raise _usage(problem.format(text=text))
    return bare


def checked_name(text: str) -> str:
    """A name to show, not longer than anybody can read."""
    bare = text.strip()
    if len(bare) > LONGEST_NAME:
        raise _usage(_("The name is longer than {most} characters.").format(most=LONGEST_NAME))
    return bare


def checked_env(text: str) -> str:
    """A name of an environment or a base URL: https, or http on loopback."""
    try:
        return parse_environment(text)
    except ValueError:
        problem = _(
            "KSeF's environment is prod, demo, test or an https address; http only on this machine: {text}"
        )
        raise _usage(problem.format(text=text)) from None


def checked_accountant(text: str) -> str:
    """A user of the system, or empty for none."""
    try:
        return parse_accountant(text)
    except ValueError:
        problem = _("An accountant is the name of one user of the system; this is none: {text}")
        raise _usage(problem.format(text=clean(text))) from None


def checked_labels(texts: Iterable[str]) -> tuple[str, ...]:
    """Labels of a firm."""
    try:
        return parse_labels(texts)
    except ValueError:
        problem = _("A firm has at most {most} labels of {long} characters.")
        raise _usage(problem.format(most=LABELS_AT_MOST, long=LABEL_AT_MOST)) from None


def checked_day(text: str | None) -> date | None:
    """A calendar day."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
        if day.year not in YEARS:
            raise ValueError
        return day
    except ValueError:
        problem = _("A day is written as 2026-01-31; this is not: {text}")
        raise _usage(problem.format(text=text)) from None


def checked_month(text: str) -> Month:
    """A calendar month."""
    try:
        month = Month.parse(text.strip())
    except ValueError:
        month = None
    if month is None or month.year not in YEARS:
        raise _usage(_("A month is written as 2026-01; this is not: {text}").format(text=clean(text)))
    return month


def checked_amount(text: str) -> Decimal:
    """An amount of zero or more that the store can hold, as `15 000,00` or `15000.00`."""
    try:
        amount = Decimal("".join(text.split()).replace(",", "."))
    except ArithmeticError:
        amount = Decimal(-1)
    if not (amount.is_finite() and 0 <= amount < AMOUNT_BELOW):
        raise _usage(_("This is no amount: {text}").format(text=clean(text)))
    return amount


def checked_start(text: str, now: datetime) -> date:
    """A Warsaw day of KSeF's time as `2026-01-31`, or so many days ago as `14d`."""
    today = warsaw_day(instant_of(now))
    ago = re.fullmatch(r"([0-9]{1,4})d", text)
    try:
        day = today - timedelta(days=int(ago.group(1))) if ago else date.fromisoformat(text)
    except ValueError:
        problem = _("A day is written as 2026-01-31, or as 14d for 14 days ago; this is not: {text}")
        raise _usage(problem.format(text=text)) from None
    if not KSEF_BEGAN <= day <= today:
        problem = _("KSeF holds documents from {first} until today; this day is outside: {day}")
        raise _usage(problem.format(first=KSEF_BEGAN, day=day))
    return day


def checked_token(text: str) -> Secret:
    """A token without the spaces around it."""
    if not text.strip():
        raise _usage(_("The token is empty."))
    return Secret(text.strip())


def checked_passphrase(first: Secret, again: Secret) -> Secret:
    """A new passphrase, typed twice."""
    if not first.reveal():
        raise _usage(_("The passphrase is empty."))
    if first != again:
        raise _usage(_("The two passphrases differ. Nothing was made."))
    return first


def _usage(problem: str) -> BlinkError:
    return BlinkError(USAGE, problem=problem)
