"""Kinds of values that an expression computes with, the fields that it may name, and how it fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Protocol, TypeAlias

from blink_tui.i18n import N_, Message, language
from blink_tui.model.text import folded

Value: TypeAlias = Decimal | str | tuple[str, ...] | date | bool | None
"""What an expression comes to: by its kind; None is a date that a document does not have."""


class Kind(Enum):
    """Kind of a value; the enumeration's value names it in English, to be translated when shown."""

    AMOUNT = N_("an amount")
    """A Decimal: money, a quantity, a rate, a share."""
    TEXT = N_("a text")
    TEXTS = N_("several texts")
    """Such as the GTU codes of all rows."""
    DATE = N_("a date")
    """Its value is None where the document has none."""
    FLAG = N_("a condition")
    """Holds or does not."""


class Decides(Enum):
    """What a rule goes by that asks for a field to be something: its precedence (FORMATS 10.3)."""

    CONTRACTOR = "contractor"
    """The number of a party."""
    CONTENT = "content"
    """Text or code of what was sold."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field that expressions may read.

    `name` is Polish without marks, and is what `Env.value` is asked for; the first other name is the English one.
    All are taken with Polish marks too, and whatever their case.
    """

    name: str
    others: tuple[str, ...]
    kind: Kind
    group: str
    """English source text: under which heading it is listed."""
    meaning: str
    """English source text, to be translated when shown."""
    example: str
    """How it is used, in Polish."""
    english: str
    """The same example in English words."""
    keyed: bool = False
    """It takes a key in square brackets."""
    keys: Mapping[str, str] | None = None
    """Folded key as typed → key that `Env.keyed` is asked for; None: any text, and the field needs one."""
    decides: Decides | None = None
    words: Mapping[str, str] | None = None
    """The only texts that it can be, folded as typed → as its value is; None: any text."""

    @property
    def row(self) -> bool:
        """It is read of one row: only within suma(…), jest(…) and their like."""
        return self.name.startswith("wiersz.")

    @property
    def needs_key(self) -> bool:
        """Without a key it means nothing."""
        return self.keyed and self.keys is None

    @property
    def shown(self) -> str:
        """Its name in the language in force."""
        return self.name if language() == "pl" else (self.others or (self.name,))[0]

    @property
    def example_shown(self) -> str:
        """The example in the language in force."""
        return self.example if language() == "pl" else self.english


class Catalogue:
    """Fields by every name that they have. Two catalogues are equal only when they are the same object."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.fields = tuple(fields)
        """In the order in which they are listed."""
        self._by_name: dict[str, Field] = {}
        for field in self.fields:
            for name in (field.name, *field.others):
                if self._by_name.setdefault(folded(name), field) is not field:
                    raise ValueError(f"two fields are called {name}")

    def find(self, name: str) -> Field | None:
        """The field of that name, in any spelling; None when there is none."""
        return self._by_name.get(folded(name))

    def __getitem__(self, name: str) -> Field:
        return self._by_name[folded(name)]

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def extended(self, fields: Iterable[Field]) -> Catalogue:
        """These fields and more, such as the amounts that a scheme computes. Make it once, not at each use."""
        return Catalogue((*self.fields, *fields))


class Env(Protocol):
    """What an expression reads its fields from.

    Values are of the field's kind: a missing amount is 0, a missing text empty, a missing date None. `lines` are the
    rows, each an Env that is asked for the fields of a row (`wiersz.…`) alone; all others are asked of the document's.
    """

    def value(self, name: str) -> Value:
        """Value of a field by its own name (`Field.name`)."""
        ...

    def keyed(self, name: str, key: str) -> Value:
        """Value of a keyed field under one of its keys (`Field.keys`)."""
        ...

    @property
    def lines(self) -> Sequence[Env]:
        """The rows, in order."""
        ...


class ExpressionError(Exception):
    """An expression that cannot be understood: the sentence and the place, `text[start:end]`."""

    def __init__(self, message: Message, start: int, end: int) -> None:
        super().__init__(message.text)
        self.message = message
        self.start = start
        self.end = end

    def __str__(self) -> str:
        return str(self.message)


class EvaluationError(Exception):
    """An expression that has no value for a document, such as a division by zero."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
