"""Bytes of an invoice become one exact model.Invoice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from lxml import etree

from blink_tui.invoices.errors import UNKNOWN_FORM, UNREADABLE
from blink_tui.invoices.fa import FA, FA_HEAD, FA_OUTLINE
from blink_tui.invoices.fa_rr import FA_RR, FA_RR_HEAD, FA_RR_OUTLINE
from blink_tui.invoices.pef import PEF, PEF_KOR
from blink_tui.invoices.pef_parties import NAMESPACES, is_ubl
from blink_tui.invoices.tables import Record, reader
from blink_tui.invoices.xml import name_of, parse, told
from blink_tui.model.errors import BlinkError
from blink_tui.model.invoice import Invoice
from blink_tui.model.text import clean

__all__ = ["UNKNOWN_FORM", "UNREADABLE", "Depth", "read_invoice"]


class Depth(IntEnum):
    """How much of an invoice is read, from little to all; what is not read stays empty in the Invoice."""

    HEADER = 1
    """Form, parties without addresses, number, dates (of rows, too), marks, VAT table and total."""
    OUTLINE = 2
    """What ledgers ask for that take no rows: also seats, rates, payment, what it corrects, a little of each row."""
    WHOLE = 3
    """And what nothing was read of is told (`unread`)."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How a form is read, and the versions of its schema that are known."""

    tables: Mapping[Depth, Record]
    versions: frozenset[str]


_FA = {Depth.HEADER: FA_HEAD, Depth.OUTLINE: FA_OUTLINE, Depth.WHOLE: FA}
_FA_RR = {Depth.HEADER: FA_RR_HEAD, Depth.OUTLINE: FA_RR_OUTLINE, Depth.WHOLE: FA_RR}
_FORMS = {
    "FA (3)": _Form(_FA, frozenset({"1-0E"})),
    "FA (2)": _Form(_FA, frozenset({"1-0E"})),
    "FA_RR (1)": _Form(_FA_RR, frozenset({"1-0E", "1-1E"})),
}
"""System code of a form → its tables."""
_LONGEST_NAME = 40
_UBL = {"Invoice": PEF, "CreditNote": PEF_KOR}


def read_invoice(xml: bytes, depth: Depth = Depth.WHOLE) -> Invoice:
    """One invoice out of its bytes as KSeF keeps them; a PEF document is always read whole.

    A newer version of a known form's schema is read and marked (`newer_schema`).
    Raises BlinkError: invoice-unreadable when the bytes are no plain XML or a field does not convert,
    invoice-form-unknown when no reader is there for its form; of the fields that it looks at.
    """
    root = parse(xml)
    namespace, local = name_of(root)
    if (kind := is_ubl(root)) is not None:
        return _filled(_UBL[kind], root, (namespace, *NAMESPACES))
    code, version = _form_code(root)
    form = _FORMS.get(code)
    if form is None:
        raise BlinkError(UNKNOWN_FORM, form=clean(code or local)[:_LONGEST_NAME])
    table = form.tables[depth]
    invoice: Invoice = (
        _filled(table, root, (namespace,)) if depth is Depth.WHOLE else reader(table, (namespace,))(root, [])
    )
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
