"""A secret value that does not print, and those that this process holds."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import Any, NoReturn
from weakref import ref


class Secret:
    """Holds a token, key or passphrase. Shown as `***` by repr, str and format; cannot be pickled."""

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: bytes | str) -> None:
        self._value = value.encode() if isinstance(value, str) else value
        LIVING.add(self)

    def reveal(self) -> bytes:
        """The secret itself; call only where it is used."""
        return self._value

    def reveal_text(self) -> str:
        """The secret as UTF-8 text."""
        return self._value.decode()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "***"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


class LivingSecrets:
    """The secrets that exist, so that no text that leaves the process shows one of them; it keeps none alive.

    Each operation on the dictionary is one step of the interpreter: threads and the garbage collector may come in
    anywhere, so there is no lock that a destructor could wait for.
    """

    def __init__(self) -> None:
        self._secrets: dict[int, ref[Secret]] = {}
        self._numbers = count()
        self._changes = count(1)
        self.change = 0
        """Another number after each birth and death."""

    def add(self, secret: Secret) -> None:
        """Know a secret until it is gone."""
        number = next(self._numbers)
        self._secrets[number] = ref(secret, partial(self._gone, number))
        self.change = next(self._changes)

    def all(self) -> dict[int, ref[Secret]]:
        """The secrets by numbers that are never used again; one that has died since gives None."""
        return self._secrets.copy()

    def _gone(self, number: int, _reference: Any) -> None:
        self._secrets.pop(number, None)
        self.change = next(self._changes)


LIVING = LivingSecrets()
"""Those of this process."""
