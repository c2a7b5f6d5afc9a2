"""The list of Peppol service providers, all invented."""

from __future__ import annotations

from blink_tui.sandbox.calls import Call, Reply, json_reply
from blink_tui.sandbox.paging import numbered_page

_PROVIDERS = (
    ("PPL000003", "Skrzynka Wymiany Dokumentów", "2026-02-03T09:15:00.000000+00:00"),
    ("PPL000002", "Most Peppol", "2025-11-20T07:30:00.000000+00:00"),
    ("PPL000001", "Dostawca Próbny", "2025-07-11T12:23:56.015430+00:00"),
)
"""Newest first, as the contract sorts them."""


async def peppol_providers(call: Call) -> Reply:
    """`GET /peppol/query`."""
    page, more = numbered_page(call, _PROVIDERS)
    told = [{"id": number, "name": name, "dateCreated": created} for number, name, created in page]
    return json_reply({"peppolProviders": told, "hasMore": more})
