"""Who changed meanwhile what a person has looked at: the sentence for the one who comes second."""

from __future__ import annotations

from blink_tui.buffer import errors
from blink_tui.buffer.session import Row, Session
from blink_tui.i18n import N_, Message
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.words import STATUS_WORDS

_WORDS = {
    "coding": N_("another coding"),
    "direction": N_("another direction"),
    "role": N_("another role"),
}
_SOMEBODY = Message(N_("by someone else"))


async def of_document(session: Session, document_id: int, ksef_number: str) -> BlinkError:
    """CHANGED_MEANWHILE with the last thing that happened to a document."""
    row = await session.row(
        "SELECT who, what, after FROM document_event WHERE document_id = ? ORDER BY seq DESC LIMIT 1",
        (document_id,),
    )
    return BlinkError(errors.CHANGED_MEANWHILE, what=ksef_number, change=_change(row))


async def of_firm(session: Session, firm_id: int, kind: str, what: Message | str) -> BlinkError:
    """The same of what stands in the firm's own events."""
    row = await session.row(
        "SELECT who FROM firm_event WHERE firm_id = ? AND what = ? ORDER BY seq DESC LIMIT 1", (firm_id, kind)
    )
    return by(row[0] if row else None, what)


def by(who: str | None, what: Message | str, *, firm: str | None = None) -> BlinkError:
    """The same by an account, or by nobody knows whom."""
    change = _SOMEBODY if who is None else Message(N_("by {who}"), {"who": who})
    return BlinkError(errors.CHANGED_MEANWHILE, firm=firm, what=what, change=change)


def _change(row: Row | None) -> Message:
    """Such as `by anna: approved`."""
    if row is None:
        return _SOMEBODY
    who, what, after = row
    if what in _WORDS:
        word = _WORDS[what]
    elif after in list(Status):
        word = STATUS_WORDS[Status(after)]
    else:
        return Message(N_("by {who}"), {"who": who})
    return Message(N_("by {who}: {how}"), {"who": who, "how": Message(word)})
