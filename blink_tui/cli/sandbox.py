"""`blink sandbox`: the simulated KSeF alone."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from blink_tui.cli.options import AsJson
from blink_tui.i18n import _
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.typed import checked_day


class Api(StrEnum):
    """Versions of the server."""

    OLD = "2.6"
    NEW = "2.9"


class Bounds(StrEnum):
    """Which ends of a date range are inside it."""

    BOTH = "[]"
    FROM = "[)"
    TO = "(]"
    NONE = "()"


class Condition(StrEnum):
    """What Latarnia may say."""

    AVAILABLE = "AVAILABLE"
    MAINTENANCE = "MAINTENANCE"
    FAILURE = "FAILURE"
    TOTAL_FAILURE = "TOTAL_FAILURE"


def sandbox(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=_("Port on this machine; 0 takes a free one."))
    ] = 0,
    invoices: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help=_("Folder of invoice XML; each NIP in it becomes a firm."),
        ),
    ] = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help=_("The office and five clients of blink demo.")),
    ] = False,
    documents: Annotated[int, typer.Option(min=0, help=_("How many invoices are generated."))] = 200,
    firms: Annotated[int, typer.Option(min=1, help=_("How many firms share generated invoices."))] = 3,
    seed: Annotated[
        int,
        typer.Option(help=_("Numbers, tokens and generated invoices follow from it.")),
    ] = 1,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="YYYY-MM-DD",
            help=_("Day before which all documents were stored; else today. Equal days give equal runs."),
        ),
    ] = None,
    scenario: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help=_("Scenario file in TOML: settings and faults, see docs/sandbox.md."),
        ),
    ] = None,
    clock: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help=_(
                "Let the clock stand still at an instant (2026-03-31T12:00:00Z) until it is moved over HTTP."
            ),
        ),
    ] = None,
    limits: Annotated[
        bool,
        typer.Option(help=_("Hold callers to the documented request limits.")),
    ] = True,
    api: Annotated[Api, typer.Option(help=_("Version of the server that is simulated."))] = Api.NEW,
    bounds: Annotated[
        Bounds,
        typer.Option(
            help=_(
                "Whether the ends of a date range are inside it: a square bracket is, a round one is not."
            ),
        ),
    ] = Bounds.BOTH,
    latarnia: Annotated[
        Condition,
        typer.Option(help=_("What the status service says of KSeF.")),
    ] = Condition.AVAILABLE,
    log: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help=_("File to whose end every request goes as a line of JSON."),
        ),
    ] = None,
    tls_host: Annotated[
        str | None,
        typer.Option(
            "--tls-host",
            metavar="NAME",
            help=_("Answer with TLS under this name; it must lead to this machine."),
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None,
        typer.Option(
            "--tls-cert",
            exists=True,
            dir_okay=False,
            help=_("Certificate chain in PEM; needs --tls-key."),
        ),
    ] = None,
    tls_key: Annotated[
        Path | None,
        typer.Option("--tls-key", exists=True, dir_okay=False, help=_("Its private key in PEM.")),
    ] = None,
    tls_dir: Annotated[
        Path | None,
        typer.Option(
            "--tls-dir",
            file_okay=False,
            help=_("Folder for a self-made certificate instead; callers trust the file ca.pem in it."),
        ),
    ] = None,
    exit_with_parent: Annotated[bool, typer.Option("--exit-with-parent", hidden=True)] = False,
    json: AsJson = False,
) -> None:
    """A KSeF of your own for trying and testing. Example: blink sandbox --port 8080 --invoices ./invoices"""
    from blink_tui.sandbox import SandboxOptions, UnusableOptionsError, serve

    if (tls_cert is None) != (tls_key is None):
        raise BlinkError(USAGE, problem=_("--tls-cert and --tls-key belong together."))
    options = SandboxOptions(
        port=port,
        invoices=invoices,
        demo=demo,
        documents=documents,
        firms=firms,
        seed=seed,
        as_of=checked_day(as_of),
        scenario=scenario,
        clock=_instant(clock),
        limits=limits,
        api=api.value,
        bounds=bounds.value,
        latarnia=latarnia.value,
        log=log,
        tls_host=tls_host,
        tls_cert=tls_cert,
        tls_key=tls_key,
        tls_dir=tls_dir,
        json=json,
        exit_with_parent=exit_with_parent,
    )
    try:
        serve(options)
    except UnusableOptionsError as error:
        raise BlinkError(USAGE, problem=str(error)) from None


def _instant(text: str | None) -> datetime | None:
    """An instant with its offset. Raises BlinkError (usage)."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BlinkError(
            USAGE,
            problem=_("An instant is written as 2026-03-31T12:00:00Z; this is not: {text}").format(text=text),
        )
    return moment.astimezone(UTC)
