"""A scenario file: settings of the sandbox and the faults with which it starts, in TOML."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import msgspec

from blink_tui.sandbox.faults import Fault
from blink_tui.sandbox.options import SandboxOptions, UnusableOptionsError

_OF_THE_PROCESS = frozenset(
    {"port", "json", "exit_with_parent", "log", "scenario", "tls_host", "tls_cert", "tls_key", "tls_dir"}
)
"""Settings that belong to the command line alone."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    sandbox: dict[str, Any] = {}
    """Settings by the names of `SandboxOptions`."""
    fault: list[Fault] = []


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """What a file asks for."""

    options: SandboxOptions
    faults: tuple[Fault, ...]


def read_scenario(file: Path, options: SandboxOptions) -> ScenarioFile:
    """The faults of a file, and the options with its settings in place.

    Raises OSError and UnusableOptionsError.
    """
    try:
        content = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _File)
        return ScenarioFile(_with_settings(options, content.sandbox), tuple(content.fault))
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise UnusableOptionsError(f"{file}: {error}") from error


def _with_settings(options: SandboxOptions, settings: dict[str, Any]) -> SandboxOptions:
    allowed = {field.name for field in fields(SandboxOptions)} - _OF_THE_PROCESS
    unknown = set(settings) - allowed
    if unknown:
        raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")
    checked = msgspec.convert(settings, SandboxOptions, dec_hook=_path)
    return replace(options, **{name: getattr(checked, name) for name in settings})


def _path(kind: type, value: Any) -> Any:
    """Folders are written as text."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(f"cannot read {value!r}")
