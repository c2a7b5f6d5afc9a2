"""The firms as their screen lists them: read with a fixed number of queries, however many there are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from blink_tui.buffer import Buffer
from blink_tui.i18n import N_, _
from blink_tui.model.documents import Role
from blink_tui.model.firms import CredentialState, Firm, FirmCredential, env_shown, is_insecure
from blink_tui.model.schedule import ScheduledRole
from blink_tui.model.text import clean, folded
from blink_tui.model.words import KIND_WORDS, ROLE_SHORT, every_words
from blink_tui.sync.access import refusal_of
from blink_tui.sync.timetable import askable_roles, interval_of
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import day

_STATES = {
    "off": (N_("off"), "dim", "x"),
    "none": (N_("no access"), "bad", "!"),
    "refused": (N_("access refused"), "bad", "!"),
    "paused": (N_("paused"), "warn", "~"),
    "on": (N_("fetched"), "plain", " "),
}
"""How a firm is: a word, its tone, a glyph."""


@dataclass(frozen=True, slots=True)
class FirmLine:
    """One firm with what its row and its detail say."""

    firm: Firm
    roles: tuple[ScheduledRole, ...]
    credential: FirmCredential | None

    @property
    def _state(self) -> tuple[str, str, str]:
        if not self.firm.enabled:
            return _STATES["off"]
        if self.credential is None:
            return _STATES["none"]
        if self.credential.state is CredentialState.REFUSED:
            return _STATES["refused"]
        return _STATES["paused" if self.firm.paused else "on"]

    @property
    def state(self) -> str:
        """Whether it is fetched, or why not, in a word."""
        word = self._state[0]
        return _("is fetched") if word == "fetched" else _(word)

    @property
    def tone(self) -> str:
        """The tone of its row."""
        return self._state[1]

    @property
    def glyph(self) -> str:
        """The same in one cell."""
        return self._state[2]

    @property
    def intervals(self) -> str:
        """Its roles by how often they are asked for: `every 15 min: seller, buyer; nightly: office`."""
        found: dict[int, list[Role]] = {}
        for one in sorted(self.roles, key=lambda one: list(Role).index(one.role)):
            if one.role in askable_roles(self.firm):
                found.setdefault(interval_of(self.firm, one), []).append(one.role)
        return "; ".join(
            f"{every_words(every)}: {', '.join(_(ROLE_SHORT[role]) for role in roles)}"
            for every, roles in found.items()
        )

    def holds(self, words: Sequence[str]) -> bool:
        """Whether all of some folded words stand in what is shown of it."""
        firm = self.firm
        parts = (firm.name, firm.context_value, firm.env, self.state, firm.accountant, *firm.labels)
        text = folded(" ".join(parts))
        return all(word in text for word in words)

    def paragraphs(self) -> list[Paragraph]:
        """The firm in full."""
        firm = self.firm
        first = day(firm.first_day) or _("the previous month's first day")
        facts = [_(KIND_WORDS[firm.kind]), _("from {day}").format(day=first), firm.ledger_format.upper()]
        if firm.accountant:
            facts.append(_("kept by {accountant}").format(accountant=clean(firm.accountant)))
        facts += [f"#{clean(label)}" for label in firm.labels]
        return [
            Paragraph(f"{clean(firm.name)} · {firm.context_value} · {clean(env_shown(firm.env))}", "head"),
            Paragraph(f"{self.glyph} {self.state} · {' · '.join(facts)}".strip(), self.tone),
            Paragraph(self._said() or self.intervals, self.tone if self._said() else "plain"),
        ]

    def _said(self) -> str:
        """What keeps it from being fetched, in a sentence with what to do."""
        if self.firm.enabled and self.credential is None:
            return _("Nothing logs in for it yet. Add a token or a certificate in Access (3).")
        if self.firm.enabled and self.credential is not None and self._state is _STATES["refused"]:
            return clean(str(refusal_of(self.credential.use, self.firm.context_value)))
        return ""


def env_cell(env: str) -> str:
    """An environment where there is little room; plain http is marked."""
    host = urlsplit(env).netloc if "://" in env else env
    return f"! http {host}" if is_insecure(env) else clean(host)


async def read_firm_lines(buffer: Buffer) -> list[FirmLine]:
    """Every firm, in the order of the names."""
    firms = await buffer.firms.list()
    scheduled = await buffer.schedules.all()
    held = await buffer.credentials.by_firm()
    return await asyncio.to_thread(_lines, firms, scheduled, held)


def _lines(
    firms: Sequence[Firm], scheduled: Sequence[ScheduledRole], held: Mapping[int, FirmCredential]
) -> list[FirmLine]:
    roles: dict[int, list[ScheduledRole]] = {}
    for one in scheduled:
        roles.setdefault(one.firm_id, []).append(one)
    return [FirmLine(firm, tuple(roles.get(firm.id, ())), held.get(firm.id)) for firm in firms]
