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
    """A role does nothing more in this pass; `until` is when it can go on, None where that is not known."""

    name = "waiting"
    text = N_("Waiting: {reason}")
    level = "warning"
    reason: str
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowAsked(Event):
    """KSeF's list of a window was looked at."""

    name = "window-asked"
    text = N_("Asked from {window_from}: {unknown} unknown documents")
    window_from: str
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryMoved(Event):
    """A range of history is complete up to a later instant."""

    name = "history-moved"
    text = N_("History complete from {since} until {until}")
    since: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportForgotten(Event):
    """An order for a package was given up; what it was for is ordered anew."""

    name = "export-forgotten"
    text = N_("Package given up: {reason}")
    level = "warning"
    export: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentQuarantined(Event):
    """Three fresh packages disagreed alike over a document: a person decides."""

    name = "document-quarantined"
    text = N_("In quarantine: {number}; KSeF lists {listed}, the bytes have {found}")
    level = "error"
    number: str
    listed: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsRead(Event):
    """KSeF told the request limits in force for the firm."""

    name = "limits-read"
    text = N_("Request limits read: {lists} lists and {packages} packages an hour")
    lists: int | None
    packages: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginFailed(Event):
    """KSeF did not let the firm's credential in; its marks did not move."""

    name = "login-failed"
    text = N_("Access refused: {problem}")
    level = "error"
    code: str
    problem: str
    cause: str | None = None
    trace_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsDerived(Event):
    """Documents were read into lines, VAT and amounts; `unreadable` of them could not be."""

    name = "documents-derived"
    text = N_("Read {read} documents, {unreadable} unreadable")
    read: int
    unreadable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsProposed(Event):
    """Documents of firms with books got their proposals; some were coded by a rule that may."""

    name = "documents-proposed"
    text = N_("Proposed how to code {proposed} documents, {coded} coded by their rules")
    proposed: int
    coded: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageBegan(Event):
    """KSeF failed, in the Ministry's words, and it is not told that it works again."""

    name = "outage-began"
    text = N_("KSeF ({env}): {category} since {since}. {title}")
    level = "warning"
    env: str
    category: str
    since: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageEnded(Event):
    """A failure of KSeF is over, in the Ministry's words."""

    name = "outage-ended"
    text = N_("KSeF ({env}): {category} from {since} until {until}, over")
    env: str
    category: str
    since: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceAnnounced(Event):
    """KSeF will be away, or is, for maintenance; `until` is None where no end is announced."""

    name = "maintenance-announced"
    text = N_("KSeF ({env}): maintenance from {since} until {until}. {title}")
    env: str
    since: str
    until: str | None
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LatarniaSilent(Event):
    """The Ministry's status service gave no usable answer; told once until it does again."""

    name = "latarnia-silent"
    text = N_("The Ministry's status service (Latarnia) does not answer: how KSeF ({env}) is stays unknown")
    level = "warning"
    env: str
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectivesFound(Event):
    """KSeF listed collective identifiers that the firm was not told of before."""

    name = "collectives-found"
    text = N_("New collective identifiers: {new}; records that could not be read: {unreadable}")
    new: int
    unreadable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectivesNotRead(Event):
    """KSeF did not tell of the firm's collective identifiers; its documents are not concerned."""

    name = "collectives-not-read"
    text = N_("Collective identifiers were not read: {problem}")
    level = "warning"
    code: str
    problem: str
    cause: str | None = None
    trace_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsPastRetention(Event):
    """Documents of a firm need not be kept any more; told once a year, and nothing is erased by it."""

    name = "documents-past-retention"
    text = N_(
        "Documents that need not be kept any more: {documents}, of {first} to {last}. See: blink firm retention"
    )
    documents: int
    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoreFailed(Event):
    """What is done from time to time beside fetching did not succeed; told once until it does or fails otherwise."""

    name = "chore-failed"
    text = N_("Not done beside fetching ({chore}): {problem}")
    level = "error"
    chore: str
    code: str
    problem: str
    cause: str | None = None


EVENTS: dict[str, type[Event]] = {
    kind.name: kind
    for kind in (
        PassStarted, LoggedIn, ExportRequested, ExportReady, DocumentsStored, MarkMoved,
        Waiting, WindowAsked, HistoryMoved, ExportForgotten, DocumentQuarantined, LimitsRead, LoginFailed,
        DocumentsDerived, DocumentsProposed, PassFailed, PassFinished, Reconciled, SystemWarned,
        CredentialExpires, ContextsFound, RightWithdrawn,
        OutageBegan, OutageEnded, MaintenanceAnnounced, LatarniaSilent, CollectivesFound, CollectivesNotRead,
        DocumentsPastRetention, ChoreFailed,
    )
}  # fmt: skip
"""Every event by the name under which the fetch log keeps it."""
