"""`blink credential`: what logs in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named
from blink_tui.cli.options import AsJson, FirmOption
from blink_tui.i18n import N_, _
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Credential, CredentialState
from blink_tui.model.secret import Secret

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile

app = typer.Typer(help=_("Access to KSeF: tokens."), no_args_is_help=True)

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


@app.command()
def add(
    context: typer.Context,
    firm: FirmOption,
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help=_("Read the token from standard input."))
    ] = False,
    json: AsJson = False,
) -> None:
    """Add a firm's token; it is asked for unless --token-stdin. Example: blink credential add --firm 5265877635"""
    options.run(_add(options.profile(context), firm, from_stdin=token_stdin, as_json=json))


@app.command("list")
def list_credentials(context: typer.Context, json: AsJson = False) -> None:
    """List what logs in, without secrets. Example: blink credential list"""
    options.run(_list(options.profile(context), as_json=json))


@app.command()
def check(
    context: typer.Context,
    firms: options.FirmsOption = None,
    json: AsJson = False,
) -> None:
    """Log in with it and tell what KSeF says. Example: blink credential check --firm 5265877635"""
    raise typer.Exit(options.run(_check(options.profile(context), firms or [], as_json=json)))


@app.command()
def remove(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help=_("Number in blink credential list."))],
    json: AsJson = False,
) -> None:
    """Forget an access; KSeF keeps the token until you revoke it there. Example: blink credential remove 3"""
    options.run(_remove(options.profile(context), number, as_json=json))


async def _add(profile: Profile, firm_text: str, *, from_stdin: bool, as_json: bool) -> None:
    from blink_tui.sync.access import register_token

    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, firm_text)
        token = _read_token(from_stdin=from_stdin)
        registered = await register_token(buffer, profile.open_vault(), firm, token)
    if registered.warning is not None:
        for line in output.failure_lines(registered.warning):
            output.warn(line)
        output.warn(_("The token is kept as unchecked; the next fetch will tell."))
    if as_json:
        output.say_json(_credential_json(registered.credential, {firm.id: firm.context_value}))
    elif registered.warning is None:
        output.say(
            _("KSeF accepted the token. Next: blink sync --firm {firm}").format(firm=firm.context_value)
        )


async def _list(profile: Profile, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        credentials = await buffer.credentials.list()
        names = {firm.id: firm.context_value for firm in await buffer.firms.list()}
    if as_json:
        output.say_json([_credential_json(credential, names) for credential in credentials])
    elif not credentials:
        output.say(_("No access yet. Add a token: blink credential add --firm NIP"))
    else:
        head = (_("No"), _("Firms"), _("Token"), _("State"), _("Checked"))
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


def _read_token(*, from_stdin: bool) -> Secret:
    """The token from standard input or a prompt without echo. Raises BlinkError (usage) when there is none."""
    if from_stdin:
        text = sys.stdin.readline()
    elif sys.stdin.isatty():
        import getpass

        text = getpass.getpass(_("KSeF token (not shown): "))
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
