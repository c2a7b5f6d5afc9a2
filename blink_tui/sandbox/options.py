"""What a sandbox is told before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal


class UnusableOptionsError(Exception):
    """Settings that make no sense; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """Settings of one sandbox; times are seconds, sizes bytes.

    Documents come from the first of `invoices`, `demo`, or the generator (`seed`, `documents`, `firms`).
    """

    port: int = 0
    """Port on the loopback interface; 0 takes a free one."""
    invoices: Path | None = None
    """Folder of invoice XML (searched recursively); every NIP that is a party becomes a firm."""
    demo: bool = False
    """Seed from the shipped demo scenario: one office and its clients."""
    as_of: date | None = None
    """UTC day before whose start all documents were stored; None is the day of starting."""
    seed: int = 1
    """Numbers, tokens and generated invoices follow from it."""
    documents: int = 200
    """How many invoices the generator makes."""
    firms: int = 3
    """How many firms share the generated invoices."""
    sales: float = 0.45
    """Share of generated invoices that the firms issue; with 0 all are their purchases."""
    json: bool = False
    """Announce the firms as one line of JSON instead of a table."""
    scenario: Path | None = None
    """Scenario file whose settings go before all others and whose faults are in force from the start."""
    tls_host: str | None = None
    """Answer with TLS under this name, which callers must resolve to the loopback address."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    """Certificate chain and key in PEM."""
    tls_dir: Path | None = None
    """Folder for a self-made certificate and its authority (`ca.pem`), where none is given."""
    log: Path | None = None
    """File to whose end every request goes as a line of JSON."""
    exit_with_parent: bool = False
    """End when standard input ends, as it does when the parent process dies."""
    limits: bool = True
    """Hold callers to the documented request limits (PROTOCOL 5)."""
    clock: datetime | None = None
    """Instant at which the clock of `serve` stands still until it is moved; None is the machine's clock."""
    hwm_lag: float = 120.0
    """How far the high-water mark stays behind now, at least."""
    hwm_step: float = 0.0
    """The mark advances in leaps of this length; 0 is smoothly."""
    retention: float = 10 * 365 * 86_400.0
    """How long a document is kept after its storage; afterwards it is gone (410)."""
    bounds: Literal["[]", "[)", "(]", "()"] = "[]"
    """Whether `from` and `to` of a date range are themselves inside it, as mathematicians write it."""
    api: Literal["2.6", "2.9"] = "2.9"
    """Version of the server whose shapes and rules are given (PROTOCOL 7)."""
    latarnia: Literal["AVAILABLE", "MAINTENANCE", "FAILURE", "TOTAL_FAILURE"] = "AVAILABLE"
    """How Latarnia says that KSeF is."""
    digits: Literal[6, 7] = 6
    """Fractional digits of instants in answers."""
    package_digits: Literal[6, 7] = 7
    """Fractional digits of instants in `_metadata.json` of packages."""
    truncate_after: int = 10_000
    """Rows after which a metadata query is truncated."""
    max_package: int = 10_000
    """Invoices after which an export package is truncated."""
    part_size: int = 50_000_000
    """Largest plain part of a package."""
    auth_delay: float = 0.5
    """How long a login stays at status 100."""
    token_delay: float = 1.0
    """How long a new KSeF token stays pending."""
    certificate_delay: float = 1.0
    """How long a request for a certificate stays at status 100."""
    self_signed: bool = True
    """Log in with self-made certificates, too, as on the environment TEST."""
    export_delay: float = 1.0
    """How long an export stays at status 100, at least."""
    processing_delay: float = 0.5
    """How long a sent invoice is under way until it has its number and is stored."""
    link_life: float = 3_600.0
    """How long the link of a package part is good."""
    package_life: float = 3 * 86_400.0
    """How long a package can be downloaded; afterwards its export has status 210."""
