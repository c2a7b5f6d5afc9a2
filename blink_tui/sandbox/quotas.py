"""Limits as callers see and change them: request rates, sizes of sessions, certificates of a subject."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from blink_tui.sandbox.calls import Call, Operation, Reply, json_reply
from blink_tui.sandbox.certificates import CertificateLimits
from blink_tui.sandbox.errors import invalid
from blink_tui.sandbox.limits import GROUPS, UNLIMITED, Rates
from blink_tui.sandbox.sessions import BearerKind
from blink_tui.sandbox.subjects import Subject
from blink_tui.sandbox.wire import Wire, decode

_ACCESS = frozenset({BearerKind.ACCESS})

Megabytes = Annotated[int, Meta(ge=0, le=5)]
MegabytesWithAttachment = Annotated[int, Meta(ge=0, le=10)]


class SessionLimits(Struct, frozen=True, rename="camel"):
    """What a session for sending takes."""

    max_invoice_size_in_mb: Megabytes = msgspec.field(name="maxInvoiceSizeInMB", default=1)
    max_invoice_with_attachment_size_in_mb: MegabytesWithAttachment = msgspec.field(
        name="maxInvoiceWithAttachmentSizeInMB", default=3
    )
    max_invoices: Annotated[int, Meta(ge=0, le=100_000)] = 10_000


class CollectiveLimits(Struct, frozen=True, rename="camel"):
    """How many invoices a collective identifier takes."""

    max_invoices: Annotated[int, Meta(ge=2, le=5_000)] = 500


class ContextLimits(Struct, frozen=True, rename="camel"):
    """`GET /limits/context`, by default with the documented values."""

    online_session: SessionLimits = SessionLimits()
    batch_session: SessionLimits = SessionLimits()
    collective_identifier: CollectiveLimits = CollectiveLimits()


class _SessionLimitsGiven(Wire):
    """All of it has to be given."""

    max_invoice_size_in_mb: Megabytes = msgspec.field(name="maxInvoiceSizeInMB")
    max_invoice_with_attachment_size_in_mb: MegabytesWithAttachment = msgspec.field(
        name="maxInvoiceWithAttachmentSizeInMB"
    )
    max_invoices: Annotated[int, Meta(ge=0, le=100_000)]


class _CollectiveLimitsGiven(Wire):
    max_invoices: Annotated[int, Meta(ge=2, le=5_000)]


class _ContextLimitsGiven(Wire):
    online_session: _SessionLimitsGiven
    batch_session: _SessionLimitsGiven
    collective_identifier: _CollectiveLimitsGiven


class _RatesGiven(Wire):
    per_second: int
    per_minute: int
    per_hour: int


class _RateOverrides(Wire):
    online_session: _RatesGiven
    batch_session: _RatesGiven
    invoice_send: _RatesGiven
    invoice_status: _RatesGiven
    session_list: _RatesGiven
    session_invoice_list: _RatesGiven
    session_misc: _RatesGiven
    invoice_metadata: _RatesGiven
    invoice_export: _RatesGiven
    invoice_export_status: _RatesGiven
    invoice_download: _RatesGiven
    collective_identifier: _RatesGiven
    other: _RatesGiven


class _RateOrder(Wire):
    rate_limits: _RateOverrides


Count = Annotated[int, Meta(ge=0)]


class _Enrollments(Wire):
    max_enrollments: Count | None = None


class _Certificates(Wire):
    max_certificates: Count | None = None


class _SubjectOrder(Wire):
    subject_identifier_type: Literal["Nip", "Pesel", "Fingerprint"] = "Nip"
    enrollment: _Enrollments | None = None
    certificate: _Certificates | None = None


async def rate_limits(call: Call) -> Reply:
    """`GET /rate-limits`."""
    rates = call.sandbox.rates.of(call.session.context)
    return json_reply({group: each.published() for group, each in rates.items()})


async def change_rate_limits(call: Call) -> Reply:
    """`POST /testdata/rate-limits`: from now on, for the context."""
    given = msgspec.to_builtins(decode(call.body, _RateOrder).rate_limits)
    rates = {
        group: Rates(values["perSecond"], values["perMinute"], values["perHour"])
        for group, values in given.items()
    }
    for group, each in rates.items():
        for value in (each.second, each.minute, each.hour):
            if value != UNLIMITED and value < 1:
                raise invalid(f"rateLimits.{group}: {value}")
    call.sandbox.rates.change(call.session.context, rates)
    return Reply(200)


async def restore_rate_limits(call: Call) -> Reply:
    """`DELETE /testdata/rate-limits`."""
    call.sandbox.rates.restore(call.session.context)
    return Reply(200)


async def production_rate_limits(call: Call) -> Reply:
    """`POST /testdata/rate-limits/production`: the documented values, whatever the sandbox was told."""
    call.sandbox.rates.change(call.session.context, GROUPS)
    return Reply(200)


async def context_limits(call: Call) -> Reply:
    """`GET /limits/context`."""
    return json_reply(call.sandbox.context_limits.get(call.session.context, ContextLimits()))


async def change_context_limits(call: Call) -> Reply:
    """`POST /testdata/limits/context/session`."""
    given = decode(call.body, _ContextLimitsGiven)
    limits = msgspec.convert(msgspec.to_builtins(given), ContextLimits)
    call.sandbox.context_limits[call.session.context] = limits
    return Reply(200)


async def restore_context_limits(call: Call) -> Reply:
    """`DELETE /testdata/limits/context/session`."""
    call.sandbox.context_limits.pop(call.session.context, None)
    return Reply(200)


async def subject_limits(call: Call) -> Reply:
    """`GET /limits/subject`."""
    limits = call.sandbox.certificates.limits_of(_subject(call))
    return json_reply(
        {
            "enrollment": {"maxEnrollments": limits.enrollments},
            "certificate": {"maxCertificates": limits.certificates},
        }
    )


async def change_subject_limits(call: Call) -> Reply:
    """`POST /testdata/limits/subject/certificate`; what is not given stays."""
    order = decode(call.body, _SubjectOrder)
    book, subject = call.sandbox.certificates, _subject(call)
    known = book.limits_of(subject)
    enrollments = order.enrollment.max_enrollments if order.enrollment else None
    certificates = order.certificate.max_certificates if order.certificate else None
    book.limits[subject] = CertificateLimits(
        known.enrollments if enrollments is None else enrollments,
        known.certificates if certificates is None else certificates,
    )
    return Reply(200)


async def restore_subject_limits(call: Call) -> Reply:
    """`DELETE /testdata/limits/subject/certificate`."""
    call.sandbox.certificates.limits.pop(_subject(call), None)
    return Reply(200)


def _subject(call: Call) -> Subject:
    """Who has logged in; the owner of the context where the credential does not tell."""
    return call.session.subject or ("Nip", call.session.context[1].partition("-")[0])


OPERATIONS = (
    Operation("GET", "/rate-limits", rate_limits, "other", _ACCESS),
    Operation("POST", "/testdata/rate-limits", change_rate_limits, "other", _ACCESS),
    Operation("DELETE", "/testdata/rate-limits", restore_rate_limits, "other", _ACCESS),
    Operation("POST", "/testdata/rate-limits/production", production_rate_limits, "other", _ACCESS),
    Operation("GET", "/limits/context", context_limits, "other", _ACCESS),
    Operation("POST", "/testdata/limits/context/session", change_context_limits, "other", _ACCESS),
    Operation("DELETE", "/testdata/limits/context/session", restore_context_limits, "other", _ACCESS),
    Operation("GET", "/limits/subject", subject_limits, "other", _ACCESS),
    Operation("POST", "/testdata/limits/subject/certificate", change_subject_limits, "other", _ACCESS),
    Operation("DELETE", "/testdata/limits/subject/certificate", restore_subject_limits, "other", _ACCESS),
)
