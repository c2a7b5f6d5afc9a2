"""The command tree, and how a command runs: options before it, one event loop, one way to fail."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from blink_tui.cli import (
    accept,
    backup,
    books,
    books_compare,
    books_lists,
    close,
    collective,
    config,
    credential,
    daemon,
    demo,
    discover,
    doc,
    doctor,
    export,
    export_batches,
    export_settings,
    export_trial,
    failures,
    fields,
    firm,
    firm_data,
    firm_erase,
    firm_import,
    firm_retention,
    keymap,
    notify,
    notify_rules,
    option_value,
    output,
    own_filters,
    payments,
    period,
    reconcile,
    reindex,
    restore,
    rules,
    rules_try,
    sandbox,
    schedule,
    service,
    status,
    sync,
    vault,
    watch,
)
from blink_tui.cli.context import Profile, profile_of, protected
from blink_tui.cli.help_texts import in_our_words
from blink_tui.i18n import N_, _, lend_to_libraries
from blink_tui.model.errors import BlinkError

app = typer.Typer(
    name="blink",
    help=_("Fetches every KSeF invoice of every firm into one buffer and hands it once to the ledger."),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
firm.app.command(
    "discover",
    help=_(
        "Find the firms that granted the office access, and add them. "
        "Example: blink firm discover --firm 5265877635 --add-all"
    ),
)(discover.discover)
firm.app.command(
    "import",
    help=_(
        "Add the firms of a CSV list with the columns nip, name, env, kind, internal_id, from, accountant, labels. "
        "Example: blink firm import firms.csv --dry-run"
    ),
)(firm_import.import_firms)
firm.app.command(
    "data",
    help=_(
        "Write everything that is held of a firm, or about a person, into files. "
        "Example: blink firm data --firm 5265877635 --out firm.zip"
    ),
)(firm_data.data)
firm.app.command(
    "erase",
    help=_(
        "Erase a firm with everything of it, once its documents need not be kept or were handed over. "
        'Example: blink firm erase --firm 5265877635 --protocol 3 --reason "contract ended"'
    ),
)(firm_erase.erase)
firm.app.command(
    "retention",
    help=_(
        "Until when the documents of firms are kept, and keeping them longer. "
        'Example: blink firm retention --firm 5265877635 --extra-years 1 --reason "correction of 2026"'
    ),
)(firm_retention.retention)
books.app.add_typer(books_lists.chart, name="chart")
books.app.add_typer(books_lists.contractors, name="contractors")
books.app.add_typer(books_lists.dimensions, name="dimensions")
books.app.add_typer(books_lists.rates, name="rates")
books.app.command(
    "import",
    help=_(
        "Read a firm's books back out of a JPK or a table, and book the documents that stand in them. "
        "Example: blink books import jpk_v7m_2026_02.xml --firm 5265877635 --filed"
    ),
)(books_compare.import_books)
books.app.command(
    "compare",
    help=_(
        "Every difference between the books read back and KSeF, each with what to do. "
        "Example: blink books compare --firm 5265877635 --month 2026-02"
    ),
)(books_compare.compare)
books.app.command(
    "answer",
    help=_(
        "Say whether a row of the books is a document, another one, or doubled by the seller; back takes it back. "
        "Example: blink books answer KSEF-NUMBER same --firm 5265877635"
    ),
)(books_compare.answer_row)
books.app.command(
    "confirm",
    help=_(
        "Say of all documents that were handed over, and whose rows agree without their KSeF number, that they are the "
        "same: they become booked. Example: blink books confirm --firm 5265877635 --month 2026-02 --dry-run"
    ),
)(books_compare.confirm)
app.add_typer(firm.app, name="firm")
app.add_typer(credential.app, name="credential")
app.add_typer(config.app, name="config")
app.add_typer(backup.app, name="backup")
app.command(
    "restore",
    help=_(
        "Make a profile of a backup: an empty one, or what it holds is moved aside. "
        "Example: blink restore blink-default-20261130T013000Z.blink-backup --into office"
    ),
)(restore.restore)
app.add_typer(vault.app, name="vault")
app.add_typer(schedule.app, name="schedule")
app.add_typer(service.app, name="service")
notify.app.command(
    "rules",
    help=_(
        "What goes to a target, at once or in the digest, and when nothing is sent; shown without options. "
        "Example: blink notify rules office --for documents --how never --quiet 20:00-07:00"
    ),
)(notify_rules.rules)
app.add_typer(notify.app, name="notify")
app.add_typer(doc.app, name="doc")
app.add_typer(books.app, name="books")
rules.app.command(
    "try",
    help=_(
        "Which fetched and coded documents changed rules would treat otherwise; nothing is kept. "
        "Example: blink rules try rules.toml --firm 5265877635"
    ),
)(rules_try.try_out)
app.add_typer(rules.app, name="rules")
app.add_typer(period.app, name="period")
app.add_typer(own_filters.app, name="filter")
export.app.command(
    "settings",
    help=_(
        "What a firm says about its exports: show, or change with --set. "
        "Example: blink export settings --firm 5265877635 --format jpk_v7m --set tax_office=1471"
    ),
)(export_settings.settings)
export.app.command("list", help=_("What was handed over. Example: blink export list --firm 5265877635"))(
    export_batches.list_batches
)
export.app.command("show", help=_("A batch with its files and documents. Example: blink export show 12"))(
    export_batches.show
)
export.app.command(
    "again",
    help=_(
        "Write the files of a batch once more, byte for byte; marks nothing. Example: blink export again 12 --out ."
    ),
)(export_batches.again)
export.app.command(
    "cancel",
    help=_(
        "Take a batch back that the ledger has not imported: its documents are approved again. Of one that was"
        " imported only single documents are reopened, to be put right in the books."
        ' Example: blink export cancel 12 --reason "wrong month" --not-imported'
    ),
)(export_batches.cancel)
export.app.command(
    "amend",
    help=_(
        "Reopen documents that the books have: they come again apart, to be put right there, never as new."
        ' Example: blink export amend 5265877635-20260301-0100001AF629-AF --reason "wrong account"'
    ),
)(export_batches.amend)
export.app.command(
    "test",
    help=_(
        "A test file with made-up documents of a firm, to try the import before the first export. "
        "Example: blink export test --format wapro --firm 5265877635 --out ./test"
    ),
)(export_trial.trial)
app.add_typer(export.app, name="export")
app.add_typer(payments.app, name="payments")
doc.app.command(
    "accept",
    help=_(
        "Go on in spite of a disagreement in KSeF itself. Example:"
        ' blink doc accept KSEF-NUMBER --firm 5265877635 --reason "told the Ministry"'
    ),
)(accept.accept)
doc.app.command(
    "collective",
    help=_(
        "Which invoices a collective identifier (IZ) covers, or which ones cover an invoice. "
        "Example: blink doc collective 1111111111-IZ202607-65ED02180000-E7 --ask"
    ),
)(collective.collective)
app.command(
    "fields",
    help=_(
        "What rules and posting schemes may read of a document, and how it is written. Example: blink fields rate"
    ),
)(fields.fields)
app.command(
    "keymap",
    help=_(
        "The keys of the console, and a file for your own ones. Example: blink keymap --preset laptop --write"
    ),
)(keymap.keymap)
app.command("sync", help=_("Fetch what is new, now. Example: blink sync --firm 5265877635 --since 14d"))(
    sync.sync
)
app.command(
    "daemon",
    help=_(
        "Keep the schedule until stopped, one for a profile; a service runs it: blink service install. "
        "Example: blink daemon --json"
    ),
)(daemon.daemon)
app.command(
    "reconcile",
    help=_(
        "Compare with KSeF's own list and fetch what is missing. Example: blink reconcile --month 2026-10"
    ),
)(reconcile.reconcile)
app.command(
    "reindex",
    help=_(
        "Read every document anew and compare it with the others, as after an update of the program. "
        "Example: blink reindex --unreadable"
    ),
)(reindex.reindex)
app.command(
    "close",
    help=_(
        "How far firms are with a month, the page of each, and signing it off. "
        "Example: blink close --month 2026-10 --firm 5265877635 --print closing.html"
    ),
)(close.close)
app.command(
    "doctor",
    help=_(
        "Look whether all is well with this machine, the buffer and the way to KSeF, and say what to do."
        " Example: blink doctor --offline"
    ),
)(doctor.doctor)
app.command(
    "status",
    help=_(
        "Per firm: complete from … until …, what is late, what waits for you. --check fails where a firm had no"
        " complete pass for too long. Examples: blink status · blink status --check --within 24"
    ),
)(status.status)
app.command("log", help=_("The fetch log; with --json one object a line. Example: blink log -f"))(watch.log)
app.command(
    "demo", help=_("Try the program on synthetic firms, without any access to KSeF. Example: blink demo")
)(demo.demo)
app.command(
    "sandbox",
    help=_(
        "A KSeF of your own for trying and testing. Example: blink sandbox --port 8080 --invoices ./invoices"
    ),
)(sandbox.sandbox)


LENT_TEXTS = (
    N_("Arguments"), N_("Options"), N_("Commands"), N_("required"), N_("default: {default}"), N_("env var: {var}"),
    N_("Missing command."), N_("No such command {name!r}."),
)  # fmt: skip
"""Texts of typer's help that it looks up by gettext: named here so that our catalogue holds them."""


@app.callback()
def before(
    context: typer.Context,
    profile: Annotated[
        str, typer.Option(envvar="BLINK_PROFILE", help=_("Which set of firms to work with."))
    ] = "default",
    home: Annotated[
        Path | None,
        typer.Option(envvar="BLINK_HOME", readable=False, help=_("Folder that holds the profiles.")),
    ] = None,
    lang: Annotated[str | None, typer.Option(envvar="BLINK_LANG", help=_("Language: pl or en."))] = None,
    read_only: Annotated[
        bool,
        typer.Option("--read-only", envvar="BLINK_READ_ONLY", help=_("Look at everything, change nothing.")),
    ] = False,
) -> None:
    context.obj = protected(profile_of(profile, home), read_only=read_only)
    if context.invoked_subcommand is None:
        _open_console(context, context.obj, language_told=lang is not None)


def _open_console(context: typer.Context, profile: Profile, *, language_told: bool) -> None:
    """The console; without a terminal help and exit code 2."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        output.say(context.get_help())
        raise typer.Exit(2)
    from blink_tui.cli.console import open_console

    raise typer.Exit(open_console(profile, language_told=language_told))


@cache
def _command() -> Callable[..., Any]:
    """Made of all commands' type hints once a process: it takes longer than most commands themselves."""
    return in_our_words(get_command(app))


def run(words: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    output.use_utf8()
    lend_to_libraries()
    as_json = failures.wants_json(words)
    try:
        code = _command()(list(words), prog_name="blink", standalone_mode=False)
        failures.flush()
    except BlinkError as error:
        return failures.exit_code_of(error, as_json=as_json)
    except typer.TyperException as error:
        return failures.exit_code_of(failures.usage_error(error), as_json=as_json)
    except (KeyboardInterrupt, typer.Abort):
        return failures.exit_code_of(BlinkError(failures.INTERRUPTED), as_json=as_json)
    except BrokenPipeError:
        failures.flush()
        return 1
    except Exception as error:
        home = option_value(words, "--home")
        folder = profile_of("crashes", Path(home) if home else None).folder
        return failures.exit_code_of(failures.crash_report(error, folder), as_json=as_json)
    return code if isinstance(code, int) else 0
