"""Words of the TOML that carries rules, schemes and the data source: keys, and what may stand behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeVar

from blink_tui.coding.language_typing import nearest
from blink_tui.coding.shapes import EntryTemplate, LineTemplate, RowTemplate, Rule, Scheme, Source
from blink_tui.i18n import N_, Message
from blink_tui.model.books import BookKind
from blink_tui.model.coding import Identity, Side
from blink_tui.model.documents import Direction
from blink_tui.model.text import clean, folded

Some = TypeVar("Some", bound=Enum)
LONGEST_TEXT = 2000
LONGEST_NAME = 60


class WrongValueError(Exception):
    """A value that a key does not take, with the sentence that says so."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.message = Message(sentence, dict(values))


def text(value: object) -> str:
    """A text; numbers are taken as they are written."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise WrongValueError(N_("a text in quotes is wanted here"))
    if len(value) > LONGEST_TEXT:
        raise WrongValueError(N_("a text has {most} characters at the most"), most=LONGEST_TEXT)
    return value


def name(value: object) -> str:
    """A name that can be shown and typed."""
    found = text(value)
    if not found or len(found) > LONGEST_NAME or clean(found).strip() != found:
        raise WrongValueError(
            N_("a name has 1 to {most} visible characters, without spaces at its ends"), most=LONGEST_NAME
        )
    return found


def truth(value: object) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise WrongValueError(N_("true or false is wanted here, without quotes"))
    return value


def whole(value: object) -> int:
    """A whole number."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 1_000_000:
        raise WrongValueError(N_("a whole number is wanted here"))
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list):
        raise WrongValueError(N_("a list is wanted here, as in {example}"), example='["zakup"]')
    return tuple(map(text, value))


def mapping(value: object) -> dict[str, str]:
    """Names with texts."""
    if not isinstance(value, dict):
        raise WrongValueError(
            N_("names with texts are wanted here, as in {example}"), example='{ konto = "402" }'
        )
    return {name(key): text(one) for key, one in value.items()}


def word(words: Mapping[str, Some]) -> Callable[[object], Some]:
    """One of these words, in any spelling."""

    def read(value: object) -> Some:
        typed = text(value)
        found = words.get(folded(typed.strip()))
        if found is None:
            known = ", ".join(spelled(words).values())
            guess = nearest(typed, words)
            if guess is not None:
                raise WrongValueError(
                    N_("there is no “{text}” here, did you mean {guess}?"), text=clean(typed), guess=guess
                )
            raise WrongValueError(
                N_("there is no “{text}” here; there are: {known}"),
                text=clean(typed)[:LONGEST_NAME],
                known=known,
            )
        return found

    return read


def spelled(words: Mapping[str, Some]) -> dict[Some, str]:
    """The first word of each meaning."""
    found: dict[Some, str] = {}
    for one, meaning in words.items():
        found.setdefault(meaning, one)
    return found


DIRECTIONS: Final[dict[str, Direction]] = {
    "zakup": Direction.PURCHASE,
    "sprzedaz": Direction.SALE,
    "wglad": Direction.NONE,
    "purchase": Direction.PURCHASE,
    "sale": Direction.SALE,
    "none": Direction.NONE,
}
SIDES: Final[dict[str, Side]] = {
    "wn": Side.DEBIT,
    "ma": Side.CREDIT,
    "debit": Side.DEBIT,
    "credit": Side.CREDIT,
}
IDENTITIES: Final[dict[str, Identity]] = {
    "pelna": Identity.FULL,
    "ograniczona": Identity.LIMITED,
    "brak": Identity.NONE,
    "paragon": Identity.RECEIPT,
    "marza": Identity.MARGIN,
    "samonaliczenie": Identity.SELF_ASSESSED,
    "po-zaplacie": Identity.ON_PAYMENT,
    "zaliczka": Identity.ADVANCE,
    "rozliczenie": Identity.SETTLEMENT,
    **{str(identity): identity for identity in Identity},
}
BOOKS: Final[dict[str, BookKind]] = {
    "kpir": BookKind.KPIR,
    "ryczalt": BookKind.LUMP_SUM,
    "pelne": BookKind.LEDGER,
    **{str(kind): kind for kind in BookKind},
}


def directions(value: object) -> frozenset[Direction]:
    """A list of directions."""
    return frozenset(map(word(DIRECTIONS), texts(value)))


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table."""

    field: str
    """Of the shape."""
    name: str
    """Polish, without marks: as it is written."""
    english: str
    read: Callable[[Any], Any] = text
    """Raises WrongValueError."""
    needed: bool = False
    table: Table | None = None
    """Its value is a list of such tables."""


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of table: its name, the shape made of it, its keys in the order in which they are written."""

    name: str
    english: str
    shape: type
    keys: tuple[Key, ...]

    def key(self, typed: str) -> Key | None:
        """The key of that name, in any spelling."""
        plain = folded(typed)
        return next((key for key in self.keys if plain in (key.name, key.english)), None)


_LINE = Table("dekret", "line", LineTemplate, (
    Key("side", "strona", "side", word(SIDES), needed=True),
    Key("account", "konto", "account", needed=True),
    Key("amount", "kwota", "amount", needed=True),
    Key("description", "opis", "description"),
    Key("dimensions", "wymiary", "dimensions", mapping),
    Key("when", "gdy", "when"),
))  # fmt: skip
_ROW = Table("rejestr", "row", RowTemplate, (
    Key("register", "rejestr", "register", word(DIRECTIONS), needed=True),
    Key("amounts", "pola", "fields", mapping, needed=True),
    Key("marks", "znaczniki", "marks", texts),
    Key("when", "gdy", "when"),
))  # fmt: skip
_ENTRY = Table("zapis", "entry", EntryTemplate, (
    Key("book", "ksiega", "book", word(BOOKS)),
    Key("column", "kolumna", "column", needed=True),
    Key("amount", "kwota", "amount", needed=True),
    Key("when", "gdy", "when"),
))  # fmt: skip
RULE: Final = Table("zasada", "rule", Rule, (
    Key("name", "nazwa", "name", name, needed=True),
    Key("title", "tytul", "title"),
    Key("direction", "kierunek", "direction", word(DIRECTIONS)),
    Key("condition", "warunek", "condition"),
    Key("scheme", "schemat", "scheme", name, needed=True),
    Key("parameters", "parametry", "parameters", mapping),
    Key("automatic", "sama", "automatic", truth),
    Key("weight", "waga", "weight", whole),
))  # fmt: skip
SCHEME: Final = Table("schemat", "scheme", Scheme, (
    Key("name", "nazwa", "name", name, needed=True),
    Key("title", "tytul", "title", needed=True),
    Key("directions", "kierunki", "directions", directions, needed=True),
    Key("identity", "tozsamosc", "identity", word(IDENTITIES), needed=True),
    Key("document_type", "typ", "document_type"),
    Key("description", "opis", "description"),
    Key("category", "kategoria", "category"),
    Key("parameters", "parametry", "parameters", mapping),
    Key("lines", "dekret", "line", table=_LINE),
    Key("rows", "rejestr", "row", table=_ROW),
    Key("entries", "zapis", "entry", table=_ENTRY),
))  # fmt: skip
SOURCE: Final = Table("zrodlo", "source", Source, (
    Key("direction", "kierunek", "direction", word(DIRECTIONS), needed=True),
    Key("kind", "rodzaj", "kind", name, needed=True),
    Key("document_type", "typ", "document_type"),
    Key("scheme", "schemat", "scheme"),
    Key("register", "rejestr", "register"),
    Key("column", "kolumna", "column"),
    Key("category", "kategoria", "category"),
))  # fmt: skip
TABLES: Final = (SOURCE, RULE, SCHEME)
"""In the order in which they are written."""
_SPELLED: Final[dict[type[Enum], Mapping[Any, str]]] = {
    Direction: spelled(DIRECTIONS),
    Identity: spelled(IDENTITIES),
    BookKind: spelled(BOOKS),
    Side: {Side.DEBIT: "Wn", Side.CREDIT: "Ma"},
}


def word_of(value: Enum) -> str:
    """How a direction, an identity, a book or a side is written."""
    return _SPELLED[type(value)][value]
