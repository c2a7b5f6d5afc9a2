"""Requests as the contract describes them, right ones and wrong ones, as strategies of hypothesis."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from tests.sandbox import contract

Schema = dict[str, Any]
Json = Any

_INSTANTS = (
    "2026-03-25T00:00:00Z",
    "2026-03-30T12:00:00.1234567+02:00",
    "2026-03-31T11:00:00",
    "2027-01-01T00:00:00Z",
)
HEADERS = st.from_regex(r"[0-9A-Za-z+/={}:]{1,50}", fullmatch=True)
"""The contract has only strings without bounds in headers; HTTP does not take them all."""
_LONGEST = 60
"""Strings without a bound of their own are not longer; the contract's longest is within reach of wrong ones alone."""


@dataclass(frozen=True)
class Operation:
    """One operation of the contract."""

    method: str
    path: str
    parameters: Sequence[Schema]
    body: Schema | None

    @property
    def name(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Request:
    """One request."""

    path: str
    query: dict[str, Any]
    headers: dict[str, str]
    body: Json


def operations() -> Iterator[Operation]:
    """Every operation whose body, if any, is JSON."""
    for path, methods in contract.document()["paths"].items():
        for method, described in methods.items():
            content = described.get("requestBody", {}).get("content", {})
            if not content or "application/json" in content:
                body = content["application/json"]["schema"] if content else None
                yield Operation(method.upper(), path, described.get("parameters", ()), body)


def requests(operation: Operation, known: Sequence[str]) -> st.SearchStrategy[Request]:
    """Requests that agree with the contract; texts are often among the known ones, to meet what is there."""
    places = {each["name"]: each for each in operation.parameters}
    fields = {
        name: HEADERS if each["in"] == "header" else values(each["schema"], known)
        for name, each in places.items()
    }
    required = {name for name, each in places.items() if each.get("required")}
    drawn = _mapping(fields, required)
    bodies = st.none() if operation.body is None else values(operation.body, known)
    return st.builds(lambda given, body: _request(operation.path, places, given, body), drawn, bodies)


def _request(path: str, places: dict[str, Schema], given: dict[str, Json], body: Json) -> Request:
    query: dict[str, Any] = {}
    headers: dict[str, str] = {}
    for name, value in given.items():
        if places[name]["in"] == "path":
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        elif places[name]["in"] == "query":
            query[name] = value
        else:
            headers[name] = str(value)
    return Request(path, query, headers, body)


def values(schema: Schema, known: Sequence[str]) -> st.SearchStrategy[Json]:
    """What a schema allows."""
    if "$ref" in schema:
        return values(resolved(schema), known)
    if "anyOf" in schema:
        return st.one_of([values(each, known) for each in schema["anyOf"]])
    if "allOf" in schema:
        return values(schema["allOf"][0], known)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type", "object")
    if kind == "object":
        return _objects(schema, known)
    if kind == "array":
        most = min(schema.get("maxItems", 4), 4)
        return st.lists(values(schema["items"], known), min_size=schema.get("minItems", 0), max_size=most)
    if kind == "string":
        return _strings(schema, known)
    if kind == "integer":
        return st.integers(schema.get("minimum", 1), schema.get("maximum", 2**31 - 1))
    if kind == "number":
        return st.floats(-1e9, 1e9, allow_nan=False)
    return {"boolean": st.booleans(), "null": st.none()}[kind]


def resolved(schema: Schema) -> Schema:
    """The schema behind a reference."""
    found: Any = contract.document()
    for step in schema["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def _objects(schema: Schema, known: Sequence[str]) -> st.SearchStrategy[Json]:
    fields = {name: values(each, known) for name, each in schema.get("properties", {}).items()}
    return _mapping(fields, set(schema.get("required", ())))


def _mapping(
    fields: dict[str, st.SearchStrategy[Json]], required: set[str]
) -> st.SearchStrategy[dict[str, Json]]:
    """Required fields and some of the others."""
    return st.fixed_dictionaries(
        {name: each for name, each in fields.items() if name in required},
        optional={name: each for name, each in fields.items() if name not in required},
    )


def _strings(schema: Schema, known: Sequence[str]) -> st.SearchStrategy[str]:
    form = schema.get("format")
    if form == "date-time":
        return st.sampled_from(_INSTANTS)
    if form == "date":
        return st.dates().map(str)
    if form == "byte":
        return st.binary(min_size=16, max_size=300).map(_base64)
    least, most = schema.get("minLength", 0), schema.get("maxLength", _LONGEST)
    pattern = re.compile(schema.get("pattern", ""))
    fitting = [text for text in known if least <= len(text) <= most and pattern.search(text)]
    made = _texts(least, most) if "pattern" not in schema else st.from_regex(pattern, fullmatch=True)
    made = made.filter(lambda text: least <= len(text) <= most)
    return st.one_of(st.sampled_from(fitting), made) if fitting else made


def _texts(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(codec="utf-8"), min_size=least, max_size=max(least, min(most, _LONGEST)))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


_WRONG: tuple[Json, ...] = (None, True, -1, "", "\x00", "ą" * 5000, [None], {"type": "Nonsense"})


def spoilings(body: Json) -> Iterator[Json]:
    """Copies of a body, each with one thing replaced by what is hardly right there, or left out."""
    yield from _WRONG
    if not isinstance(body, dict | list):
        return
    for spot in list(body) if isinstance(body, dict) else range(len(body)):
        rest = body.copy()
        value = rest.pop(spot)
        yield rest
        for wrong in spoilings(value):
            changed = body.copy()
            changed[spot] = wrong
            yield changed


def strange(operation: Operation) -> st.SearchStrategy[Request]:
    """Requests whose parameters are anything that a client in error might put there."""
    texts = st.one_of(
        st.sampled_from(["-1", "0", "99999999999999999999", "1.5", "true", "null", "%00", "'", "Ą" * 40]),
        st.text(st.characters(codec="utf-8", exclude_characters="./?#"), min_size=1, max_size=50),
        st.text("0123456789ABCDEF-", min_size=36, max_size=36),
    )
    places = {each["name"]: each for each in operation.parameters}
    drawn = st.fixed_dictionaries(
        {name: HEADERS if each["in"] == "header" else texts for name, each in places.items()}
    )
    return drawn.map(lambda given: _request(operation.path, places, given, None))
