"""A profile to tell of: firms, documents, troubles, and targets that a test sends to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blink_tui.buffer import Buffer
from blink_tui.buffer.records import DerivedRow
from blink_tui.i18n import Message
from blink_tui.model.dates import instant_of
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.findings import Finding, Severity
from blink_tui.model.firms import CredentialKind, Firm
from blink_tui.model.notices import How, NewTarget, Rule, Target, Text, vault_name
from blink_tui.model.schedule import RoleEnd
from blink_tui.model.secret import Secret
from blink_tui.model.values import Nip
from blink_tui.sync.leases import holder_name, is_gone
from blink_tui.vault import MemorySource, Vault, open_vault
from tests.buffer.factory import invoice
from tests.clocks import VirtualClock

EVERYTHING = (Rule(0, 0, None, How.USUAL),)
_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)


def nip(number: int) -> Nip:
    """A valid NIP for a number."""
    for last in range(10):
        digits = f"{520000000 + number * 10 + last}"
        check = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11
        if check < 10:
            return Nip(f"{digits}{check}")
    raise AssertionError(number)


async def firms_of(buffer: Buffer, *names: str) -> list[Firm]:
    """Firms with these names."""
    return [await buffer.firms.add(nip(number), name=name, env="test") for number, name in enumerate(names)]


async def bought(buffer: Buffer, firm: Firm, count: int) -> list[int]:
    """So many new purchases of a firm; returns their ids."""
    first = await buffer.outbox.newest_document()
    items = [invoice(first + number + 1) for number in range(count)]
    for start in range(0, count, 500):
        await buffer.documents.store(firm, Role.BUYER, items[start : start + 500])
    return list(range(first + 1, first + count + 1))


async def stopped(buffer: Buffer, firms: Sequence[Firm], problem: str | None) -> None:
    """The last pass of the buyer's role of each ended so."""
    for firm in firms:
        await buffer.leases.take(firm.id, (Role.BUYER,), holder_name(), is_gone)
        await buffer.leases.release(firm.id, (Role.BUYER,), holder_name(), {Role.BUYER: RoleEnd(0, problem)})


async def refused(buffer: Buffer, firm: Firm, clock: VirtualClock) -> int:
    """KSeF refuses what logs in for a firm; returns the credential's id."""
    credential = await buffer.credentials.add(CredentialKind.TOKEN, f"token/{firm.nip}", "T", [firm.id])
    await buffer.credentials.note_refused(
        credential.id, firm.id, "token-refused", {}, instant_of(clock.now())
    )
    return credential.id


class Told:
    """Stands for all services: keeps what it is told, unless it is to fail."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, Text]] = []
        self.fails: dict[str, BlinkError] = {}

    async def __call__(self, name: str, _url: Secret, text: Text) -> None:
        if name in self.fails:
            raise self.fails[name]
        self.texts.append((name, text))

    def take(self) -> list[tuple[str, Text]]:
        """What was told since the last call."""
        texts, self.texts = self.texts, []
        return texts


def finding(kind: str) -> Finding:
    """One that a check of this id makes."""
    return Finding(kind, Severity.ALARM, Message("Odd: {what}", {"what": kind}), ())


async def found(buffer: Buffer, document_id: int, *kinds: str) -> None:
    """The second stage has read a document, and found this about it."""
    row = DerivedRow(document_id, 1, None, "", None, (), findings=tuple(map(finding, kinds)))
    await buffer.derived.save([row])


def memory_vault() -> Vault:
    """A vault without a file."""
    return open_vault(Path(), MemorySource(), create=True)


async def target_of(
    buffer: Buffer,
    vault: Vault,
    clock: VirtualClock,
    name: str = "office",
    *,
    url: str = "json://127.0.0.1:1",
    rules: Sequence[Rule] = EVERYTHING,
    language: str = "en",
) -> Target:
    """Somebody who is told."""
    vault.put(vault_name(name), Secret(url))
    await buffer.notice_targets.add(
        NewTarget(name, language, "json://127.0.0.1"), rules, instant_of(clock.now())
    )
    return await buffer.notice_targets.get(name)
