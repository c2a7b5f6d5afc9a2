"""Titles of bank transfers, plain and of split payment (art. 108a of the VAT act), within the banks' limits.

A title of Elixir has 140 characters. Of split payment's fields the amount of tax has 10, the number that tells the
recipient 14, the invoice 35 and the free text 33; a KSeF number is just 35 long.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from blink_tui.model.text import clean

LONGEST = 140
INVOICE, TEXT = 35, 33
LARGEST_TAX = Decimal("9999999.99")
"""What ten characters with a comma can say."""
_FOREIGN = re.compile(r"[^0-9A-Za-zĄĆĘŁŃÓŚŹŻąćęłńóśźż/?:().,'+ -]")
"""Beyond the letters that every bank takes."""
_WORDS = re.compile(r"/(?=(VAT|IDC|INV|TXT)/)", re.IGNORECASE)
"""A slash by which part of an invoice's number would look like the next field."""
_KSEF_1 = 36
"""Length of a number of KSeF 1.0, with one hyphen more."""


def spelled(text: str) -> str:
    """A text in the letters that banks take: marks of other alphabets are left out, other signs become spaces."""
    kept = "".join(
        char if not _FOREIGN.match(char) else _plain(char)
        for char in unicodedata.normalize("NFC", clean(text))
    )
    return " ".join(kept.split())


def _plain(char: str) -> str:
    bare = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
    return _FOREIGN.sub(" ", bare) or " "


def plain_title(
    number: str, ksef_number: str, corrections: Sequence[str], *, ksef_first: bool
) -> tuple[str, bool]:
    """A plain transfer's title and whether the invoice's number was cut; a KSeF number never is.

    `ksef_first`: the number that KSeF gave is mandatory (art. 108g).
    """
    told = spelled(number)
    less = spelled(", ".join(corrections))
    rest = f"{told} kor. {less}".strip() if less else told
    ksef = f"KSeF {ksef_number}" if ksef_number else ""
    room = LONGEST - len(ksef) - 1 if ksef else LONGEST
    shown = rest[:room].rstrip()
    parts = (ksef, shown) if ksef_first else (shown, ksef)
    return " ".join(filter(None, parts)), len(shown) < len(told)


def split_title(
    tax: Decimal, nip: str, number: str, ksef_number: str, corrections: Sequence[str], *, ksef_first: bool
) -> tuple[str, bool]:
    """A split payment's title and whether the invoice's number was cut.

    Where the KSeF number is mandatory it stands for the invoice, whose own number goes into the text.
    """
    told = _WORDS.sub("-", spelled(number))
    less = _WORDS.sub("-", spelled(", ".join(corrections)))
    ksef = _short(ksef_number) if ksef_first else ""
    text = (
        f"{told} kor. {less}".strip()
        if ksef and less
        else told
        if ksef
        else f"kor. {less}"
        if less
        else "faktura"
    )
    invoice = ksef or told
    vat = f"{tax:.2f}".replace(".", ",")
    title = f"/VAT/{vat}/IDC/{nip}/INV/{invoice[:INVOICE].rstrip()}/TXT/{text[:TEXT].rstrip()}"
    return title, len(told) > (TEXT if ksef else INVOICE)


def _short(ksef_number: str) -> str:
    """A KSeF number that the field takes: one of KSeF 1.0 without its inner hyphen, which its check sum leaves out."""
    return ksef_number[:26] + ksef_number[27:] if len(ksef_number) == _KSEF_1 else ksef_number
