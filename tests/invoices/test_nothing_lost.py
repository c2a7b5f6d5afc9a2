"""No element with text, and no attribute with meaning, is lost on the way from XML to model."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from blink_tui.invoices import read_invoice
from blink_tui.model.errors import BlinkError
from blink_tui.model.invoice import Invoice, InvoiceParty
from tests.invoices.samples import named, sample_files

NOT_CARRIED = {
    "KodFormularza": "repeats what its attributes say",
    "WariantFormularza": "repeats the form's number",
    "P_19N": "says that P_19 is absent",
    "P_22N": "says that P_22 is absent",
    "P_PMarzyN": "says that P_PMarzy is absent",
    "NrKSeF": "says that the KSeF number follows",
    "NrKSeFZN": "says that the KSeF number of the advance is absent",
    "RolaInna": "says that OpisRoli follows",
    "PlatnoscInna": "says that OpisPlatnosci follows",
    "TransportInny": "says that OpisInnegoTransportu follows",
    "LadunekInny": "says that OpisInnegoLadunku follows",
    "TaxScheme/ID": "says VAT; anything else is carried with the party's number",
    "@currencyID": "repeats DocumentCurrencyCode; of TaxAmount, where it may differ, it is carried",
    "@schemaLocation": "says where the issuer kept a schema",
}
"""Tags and attributes that no field holds, and why that loses nothing: no amount, date, number, party or account."""

_FILES = sample_files()
_files = pytest.mark.parametrize("path", _FILES, ids=named)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)Z?", re.ASCII)


def test_the_table_stays_short() -> None:
    assert len(NOT_CARRIED) <= 20


def test_there_are_samples() -> None:
    assert _FILES


@_files
def test_every_value_of_the_xml_is_found_in_the_model(path: Path) -> None:
    """Counted: a value that the XML has three times stands in the model at least three times."""
    root = etree.fromstring(path.read_bytes())
    carried = Counter(_key(value) for value in _leaves(read_invoice(path.read_bytes())))
    lost = []
    for name, value in ((name, value) for _, name, value in _written(root)):
        if carried[_key(value)] == 0:
            lost.append((name, value))
        carried[_key(value)] -= 1
    assert lost == []


@_files
def test_nothing_is_left_unread(path: Path) -> None:
    assert read_invoice(path.read_bytes()).unread == ()


@_files
def test_every_value_of_the_xml_changes_the_model(path: Path) -> None:
    """No value is found by accident: another one in its place gives another invoice, or none."""
    root = etree.fromstring(path.read_bytes())
    original = read_invoice(path.read_bytes())
    unnoticed = [name for name in _changed_one_by_one(root) if _read(root) == original]
    assert unnoticed == []


@_files
def test_sums_agree_with_the_xml(path: Path) -> None:
    """The model's amounts against sums made of the XML alone."""
    root = etree.fromstring(path.read_bytes())
    invoice = read_invoice(path.read_bytes())
    if (root.tag.rpartition("}")[2]) in ("Invoice", "CreditNote"):
        pytest.skip("PEF has its own test")
    assert invoice.net == _sum(root, r"P_13_\d+(_\d)?|P_11_1")
    assert invoice.vat == _sum(root, r"P_14_\d+|P_11_2")
    assert invoice.total == _sum(root, r"P_15|P_12_1")
    rows = [line.net for line in invoice.lines if line.net is not None]
    in_xml = _sum(root, r"P_11" if invoice.form != "FA_RR (1)" else r"P_8")
    assert sum(rows, Decimal(0)) == in_xml
    gross = [line.gross for line in invoice.lines if line.gross is not None]
    assert sum(gross, Decimal(0)) == _sum(root, r"P_11A" if invoice.form != "FA_RR (1)" else r"P_11")


def _sum(root: etree._Element, pattern: str) -> Decimal:
    return sum(
        (
            Decimal(element.text)
            for element in root.iter("{*}*")
            if element.text and re.fullmatch(pattern, element.tag.rpartition("}")[2])
        ),
        Decimal(0),
    )


def _written(root: etree._Element) -> Iterator[tuple[tuple[etree._Element, str | None], str, str]]:
    """Every element with text and every attribute: where it is, its name, its value."""
    for element in root.iter("{*}*"):
        local = element.tag.rpartition("}")[2]
        parent = element.getparent()
        above = "" if parent is None else parent.tag.rpartition("}")[2]
        if (
            (element.text or "").strip()
            and local not in NOT_CARRIED
            and f"{above}/{local}" not in NOT_CARRIED
        ):
            yield (element, None), local, str(element.text).strip()
        for attribute, value in element.attrib.items():
            name = "@" + str(attribute).rpartition("}")[2]
            if name not in NOT_CARRIED:
                yield (element, str(attribute)), local + name, str(value).strip()


def _changed_one_by_one(root: etree._Element) -> Iterator[str]:
    """Names of the values, each while it is changed in the tree."""
    for (element, attribute), name, value in list(_written(root)):
        if attribute is None:
            kept = element.text
            element.text = _another(value)
            yield name
            element.text = kept
        else:
            element.set(attribute, _another(value))
            yield name
            element.set(attribute, value)


def _another(value: str) -> str:
    """A value of the same shape: another last digit, another truth, another word."""
    if value in ("true", "false"):
        return "true" if value == "false" else "false"
    digits = list(re.finditer(r"\d", value))
    if not digits:
        return value + "x"
    last = digits[-1]
    other = int(last[0]) - 1 if last[0] != "0" else 1
    return f"{value[: last.start()]}{other}{value[last.end() :]}"


def _read(root: etree._Element) -> Invoice | BlinkError:
    try:
        return read_invoice(etree.tostring(root))
    except BlinkError as error:
        return error


def _leaves(value: Any) -> Iterator[Any]:
    """Every plain value in a tree of dataclasses and tuples."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _leaves(getattr(value, field.name))
        if isinstance(value, InvoiceParty):
            yield from (value.tax_prefix + value.nip,) if value.tax_prefix and value.nip else ()
            yield from (value.eu_country + value.vat_ue,) if value.eu_country and value.vat_ue else ()
    elif isinstance(value, tuple):
        for part in value:
            yield from _leaves(part)
    elif value is not None:
        yield value


def _key(value: Any) -> str:
    """One spelling of a value: `1.00` is `1`, true is `1`, a day is its ISO text."""
    if isinstance(value, bool) or value in ("true", "false"):
        return "1" if value in (True, "true") else "2"
    text = value.isoformat() if isinstance(value, date) else str(value)
    if _NUMBER.fullmatch(text):
        return f"{Decimal(text).normalize():f}"
    day = _DAY.fullmatch(text)
    return day[1] if day else text
