"""What holds a secret does not print it: every field of that name is a `Secret`, or is left out of its class's repr."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "blink_tui"
SECRET = re.compile(r"(\w+_)?(token|password|passphrase|secret|bearer|refresh)s?")
NO_SECRETS = {"continuation_token"}
"""Where a list goes on: of use to nobody without a bearer."""


def printing_fields(source: str) -> Iterator[str]:
    """Fields of classes with a secret's name and a printable type."""
    if not re.search(rf"^ +({SECRET.pattern}|key) *:", source, re.MULTILINE):
        return
    for made in ast.walk(ast.parse(source)):
        if not isinstance(made, ast.ClassDef):
            continue
        if any(isinstance(part, ast.FunctionDef) and part.name == "__repr__" for part in made.body):
            continue
        for part in made.body:
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                name, kind = part.target.id, ast.unparse(part.annotation)
                plain = re.search(r"\b(str|bytes)\b", kind) is not None and "Secret" not in kind
                secret = SECRET.fullmatch(name) or (name == "key" and "bytes" in kind)
                hidden = part.value is not None and "repr=False" in ast.unparse(part.value)
                if plain and secret and not hidden and name not in NO_SECRETS:
                    yield f"{made.name}.{name}"


def test_no_class_prints_a_secret() -> None:
    files = [file for file in PACKAGE.rglob("*.py") if "sandbox" not in file.parts]
    found = {name for file in files for name in printing_fields(file.read_text(encoding="utf-8"))}
    assert found == set()


def test_a_printing_field_is_noticed() -> None:
    assert list(printing_fields("class A:\n    key: bytes\n    key_name: str\n    api_token: str | None = None")) == [
        "A.key", "A.api_token",
    ]  # fmt: skip
    assert not list(printing_fields("class A:\n    key: bytes = field(repr=False)\n    token: Secret"))


def test_certificates_are_verified_wherever_anything_is_sent() -> None:
    """The one that looks at a refused certificate shakes hands and sends nothing."""
    switched_off = re.compile(r"CERT_NONE|check_hostname *= *False|verify *= *False|_unverified_context")
    found = {
        str(file.relative_to(PACKAGE))
        for file in PACKAGE.rglob("*.py")
        if switched_off.search(file.read_text(encoding="utf-8"))
    }
    assert found == {"ksef/handshake.py"}
