"""Whether to try a login, decided without asking, and what is kept of one that was tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.ksef import certificate_errors, errors
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.errors import BlinkError, ErrorKind
from blink_tui.model.firms import CredentialKind, CredentialState, CredentialUse, FirmCredential
from blink_tui.model.values import Nip
from blink_tui.sync.access import is_refusal, may_log_in, note_accepted, note_refusal
from blink_tui.sync.errors import NO_CREDENTIAL, REFUSED_BEFORE, RIGHT_WITHDRAWN

NIGHT = datetime(2026, 10, 20, 23, 30, tzinfo=UTC)
"""Half past one in the night to the 21st in Warsaw."""
FIRM = "5265877635"


def held(
    state: str,
    problem: str | None = None,
    checked: timedelta = timedelta(),
    values: dict[str, str] | None = None,
) -> FirmCredential:
    use = CredentialUse(7, CredentialState(state), problem, values or {}, instant_of(NIGHT - checked))
    return FirmCredential(1, CredentialKind.TOKEN, "token/x", "x", None, use)


@pytest.mark.parametrize(
    ("credential", "by_schedule", "on_demand"),
    [
        (held("unchecked"), True, True),
        (held("accepted"), True, True),
        (held("refused", "no-rights"), False, True),
        (held("refused", "no-rights", timedelta(hours=1)), False, True),
        (held("refused", "no-rights", timedelta(hours=2)), True, True),  # the day before, in Warsaw
        (held("refused", "token-revoked", timedelta(days=9)), True, True),
        (held("refused", "context-blocked"), False, False),
        (held("refused", "context-blocked", timedelta(days=9)), False, False),
        (held("refused", "a code of a newer version"), False, True),
    ],
)
def test_a_refused_access_is_tried_once_a_day_and_a_blocked_one_never(
    credential: FirmCredential, by_schedule: bool, on_demand: bool
) -> None:
    assert (may_log_in(credential, NIGHT, on_demand=False) is None) == by_schedule
    assert (may_log_in(credential, NIGHT, on_demand=True) is None) == on_demand


def test_a_refusal_never_timed_is_tried() -> None:
    credential = held("refused", "no-rights")
    timeless = replace(credential, use=replace(credential.use, checked_at=None))
    assert may_log_in(timeless, NIGHT, on_demand=False) is None


@pytest.mark.parametrize(
    ("problem", "values", "kind", "said"),
    [
        ("context-blocked", {}, errors.CONTEXT_BLOCKED, FIRM),
        (
            "certificate-expired",
            {"name": "Biuro", "day": "2026-10-01"},
            certificate_errors.CERTIFICATE_EXPIRED,
            "Biuro",
        ),
        ("right-withdrawn", {"day": "2026-10-03"}, RIGHT_WITHDRAWN, "2026-10-03"),
        ("of a newer version", {}, REFUSED_BEFORE, FIRM),
    ],
)
def test_what_was_refused_is_said_again_in_full(
    problem: str, values: dict[str, str], kind: ErrorKind, said: str
) -> None:
    refused = may_log_in(held("refused", problem, values=values), NIGHT, on_demand=False)
    assert refused is not None
    refused.firm = FIRM
    assert refused.kind == kind
    assert said in str(refused)


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        (errors.NO_RIGHTS, True),
        (errors.CONTEXT_BLOCKED, True),
        (certificate_errors.CERTIFICATE_OFFLINE, True),
        (errors.SESSION_ENDED, False),
        (errors.GRANTS_HIDDEN, False),
        (NO_CREDENTIAL, False),
        (errors.TIMED_OUT, False),
        (errors.LIMITS, False),
    ],
)
def test_only_what_tells_of_the_credential_is_its_refusal(kind: ErrorKind, refusal: bool) -> None:
    assert is_refusal(BlinkError(kind)) is refusal


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "buffer.db") as buffer:
        firm = await buffer.firms.add(Nip(FIRM), name="A", env="test")
        await buffer.credentials.add(CredentialKind.TOKEN, "token/x", "x", [firm.id])
        yield buffer


async def present(buffer: Buffer) -> FirmCredential:
    (credential,) = (await buffer.credentials.by_firm()).values()
    return credential


async def writes(buffer: Buffer) -> int:
    return (await buffer.change_token())[1]


async def test_a_day_of_logins_is_one_write(buffer: Buffer) -> None:
    await note_accepted(buffer, await present(buffer), NIGHT)
    before = await writes(buffer)
    for hours in range(20):
        await note_accepted(buffer, await present(buffer), NIGHT + timedelta(hours=hours))
    assert await writes(buffer) == before
    await note_accepted(buffer, await present(buffer), NIGHT + timedelta(hours=23))
    assert await writes(buffer) == before + 1
    assert (await present(buffer)).use.accepted_at == instant_of(NIGHT + timedelta(hours=23))


async def test_a_refusal_said_again_is_written_once_a_day(buffer: Buffer) -> None:
    no_rights = BlinkError(errors.NO_RIGHTS, firm=FIRM)
    told = await note_refusal(buffer, await present(buffer), no_rights, NIGHT)
    assert told is no_rights  # it never worked, so nobody withdrew it
    before = await writes(buffer)
    await note_refusal(buffer, await present(buffer), no_rights, NIGHT + timedelta(hours=3))
    assert await writes(buffer) == before
    assert may_log_in(await present(buffer), NIGHT + timedelta(hours=23), on_demand=False) is None
    await note_refusal(buffer, await present(buffer), no_rights, NIGHT + timedelta(hours=23))
    assert may_log_in(await present(buffer), NIGHT + timedelta(hours=23), on_demand=False) is not None
    revoked = BlinkError(errors.TOKEN_REVOKED, firm=FIRM)
    await note_refusal(buffer, await present(buffer), revoked, NIGHT + timedelta(hours=23))
    assert (await present(buffer)).use.problem == "token-revoked"


@pytest.mark.parametrize("kind", [errors.NO_RIGHTS, errors.MISSING_PERMISSION])
async def test_no_right_where_there_was_one_is_a_withdrawal(buffer: Buffer, kind: ErrorKind) -> None:
    await note_accepted(buffer, await present(buffer), NIGHT)
    error = BlinkError(kind, firm=FIRM, cause="415", trace_id="t")
    for days in (1, 5):
        told = await note_refusal(buffer, await present(buffer), error, NIGHT + timedelta(days=days))
        assert (told.kind, told.firm, told.cause, told.trace_id) == (RIGHT_WITHDRAWN, FIRM, "415", "t")
        assert "2026-10-21" in str(told)


async def test_ksef_being_away_is_not_held_against_the_access(buffer: Buffer) -> None:
    before = await writes(buffer)
    away = BlinkError(errors.SERVER_AWAY, firm=FIRM)
    assert await note_refusal(buffer, await present(buffer), away, NIGHT) is away
    assert await writes(buffer) == before


async def test_a_login_that_succeeds_forgets_the_refusal(buffer: Buffer) -> None:
    await note_refusal(buffer, await present(buffer), BlinkError(errors.CONTEXT_BLOCKED, firm=FIRM), NIGHT)
    assert may_log_in(await present(buffer), NIGHT, on_demand=True) is not None
    await note_accepted(buffer, await present(buffer), NIGHT)
    use = (await present(buffer)).use
    assert (use.state, use.problem, use.problem_values) == (CredentialState.ACCEPTED, None, {})
    assert use.checked_at == Instant(instant_of(NIGHT))
