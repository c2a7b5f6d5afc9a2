"""The access to KSeF at the keyboard, against a real sandbox: added, checked, diagnosed, removed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from textual import events

from blink_tui.buffer import Buffer
from blink_tui.model.firms import CredentialState, Firm
from blink_tui.model.secret import Secret
from blink_tui.model.settings import TOKENS_END
from blink_tui.model.values import Nip
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.tui.app import ConsoleApp
from blink_tui.vault import KeyringSource, PassphraseSource, VaultState, open_vault
from tests.cli.access_cases import OFFICE, permissions, seal
from tests.tui.conftest import Desk, Wishes

PASSPHRASE = "correct horse"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxOptions(documents=6, firms=3, auth_delay=0)) as running:
        yield running


@pytest.fixture
async def clients(buffer: Buffer, sandbox: RunningSandbox) -> list[Firm]:
    names = ("Alfa", "Beta", "Gamma")
    return [
        await buffer.firms.add(Nip(known.nip), name=name, env=sandbox.url)
        for known, name in zip(sandbox.firms, names, strict=True)
    ]


OpenAccess = Callable[[Wishes | None], AbstractAsyncContextManager[Desk]]


@pytest.fixture
def desk_of(
    buffer: Buffer, clients: list[Firm], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> OpenAccess:
    """Opens the screen over three firms of the sandbox, without a vault and without a keyring."""
    monkeypatch.delenv("BLINK_VAULT_PASSPHRASE_FILE", raising=False)
    monkeypatch.setattr(KeyringSource, "answers", staticmethod(lambda: False))

    @asynccontextmanager
    async def opened(engine: Wishes | None) -> AsyncIterator[Desk]:
        app = ConsoleApp(buffer, engine, who="anna", export_dir=tmp_path)
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            desk = Desk(app, pilot, buffer, engine or Wishes(), tmp_path)
            await desk.see("Alfa", "Gamma")
            await desk.press("3")
            await desk.see("[3Access]")
            yield desk

    return opened


async def paste(desk: Desk, text: str) -> None:
    assert desk.app.focused is not None
    desk.app.focused.post_message(events.Paste(text))
    await desk.pilot.pause()


async def add_token(desk: Desk, token: str, *, passphrase: str | None = None) -> None:
    """For the firm under the cursor of the list that asks for which."""
    await desk.press("n")
    await desk.see("For which firm?", "no access yet")
    await desk.press("enter")
    await desk.see("> Token")
    await paste(desk, token)
    if passphrase is not None:
        await desk.press("down", "down")
        await desk.see("> New passphrase")
        await paste(desk, passphrase)
        await desk.press("down")
        await paste(desk, passphrase)
    await desk.press("f10")


@pytest.mark.parametrize("engine", [Wishes(), None], ids=["engine", "work-held-elsewhere"])
async def test_the_first_token_makes_the_vault_and_the_engine_gets_it(
    desk_of: OpenAccess,
    sandbox: RunningSandbox,
    buffer: Buffer,
    clients: list[Firm],
    engine: Wishes | None,
    tmp_path: Path,
) -> None:
    await buffer.settings.set(TOKENS_END.key, "2098-12-31")  # far enough for no warning
    async with desk_of(engine) as desk:
        await desk.see("Nothing logs in to KSeF yet.", "no vault yet", "! firms without access: 3")
        await add_token(desk, sandbox.firms[0].token, passphrase=PASSPHRASE)
        await desk.see("KSeF accepted it.", "1 access", "> token       Alfa", "accepted", "2098-12-31")
        await desk.see("Alfa", "may view invoices (InvoiceRead)")
        assert desk.app.vault.state is VaultState.OPEN
        assert engine is None or engine.vaults == 1
        shown = desk.text
    vault = open_vault(tmp_path / "vault.blink", PassphraseSource(lambda: Secret(PASSPHRASE)), create=False)
    (name,) = vault.names()
    assert vault.get(name) == Secret(sandbox.firms[0].token)
    assert sandbox.firms[0].token not in shown
    held = await buffer.credentials.for_firm(clients[0].id)
    assert held is not None
    assert held.state is CredentialState.ACCEPTED


async def test_what_ksef_refuses_is_said_in_the_form_and_leaves_nothing_behind(
    desk_of: OpenAccess, sandbox: RunningSandbox, buffer: Buffer, tmp_path: Path
) -> None:
    async with desk_of(Wishes()) as desk:
        await add_token(desk, sandbox.firms[1].token, passphrase=PASSPHRASE)
        text = await desk.see("! ", "was issued for")
        assert sandbox.firms[1].token not in text
        assert not (tmp_path / "vault.blink").exists()
        assert not await buffer.credentials.list()


async def test_two_passphrases_that_differ_make_nothing(
    desk_of: OpenAccess, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    before = sandbox.state.journal.total
    async with desk_of(Wishes()) as desk:
        await desk.press("n")
        await desk.see("For which firm?")
        await desk.press("enter")
        await desk.see("> Token")
        await paste(desk, sandbox.firms[1].token)
        await desk.press("down", "down")
        await paste(desk, "one")
        await desk.press("down")
        await paste(desk, "other")
        await desk.press("f10")
        await desk.see("! The two passphrases differ.", "> The same once more")
        assert sandbox.state.journal.total == before
        assert not (tmp_path / "vault.blink").exists()


async def test_one_certificate_for_several_firms_from_a_p12_with_a_passphrase(
    desk_of: OpenAccess, sandbox: RunningSandbox, buffer: Buffer, clients: list[Firm], tmp_path: Path
) -> None:
    for known in sandbox.firms[:2]:
        permissions(sandbox, known.nip, "InvoiceRead")
    access = seal(OFFICE)
    p12 = tmp_path / "office.p12"
    p12.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"x",
            access.signing_key(),
            access.certificate,
            None,
            BestAvailableEncryption(b"sesame"),
        )
    )
    async with desk_of(Wishes()) as desk:
        desk.app.vault.open(Secret(PASSPHRASE))
        await desk.press("n")
        await desk.see("For which firm?")
        await desk.press("plus", "enter")
        await desk.see("For Alfa, Beta, Gamma.", "> Token")
        await desk.press("up", "left", "down")
        await desk.see("> File with both")
        await desk.press(*"/nowhere", "f10")
        await desk.see("! There is no such file: /nowhere")
        await desk.press("end", "ctrl+u")
        await paste(desk, str(p12))
        await desk.press("f10")
        await desk.see("! The private key of the certificate is encrypted", "> Passphrase of the key")
        await paste(desk, "sesame")
        await desk.press("f10")
        await desk.see("KSeF refused it for these firms", f"! {clients[2].nip}:")
        await desk.press("escape")
        await desk.see("1 access", "certificate", "2 firms", "! firms without access: 1")
        await desk.press("c")
        await desk.see("Access works for 2 firms.")
        permissions(sandbox, sandbox.firms[1].nip)
        await desk.press("C")
        await desk.see("Access works for 1 of 2 firms", ">!certificate", "refused for 1 of 2")
        await desk.see("Beta", "The right to view the invoices of firm")
        await desk.press("enter")
        await desk.see("Alfa", "Beta", "withdrawn", "Esc Close")
        await desk.press("escape")
    assert len(await buffer.credentials.list()) == 1


async def test_removing_asks_and_ends_what_logs_in(
    desk_of: OpenAccess, sandbox: RunningSandbox, buffer: Buffer, tmp_path: Path
) -> None:
    async with desk_of(Wishes()) as desk:
        await add_token(desk, sandbox.firms[0].token, passphrase=PASSPHRASE)
        await desk.see("KSeF accepted it.", "[3Access]")
        await desk.press("x")
        await desk.see("Remove this access?", "until you revoke it in KSeF")
        await desk.press("escape")
        assert len(await buffer.credentials.list()) == 1
        await desk.press("delete", "y")
        await desk.see("Removed.", "Nothing logs in to KSeF yet.")
        assert not desk.app.vault.vault.names()


async def test_a_vault_that_another_program_made_is_opened_by_its_passphrase(
    desk_of: OpenAccess, sandbox: RunningSandbox, buffer: Buffer, clients: list[Firm], tmp_path: Path
) -> None:
    async with desk_of(Wishes()) as desk:
        await add_token(desk, sandbox.firms[0].token, passphrase=PASSPHRASE)
        await desk.see("KSeF accepted it.")
    engine = Wishes()
    async with desk_of(engine) as desk:
        await desk.see("the vault is locked")
        await desk.press("c")
        await desk.see("The vault is locked", "> Passphrase of the vault")
        await paste(desk, "wrong")
        await desk.press("f10")
        await desk.see("! The vault does not open with this passphrase")
        await desk.press("ctrl+u")
        await paste(desk, PASSPHRASE)
        await desk.press("f10")
        await desk.see("Access works for 1 firm.")
        assert engine.vaults == 1


async def test_ksef_that_does_not_answer_keeps_the_token_as_unchecked(
    desk_of: OpenAccess, sandbox: RunningSandbox, buffer: Buffer, clients: list[Firm]
) -> None:
    await buffer.firms.edit(clients[0].id, clients[0].version, env="http://127.0.0.1:9")
    async with desk_of(Wishes()) as desk:
        desk.app.vault.open(Secret(PASSPHRASE))
        await add_token(desk, sandbox.firms[0].token)
        await desk.see("KSeF could not be asked", "~token")
    held = await buffer.credentials.for_firm(clients[0].id)
    assert held is not None
    assert held.state is CredentialState.UNCHECKED
