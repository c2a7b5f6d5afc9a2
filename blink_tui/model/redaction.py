"""Text without secrets: the one place through which goes what is logged, kept of a crash, or told as a cause.

Two nets. The secrets that this process holds are found as they are and in every usual encoding, also cut. What has the
shape of a secret is found whoever holds it. KSeF numbers, NIPs, hashes and reference numbers stay: people need them.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from blink_tui.model.secret_index import SecretIndex, lowered

MASK = "***"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a secret looks like in lower case.

    Repetitions are possessive or bounded, so that no text makes the search slow. The first group stays as it is.
    """

    hints: tuple[str, ...]
    """One of them is in every text that has the shape: most texts need no search."""
    pattern: re.Pattern[str]

    def spans(self, low: str) -> Iterator[tuple[int, int]]:
        """Where there is something to hide."""
        if any(hint in low for hint in self.hints):
            for match in self.pattern.finditer(low):
                yield match.end(1), match.end()


def _shape(*hints: str, of: str) -> _Shape:
    return _Shape(hints, re.compile(of))


_BAR = r"(?:\||%7c|\\u007c)"
_BREAK = r"(?:\s|\\[nrt])"
_VALUE = (
    r"(?:\"(?:[^\"\\]|\\[\s\S])*+\"?"
    r"|'(?:[^'\\]|\\[\s\S])*+'?"
    r"|\\{1,3}[\"'][^\"'\\]*+"
    r"|[^\s\"'\\{\[(,;&<>)}]++)"
)
"""A value in quotes, in quotes within a quoted text, or bare; a list or record is looked into."""

_SHAPES = (
    # PEM, whole or cut.
    _shape(
        "-----begin",
        of=r"()-----begin [a-z0-9 ]{1,40}-----"
        r"(?:(?:(?!-----)[\s\S])*+-----end [a-z0-9 ]{1,40}-----"
        rf"|(?:{_BREAK}*+[a-z0-9+/=]{{16,}}+)*+)",
    ),
    # Headers of HTTP.
    _shape("bearer", of=r"\b(bearer(?:\s|%20|\\t){1,4})[^\s\"'\\,;<>&]{4,}+"),
    _shape(
        "authorization", "cookie", of=r"((?:authorization|cookie)\\?[\"']?\s{0,4}[:=]\s{0,4}\\?[\"']?)[^\r\n\"'\\]++"
    ),
    # JWT, whole or cut; a hash that begins alike is shorter.
    _shape("eyj", of=r"()(?:eyj[\w-]{8,}+(?:\.[\w-]*+){1,4}|eyj[\w-]{57,}+)"),
    # The last field of a KSeF token; the others are its reference number and its context.
    _shape(
        "nip", "internalid", "peppolid",
        of=rf"({_BAR}(?:nip|internalid|nipvatue|peppolid)-[\w-]{{1,40}}{_BAR})[\w-]++",
    ),
    # URLs: those of messengers (apprise) are secrets nearly whole, others in some places.
    _shape(
        "://",
        of=r"\b(?!(?:https?|wss?|ftps?|file|urn)://)([a-z][a-z0-9+.-]{1,20}://)[^\s\"'<>\\]++",
    ),
    _shape("://", of=r"(://)(?:[^\s/?#@\"'<>]*+@)*[^\s/?#@\"'<>]*+(?=@)"),
    _shape(
        "hook",
        of=r"(hooks?[\w.-]{0,60}(?:/services|/workflows|/triggers)?/)[^\s\"'<>\\]{8,}+",
    ),
    _shape(
        "=", "%3d",
        of=r"((?:[?&;]|%3f|%26)(?:amp;)?"
        r"(?:sig|signature|s[eptvrs]|sks|skv|skt|ske|skoid|sktid|spr|sip|x-(?:amz|goog)-[a-z-]{1,24}|code|key|auth)"
        r"(?:=|%3d))[^\s&\"'<>#\\]++",
    ),
    # Names with values, in whatever notation.
    _shape(
        "pass", "pwd", "token", "secret", "hasło", "haslo", "key", "vector", "session",
        of=r"((?:(?<!\w)pass|password|passwd|passphrase|pwd|token|secret|hasło|haslo|api[_-]?key|private[_-]?key"
        r"|access[_-]?key|symmetric[_-]?key|initializationvector|session[_-]?(?:id|key))"
        r"(?:\\{0,3}[\"'])?\s{0,4}(?:[:=]|%3d)\s{0,4}(?:b(?=[\"']))?)" + _VALUE,
    ),
)  # fmt: skip

_INDEX = SecretIndex()


def redacted(text: str) -> str:
    """The text with `***` in the place of each secret."""
    low = lowered(text)
    spans = _INDEX.spans(low)
    for shape in _SHAPES:
        spans += shape.spans(low)
    parts: list[str] = []
    end = 0
    for start, stop in _merged(spans):
        parts += (text[end:start], MASK)
        end = stop
    return "".join((*parts, text[end:])) if parts else text


def redacted_traceback(error: BaseException) -> str:
    """An exception with all that led to it, as Python prints it; values of variables are not in it."""
    return redacted("".join(traceback.format_exception(error)))


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same places in order, those that meet as one."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(stop, merged[-1][1])
        else:
            merged.append((start, stop))
    return merged
