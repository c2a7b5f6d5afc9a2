"""`blink credential`: what logs in."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.asking import asked
from blink_tui.cli.context import firm_named
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Credential, CredentialState
from blink_tui.model.secret import Secret
from blink_tui.model.typed import checked_token

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.ksef.certificates import CertificateCredential
    from blink_tui.model.firms import Firm
    from blink_tui.sync.expiry import Expiry

app = typer.Typer(help=_("Access to KSeF: tokens and certificates."), no_args_is_help=True)
FileOption = partial(typer.Option, exists=True, dir_okay=False, readable=True)

NO_SUCH_CREDENTIAL = ErrorKind(
    "no-such-credential",
    ExitCode.USAGE,
    N_("There is no access number {number}. See the known ones: blink credential list"),
)
ALL_HAVE_ACCESS = ErrorKind(
    "all-have-access",
    ExitCode.USAGE,
    N_("Every firm has an access already. Name the firms that shall have this one with --firm."),
)


@app.command(
    help=_(
        "Add a token (asked for unless --token-stdin) or a certificate. "
        "Example: blink credential add --firm 5265877635 --cert office.crt --key office.key"
    )
)
def add(
    context: typer.Context,
    firms: Annotated[
        list[str] | None,
        typer.Option("--firm", metavar="NIP", help=_("Firm it logs in for; a certificate may serve many.")),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help=_("A certificate for every firm that has no access yet."))
    ] = False,
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help=_("Read the token from standard input."))
    ] = False,
    cert: Annotated[Path | None, FileOption("--cert", help=_("Certificate, PEM or DER."))] = None,
    key: Annotated[Path | None, FileOption("--key", help=_("Private key of --cert."))] = None,
    p12: Annotated[
        Path | None, FileOption("--p12", help=_("Certificate and key in one PKCS#12 file."))
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        FileOption("--passphrase-file", help=_("File with the passphrase of the key; else it is asked for.")),
    ] = None,
    json: AsJson = False,
) -> None:
    files = _CertificateFiles(cert, key, p12, passphrase_file)
    if bool(firms) == every:
        raise BlinkError(
            USAGE, problem=_("Name the firms with --firm, or all that have no access with --all.")
        )
    work = _add(options.profile(context), firms or [], files, from_stdin=token_stdin, as_json=json)
    raise typer.Exit(options.run(work))


@app.command("list", help=_("List what logs in, without secrets. Example: blink credential list"))
def list_credentials(context: typer.Context, json: AsJson = False) -> None:
    options.run(_list(options.profile(context), as_json=json))


@app.command(
    help=_("Log in with it and tell what KSeF says. Example: blink credential check --firm 5265877635")
)
def check(
    context: typer.Context,
    firms: options.FirmsOption = None,
    json: AsJson = False,
) -> None:
    raise typer.Exit(options.run(_check(options.profile(context), firms or [], as_json=json)))


@app.command(
    help=_(
        "Forget an access; KSeF keeps the token until you revoke it there. Example: blink credential remove 3"
    )
)
def remove(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help=_("Number in blink credential list."))],
    json: AsJson = False,
) -> None:
    options.run(_remove(options.profile(context), number, as_json=json))


async def _add(
    profile: Profile, texts: list[str], files: _CertificateFiles, *, from_stdin: bool, as_json: bool
) -> int:
    """No texts mean every enabled firm that has no access yet."""
    from blink_tui.sync.clients import KsefClients
    from blink_tui.sync.registration import register

    async with profile.open_buffer() as buffer, KsefClients(profile.work_folder) as clients:
        firms = [await firm_named(buffer, text) for text in texts] or await _without_access(buffer)
        access = files.read() if files.named else _read_token(from_stdin=from_stdin)
        registered = await register(buffer, profile.open_vault(), clients, firms, access)
        shown = await _shown(buffer, [registered.credential])
    for error in (*registered.refused, *registered.unchecked):
        for line in output.failure_lines(error):
            output.warn(line)
    if registered.unchecked:
        output.warn(_("It is kept as unchecked; the next fetch will tell."))
    if as_json:
        more = {"refused": [output.failure_json(error)["error"] for error in registered.refused]}
        output.say_json(shown[0] | (more if registered.refused else {}))
    elif not registered.unchecked:
        output.say(_("KSeF accepted it. Next: blink sync --firm {firm}").format(firm=shown[0]["firms"][0]))
    return int(ExitCode.PARTLY_FAILED if registered.refused else ExitCode.DONE)


async def _without_access(buffer: Buffer) -> list[Firm]:
    held = await buffer.credentials.by_firm()
    firms = [firm for firm in await buffer.firms.list(enabled_only=True) if firm.id not in held]
    if not firms:
        raise BlinkError(ALL_HAVE_ACCESS)
    return firms


async def _list(profile: Profile, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        credentials = await buffer.credentials.list()
        shown = await _shown(buffer, credentials)
        ends = await _ends(buffer, credentials)
    if as_json:
        output.say_json(shown)
    elif not credentials:
        output.say(_("No access yet. Add a token: blink credential add --firm NIP"))
    else:
        head = ("#", _("Firms"), _("Token or certificate"), _("State"), _("Checked"), _("Last day"))
        rows = [_row(*one) for one in zip(credentials, shown, ends, strict=True)]
        output.say(output.table(head, rows))


def _row(credential: Credential, shown: dict[str, Any], expiry: Expiry | None) -> tuple[str, ...]:
    from blink_tui.sync.access_words import end_words, state_words
    from blink_tui.sync.expiry import shortened

    checked = output.moment(shown["checked_at"]) if shown["checked_at"] else ""
    firms = shortened(shown["firms"])
    return str(credential.id), firms, credential.label, state_words(credential), checked, end_words(expiry)


async def _check(profile: Profile, texts: list[str], *, as_json: bool) -> int:
    from blink_tui.sync.clients import KsefClients
    from blink_tui.sync.expiry import expiry_of, today_and_tokens_end
    from blink_tui.sync.registration import check_firms
    from blink_tui.sync.summary import exit_code_for

    async with profile.open_buffer() as buffer, KsefClients(profile.work_folder) as clients:
        firms = [await firm_named(buffer, text) for text in texts] or await buffer.firms.list(
            enabled_only=True
        )
        errors = await check_firms(buffer, profile.open_vault(), clients, firms)
        today, tokens_end = await today_and_tokens_end(buffer, clients.clock)
        held = await buffer.credentials.by_firm()
    ends = [expiry_of(found, tokens_end, today) if (found := held.get(firm.id)) else None for firm in firms]
    findings = list(zip(firms, errors, ends, strict=True))
    if as_json:
        output.say_json(
            [
                {
                    "firm": firm.context_value,
                    "ok": error is None,
                    **_expiry_json(expiry),
                    **(output.failure_json(error) if error else {}),
                }
                for firm, error, expiry in findings
            ]
        )
    else:
        for firm, error, expiry in findings:
            lines = (
                output.failure_lines(error) if error else [_("{firm}: access works.").format(firm=firm.name)]
            )
            if expiry and expiry.near:
                text = _("{firm}: the access ends on {day} (days left: {days}). Renew it before that.")
                lines.append(text.format(firm=firm.name, day=expiry.ends, days=expiry.days_left))
            output.say("\n".join(lines))
    return int(exit_code_for([[error] if error else [] for error in errors]))


async def _remove(profile: Profile, number: int, *, as_json: bool) -> None:
    from blink_tui.sync.clients import KsefClients
    from blink_tui.sync.registration import remove as forget

    async with profile.open_buffer() as buffer, KsefClients(profile.work_folder) as clients:
        found = [one for one in await buffer.credentials.list() if one.id == number]
        if not found:
            raise BlinkError(NO_SUCH_CREDENTIAL, number=number)
        ended = await forget(buffer, profile.open_vault(), clients, found[0])
        left = await buffer.credentials.by_firm()
        firms = [await buffer.firms.get(firm_id) for firm_id in found[0].firm_ids]
    remaining = [(firm, left.get(firm.id)) for firm in firms]
    if as_json:
        output.say_json(
            {
                "removed": number,
                "logged_out": ended,
                "remaining": [
                    {"firm": firm.context_value, "credential": other.id if other else None}
                    for firm, other in remaining
                ],
            }
        )
        return
    output.say(_("Removed. Revoke the token in KSeF too if nobody needs it."))
    for firm, other in remaining:
        if other:
            text = _("{firm}: logs in with number {number} from now on, {label}.")
            output.say(text.format(firm=firm.context_value, number=other.id, label=other.label))
        else:
            text = _("{firm}: has no access any more. Add one: blink credential add --firm {firm}")
            output.say(text.format(firm=firm.context_value))


async def _shown(buffer: Buffer, credentials: list[Credential]) -> list[dict[str, Any]]:
    """Credentials as scripts read them; `state`, `problem` and `checked_at` are of the firm that fares worst."""
    names = {firm.id: firm.context_value for firm in await buffer.firms.list()}
    ends = await _ends(buffer, credentials)
    return [
        {
            "id": credential.id,
            "kind": credential.kind,
            "label": credential.label,
            "state": worst.state if (worst := credential.worst) else CredentialState.UNCHECKED,
            "checked_at": worst.checked_at if worst else None,
            "problem": worst.problem if worst else None,
            "firms": [names.get(firm_id, "") for firm_id in credential.firm_ids],
            "by_firm": [
                {
                    "firm": names.get(use.firm_id, ""),
                    "state": use.state,
                    "problem": use.problem,
                    "checked_at": use.checked_at,
                    "accepted_at": use.accepted_at,
                }
                for use in credential.uses
            ],
            **_expiry_json(expiry),
        }
        for credential, expiry in zip(credentials, ends, strict=True)
    ]


async def _ends(buffer: Buffer, credentials: list[Credential]) -> list[Expiry | None]:
    from blink_tui.model.clock import SystemClock
    from blink_tui.sync.expiry import expiry_of, today_and_tokens_end

    today, tokens_end = await today_and_tokens_end(buffer, SystemClock())
    return [expiry_of(credential, tokens_end, today) for credential in credentials]


def _expiry_json(expiry: Expiry | None) -> dict[str, Any]:
    return {
        "expires": expiry.ends.isoformat() if expiry else None,
        "days_left": expiry.days_left if expiry else None,
    }


@dataclass(frozen=True, slots=True)
class _CertificateFiles:
    """The files in which a certificate comes: certificate and key, or both in one."""

    cert: Path | None
    key: Path | None
    p12: Path | None
    passphrase_file: Path | None

    @property
    def named(self) -> bool:
        """True when a certificate was asked for at all."""
        return any((self.cert, self.key, self.p12, self.passphrase_file))

    def read(self) -> CertificateCredential:
        """The certificate with its key; a passphrase is asked for where one is needed. Raises BlinkError."""
        from blink_tui.ksef.certificate_errors import PASSPHRASE_MISSING

        passphrase = _first_line(self.passphrase_file) if self.passphrase_file else None
        try:
            return self._loaded(passphrase)
        except BlinkError as error:
            if error.kind != PASSPHRASE_MISSING or not sys.stdin.isatty():
                raise
        return self._loaded(asked(_("Passphrase of the key (not shown): ")))

    def _loaded(self, passphrase: Secret | None) -> CertificateCredential:
        from blink_tui.sync.access_files import FILES_UNCLEAR, CertificateFiles

        try:
            return CertificateFiles(self.cert, self.key, self.p12).load(passphrase)
        except BlinkError as error:
            if error.kind is not FILES_UNCLEAR:
                raise
            raise BlinkError(USAGE, problem=_("Name either --cert and --key, or --p12.")) from None


def _first_line(path: Path) -> Secret:
    return Secret(path.read_bytes().partition(b"\n")[0].rstrip(b"\r"))


def _read_token(*, from_stdin: bool) -> Secret:
    """The token from standard input or a prompt without echo. Raises BlinkError (usage) when there is none."""
    if from_stdin:
        text = sys.stdin.readline()
    elif sys.stdin.isatty():
        text = asked(_("KSeF token (not shown): ")).reveal_text()
    else:
        raise BlinkError(USAGE, problem=_("There is no terminal to ask for the token: use --token-stdin."))
    return checked_token(text)
