"""`blink sandbox`: the simulated KSeF alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from blink_tui.cli.firm import checked_day
from blink_tui.cli.options import AsJson
from blink_tui.i18n import _


def sandbox(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=_("Port on this machine; 0 takes a free one."))
    ] = 0,
    invoices: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help=_("Folder of invoice XML; each NIP in it becomes a firm.")
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="YYYY-MM-DD",
            help=_("Day before which all documents were stored; else today. Equal days give equal runs."),
        ),
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help=_("The office and five clients of blink demo."))
    ] = False,
    exit_with_parent: Annotated[bool, typer.Option("--exit-with-parent", hidden=True)] = False,
    json: AsJson = False,
) -> None:
    from blink_tui.sandbox import SandboxOptions, serve

    day: date | None = checked_day(as_of)
    serve(
        SandboxOptions(
            port=port, invoices=invoices, as_of=day, demo=demo, json=json, exit_with_parent=exit_with_parent
        )
    )
