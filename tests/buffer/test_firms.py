from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, MarkMove
from blink_tui.model.documents import FirmKind, Role
from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.firms import ContextType, CredentialKind, CredentialState, CredentialUse, Firm, NewFirm
from blink_tui.model.values import Nip
from tests.buffer.factory import NIP, SELLER, instant, invoice

CHECKOUT = Path(__file__).parents[2]


async def test_a_firm_is_found_by_its_nip_and_by_its_internal_id(buffer: Buffer) -> None:
    main = await buffer.firms.add(NIP, name="Gmina", env="test", first_day=date(2026, 2, 1))
    unit = await buffer.firms.add(
        NIP,
        name="Szkoła",
        env="test",
        kind=FirmKind.LOCAL_GOVERNMENT_UNIT,
        context_type=ContextType.INTERNAL_ID,
        context_value=f"{NIP}-00001",
    )
    assert await buffer.firms.find(NIP) == [main, unit]
    assert await buffer.firms.find(f"{NIP}-00001") == [unit]
    assert await buffer.firms.get(main.id) == main
    assert (main.context_value, main.first_day, main.version) == (NIP, date(2026, 2, 1), 1)


@pytest.mark.parametrize("env", ["prod", "https://api.ksef.mf.gov.pl/v2", "https://api.ksef.mf.gov.pl/v2/"])
async def test_a_context_is_registered_once_in_an_environment(buffer: Buffer, env: str) -> None:
    await buffer.firms.add(NIP, name="A", env="prod")
    await buffer.firms.add(NIP, name="A", env="test")
    with pytest.raises(BlinkError) as caught:
        await buffer.firms.add(NIP, name="B", env=env)
    assert (caught.value.kind.code, caught.value.kind.exit_code) == ("firm-exists", ExitCode.USAGE)
    assert len(await buffer.firms.list()) == 2


async def test_firms_are_listed_by_the_polish_alphabet(buffer: Buffer) -> None:
    names = ["Zebra", "Łan", "Żaba", "Lot", "Ćma", "Czyn", "ąbc", "Abc", '"Azot"', "Źródło", "Mur"]
    for number, name in enumerate(names):
        await buffer.firms.add(Nip(f"{number:010}"), name=name, env="test")
    firm = (await buffer.firms.find("0000000000"))[0]
    await buffer.firms.set_enabled(firm.id, firm.version, False)
    listed = [firm.name for firm in await buffer.firms.list()]
    assert listed == ["Abc", '"Azot"', "ąbc", "Czyn", "Ćma", "Lot", "Łan", "Mur", "Zebra", "Źródło", "Żaba"]
    assert "Zebra" not in [firm.name for firm in await buffer.firms.list(enabled_only=True)]


async def test_an_edit_keeps_the_mark_and_names_the_version_it_read(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)], move=MarkMove(instant(0), instant(9)))
    mark = await buffer.marks.get(firm.id, Role.BUYER)
    edited = await buffer.firms.edit(
        firm.id,
        firm.version,
        env="http://127.0.0.1:1/v2",
        name="Nowa",
        first_day=date(2026, 1, 1),
        ledger_format="epp",
    )
    assert (edited.env, edited.name, edited.version) == ("http://127.0.0.1:1/v2", "Nowa", 2)
    assert (edited.first_day, edited.ledger_format) == (date(2026, 1, 1), "epp")
    assert await buffer.marks.get(firm.id, Role.BUYER) == mark
    with pytest.raises(BlinkError) as caught:
        await buffer.firms.edit(firm.id, firm.version, name="Inna")
    assert caught.value.kind.code == "changed-meanwhile"
    assert (await buffer.firms.get(firm.id)).name == "Nowa"


async def test_an_edit_cannot_take_anothers_environment_or_change_the_context(
    buffer: Buffer, firm: Firm
) -> None:
    other = await buffer.firms.add(NIP, name="B", env="demo")
    with pytest.raises(BlinkError) as caught:
        await buffer.firms.edit(other.id, other.version, env="test")
    assert caught.value.kind.code == "firm-exists"
    with pytest.raises(TypeError):
        await buffer.firms.edit(firm.id, firm.version, context_value=SELLER)


async def test_an_unknown_firm_is_a_usage_error(buffer: Buffer) -> None:
    with pytest.raises(BlinkError) as caught:
        await buffer.firms.get(7)
    assert caught.value.kind.exit_code is ExitCode.USAGE
    assert "7" in str(caught.value.message.values)


async def newest(buffer: Buffer, firm: Firm) -> int | None:
    found = await buffer.credentials.for_firm(firm.id)
    return found.id if found else None


async def test_the_newest_credential_of_a_firm_counts(buffer: Buffer, firm: Firm) -> None:
    other = await buffer.firms.add(SELLER, name="B", env="test")
    old = await buffer.credentials.add(CredentialKind.TOKEN, "credential/a", "token A", [firm.id])
    new = await buffer.credentials.add(
        CredentialKind.CERTIFICATE, "credential/b", "biuro", [firm.id, other.id]
    )
    assert await newest(buffer, firm) == new.id
    assert new.firm_ids == (firm.id, other.id)
    assert {use.state for use in new.uses} == {CredentialState.UNCHECKED}
    await buffer.credentials.link(old.id, [firm.id])
    assert await newest(buffer, firm) == old.id
    assert {id_: found.id for id_, found in (await buffer.credentials.by_firm()).items()} == {
        firm.id: old.id,
        other.id: new.id,
    }
    await buffer.credentials.remove(new.id)
    assert await newest(buffer, firm) == old.id
    assert await buffer.credentials.for_firm(other.id) is None
    assert await buffer.credentials.list() == [old]


async def test_what_a_login_found_is_kept_firm_by_firm(buffer: Buffer, firm: Firm) -> None:
    other = await buffer.firms.add(SELLER, name="B", env="test")
    office = await buffer.credentials.add(CredentialKind.CERTIFICATE, "c", "biuro", [firm.id, other.id])
    await buffer.credentials.note_accepted(office.id, firm.id, instant(4))
    await buffer.credentials.note_accepted(office.id, other.id, instant(4))
    await buffer.credentials.note_refused(
        office.id, firm.id, "right-withdrawn", {"day": "2026-10-03"}, instant(5)
    )
    refused, accepted = (await buffer.credentials.get(office.id)).uses
    assert refused == CredentialUse(
        firm.id,
        CredentialState.REFUSED,
        "right-withdrawn",
        {"day": "2026-10-03"},
        checked_at=instant(5),
        accepted_at=instant(4),
    )
    assert accepted == CredentialUse(
        other.id, CredentialState.ACCEPTED, checked_at=instant(4), accepted_at=instant(4)
    )
    held = await buffer.credentials.for_firm(firm.id)
    assert held is not None
    assert (held.use, held.state) == (refused, CredentialState.REFUSED)
    assert (await buffer.credentials.get(office.id)).worst == refused


async def test_a_credential_registered_again_is_one_and_unchecked(buffer: Buffer, firm: Firm) -> None:
    first = await buffer.credentials.add(CredentialKind.CERTIFICATE, "c", "biuro", [firm.id])
    await buffer.credentials.note_refused(first.id, firm.id, "no-rights", {}, instant(5))
    again = await buffer.credentials.add(CredentialKind.CERTIFICATE, "c", "biuro", [firm.id], instant(9))
    assert [one.id for one in await buffer.credentials.list()] == [first.id]
    assert (again.valid_to, again.uses[0].state, again.uses[0].problem) == (
        instant(9),
        CredentialState.UNCHECKED,
        None,
    )


async def test_a_credential_that_is_not_there_cannot_be_linked(buffer: Buffer, firm: Firm) -> None:
    with pytest.raises(BlinkError):
        await buffer.credentials.link(99, [firm.id])


async def test_thousands_of_firms_come_in_one_transaction(buffer: Buffer) -> None:
    new = [
        NewFirm(Nip(f"{number:010}"), ContextType.NIP, f"{number:010}", f"Firma {number}", "prod")
        for number in range(3_000)
    ]
    changes = (await buffer.change_token())[1]
    added = await buffer.firms.add_many(new)
    assert (await buffer.change_token())[1] == changes + 1
    assert [firm.context_value for firm in added] == [firm.context_value for firm in new]
    assert await buffer.firms.get(added[7].id) == added[7]
    assert (await buffer.history.verify(added[-1].id)).broken_at is None


async def test_many_firms_are_added_whole_or_not_at_all(buffer: Buffer, firm: Firm) -> None:
    new = [
        NewFirm(Nip(value), ContextType.NIP, value, "A", env)
        for value, env in (("0000000001", "prod"), (firm.context_value, firm.env))
    ]
    with pytest.raises(BlinkError) as caught:
        await buffer.firms.add_many(new)
    assert caught.value.kind.code == "firm-exists"
    assert await buffer.firms.list() == [firm]
