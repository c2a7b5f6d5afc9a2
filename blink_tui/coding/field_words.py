"""Words that a field of few values takes, as they are typed in conditions; other spellings and English beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from blink_tui.model.books import BookKind, CarUse, VatKind
from blink_tui.model.documents import Direction, FirmKind, Role, Status
from blink_tui.model.text import folded

_NO_MORE: Mapping[str, str] = {}


def _words(*words: str, others: Mapping[str, str] = _NO_MORE) -> Mapping[str, str]:
    """Folded word as typed → the word that a field's value is."""
    return {folded(word): word for word in words} | {folded(word): value for word, value in others.items()}


RATE_GROUPS: Final = _words(
    "23", "8", "5", "0 KR", "0 WDT", "0 EX", "zw", "oo", "np I", "np II", "marża", "OSS", "ryczałt taxi", "RR",
    others={"22": "23", "7": "8", "4": "ryczałt taxi", "3": "ryczałt taxi", "taxi": "ryczałt taxi", "margin": "marża"},
)  # fmt: skip
"""Groups of the VAT table; 22 % stands with 23 %, 7 % with 8 %, the refund of a farmer under RR."""
ROW_RATES: Final = _words(
    "23", "22", "8", "7", "6.5", "5", "4", "3", "0 KR", "0 WDT", "0 EX", "zw", "oo", "np I", "np II", "OSS",
    others={"6,5": "6.5"},
)  # fmt: skip
"""P_12 as written on a row."""
KINDS: Final = _words(
    "VAT",
    "KOR",
    "ZAL",
    "ROZ",
    "UPR",
    "KOR_ZAL",
    "KOR_ROZ",
    "VAT_RR",
    "KOR_VAT_RR",
    "VAT_PEF",
    "VAT_PEF_SP",
    "KOR_PEF",
)
FORMS: Final = _words("FA", "FA_RR", "PEF")
DIRECTION_WORDS: Final = {
    Direction.PURCHASE: "zakup",
    Direction.SALE: "sprzedaż",
    Direction.NONE: "wgląd",
}
DIRECTIONS: Final = _words(
    *DIRECTION_WORDS.values(), others={"purchase": "zakup", "sale": "sprzedaż", "information": "wgląd"}
)
ROLE_WORDS: Final = {
    Role.SELLER: "sprzedawca",
    Role.BUYER: "nabywca",
    Role.THIRD_PARTY: "podmiot 3",
    Role.AUTHORIZED: "upoważniony",
}
ROLES: Final = _words(
    *ROLE_WORDS.values(),
    others={
        "seller": "sprzedawca",
        "buyer": "nabywca",
        "third party": "podmiot 3",
        "authorized": "upoważniony",
    },
)
THIRD_ROLE_WORDS: Final = {
    1: "faktor",
    2: "odbiorca",
    3: "podmiot pierwotny",
    4: "dodatkowy nabywca",
    5: "wystawca faktury",
    6: "dokonujący płatności",
    7: "JST wystawca",
    8: "JST odbiorca",
    9: "GV wystawca",
    10: "GV odbiorca",
    11: "pracownik",
}
THIRD_ROLES: Final = _words(
    *THIRD_ROLE_WORDS.values(),
    others={str(number): word for number, word in THIRD_ROLE_WORDS.items()}
    | {"factor": "faktor", "recipient": "odbiorca", "payer": "dokonujący płatności", "employee": "pracownik"},
)
PAYMENT_FORM_WORDS: Final = {
    1: "gotówka",
    2: "karta",
    3: "bon",
    4: "czek",
    5: "kredyt",
    6: "przelew",
    7: "płatność mobilna",
}
MARGIN_WORDS: Final = ("biura podróży", "towary używane", "dzieła sztuki", "antyki")
MARGINS: Final = _words(
    *MARGIN_WORDS,
    others={
        "travel": MARGIN_WORDS[0],
        "used goods": MARGIN_WORDS[1],
        "art": MARGIN_WORDS[2],
        "antiques": MARGIN_WORDS[3],
    },
)
GTU: Final = _words(*(f"GTU_{number:02}" for number in range(1, 14)))
PROCEDURES: Final = _words(
    "WSTO_EE", "IED", "TT_D", "I_42", "I_63", "B_SPV", "B_SPV_DOSTAWA", "B_MPV_PROWIZJA"
)  # fmt: skip
BOOK_WORDS: Final = {BookKind.LEDGER: "pełne", BookKind.KPIR: "kpir", BookKind.LUMP_SUM: "ryczałt"}
BOOKS: Final = _words(*BOOK_WORDS.values(), others={"ledger": "pełne", "lump-sum": "ryczałt"})
VAT_WORDS: Final = {
    VatKind.MONTHLY: "miesięcznie",
    VatKind.QUARTERLY: "kwartalnie",
    VatKind.EXEMPT: "zwolniony",
}
VAT: Final = _words(
    *VAT_WORDS.values(), others={"monthly": "miesięcznie", "quarterly": "kwartalnie", "exempt": "zwolniony"}
)
CAR_WORDS: Final = {
    CarUse.COMPANY_ONLY: "tylko firmowe",
    CarUse.COMPANY_MIXED: "mieszane",
    CarUse.PRIVATE: "prywatne",
}
CARS: Final = _words(
    *CAR_WORDS.values(), others={"company only": "tylko firmowe", "mixed": "mieszane", "private": "prywatne"}
)
FIRM_KIND_WORDS: Final = {
    FirmKind.TAXPAYER: "podatnik",
    FirmKind.LOCAL_GOVERNMENT_UNIT: "jednostka JST",
    FirmKind.VAT_GROUP_MEMBER: "członek grupy VAT",
    FirmKind.BRANCH: "oddział",
}
FIRM_KINDS: Final = _words(
    *FIRM_KIND_WORDS.values(),
    others={"taxpayer": "podatnik", "local government unit": "jednostka JST", "branch": "oddział"}
    | {"vat group member": "członek grupy VAT"},
)
STATUS_WORDS: Final = {
    Status.FETCHED: "pobrany",
    Status.CODED: "zadekretowany",
    Status.APPROVED: "zatwierdzony",
    Status.EXPORTED: "przekazany",
    Status.BOOKED: "zaksięgowany",
    Status.QUERIED: "do wyjaśnienia",
    Status.EXCLUDED: "nie księguj",
}
STATUSES: Final = _words(
    *STATUS_WORDS.values(), others={str(status): word for status, word in STATUS_WORDS.items()}
)
EU: Final = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GR", "HR",
    "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PT", "RO", "SE", "SI", "SK", "XI",
})  # fmt: skip
"""Other members of the Union, as tax numbers name them (EL, and GR by mistake; XI for Northern Ireland)."""
