"""Judges answers by the official contract, where the folder with it is present."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
from referencing import Registry
from referencing.jsonschema import DRAFT202012

SHARED = Path(__file__).parents[2].parent / "shared"
_CONTRACT = SHARED / "ksef" / "open-api-2.9.json"
_URI = "urn:ksef"


def present() -> bool:
    """The contract is there to judge by."""
    return _CONTRACT.is_file()


def check(response: httpx.Response, prefix: str) -> None:
    """Compare an answer with the contract: the status is documented and the body has its shape.

    Answers outside the API's prefix (package parts, the sandbox's own pages) are not judged.
    """
    path = response.request.url.path
    if not present() or not path.startswith(prefix):
        return
    operation = _operation(response.request.method, path.removeprefix(prefix))
    if operation is None:
        assert response.status_code in (404, 405), path
        return
    documented = operation["responses"]
    status = str(response.status_code)
    assert status in documented, f"{response.request.method} {path} answers {status}, not in the contract"
    shapes = documented[status].get("content", {})
    if not shapes:
        assert response.content == b""
        return
    media = response.headers["content-type"].partition(";")[0]
    assert media in shapes, f"{media} for {status} of {path}"
    if media.endswith("json"):
        _validator(json.dumps(shapes[media]["schema"])).validate(response.json())
    for header in documented[status].get("headers", {}):
        assert header == "X-System-Warning" or header in response.headers, header


def agrees(value: Any, schema: dict[str, Any]) -> bool:
    """A value has the shape that a schema of the contract describes."""
    return bool(_validator(json.dumps(schema)).is_valid(value))


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The contract in the words of JSON Schema."""
    document = json.loads(_CONTRACT.read_text(encoding="utf-8"))
    adapted: dict[str, Any] = _nullable(document)
    return adapted


def _nullable(value: Any) -> Any:
    """OpenAPI 3.0's `nullable` in the words of JSON Schema."""
    if isinstance(value, list):
        return [_nullable(item) for item in value]
    if not isinstance(value, dict):
        return value
    plain = {key: _nullable(item) for key, item in value.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if value.get("nullable") is True else plain


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    paths = document()["paths"]
    ordered = sorted(paths, key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), paths[path]) for path in ordered]


def _operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, operations in _patterns():
        if pattern.fullmatch(path):
            found: dict[str, Any] | None = operations.get(method.lower())
            return found
    return None


@lru_cache(maxsize=64)
def _validator(schema: str) -> Any:
    registry: Registry[Any] = Registry().with_resource(_URI, DRAFT202012.create_resource(document()))
    absolute = json.loads(schema.replace('"#/', f'"{_URI}#/'))
    return jsonschema.Draft202012Validator(absolute, registry=registry)
