"""What stopped a role or waits for a person, in words: the schedule keeps the code of a failure alone."""

from __future__ import annotations

from functools import lru_cache

from blink_tui.i18n import N_, _
from blink_tui.model.errors import ErrorKind, ExitCode
from blink_tui.model.mismatches import PACKAGE, Mismatch

_WORDS = {
    ExitCode.CREDENTIAL_REFUSED: N_("access refused"),
    ExitCode.LIMITS_EXHAUSTED: N_("KSeF's request limits"),
    ExitCode.KSEF_UNAVAILABLE: N_("KSeF did not answer"),
    ExitCode.WORK_HELD: N_("another process had the work"),
    ExitCode.VAULT_LOCKED: N_("the vault is locked"),
}

_WAITS = (ExitCode.LIMITS_EXHAUSTED, ExitCode.WORK_HELD)


def problem_words(code: str) -> str:
    """A failure's code in words, with the code where these do not tell it all."""
    from blink_tui.ksef.errors import ROLE_IMPOSSIBLE
    from blink_tui.sync.errors import EXPORT_STUCK, NO_CREDENTIAL, ORDER_UNCERTAIN, QUARANTINED

    special = {
        QUARANTINED.code: _("a document in quarantine"),
        NO_CREDENTIAL.code: _("no access registered"),
        ROLE_IMPOSSIBLE.code: _("KSeF does not answer this role"),
        EXPORT_STUCK.code: _("KSeF prepares a package"),
        ORDER_UNCERTAIN.code: _("an order that may not have arrived"),
    }
    if code in special:
        return special[code]
    kind = _kinds().get(code)
    words = _WORDS.get(kind.exit_code) if kind else None
    return f"{_(words)} ({code})" if words else code


def passes_by_itself(code: str) -> bool:
    """Whether what ended a role's pass is a wait: the next passes go on, and nobody has to do anything."""
    from blink_tui.sync.errors import EXPORT_STUCK, ORDER_UNCERTAIN

    kind = _kinds().get(code)
    return code in (EXPORT_STUCK.code, ORDER_UNCERTAIN.code) or (
        kind is not None and kind.exit_code in _WAITS
    )


def kind_of(code: str) -> ErrorKind | None:
    """The kind of failure that a code names; None for one of another version of the program."""
    return _kinds().get(code)


def exit_code_of(code: str) -> ExitCode | None:
    """Which sort of failure a code is; None for one of another version of the program."""
    kind = kind_of(code)
    return kind.exit_code if kind else None


def subject_words(subject: str) -> str:
    """What a disagreement is about."""
    return _("the number of documents") if subject == PACKAGE else subject


def quarantine_words(mismatch: Mismatch, firm: str) -> str:
    """What stands in quarantine in a firm's roles, and the way out."""
    return _(
        "! in quarantine: {subject}; KSeF lists {listed}, the bytes have {found}. Report it to the Ministry; to"
        " go on in spite of it: blink doc accept {number} --firm {firm} --reason REASON"
    ).format(
        subject=subject_words(mismatch.what.subject),
        listed=mismatch.what.listed or _("nothing"),
        found=mismatch.what.found or _("nothing"),
        number=mismatch.what.subject,
        firm=firm,
    )


@lru_cache(maxsize=1)
def _kinds() -> dict[str, ErrorKind]:
    """Every kind of failure that can end a pass, by its code."""
    from blink_tui.buffer import errors as of_the_buffer
    from blink_tui.ksef import errors as of_ksef
    from blink_tui.sync import errors as of_passes
    from blink_tui.vault import errors as of_the_vault

    modules = (of_ksef, of_passes, of_the_buffer, of_the_vault)
    found = (value for module in modules for value in vars(module).values())
    return {kind.code: kind for kind in found if isinstance(kind, ErrorKind)}
