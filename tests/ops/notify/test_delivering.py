"""A message goes once: over kills, between processes, past services that hang, and at the end of a program."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer
from blink_tui.model.errors import BlinkError, ErrorKind
from blink_tui.model.notices import Text
from blink_tui.model.secret import Secret
from blink_tui.ops.notify import errors
from blink_tui.ops.notify.delivering import FIRST_PAUSE, LONGEST_PAUSE, Delivery, pause_after
from blink_tui.ops.notify.notices import look
from blink_tui.ops.notify.posting import look_at, post
from blink_tui.vault import Vault
from tests.clocks import VirtualClock
from tests.ops.notify.making import Told, firms_of, refused, target_of
from tests.ops.notify.servers import APPRISE_IS_OLD, LOGIN_IN_CLEAR, PASSWORD, USER, mail_server, mute_server

ROOT = Path(__file__).parents[3]


def teller(buffer: Buffer, journal: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ops.notify.teller", str(buffer.path), str(journal), *words], cwd=ROOT
    )


@pytest.mark.proof
async def test_a_kill_between_sending_and_marking_repeats_the_message_under_its_number(
    buffer: Buffer, vault: Vault, clock: VirtualClock, told: Told, tmp_path: Path
) -> None:
    (firm,) = await firms_of(buffer, "Alfa")
    await target_of(buffer, vault, clock)
    await refused(buffer, firm, clock)
    journal = tmp_path / "journal"
    child = await asyncio.to_thread(teller, buffer, journal, "1", "kill")
    assert await asyncio.to_thread(child.wait) == -9
    (name, number) = journal.read_text().split()
    assert name == "office"
    await look(buffer, clock)
    await Delivery(buffer, vault, clock, "default", told).run()
    ((_name, text),) = told.take()
    assert text.body.endswith(number)
    await look(buffer, clock)
    await Delivery(buffer, vault, clock, "default", told).run()
    assert told.take() == []
    assert await buffer.outbox.waiting() == {}


@pytest.mark.proof
async def test_two_processes_send_no_message_twice(
    buffer: Buffer, vault: Vault, clock: VirtualClock, tmp_path: Path
) -> None:
    firms = await firms_of(buffer, *(f"F{number}" for number in range(12)))
    for number in range(5):
        await target_of(buffer, vault, clock, f"t{number}")
    for firm in firms:
        await refused(buffer, firm, clock)
    journal = tmp_path / "journal"
    children = [await asyncio.to_thread(teller, buffer, journal, "10") for _child in range(2)]
    for child in children:
        assert await asyncio.to_thread(child.wait) == 0
    sent = Counter(line.split()[0] for line in journal.read_text().splitlines())
    assert sent == {f"t{number}": 1 for number in range(5)}


@pytest.mark.proof
@LOGIN_IN_CLEAR
async def test_one_that_hangs_is_ended_and_hinders_no_other(
    buffer: Buffer, vault: Vault, clock: VirtualClock
) -> None:
    """Real services: one takes mail, one takes the connection and is mute."""

    async def impatient(name: str, url: Secret, text: Text) -> None:
        await post(name, url, text, patience=3.0 if name == "mute" else 30.0)

    (firm,) = await firms_of(buffer, "Żółw")
    await refused(buffer, firm, clock)
    with mail_server(login=True) as mailbox, mute_server() as port:
        mail = f"mailto://{USER}:{PASSWORD}@127.0.0.1:{mailbox.port}?from=blink@example.com&to=a@example.com"
        await target_of(buffer, vault, clock, "mail", url=mail, language="pl")
        await target_of(buffer, vault, clock, "mute", url=f"mailto://127.0.0.1:{port}?from=blink@example.com")
        await look(buffer, clock)
        failures = await Delivery(buffer, vault, clock, "default", impatient).run()
    assert [(name, error.kind) for name, error in failures] == [("mute", errors.SILENT)]
    assert mailbox.text().startswith("KSeF odmawia dostępu 1 firmie")
    assert mailbox.letters[0]["Subject"].startswith("blink: KSeF odmawia dostępu 1 firmie")
    assert await buffer.outbox.waiting() == {(await buffer.notice_targets.get("mute")).id: 1}


async def test_a_program_that_ends_lets_go_of_what_it_sends(
    buffer: Buffer, vault: Vault, clock: VirtualClock, told: Told
) -> None:
    (firm,) = await firms_of(buffer, "Alfa")
    await target_of(buffer, vault, clock)
    await refused(buffer, firm, clock)
    await look(buffer, clock)
    begun = asyncio.Event()

    async def for_ever(_name: str, _url: Secret, _text: Text) -> None:
        begun.set()
        await asyncio.Event().wait()

    sending = asyncio.create_task(Delivery(buffer, vault, clock, "default", for_ever).run())
    await begun.wait()
    assert await Delivery(buffer, vault, clock, "default", told).run() == []  # it is held
    assert told.take() == []
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await Delivery(buffer, vault, clock, "default", told).run()
    assert len(told.take()) == 1


@APPRISE_IS_OLD
async def test_an_address_that_is_none_is_refused_without_a_word_of_it() -> None:
    assert (await look_at("office", Secret("mailtos://u:p@example.com"))).shown == "mailtos://example.com"
    for url, kind in (("mailto://u:p@example.com", errors.ADDRESS_IN_CLEAR), ("x", errors.ADDRESS_UNKNOWN)):
        with pytest.raises(BlinkError) as refusal:
            await look_at("office", Secret(url))
        assert refusal.value.kind is kind
        assert "u:p" not in str(refusal.value)


async def test_an_address_that_the_vault_lacks_is_a_failure_of_that_target(
    buffer: Buffer, vault: Vault, clock: VirtualClock, told: Told
) -> None:
    (firm,) = await firms_of(buffer, "Alfa")
    target = await target_of(buffer, vault, clock)
    vault.remove(target.vault_name)
    await refused(buffer, firm, clock)
    await look(buffer, clock)
    failures = await Delivery(buffer, vault, clock, "default", told).run()
    assert [(name, error.kind.code) for name, error in failures] == [("office", "vault-entry-missing")]
    assert (await buffer.notice_targets.get("office")).problem == "vault-entry-missing"


def test_pauses_grow_to_a_ceiling() -> None:
    pauses = [pause_after(tries) for tries in range(100)]
    assert pauses[0] == FIRST_PAUSE
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_every_fault_has_a_kind() -> None:
    assert all(isinstance(kind, ErrorKind) for kind in errors.FAULTS.values())
    assert {kind for kind in vars(errors).values() if isinstance(kind, ErrorKind)} == set(
        errors.FAULTS.values()
    )
