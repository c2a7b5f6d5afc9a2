"""Collective identifiers made in a sandbox, as somebody else's program makes them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from blink_tui.model.values import CollectiveNumber, KsefNumber, crc8
from blink_tui.sandbox import RunningSandbox
from blink_tui.sandbox.collective import Member, Payment


def fake_number(seller: str, place: int) -> KsefNumber:
    """A number of an invoice that nobody holds."""
    body = f"{seller}-20261101-{place:012X}"
    return KsefNumber(f"{body}-{crc8(body.encode()):02X}")


def make(
    sandbox: RunningSandbox,
    nip: str,
    numbers: Sequence[str],
    amount: float | None = None,
    description: str | None = None,
) -> CollectiveNumber:
    """An identifier over invoices, made now in a firm's context, with the same details on each."""
    payment = None if amount is None else Payment(amount, "PLN")
    members = [Member(number, payment, description) for number in numbers]
    state = sandbox.state
    unique = secrets.token_hex(6).upper()
    return CollectiveNumber(state.collective.add(("Nip", nip), members, state.clock.now(), unique).number)
