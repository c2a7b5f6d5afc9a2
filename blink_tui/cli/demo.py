"""`blink demo`: a simulated KSeF with synthetic firms, and the program on it."""

from __future__ import annotations

import contextlib
import json as jsonlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import Profile, memory_vault, profile_of, system_user
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.secret import Secret
from blink_tui.model.values import parse_nip

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.model.firms import Firm
    from blink_tui.vault import Vault

SANDBOX_SILENT = ErrorKind(
    "sandbox-silent", ExitCode.FAILED, N_("The simulated KSeF did not start. Try: blink sandbox --demo")
)
_DAY_KEY = "demo.as_of"
"""Setting that keeps the day of the first demo, so that a later one meets the same documents."""

_TOLD = {
    "": {
        "email": "ksiegowosc@example.com",
        "tax_office": "1471",
        "city": "Warszawa",
        "postal_code": "00-001",
        "street": "Prosta 1",
    },
    "optima": {"source_id": "BLINK", "target_id": "KSIEG"},
}
"""What firms with books say about their exports, by format, so that each can be tried at once."""


@dataclass(frozen=True, slots=True)
class _SandboxFirm:
    nip: str
    name: str
    token: Secret


def demo(
    context: typer.Context,
    headless: Annotated[
        bool, typer.Option("--headless", help=_("Fetch once, print a summary, end."))
    ] = False,
    reset: Annotated[bool, typer.Option("--reset", help=_("Forget the demo's documents first."))] = False,
    json: AsJson = False,
) -> None:
    chosen = options.profile(context)
    profile = profile_of("demo", chosen.folder.parent)
    if reset:
        shutil.rmtree(profile.folder, ignore_errors=True)
    headless = headless or json or not (sys.stdin.isatty() and sys.stdout.isatty())
    raise typer.Exit(_run(profile, headless=headless, as_json=json))


def _run(profile: Profile, *, headless: bool, as_json: bool) -> int:
    vault = memory_vault()
    with _sandbox(options.run(_first_day(profile))) as (url, firms):
        code = options.run(_prepare(profile, vault, url, firms, fetch=headless, as_json=as_json))
        if headless:
            return code
        from blink_tui.cli.console import open_console

        return open_console(profile, vault, title=_("Demo: synthetic firms"), fetch=True)


async def _first_day(profile: Profile) -> str:
    async with profile.open_buffer() as buffer:
        day = await buffer.settings.get(_DAY_KEY)
        if day is None:
            day = datetime.now(UTC).date().isoformat()
            await buffer.settings.set(_DAY_KEY, day)
    return day


async def _prepare(
    profile: Profile, vault: Vault, url: str, known: list[_SandboxFirm], *, fetch: bool, as_json: bool
) -> int:
    """The sandbox's firms in the profile, and one pass where no console will run it."""
    async with profile.open_buffer() as buffer:
        firms = [await _registered(buffer, vault, url, firm) for firm in known]
        await _keep_books(buffer, firms)
        if not fetch:
            return 0
        from blink_tui.cli.sync import run_pass, show_outcome, summary_json
        from blink_tui.sync.summary import exit_code_for

        outcome = await run_pass(profile, buffer, vault, firms)
        summary = await summary_json(buffer, outcome)
    if as_json:
        output.say_json(summary)
    else:
        show_outcome(outcome, summary)
        output.say(_("Open the console on them: blink demo"))
    return int(exit_code_for([firm.errors for firm in outcome.firms]))


async def _registered(buffer: Buffer, vault: Vault, url: str, known: _SandboxFirm) -> Firm:
    """A firm of the sandbox with its token; one that is there keeps its marks and gets the new address."""
    from blink_tui.model.firms import CredentialKind
    from blink_tui.sync.registration import described

    found = await buffer.firms.find(known.nip)
    if found:
        firm = await buffer.firms.edit(found[0].id, found[0].version, env=url)
    else:
        firm = await buffer.firms.add(parse_nip(known.nip), name=known.name, env=url)
    _kind, vault_name, label, _end = described(known.token, firm)
    vault.put(vault_name, known.token)
    credential = await buffer.credentials.for_firm(firm.id)
    if credential is None or credential.vault_name != vault_name:
        await buffer.credentials.add(CredentialKind.TOKEN, vault_name, label, [firm.id])
    return firm


async def _keep_books(buffer: Buffer, firms: Sequence[Firm]) -> None:
    """Books for the first firms, each another kind, so that proposals and a month can be seen; the others have none."""
    from blink_tui.model.books import BookKind, VatKind
    from blink_tui.model.books_change import STARTER_ROLES, BooksChange, VatChange, starter_chart

    kept = await buffer.books.all()
    changes = (
        BooksChange(kind=BookKind.LEDGER, program="symfonia", roles=STARTER_ROLES),
        BooksChange(kind=BookKind.KPIR, program="wapro"),
        BooksChange(kind=BookKind.LUMP_SUM, program="optima", vat=VatChange(kind=VatKind.QUARTERLY)),
    )
    for firm, change in zip(firms, changes, strict=False):
        if firm.id in kept:
            continue
        books = change.applied(None, datetime.now(UTC).date())
        await buffer.books.save(firm.id, books, who=system_user(), version=None)
        if books.kind is BookKind.LEDGER:
            await buffer.charts.keep_accounts(firm.id, starter_chart(), who=system_user())
        for form, told in (*_TOLD.items(), ("", {"full_name": firm.name})):
            await buffer.export_settings.save(firm.id, form, told, who=system_user())


@contextmanager
def _sandbox(day: str) -> Iterator[tuple[str, list[_SandboxFirm]]]:
    """A sandbox in a child process that ends with this one, however this one ends."""
    command = [sys.executable, "-m", "blink_tui.cli", "sandbox", "--demo", "--json", "--as-of", day]
    child = subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--exit-with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert child.stdout is not None  # noqa: S101 - asked for above
        line = child.stdout.readline()
        if not line:
            raise BlinkError(SANDBOX_SILENT, cause=f"exit code {child.wait()}")
        announced: dict[str, Any] = jsonlib.loads(line)
        firms = [_SandboxFirm(one["nip"], one["name"], Secret(one["token"])) for one in announced["firms"]]
        yield announced["url"], firms
    finally:
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(5)
        if child.poll() is None:
            child.kill()
            child.wait()
