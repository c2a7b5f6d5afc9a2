"""What logs in, in words: its state over all its firms, its last day, what KSeF said of it and what to do."""

from __future__ import annotations

from blink_tui.i18n import N_, _
from blink_tui.model.firms import Credential, CredentialState
from blink_tui.sync.expiry import THRESHOLDS, Expiry

STATE_WORDS = {
    CredentialState.UNCHECKED: N_("unchecked"),
    CredentialState.ACCEPTED: N_("accepted"),
    CredentialState.REFUSED: N_("refused"),
}


def state_words(credential: Credential) -> str:
    """The state of the firm that fares worst, and for how many of them where others fare better."""
    worst = credential.worst
    state = _(STATE_WORDS[worst.state if worst else CredentialState.UNCHECKED])
    refused = sum(use.state is CredentialState.REFUSED for use in credential.uses)
    if 0 < refused < len(credential.uses):
        return _("{state} for {refused} of {all}").format(
            state=state, refused=refused, all=len(credential.uses)
        )
    return state


def end_words(expiry: Expiry | None) -> str:
    """The last day, with the days left once they are few; empty where no end is known."""
    if expiry is None:
        return ""
    day = expiry.ends.isoformat()
    if expiry.days_left < 0:
        return _("{day} (past)").format(day=day)
    if expiry.days_left <= THRESHOLDS[0]:
        return _("{day} (days left: {days})").format(day=day, days=expiry.days_left)
    return day
