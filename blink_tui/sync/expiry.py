"""When credentials end: certificates by their own date, tokens by the law's; warned of once for each threshold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from blink_tui.buffer import Buffer
from blink_tui.model.clock import Clock
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.events import CredentialExpires
from blink_tui.model.firms import Credential, CredentialKind, FirmCredential
from blink_tui.model.settings import TOKENS_END

THRESHOLDS = (30, 14, 7, 1)
"""Days ahead of an end on which it is warned of."""
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Expiry:
    """The last Warsaw day of a credential, and how many days away it is; negative once it is past."""

    ends: date
    days_left: int

    @property
    def near(self) -> bool:
        """It is time to renew."""
        return 0 <= self.days_left <= THRESHOLDS[0]


def expiry_of(credential: Credential | FirmCredential, tokens_end: date | None, today: date) -> Expiry | None:
    """When a credential ends; None where that is not known."""
    if credential.kind is CredentialKind.TOKEN:
        ends = tokens_end
    else:
        ends = warsaw_day(credential.valid_to) if credential.valid_to else None
    return Expiry(ends, (ends - today).days) if ends else None


async def today_and_tokens_end(buffer: Buffer, clock: Clock) -> tuple[date, date | None]:
    """What `expiry_of` goes by: the day in Warsaw, and the announced end of tokens."""
    return warsaw_day(instant_of(clock.now())), await buffer.settings.value(TOKENS_END)


def threshold_due(days_left: int, warned: int | None) -> int | None:
    """The threshold to warn of now, `warned` being the last one of this end; None while there is none, or it is past.

    Thresholds that went by while nothing ran are not made up for: the nearest one says it all.
    """
    if days_left < 0:
        return None
    reached = [days for days in THRESHOLDS if days_left <= days]
    return reached[-1] if reached and (warned is None or reached[-1] < warned) else None


async def expiry_warnings(buffer: Buffer, clock: Clock, run: str) -> list[CredentialExpires]:
    """What to warn of now, remembered as told; called once a run. Nothing is written where there is nothing new.

    Only what logs in for an enabled firm counts: what was replaced may end. All tokens end on one day: one event.
    """
    today, tokens_end = await today_and_tokens_end(buffer, clock)
    warned = await buffer.credentials.warned()
    due: dict[int, tuple[str, int]] = {}
    groups: dict[tuple[Expiry, int], list[tuple[FirmCredential, str]]] = {}
    in_use = await buffer.credentials.by_firm()
    for firm in await buffer.firms.list(enabled_only=True):
        credential = in_use.get(firm.id)
        expiry = expiry_of(credential, tokens_end, today) if credential else None
        if credential is None or expiry is None:
            continue
        ends = expiry.ends.isoformat()
        last_end, last_days = warned.get(credential.id, ("", 0))
        threshold = threshold_due(expiry.days_left, last_days if last_end == ends else None)
        if threshold is not None:
            due[credential.id] = (ends, threshold)
            one = 0 if credential.kind is CredentialKind.TOKEN else credential.id
            groups.setdefault((expiry, one), []).append((credential, firm.context_value))
    if due:
        await buffer.credentials.note_warned(due)
    return [_event(run, expiry, found) for (expiry, _one), found in groups.items()]


def _event(run: str, expiry: Expiry, found: Sequence[tuple[FirmCredential, str]]) -> CredentialExpires:
    labels = list(dict.fromkeys(credential.label for credential, _firm in found))
    return CredentialExpires(
        run=run,
        firm_id=found[0][0].use.firm_id if len(found) == 1 else None,
        ends=expiry.ends.isoformat(),
        days_left=expiry.days_left,
        label=shortened(labels),
        firms=shortened([firm for _credential, firm in found]),
    )


def shortened(names: Iterable[str]) -> str:
    """A list for one line: a few names, and how many more there are."""
    listed = list(names)
    more = len(listed) - _NAMED
    return ", ".join(listed[:_NAMED]) + (f" … (+{more})" if more > 0 else "")
