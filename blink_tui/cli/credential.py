"""`blink credential`: what logs in."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Credential, CredentialState
from blink_tui.model.secret import Secret

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile
    from blink_tui.ksef.certificates import CertificateCredential

app = typer.Typer(help=_("Access to KSeF: tokens and certificates."), no_args_is_help=True)
FileOption = partial(typer.Option, exists=True, dir_okay=False, readable=True)

NO_SUCH_CREDENTIAL = ErrorKind(
    "no-such-credential",
    ExitCode.USAGE,
    N_("There is no access number {number}. See the known ones: blink credential list"),
)

_STATES = {
    CredentialState.UNCHECKED: N_("unchecked"),
    CredentialState.ACCEPTED: N_("accepted"),
    CredentialState.REFUSED: N_("refused"),
}


@app.command(
    help=_(
        "Add a token (asked for unless --token-stdin) or a certificate. "
        "Example: blink credential add --firm 5265877635 --cert office.crt --key office.key"
    )
)
def add(
    context: typer.Context,
    firms: Annotated[
        list[str],
        typer.Option("--firm", metavar="NIP", help=_("Firm it logs in for; a certificate may serve many.")),
    ],
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
    options.run(_add(options.profile(context), firms, files, from_stdin=token_stdin, as_json=json))


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
) -> None:
    from blink_tui.sync.access import register

    async with profile.open_buffer() as buffer:
        firms = [await firm_named(buffer, text) for text in texts]
        access = files.read() if files.named else _read_token(from_stdin=from_stdin)
        registered = await register(buffer, profile.open_vault(), firms, access)
    if registered.warning is not None:
        for line in output.failure_lines(registered.warning):
            output.warn(line)
        output.warn(_("It is kept as unchecked; the next fetch will tell."))
    if as_json:
        names = {firm.id: firm.context_value for firm in firms}
        output.say_json(_credential_json(registered.credential, names))
    elif registered.warning is None:
        output.say(_("KSeF accepted it. Next: blink sync --firm {firm}").format(firm=firms[0].context_value))


async def _list(profile: Profile, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        credentials = await buffer.credentials.list()
        names = {firm.id: firm.context_value for firm in await buffer.firms.list()}
    if as_json:
        output.say_json([_credential_json(credential, names) for credential in credentials])
    elif not credentials:
        output.say(_("No access yet. Add a token: blink credential add --firm NIP"))
    else:
        head = ("#", _("Firms"), _("Token or certificate"), _("State"), _("Checked"))
        rows = [
            (
                str(credential.id),
                ", ".join(names.get(firm_id, "?") for firm_id in credential.firm_ids),
                credential.label,
                _(_STATES[credential.state]),
                credential.checked_at or "",
            )
            for credential in credentials
        ]
        output.say(output.table(head, rows))


async def _check(profile: Profile, texts: list[str], *, as_json: bool) -> int:
    from blink_tui.sync.access import check_firm
    from blink_tui.sync.summary import exit_code_for

    async with profile.open_buffer() as buffer:
        firms = [await firm_named(buffer, text) for text in texts] or await buffer.firms.list(
            enabled_only=True
        )
        vault = profile.open_vault()
        findings = [(firm, await check_firm(buffer, vault, firm)) for firm in firms]
    if as_json:
        output.say_json(
            [
                {
                    "firm": firm.context_value,
                    "ok": error is None,
                    **(output.failure_json(error) if error else {}),
                }
                for firm, error in findings
            ]
        )
    else:
        for firm, error in findings:
            lines = (
                output.failure_lines(error) if error else [_("{firm}: access works.").format(firm=firm.name)]
            )
            output.say("\n".join(lines))
    return int(exit_code_for([[error] if error else [] for _firm, error in findings]))


async def _remove(profile: Profile, number: int, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        found = [one for one in await buffer.credentials.list() if one.id == number]
        if not found:
            raise BlinkError(NO_SUCH_CREDENTIAL, number=number)
        await buffer.credentials.remove(number)
        profile.open_vault().remove(found[0].vault_name)
    if as_json:
        output.say_json({"removed": number})
    else:
        output.say(_("Removed. Revoke the token in KSeF too if nobody needs it."))


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
        return self._loaded(_asked(_("Passphrase of the key (not shown): ")))

    def _loaded(self, passphrase: Secret | None) -> CertificateCredential:
        from blink_tui.ksef.certificates import load_certificate, load_pkcs12

        if self.p12 and not self.cert and not self.key:
            return load_pkcs12(self.p12.read_bytes(), passphrase)
        if self.cert and self.key and not self.p12:
            return load_certificate(self.cert.read_bytes(), self.key.read_bytes(), passphrase)
        raise BlinkError(USAGE, problem=_("Name either --cert and --key, or --p12."))


def _first_line(path: Path) -> Secret:
    return Secret(path.read_bytes().partition(b"\n")[0].rstrip(b"\r"))


def _asked(question: str) -> Secret:
    import getpass

    return Secret(getpass.getpass(question))


def _read_token(*, from_stdin: bool) -> Secret:
    """The token from standard input or a prompt without echo. Raises BlinkError (usage) when there is none."""
    if from_stdin:
        text = sys.stdin.readline()
    elif sys.stdin.isatty():
        text = _asked(_("KSeF token (not shown): ")).reveal_text()
    else:
        raise BlinkError(USAGE, problem=_("There is no terminal to ask for the token: use --token-stdin."))
    if not text.strip():
        raise BlinkError(USAGE, problem=_("The token is empty."))
    return Secret(text.strip())


def _credential_json(credential: Credential, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": credential.id,
        "kind": credential.kind,
        "label": credential.label,
        "state": credential.state,
        "checked_at": credential.checked_at,
        "problem": credential.problem,
        "firms": [names.get(firm_id, "") for firm_id in credential.firm_ids],
    }
