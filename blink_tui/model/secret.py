"""A secret value that does not print."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """Holds a token, key or passphrase. Shown as `***` by repr, str and format; cannot be pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes | str) -> None:
        self._value = value.encode() if isinstance(value, str) else value

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
