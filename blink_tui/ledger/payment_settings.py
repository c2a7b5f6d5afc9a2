"""What a firm says about its payments, and which accounts of banks are right (BOOKKEEPING 7)."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.invoices.checks.numbers import account_is_right
from blink_tui.ledger.exporter import Setting
from blink_tui.ledger.settings import is_day
from blink_tui.model.matching import account_key

FORMAT = "payments"
"""By which a firm's settings of payments are kept."""
NET, SHOW = "net", "show"
REFUSE, PAY = "refuse", "pay"
OBLIGATORY, ALWAYS = "obligatory", "always"
_NRB = 28
"""Length with its `PL`."""


def is_polish_account(text: str) -> bool:
    """An account of a Polish bank whose check digits hold."""
    return is_polish(account_key(text)) and account_is_right(text)


def is_account(text: str) -> bool:
    """One of a Polish bank, or an IBAN; its check digits hold."""
    key = account_key(text)
    return (
        is_polish(key) or (len(key) >= 15 and key[:2].isalpha() and not key.startswith("PL"))
    ) and account_is_right(key)


def is_polish(key: str) -> bool:
    """Written as one of a Polish bank, as `account_key` writes it; its check digits are not looked at."""
    return len(key) == _NRB and key.startswith("PL") and key[2:].isdigit()


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "since",
        N_("documents received from this day on are paid by lists; empty: the firm makes none"),
        example="2026-12-01",
        check=is_day,
    ),
    Setting(
        "account",
        N_("account from which the firm pays"),
        example="61 1090 1014 0000 0712 1981 2874",
        check=is_polish_account,
    ),
    Setting(
        "corrections",
        N_("what corrections in minus do: they lessen payments to the same seller, or are only shown"),
        usual=NET,
        choices=(NET, SHOW),
    ),
    Setting(
        "split",
        N_("split payment: where it is obligatory, or for every invoice with VAT"),
        usual=OBLIGATORY,
        choices=(OBLIGATORY, ALWAYS),
    ),
    Setting(
        "unlisted",
        N_("what becomes of payments above 15,000 PLN to an account that the loaded register does not have"),
        usual=REFUSE,
        choices=(REFUSE, PAY),
    ),
)
"""Of a firm's payments."""
