"""Files are judged by schemas that lie here, with what these include, and nothing is fetched."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from blink_tui.ledger.schema_check import validated
from tests.ledger.jpk import refused

_SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:types" targetNamespace="urn:a"
 elementFormDefault="qualified"><xs:import namespace="urn:types" schemaLocation="{place}"/>
<xs:element name="a"><xs:complexType><xs:sequence>
<xs:element name="b" type="t:digit" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element></xs:schema>"""
_TYPES = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:types">
<xs:simpleType name="digit"><xs:restriction base="xs:integer"><xs:maxInclusive value="9"/></xs:restriction>
</xs:simpleType></xs:schema>"""


def schema(folder: Path, place: str, types: str = "types.xsd") -> Path:
    (folder / types).parent.mkdir(exist_ok=True)
    (folder / types).write_text(_TYPES)
    path = folder / "a.xsd"
    path.write_text(_SCHEMA.format(place=place))
    return path


@pytest.mark.parametrize(
    ("place", "types"),
    [
        ("types.xsd", "types.xsd"), ("http://example.invalid/x/types.xsd", "types.xsd"),
        ("http://example.invalid/types.xsd", "bazowe/types.xsd"),
    ],
)  # fmt: skip
def test_what_a_schema_names_is_found_beside_it(tmp_path: Path, place: str, types: str) -> None:
    path = schema(tmp_path, place, types)
    assert validated(io.BytesIO(b'<a xmlns="urn:a"><b>7</b></a>'), path) == []
    (problem,) = validated(io.BytesIO(b'<a xmlns="urn:a"><b>17</b></a>'), path)
    assert "17" in problem


def test_a_file_of_the_disk_is_judged_as_well(tmp_path: Path) -> None:
    path = schema(tmp_path, "types.xsd")
    xml = tmp_path / "a.xml"
    xml.write_text('<a xmlns="urn:a"/>')
    assert validated(xml, path)
    xml.write_text('<a xmlns="urn:a"><b>1</b></a>')
    assert validated(xml, path) == []


def test_half_a_file_and_other_forms_are_told(tmp_path: Path) -> None:
    path = schema(tmp_path, "types.xsd")
    assert validated(io.BytesIO(b'<a xmlns="urn:a"><b>7</b>'), path)
    assert validated(io.BytesIO(b"<other/>"), path)


def test_many_objections_are_told_once_each_and_not_for_ever(tmp_path: Path) -> None:
    path = schema(tmp_path, "types.xsd")
    same = b'<a xmlns="urn:a">' + b"<b>17</b>" * 9 + b"</a>"
    assert len(validated(io.BytesIO(same), path)) == 1
    other = b'<a xmlns="urn:a">' + b"".join(b"<b>%d</b>" % number for number in range(10, 90)) + b"</a>"
    assert len(validated(io.BytesIO(other), path)) == 20


def test_a_schema_that_is_none_or_lacks_a_part_is_refused(tmp_path: Path) -> None:
    with refused("schema-unreadable"):
        validated(io.BytesIO(b"<a/>"), tmp_path / "none.xsd")
    path = schema(tmp_path, "http://example.invalid/other.xsd")
    with refused("schema-unreadable") as error:
        validated(io.BytesIO(b"<a/>"), path)
    assert "a.xsd" in str(error.value)
    path.write_text("<a/>")
    with refused("schema-unreadable"):
        validated(io.BytesIO(b"<a/>"), path)
