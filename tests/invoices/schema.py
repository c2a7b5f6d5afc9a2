"""Documents written from a schema: every element that it allows, each with a value of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path

from lxml import etree

_XS = "{http://www.w3.org/2001/XMLSchema}"
_BRANCHES = 4
"""Documents of a schema: in the n-th every choice takes its n-th branch, the last one where it has fewer."""
_NUMBERS = frozenset({"decimal", "integer", "nonNegativeInteger", "positiveInteger", "int", "long"})


def whole_documents(schema: Path, *beside: Path, deepest: int = 30) -> Iterator[bytes]:
    """Documents that together hold every element of a schema down to a depth; what may repeat comes twice."""
    trees = [etree.parse(path).getroot() for path in (schema, *beside)]
    root = next(trees[0].iterfind(f"{_XS}element"))
    for branch in range(_BRANCHES):
        writer = _Writer(trees, branch, deepest)
        yield etree.tostring(writer.element(root, 1), xml_declaration=True, encoding="UTF-8")


@dataclass
class _Writer:
    """Writes one document; values never repeat but where the schema lists them."""

    trees: list[etree._Element]
    branch: int
    deepest: int
    _named: dict[tuple[str, str, str], etree._Element] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1001))

    def __post_init__(self) -> None:
        for tree in self.trees:
            for node in tree:
                if isinstance(node.tag, str):
                    kind = node.tag.removeprefix(_XS)
                    self._named[kind, tree.get("targetNamespace", ""), node.get("name", "")] = node

    def element(self, declared: etree._Element, depth: int) -> etree._Element:
        """The element with all it may hold."""
        schema = declared.getroottree().getroot()
        made = etree.Element(f"{{{schema.get('targetNamespace')}}}{declared.get('name')}")
        kind = declared if declared.get("type") is None else self._type(declared, declared.get("type", ""))
        holds = (
            None
            if kind is None
            else kind
            if kind.tag == f"{_XS}complexType"
            else kind.find(f"{_XS}complexType")
        )
        if holds is None:
            made.text = self._value(declared)
        else:
            self._fill(made, holds, depth)
        return made

    def _fill(self, made: etree._Element, node: etree._Element, depth: int) -> None:
        for part in node:
            match str(part.tag).removeprefix(_XS):
                case "element":
                    self._children(made, part, depth)
                case "choice":
                    branches = [one for one in part if isinstance(one.tag, str)]
                    for _ in range(2 if part.get("maxOccurs") == "unbounded" else 1):
                        self._one(made, branches[min(self.branch, len(branches) - 1)], depth)
                case "sequence" | "complexType" | "complexContent":
                    self._fill(made, part, depth)
                case "simpleContent":
                    self._simple(made, part[0], depth)
                case "extension" | "restriction":
                    base = self._type(part, part.get("base", ""))
                    if base is not None and base.tag == f"{_XS}complexType":
                        self._fill(made, base, depth)
                    self._fill(made, part, depth)
                case "attribute":
                    fixed = part.get("fixed") or part.get("default")
                    made.set(part.get("name", ""), fixed or f"a{next(self._numbers)}")

    def _one(self, made: etree._Element, part: etree._Element, depth: int) -> None:
        """A branch of a choice: an element, or a group of them."""
        if part.tag == f"{_XS}element":
            self._children(made, part, depth)
        else:
            holder = etree.Element("holder")
            holder.extend(made)
            self._fill(holder, part, depth)
            made.extend(holder)

    def _simple(self, made: etree._Element, part: etree._Element, depth: int) -> None:
        made.text = self._value(part)
        self._fill(made, part, depth)

    def _children(self, made: etree._Element, part: etree._Element, depth: int) -> None:
        if depth >= self.deepest:
            return
        declared = part
        if part.get("ref"):
            found = self._find("element", part, part.get("ref", ""))
            if found is None:
                return
            declared = found
        for _ in range(1 if part.get("maxOccurs", "1") == "1" else 2):
            made.append(self.element(declared, depth + 1))

    def _find(self, kind: str, node: etree._Element, name: str) -> etree._Element | None:
        prefix, _, local = name.rpartition(":")
        namespace = node.nsmap.get(prefix or None, "")
        return self._named.get((kind, namespace, local))

    def _type(self, node: etree._Element, name: str) -> etree._Element | None:
        found = self._find("complexType", node, name)
        return found if found is not None else self._find("simpleType", node, name)

    def _value(self, node: etree._Element) -> str:
        """A value of the element's or type's own simple type, by what that is built on."""
        listed = [str(one.get("value")) for one in node.iterfind(f".//{_XS}enumeration")]
        if listed:
            return listed[self.branch % len(listed)]
        own = node.get("type") or node.get("base")
        derived = next(node.iter(f"{_XS}restriction", f"{_XS}extension"), None)
        source = node if own or derived is None else derived
        base = own or source.get("base")
        if base is None:
            return f"t{next(self._numbers)}"
        found = self._type(source, base)
        return self._plain(base.rpartition(":")[2]) if found is None else self._value(found)

    def _plain(self, kind: str) -> str:
        number = next(self._numbers)
        if kind in _NUMBERS:
            return str(number)
        if kind == "date":
            return (date(2000, 1, 1) + timedelta(days=number)).isoformat()
        if kind == "dateTime":
            return f"{date(2000, 1, 1) + timedelta(days=number)}T10:00:00Z"
        if kind == "boolean":
            return "true"
        return f"t{number}"
