"""`blink firm data`: what is held of a firm or about a person, as files; with a protocol when the firm leaves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.bar import bar
from blink_tui.cli.context import firm_named, system_user
from blink_tui.cli.options import AsJson
from blink_tui.cli.zip_password import PasswordFileOption, ZipOption, zip_password
from blink_tui.i18n import _, ngettext
from blink_tui.model.dates import warsaw
from blink_tui.model.errors import USAGE, BlinkError

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile
    from blink_tui.model.secret import Secret
    from blink_tui.ops.holdings import Found, Packed

_SHOWN = 50


def data(
    context: typer.Context,
    firm: Annotated[
        str | None, typer.Option("--firm", metavar="NIP", help=_("NIP or internal id of the firm."))
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            metavar="NIP|PESEL|NAME", help=_("What is held about one person, over all firms (art. 15 RODO).")
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|FILE.zip", help=_("A new folder or zip; else a zip in the profile's exports.")
        ),
    ] = None,
    protocol: Annotated[
        bool,
        typer.Option(
            "--protocol",
            help=_("The firm leaves: a protocol of the hand-over goes with it, and is put down."),
        ),
    ] = False,
    zipped: ZipOption = False,
    password_file: PasswordFileOption = None,
    json: AsJson = False,
) -> None:
    profile, target = options.profile(context), Path(out).absolute() if out else None
    if (firm is None) == (person is None):
        raise BlinkError(USAGE, problem=_("Say of whom: --firm NIP, or --person NIP|PESEL|NAME"))
    if zipped and ((target and target.suffix.lower() != ".zip") or (person and not target)):
        raise BlinkError(USAGE, problem=_("--zip goes with a name that ends with .zip: --out FILE.zip"))
    password = zip_password(zipped, password_file)
    if person is not None:
        if protocol:
            raise BlinkError(USAGE, problem=_("--protocol goes with --firm."))
        options.run(_person(profile, person, target, password, as_json=json))
    elif firm is not None:
        options.run(_firm(profile, firm, target, password, protocol=protocol, as_json=json))


async def _firm(
    profile: Profile, text: str, out: Path | None, password: Secret | None, *, protocol: bool, as_json: bool
) -> None:
    from blink_tui.ops.holdings import hand_over, pack_firm, package_name, protocol_page
    from blink_tui.sync.files import place

    now, who = datetime.now(UTC), system_user()
    async with profile.open_buffer() as buffer:
        firm = await firm_named(buffer, text)
        stamp = f"{now.astimezone(warsaw()):%Y%m%d-%H%M%S}"
        path = (out or profile.export_folder / package_name(firm, stamp)).absolute()
        with bar(_("Writing"), await buffer.documents.total(firm.id)) as told:
            packed = await pack_firm(buffer, firm, path, now, who=who, password=password, told=told)
        handover = await hand_over(buffer, firm, packed, who=who) if protocol else None
    page = None
    if handover is not None:
        page = path.with_name(f"{path.stem}-protokol-{handover.number}.html")
        place(page, protocol_page(firm, packed, handover).encode())
    if as_json:
        output.say_json(_packed_json(packed) | {
            "protocol": handover.number if handover else None, "page": str(page) if page else None,
        })  # fmt: skip
        return
    output.say(_packed_words(packed))
    if handover is not None:
        output.say(
            _("Protocol {number}, to be printed and signed: {page}").format(number=handover.number, page=page)
        )
        output.say(
            _("Once it is signed: blink firm erase --firm {nip} --protocol {number}").format(
                nip=firm.context_value, number=handover.number
            )
        )


def _packed_words(packed: Packed) -> str:
    return ngettext(
        "Written: {n} document, {files} files, SHA-256 {hash}: {path}",
        "Written: {n} documents, {files} files, SHA-256 {hash}: {path}",
        packed.documents,
    ).format(n=packed.documents, files=packed.files, hash=packed.sha256.hex()[:16], path=packed.path)


def _packed_json(packed: Packed) -> dict[str, Any]:
    return {
        "path": str(packed.path),
        "sha256": packed.sha256.hex(),
        "documents": packed.documents,
        "files": packed.files,
        "rows": packed.rows,
        "chain": {"length": packed.length, "head": packed.head.hex()},
    }


async def _person(
    profile: Profile, text: str, out: Path | None, password: Secret | None, *, as_json: bool
) -> None:
    from blink_tui.ops.holdings import checked_person, find_person

    looked = checked_person(text)
    async with profile.open_buffer() as buffer:
        with bar(_("Looking"), await buffer.holdings.invoices()) as told:
            found = await find_person(buffer, looked, out, password=password, told=told)
    if as_json:
        output.say_json(
            {
                "rows": found.rows,
                "invoices": [
                    {"ksef_number": number, "firms": list(firms)} for number, firms in found.invoices
                ],
                "path": str(out) if out else None,
            }
        )
        return
    _show_found(found, out)


def _show_found(found: Found, out: Path | None) -> None:
    if not found.rows and not found.invoices:
        output.say(_("Nothing is held about this person."))
        return
    if found.rows:
        head = (_("Table"), _("Rows"))
        output.say(output.table(head, [(name, str(count)) for name, count in found.rows.items()]))
    n = len(found.invoices)
    output.say(ngettext("On {n} invoice:", "On {n} invoices:", n).format(n=n))
    for number, firms in found.invoices[:_SHOWN]:
        output.say(f"  {number}  ({', '.join(firms)})")
    if n > _SHOWN:
        output.say(_("  and {n} more").format(n=n - _SHOWN))
    if out is not None:
        output.say(_("Written: {path}").format(path=out))
