"""Reading invoices: the list of metadata and single documents."""

from __future__ import annotations

import msgspec

from blink_tui.sandbox.calls import Call, Reply
from blink_tui.sandbox.clock import seconds, text_of
from blink_tui.sandbox.errors import ApiError, bad_request, gone, invalid
from blink_tui.sandbox.options import SandboxOptions
from blink_tui.sandbox.queries import Selection, select, window_of
from blink_tui.sandbox.wire import Filters, KsefNumberText, decode

BEYOND_MARK = (
    "Parametr dateRange.from jest późniejszy niż PermanentStorageHwmDate "
    "przy włączonym restrictToPermanentStorageHwmDate."
)


async def query_metadata(call: Call) -> Reply:
    """`POST /invoices/query/metadata`; `pageOffset` counts pages."""
    sandbox, context = call.sandbox, call.session.context
    filters = decode(call.body, Filters)
    order = call.query.get("sortOrder", "Asc")
    if order not in ("Asc", "Desc"):
        raise invalid(f"sortOrder: {order}")
    page = call.integer("pageOffset", 0, 0)
    size = call.integer("pageSize", 10, 10, 250)
    now, mark = sandbox.marks.pin(context, call.body, page, call.now, sandbox.high_water_mark())
    window = window_of(filters, now, mark, sandbox.options)
    if window.beyond_mark:
        raise bad_request(21183, BEYOND_MARK)
    selection = select(sandbox.documents.shelf(context, filters.subject_type), filters, window, now)
    return _page(selection, window.mark, page * size, size, sandbox.options, order == "Desc")


def _page(
    selection: Selection, mark: int | None, start: int, size: int, options: SandboxOptions, descending: bool
) -> Reply:
    """One page. The page that reaches the limit is the last; it says so when there would be more."""
    total, limit, digits = len(selection), options.truncate_after, options.digits
    if start >= limit and start > 0:
        raise invalid(f"Zapytanie zwraca najwyżej {limit} rekordów.")
    start = min(start, total)
    end = min(start + size, total, limit)
    rows = selection.rows_descending(start, end) if descending else selection.rows(start, end)
    more = b"true" if end < total else b"false"
    truncated = b"true" if end < total and end == limit else b"false"
    told = b"null" if mark is None else b'"%s"' % text_of(mark, digits).encode()
    head = b'{"hasMore":%s,"isTruncated":%s,"permanentStorageHwmDate":%s,"invoices":[' % (
        more,
        truncated,
        told,
    )
    return Reply(200, b"%s%s]}" % (head, b",".join([document.metadata_with(digits) for document in rows])))


async def get_invoice(call: Call) -> Reply:
    """`GET /invoices/ksef/{ksefNumber}`: the bytes as they came."""
    number = call.params["number"]
    try:
        msgspec.convert(number, KsefNumberText)
    except msgspec.ValidationError as error:
        raise invalid(f"ksefNumber: {number}") from error
    document = call.sandbox.documents.find(call.session.context, number)
    if document is None or document.stamps.acquired > call.now:
        raise _unknown(number)
    if document.stamps.stored < call.now - seconds(call.sandbox.options.retention):
        raise gone("Faktura nie jest już dostępna: minął okres jej przechowywania.")
    if document.stamps.stored > call.now:
        raise bad_request(
            21165,
            f"Faktura o numerze KSeF {number} została przetworzona, ale nie jest jeszcze dostępna "
            "do pobrania. Spróbuj ponownie później.",
        )
    return Reply(200, document.xml, "application/xml", {"x-ms-meta-hash": document.hash})


def _unknown(number: str) -> ApiError:
    return bad_request(21164, f"Faktura o numerze KSeF {number} nie została znaleziona.")
