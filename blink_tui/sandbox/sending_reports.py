"""Operations that tell of sessions for sending: their list, status, invoices and receipts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from blink_tui.sandbox.calls import UNLIMITED, Call, Operation, Reply, json_reply
from blink_tui.sandbox.clock import parse_ticks, text_of
from blink_tui.sandbox.errors import ApiError, bad_request, forbidden, invalid
from blink_tui.sandbox.keys import sha256_base64
from blink_tui.sandbox.orders import LINK_REFUSED
from blink_tui.sandbox.paging import continued_page
from blink_tui.sandbox.sending import SUCCESS, SendingSession, SentInvoice, published
from blink_tui.sandbox.sessions import BearerKind
from blink_tui.sandbox.upo import upo_xml

_ACCESS = frozenset({BearerKind.ACCESS})
_LOOK = ("InvoiceWrite", "Introspection", "PefInvoiceWrite", "EnforcementOperations")
_LIST = ("InvoiceWrite", "Introspection", "EnforcementOperations")
_LARGEST_PAGE = 1_000


def session_of(call: Call, kind: str | None = None) -> SendingSession:
    """The session of the path. Raises ApiError 400/21173 for one of others or of another kind."""
    reference = call.reference()
    session = call.sandbox.sending.find(reference)
    if session is None or session.context != call.session.context or kind not in (None, session.kind):
        raise bad_request(21173, f"Sesja o numerze referencyjnym {reference} nie została znaleziona.")
    return session


def admitted(call: Call) -> bool:
    """The link of a request is right and still good."""
    expires, signature = call.query.get("se", ""), call.query.get("sig", "")
    return call.sandbox.sending.admits(call.path, expires, signature, call.now)


async def list_sending_sessions(call: Call) -> Reply:
    """`GET /sessions`."""
    kind = call.query.get("sessionType")
    if kind not in ("Online", "Batch"):
        raise invalid(f"sessionType: {kind}")
    statuses = set(call.query.getlist("statuses"))
    if statuses - {"InProgress", "Succeeded", "Failed", "Cancelled"}:
        raise invalid("statuses")
    low, high = _instant(call, "dateCreatedFrom"), _instant(call, "dateCreatedTo")
    wanted = call.query.get("referenceNumber")
    found = [
        each
        for each in call.sandbox.sending.of(call.session.context)
        if each.kind == kind
        and wanted in (None, each.reference)
        and (low is None or low <= each.created)
        and (high is None or each.created <= high)
        and (not statuses or _common(each.status(call.now).code) in statuses)
    ]
    page, following = continued_page(call, found, _LARGEST_PAGE)
    return json_reply({"continuationToken": following, "sessions": [_row(each, call.now) for each in page]})


def _instant(call: Call, name: str) -> int | None:
    text = call.query.get(name)
    try:
        return None if text is None else parse_ticks(text)
    except ValueError as error:
        raise invalid(f"{name}: {text}") from error


def _common(code: int) -> str:
    if code < 200:
        return "InProgress"
    if code == 200:
        return "Succeeded"
    return "Cancelled" if code == 440 else "Failed"


def _row(session: SendingSession, now: int) -> dict[str, Any]:
    total, sound, failed = session.counts(now)
    return {
        "referenceNumber": session.reference,
        "status": session.status(now).published(),
        "dateCreated": text_of(session.created),
        "dateUpdated": text_of(session.updated(now)),
        "validUntil": text_of(session.valid_until),
        "totalInvoiceCount": total,
        "successfulInvoiceCount": sound,
        "failedInvoiceCount": failed,
    }


async def sending_status(call: Call) -> Reply:
    """`GET /sessions/{referenceNumber}`."""
    session, now = session_of(call), call.now
    total, sound, failed = session.counts(now)
    status = session.status(now)
    body: dict[str, Any] = {
        "status": status.published(),
        "dateCreated": text_of(session.created),
        "dateUpdated": text_of(session.updated(now)),
        "validUntil": text_of(session.valid_until),
        "invoiceCount": total,
        "successfulInvoiceCount": sound,
        "failedInvoiceCount": failed,
    }
    if status.code == 200:
        link = _link(call, session, f"upo/{session.upo_reference}.xml")
        body["upo"] = {
            "pages": [
                {
                    "referenceNumber": session.upo_reference,
                    "downloadUrl": link["url"],
                    "downloadUrlExpirationDate": link["expires"],
                }
            ]
        }
    return json_reply(body)


def _link(call: Call, session: SendingSession, name: str) -> dict[str, str]:
    return call.sandbox.sending.link(call.sandbox.base, session, name, call.now)


def _listed(call: Call, session: SendingSession, invoices: Iterable[SentInvoice]) -> Reply:
    page, following = continued_page(call, list(invoices), _LARGEST_PAGE)
    rows = [_told(call, session, each) for each in page]
    return json_reply({"continuationToken": following, "invoices": rows})


def _told(call: Call, session: SendingSession, invoice: SentInvoice) -> dict[str, Any]:
    numbered = invoice.status(call.now) is SUCCESS
    link = _link(call, session, f"upo/{invoice.reference}.xml") if numbered else None
    return published(invoice, link, call.now)


async def sent_invoices(call: Call) -> Reply:
    """`GET /sessions/{referenceNumber}/invoices`."""
    session = session_of(call)
    return _listed(call, session, session.invoices)


async def failed_invoices(call: Call) -> Reply:
    """`GET /sessions/{referenceNumber}/invoices/failed`."""
    session = session_of(call)
    return _listed(call, session, session.failed(call.now))


async def sent_invoice(call: Call) -> Reply:
    """`GET /sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}`."""
    session = session_of(call)
    return json_reply(_told(call, session, _invoice(call, session)))


def _invoice(call: Call, session: SendingSession) -> SentInvoice:
    reference = call.params["invoice"]
    if len(reference) != len(session.reference):
        raise invalid(f"invoiceReferenceNumber: {reference}")
    for each in session.invoices:
        if each.reference == reference:
            return each
    raise forbidden("insufficient-resource-access", "Brak dostępu do wskazanego zasobu.")


async def upo_by_number(call: Call) -> Reply:
    """`GET /sessions/{referenceNumber}/invoices/ksef/{ksefNumber}/upo`."""
    session, number = session_of(call), call.params["number"]
    for each in session.sound(call.now):
        if each.document is not None and each.document.ksef_number == number:
            return _receipt(session, [each])
    raise _no_upo(f"UPO o numerze KSeF {number}", session)


async def upo_by_invoice(call: Call) -> Reply:
    """`GET /sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}/upo`."""
    session = session_of(call)
    invoice = _invoice(call, session)
    if invoice.status(call.now) is not SUCCESS:
        raise _no_upo(f"UPO o numerze referencyjnym {invoice.reference}", session)
    return _receipt(session, [invoice])


async def session_upo(call: Call) -> Reply:
    """`GET /sessions/{referenceNumber}/upo/{upoReferenceNumber}`."""
    session = session_of(call)
    if call.params["upo"] != session.upo_reference or session.status(call.now).code != 200:
        raise _no_upo(f"UPO o numerze referencyjnym {call.params['upo']}", session)
    return _receipt(session, session.sound(call.now))


async def download_upo(call: Call) -> Reply:
    """A receipt by its signed link: of the session, or of one invoice."""
    session = call.sandbox.sending.find(call.params["folder"].upper())
    if session is None or not admitted(call):
        return Reply(403, LINK_REFUSED, "application/xml")
    name = call.params["name"].removesuffix(".xml")
    sound = session.sound(call.now)
    return _receipt(session, [each for each in sound if name in (session.upo_reference, each.reference)])


def _receipt(session: SendingSession, invoices: list[SentInvoice]) -> Reply:
    xml = upo_xml(session, invoices)
    return Reply(200, xml, "application/xml", {"x-ms-meta-hash": sha256_base64(xml)})


def _no_upo(what: str, session: SendingSession) -> ApiError:
    return bad_request(21178, f"{what} dla sesji {session.reference} nie zostało znalezione.")


OPERATIONS = (
    Operation("GET", "/sessions", list_sending_sessions, "sessionList", _ACCESS, _LIST),
    Operation("GET", "/sessions/{reference}", sending_status, "sessionMisc", _ACCESS, _LOOK),
    Operation("GET", "/sessions/{reference}/invoices", sent_invoices, "sessionInvoiceList", _ACCESS, _LOOK),
    Operation(
        "GET", "/sessions/{reference}/invoices/failed", failed_invoices, "sessionInvoiceList", _ACCESS, _LOOK
    ),
    Operation(
        "GET", "/sessions/{reference}/invoices/{invoice}", sent_invoice, "invoiceStatus", _ACCESS, _LOOK
    ),
    Operation(
        "GET",
        "/sessions/{reference}/invoices/ksef/{number}/upo",
        upo_by_number,
        "sessionMisc",
        _ACCESS,
        _LOOK,
    ),
    Operation(
        "GET", "/sessions/{reference}/invoices/{invoice}/upo", upo_by_invoice, "sessionMisc", _ACCESS, _LOOK
    ),
    Operation("GET", "/sessions/{reference}/upo/{upo}", session_upo, "sessionMisc", _ACCESS, _LOOK),
)
STORAGE = (Operation("GET", "/storage/{folder}/upo/{name}", download_upo, UNLIMITED),)
"""Behind signed links, outside the API."""
