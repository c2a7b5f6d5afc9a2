"""What the engine tells: typed events, each with a firm and a run, logged, shown and counted by listeners.

An event is a fact in the past tense. Its fields are plain values, so that a row of the fetch log is the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from blink_tui.i18n import N_, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Common to all: which run, which firm (its id in the buffer), which role."""

    name: ClassVar[str] = ""
    text: ClassVar[str] = ""
    level: ClassVar[str] = "info"
    run: str
    firm_id: int | None = None
    role: str | None = None

    @property
    def message(self) -> Message:
        """The event as a sentence."""
        return Message(self.text, {field: getattr(self, field) for field in self.__dataclass_fields__})


@dataclass(frozen=True, slots=True, kw_only=True)
class PassStarted(Event):
    """A firm's pass over its roles began."""

    name = "pass-started"
    text = N_("Fetching started")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn(Event):
    """KSeF accepted the credential."""

    name = "logged-in"
    text = N_("Logged in to KSeF")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequested(Event):
    """KSeF took an order for a package."""

    name = "export-requested"
    text = N_("Package ordered, from {window_from}")
    window_from: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReady(Event):
    """A package can be downloaded."""

    name = "export-ready"
    text = N_("Package ready: {documents} documents, {parts} parts")
    reference: str
    documents: int
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsStored(Event):
    """Documents are durable in the buffer; `new` were not there before."""

    name = "documents-stored"
    text = N_("Stored {seen} documents, {new} of them new")
    seen: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkMoved(Event):
    """A role is complete up to a later instant."""

    name = "mark-moved"
    text = N_("Complete until {until}")
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Event):
    """Nothing is asked before an instant, because KSeF said so or a package is being prepared."""

    name = "waiting"
    text = N_("Waiting {seconds:.0f} s: {reason}")
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsDerived(Event):
    """Documents were read into lines, VAT and amounts; `unreadable` of them could not be."""

    name = "documents-derived"
    text = N_("Read {read} documents, {unreadable} unreadable")
    read: int
    unreadable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PassFailed(Event):
    """A firm's pass or one role of it stopped; its marks did not move."""

    name = "pass-failed"
    text = N_("Stopped: {problem}")
    level = "error"
    code: str
    problem: str
    cause: str | None = None
    trace_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassFinished(Event):
    """A firm's pass ended; `new` documents came in."""

    name = "pass-finished"
    text = N_("Fetching finished: {new} new documents")
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled(Event):
    """A role was compared with KSeF's own list, number by number and hash by hash."""

    name = "reconciled"
    text = N_(
        "Compared with KSeF: {listed} listed, {missing} missing, {different} different, {unlisted} not listed"
    )
    listed: int
    missing: int
    different: int
    unlisted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemWarned(Event):
    """KSeF sent a warning in a header (PROTOCOL 1)."""

    name = "system-warned"
    text = N_("KSeF warns: {warning}")
    level = "warning"
    warning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialExpires(Event):
    """What logs in for some firms ends soon; told once for each threshold."""

    name = "credential-expires"
    text = N_("Access {label} ends on {ends} (days left: {days_left}); firms: {firms}")
    level = "warning"
    label: str
    ends: str
    days_left: int
    firms: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextsFound(Event):
    """Contexts granted an office the right to their invoices and are no firms here yet."""

    name = "contexts-found"
    text = N_("New firms granted access: {contexts}. Add them: blink firm discover --firm {office}")
    office: str
    contexts: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RightWithdrawn(Event):
    """A context is no longer among those that granted an office the right to their invoices."""

    name = "right-withdrawn"
    text = N_("Firm {context} withdrew the access of office {office}")
    level = "warning"
    office: str
    context: str


EVENTS: dict[str, type[Event]] = {
    kind.name: kind
    for kind in (
        PassStarted, LoggedIn, ExportRequested, ExportReady, DocumentsStored, MarkMoved,
        Waiting, DocumentsDerived, PassFailed, PassFinished, Reconciled, SystemWarned,
        CredentialExpires, ContextsFound, RightWithdrawn,
    )
}  # fmt: skip
"""Every event by the name under which the fetch log keeps it."""
