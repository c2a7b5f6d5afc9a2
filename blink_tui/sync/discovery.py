"""Finding an office's clients: who granted it the right to view invoices, who withdrew it, and making firms of them.

An office is a firm in whose own context this was asked once by a person (`blink firm discover`). From then on the
schedule asks once a night for each of `buffer.offices.discovered()`. The certificate that logs in there logs in for
the clients, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from blink_tui.buffer import Buffer
from blink_tui.ksef import errors as ksef_errors
from blink_tui.ksef.client import Session
from blink_tui.ksef.grants import Grant
from blink_tui.ksef.operations import Context
from blink_tui.ksef.rights import INVOICE_READ
from blink_tui.model import events
from blink_tui.model.dates import instant_key, instant_of
from blink_tui.model.documents import FirmKind
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import (
    ContextType,
    CredentialKind,
    Firm,
    FirmCredential,
    Granted,
    GrantedContext,
    GrantSource,
    GrantState,
    NewFirm,
)
from blink_tui.model.values import Nip
from blink_tui.sync.errors import CLIENTS_NEED_CERTIFICATE
from blink_tui.sync.events import Reporter
from blink_tui.sync.expiry import shortened

_NO_GROUP = (
    ksef_errors.GRANTS_HIDDEN,
    ksef_errors.CONTEXT_TYPE_NOT_ALLOWED,
    ksef_errors.RESOURCE_NOT_ALLOWED,
)
_MEMBERS = {
    "LocalGovernmentSubUnit": FirmKind.LOCAL_GOVERNMENT_UNIT,
    "VatGroupSubUnit": FirmKind.VAT_GROUP_MEMBER,
}
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a discovery found, and what it changed."""

    contexts: tuple[GrantedContext, ...]
    """Everything that ever granted the office access."""
    new: tuple[GrantedContext, ...]
    """Granted since the last time, or again."""
    withdrawn: tuple[GrantedContext, ...]
    """No longer listed, since the last time."""
    source: GrantSource


async def discover(
    buffer: Buffer, session: Session, office: Firm, now: datetime, report: Reporter | None = None
) -> Discovered:
    """Ask in the office's own context who granted it rights, and remember the answer.

    Costs a request for every 100 grants and one for the office's units. Raises BlinkError: GRANTS_HIDDEN when the
    login may see neither the office's rights nor any of its own, and what any call raises.
    """
    before = {_key(one): one.state for one in await buffer.offices.contexts(office.id)}
    source, grants = await _grants(session)
    granted = readable(grants, session.context, await _members(session))
    await buffer.offices.keep(office.id, source, granted, instant_of(now))
    contexts = await buffer.offices.contexts(office.id)
    gone = GrantState.WITHDRAWN
    new = [one for one in contexts if one.state is not gone and before.get(_key(one), gone) is gone]
    withdrawn = [one for one in contexts if one.state is gone and before.get(_key(one)) not in (gone, None)]
    if report is not None:
        _tell(report, office, new, withdrawn)
    return Discovered(tuple(contexts), tuple(new), tuple(withdrawn), source)


def readable(grants: Iterable[Grant], office: Context, members: dict[_Key, FirmKind]) -> list[Granted]:
    """The contexts, other than the office itself, whose invoices the grants let it view; pure."""
    found: dict[_Key, Granted] = {}
    for grant in grants:
        key = (grant.context.type, grant.context.value)
        usable = grant.active and grant.scope == INVOICE_READ and grant.context != office
        if not usable or key[0] not in tuple(ContextType):
            continue
        type_ = ContextType(key[0])
        kind = members.get(key, FirmKind.BRANCH if type_ is ContextType.INTERNAL_ID else FirmKind.TAXPAYER)
        other = found.get(key)
        dates = [date for date in (grant.since, other.since if other else None) if date is not None]
        found[key] = Granted(type_, key[1], kind, min(dates, key=instant_key, default=None))
    return list(found.values())


async def office_ids(buffer: Buffer) -> list[int]:
    """Firms that may be the office: those known as one from before, else those that log in with a certificate."""
    known = list(await buffer.offices.discovered())
    if known:
        return known
    held = await buffer.credentials.by_firm()
    return [id_ for id_, one in held.items() if one.kind is CredentialKind.CERTIFICATE]


async def _grants(session: Session) -> tuple[GrantSource, Sequence[Grant]]:
    """What was granted to the office; what was given to the person who logs in where only that may be seen."""
    try:
        return GrantSource.ENTITIES, await session.grants_to_office()
    except BlinkError as error:
        if error.kind is not ksef_errors.GRANTS_HIDDEN:
            raise
        own = (await session.own_rights()).grants
        if not readable(own, session.context, {}):
            raise
        return GrantSource.PERSONAL, own


async def _members(session: Session) -> dict[_Key, FirmKind]:
    """Units of the local government and members of the VAT group that the office is itself, if it is one."""
    try:
        roles = await session.units()
    except BlinkError as error:
        if error.kind not in _NO_GROUP:
            raise
        return {}
    return {
        (role.context.type, role.context.value): _MEMBERS[role.role]
        for role in roles
        if role.context is not None and role.role in _MEMBERS
    }


def _tell(
    report: Reporter, office: Firm, new: Sequence[GrantedContext], withdrawn: Sequence[GrantedContext]
) -> None:
    offered = [one.context_value for one in new if one.state is GrantState.OFFERED]
    if offered:
        found = shortened(offered)
        report(events.ContextsFound, office=office.context_value, contexts=found, count=len(offered))
    for one in withdrawn:
        report(events.RightWithdrawn, office=office.context_value, context=one.context_value)


async def add_firms(
    buffer: Buffer, office: Firm, credential: FirmCredential, contexts: Sequence[GrantedContext]
) -> list[Firm]:
    """Make firms of contexts that granted the office access, with its certificate to log in; nothing new to type.

    One that is a firm already gets the certificate where nothing logs in for it. Returns the new firms. Raises
    BlinkError(CLIENTS_NEED_CERTIFICATE): a token logs in for the office alone.
    """
    if credential.kind is not CredentialKind.CERTIFICATE:
        raise BlinkError(CLIENTS_NEED_CERTIFICATE, firm=office.context_value)
    held = await buffer.credentials.by_firm()
    idle = [one.firm_id for one in contexts if one.firm_id is not None and one.firm_id not in held]
    added = await buffer.firms.add_many(
        [_new_firm(one, office.env) for one in contexts if one.firm_id is None]
    )
    await buffer.credentials.link(credential.id, [*idle, *(firm.id for firm in added)])
    return added


def _new_firm(one: GrantedContext, env: str) -> NewFirm:
    """KSeF does not tell the name here; it is the number until a person or a list gives one."""
    nip = Nip(one.context_value.partition("-")[0])
    return NewFirm(nip, one.context_type, one.context_value, one.context_value, env, one.kind)


def _key(one: Granted) -> _Key:
    return str(one.context_type), one.context_value
