"""`blink doctor --audit`: every chain of events computed again, and written out for an inspection."""

from __future__ import annotations

from typing import Annotated

import typer

from blink_tui.cli import doctor_audit, options
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import _
from blink_tui.model.errors import USAGE, BlinkError


def doctor(
    context: typer.Context,
    audit: Annotated[
        bool, typer.Option("--audit", help=_("Prove that nobody has touched what happened to documents."))
    ] = False,
    firms: FirmsOption = None,
    export: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.csv|FILE.jsonl|-", help=_("Write every entry out, for an inspection; - is stdout.")
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    if not audit:
        raise BlinkError(USAGE, problem=_("Say what to look at: --audit"))
    profile = options.profile(context)
    raise typer.Exit(options.run(doctor_audit.prove(profile, firms or [], export, as_json=json)))
