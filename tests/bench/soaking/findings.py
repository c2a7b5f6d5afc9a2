"""What must hold after a soak's day, each with what was found: invoices, hand-overs, schedule, memory, words."""

from __future__ import annotations

import asyncio
import json
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from blink_tui.buffer import open_buffer
from blink_tui.sandbox.faults import KINDS
from tests.bench.measure import MIB
from tests.bench.soaking.day import Day
from tests.bench.soaking.keeper import Sample
from tests.bench.soaking.office import PASSPHRASE
from tests.bench.soaking.schedule import BOUND, kept
from tests.e2e.leaks import Leaks, files_under
from tests.sync.histories import books

_IN_VAIN = (
    "database is locked",
    "holds the buffer for too long",
    "buffer-busy",
    "Traceback",
    "malformed",
    "is damaged",
)
_NUMBER = re.compile(rb"\b\d{10}-\d{8}-[0-9A-F]{12}-[0-9A-F]{2}\b")
_CODES = frozenset({0, 3, 5, 6, 7})
"""How a command may end while KSeF fails and others work."""
_MOST_LOG = 20 * MIB
_MOST_FILES = 250
_GROWTH = 1.2
_LONG = 6 * 3600.0
"""Seconds of the page after which growth is told from warming up."""
_AT_REST = 10
_CONSOLE_TAIL = 1 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the verdict."""

    what: str
    found: str
    wanted: str = ""
    """Empty where it is only told."""
    holds: bool = True

    def __str__(self) -> str:
        verdict = "" if not self.wanted else "met" if self.holds else "MISSED"
        return f"{self.what:62} {self.found:>22}  {self.wanted:20} {verdict}".rstrip()


def none_of(what: str, wrong: Sequence[object]) -> Finding:
    """A list that has to be empty; its first ones are told."""
    told = f" {', '.join(map(str, wrong[:3]))}" if wrong else ""
    return Finding(what + told, str(len(wrong)), "0", not wrong)


def findings(day: Day, until: float, waiting: int) -> Iterator[Finding]:
    """Everything, once the daemon has ended; `waiting` is how many invoices a person had to ask for."""
    yield from _told(day, waiting)
    yield from _invoices(day)
    yield from _hand_overs(day)
    yield from _schedule(day, until)
    yield from _process(day)
    yield from _said(day)


def _told(day: Day, waiting: int) -> Iterator[Finding]:
    struck = {kind for kind in KINDS if day.ksef.journal.struck[kind]}
    ends = Counter(life.ended for life in day.keeper.lives)
    yield Finding("real seconds", f"{day.real:.0f}")
    yield Finding("requests", f"{day.ksef.journal.total:,}")
    yield Finding("invoices that came in", f"{day.arrived:,}")
    yield Finding(f"sorts of faults that struck, of {len(KINDS)}", str(len(struck)))
    yield Finding("faults that struck", str(day.ksef.journal.struck.total()))
    yield Finding("ends of the daemon by SIGKILL and by SIGTERM", f"{ends['SIGKILL']} and {ends['SIGTERM']}")
    yield Finding("outages, sleeps of the machine", f"{day.done['KSeF away']}, {day.done['machine asleep']}")
    yield Finding("keys pressed at two consoles", str(day.pressed))
    yield Finding("notices delivered", str(len(day.chat.told)))
    yield Finding("of firms refused, fetched when a person asked", str(waiting))


def _invoices(day: Day) -> Iterator[Finding]:
    path, state = day.office.paths.buffer_path, day.ksef.state
    apart = books.apart(path, state, 0)
    numbers = [f"{nip} {role} {number}" for (nip, role), some in apart.items() for number in some]
    yield none_of("invoices lost, foreign or with another hash, by firm and role", numbers)
    yield none_of("doubled or damaged in the buffer", [*books.faults_of(path, state.documents.by_number)])
    yield none_of("the book of requests is damaged", _damage(day.office.paths.work_folder / "limits.db"))
    yield none_of("audit chains broken", asyncio.run(_broken_chains(path)))


def _damage(path: Path) -> list[str]:
    return [text for (text,) in books.rows(path, "PRAGMA integrity_check") if text != "ok"]


async def _broken_chains(path: Path) -> list[str]:
    async with open_buffer(path) as buffer:
        states = [(firm.nip, await buffer.history.verify(firm.id)) for firm in await buffer.firms.list()]
    return [f"{nip}: {state}" for nip, state in states if state.broken_at is not None]


def _hand_overs(day: Day) -> Iterator[Finding]:
    office = day.office
    in_files: Counter[tuple[str, str]] = Counter()
    for path in sorted(office.out.glob("*.csv")):
        nip = path.name.partition("-")[0]
        in_files.update((nip, number.decode()) for number in _NUMBER.findall(path.read_bytes()))
    by_status: dict[str, set[tuple[str, str]]] = {}
    for nip, number, status in office.rows(
        "SELECT f.nip, d.ksef_number, d.status FROM document d JOIN firm f ON f.id = d.firm_id"
    ):
        by_status.setdefault(status, set()).add((nip, number))
    exported = by_status.get("exported", set())
    yield Finding(
        "documents handed over, still approved", f"{len(exported)}, {len(by_status.get('approved', ()))}"
    )
    yield none_of("documents in two files", [one for one, times in in_files.items() if times > 1])
    yield none_of("in a file and not handed over", sorted(in_files.keys() - exported))
    yield none_of("handed over and in no file", sorted(exported - in_files.keys()))
    twice = "SELECT document_id FROM document_event WHERE after = 'exported' GROUP BY 1 HAVING count(*) > 1"
    yield none_of("handed over twice by their history", office.rows(twice))


def _schedule(day: Day, until: float) -> Iterator[Finding]:
    found = kept(day, until)
    yield Finding("looks for new invoices by role", f"{found.looks:,}")
    yield none_of("asked again within 15 minutes", found.too_soon)
    yield none_of(f"asked later than {BOUND:.0f} s", found.too_late)
    yield Finding(
        "longest between two passes over a role",
        f"{found.longest:.0f} s",
        f"<= {BOUND:.0f} s",
        found.longest <= BOUND,
    )
    yield none_of(
        "refused for a limit (429) by KSeF itself", [one.operation for one in day.ksef.journal.refused]
    )


def _process(day: Day) -> Iterator[Finding]:
    samples = day.keeper.life.samples
    yield none_of("troubles of the daemon's process", day.keeper.troubles)
    yield none_of(
        "zombies below it", [one for life in day.keeper.lives for one in life.samples if one.zombies]
    )
    most = max((one.descriptors for life in day.keeper.lives for one in life.samples), default=0)
    yield Finding("open files at the most", str(most), f"<= {_MOST_FILES}", most <= _MOST_FILES)
    yield from _growth(samples)
    yield none_of("left in the work folder", [name for name in day.left_in_work if "limits.db" not in name])


def _growth(samples: Sequence[Sample]) -> Iterator[Finding]:
    """Of the last life, without its first tenth, in which caches fill; too short a life tells nothing."""
    tenth = len(samples) // 10
    rest = samples[tenth:]
    if len(rest) < 20:
        yield Finding("samples of the last life", str(len(samples)))
        return
    span, near = rest[-1].at - rest[0].at, max(3, tenth // 2)
    first = statistics.median(one.memory for one in rest[:near])
    last = statistics.median(one.memory for one in rest[-near:])
    slope, _start = statistics.linear_regression(
        [one.at for one in rest], [float(one.memory) for one in rest]
    )
    judged, limit = span >= _LONG, (_GROWTH - 1) * first
    yield Finding(
        "memory (RSS) at a tenth of the last life, at its end", f"{first / MIB:.1f}, {last / MIB:.1f} MiB"
    )
    ratio = f"<= {_GROWTH}" if judged else ""
    yield Finding(
        "  the end / the tenth", f"{last / first:.2f}", ratio, not judged or last <= _GROWTH * first
    )
    most = f"<= {limit / MIB:.1f} MiB" if judged else ""
    grown = slope * span
    yield Finding("  growth by least squares", f"{grown / MIB:+.1f} MiB", most, not judged or grown <= limit)
    yield Finding("peak memory with workers (PSS)", f"{max(one.pss for one in samples) / MIB:.0f} MiB")
    resting = [one for one in rest if one.at_rest]
    half = len(resting) // 2
    if half >= _AT_REST:
        for what in ("files", "threads"):
            early, late = (
                min(getattr(one, what) for one in part) for part in (resting[:half], resting[half:])
            )
            yield Finding(
                f"open {what} at rest, first and second half", f"{early}, {late}", "no more", late <= early
            )


def _said(day: Day) -> Iterator[Finding]:
    office = day.office
    codes = {name: dict(some) for name, some in day.codes.items()}
    wrong = [f"{name}: {code}" for name, some in day.codes.items() for code in some if code not in _CODES]
    yield none_of(f"commands that ended otherwise than they may ({codes})", wrong)
    in_vain = [
        f"{path.name}: {words}"
        for path in [*office.said.iterdir(), *office.paths.log_folder.iterdir()]
        for words in _IN_VAIN
        if words.encode() in path.read_bytes()
    ]
    yield none_of("said that the buffer is held or damaged, or of a fault", in_vain)
    yield none_of("reports of crashes", [*office.root.rglob("crash*.log")])
    log = sum(path.stat().st_size for path in office.paths.log_folder.iterdir())
    yield Finding("log", f"{log / MIB:.2f} MiB", f"<= {_MOST_LOG / MIB:.0f} MiB", log <= _MOST_LOG)
    secrets = {
        f"token of {firm.nip}": firm.token.rpartition("|")[2].encode() for firm in day.ksef.state.firms
    }
    secrets["passphrase"] = PASSPHRASE.encode()
    bearers = [*day.ksef.state.sessions._bearers][-1000:]
    secrets |= {f"bearer {number}": one.rpartition(".")[2].encode() for number, one in enumerate(bearers)}
    places = [
        (name, data[-_CONSOLE_TAIL:])
        for name, data in files_under(office.said, office.paths.log_folder, office.root / "metrics")
    ]
    places.append(("notices", json.dumps(day.chat.told).encode()))
    yield none_of("secrets in the log, on screens, in metrics and notices", Leaks(secrets).among(places))
