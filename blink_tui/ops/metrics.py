"""Metrics of a profile for Prometheus: one text file a profile, which node_exporter picks up (textfile collector).

Aggregates over firms, so that the file stays small and names nobody; firms by NIP only where that was switched on. What
is written is described in docs/watching.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from blink_tui.buffer.chores import ChoreState
from blink_tui.buffer.counters import Counted
from blink_tui.i18n import N_
from blink_tui.model.dates import Instant, datetime_of
from blink_tui.model.documents import Status
from blink_tui.model.durable import replacing
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import CredentialState
from blink_tui.model.modes import open_public
from blink_tui.model.outages import SystemState
from blink_tui.model.settings import METRICS_FOLDER, METRICS_NIPS, WATCH_COMPLETE_WITHIN
from blink_tui.ops.backup import Backup, last_made
from blink_tui.ops.chores import Chore, Surroundings
from blink_tui.ops.lateness import REASONS, Lateness, lateness_of
from blink_tui.sync.expiry import expiry_of, today_and_tokens_end
from blink_tui.sync.files import refusals_told
from blink_tui.sync.leases import is_gone
from blink_tui.sync.remaining import RequestsLeft, requests_left, requests_made
from blink_tui.sync.standing import FirmStanding, read_facts, standings_of

if TYPE_CHECKING:
    from prometheus_client import Metric
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

NAME = "metrics"
"""Of the chore; of itself it tells nothing but by the file's moment."""
EVERY = timedelta(minutes=1)
NO_METRICS_FOLDER = ErrorKind(
    "no-metrics-folder",
    ExitCode.FAILED,
    N_(
        "There is no folder {folder} for metrics. Make it, so that node_exporter can read in it, or write none:"
        " blink config set metrics.folder none"
    ),
)
_HOUR = 3600
_LAGS = (900, _HOUR, 6 * _HOUR, 24 * _HOUR, 48 * _HOUR, 168 * _HOUR)
"""Seconds up to which firms are counted by how far behind they are."""
_DAYS = (1, 7, 14, 30, 90)
"""Days up to which credentials are counted by how long they still log in."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What metrics are made of."""

    profile: str
    version: str
    now: datetime
    states: Sequence[FirmStanding]
    lateness: Lateness
    statuses: Mapping[Status, int]
    counted: Counted
    left: Mapping[int, RequestsLeft]
    made: Mapping[str, int]
    days_left: Sequence[int]
    """Of each credential whose end is known."""
    systems: Mapping[str, SystemState]
    chores: Iterable[ChoreState]
    backup: Backup | None
    daemon: bool
    nips: bool


async def gather(around: Surroundings) -> Figures:
    """Everything that is told, by a fixed number of queries to the buffer. Raises BlinkError."""
    from importlib.metadata import version

    buffer, now = around.buffer, around.clock.now()
    firms, facts = await buffer.firms.list(), await read_facts(buffer, totals=False)
    states = await asyncio.to_thread(standings_of, facts, firms, now)
    systems = await buffer.outages.states()
    hours: int = await buffer.settings.value(WATCH_COMPLETE_WITHIN)
    today, tokens_end = await today_and_tokens_end(buffer, around.clock)
    ends = [expiry_of(one, tokens_end, today) for one in await buffer.credentials.list()]
    work = around.paths.work_folder
    return Figures(
        profile=around.paths.name,
        version=version("blink-tui"),
        now=now,
        states=states,
        lateness=await asyncio.to_thread(lateness_of, states, systems, now, timedelta(hours=hours)),
        statuses=await buffer.counters.statuses(),
        counted=await buffer.counters.counted(),
        left=await asyncio.to_thread(requests_left, work, firms, around.clock),
        made=await asyncio.to_thread(requests_made, work, around.clock),
        days_left=[end.days_left for end in ends if end is not None],
        systems=systems,
        chores=(await buffer.chores.all()).values(),
        backup=await asyncio.to_thread(last_made, around.paths),
        daemon=await buffer.presence.daemon(is_gone) is not None,
        nips=await buffer.settings.value(METRICS_NIPS) == "on",
    )


def exposition(figures: Figures) -> bytes:
    """The figures in Prometheus's text format."""
    from prometheus_client import CollectorRegistry, generate_latest

    class Told:
        def collect(self) -> Iterator[Metric]:
            return families(figures)

    registry = CollectorRegistry()
    registry.register(Told())
    return generate_latest(registry)


def families(figures: Figures) -> Iterator[Metric]:
    """The figures as metrics, each with the profile's name."""
    tell = _Teller(figures.profile)
    yield tell.gauge("blink_info", "Version of the program that wrote this.", "version", {figures.version: 1})
    yield tell.one("blink_written_timestamp_seconds", "When this file was written.", figures.now.timestamp())
    yield tell.one("blink_daemon_up", "1 where a daemon keeps the schedule of the profile.", figures.daemon)
    yield from _of_firms(tell, figures)
    yield from _of_work(tell, figures)
    yield from _of_requests(tell, figures)
    yield from _of_credentials(tell, figures)
    yield from _of_the_program(tell, figures)


class _Teller:
    """Makes metrics that all have the profile as their first label."""

    def __init__(self, profile: str) -> None:
        self._profile = profile

    def one(self, name: str, text: str, value: float) -> Metric:
        """A gauge with one value."""
        return self.gauge(name, text, "", {"": value})

    def gauge(self, name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
        """A gauge of values by one more label, or by none where that is empty."""
        from prometheus_client.core import GaugeMetricFamily

        return self._filled(GaugeMetricFamily(name, text, labels=self._labels(label)), label, values)

    def counter(self, name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
        """Numbers that only grow, likewise."""
        from prometheus_client.core import CounterMetricFamily

        return self._filled(CounterMetricFamily(name, text, labels=self._labels(label)), label, values)

    def _labels(self, label: str) -> list[str]:
        return ["profile", label] if label else ["profile"]

    def _filled(
        self, family: GaugeMetricFamily | CounterMetricFamily, label: str, values: Mapping[str, float]
    ) -> Metric:
        for of, value in values.items():
            family.add_metric([self._profile, of] if label else [self._profile], float(value))
        return family


def _of_firms(tell: _Teller, figures: Figures) -> Iterator[Metric]:
    watched = [one for one in figures.states if one.firm.enabled and not one.firm.paused and one.asked]
    late = figures.lateness.late
    yield tell.one("blink_firms", "Firms of the profile.", len(figures.states))
    yield tell.one("blink_firms_watched", "Firms that the schedule asks for.", len(watched))
    yield tell.gauge(
        "blink_firms_late",
        "Watched firms without a complete pass for longer than watch.complete-within, by reason.",
        "reason",
        _counts((one.reason.code for one in late), (reason.code for reason in REASONS)),
    )
    never = sum(one.until is None for one in watched)
    yield tell.one("blink_firms_never_complete", "Watched firms of which a role was never fetched.", never)
    lags = [one.lag.total_seconds() for one in watched if one.lag is not None]
    yield tell.gauge(
        "blink_firms_by_lag_seconds",
        "Watched firms behind KSeF by at most le seconds.",
        "le",
        _below(lags, _LAGS),
    )
    if lags:
        yield tell.one("blink_lag_max_seconds", "How far the firm that is most behind is behind.", max(lags))
        first = min(_seconds(one.until) for one in watched if one.until is not None)
        yield tell.one(
            "blink_complete_timestamp_seconds", "All that were ever complete are so until then.", first
        )
    if figures.nips:
        values = {one.firm.context_value: one.lag.total_seconds() for one in watched if one.lag is not None}
        yield tell.gauge("blink_firm_lag_seconds", "How far a firm is behind.", "firm", values)
        names = {one.firm.context_value for one in late}
        values = {one.firm.context_value: float(one.firm.context_value in names) for one in watched}
        yield tell.gauge("blink_firm_late", "1 for a firm that is late.", "firm", values)


def _of_work(tell: _Teller, figures: Figures) -> Iterator[Metric]:
    statuses = {status.value: float(count) for status, count in figures.statuses.items()}
    yield tell.gauge("blink_documents", "Documents in the buffer.", "status", statuses)
    quarantined = sum(len(one.quarantine) for one in figures.states)
    yield tell.one("blink_quarantined", "Disagreements of KSeF that wait for a person.", quarantined)
    counted = figures.counted
    yield tell.counter("blink_documents_fetched", "Documents that came in.", "", {"": counted.documents})
    yield tell.counter("blink_events", "Events of the fetch log.", "event", counted.events)
    yield tell.counter(
        "blink_failures",
        "Passes, roles and logins that failed, by the failure's code.",
        "code",
        counted.failures,
    )


def _of_requests(tell: _Teller, figures: Figures) -> Iterator[Metric]:
    made = {counter: float(count) for counter, count in figures.made.items()}
    yield tell.gauge("blink_requests_last_hour", "Requests to KSeF in the last hour.", "operation", made)
    left = {
        "lists": [one.lists for one in figures.left.values()],
        "packages": [one.packages for one in figures.left.values()],
        "documents": [one.documents for one in figures.left.values()],
    }
    least = {
        operation: float(min(counts))
        for operation, found in left.items()
        if (counts := [count for count in found if count is not None])
    }
    yield tell.gauge(
        "blink_requests_left_min",
        "Requests left in this hour for the firm with the fewest.",
        "operation",
        least,
    )
    parked = sum(one.parked_until is not None for one in figures.left.values())
    yield tell.one("blink_firms_parked", "Firms for which KSeF asked to be left alone.", parked)


def _of_credentials(tell: _Teller, figures: Figures) -> Iterator[Metric]:
    if figures.days_left:
        least = min(figures.days_left)
        yield tell.one("blink_credential_days_left_min", "Days until the first credential ends.", least)
    yield tell.gauge(
        "blink_credentials_by_days_left",
        "Credentials that end in at most le days.",
        "le",
        _below([float(days) for days in figures.days_left], _DAYS),
    )
    used = [one for one in figures.states if one.firm.enabled]
    refused = sum(
        one.credential is not None and one.credential.state is CredentialState.REFUSED for one in used
    )
    yield tell.one("blink_firms_refused", "Firms whose credential KSeF refuses.", refused)
    without = sum(one.credential is None for one in used)
    yield tell.one("blink_firms_without_access", "Firms for which nothing logs in.", without)


def _of_the_program(tell: _Teller, figures: Figures) -> Iterator[Metric]:
    troubled = {env: float(one.troubled) for env, one in figures.systems.items()}
    yield tell.gauge("blink_ksef_troubled", "1 where the Ministry says that KSeF is away.", "env", troubled)
    chores = [one for one in figures.chores if one.name != NAME]
    failing = {one.name: float(one.problem is not None) for one in chores}
    yield tell.gauge("blink_chore_failing", "1 for a chore that ended badly.", "chore", failing)
    done = {one.name: _seconds(one.done_at) for one in chores if one.done_at is not None}
    yield tell.gauge("blink_chore_done_timestamp_seconds", "When a chore last ended well.", "chore", done)
    if figures.backup is not None:
        made_at = _seconds(figures.backup.made_at)
        yield tell.one("blink_backup_timestamp_seconds", "Of which moment the last backup is.", made_at)
        yield tell.one("blink_backup_bytes", "Size of the last backup.", figures.backup.size)


def _counts(found: Iterable[str], known: Iterable[str]) -> dict[str, float]:
    """How often each of the known ones was found, those that were not included."""
    counts = dict.fromkeys(known, 0.0)
    for one in found:
        counts[one] = counts.get(one, 0.0) + 1
    return counts


def _below(values: Sequence[float], bounds: Sequence[int]) -> dict[str, float]:
    """How many values lie at or below each bound."""
    counts = {str(bound): float(sum(value <= bound for value in values)) for bound in bounds}
    return counts | {"+Inf": float(len(values))}


def _seconds(instant: Instant) -> float:
    return datetime_of(instant).timestamp()


# By itself


async def _every(around: Surroundings) -> timedelta | None:
    return EVERY if await around.buffer.settings.value(METRICS_FOLDER) is not None else None


async def _write(around: Surroundings) -> None:
    """Raises BlinkError: no-metrics-folder, or file-not-written."""
    folder = await around.buffer.settings.value(METRICS_FOLDER)
    if folder is None:
        return
    content = await asyncio.to_thread(exposition, await gather(around))
    await asyncio.to_thread(_replace, folder / f"blink-{around.paths.name}.prom", content)


def _replace(path: Path, content: bytes) -> None:
    """Every account of the machine may read it, as node_exporter runs under its own; nothing in it is secret."""
    if not path.parent.is_dir():
        raise BlinkError(NO_METRICS_FOLDER, folder=path.parent)
    with refusals_told(path), replacing(path, opened=open_public) as file:
        file.write(content)


METRICS = Chore(NAME, _every, _write)
"""The file written anew every minute, where a folder is set."""
