"""Bytes of an invoice become one exact model.Invoice."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lxml import etree

from blink_tui.invoices.errors import UNKNOWN_FORM, UNREADABLE
from blink_tui.invoices.fa import FA, FA_HEAD
from blink_tui.invoices.fa_rr import FA_RR, FA_RR_HEAD
from blink_tui.invoices.pef import PEF, PEF_KOR
from blink_tui.invoices.pef_parties import NAMESPACES, is_ubl
from blink_tui.invoices.tables import Record, reader
from blink_tui.invoices.xml import name_of, parse, told
from blink_tui.model.errors import BlinkError
from blink_tui.model.invoice import Invoice
from blink_tui.model.text import clean

__all__ = ["UNKNOWN_FORM", "UNREADABLE", "read_header", "read_invoice"]


@dataclass(frozen=True, slots=True)
class _Form:
    """How a form is read: the whole of it, its head alone, and the versions of its schema that are known."""

    whole: Record
    head: Record
    versions: frozenset[str]


_FORMS = {
    "FA (3)": _Form(FA, FA_HEAD, frozenset({"1-0E"})),
    "FA (2)": _Form(FA, FA_HEAD, frozenset({"1-0E"})),
    "FA_RR (1)": _Form(FA_RR, FA_RR_HEAD, frozenset({"1-0E", "1-1E"})),
}
"""System code of a form → its tables."""
_LONGEST_NAME = 40
_UBL = {"Invoice": PEF, "CreditNote": PEF_KOR}


def read_invoice(xml: bytes) -> Invoice:
    """One invoice out of its bytes as KSeF keeps them.

    A newer version of a known form's schema is read and marked (`newer_schema`).
    Raises BlinkError: invoice-unreadable when the bytes are no plain XML or a field does not convert,
    invoice-form-unknown when no reader is there for its form.
    """
    return _read(parse(xml), whole=True)


def read_header(xml: bytes) -> Invoice:
    """Form, parties, number, dates, marks, VAT table and total alone; the rest of the Invoice stays empty.

    Of a PEF document all is read. Raises as `read_invoice` does, for the fields it looks at.
    """
    return _read(parse(xml), whole=False)


def _read(root: etree._Element, *, whole: bool) -> Invoice:
    namespace, local = name_of(root)
    if (kind := is_ubl(root)) is not None:
        return _filled(_UBL[kind], root, (namespace, *NAMESPACES))
    code, version = _form_code(root)
    form = _FORMS.get(code)
    if form is None:
        raise BlinkError(UNKNOWN_FORM, form=clean(code or local)[:_LONGEST_NAME])
    if not whole:
        head: Invoice = reader(form.head, (namespace,))(root, [])
        return head if version in form.versions else replace(head, newer_schema=True)
    invoice = _filled(form.whole, root, (namespace,))
    return invoice if version in form.versions else replace(invoice, newer_schema=True)


def _filled(record: Record, root: etree._Element, namespaces: tuple[str, ...]) -> Invoice:
    unread: list[etree._Element] = []
    invoice: Invoice = reader(record, namespaces)(root, unread)
    return replace(invoice, unread=tuple(told(unread))) if unread else invoice


def _form_code(root: etree._Element) -> tuple[str, str]:
    """System code of the form and version of its schema, out of Naglowek/KodFormularza; empty when missing."""
    for header in root:
        if name_of(header)[1] == "Naglowek":
            for field in header:
                if name_of(field)[1] == "KodFormularza":
                    return field.get("kodSystemowy", ""), field.get("wersjaSchemy", "")
    return "", ""
