"""Bytes of an invoice become one exact model.Invoice."""

from __future__ import annotations

from blink_tui.invoices.errors import UNKNOWN_FORM
from blink_tui.invoices.fa3 import read_fa3
from blink_tui.invoices.xml import child, local, parse
from blink_tui.model.errors import BlinkError
from blink_tui.model.invoice import Invoice

_READERS = {"FA (3)": read_fa3}
"""System code of a form → its reader."""


def read_invoice(xml: bytes) -> Invoice:
    """One invoice out of its bytes as KSeF keeps them.

    Raises BlinkError: invoice-unreadable when the bytes are no plain XML or a field does not convert,
    invoice-form-unknown when no reader is there for its form.
    """
    root = parse(xml)
    code = child(child(root, "Naglowek"), "KodFormularza")
    form = code.get("kodSystemowy", "") if code is not None else local(root)
    reader = _READERS.get(form)
    if reader is None:
        raise BlinkError(UNKNOWN_FORM, form=form)
    return reader(root, form)
