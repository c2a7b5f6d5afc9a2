"""Questions about documents as a letter to the client, and the answers out of what comes back; pure.

What comes back may be quoted (`> `), answered above, below or between, by hand or by a mail program.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto

from blink_tui.i18n import _
from blink_tui.model.text import clean, folded

_WIDTH = 76
_END = "-- "
"""Ends what is read as an answer, as it ends a mail before its signature."""
_NONE, _ENDED = 0, -1
"""No question: before the first number, and after the end of what was written."""
_ANSWER = re.compile(r"(?:odpowiedz|odp|answer) {0,4}\.? {0,4}(\d{1,6}) {0,4}[:.)\-–] {0,4}")
_HEADING = re.compile(r"\[(\d{1,6})\] {0,4}")
_OWN = re.compile(r"(?:ad|nr|pyt|pytanie|pkt|re)?\.? {0,4}(\d{1,6}) {0,4}(?:[.):](?= |$)|[-–](?= )|$) {0,4}")
_QUOTE = re.compile(r"[ \t]{0,8}[>|]")
_WROTE = (
    "napisal:",
    "napisala:",
    "napisal(a):",
    "pisze:",
    "wrote:",
    "original message-----",
    "wiadomosc oryginalna-----",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with what a client knows its document by."""

    number: int
    text: str
    contractor: str
    invoice_number: str
    issued: date | None
    gross: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What was understood of a reply."""

    found: dict[int, str]
    unknown: tuple[int, ...]
    """Numbers that were answered and that nobody asked."""


def letter(firm: str, nip: str, questions: Sequence[Asked], day: date) -> str:
    """One numbered list of a firm's questions, to be mailed as it is."""
    lines = [
        _("Questions about documents of {firm} (NIP {nip}), {day}").format(
            firm=clean(firm), nip=nip, day=day
        ),
        "",
        _("Please write below each question and send this back; the numbers have to stay."),
        "",
    ]
    for one in questions:
        lines += [*_folded(f"[{one.number}] {_document(one)}"), *_folded(clean(one.text), "    ")]
        lines += [_("Answer {number}:").format(number=one.number), ""]
    return "\n".join([*lines, _END, ""])


def answers_in(text: str, asked: Sequence[int]) -> Answers:
    """The answers in a reply by number; the questions themselves, quoted or not, are no answers."""
    lines = [_line(line) for line in text.splitlines()]
    placed = {line.number for line in lines if line.mark is _Mark.ANSWER}
    known = frozenset(asked)
    found: dict[int, list[str]] = {}
    current = _NONE
    for line in lines:
        current, words = _read(line, current, placed, known)
        if current in known and words:
            found.setdefault(current, []).append(words)
    named = {line.number for line in lines if line.mark in (_Mark.ANSWER, _Mark.HEAD)}
    return Answers(
        {number: " ".join(parts) for number, parts in sorted(found.items())}, tuple(sorted(named - known))
    )


class _Mark(Enum):
    ANSWER = auto()
    """The place for an answer that the letter leaves."""
    HEAD = auto()
    """The letter's own heading of a question."""
    OWN = auto()
    """A number as people put it before an answer of theirs: `2.`, `2)`, `Ad 2:`."""
    TEXT = auto()
    END = auto()
    """What follows is no answer: a signature, or the head of a quoted mail."""


@dataclass(frozen=True, slots=True)
class _Line:
    mark: _Mark
    number: int
    words: str
    """What follows the mark."""
    quoted: bool
    bare: str
    """The whole line without what quotes it."""


def _line(raw: str) -> _Line:
    quoted = bool(_QUOTE.match(raw))
    bare = clean(raw.lstrip(" \t>|")).strip()
    key = folded(bare)
    if raw.rstrip("\n") in (_END, _END.strip()) or key.endswith(_WROTE):
        return _Line(_Mark.END, _NONE, "", quoted, bare)
    for mark, pattern in ((_Mark.ANSWER, _ANSWER), (_Mark.HEAD, _HEADING), (_Mark.OWN, _OWN)):
        begins = pattern.match(key)
        if begins and not (quoted and mark is _Mark.OWN):
            return _Line(mark, int(begins[1]), bare[begins.end() :], quoted, bare)
    return _Line(_Mark.TEXT, _NONE, bare, quoted, bare)


def _read(line: _Line, current: int, placed: Set[int], known: Set[int]) -> tuple[int, str]:
    """Whose answer goes on after a line, and what of the line belongs to it."""
    if line.mark is _Mark.END:
        return _ENDED, ""
    own = line.mark is _Mark.OWN and line.number in known and current != _ENDED
    if own or line.mark is _Mark.ANSWER:
        return line.number, line.words
    if line.mark is _Mark.HEAD:
        if line.quoted:
            return line.number, ""
        return (_NONE, "") if line.number in placed else (line.number, line.words)
    return current, "" if line.quoted else line.bare


def _document(asked: Asked) -> str:
    parts = [clean(asked.contractor), clean(asked.invoice_number)]
    if asked.issued is not None:
        parts.append(_("of {day}").format(day=asked.issued))
    if asked.gross is not None:
        shown = f"{asked.gross:,.2f}".replace(",", " ").replace(".", ",")
        parts.append(f"{shown} {clean(asked.currency)}")
    return ", ".join(filter(None, parts))


def _folded(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent or "    ") or [indent]
