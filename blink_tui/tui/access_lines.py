"""Tokens and certificates as their screen lists them: a fixed number of queries, however many firms there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from blink_tui.buffer import Buffer
from blink_tui.i18n import N_, _, ngettext
from blink_tui.ksef.rights import INVOICE_READ
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_key
from blink_tui.model.firms import Credential, CredentialKind, CredentialState, CredentialUse, Firm
from blink_tui.model.text import clean
from blink_tui.sync.access import refusal_of
from blink_tui.sync.access_words import STATE_WORDS, state_words
from blink_tui.sync.expiry import Expiry, expiry_of, today_and_tokens_end
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import moment, number

KINDS = {CredentialKind.TOKEN: N_("token"), CredentialKind.CERTIFICATE: N_("certificate")}
_SHOWN = 3
"""Firms that are told of below the list; the window has them all."""


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One credential with what its row and its detail say."""

    credential: Credential
    firms: Mapping[int, Firm]
    """Every firm by its id."""
    newest: frozenset[int]
    """The firms that it logs in for; for the others a newer one does."""
    expiry: Expiry | None

    @property
    def used(self) -> list[Firm]:
        """The firms that it logs in for now."""
        return [self.firms[id_] for id_ in self.credential.firm_ids if id_ in self.newest]

    @property
    def state(self) -> str:
        """Its state over all of its firms, in words."""
        return state_words(self.credential) if self.newest else _("replaced")

    @property
    def tone(self) -> str:
        """The tone of its row."""
        if not self.newest:
            return "dim"
        if self._refused or (self.expiry is not None and self.expiry.days_left < 0):
            return "bad"
        near = self.expiry is not None and self.expiry.near
        unchecked = any(use.state is CredentialState.UNCHECKED for use in self._uses)
        return "warn" if near or unchecked else "plain"

    @property
    def glyph(self) -> str:
        """The same in one cell."""
        return {"bad": "!", "warn": "~", "dim": "x"}.get(self.tone, " ")

    @property
    def _uses(self) -> list[CredentialUse]:
        return [use for use in self.credential.uses if use.firm_id in self.newest]

    @property
    def _refused(self) -> list[CredentialUse]:
        return [use for use in self._uses if use.state is CredentialState.REFUSED]

    @property
    def who(self) -> str:
        """The name of its firm, or how many there are."""
        firms = self.used or [self.firms[id_] for id_ in self.credential.firm_ids if id_ in self.firms]
        if len(firms) == 1:
            return clean(firms[0].name)
        return ngettext("{n} firm", "{n} firms", len(firms)).format(n=number(len(firms)))

    @property
    def checked(self) -> Instant | None:
        """When KSeF was asked last, of any firm."""
        moments = [use.checked_at for use in self.credential.uses if use.checked_at]
        return max(moments, key=instant_key, default=None)

    @property
    def ends_briefly(self) -> str:
        """Its last day and the days left: `2026-12-31 (31 d)`."""
        if self.expiry is None:
            return "-"
        days = self.expiry.days_left
        return f"{self.expiry.ends.isoformat()} ({'! ' if days < 0 else ''}{days} d)"

    def paragraphs(self, most: int | None = _SHOWN) -> list[Paragraph]:
        """All about it; of its firms those with problems first, so many of them at the most."""
        one = self.credential
        head = f"{_(KINDS[one.kind])} · {clean(one.label)} · {self.who}"
        days = _("days left: {days}").format(days=self.expiry.days_left) if self.expiry else ""
        ends = _("ends {day}").format(day=self.expiry.ends.isoformat()) if self.expiry else _("no end known")
        checked = _("checked {time}").format(time=moment(self.checked)) if self.checked else ""
        facts = [self.state, ends, days, checked]
        found = [
            Paragraph(head, "head"),
            Paragraph(" · ".join(part for part in facts if part), self.tone),
            *(
                [self._renew()]
                if self.expiry is not None and self.tone in ("warn", "bad") and self.expiry.near
                else []
            ),
        ]
        uses = sorted(one.uses, key=lambda use: use.state is not CredentialState.REFUSED)
        found += [self._of_firm(use) for use in uses[:most]]
        if most is not None and len(uses) > most:
            more = ngettext(
                "{n} more firm; Enter shows all", "{n} more firms; Enter shows all", len(uses) - most
            )
            found.append(Paragraph(more.format(n=number(len(uses) - most)), "dim"))
        return found

    def _renew(self) -> Paragraph:
        return Paragraph(_("Renew it in KSeF before that, and add the new one here."), "warn")

    def _of_firm(self, use: CredentialUse) -> Paragraph:
        firm = self.firms.get(use.firm_id)
        name = f"{clean(firm.name)} ({firm.context_value})" if firm else ""
        if use.firm_id not in self.newest:
            return Paragraph(_("{firm}: another access logs in for it.").format(firm=name), "dim")
        if use.state is CredentialState.REFUSED:
            refusal = refusal_of(use, firm.context_value if firm else None)
            return Paragraph(f"! {name}: {clean(str(refusal))}", "bad")
        if use.state is CredentialState.ACCEPTED:
            text = _("{firm}: may view invoices ({right}), last let in {time}.")
            at = moment(use.accepted_at) if use.accepted_at else ""
            return Paragraph(text.format(firm=name, right=INVOICE_READ, time=at))
        return Paragraph(
            _("~ {firm}: {state}; c asks KSeF.").format(firm=name, state=_(STATE_WORDS[use.state])), "warn"
        )


async def read_access_lines(buffer: Buffer, clock: Clock) -> list[AccessLine]:
    """Every credential: those with problems first, replaced ones last."""
    firms = {firm.id: firm for firm in await buffer.firms.list()}
    newest: dict[int, set[int]] = {}
    for firm_id, held in (await buffer.credentials.by_firm()).items():
        newest.setdefault(held.id, set()).add(firm_id)
    today, tokens_end = await today_and_tokens_end(buffer, clock)
    lines = [
        AccessLine(one, firms, frozenset(newest.get(one.id, ())), expiry_of(one, tokens_end, today))
        for one in await buffer.credentials.list()
    ]
    order = {"bad": 0, "warn": 1, "plain": 2, "dim": 3}
    return sorted(lines, key=lambda line: (order[line.tone], line.who.lower(), line.credential.id))


def without_access(firms: Sequence[Firm], lines: Sequence[AccessLine]) -> Iterator[Firm]:
    """Enabled firms for which nothing logs in."""
    held = {id_ for line in lines for id_ in line.newest}
    return (firm for firm in firms if firm.enabled and firm.id not in held)
