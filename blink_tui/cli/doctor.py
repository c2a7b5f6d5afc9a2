"""`blink doctor`: looks whether all is well with the machine, the profile and the way to KSeF."""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.bar import bar
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.errors import USAGE, BlinkError, ExitCode
from blink_tui.model.text import clean

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile
    from blink_tui.ops.doctor import Around, Level, Report

_LEVELS = {"ok": N_("ok"), "note": N_("info"), "warning": N_("WARNING"), "failure": N_("FAILURE")}


def doctor(
    context: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help=_("Ask no other machine."))] = False,
    audit: Annotated[
        bool, typer.Option("--audit", help=_("Prove that nobody has touched what happened to documents."))
    ] = False,
    firms: FirmsOption = None,
    export: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.csv|FILE.jsonl|-",
            help=_("With --audit: write every entry out, for an inspection; - is stdout."),
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    profile = options.profile(context)
    if export is not None and not audit:
        raise BlinkError(USAGE, problem=_("--export belongs to --audit."))
    if audit:
        from blink_tui.cli.doctor_audit import prove

        raise typer.Exit(options.run(prove(profile, firms or [], export, as_json=json)))
    raise typer.Exit(options.run(_examine(profile, firms or [], network=not offline, as_json=json)))


async def _examine(profile: Profile, texts: list[str], *, network: bool, as_json: bool) -> int:
    from blink_tui.model.clock import SystemClock
    from blink_tui.ops.doctor import Level, all_checks, examine, opened, worst

    async with opened(profile, SystemClock()) as found:
        around = await _narrowed(found, texts)
        checks = all_checks(network=network)
        with bar(_("Looking"), len(checks)) as told:
            reports = await examine(checks, around, lambda check: told(1))
    gravest = worst(reports)
    if as_json:
        output.say_json({"level": gravest, "checks": [_json(report) for report in reports]})
    else:
        for line in lines_of(reports, shutil.get_terminal_size((80, 24)).columns):
            output.say(line)
    return ExitCode.FAILED if gravest is Level.FAILURE else ExitCode.DONE


async def _narrowed(around: Around, texts: list[str]) -> Around:
    """The surroundings with the firms that were named alone. Raises BlinkError for one that is not known."""
    if not texts or around.buffer is None:
        return around
    return replace(around, firms=await options.chosen_firms(around.buffer, texts))


def _json(report: Report) -> dict[str, Any]:
    findings = [
        {
            "level": one.level,
            "sentence": clean(str(one.sentence)),
            "advice": clean(str(one.advice)) if one.advice is not None else None,
            "cause": clean(one.cause) if one.cause is not None else None,
        }
        for one in report.findings
    ]
    return {"check": report.check.id, "title": _(report.check.title), "findings": findings}


def lines_of(reports: Sequence[Report], width: int) -> Iterator[str]:
    """Findings under one another: how grave, of what, the sentence and below it what to do; then how many."""
    levels = max(len(_(word)) for word in _LEVELS.values())
    titles = max((len(_(report.check.title)) for report in reports), default=0)
    for report in reports:
        for finding in report.findings:
            head = f"{_(_LEVELS[finding.level]).ljust(levels)}  {_(report.check.title).ljust(titles)}  "
            yield _filled(clean(str(finding.sentence)), head, width)
            if finding.cause is not None:
                yield _filled(f"({clean(finding.cause)})", " " * len(head), width)
            if finding.advice is not None:
                yield _filled(clean(str(finding.advice)), " " * (len(head) - 2) + "→ ", width)
    yield ""
    yield _summary(Counter(finding.level for report in reports for finding in report.findings))


def _filled(text: str, head: str, width: int) -> str:
    """A paragraph beside its head; a path or an address is never broken."""
    return textwrap.fill(
        text,
        max(width, len(head) + 20),
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _summary(counts: Counter[Level]) -> str:
    from blink_tui.ops.doctor import Level

    failures, warnings = counts[Level.FAILURE], counts[Level.WARNING]
    if not failures and not warnings:
        return _("All is well.")
    return "{} {}".format(
        ngettext("{n} failure,", "{n} failures,", failures).format(n=failures),
        ngettext("{n} warning.", "{n} warnings.", warnings).format(n=warnings),
    )
